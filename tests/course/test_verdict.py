import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from memorylab_course import Verdict, attempt, expect, self_check
from memorylab_course.verdict import CheckFailed, expect_answer, expect_tensor


@self_check
def check_double(double):
    """A check as a notebook has it."""
    result = attempt(double, 3)
    expect(result == 6, "twice the number")


@settings(deadline=None, derandomize=True, max_examples=25)
@given(wrong=st.integers().filter(lambda number: number != 6))
def test_fails_on_any_wrong_number_without_giving_the_right_one_away(wrong):
    verdict = check_double(lambda number: wrong)
    assert not verdict
    assert repr(verdict) == "✗ expected twice the number"


def test_passes_on_the_right_answer():
    verdict = check_double(lambda number: 2 * number)
    assert verdict
    assert repr(verdict).startswith("✓ ")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (..., "not yet: there is only ... where your answer goes"),
        (None, "not yet: there is only None where your answer goes"),
        (6, "expected a function, not 6"),
    ],
)
def test_answer_that_is_no_function(answer, says):
    assert check_double(answer) == Verdict(False, says)


def test_keyword_answers_are_looked_at_too():
    assert check_double(double=...).message.startswith("not yet")


@pytest.mark.parametrize(("returned", "shown"), [(None, "None"), (..., "...")])
def test_function_that_returns_nothing_is_not_wrong_but_not_there_yet(returned, shown):
    def double(number):
        return returned

    assert check_double(double).message == f"not yet: double returns {shown}"


def test_error_in_the_answer_is_shown_by_type_and_message():
    def double(number):
        raise KeyError("size")

    assert check_double(double).message == "double stops with KeyError: 'size'"


def test_error_without_a_message_shows_its_type_alone():
    def double(number):
        raise ValueError

    assert check_double(double).message == "double stops with ValueError"


def test_answer_that_raises_not_implemented_is_not_there_yet():
    def double(number):
        raise NotImplementedError

    assert check_double(double).message == "not yet: double is still to be written"


def test_interrupting_a_check_still_interrupts():
    def double(number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_double(double)


def test_plain_assertions_say_what_was_expected():
    @self_check
    def check(answer):
        assert answer == 2, "an even prime"

    assert repr(check(3)) == "✗ expected an even prime"
    assert check(2)


def test_error_in_the_check_itself_is_a_verdict_too():
    @self_check
    def check(answer):
        return answer.shape

    assert (
        check("text").message == "stops with AttributeError: 'str' object has no attribute 'shape'"
    )


@pytest.mark.parametrize(
    "compare", [np.testing.assert_allclose, torch.testing.assert_close], ids=["numpy", "torch"]
)
def test_failed_comparison_of_arrays_does_not_print_the_right_values(compare):
    answer = 12345.0

    @self_check
    def check(given):
        compare(torch.tensor([given]), torch.tensor([answer]))

    assert "12345" not in check(1.0).message
    assert check(answer)


def test_closing_sentence_of_the_check_is_the_praise():
    @self_check
    def check(answer):
        return "And note how little it took."

    assert repr(check(1)) == "✓ And note how little it took."


def test_self_check_keeps_the_name_and_docstring_of_the_check():
    assert check_double.__name__ == "check_double"
    assert check_double.__doc__ == "A check as a notebook has it."


@pytest.mark.parametrize("reason", ["autograde", "validate"])
def test_a_failed_check_raises_while_a_notebook_is_graded(monkeypatch, reason):
    monkeypatch.setenv("NBGRADER_EXECUTION", reason)
    with pytest.raises(CheckFailed, match=r"^expected twice the number$") as raised:
        check_double(lambda number: 7)
    assert raised.value.__context__ is None  # whose traceback would show the check
    with pytest.raises(CheckFailed, match="not yet"):
        check_double(...)
    assert check_double(lambda number: 2 * number)


def test_a_verdict_is_a_result_for_a_student_and_only_printed_for_nbgrader(monkeypatch, capsys):
    show = DisplayFormatter().format
    assert show(Verdict(True, "Right."))[0] == {"text/plain": "✓ Right."}
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert show(Verdict(True, "Right."))[0] == {}  # a result would be the cell's points
    assert capsys.readouterr().out == "✓ Right.\n"


def test_a_warning_is_no_failure_while_a_notebook_is_graded(monkeypatch, capsys):
    def double(number):
        print("careful", file=sys.stderr)  # nbgrader takes a cell that writes there for failed
        return 2 * number

    assert check_double(double)
    assert capsys.readouterr() == ("", "careful\n")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check_double(double)
    assert capsys.readouterr() == ("careful\n", "")


@self_check
def check_halves(answer):
    """A check of a tensor with hints for known mistakes."""
    expect_tensor(answer, [2], "halves", "of 1 and 3")
    mistakes = {"halves, not doubles": torch.tensor([2.0, 6.0]), "no zeros": (0, torch.zeros(2))}
    expect_answer(answer, torch.tensor([0.5, 1.5]), mistakes, "other numbers")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ([0.5, 1.5], "halves of 1 and 3, not list"),
        (torch.zeros(3), "halves of shape [2] of 1 and 3, not [3]"),
        (torch.tensor([2.0, 6.0]), "halves, not doubles"),
        (torch.zeros(2), "no zeros"),
        (torch.tensor([0.5, 1.51]), "other numbers"),
        (torch.tensor([0.5, float("nan")]), "other numbers"),
    ],
)
def test_known_mistakes_get_their_hint(answer, says):
    assert check_halves(answer).message == f"expected {says}"


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.floats(-1e3, 1e3))
def test_the_right_answer_passes_even_if_a_mistake_gives_the_same(right):
    check = self_check(lambda answer: expect_answer(answer, right, {"a mistake": right}, "more"))
    assert check(right)
    assert check(torch.tensor([right], dtype=torch.float64))
    assert not check(right + 1e-3)
