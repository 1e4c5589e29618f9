"""Disturbances: what to change in a run of a memory, as a value and as a line of text.

Needs no torch, so that a text can be checked without it.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from memorylab.errors import check_count, suggest
from memorylab.memory.arrays import KINDS, Array

_EDIT = re.compile(
    r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*"
    r"(\[\s*(?P<index>[0-9]{1,9}(\s*,\s*[0-9]{1,9})*)\s*\]\s*)?"
    r"(@\s*(?P<first>[0-9]{1,9})\s*(?P<range>-\s*(?P<last>[0-9]{1,9})?)?)?"
)
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Edit:
    """One array, or a part of it, has a given value at some steps.

    The value is written right after the array is computed; everything that is computed later, in
    the same step or after it, sees it.

    Attributes:
        name: An array of the trace.
        value: A finite number.
        index: Where in the array of one step; ``(3,)`` is row 3 of the memory, ``()`` all of it.
        first: First step.
        last: Last step, included; None is the end of the run.

    Raises:
        TypeError: An index or a step is not an integer.
        ValueError: An index or a step is negative, ``last`` is before ``first``, or the value is
            not a finite number.
    """

    name: str
    value: float
    index: tuple[int, ...] = ()
    first: int = 0
    last: int | None = None

    def __post_init__(self) -> None:
        for i in self.index:
            check_count(i, f"The index of {self.name}", minimum=0)
        check_count(self.first, f"The first step for {self.name}", minimum=0)
        if self.last is not None:
            check_count(self.last, f"The last step for {self.name}", minimum=self.first)
        if not math.isfinite(self.value):
            raise ValueError(f"{self.name} must get a finite number, but got {self.value}.")

    def __str__(self) -> str:
        index = f"[{','.join(map(str, self.index))}]" if self.index else ""
        steps = ""
        if self.last is not None:
            steps = f"@{self.first}" if self.last == self.first else f"@{self.first}-{self.last}"
        elif self.first:
            steps = f"@{self.first}-"
        value = repr(float(self.value) + 0.0)  # the sum turns -0.0 into 0.0
        return f"{self.name}{index}{steps}={value.removesuffix('.0')}"

    def check(self, table: Mapping[str, Array], sizes: Mapping[str, int]) -> None:
        """Check the edit against a table of arrays and the sizes of their dimensions.

        Raises:
            ValueError: No step computes such an array, or the index, a step or the value is out of
                range.
        """
        computed = {name: row for name, row in table.items() if not row.optional}
        if self.name not in computed:
            raise ValueError(
                f"{self}: no step computes an array {self.name!r}.{suggest(self.name, computed)}"
            )
        row = computed[self.name]
        shape = row.step_shape(sizes)
        if len(self.index) > len(shape):
            raise ValueError(
                f"{self}: at one step {self.name} has {len(shape)} dimensions, but the index has "
                f"{len(self.index)}."
            )
        for i, size, letter in zip(self.index, shape, row.dimensions[1:], strict=False):
            if i >= size:
                raise ValueError(
                    f"{self}: the index {i} is out of range: it must be 0 to {size - 1} "
                    f"(dimension {letter} of {self.name})."
                )
        for step in (self.first, self.last or 0):
            if step >= sizes["T"]:
                raise ValueError(
                    f"{self}: step {step} is out of range: the run has the steps 0 to "
                    f"{sizes['T'] - 1}."
                )
        low, high = KINDS[row.kind]
        if not low <= self.value <= high:
            allowed = f"in [{low}, {high}]" if math.isfinite(high) else f"at least {low}"
            raise ValueError(
                f"{self}: {self.name} is a {row.kind}, so its value must be {allowed}, but it is "
                f"{self.value}."
            )


@dataclass(frozen=True)
class Disturbance:
    """What to change in a run of a memory: edits of its arrays, its size, and what it hears.

    As text, a disturbance is one line of parts joined by ``;``. Spaces around the marks don't
    matter, and ``str()`` gives the shortest form::

        name[i,j]@first-last=value

    The index and the steps may be left out: ``memory[3]`` is row 3, ``memory`` everything;
    ``@5`` is one step, ``@5-`` from step 5 on, and without ``@`` the edit holds for the whole run.
    ``N=64``, ``words=1011,0010`` and ``options=sign:2,distance:12`` are no edits: they set the
    other attributes.

    Some examples: ``write_gate@3=0`` writes nothing at step 3; ``memory[3]@5=0`` wipes row 3 once,
    and ``memory[3]@5-=0`` keeps it empty; ``link[2,1]@7=0`` cuts a link; ``link=0`` does without.

    An edit keeps a number in the range of its kind, but may leave a weighting or the read modes
    with another sum than they have undisturbed.

    Attributes:
        edits: In order; where two set the same number, the later one counts.
        num_locations: Number of locations N to run the same weights with; None leaves it.
        words: The task's words, such as ``("1011", "0010")``; None leaves the input. Only a task
            can turn words into input, target and mask: see ``memorylab.tasks.Task.make``.
        options: The options that the environment's episode begins with, as names with whole
            numbers, such as ``(("sign", 2), ("distance", 12))``; None leaves it as it began. Only
            an environment can begin an episode: see ``memorylab.environments.TMaze.reset``.

    Raises:
        TypeError: ``num_locations`` is not an integer.
        ValueError: ``num_locations`` is below 1, the words are not bits of one length, or an option
            has no name or is there twice.
    """

    edits: tuple[Edit, ...] = ()
    num_locations: int | None = None
    words: tuple[str, ...] | None = None
    options: tuple[tuple[str, int], ...] | None = None

    def __post_init__(self) -> None:
        if self.num_locations is not None:
            check_count(self.num_locations, "N")
        if isinstance(self.words, str) or self.words == ():
            raise ValueError(f"Words must be at least one in a tuple, but are {self.words!r}.")
        if self.words is not None:
            for word in self.words:
                if not re.fullmatch("[01]+", word) or len(word) != len(self.words[0]):
                    raise ValueError(
                        f"Words must be bits of one length, such as 1011,0010, but one is {word!r}."
                    )
        names = [name for name, _ in self.options or ()]
        if self.options == () or not all(map(str.isidentifier, names)):
            raise ValueError(f"Options must be names with whole numbers, but are {self.options!r}.")
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"An option may be there once, but {name!r} is there twice.")

    @classmethod
    def parse(cls, text: str | Disturbance | None) -> Disturbance:
        """Read a disturbance from its text; one that is read already is returned as it is.

        Args:
            text: See the class. An empty text, like None, changes nothing.

        Raises:
            TypeError: ``text`` is neither of these.
            ValueError: Names the part that can't be read.
        """
        if isinstance(text, Disturbance):
            return text
        if text is None:
            return cls()
        if not isinstance(text, str):
            raise TypeError(
                f"A disturbance must be a Disturbance or its text, got {type(text).__name__}."
            )
        edits: list[Edit] = []
        others: dict[str, Any] = {}
        for part in text.split(";") if text.strip() else []:
            key, _, value = (side.strip() for side in part.partition("="))
            if key in ("N", "words", "options") and key in others:
                raise ValueError(f"{text!r} sets {key} twice. Keep one of them.")
            if key == "N":
                if not re.fullmatch("[0-9]{1,9}", value):
                    raise ValueError(f"N must be a number of locations, but is {value!r}.")
                others[key] = int(value)
            elif key == "words":
                others[key] = tuple(word.strip() for word in value.split(","))
            elif key == "options":
                others[key] = tuple(_parse_option(option.strip()) for option in value.split(","))
            else:
                edits.append(_parse_edit(part.strip(), key, value))
        return cls(tuple(edits), others.get("N"), others.get("words"), others.get("options"))

    def __str__(self) -> str:
        parts = [] if self.num_locations is None else [f"N={self.num_locations}"]
        parts += [] if self.words is None else [f"words={','.join(self.words)}"]
        if self.options is not None:
            parts.append(f"options={','.join(f'{name}:{value}' for name, value in self.options)}")
        return ";".join([*parts, *map(str, self.edits)])

    def __bool__(self) -> bool:
        return self != Disturbance()

    def check(self, table: Mapping[str, Array], sizes: Mapping[str, int]) -> None:
        """Check the disturbance against a kind of trace and the sizes of a run.

        Args:
            table: The table of arrays of a trace: ``type(trace).table``.
            sizes: The size of each dimension by its letter, undisturbed: ``trace.sizes``.

        Raises:
            ValueError: Names the edit and what doesn't fit: see :meth:`Edit.check`. Or the memory
                has no locations whose number could be set.
        """
        if self.num_locations is not None:
            if "N" not in sizes:
                raise ValueError(f"N={self.num_locations}: this memory has no locations.")
            sizes = {**sizes, "N": self.num_locations}
        for edit in self.edits:
            edit.check(table, sizes)

    def apply(self, name: str, tensor: Any, step: int) -> Any:
        """Return an array as it stands after this step's edits; ``tensor`` is left as it is.

        Args:
            name: The array's name.
            tensor: The array that the step computed, a tensor ``[B, ...]``.
            step: Number of the step.
        """
        for edit in self.edits:
            if (
                edit.name == name
                and edit.first <= step
                and (edit.last is None or step <= edit.last)
            ):
                if edit.index:
                    tensor = tensor.clone()
                    tensor[(slice(None), *edit.index)] = edit.value
                else:
                    tensor = tensor.new_full(tensor.shape, edit.value)
        return tensor

    def after(self, edits: tuple[Edit, ...]) -> Disturbance:
        """Return the same disturbance with some edits before its own."""
        return dataclasses.replace(self, edits=(*edits, *self.edits))


def check_undiverged(arrays: Mapping[str, np.ndarray]) -> None:
    """Raise if a disturbance drove a run to NaN or infinity, naming the first step and array."""
    found = [
        (int(wrong[0]), name)
        for name, array in arrays.items()
        if len(wrong := np.argwhere(~np.isfinite(array.reshape(len(array), -1)).all(-1)).ravel())
    ]
    if found:
        step, name = min(found)
        raise ValueError(
            f"The disturbance drives {name} to NaN or infinity at step {step}. Use smaller values."
        )


def _parse_option(option: str) -> tuple[str, int]:
    match = re.fullmatch(r"([A-Za-z_][A-Za-z0-9_]*)\s*:\s*([0-9]{1,9})", option)
    if match is None:
        raise ValueError(
            f"Options must be names with whole numbers, such as sign:2,distance:12, but one is "
            f"{option!r}."
        )
    return match[1], int(match[2])


def _parse_edit(part: str, key: str, value: str) -> Edit:
    match = _EDIT.fullmatch(key)
    if match is None or not _NUMBER.fullmatch(value):
        raise ValueError(
            f"{part!r} can't be read. Write name[index]@first-last=value, such as memory[3]@5-=0 "
            "or write_gate=0, and join parts by ';'."
        )
    index = tuple(int(i) for i in (match["index"] or "").split(",") if i)
    first = int(match["first"] or 0)
    last = int(match["last"]) if match["last"] else None
    if match["first"] and not match["range"]:
        last = first
    return Edit(match["name"], float(value), index, first, last)
