"""``setup``, the call with which every notebook starts."""

from __future__ import annotations

import math
import os
import random
import warnings

import matplotlib.style
import numpy as np
import torch

from memorylab import progress
from memorylab.memory.dnc.fast import availability
from memorylab.plots.style import STYLE


def setup(seed: int = 0) -> None:
    """Seed everything, fit torch to the processors at hand and set the style of figures.

    Prints nothing; calling it again starts the random numbers anew and changes nothing else.

    Args:
        seed: For ``random``, numpy and torch, from 0 to 2**32 - 1.

    Raises:
        TypeError: ``seed`` is not a whole number.
        ValueError: ``seed`` is negative or too large for numpy, or ``CPU_LIMIT`` is no number.
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed must be a whole number, such as 0, not {seed!r}.")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must lie between 0 and 2**32 - 1, not {seed}.")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - POPGym and others still draw from the global generator
    torch.manual_seed(seed)
    torch.set_num_threads(num_threads())
    matplotlib.style.use(STYLE)
    availability.notice = progress.notice  # Its line vanishes, and no stored output holds it.
    # Gymnasium warns about spaces that a user can't change: some warnings carry its own name,
    # others, in yellow, the caller's.
    warnings.filterwarnings("ignore", module=r"gymnasium(\..*)?$")
    warnings.filterwarnings("ignore", message=r"\x1b\[33mWARN: ")


def num_threads() -> int:
    """Return how many threads torch should use: ``CPU_LIMIT`` rounded down, at least 1.

    A container sees all processors of its host; ``CPU_LIMIT`` is how many of them it may use.
    Without it the answer is 1: these networks are small, and more threads slow them down.

    Raises:
        ValueError: ``CPU_LIMIT`` is set to something other than a positive number.
    """
    text = os.environ.get("CPU_LIMIT") or "1"
    try:
        limit = float(text)
    except ValueError:
        limit = math.nan
    if not (math.isfinite(limit) and limit > 0):
        raise ValueError(
            f"the environment variable CPU_LIMIT must be a positive number of processors, "
            f"such as 2, not {text!r}. Unset it to use one thread."
        )
    return max(1, int(limit))
