"""The drawing of which earlier step each loss asks for."""

from __future__ import annotations

import pytest
from matplotlib.patches import FancyArrowPatch

from memorylab_course.figures import plot_credit
from memorylab_course.figures.credit import LAST, PICTURES, targets


@pytest.mark.parametrize("delay", [1, 4, LAST])
def test_every_target_is_a_dot_and_every_step_asked_for_has_an_arrow(delay):
    axes = plot_credit(delay).axes[0]
    rows = targets(delay)
    dots = [line.get_xdata() for line in axes.lines if line.get_marker() == "o"]
    assert [len(xs) for xs in dots] == [len(asked) for asked in rows.values()]
    arrows = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    wanted = [earlier for asked in rows.values() for _, earlier in asked if earlier is not None]
    assert len(arrows) == len(wanted)
    assert set(rows) | set(PICTURES) <= {text.get_text() for text in axes.texts}


def test_what_the_losses_ask_for():
    rows = targets(3)
    assert rows["reward"] == [(LAST, 0)]
    assert rows["behaviour cloning"][-1] == (LAST, 0)
    assert all(earlier is None for _, earlier in rows["reconstruction"])
    # The picture after step 2 is that of step 1.
    assert (2, 1) in rows["next observation"]
    assert rows["earlier, by 3 steps"][0] == (3, 0)


def test_a_delay_below_one_is_refused():
    with pytest.raises(ValueError, match="delay"):
        plot_credit(0)
