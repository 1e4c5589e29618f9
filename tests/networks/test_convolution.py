import copy
import pickle

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from memorylab.networks import Conv2dHeadModel, Conv2dModel, conv2d_output_shape

fixed = settings(deadline=None, derandomize=True, max_examples=25)


def size(low, high):
    return st.integers(low, high) | st.tuples(st.integers(low, high), st.integers(low, high))


@st.composite
def stacks(draw):
    """Draw the arguments of a Conv2dModel that images of 16 × 13 always fit."""
    channels = draw(st.lists(st.integers(1, 4), min_size=1, max_size=2))

    def of(entries):
        return draw(st.lists(entries, min_size=len(channels), max_size=len(channels)))

    return {
        "in_channels": draw(st.integers(1, 3)),
        "channels": channels,
        "kernel_sizes": of(size(1, 3)),
        "strides": of(size(1, 2)),
        "paddings": of(size(0, 2)) if draw(st.booleans()) else None,
        "use_maxpool": draw(st.booleans()),
    }


def by_hand(state, x, stack, name="conv", nonlinearity=F.relu):
    """Compute the convolutions from the weights alone, found by rlpyt's names."""
    layer = 0
    paddings = stack["paddings"] or [0] * len(stack["channels"])
    for stride, padding in zip(stack["strides"], paddings, strict=True):
        weight, bias = state.pop(f"{name}.{layer}.weight"), state.pop(f"{name}.{layer}.bias")
        pooled = stack["use_maxpool"] and stride not in (1, (1, 1))
        x = F.conv2d(x, weight, bias, 1 if stack["use_maxpool"] else stride, padding)
        x = nonlinearity(x)
        x = F.max_pool2d(x, stride) if pooled else x
        layer += 3 if pooled else 2
    return x


# --- conv2d_output_shape --------------------------------------------------------------------------


@settings(fixed, max_examples=100)
@given(st.integers(1, 9), st.integers(1, 9), size(1, 4), size(1, 3), size(0, 2), size(1, 2))
def test_output_shape_is_that_of_a_convolution(h, w, kernel_size, stride, padding, dilation):
    conv = nn.Conv2d(1, 1, kernel_size, stride, padding, dilation)
    try:
        expected = tuple(conv(torch.zeros(1, 1, h, w)).shape[-2:])
    except RuntimeError:
        with pytest.raises(ValueError, match=f"does not fit into {h}×{w}, which is"):
            conv2d_output_shape(h, w, kernel_size, stride, padding, dilation)
    else:
        assert conv2d_output_shape(h, w, kernel_size, stride, padding, dilation) == expected


def test_output_shape_example():
    assert conv2d_output_shape(84, 80, kernel_size=8, stride=4) == (20, 19)
    assert conv2d_output_shape(h=5, w=6) == (5, 6)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((4, 9, 5), ValueError, "covers 5×5 does not fit into 4×9, which is 4×9 when padded"),
        ((9, 1, 5, 1, 1), ValueError, "covers 5×5 does not fit into 9×1, which is 11×3 when"),
        ((4, 4, 3, 1, 0, 2), ValueError, "covers 5×5 does not fit"),
        ((0, 4), ValueError, "h must be at least 1, got 0"),
        ((4, 4.0), TypeError, "w must be an integer, got 4.0"),
        ((4, 4, (3, 3, 3)), ValueError, r"kernel_size must be an integer or a pair .*\(3, 3, 3\)"),
        ((4, 4, 3, 0), ValueError, "stride must be at least 1, got 0"),
        ((4, 4, 3, 1, "same"), TypeError, "padding must be an integer, got 'same'"),
        ((4, 4, 3, 1, -1), ValueError, "padding must be at least 0, got -1"),
        ((4, 4, 3, 1, 1, 0), ValueError, "dilation must be at least 1, got 0"),
    ],
)
def test_output_shape_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        conv2d_output_shape(*arguments)


# --- Conv2dModel ----------------------------------------------------------------------------------


