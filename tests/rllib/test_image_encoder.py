"""Images inside observations pass convolutions; the rest doesn't."""

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium.spaces import Box, Dict, Discrete
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.rllib import MemoryRLModule
from memorylab.rllib.image_encoder import ImageEncoder, default_filters

BYTES = Box(0, 255, (9, 7, 3), np.uint8)


def build(space, **model_config):
    return MemoryRLModule(
        observation_space=space, action_space=Discrete(2), model_config=model_config
    ).networks


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 210), st.integers(1, 210))
def test_default_convolutions_take_any_image_to_at_most_6_by_6(height, width):
    encoder = ImageEncoder(Box(0, 255, (height, width, 3), np.uint8), [5])
    convolutions = encoder.convolutions[0]
    channels = default_filters(height, width)[-1][0]
    assert convolutions.conv_out_size(height, width) <= channels * 36
    assert encoder.output_size == 5


def test_the_place_of_an_image_and_its_channels_does_not_matter():
    torch.manual_seed(0)
    image = torch.randint(256, (2, 4, 9, 7, 3)).float()  # [B, T, H, W, C]
    last = ImageEncoder(BYTES, [5])
    first = ImageEncoder(Box(0, 255, (3, 9, 7), np.uint8), [5])
    real = ImageEncoder(Box(0, 1, (9, 7, 3)), [5])
    for other in (first, real):
        other.load_state_dict(last.state_dict())
    expected = last(image.flatten(2))
    torch.testing.assert_close(first(image.movedim(-1, 2).flatten(2)), expected)
    torch.testing.assert_close(real(image.flatten(2) / 255), expected)
    # Beside others it fills its own part of the flat observation.
    beside = ImageEncoder(Dict(a=Discrete(3), b=BYTES, c=Box(0, 1, (2,))), [5])
    conv = last.convolutions[0](image.flatten(0, 1).movedim(-1, 1) / 255).flatten(1)
    beside.convolutions.load_state_dict(last.convolutions.state_dict())
    rest = torch.rand(2, 4, 5)
    flat = torch.cat([rest[..., :3], image.flatten(2), rest[..., 3:]], -1)
    features = torch.cat([rest[..., :3], conv.reshape(2, 4, -1), rest[..., 3:]], -1)
    torch.testing.assert_close(beside(flat), beside.mlp(features))
    assert last(image[:0].flatten(2)).shape == (0, 4, 5)


def test_a_model_chooses_its_convolutions():
    networks = build(BYTES, conv_filters=[[4, [3, 2], 2], [6, 2, 1]], vf_share_layers=False)
    for encoder in networks.encoders.values():
        convolutions = [part for part in encoder.convolutions[0].conv if hasattr(part, "stride")]
        assert [part.out_channels for part in convolutions] == [4, 6]
        assert [part.kernel_size for part in convolutions] == [(3, 2), (2, 2)]
    encoder = build(BYTES, encoder_nonlinearity="Tanh").encoder
    kinds = {type(part) for part in encoder.modules() if not list(part.children())}
    assert kinds == {torch.nn.Conv2d, torch.nn.Linear, torch.nn.Tanh}
    assert build(BYTES, conv_filters=[]).encoder.model[0].in_features == 9 * 7 * 3
    assert build(Box(0, 1, (9, 7))).encoder.model[0].in_features == 9 * 7


@pytest.mark.parametrize(
    ("space", "filters", "message"),
    [
        (Box(0, 1, (9,)), [[4, 3, 2]], "are for images, Boxes with three axes, but the module"),
        (BYTES, [[4, 3]], "must hold \\(channels, kernel size, stride\\)"),
        (BYTES, [[0, 3, 2]], "channels\\[0\\] must be at least 1"),
        (Box(0, 1, (1, 9, 1)), [[4, 4, 2]], "does not fit into 1×9"),
    ],
)
def test_convolutions_that_can_not_be_are_refused(space, filters, message):
    with pytest.raises(ValueError, match=message):
        build(space, conv_filters=filters)


def test_other_boxes_are_no_images():
    assert isinstance(build(gym.spaces.MultiBinary([4, 4, 3])).encoder, torch.nn.Module)
    assert not isinstance(build(gym.spaces.MultiBinary([4, 4, 3])).encoder, ImageEncoder)
    assert isinstance(build(Dict(action_mask=Box(0, 1, (2,)), seen=BYTES)).encoder, ImageEncoder)
