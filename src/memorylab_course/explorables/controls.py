"""Controls that a reader moves: slider, choice, switch and buttons."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any

from memorylab.errors import check_count


class Control:
    """A label, the values that can be chosen, and the place of the first one shown.

    Attributes:
        kind: Which element the page shows: ``"slider"``, ``"choice"``, ``"switch"`` or
            ``"buttons"``.
        label: What stands beside it.
        values: The values, in order.
        place: Place in ``values`` of the value at the start.
    """

    kind: str

    def __init__(self, label: str, values: Iterable[Any], start: Any):
        if not isinstance(label, str) or not label.strip():
            raise ValueError(f"a control needs a label, such as 'forget gate', not {label!r}.")
        if isinstance(values, str) or not isinstance(values, Iterable):
            raise ValueError(f"{label!r}: values must be a list, such as [1, 2], not {values!r}.")
        # Numbers of NumPy and torch become Python's, which print the same everywhere.
        plain = tuple(value.item() if hasattr(value, "item") else value for value in values)
        if len(plain) < 2:
            raise ValueError(f"{label!r} needs at least two values to move between, got {plain}.")
        self.label, self.values = label, plain
        self.place: Any = self.place_of(start)

    def value_at(self, place: Any) -> Any:
        """Return the value at a place."""
        return self.values[place]

    def place_of(self, value: Any) -> Any:
        """Return where ``value`` is among the values; 0.95 finds 0.9500000000000004 too.

        Raises:
            ValueError: It is none of the values.
        """
        for place, known in enumerate(self.values):
            if value is known or _equal(value, known):
                return place
        shown = ", ".join(map(self.show, self.values[:8])) + (", …" if len(self.values) > 8 else "")
        raise ValueError(f"{self.label!r} can't be {value!r}. Its values: {shown}")

    def show(self, value: Any) -> str:
        """Return one of the values as the reader sees it."""
        if isinstance(value, bool):
            return "on" if value else "off"
        return f"{value:g}" if isinstance(value, float) else str(value)

    def header(self) -> dict[str, Any]:
        """Return what the page needs to know."""
        texts = [self.show(value) for value in self.values]
        return {"kind": self.kind, "label": self.label, "texts": texts}


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return False  # They are equal only if they are one: True isn't the 1 of a slider.
    if isinstance(one, Real) and isinstance(other, Real):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)


class Slider(Control):
    """A slider over numbers: ``Slider("spectral radius", np.arange(0.5, 1.55, 0.05), start=0.9)``.

    Args:
        label: What stands beside it.
        values: The numbers from left to right, at any distances: a range, a list, an array.
        start: The number at the start, one of ``values``.

    Raises:
        ValueError: The label is empty, there are fewer than two values, one of them is no finite
            number, or ``start`` is none of them.
    """

    kind = "slider"

    def __init__(self, label: str, values: Iterable[float], start: float):
        super().__init__(label, values, start)
        for value in self.values:
            if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
                raise ValueError(f"{label!r}: a slider's values must be numbers, not {value!r}.")


class Choice(Control):
    """A list to choose from: ``Choice("cell", ["Elman", "LSTM"], start="LSTM")``.

    Args:
        label: What stands beside it.
        options: The values; the reader sees them as text.
        start: The value at the start, one of ``options``.

    Raises:
        ValueError: The label is empty, there are fewer than two options, or ``start`` is none.
    """

    kind = "choice"

    def __init__(self, label: str, options: Iterable[Any], start: Any):
        super().__init__(label, options, start)


class Switch(Control):
    """A box to tick: ``Switch("clip the gradient")``.

    Args:
        label: What stands beside it.
        start: Whether it is ticked at the start.

    Raises:
        ValueError: The label is empty, or ``start`` is neither True nor False.
    """

    kind = "switch"

    def __init__(self, label: str, start: bool = False):
        super().__init__(label, (False, True), start)


class Buttons(Control):
    """A row of buttons to press one after the other: ``Buttons("write to", range(5), start=[2])``.

    The value is a tuple of what was pressed, in order. A further button takes the last one back.

    Args:
        label: What stands beside them.
        values: What the buttons stand for.
        start: What is pressed at the start; may be empty.
        most: How many can be pressed in all.

    Raises:
        ValueError: The label is empty, there are fewer than two buttons, ``start`` holds something
            else or more than ``most``, or ``most`` is below 1.
    """

    kind = "buttons"

    def __init__(
        self, label: str, values: Iterable[Any], start: Iterable[Any] = (), most: int = 12
    ):
        self.most = check_count(most, "most")
        super().__init__(label, values, start)

    def value_at(self, place: Any) -> tuple[Any, ...]:
        """Return what was pressed, given the place of each."""
        return tuple(self.values[one] for one in place)

    def place_of(self, value: Any) -> list[int]:
        """Return the place of each of the values.

        Raises:
            ValueError: One has no button, there are more than ``most``, or it is no list.
        """
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise ValueError(f"{self.label!r} takes a list of what to press, not {value!r}.")
        pressed = [super(Buttons, self).place_of(one) for one in value]
        if len(pressed) > self.most:
            raise ValueError(f"{self.label!r} takes {self.most} presses, not {len(pressed)}.")
        return pressed

    def show(self, value: Any) -> str:
        """Return one button, or all that was pressed, as the reader sees it."""
        if isinstance(value, tuple):
            return ", ".join(map(super().show, value)) or "none"
        return super().show(value)

    def header(self) -> dict[str, Any]:
        """Return what the page needs to know."""
        return {**super().header(), "most": self.most}
