"""A place for a guess, which is compared with the answer further down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from memorylab_course.explorables.widget import Explorable

_GUESSES: dict[tuple[str, ...], Any] = {}
"""The guess at each question, so that running a cell again doesn't lose it."""


class Prediction:
    """A question, and the guess that the reader has noted.

    Attributes:
        question: The question.
        choices: The answers to choose from; empty if the answer is a number.
        unit: What follows a number.
        widget: The Jupyter widget.
    """

    def __init__(self, question: str, choices: Sequence[str], unit: str):
        self.question, self.choices, self.unit = question, tuple(choices), unit
        self.widget = Explorable(
            kind="predict",
            header={"question": question, "choices": list(choices), "unit": unit},
            guess=_GUESSES.get((question, *self.choices)),
        )
        self.widget.observe(self._noted, "guess")

    @property
    def guess(self) -> str | float | None:
        """The guess, or None as long as there is none. Set it to guess without a widget.

        Raises:
            ValueError: It is set to none of the choices, or to no number.
        """
        return self.widget.guess

    @guess.setter
    def guess(self, guess: str | float | None) -> None:
        self.widget.guess = None if guess is None else self._check(guess)

    def reveal(self, answer: str | float, why: str = "") -> Revealed:
        """Return the answer beside the guess; make it the last line of a cell below the evidence.

        Args:
            answer: One of the choices, or a number, rounded to what the evidence shows.
            why: A sentence to follow.

        Raises:
            ValueError: The answer is none of the choices, or no number.
        """
        return Revealed(self, self._check(answer), why)

    def show(self, value: str | float) -> str:
        """Return a guess or an answer as the reader sees it."""
        return value if isinstance(value, str) else f"{value:g}{self.unit}"

    def __repr__(self) -> str:
        lines = [f"Predict: {self.question}", *(f"  • {choice}" for choice in self.choices)]
        if self.guess is not None:
            lines.append(f"Your guess: {self.show(self.guess)}")
        return "\n".join(lines)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return _bundle(self.widget, repr(self), options)

    def _check(self, value: Any) -> str | float:
        if self.choices:
            if value not in self.choices:
                raise ValueError(
                    f"{value!r} is none of the choices of {self.question!r}: "
                    f"{', '.join(map(repr, self.choices))}."
                )
            return value
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            raise ValueError(f"{self.question!r} asks for a number, not {value!r}.")
        return float(value)

    def _noted(self, change: dict[str, Any]) -> None:
        _GUESSES[(self.question, *self.choices)] = change["new"]


class Revealed:
    """An answer beside the guess; it follows when the guess changes.

    Attributes:
        widget: The Jupyter widget.
    """

    def __init__(self, prediction: Prediction, answer: str | float, why: str):
        self._prediction, self._answer, self._why = prediction, answer, why
        self.widget = Explorable(
            kind="reveal", guess=prediction.guess, text=repr(self), header={"answer": self._says()}
        )
        prediction.widget.observe(self._noted, "guess")

    def __repr__(self) -> str:
        guess, show = self._prediction.guess, self._prediction.show
        if guess is None:
            return self._says()
        right = self._prediction.choices and guess == self._answer
        return f"Your guess: {show(guess)}. {'Right! ' if right else ''}{self._says()}"

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return _bundle(self.widget, repr(self), options)

    def _says(self) -> str:
        return f"Answer: {self._prediction.show(self._answer)}. {self._why}".rstrip()

    def _noted(self, change: dict[str, Any]) -> None:
        with self.widget.hold_sync():
            self.widget.guess, self.widget.text = change["new"], repr(self)


def predict(question: str, choices: Sequence[str] = (), unit: str = "") -> Prediction:
    """Return a place to note a guess; name it, and make it the last line of a cell.

    ::

        left = predict("How much of the gradient is left after 50 steps?", ["half", "a thousandth"])
        left

    A later cell, below the evidence, ends with ``left.reveal("a thousandth", "0.87⁵⁰ = 0.001.")``.
    Nothing waits for the guess: all cells run without one. Without a kernel a notebook shows
    question, choices and answer as text.

    Args:
        question: Ends with a question mark.
        choices: The answers to choose from. Without any, the reader types a number.
        unit: What follows a number, such as ``"%"`` or ``" steps"``.

    Raises:
        ValueError: The question is empty, there is one choice only, two are alike, or a unit is
            given beside choices.
        TypeError: The choices aren't a list of texts.
    """
    if not isinstance(question, str) or not question.strip():
        raise ValueError(f"a prediction needs a question, not {question!r}.")
    if isinstance(choices, str) or not all(isinstance(choice, str) for choice in choices):
        raise TypeError(f"choices must be a list of texts, such as ['a', 'b'], not {choices!r}.")
    if len(choices) == 1 or len(set(choices)) != len(choices):
        raise ValueError(f"choices must be two or more different ones, not {list(choices)}.")
    if choices and unit:
        raise ValueError(f"a unit goes with a number; write {unit!r} into the choices instead.")
    return Prediction(question, choices, unit)


def _bundle(
    widget: Explorable, text: str, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a widget's view, with a text for where no widgets run."""
    bundle: Any = widget._repr_mimebundle_(**options)
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    return data | {"text/plain": text}, metadata
