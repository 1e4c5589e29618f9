"""Scaling of images from bytes to numbers from 0 to 1."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
from jaxtyping import Float, UInt8


class ScaleImageObservation(gym.ObservationWrapper):
    """Wraps an environment so that its images hold numbers from 0 to 1 instead of bytes.

    In RLlib, ``memorylab.rllib.ScaleImages`` computes the same numbers.

    Args:
        env: An environment whose observations are images, bytes ``[H, W, C]``.

    Raises:
        TypeError: The observations are something else.
    """

    def __init__(self, env: gym.Env):
        super().__init__(env)
        self.observation_space = scaled_image_space(env.observation_space)

    def observation(self, observation: UInt8[np.ndarray, "H W C"]) -> Float[np.ndarray, "H W C"]:
        """Return the image as numbers from 0 to 1."""
        return scale_image(observation)


def scaled_image_space(space: gym.Space) -> gym.spaces.Box:
    """Return the space of scaled images; raise TypeError if ``space`` is not one of images."""
    if not isinstance(space, gym.spaces.Box) or len(space.shape) != 3 or space.dtype != np.uint8:
        raise TypeError(
            "Scaling images needs a space of images, a Box of uint8 of shape [H, W, C], but got "
            f"{space}. Scale before images are flattened or stacked, put a single channel behind "
            "an image without any, [H, W, 1], and leave out what holds floats already."
        )
    return gym.spaces.Box(0.0, 1.0, space.shape, np.float32)


def scale_image(image: UInt8[np.ndarray, "H W C"]) -> Float[np.ndarray, "H W C"]:
    """Return the bytes of ``image`` divided by 255; raise TypeError if they are none."""
    if image.dtype != np.uint8:
        raise TypeError(
            f"An image to scale must hold uint8, got {image.dtype}. Was it scaled already?"
        )
    return image.astype(np.float32) / 255
