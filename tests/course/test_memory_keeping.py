"""What a trained memory keeps, and what it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from memorylab.memory import make_memory
from memorylab.memory.model import MemoryModel
from memorylab.tasks import KeyValueRecall
from memorylab_course.keeping import WIDTH, Dressed, price, right_by_lag

TASK = KeyValueRecall(min_pairs=4, max_pairs=4, word_size=3)


class Oracle(MemoryModel):
    """Answers rightly what isn't older than ``reach`` steps, and wrongly what is."""

    def __init__(self, reach: int):
        super().__init__(TASK.input_size)
        self.reach = reach

    @property
    def output_size(self):
        return TASK.output_size

    def initial_state(self):
        return {}

    def forward_memory(self, z, state, t_starts, seq_lens):
        keys, values = z[..., :3], z[..., 3:6]
        same = (keys.unsqueeze(2) == keys.unsqueeze(1)).all(-1) & (z[..., 6] == 0).unsqueeze(1)
        age = torch.arange(8)[:, None] - torch.arange(8)
        found = (same & (age <= self.reach)).float() @ (2 * values - 1)
        return torch.where(found == 0, 2 * (same.float() @ values == 0).float() - 1, found), state


@pytest.mark.parametrize("reach", [1, 4, 7])
def test_lag_is_the_number_of_steps_since_the_pair(reach):
    assert right_by_lag(Oracle(reach), TASK) == [float(lag <= reach) for lag in range(1, 8)]


def test_lists_of_several_lengths_are_refused():
    with pytest.raises(ValueError, match="one length, not 2 to 4 pairs"):
        right_by_lag(Oracle(7), replace(TASK, min_pairs=2))


@pytest.mark.parametrize(
    ("name", "sizes", "state_bytes", "multiplications"),
    [
        ("lstm", {"hidden_size": 5}, 2 * 5 * 4, 4 * 5 * (WIDTH + 5)),
        ("mingru", {"hidden_size": 5}, 5 * 4, 2 * 5 * WIDTH),
        # Queries, keys and values, the skip; reading; a network of two layers; the output.
        (
            "linear_attention",
            {"hidden_size": 5, "key_size": 3},
            (9 + 3) * 4,
            4 * WIDTH * 3 + 9 + 2 * 9 + 5 * 3,
        ),
    ],
)
def test_price_counts_the_state_and_the_products(name, sizes, state_bytes, multiplications):
    memory = make_memory(name, WIDTH, **sizes)
    found = price(memory)
    assert found["state_bytes"] == state_bytes
    assert found["multiplications"] == pytest.approx(multiplications, abs=9)  # K² to write
    assert found["parameters"] == sum(part.numel() for part in memory.parameters())


def test_links_cost_the_square_of_the_locations_and_a_window_its_length():
    def step(name, **size):
        return price(make_memory(name, WIDTH, **size))["state_bytes"]

    dnc = [step("dnc", num_locations=n) for n in (128, 256)]
    window = [step("gtrxl", window_size=n) for n in (128, 256)]
    assert 3.5 < dnc[1] / dnc[0] < 4
    assert 1.9 < window[1] / window[0] < 2.1


def test_a_dressed_memory_keeps_the_state_of_the_memory_within():
    model = Dressed(make_memory("mingru", WIDTH, hidden_size=5), TASK)
    y, state = model(torch.randn(2, 6, TASK.input_size))
    assert y.shape == (2, 6, TASK.output_size)
    assert state["hidden"].shape == (2, 5)
    first, state = model(torch.ones(1, 3, TASK.input_size))
    both, _ = model(torch.ones(1, 4, TASK.input_size))
    after, _ = model(torch.ones(1, 1, TASK.input_size), state)
    torch.testing.assert_close(torch.cat([first, after], 1), both)
