"""Modules for the notebooks: setup, self-checks, and figures that one notebook draws."""

from memorylab_course.notebook_setup import setup
from memorylab_course.verdict import (
    Verdict,
    attempt,
    expect,
    expect_answer,
    expect_tensor,
    self_check,
)

__all__ = [
    "Verdict",
    "attempt",
    "expect",
    "expect_answer",
    "expect_tensor",
    "self_check",
    "setup",
]
