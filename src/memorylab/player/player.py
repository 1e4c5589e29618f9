"""The player as a Jupyter widget and as a page."""

from __future__ import annotations

import functools
import io
import math
import operator
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from memorylab.errors import reject_unknown_keys
from memorylab.files import printable
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.trace import MemoryTrace
from memorylab.player.packing import Block, pack, pack_film
from memorylab.player.page import mimebundle, start_of_page, write_page
from memorylab.plots import film_strip, plot_arrays
from memorylab.plots.choices import choose_order
from memorylab.plots.style import new_figure
from memorylab.published import install_hint
from memorylab.training.film import Film

if TYPE_CHECKING:
    from memorylab.memory.disturbance import Disturbance
    from memorylab.memory.model import MemoryModel
    from memorylab.tasks import Task

SCRIPT = Path(__file__).with_name("player.js")
LEVELS = ("simple", "everything")


class MemoryPlayer:
    """Everything a run did, step by step, to scrub through, play and point at.

    One side shows a step: what the memory holds, one row per location, and where the step writes
    and reads. The other shows the whole run, with the step as a cursor to drag. Pointing at a cell,
    or reaching it by tab and arrow keys, shows its value and marks its locations everywhere. Two
    levels show what matters first, or every array.

    The whole run crosses to the browser once, and nothing after that needs the kernel. Where
    widgets don't run (on GitHub, in an untrusted notebook), a picture stands in for the player.

    Attributes:
        header: What the browser needs to know about the numbers: see :mod:`packing`.
        data: The numbers.

    Args:
        run: A recorded run of any kind of memory; or a DNC, to run on ``input`` here and again in
            the page, where its reader can change what happens; or the networks of an agent with a
            DNC, an ``ActorCritic``, to act likewise; or a film of a training, through which a
            second slider moves.
        input: What the DNC is to run on: one sequence ``[T, F]``, or a batch of one with its
            target and mask, such as ``task.sample(1, generator)``. For an agent the environment, a
            ``TMaze`` at the start of an episode.
        task: The task of the input, so that the reader can change its words.
        disturbance: What to change in the DNC's run, or its text, such as ``"write_gate@3=0"``:
            see :class:`memorylab.memory.Disturbance`.
        t: The step to begin with.
        fps: Steps per second while playing.
        order: ``"slot"``, or ``"first_write"`` for the locations in the order in which ``run``
            first wrote to them. Memories without locations have only the order ``"slot"``. The
            default is ``"slot"``, but for a film each frame's own order of first writes.
        compare: A second run to show beside the first on the same clock. The shorter of the two
            keeps its last step.
        labels: Headings of the two.
        level: How much is shown at first: ``"simple"``, which is memory, write, read, input and
            answer, with the locations numbered in order of first write; or ``"everything"``. By
            default, the level that the reader chose last, or the simple one.

    Raises:
        TypeError: ``run`` is neither a trace, nor a film, nor a model that a page can run;
            ``compare`` is not a trace, or came with a film; ``t`` is not an integer; or a trace
            came with what belongs to a model.
        ValueError: The page can't run the model, because a part of it was changed; or the input or
            the disturbance doesn't fit it. ``t``, ``fps``, ``order`` or ``level`` can't be, or
            ``labels`` are not two. Or a film is empty.
    """

    def __init__(
        self,
        run: MemoryTrace | MemoryModel,
        input: Any = None,
        *,
        task: Task | None = None,
        disturbance: Disturbance | str | None = None,
        t: int = 0,
        fps: float = 10,
        order: str | None = None,
        compare: MemoryTrace | None = None,
        labels: Sequence[str] = ("first", "second"),
        level: str | None = None,
    ):
        block = Block()
        self._film, run, order = _open_film(run, compare, order)
        trace, sent, extras, self._record_again = _record(run, input, task, disturbance, block)
        self._traces: list[MemoryTrace] = [trace] if compare is None else [trace, compare]
        for one in self._traces:
            if not isinstance(one, MemoryTrace):
                raise TypeError(
                    f"MemoryPlayer plays a MemoryTrace or a DNC, but got {type(one).__name__}. "
                    "Record a trace with MemoryTrace.record(model, input), or load one with "
                    "MemoryTrace.load(path)."
                )
        if isinstance(labels, str) or len(labels) != 2:
            raise ValueError(f"labels must be two, one for each run, but are {labels!r}.")
        self._labels = [printable(label) for label in labels] if compare is not None else [""]
        self._order = order
        self._shown: Any = SimpleNamespace()  # the widget, as soon as there is one
        self._shown.disturbance = extras.get("disturbance", "")
        self._shown.quiz_right = self._shown.quiz_asked = 0
        self.t, self.fps = t, fps
        # Both runs in the order of the first, so that their rows match.
        orders = [choose_order(one, self._order_of(one))[0] for one in self._traces]
        orders = [orders[0] if len(one) == len(orders[0]) else one for one in orders]
        if self._film is not None:
            self.frame = len(self._film) - 1
            orders = [choose_order(one, order)[0] for one in self._film.traces]
            labels = [printable(label) for label in self._film.labels]
            self.header, self.data = pack_film(self._film, labels, orders)
        else:
            self.header, self.data = pack(
                [sent, *self._traces[1:]], self._labels, orders, block, live="model" in extras
            )
        self.header |= extras
        if level is not None:
            reject_unknown_keys([level], LEVELS, "level of the player")
            self.header["level"] = level

    @property
    def num_steps(self) -> int:
        """Steps of the longest run; of a model's, with the present disturbance."""
        if self._record_again is None:
            return max(one.num_steps for one in self._traces)
        return self._run_again(self.disturbance).num_steps

    @property
    def t(self) -> int:
        """The step shown, from 0 to the longest run's last; may be set."""
        return self._shown.t

    @t.setter
    def t(self, step: int) -> None:
        step = operator.index(step)
        if not 0 <= step < self.num_steps:
            raise ValueError(
                f"t must be a step from 0 to {self.num_steps - 1}, but is {step}: the run has "
                f"{self.num_steps} steps."
            )
        self._shown.t = step

    @property
    def fps(self) -> float:
        """Steps per second while playing; may be set."""
        return self._shown.fps

    @fps.setter
    def fps(self, fps: float) -> None:
        if not 0 < fps <= 60:
            raise ValueError(f"fps must be above 0 and at most 60 steps per second, but is {fps}.")
        self._shown.fps = float(fps)

    @property
    def disturbance(self) -> str:
        """What the reader, or you, changed in the model's run, as a text; may be set.

        Raises:
            AttributeError: When set: the player plays a recorded run.
            ValueError: When set: the disturbance doesn't fit the run.
        """
        return self._shown.disturbance

    @disturbance.setter
    def disturbance(self, disturbance: Disturbance | str | None) -> None:
        if self._record_again is None:
            raise AttributeError(
                "A recorded run can't be disturbed. Give the player a model: MemoryPlayer(model, "
                "input, task=task)."
            )
        trace = self._run_again(disturbance)
        self._shown.disturbance = trace.metadata.get("disturbance", "")

    @property
    def error(self) -> dict[str, int]:
        """How many bits are ``"wrong"`` of those ``"asked"`` for, with the present disturbance.

        The model is run for it here, in Python.

        Raises:
            AttributeError: The player plays a recorded run.
            ValueError: There is no task to say what is right.
        """
        if self._record_again is None:
            raise AttributeError("Of a recorded run, compare the trace's output with its target.")
        from memorylab.player.network import count_wrong

        return count_wrong(self._run_again(self.disturbance))

    def _run_again(self, disturbance: Disturbance | str | None) -> MemoryTrace:
        return self._record_again(disturbance)[0]  # type: ignore[misc]

    @property
    def frame(self) -> int:
        """The frame of the film that is shown, counted from 0; may be set.

        Raises:
            AttributeError: The player doesn't play a film.
            ValueError: When set: there is no such frame.
        """
        if self._film is None:
            raise AttributeError("Only a film has frames: MemoryPlayer(film).")
        return self._shown.frame

    @frame.setter
    def frame(self, frame: int) -> None:
        if self._film is None:
            raise AttributeError("Only a film has frames: MemoryPlayer(film).")
        frame = operator.index(frame)
        if not 0 <= frame < len(self._film):
            raise ValueError(
                f"frame must be from 0 to {len(self._film) - 1}, but is {frame}: the film has "
                f"{len(self._film)} frames."
            )
        self._shown.frame = frame

    @property
    def quiz_score(self) -> tuple[int, int]:
        """How many of the quiz's questions the reader answered right, and how many in all."""
        return self._shown.quiz_right, self._shown.quiz_asked

    @functools.cached_property
    def widget(self) -> Any:
        """The Jupyter widget, made when it is first asked for.

        Raises:
            ImportError: anywidget isn't installed.
        """
        try:
            import anywidget
            import traitlets
        except ImportError as error:
            raise ImportError(
                f"MemoryPlayer needs anywidget to be shown in a notebook. Install it: "
                f"{install_hint('notebooks')}. Its to_html works without."
            ) from error

        last = self.num_steps - 1 if self._record_again is None else None

        class PlayerWidget(anywidget.AnyWidget):
            _esm = SCRIPT
            header = traitlets.Dict().tag(sync=True)
            data = traitlets.Bytes().tag(sync=True)
            # In the page the reader can make the run of a model longer.
            t = traitlets.Int(min=0, max=last).tag(sync=True)
            fps = traitlets.Float(10, min=math.ulp(0), max=60).tag(sync=True)
            disturbance = traitlets.Unicode().tag(sync=True)
            frame = traitlets.Int(min=0, max=len(self._film or [0]) - 1).tag(sync=True)
            quiz_right = traitlets.Int(0).tag(sync=True)
            quiz_asked = traitlets.Int(0).tag(sync=True)

        values = vars(self._shown)
        self._shown = PlayerWidget(header=self.header, data=self.data, **values)
        return self._shown

    def __repr__(self) -> str:
        frames = "" if self._film is None else f"; {len(self._film)} frames of a training"
        return f"MemoryPlayer({'; '.join(run.summary for run in self._traces)}{frames})"

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return mimebundle(self.widget, repr(self), self.film_strip(), **options)

    def film_strip(self) -> bytes:
        """Return the picture that stands in for the player, as a PNG.

        It is a film strip of a DNC; of other memories, it has their arrays over time.
        """
        traces, labels, pictures = self._traces, self._labels, []
        if self._film is not None:
            traces = [self._film.traces[self.frame]]
            labels = [f"training {self.header['film']['labels'][self.frame]}"]
        for trace, label in zip(traces, labels, strict=True):
            if label:
                heading = new_figure(0.3)
                style = {"va": "center", "fontsize": 11, "fontweight": "bold"}
                heading.text(0.01, 0.5, label, parse_math=False, **style)
                pictures.append(heading._repr_png_())
            if isinstance(trace, DNCTrace):
                picture = film_strip(trace, order=self._order)
            else:
                picture = plot_arrays(trace)
            pictures.append(picture._repr_png_())
        if len(pictures) == 1:
            return pictures[0]
        images = [np.asarray(Image.open(io.BytesIO(one)).convert("RGB")) for one in pictures]
        widest = max(image.shape[1] for image in images)
        padded = [
            np.pad(image, ((0, 0), (0, widest - image.shape[1]), (0, 0)), constant_values=255)
            for image in images
        ]
        png = io.BytesIO()
        Image.fromarray(np.concatenate(padded)).save(png, format="PNG", optimize=True)
        return png.getvalue()

    def _order_of(self, run: MemoryTrace) -> str:
        # Beside a memory with locations, one without has no order to follow.
        return self._order if run is self._traces[0] or "N" in run.sizes else "slot"

    def start(self) -> str:
        """Return what the script's ``mount`` needs, as JSON that may stand in a script element."""
        values: dict[str, Any] = {"t": self.t, "fps": self.fps, "disturbance": self.disturbance}
        if self._film is not None:
            values["frame"] = self.frame
        return start_of_page(self.header, self.data, **values)

    def to_html(self, path: str | Path, title: str = "A memory at work") -> Path:
        """Write the player as one page that needs no kernel, no network and no other file.

        The page begins at the player's step, speed and order. An interrupt leaves an older page as
        it was. The path is returned.

        Args:
            path: A path that ends in ``.html``.
            title: The page's heading.

        Raises:
            ValueError: The path has another ending.
            OSError: The folder can't be written.
        """
        return write_page(path, title, self.start(), SCRIPT)


def _open_film(
    run: Any, compare: MemoryTrace | None, order: str | None
) -> tuple[Film | None, Any, str]:
    """Return the film, if ``run`` is one, the run to begin with, and the order of locations."""
    if not isinstance(run, Film):
        return None, run, order or "slot"
    if not len(run):
        raise ValueError("This film is empty: train with film=film before playing it.")
    if compare is not None:
        raise TypeError("A film is played alone. To compare two of its frames, play its traces.")
    last = run.traces[-1]
    return run, last, order or ("first_write" if "N" in last.sizes else "slot")


def _record(
    run: Any, input: Any, task: Any, disturbance: Any, block: Block
) -> tuple[MemoryTrace, MemoryTrace, dict[str, Any], Callable[[Any], Any] | None]:
    """Return the trace to play, what of it is sent, and what the header says of a model.

    The last of the four runs the model with another disturbance. A trace is returned as it is.
    """
    torch = sys.modules.get("torch")  # whoever has a model has imported it
    if torch and isinstance(run, torch.nn.Module):
        from memorylab.memory import ActorCritic
        from memorylab.player import agent, network

        if isinstance(run, ActorCritic):
            if task is not None:
                raise TypeError("A task goes with a model; an agent acts in an environment.")
            extras = agent.pack_agent(run, input, disturbance, block)
            again = functools.partial(agent.record, run, input)
        else:
            extras = network.pack_model(run, input, task, disturbance, block)
            again = functools.partial(network.record, run, input, task)
        return *again(disturbance), extras, again
    if any(one is not None for one in (input, task, disturbance)):
        raise TypeError(
            "input, task and disturbance go with a model; a trace is played as it was recorded. "
            "The step to begin with is given by its name: t=3."
        )
    return run, run, {}, None