@fixed
@given(stacks(), st.integers(1, 3))
def test_output_agrees_with_the_weights(stack, batch_size):
    model = Conv2dModel(**stack)
    x = torch.randn(batch_size, stack["in_channels"], 16, 13)
    state = dict(model.state_dict())
    expected = by_hand(state, x, stack)
    assert not state
    torch.testing.assert_close(model(x), expected)
    torch.testing.assert_close(model(x[0]), expected[0])
    assert (
        model.conv_out_size(16, 13) == model.conv_out_size(h=16, w=13, c=9) == expected[0].numel()
    )
    assert model.output_size == expected.shape[1]


@fixed
@given(stacks(), st.integers(1, 4), st.integers(1, 4))
def test_small_images_are_refused_where_torch_refuses_them(stack, h, w):
    model = Conv2dModel(**stack)
    x = torch.zeros(1, stack["in_channels"], h, w)
    try:
        expected = model.conv(x)
    except RuntimeError:
        for compute in (lambda: model.conv_out_size(h, w), lambda: model(x)):
            with pytest.raises(ValueError, match=f"Images of {h}×{w} are too small for "):
                compute()
    else:
        assert model.conv_out_size(h, w) == expected[0].numel()


def test_max_pooling_takes_the_strides_after_the_nonlinearity():
    layers = Conv2dModel(3, [4, 5], [3, 3], [2, 1], use_maxpool=True).conv
    assert [type(layer) for layer in layers] == [
        nn.Conv2d,
        nn.ReLU,
        nn.MaxPool2d,
        nn.Conv2d,
        nn.ReLU,
    ]
    assert layers[0].stride == (1, 1)
    assert layers[2].kernel_size == layers[2].stride == (2, 2)


def test_there_is_no_padding_by_default():
    assert Conv2dModel(1, [2], [3], [1])(torch.zeros(1, 1, 5, 5)).shape == (1, 2, 3, 3)
    assert Conv2dModel(1, [2], [3], [1], [1])(torch.zeros(1, 1, 5, 5)).shape == (1, 2, 5, 5)


def test_nonlinearity_is_used():
    model = Conv2dModel(1, [2], [1], [1], nonlinearity=nn.Tanh)
    x = torch.randn(2, 1, 3, 3)
    torch.testing.assert_close(model(x), torch.tanh(model.conv[0](x)))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((3, [], [], []), ValueError, r"at least one convolution, got channels=\[\]"),
        ((3, [4, 4], [3], [1, 1]), ValueError, "got 2 channels, 1 kernel_sizes, 2 strides, 2 pad"),
        ((3, [4], [3], [1, 1]), ValueError, "got 1 channels, 1 kernel_sizes, 2 strides"),
        ((3, [4], [3], [1], []), ValueError, "1 strides, 0 paddings"),
        ((3, [4], [3], [1], [0, 0]), ValueError, "1 strides, 2 paddings"),
        ((3, 4, [3], [1]), TypeError, "'int' has no len"),
        ((0, [4], [3], [1]), ValueError, "in_channels must be at least 1, got 0"),
        ((3, [0], [3], [1]), ValueError, r"channels\[0\] must be at least 1, got 0"),
        ((3, [4, 4], [3, 0], [1, 1]), ValueError, r"kernel_sizes\[1\] must be at least 1, got 0"),
        ((3, [4], [3], [0]), ValueError, r"strides\[0\] must be at least 1, got 0"),
        ((3, [4], [3], [1], [-1]), ValueError, r"paddings\[0\] must be at least 0, got -1"),
        ((3, [4], [(3,)], [1]), ValueError, r"kernel_sizes\[0\] must be an integer or a pair"),
        ((3, [4], [3], [1], None, F.relu), TypeError, "nonlinearity must make a module"),
    ],
)
def test_bad_convolutions_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Conv2dModel(*arguments)


@pytest.mark.parametrize("shape", [[2, 4, 8, 8], [4, 8, 8], [8, 8], [3], [1, 2, 3, 8, 8]])
def test_images_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"\[B, 3, H, W\] or \[3, H, W\], got \[" + str(shape[0])):
        Conv2dModel(3, [4], [3], [1])(torch.zeros(shape))


# --- Conv2dHeadModel ------------------------------------------------------------------------------


