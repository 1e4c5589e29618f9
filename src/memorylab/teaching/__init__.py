"""Moved: what notebooks import is now ``memorylab_course``, what makes the course is ``tools/``.

The old names go with the next release.
"""

import sys
import warnings

from memorylab_course import Verdict, attempt, checks, expect, self_check, setup

warnings.warn(
    "memorylab.teaching has moved to memorylab_course and goes with the next release: write "
    "`from memorylab_course import setup` and `from memorylab_course.checks import dnc_links`.",
    FutureWarning,
    stacklevel=2,
)
sys.modules[f"{__name__}.checks"] = checks

__all__ = ["Verdict", "attempt", "checks", "expect", "self_check", "setup"]
