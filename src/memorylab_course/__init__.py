"""What notebooks import besides ``memorylab``: setup, self-checks, and figures drawn once."""

from memorylab_course.notebook_setup import setup
from memorylab_course.verdict import Verdict, attempt, expect, self_check

__all__ = ["Verdict", "attempt", "expect", "self_check", "setup"]
