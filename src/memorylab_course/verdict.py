"""Self-checks: functions of assertions that return a verdict instead of raising an error.

A check takes the student's answer and asserts what should hold::

    @self_check
    def real_steps(student):
        \"\"\"Exercise 1.\"\"\"
        mask = expect_tensor(attempt(student, torch.tensor([2, 0]), 3), [2, 3])
        turned = {"the real steps marked, not the padding": [0, 0, 1, 1, 1, 1]}
        expect_answer(mask, [1, 1, 0, 0, 0, 0], turned, "the first two steps of row 0 marked")
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

GRADING = "NBGRADER_EXECUTION"
"""The environment variable that nbgrader sets while it grades or validates a notebook."""


@dataclass(frozen=True)
class Verdict:
    """The result of a self-check; its repr is ``✓ …`` or ``✗ …``, and it is true if passed."""

    passed: bool
    message: str

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return f"{'✓' if self.passed else '✗'} {self.message}"

    def _ipython_display_(self) -> None:
        """Print the verdict while nbgrader grades, which takes a cell's result for its points."""
        if not os.environ.get(GRADING):
            raise NotImplementedError  # IPython then shows the repr, as a result.
        print(self)


class CheckFailed(AssertionError):
    """Raised by a failed self-check while a notebook is being graded."""


class _NotYet(Exception):
    """Carries the sentence that the verdict shows."""


def expect(condition: Any, expected: str) -> None:
    """End the check with "expected …" unless ``condition`` is true.

    Args:
        condition: Anything with one truth value.
        expected: What should hold, without the answer: ``"a mask of shape [2, 3]"``.
    """
    if not condition:
        raise _NotYet(f"expected {expected}")


def expect_tensor(
    answer: Any, shape: Sequence[int], what: str = "a tensor", given: str = ""
) -> Tensor:
    """Return ``answer`` if it is a tensor of the given shape; otherwise end the check.

    Args:
        answer: What the student's function returned.
        shape: The shape it should have.
        what: The answer's name in the message, such as ``"a tensor of logits"``.
        given: The case that was tried, such as ``"for an observation of shape [3]"``.
    """
    case = f" {given}" if given else ""
    expect(isinstance(answer, Tensor), f"{what}{case}, not {type(answer).__name__}")
    expect(
        list(answer.shape) == list(shape),
        f"{what} of shape {list(shape)}{case}, not {list(answer.shape)}",
    )
    return answer


def expect_answer(
    answer: Any,
    right: Any,
    mistakes: Mapping[str, Any],
    otherwise: str,
    *,
    tolerance: float = 1e-6,
) -> None:
    """End the check unless ``answer`` equals ``right``, with the hint for the mistake made.

    Args:
        answer: A number or a tensor.
        right: The right number or tensor.
        mistakes: The result of each known mistake, or a tuple of results, under its hint. The
            first that equals ``answer`` decides.
        otherwise: The hint for any other wrong answer.
        tolerance: The largest difference between two numbers that count as equal.
    """
    if is_close(answer, right, tolerance):
        return
    for hint, wrong in mistakes.items():
        results = wrong if isinstance(wrong, tuple) else (wrong,)
        expect(not any(is_close(answer, result, tolerance) for result in results), hint)
    expect(False, otherwise)


def is_close(one: Any, other: Any, tolerance: float = 1e-6) -> bool:
    """Tell whether two numbers or tensors have equally many entries, equal to ``tolerance``."""
    one = torch.as_tensor(one, dtype=torch.float64).flatten()
    other = torch.as_tensor(other, dtype=torch.float64).flatten()
    return one.shape == other.shape and torch.allclose(one, other, rtol=0, atol=tolerance)


def attempt(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call the student's function; end the check if it fails or returns nothing.

    Args:
        function: The student's function.
        args: Positional arguments for it.
        kwargs: Keyword arguments for it.

    Returns:
        The result of ``function``, neither ``None`` nor ``...``.
    """
    if function is None or function is ...:
        raise _NotYet(f"not yet: there is only {_show(function)} where your answer goes")
    if not callable(function):
        raise _NotYet(f"expected a function, not {_show(function)}")
    name = getattr(function, "__name__", type(function).__name__)
    try:
        result = function(*args, **kwargs)
    except NotImplementedError:
        raise _NotYet(f"not yet: {name} is still to be written") from None
    except Exception as error:
        raise _NotYet(f"{name} stops with {_describe(error)}") from None
    if result is None or result is ...:
        raise _NotYet(f"not yet: {name} returns {_show(result)}")
    return result


def self_check(check: Callable[..., str | None]) -> Callable[..., Verdict]:
    """Turn a function of assertions into one that returns a :class:`Verdict`.

    The check passes if the function returns; the sentence that it returns, if any, is shown. The
    check fails if an answer is still ``...`` or ``None``, on :func:`expect`, on a failed ``assert``
    (whose message says what was expected), and on any other error, whose type and message are
    shown.

    A student reads the verdict, and the notebook goes on. A grader needs a failing cell to raise:
    while the environment variable ``NBGRADER_EXECUTION`` is set, a failed check raises. What is
    written to ``sys.stderr`` goes to ``sys.stdout`` then: for nbgrader, a warning is a failure.

    Args:
        check: Takes the student's answers; returns a closing sentence or ``None``.

    Returns:
        The same function, except that it raises no ``Exception``, or, while a notebook is being
        graded, only :class:`CheckFailed`.
    """

    def judge(*args: Any, **kwargs: Any) -> Verdict:
        for answer in (*args, *kwargs.values()):
            if answer is None or answer is ...:
                return Verdict(
                    False, f"not yet: there is only {_show(answer)} where your answer goes"
                )
        try:
            praise = check(*args, **kwargs)
        except _NotYet as reason:
            return Verdict(False, str(reason))
        except NotImplementedError:
            return Verdict(False, "not yet: there is something still to be written")
        except AssertionError as error:
            # Only the first line: numpy and torch print the right values below it.
            return Verdict(False, f"expected {_first_line(error) or 'something else'}")
        except Exception as error:
            return Verdict(False, f"stops with {_describe(error)}")
        return Verdict(True, praise or "Right.")

    @functools.wraps(check)
    def checked(*args: Any, **kwargs: Any) -> Verdict:
        if not os.environ.get(GRADING):
            return judge(*args, **kwargs)
        with contextlib.redirect_stderr(sys.stdout):
            verdict = judge(*args, **kwargs)
        # Raise outside any except block: otherwise the traceback would show the check.
        if not verdict:
            raise CheckFailed(verdict.message)
        return verdict

    return checked


def _show(answer: Any) -> str:
    return "..." if answer is ... else repr(answer)


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "")


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {_first_line(error)}".rstrip(": ")
