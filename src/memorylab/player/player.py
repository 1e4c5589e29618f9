"""The player as a Jupyter widget and as a page."""

from __future__ import annotations

import base64
import functools
import html
import io
import json
import math
import operator
import re
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from string import Template
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from memorylab.errors import reject_unknown_keys
from memorylab.files import write_atomically
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.memory.trace import MemoryTrace
from memorylab.player.packing import Block, pack
from memorylab.plots import film_strip, plot_arrays
from memorylab.plots.choices import choose_order
from memorylab.plots.style import new_figure

if TYPE_CHECKING:
    from memorylab.memory.disturbance import Disturbance
    from memorylab.memory.model import MemoryModel
    from memorylab.tasks import Task

SCRIPT = Path(__file__).with_name("player.js")
LEVELS = ("simple", "everything")
PAGE = Path(__file__).with_name("page.html")


class MemoryPlayer:
    """Everything a run did, step by step, to scrub through, play and point at.

    One side shows a step: what the memory holds, one row per location, and where the step writes
    and reads. The other shows the whole run, with the step as a cursor to drag. Pointing at a cell,
    or reaching it by tab and arrow keys, shows its value and marks its locations everywhere. Two
    levels show what matters first, or every array.

    The whole run crosses to the browser once, and nothing after that needs the kernel. Where
    widgets don't run (on GitHub, in an untrusted notebook), a picture stands in for the player.

    Attributes:
        header: What the browser needs to know about the numbers: see :mod:`packing`.
        data: The numbers.
        num_steps: Steps of the longest run.

    Args:
        run: A recorded run of any kind of memory; or a DNC, to run on ``input`` here and again in
            the page, where its reader can change what happens.
        input: What the DNC is to run on: one sequence ``[T, F]``, or a batch of one with its
            target and mask, such as ``task.sample(1, generator)``.
        task: The task of the input, so that the reader can change its words.
        disturbance: What to change in the DNC's run, or its text, such as ``"write_gate@3=0"``:
            see :class:`memorylab.memory.Disturbance`.
        t: The step to begin with.
        fps: Steps per second while playing.
        order: ``"slot"``, or ``"first_write"`` for the locations in the order in which ``run``
            first wrote to them. Memories without locations have only the order ``"slot"``.
        compare: A second run to show beside the first on the same clock. The shorter of the two
            keeps its last step.
        labels: Headings of the two.
        level: How much is shown at first: ``"simple"``, which is memory, write, read, input and
            answer, with the locations numbered in order of first write; or ``"everything"``. By
            default, the level that the reader chose last, or the simple one.

    Raises:
