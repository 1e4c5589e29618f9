import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from memorylab.environments import ScaleImageObservation


class Pictures(gym.Env):
    """Shows the pictures that it was given, one after the other."""

    action_space = gym.spaces.Discrete(2)

    def __init__(self, pictures):
        self.pictures = pictures
        self.observation_space = gym.spaces.Box(0, 255, pictures.shape[1:], np.uint8)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self.pictures[0], {}

    def step(self, action):
        self.time += 1
        return self.pictures[self.time], 0.0, self.time == len(self.pictures) - 1, False, {}


SHAPES = st.tuples(*[st.integers(1, 5)] * 3)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(pictures=SHAPES.flatmap(lambda shape: arrays(np.uint8, (3, *shape))))
def test_every_byte_becomes_its_share_of_255(pictures):
    environment = ScaleImageObservation(Pictures(pictures))
    seen = [environment.reset()[0], environment.step(0)[0], environment.step(0)[0]]
    assert environment.observation_space == gym.spaces.Box(0, 1, pictures.shape[1:], np.float32)
    for scaled, picture in zip(seen, pictures, strict=True):
        assert environment.observation_space.contains(scaled)
        np.testing.assert_array_equal(np.rint(scaled * np.float64(255)), picture)
        assert scaled.max() == np.float32(picture.max() / 255)


def test_black_is_zero_and_white_is_one():
    environment = ScaleImageObservation(Pictures(np.array([[[[0, 255]]]] * 2, np.uint8)))
    np.testing.assert_array_equal(environment.reset()[0], [[[0, 1]]])


@pytest.mark.parametrize(
    "space",
    [
        gym.spaces.Discrete(3),
        gym.spaces.Box(0, 1, (4, 4, 1), np.float32),
        gym.spaces.Box(0, 255, (4, 4), np.uint8),
        gym.spaces.Dict({"image": gym.spaces.Box(0, 255, (4, 4, 1), np.uint8)}),
    ],
)
def test_what_is_no_image_is_refused(space):
    environment = Pictures(np.zeros((2, 1, 1, 1), np.uint8))
    environment.observation_space = space
    with pytest.raises(TypeError, match=r"a Box of uint8 of shape \[H, W, C\], but got"):
        ScaleImageObservation(environment)


def test_an_image_is_not_scaled_twice():
    environment = ScaleImageObservation(Pictures(np.ones((2, 1, 1, 1), np.uint8)))
    with pytest.raises(TypeError, match="Was it scaled already"):
        environment.observation(environment.reset()[0])
