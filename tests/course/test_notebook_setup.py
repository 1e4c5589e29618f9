import random
import warnings

import gymnasium
import matplotlib as mpl
import matplotlib.colors
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab_course import setup


@pytest.fixture(autouse=True)
def leave_no_trace(monkeypatch):
    """Give the rest of the tests back what ``setup`` changes."""
    threads = torch.get_num_threads()
    monkeypatch.delenv("CPU_LIMIT", raising=False)
    with mpl.rc_context(), warnings.catch_warnings():
        yield
    torch.set_num_threads(threads)


def draw() -> tuple:
    return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002


@settings(deadline=None, derandomize=True, max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_same_seed_same_numbers(seed):
    setup(seed)
    first = draw()
    setup(seed)
    assert draw() == first
    setup((seed + 1) % 2**32)
    assert all(one != other for one, other in zip(draw(), first, strict=True))


def test_says_nothing_and_leaves_the_same_behind_when_called_twice(capsys):
    setup()
    style, filters = dict(mpl.rcParams), list(warnings.filters)
    setup()
    assert dict(mpl.rcParams) == style
    assert list(warnings.filters) == filters
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("limit", "threads"), [(None, 1), ("", 1), ("2", 2), ("1.9", 1), ("0.5", 1)], ids=str
)
def test_threads_follow_the_container(monkeypatch, limit, threads):
    if limit is not None:
        monkeypatch.setenv("CPU_LIMIT", limit)
    torch.set_num_threads(3)
    setup()
    assert torch.get_num_threads() == threads


def test_figures_are_white_and_cividis():
    setup()
    assert matplotlib.colors.to_hex(mpl.rcParams["figure.facecolor"]) == "#ffffff"
    assert mpl.rcParams["image.cmap"] == "cividis"


def test_gymnasium_is_quiet_and_others_are_not():
    setup()
    with warnings.catch_warnings(record=True) as caught:
        gymnasium.logger.warn("this space is odd")
        warnings.warn_explicit("low precision", UserWarning, "box.py", 1, "gymnasium.spaces")
        warnings.warn_explicit("look here", UserWarning, "model.py", 1, "memorylab.memory")
    assert [str(warning.message) for warning in caught] == ["look here"]


@pytest.mark.parametrize("seed", [1.5, "0", True, None])
def test_refuses_a_seed_that_is_no_whole_number(seed):
    with pytest.raises(TypeError, match=f"whole number, such as 0, not {seed!r}"):
        setup(seed)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_refuses_a_seed_out_of_range(seed):
    with pytest.raises(ValueError, match=f"between 0 and .*not {seed}"):
        setup(seed)


@pytest.mark.parametrize("limit", ["two", "0", "-1", "nan", "inf"])
def test_refuses_a_limit_that_is_no_number(monkeypatch, limit):
    monkeypatch.setenv("CPU_LIMIT", limit)
    with pytest.raises(ValueError, match=f"CPU_LIMIT must be a positive number.*not '{limit}'"):
        setup()
