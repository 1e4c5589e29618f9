"""Self-checks: a function of plain assertions that answers with a verdict instead of a traceback.

A check takes what the student wrote and asserts what should hold::

    @self_check
    def check_padding_mask(padding_mask):
        \"\"\"Exercise 1.\"\"\"
        mask = attempt(padding_mask, torch.tensor([2, 0]), 3)
        expect(tuple(mask.shape) == (2, 3), f"a mask of shape [2, 3], not {list(mask.shape)}")
        expect(mask[0].tolist() == [True, True, False], "the first two steps of row 0 to be real")
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

GRADING = "NBGRADER_EXECUTION"
"""The environment variable that nbgrader sets while it grades or validates a notebook."""


@dataclass(frozen=True)
class Verdict:
    """What a self-check found; shows itself as ``✓ …`` or ``✗ …`` and is true if passed."""

    passed: bool
    message: str

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return f"{'✓' if self.passed else '✗'} {self.message}"


class CheckFailed(AssertionError):
    """A self-check that was not passed, while a notebook is being graded."""


class _NotYet(Exception):
    """Carries the sentence that the verdict shows."""


def expect(condition: Any, expected: str) -> None:
    """Go on if ``condition`` is true; otherwise end the check with "expected …".

    Args:
        condition: Anything with one truth value.
        expected: What should hold, without the answer: ``"a mask of shape [2, 3]"``.
    """
    if not condition:
        raise _NotYet(f"expected {expected}")


def attempt(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call the student's function; end the check if it fails or returns nothing.

    Args:
        function: What the student wrote.
        args: Passed on, as are ``kwargs``.

    Returns:
        What ``function`` returned, which is neither ``None`` nor ``...``.
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

    For a student a verdict is a line to read, and the notebook goes on. For a grader a cell counts
    as failed if it raises, so a failed check does that while ``NBGRADER_EXECUTION`` is set.

    It passes if ``check`` returns, with the sentence it returned, if any. It fails if an answer it
    was given is still ``...`` or ``None``, on :func:`expect`, on a failed ``assert`` (whose message
    says what was expected), and on any other error, whose type and message are shown.

    Args:
        check: Takes what the student wrote; returns a closing sentence or ``None``.

    Returns:
        The same function, except that it never raises an ``Exception``, or, while a notebook is
        being graded, only :class:`CheckFailed`.
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
            # Only the first line: below it numpy and torch print values, the answer among them.
            return Verdict(False, f"expected {_first_line(error) or 'something else'}")
        except Exception as error:
            return Verdict(False, f"stops with {_describe(error)}")
        return Verdict(True, praise or "Right.")

    @functools.wraps(check)
    def checked(*args: Any, **kwargs: Any) -> Verdict:
        verdict = judge(*args, **kwargs)
        # Raised here, where no error is being handled, so that no traceback shows the check.
        if not verdict and os.environ.get(GRADING):
            raise CheckFailed(verdict.message)
        return verdict

    return checked


def _show(answer: Any) -> str:
    return "..." if answer is ... else repr(answer)


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "")


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {_first_line(error)}".rstrip(": ")
