"""What notebooks need around the subject: setup, self-checks and tools for the course."""

from memorylab.teaching.notebook_setup import setup
from memorylab.teaching.verdict import Verdict, attempt, expect, self_check

__all__ = ["Verdict", "attempt", "expect", "self_check", "setup"]
