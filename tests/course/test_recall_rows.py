"""Which rows of a memory held an item."""

from __future__ import annotations

import pytest
import torch

from memorylab.memory import DNC
from memorylab.memory.dnc import DNCTrace
from memorylab.tasks import AssociativeRecall
from memorylab_course.recall_rows import written_rows

TASK = AssociativeRecall(min_items=3, max_items=3, item_length=1, word_size=4)


def test_rows_are_those_a_trace_wrote_to():
    torch.manual_seed(0)
    model = DNC(TASK.input_size, TASK.output_size, num_locations=5, word_size=3)
    lists = TASK.sample(3, torch.Generator().manual_seed(0))
    rows = written_rows(model, lists, steps=(1, 3), end=6)  # [B, 2, W]
    assert rows.shape == (3, 2, 3)
    for sequence, found in zip(lists.input, rows, strict=True):
        trace = DNCTrace.record(model, sequence)
        for step, row in zip((1, 3), found, strict=True):
            location = trace.write_weighting[step].argmax()
            expected = torch.as_tensor(trace.memory[5, location]).float()
            torch.testing.assert_close(row, expected, atol=1e-5, rtol=0)


def test_a_step_after_the_end_is_refused():
    model = DNC(TASK.input_size, TASK.output_size)
    lists = TASK.sample(1, torch.Generator().manual_seed(0))
    with pytest.raises(ValueError, match="Step 6 isn't among the steps 0 to 5"):
        written_rows(model, lists, steps=(1, 6), end=6)
