"""A figure with controls that redraw it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from memorylab.errors import reject_unknown_keys
from memorylab.player.page import mimebundle
from memorylab_course.explorables.controls import Control
from memorylab_course.explorables.widget import Explorable


class Explorer:
    """A figure that ``draw`` draws anew whenever the reader moves a control.

    Attributes:
        values: The value of each control, by name.
        text: The sentence that ``draw`` returned last, or an empty one.
        widget: The Jupyter widget.
    """

    def __init__(
        self, figure: Figure, draw: Callable[..., str | None], controls: dict[str, Control]
    ):
        self._figure, self._draw, self._controls = figure, draw, controls
        self.values = {name: one.value_at(one.place) for name, one in controls.items()}
        self._canvas = FigureCanvasAgg(figure)
        plt.close(figure)  # Otherwise pyplot shows it once more at the end of the cell.
        groups = (group for axes in figure.axes for group in axes.containers)
        self._kept = {*figure.get_children(), *_inside(figure.axes), *groups}
        self._bounds: list[Any] = []
        self.text = self._draw_anew()
        # From now on the axes stay where the first picture has them: nothing jumps while a slider
        # moves, and drawing takes half the time.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        self._bounds = [axes.get_position() for axes in figure.axes]
        places = [one.place for one in controls.values()]
        self.widget = Explorable(
            kind="explore",
            header={
                "controls": [one.header() for one in controls.values()],
                "width": self._canvas.get_width_height()[0],
            },
            places=places,
            drawn=places,
            picture=self.picture(),
            text=self.text,
        )
        self.widget.observe(self._moved, "places")

    def move(self, **values: Any) -> None:
        """Set controls by name, as the reader does.

        Raises:
            ValueError: There is no such control, or it has no such value.
            RuntimeError: ``draw`` failed.
        """
        reject_unknown_keys(values, self._controls, "control")
        wanted = self.values | values
        self.widget.places = [one.place_of(wanted[name]) for name, one in self._controls.items()]
        if self.widget.problem:
            raise RuntimeError(f"draw failed with {self.widget.problem}")

    def picture(self) -> bytes:
        """Return the figure as it is now, as a PNG."""
        self._canvas.draw()
        size = self._canvas.get_width_height()
        pixels = Image.frombuffer("RGBA", size, self._canvas.buffer_rgba())
        png = io.BytesIO()
        # Stronger compression takes longer than it saves on the way to the page.
        pixels.convert("RGB").save(png, "PNG", compress_level=1)
        return png.getvalue()

    def __repr__(self) -> str:
        lines = [
            f"{one.label}: {one.show(self.values[name])}" for name, one in self._controls.items()
        ]
        return "\n".join([*lines, *filter(None, [self.text])])

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        png = io.BytesIO()
        Image.open(io.BytesIO(self.picture())).save(png, "PNG", optimize=True)
        return mimebundle(self.widget, repr(self), png.getvalue(), **options)

    def _moved(self, change: dict[str, Any]) -> None:
        """Draw for the places that the page or ``move`` has set, and say if that fails."""
        places = change["new"]
        chosen = zip(self._controls.items(), places, strict=True)
        self.values = {name: one.value_at(place) for (name, one), place in chosen}
        try:
            self.text, problem = self._draw_anew(), ""
            picture = self.picture()
        except Exception as error:
            # An exception in a widget's callback ends in a log that no reader sees.
            self.text, problem = "", f"{type(error).__name__}: {error}"
            picture = self.widget.picture
        with self.widget.hold_sync():
            self.widget.picture, self.widget.drawn = picture, places
            self.widget.text, self.widget.problem = self.text, problem

    def _draw_anew(self) -> str:
        """Take away what the last call of ``draw`` added, and call it again."""
        figure = self._figure
        for artist in figure.get_children():  # first of all whole axes, such as colour bars
            if artist not in self._kept:
                artist.remove()
        for artist in _inside(figure.axes):
            if artist not in self._kept:
                artist.remove()
        for axes in figure.axes:
            # Bars are also kept as groups, by which a legend finds their labels.
            axes.containers[:] = [group for group in axes.containers if group in self._kept]
            axes.set_prop_cycle(None)
            axes.relim()
        text = self._draw(**self.values)
        for axes, bounds in zip(figure.axes, self._bounds, strict=False):
            axes.set_position(bounds)  # a new colour bar has taken its room from the axes again
        if text is not None and not isinstance(text, str):
            raise TypeError(
                f"draw must return a sentence or nothing, not {text!r} ({type(text).__name__})."
            )
        return text or ""


def explore(figure: Figure, draw: Callable[..., str | None], **controls: Control) -> Explorer:
    """Return ``figure`` with controls that redraw it; make it the last line of a cell.

    ::

        figure, axes = plt.subplots()
        axes.set(xlabel="lag", ylabel="gradient", xlim=(0, 50), ylim=(0, 1))

        def draw(radius):
            axes.plot(radius ** np.arange(51))
            return f"After 50 steps, {radius**50:.2g} of the gradient is left."

        explore(figure, draw, radius=Slider("spectral radius", [0.8, 0.9, 1.0], start=0.9))

    Without a kernel a notebook shows the first picture, and as text the first values and the
    sentence.

    Args:
        figure: Axes, labels, limits and whatever else never changes. It is drawn in full size.
        draw: Called with the value of each control by name. It adds lines, images, texts … to the
            figure's axes; what its last call added is removed before. It may return a sentence,
            which stands below the picture and is read aloud. What it sets rather than adds, such
            as a title, it must set in every call. It should not draw global random numbers. It
            sees the notebook's names as they are now.
        controls: A :class:`Slider`, :class:`Choice`, :class:`Switch` or :class:`Buttons` for each
            argument of ``draw``.

    Raises:
        TypeError: ``figure`` is no figure, a control is no control, or ``draw`` can't be called
            with these names or returns something else than text.
        ValueError: There is no control.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure must be a matplotlib figure, not {figure!r}.")
    if not callable(draw):
        raise TypeError(f"draw must be a function, not {draw!r}.")
    if not controls:
        raise ValueError(
            "explore needs a control for each argument of draw: "
            "explore(figure, draw, lag=Slider('lag', range(1, 51), start=10))."
        )
    for name, one in controls.items():
        if not isinstance(one, Control):
            raise TypeError(f"{name} must be a Slider, Choice, Switch or Buttons, not {one!r}.")
    if isinstance(draw, FunctionType):
        # Notebooks use names such as `axes` again: keep those that this function means.
        names, defaults = dict(draw.__globals__), draw.__kwdefaults__
        draw = FunctionType(
            draw.__code__, names, draw.__name__, draw.__defaults__, draw.__closure__
        )
        draw.__kwdefaults__ = defaults
    return Explorer(figure, draw, controls)


def _inside(many: Iterable[Axes]) -> list[Artist]:
    return [artist for axes in many for artist in axes.get_children()]
