"""The course: its notebooks, in order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from memorylab import __version__

REPOSITORY = "memory-lab/memory-lab"
"""Owner and name of the public repository, for launch links."""

RELEASE = f"v{__version__}"
"""The tag that launch links open, so that a term's course stays as it was."""


@dataclass(frozen=True)
class Notebook:
    """One row of the course.

    Attributes:
        number: Two digits; the order of the course.
        name: The file's name without its number and ending.
        title: What the heading says after the number.
        objective: Completes "after it you can".
        picture: What one remembers.
    """

    number: str
    name: str
    title: str
    objective: str
    picture: str

    @property
    def file(self) -> str:
        """The file's name in ``notebooks/``."""
        return f"{self.number}_{self.name}.ipynb"

    @property
    def heading(self) -> str:
        """Number and title, as the notebook's first line and all links to it have them."""
        return f"{self.number} · {self.title}"


COURSE = (
    Notebook(
        "00",
        "start_here",
        "Start here",
        "tell which tasks need memory; watch a trained DNC at once",
        "the player on a solved copy task; the course map",
    ),
    Notebook(
        "01",
        "networks_without_memory",
        "Networks without memory",
        "build MLPs and conv nets whose sizes fit",
        "layer-shape ladder",
    ),
    Notebook(
        "02",
        "leading_dims_and_targets",
        "Leading dims, target networks, scaled gradients",
        "run one model on `[]`, `[B]`, `[T,B]`; update a target softly",
        "target network lagging at three τ",
    ),
    Notebook(
        "03",
        "padded_sequences",
        "Padded sequences",
        "chunk, pad, mask; prove that padding is inert",
        "batch mosaic; gradient in the padding at zero",
    ),
    Notebook(
        "04",
        "time_without_memory",
        "Telling time without memory",
        "say what `MLP` with a clock can do that `BasicMLP` can't",
        "positional encoding, base 10000 beside base `max_len`",
    ),
    Notebook(
        "05",
        "dnc_content_usage_allocation",
        "DNC I: content, usage, allocation",
        "follow one write by hand",
        "usage heatmap, slots × time",
    ),
    Notebook(
        "06",
        "dnc_links",
        "DNC II: temporal links",
        "read forward and backward in the order written",
        "link heatmap turning into a diagonal in order of writing",
    ),
    Notebook(
        "07",
        "dnc_train_and_ablate",
        "DNC III: train it, watch it, wound it",
        "train copy and associative recall live; ablate links or usage and predict the damage",
        "player before and after an ablation",
    ),
    Notebook(
        "08",
        "memory_in_rllib",
        "A memory as RLlib sees it",
        "pack and unpack `DiffNC`'s nine tensors",
        "the state as a labelled ribbon",
    ),
    Notebook(
        "09",
        "classic_rllib_models",
        "Classic RLlib models",
        "write a `TorchModelV2`; know built-in models, preprocessors, recurrence, batch norm, "
        "and what became of each",
        "what shapes flow where",
    ),
    Notebook(
        "10",
        "extra_losses",
        "Extra losses",
        "add supervised and self-supervised losses and read their metrics",
        "gradient share per loss",
    ),
    Notebook(
        "11",
        "structured_actions",
        "Actions with structure",
        "write a distribution; mask and embed variable actions; sample autoregressively",
        "joint-probability grid, masked cells at zero",
    ),
    Notebook(
        "12",
        "rllib_today",
        "RLlib today",
        "port any of it to RLModule, connectors, Learner",
        "map from old to new",
    ),
    Notebook(
        "13",
        "does_memory_pay",
        "Does memory pay?",
        "train MLP, clock, GRU, LSTM, DNC with PPO; look into the agent's memory while it plays",
        "return over steps per model; the player on an episode",
    ),
    Notebook(
        "14",
        "past_one_machine",
        "Past one machine",
        "more runners, Tune, a Ray cluster, a GPU; resume after a crash",
        "steps per second over env runners, and where the time of an update goes",
    ),
)


def present(folder: Path) -> list[Notebook]:
    """Return the notebooks of the course that exist in ``folder``, in order."""
    return [notebook for notebook in COURSE if (folder / notebook.file).is_file()]


def row_of(path: Path) -> Notebook:
    """Return the row of the course that ``path`` belongs to.

    Raises:
        ValueError: No row has this file name.
    """
    for notebook in COURSE:
        if notebook.file == path.name:
            return notebook
    raise ValueError(
        f"{path.name} is not in the course. Name it as tools/table.py does, or add "
        f"a row there. Known: {', '.join(notebook.file for notebook in COURSE)}."
    )
