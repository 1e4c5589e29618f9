"""Write the runs of the course as pages to play, each one file that needs no network.

::

    make gallery  (or: python notebooks/data/make_gallery.py [FOLDER])
"""

from __future__ import annotations

import html
import sys
from pathlib import Path

import torch

from memorylab import ppo
from memorylab.memory import DNC
from memorylab.memory.dnc import ablate
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player import MemoryPlayer, TMazeGame
from memorylab.rllib import Agent, evaluate, ppo_config
from memorylab.tasks import Copy
from memorylab.training import Film, load_weights
from memorylab_course import setup

DATA = Path(__file__).parent
COPY = DNCTrace.load(DATA / "copy_trace.npz")


def copy() -> MemoryPlayer:
    """Copy: words are written one after the other and read by following the links."""
    return MemoryPlayer(COPY, order="first_write")


def _copy_live(**options: str) -> MemoryPlayer:
    model, task = DNC(COPY.input.shape[1], COPY.output.shape[1]), Copy()
    load_weights(model, DATA / "copy_weights.safetensors")
    words, asked = task.read(torch.as_tensor(COPY.input))
    sequence = task.make(words, **asked)
    return MemoryPlayer(model, sequence, task=task, order="first_write", **options)


def copy_live() -> MemoryPlayer:
    """A memory to experiment with: type words, wipe a location, hold a gate, change its size."""
    return _copy_live()


def copy_links() -> MemoryPlayer:
    """The same memory with all its arrays: cut a link, and reading loses its way."""
    return _copy_live(level="everything")


def copy_wiped() -> MemoryPlayer:
    """The same memory without its first word: the other words can't be found any more."""
    return _copy_live(disturbance="memory[0]@8=0")


def copy_in_training() -> MemoryPlayer:
    """From the first training step to the last: the links come to form a line."""
    return MemoryPlayer(Film.load(DATA / "copy_film.npz"), order="first_write", level="everything")


def copy_without_links() -> MemoryPlayer:
    """The same weights, with and without links: after the first word, reading loses its way."""
    model = DNC(COPY.input.shape[1], COPY.output.shape[1])
    load_weights(model, DATA / "copy_weights.safetensors")
    wounded = DNCTrace.record(
        ablate(model, "links"), torch.as_tensor(COPY.input).float(), COPY.target
    )
    labels = ("whole", "without links")
    return MemoryPlayer(
        COPY, order="first_write", compare=wounded, labels=labels, level="everything"
    )


def associative_recall() -> MemoryPlayer:
    """Associative recall: the answer is found by content, with a trace of the item before it."""
    return MemoryPlayer(DNCTrace.load(DATA / "associative_recall_trace.npz"), order="first_write")


def _tmaze_agent() -> Agent:
    sizes = {"controller": "feedforward", "num_locations": 6, "word_size": 6}
    agent = Agent(ppo_config("TMaze", "dnc", memory_config=sizes))
    load_weights(agent.module, DATA / "tmaze_weights.safetensors")
    return agent


def tmaze() -> MemoryPlayer:
    """An agent in the T-maze: it writes down the sign and reads it at the junction."""
    agent = _tmaze_agent()
    # The first whose sign points to the left.
    episodes = evaluate(agent, episodes=10, seed=1)
    left = next(episode for episode in episodes if episode.observation[0, 0] == 1)
    return MemoryPlayer(left.trace)


def tmaze_live() -> MemoryPlayer:
    """The same agent, live: set the sign, lengthen the corridor, wipe its memory half-way."""
    return _tmaze_agent().player(options={"sign": 1, "distance": 8})


def tmaze_wiped() -> MemoryPlayer:
    """The same agent, live; one row of its memory, the one with the sign, is wiped half-way."""
    return _tmaze_agent().player(options={"sign": 1, "distance": 8}, disturbance="memory[0]@4=0")


def courier() -> MemoryPlayer:
    """A courier, who learnt on lists of 6 doors, writes down 12 and reads them along the links."""
    agent = ppo.Agent.load(DATA / "courier_dnc")
    agent.settings["environment_config"]["list_length"] = 12
    agent.networks.memories["memory"].set_locations(24)  # room for the list, and easy to see
    (episode,) = ppo.evaluate(agent, seed=3)
    return MemoryPlayer(episode.trace, order="first_write")


def tmaze_to_play() -> TMazeGame:
    """The T-maze to play yourself, with and without the sign in sight."""
    return TMazeGame()


PAGES = (
    copy,
    copy_live,
    copy_links,
    copy_wiped,
    copy_in_training,
    copy_without_links,
    associative_recall,
    tmaze,
    tmaze_live,
    tmaze_wiped,
    courier,
    tmaze_to_play,
)


def main(folder: Path) -> None:
    """Write one page for each run, and one that leads to them."""
    setup(seed=0)
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for make in PAGES:
        page = make().to_html(folder / f"{make.__name__}.html", title=make.__doc__)
        entries.append(f'<li><a href="{page.name}">{html.escape(make.__doc__)}</a></li>')
        print(f"{page} ({page.stat().st_size / 1e6:.1f} MB)")
    (folder / "index.html").write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Memories at work</title>'
        '<meta name="color-scheme" content="light dark">'
        f"<h1>Memories at work</h1><ul>{''.join(entries)}</ul></html>"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "gallery"))
