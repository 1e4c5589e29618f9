"""Lists of varying length: padded, masked, and refused where that can't be."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, Graph, Sequence, Tuple
from hypothesis import given
from hypothesis import strategies as st

from memorylab.environments import PadLists


class Repeated(gym.Space):
    """A list with a limit, recognised by the attributes that RLlib's space of this name has."""

    def __init__(self, child_space, max_len):
        super().__init__()
        self.child_space, self.max_len = child_space, max_len


class Lists(gym.Env):
    """Shows what it is told to."""

    action_space = Discrete(2)

    def __init__(self, space, shown=None):
        self.observation_space, self.shown = space, shown

    def reset(self, *, seed=None, options=None):
        return self.shown, {}


def show(space, shown, max_len=None):
    """Return a padded observation, which must be one of the padded space."""
    padded = PadLists(Lists(space, shown), max_len)
    observation, _ = padded.reset()
    assert padded.observation_space.contains(observation)
    return observation


@given(st.lists(st.integers(2, 4), max_size=3), st.booleans())
def test_items_come_first_then_zeros_and_the_mask_says_which_is_which(numbers, limited):
    element = Discrete(3, start=2)
    space = Repeated(element, 3) if limited else Sequence(element)
    shown = show(space, numbers if limited else tuple(numbers), None if limited else 3)
    one_hot = [gym.spaces.flatten(element, number) for number in numbers]
    np.testing.assert_array_equal(shown["items"][: len(numbers)], np.reshape(one_hot, (-1, 3)))
    assert not shown["items"][len(numbers) :].any()
    assert shown["mask"].tolist() == [1] * len(numbers) + [0] * (3 - len(numbers))


def test_lists_stand_anywhere_and_may_hold_lists():
    pairs = Repeated(Dict(where=Box(1, 9, (2,)), held=Repeated(Discrete(2), 2)), 2)
    space = Dict(before=Tuple([Discrete(3), pairs]), beside=Box(0, 1, (1,)))
    item = {"where": np.array([3, 4], np.float32), "held": [1]}
    beside = np.array([0.5], np.float32)
    shown = show(space, {"before": (2, [item]), "beside": beside})
    assert shown["before"][0] == 2
    assert shown["beside"] is beside
    # Of the keys' names, "held" comes before "where": its items [2, 2] and its mask [2].
    np.testing.assert_array_equal(
        shown["before"][1]["items"], [[0, 1, 0, 0, 1, 0, 3, 4], [0, 0, 0, 0, 0, 0, 0, 0]]
    )


def test_stacked_lists_are_padded_as_others():
    rows = np.array([[1, 2], [3, 4]], np.float32)
    shown = show(Sequence(Box(0, 9, (2,)), stack=True), rows, max_len=3)
    np.testing.assert_array_equal(shown["items"], [[1, 2], [3, 4], [0, 0]])


@pytest.mark.parametrize(
    ("space", "max_len", "message"),
    [
        (Discrete(3), None, r"no list to pad in Discrete\(3\)"),
        (Sequence(Discrete(3)), None, "has no limit: give max_len"),
        (Sequence(Graph(Box(0, 1, (1,)), None)), 2, "elements of a list must have a fixed size"),
        (Sequence(Discrete(3)), 2.5, "max_len must be an integer"),
    ],
)
def test_what_can_not_be_padded_is_refused(space, max_len, message):
    with pytest.raises(TypeError, match=message):
        PadLists(Lists(space), max_len)


def test_a_list_that_is_too_long_is_an_error():
    with pytest.raises(ValueError, match=r"of 3 elements is longer than the 2 .* Raise max_len"):
        show(Sequence(Discrete(3)), (0, 1, 2), max_len=2)