@fixed
@given(
    stacks(),
    st.none() | st.integers(1, 5) | st.lists(st.integers(1, 5), max_size=2),
    st.none() | st.integers(1, 4),
    st.booleans(),
)
def test_head_agrees_with_the_weights(stack, hidden_sizes, output_size, channels_last):
    rest = {name: value for name, value in stack.items() if name != "in_channels"}
    image_shape = (stack["in_channels"], 16, 13)
    model = Conv2dHeadModel(image_shape, **rest, hidden_sizes=hidden_sizes, output_size=output_size)
    x = torch.randn(2, *image_shape)
    if channels_last:
        x = x.to(memory_format=torch.channels_last)

    state = dict(model.state_dict())
    y = by_hand(state, x, stack, name="conv.conv")
    y = torch.stack([image.contiguous().flatten() for image in y])
    hidden = [hidden_sizes] if isinstance(hidden_sizes, int) else hidden_sizes or []
    for i in range(len(hidden) + (output_size is not None)):
        name = f"head.model.{2 * i}"
        y = F.linear(y, state.pop(f"{name}.weight"), state.pop(f"{name}.bias"))
        y = F.relu(y) if i < len(hidden) else y
    assert not state
    torch.testing.assert_close(model(x), y)
    assert model.output_size == y.shape[1]


def test_channels_last_is_taken_for_what_it_is():
    model = Conv2dHeadModel((3, 6, 6), [4], [3], [1], None).to(memory_format=torch.channels_last)
    x = torch.randn(2, 3, 6, 6)
    last = x.to(memory_format=torch.channels_last)
    assert not model.conv(last).is_contiguous()  # where a view would fail
    torch.testing.assert_close(model(last), model(x))


def test_without_head_the_output_is_flat():
    model = Conv2dHeadModel((3, 6, 6), [4], [3], [1], hidden_sizes=[])
    assert isinstance(model.head, nn.Identity)
    x = torch.randn(2, 3, 6, 6)
    assert torch.equal(model(x), model.conv(x).reshape(2, 64))
    assert model.output_size == 64


def test_empty_batch_has_an_empty_output():
    model = Conv2dHeadModel([3, 6, 6], [4], [3], [1], None)
    assert model(torch.zeros(0, 3, 6, 6)).shape == (0, 64)


@pytest.mark.parametrize("hidden_sizes", [None, [5]])
def test_it_pickles_and_copies(hidden_sizes):
    model = Conv2dHeadModel((3, 6, 6), [4], [3], [1], hidden_sizes)
    x = torch.randn(2, 3, 6, 6)
    for twin in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert torch.equal(twin(x), model(x))
        assert twin.output_size == model.output_size


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (((6, 6), [4], [3], [1], 5), ValueError, r"\(channels, height, width\), got \(6, 6\)"),
        ((6, [4], [3], [1], 5), ValueError, r"\(channels, height, width\), got 6"),
        (((3, 2, 6), [4], [3], [1], 5), ValueError, r"Images of 2×6 are too small for Conv2d\("),
        (((3, 6, 6), [4], [3], [9], 5, None, None, nn.ReLU, True), ValueError, "for MaxPool2d"),
        (((3, 0, 6), [4], [3], [1], 5), ValueError, "h must be at least 1, got 0"),
        (((3, 6, 6), [4], [3], [1], 0), ValueError, "hidden_sizes must be at least 1, got 0"),
        (((3, 6, 6), [4], [3], [1], None, 0), ValueError, "output_size must be at least 1, got 0"),
        (((3, 6, 6), [], [], [], 5), ValueError, "at least one convolution"),
        (((3, 6, 6), [4], [3], [1], 5, None, [1, 1]), ValueError, "2 paddings"),
    ],
)
def test_bad_heads_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Conv2dHeadModel(*arguments)


@fixed
@given(st.lists(st.integers(1, 7), min_size=3, max_size=4))
def test_other_images_than_announced_are_refused(shape):
    assume(shape[1:] != [3, 6, 6])
    model = Conv2dHeadModel((3, 6, 6), [4], [3], [1], 5)
    with pytest.raises(ValueError, match=r"shape \[B, 3, 6, 6\], got \[" + str(shape[0])):
        model(torch.zeros(shape))
