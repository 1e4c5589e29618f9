from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.image import imread

from memorylab_course.figures import plot_migration_map
from memorylab_course.figures.migration import LONGEST

NAMES = st.text("abcdef_().", min_size=1, max_size=12)
GROUPS = st.dictionaries(
    NAMES, st.dictionaries(NAMES, st.tuples(NAMES, NAMES), min_size=1, max_size=4), min_size=1
)


def draw(groups):
    figure = plot_migration_map(groups, "old stack", "new stack")
    return figure, figure.axes[0]


def texts(axes):
    return [text.get_text() for text in axes.texts if text.get_text()]


def arrows(axes):
    return [text.arrow_patch for text in axes.texts if getattr(text, "arrow_patch", None)]


@settings(deadline=None, derandomize=True, max_examples=10)
@given(groups=GROUPS)
def test_every_pair_stands_in_one_line_with_an_arrow_between(groups):
    _, axes = draw(groups)
    pairs = [pair for group in groups.values() for pair in group.values()]
    assert texts(axes)[:2] == ["old stack", "new stack"]
    names = [text for text in axes.texts if text.get_family() == ["monospace"]]
    assert [text.get_text() for text in names] == [name for pair in pairs for name in pair]
    for old, new in zip(names[::2], names[1::2], strict=True):
        assert old.get_position()[1] == new.get_position()[1]
        assert old.get_position()[0] < new.get_position()[0]
    assert len(arrows(axes)) == len(pairs)
    assert all(group in texts(axes) for group in groups)


def test_what_is_gone_has_a_broken_grey_arrow_and_words_instead_of_a_name():
    _, axes = draw({"group": {"a": ("old", "new"), "b": ("lost", "gone: write it yourself")}})
    there, gone = arrows(axes)
    assert there.get_linestyle() == "-"
    assert gone.get_linestyle() != "-"
    assert gone.get_edgecolor() != there.get_edgecolor()
    (words,) = [text for text in axes.texts if text.get_text().startswith("gone")]
    assert words.get_style() == "italic"


def test_the_longest_names_fit_into_the_figure():
    name = "m" * LONGEST
    figure, axes = draw({"group": {"a": (name, name)}})
    figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    assert width == 800
    for text in axes.texts:
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height


def test_it_is_drawn():
    figure, _ = draw({"group": {"a": ("old", "new")}})
    picture = imread(io.BytesIO(figure._repr_png_()))
    assert picture.shape[1] == 800
    assert picture[..., :3].min() < 0.2


@pytest.mark.parametrize("groups", [{}, {"group": {}}])
def test_no_names(groups):
    with pytest.raises(ValueError, match="groups is empty"):
        draw(groups)


def test_a_name_that_is_too_long():
    with pytest.raises(ValueError, match="has 45 letters; at most 44 fit"):
        draw({"group": {"a": ("m" * 45, "new")}})
