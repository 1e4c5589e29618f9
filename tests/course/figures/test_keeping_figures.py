from __future__ import annotations

import pytest

from memorylab.plots import style
from memorylab_course.figures import plot_kept, plot_scan


def test_the_window_is_sharp_the_sum_even_and_the_recurrence_fades():
    window, total, fading = (
        [bar.get_height() for bar in axes.patches] for axes in plot_kept().axes
    )
    assert set(window[:-5]) == {0}
    assert set(window[-5:]) == set(total) == {1}
    assert fading == sorted(fading)
    assert fading[-1] == 1


@pytest.mark.parametrize(("steps", "rounds"), [(2, 1), (8, 3), (11, 4)])
def test_the_tree_joins_all_steps_before_the_last(steps, rounds):
    texts = [text for text in plot_scan(steps).axes[0].texts if text.get_text()]
    shown = [text.get_text() for text in texts]
    assert f"join with\n{2 ** (rounds - 1)} before" in shown
    assert f"join with\n{2**rounds} before" not in shown
    assert shown.count(f"0…{steps - 1}") == 1
    # Each first step is a leaf of the tree, so it is in the tree's colour.
    leaves = [text for text in texts if text.get_position()[1] == 0][1:]
    assert {text.get_color() for text in leaves} == {style.COLOURS[0]}


def test_one_step_is_refused():
    with pytest.raises(ValueError, match="num_steps"):
        plot_scan(1)
