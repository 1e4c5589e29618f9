"""Convolutional networks for images, and the arithmetic of their sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.networks.mlp import MlpModel, check_hidden_sizes, make_nonlinearity

# One number for height and width, or one for each.
Size = int | tuple[int, int]


def conv2d_output_shape(
    h: int, w: int, kernel_size: Size = 1, stride: Size = 1, padding: Size = 0, dilation: Size = 1
) -> tuple[int, int]:
    """Return height and width after a convolution or pooling.

    Each is ``floor((size + 2 padding − dilation (kernel_size − 1) − 1) / stride) + 1``: one more
    than the strides that fit between the kernel's first place and its last (Dumoulin & Visin
    2016, relationship 15). Arguments are those of rlpyt (Stooke & Abbeel 2019).

    Args:
        h: Height of the image, at least 1.
        w: Width of the image, at least 1.
        kernel_size: Size of the kernel: an integer for both directions or a pair (height, width),
            as are the arguments below.
        stride: Distance from one place of the kernel to the next.
        padding: Rows or columns added on each of the two sides.
        dilation: Distance from one element of the kernel to the next.

    Raises:
        TypeError: A size is not an integer or a pair of integers.
        ValueError: A size is too low, or the kernel does not fit into the padded image.
    """
    image = check_count(h, "h"), check_count(w, "w")
    kernel = _pair(kernel_size, "kernel_size", minimum=1)
    strides = _pair(stride, "stride", minimum=1)
    paddings = _pair(padding, "padding", minimum=0)
    dilations = _pair(dilation, "dilation", minimum=1)
    padded = [n + 2 * p for n, p in zip(image, paddings, strict=True)]
    covered = [d * (k - 1) + 1 for d, k in zip(dilations, kernel, strict=True)]
    if padded[0] < covered[0] or padded[1] < covered[1]:
        raise ValueError(
            f"A kernel that covers {_times(covered)} does not fit into {_times(image)}, which is "
            f"{_times(padded)} when padded. Use larger images, smaller kernels or strides, or "
            "more padding."
        )
    height, width = ((n - c) // s + 1 for n, c, s in zip(padded, covered, strides, strict=True))
    return height, width


class Conv2dModel(nn.Module):
    """A stack of 2-D convolutions, each followed by a nonlinearity.

    Names, arguments and state dict are those of rlpyt (Stooke & Abbeel 2019), except for its
    ``head_sizes``, which had no effect; ``Conv2dHeadModel`` adds a head.

    Args:
        in_channels: Number of channels C of the images.
        channels: Number of output channels of each convolution. This list and the next three have
            one entry per convolution.
        kernel_sizes: Size of each kernel, an integer or a pair (height, width).
        strides: Stride of each convolution, an integer or a pair.
        paddings: Zeros on each side before each convolution, an integer or a pair; ``None`` for
            no padding anywhere.
        nonlinearity: A class like ``nn.ReLU``, or a function, that makes the module after each
            convolution.
        use_maxpool: Give every convolution stride 1, and shrink the image by its stride with
            max-pooling after the nonlinearity instead.

    Attributes:
        output_size: Number of output channels D; ``conv_out_size`` counts the pixels too.

    Raises:
        TypeError: A size is not an integer, or ``nonlinearity()`` gives no module.
        ValueError: There is no convolution, the lists differ in length, or a size is too low.
    """

    def __init__(
        self,
        in_channels: int,
        channels: Sequence[int],
        kernel_sizes: Sequence[Size],
        strides: Sequence[Size],
        paddings: Sequence[Size] | None = None,
        nonlinearity: Callable[[], nn.Module] = nn.ReLU,
        use_maxpool: bool = False,
    ):
        super().__init__()
        self.in_channels = size = check_count(in_channels, "in_channels")
        lists = {"channels": channels, "kernel_sizes": kernel_sizes, "strides": strides}
        _check_lengths(lists if paddings is None else lists | {"paddings": paddings})
        layers: list[nn.Module] = []
        for i, out_channels in enumerate(channels):
            check_count(out_channels, f"channels[{i}]")
            kernel_size = _pair(kernel_sizes[i], f"kernel_sizes[{i}]", minimum=1)
            stride = _pair(strides[i], f"strides[{i}]", minimum=1)
            padding = _pair(paddings[i] if paddings else 0, f"paddings[{i}]", minimum=0)
            conv_stride = (1, 1) if use_maxpool else stride
            layers += [
                nn.Conv2d(size, out_channels, kernel_size, conv_stride, padding),
                make_nonlinearity(nonlinearity),
            ]
            if use_maxpool and stride != (1, 1):
                layers.append(nn.MaxPool2d(stride))
            size = out_channels
        self.conv = nn.Sequential(*layers)
        self.output_size = size

    def conv_out_size(self, h: int, w: int, c: int | None = None) -> int:
        """Return the number of outputs for an image ``[C, h, w]``: channels × height × width.

        ``c`` has no effect; rlpyt's callers pass it.

        Raises:
            ValueError: The image is too small for the kernels.
        """
        height, width = check_count(h, "h"), check_count(w, "w")
        for layer in self.conv:
            if isinstance(layer, nn.Conv2d | nn.MaxPool2d):
                sizes = (layer.kernel_size, layer.stride, layer.padding)  # pairs, or one integer
                try:
                    height, width = conv2d_output_shape(height, width, *sizes)  # type: ignore[arg-type]
                except ValueError as error:
                    raise ValueError(
                        f"Images of {_times((h, w))} are too small for {layer}: {error}"
                    ) from error
        return self.output_size * height * width

    def forward(self, input: Float[Tensor, "*B C H W"]) -> Float[Tensor, "*B D H2 W2"]:
        """Apply the convolutions to a batch ``[B, C, H, W]``, or to one image ``[C, H, W]``.

        Raises:
            ValueError: ``input`` has another shape, or its images are too small for the kernels.
        """
        if input.dim() not in (3, 4) or input.shape[-3] != self.in_channels:
            raise ValueError(
                f"input must be of shape [B, {self.in_channels}, H, W] or "
                f"[{self.in_channels}, H, W], got {list(input.shape)}."
            )
        self.conv_out_size(*input.shape[-2:])  # refuses images that are too small
        return self.conv(input)  # [*B, D, H', W']


class Conv2dHeadModel(nn.Module):
    """Convolutions, then a multilayer perceptron on all their outputs.

    Names, arguments and state dict are those of rlpyt (Stooke & Abbeel 2019). The arguments that
    aren't listed here are those of ``Conv2dModel``.

    Args:
        image_shape: Channels, height and width (C, H, W) of the images.
        hidden_sizes: Width of each hidden layer of the head, as in ``MlpModel``.
        output_size: Width of a last linear layer, as in ``MlpModel``. Without this and without
            hidden layers there is no head: the output is that of the convolutions, flattened.
        nonlinearity: Makes the module after each convolution and each hidden layer.

    Attributes:
        output_size: Number of output features D.

    Raises:
        TypeError: A size is not an integer, or ``nonlinearity()`` gives no module.
        ValueError: ``image_shape`` is not a triple, the images are too small for the kernels, or
            ``Conv2dModel`` or ``MlpModel`` refuses the sizes.

    Example:
        >>> import torch
        >>> model = Conv2dHeadModel((3, 16, 16), [8, 8], [4, 3], [2, 1], hidden_sizes=32)
        >>> model(torch.zeros(5, 3, 16, 16)).shape
        torch.Size([5, 32])
    """

    def __init__(
        self,
        image_shape: Sequence[int],
        channels: Sequence[int],
        kernel_sizes: Sequence[Size],
        strides: Sequence[Size],
        hidden_sizes: int | Iterable[int] | None,
        output_size: int | None = None,
        paddings: Sequence[Size] | None = None,
        nonlinearity: Callable[[], nn.Module] = nn.ReLU,
        use_maxpool: bool = False,
    ):
        super().__init__()
        if not isinstance(image_shape, tuple | list) or len(image_shape) != 3:
            raise ValueError(f"image_shape must be (channels, height, width), got {image_shape}.")
        self.image_shape = in_channels, height, width = tuple(image_shape)
        self.conv = Conv2dModel(
            in_channels, channels, kernel_sizes, strides, paddings, nonlinearity, use_maxpool
        )
        self.output_size = self.conv.conv_out_size(height, width)
        self.head: nn.Module = nn.Identity()
        sizes = check_hidden_sizes(hidden_sizes)
        if sizes or output_size is not None:
            self.head = MlpModel(self.output_size, sizes, output_size, nonlinearity)
            self.output_size = self.head.output_size

    def forward(self, input: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D"]:
        """Apply the convolutions and the head to a batch of images.

        Raises:
            ValueError: ``input`` is not of shape ``[B, *image_shape]``.
        """
        if input.dim() != 4 or input.shape[1:] != self.image_shape:
            shape = ", ".join(map(str, self.image_shape))
            raise ValueError(f"input must be of shape [B, {shape}], got {list(input.shape)}.")
        features = self.conv(input).flatten(1)  # [B, C' * H' * W'], in any memory format
        return self.head(features)  # [B, D]


def _pair(value: Size, what: str, minimum: int) -> tuple[int, int]:
    pair = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(pair) != 2:
        raise ValueError(f"{what} must be an integer or a pair (height, width), got {value}.")
    height, width = (int(check_count(size, what, minimum)) for size in pair)
    return height, width


def _times(sizes: Iterable[int]) -> str:
    return "×".join(map(str, sizes))


def _check_lengths(lists: dict[str, Sequence]) -> None:
    if len({len(sizes) for sizes in lists.values()}) > 1:
        counts = ", ".join(f"{len(sizes)} {name}" for name, sizes in lists.items())
        raise ValueError(f"There must be as many of each, one per convolution; got {counts}.")
    if len(lists["channels"]) == 0:
        raise ValueError(
            "There must be at least one convolution, got channels=[]. For none, use MlpModel."
        )
