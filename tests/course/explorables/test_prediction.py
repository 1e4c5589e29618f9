"""Predictions: noted, kept, compared, and readable as text."""

from __future__ import annotations

import itertools

import pytest

from memorylab_course.explorables import predict

_numbers = itertools.count()


def fresh(choices=("up", "down"), **options):
    """Return a prediction whose question nobody has answered yet."""
    return predict(f"Where does it go, in case {next(_numbers)}?", choices, **options)


def text(shown):
    data, _ = shown._repr_mimebundle_()
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    return data["text/plain"]


def test_question_and_answer_are_readable_without_a_guess():
    prediction = fresh()
    assert text(prediction) == f"Predict: {prediction.question}\n  • up\n  • down"
    assert text(prediction.reveal("down", "It sinks.")) == "Answer: down. It sinks."


def test_guesses_are_compared_whenever_they_come():
    prediction = fresh()
    revealed = prediction.reveal("down")
    prediction.guess = "up"
    assert repr(revealed) == revealed.widget.text == "Your guess: up. Answer: down."
    prediction.widget.set_state({"guess": "down"})  # as the page does
    assert prediction.guess == revealed.widget.guess == "down"
    assert repr(revealed) == revealed.widget.text == "Your guess: down. Right! Answer: down."
    prediction.guess = None
    assert repr(revealed) == "Answer: down."


def test_numbers_are_shown_with_their_unit():
    prediction = fresh((), unit=" %")
    prediction.guess = 30
    assert repr(prediction).endswith("\nYour guess: 30 %")
    assert repr(prediction.reveal(12.5)) == "Your guess: 30 %. Answer: 12.5 %."


def test_a_guess_outlives_its_cell():
    first = fresh()
    first.guess = "up"
    assert predict(first.question, first.choices).guess == "up"
    assert fresh().guess is None


def test_a_kept_guess_that_is_no_choice_any_more_is_dropped():
    first = fresh()
    first.guess = "up"
    assert predict(first.question, ["left", "right"]).guess is None
    assert predict(first.question).guess is None


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: predict(" ", ["a", "b"]), ValueError, "a prediction needs a question, not ' '"),
        (
            lambda: predict("Which?", "ab"),
            TypeError,
            "must be a list of texts, .* not 'ab'",
        ),
        (
            lambda: predict("Which?", [1, 2]),
            TypeError,
            r"must be a list of texts.*\[1, 2\]",
        ),
        (lambda: predict("Which?", ["a"]), ValueError, r"two or more different ones, not \['a'\]"),
        (lambda: predict("Which?", ["a", "a"]), ValueError, "two or more different ones"),
        (lambda: predict("Which?", ["a", "b"], "%"), ValueError, "write '%' into the choices"),
        (
            lambda: fresh().reveal("left"),
            ValueError,
            "'left' is none of the .*'up', 'down'",
        ),
        (lambda: fresh(()).reveal("up"), ValueError, "asks for a number, not 'up'"),
        (lambda: fresh(()).reveal(float("nan")), ValueError, "asks for a number, not nan"),
        (lambda: setattr(fresh(), "guess", "left"), ValueError, "'left' is none of the choices"),
    ],
)
def test_what_can_not_be_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
