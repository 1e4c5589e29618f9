"""An encoder for observations that hold images: convolutions for these, an MLP for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.networks import Conv2dModel, MlpModel
from memorylab.rllib.observations import leaves

Filters = Sequence[Sequence[Any]]
"""For each convolution its number of channels, its kernel size and its stride, as in RLlib."""

_LARGE, _SMALL = 64, 6
"""Above the first size in pixels the first stride is 4; above the second another layer follows."""


def is_image(space: gym.Space) -> bool:
    """Return whether a space is one of images: a Box with three axes."""
    return isinstance(space, gym.spaces.Box) and len(space.shape) == 3


def default_filters(height: int, width: int) -> list[tuple[int, int, int]]:
    """Return convolutions that shrink an image to at most 6 × 6.

    Kernels of 3 with a stride of 2; of an image above 64 the first kernel is 7 and its stride 4.
    """
    filters: list[tuple[int, int, int]] = []
    longest = max(height, width)
    while longest > _SMALL or not filters:
        channels = min(16 * 2 ** len(filters), 64)
        kernel, stride = (7, 4) if longest > _LARGE and not filters else (3, 2)
        filters.append((channels, kernel, stride))
        longest = -(-longest // stride)
    return filters


class ImageEncoder(nn.Module):
    """Convolutions for each image of a flat observation, then an MLP over these and all else.

    Channels may be the last axis or the first: they are the shorter one of these, and the last of
    equals. Bytes are divided by 255. Images are padded by (kernel − 1) // 2 zeros on each side.

    Args:
        space: The space of the observations before they were flattened.
        hidden_sizes: Layers of the MLP, each linear with a nonlinearity behind it.
        filters: Channels, kernel size and stride of each convolution; by default
            :func:`default_filters` of the image's size.
        nonlinearity: A class that makes the module after each convolution and layer.

    Raises:
        TypeError: A size is not an integer.
        ValueError: A size is below 1, a filter is no triple, or an image is too small for them.
    """

    def __init__(
        self,
        space: gym.Space,
        hidden_sizes: Sequence[int],
        filters: Filters | None = None,
        nonlinearity: type[nn.Module] = nn.LeakyReLU,
    ):
        super().__init__()
        self.spaces = leaves(space)
        self.sizes = [gym.spaces.flatdim(part) for part in self.spaces]
        self.convolutions = nn.ModuleList()
        size = 0
        for part, flat_size in zip(self.spaces, self.sizes, strict=True):
            if not is_image(part):
                size += flat_size
                continue
            channels, height, width = _channels_first(part.shape)
            chosen = default_filters(height, width) if filters is None else filters
            if any(len(layer) != 3 for layer in chosen):
                raise ValueError(
                    "conv_filters must hold (channels, kernel size, stride) for each convolution, "
                    f"got {filters!r}."
                )
            outs, kernels, strides = zip(*chosen, strict=True)
            paddings = [_padding(kernel) for kernel in kernels]
            model = Conv2dModel(channels, outs, kernels, strides, paddings, nonlinearity)
            size += model.conv_out_size(height, width)
            self.convolutions.append(model)
        self.mlp = MlpModel(size, hidden_sizes, nonlinearity=nonlinearity)

    @property
    def output_size(self) -> int:
        """Number of output features D."""
        return self.mlp.output_size

    def forward(self, observations: Float[Tensor, "B T F"]) -> Float[Tensor, "B T D"]:
        """Encode flat observations."""
        leading, features = observations.shape[:-1], []
        convolutions = iter(self.convolutions)
        for part, space in zip(observations.split(self.sizes, -1), self.spaces, strict=True):
            if is_image(space):
                images = part.reshape(
                    leading.numel(), *space.shape
                )  # [B·T, H, W, C] or [.., C, H, W]
                if _channels_last(space.shape):
                    images = images.permute(0, 3, 1, 2)
                if space.dtype == np.uint8:
                    images = images / 255
                part = next(convolutions)(images).flatten(1)  # [B·T, D']
                part = part.reshape(*leading, part.shape[1])  # [B, T, D']
            features.append(part)
        return self.mlp(torch.cat(features, -1))


def _padding(kernel: Any) -> Any:
    is_pair = isinstance(kernel, tuple | list)
    return tuple(map(_padding, kernel)) if is_pair else (kernel - 1) // 2


def _channels_last(shape: Sequence[int]) -> bool:
    return shape[-1] <= shape[0]


def _channels_first(shape: Sequence[int]) -> tuple[int, int, int]:
    height_width_channels = shape if _channels_last(shape) else (*shape[1:], shape[0])
    height, width, channels = height_width_channels
    return channels, height, width
