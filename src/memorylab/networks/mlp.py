"""``MlpModel``: linear layers with a nonlinearity after each hidden one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count, reject_unknown_keys

NONLINEARITIES: tuple[str, ...] = (
    *("CELU", "ELU", "GELU", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU", "Mish", "PReLU"),
    *("ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softplus", "Softsign", "Tanh"),
)
"""Classes of ``torch.nn`` that act on each number alone, need no arguments, and draw nothing."""


class MlpModel(nn.Module):
    """A multilayer perceptron whose output layer, if it has one, is linear.

    Names, arguments and state dict are those of rlpyt (Stooke & Abbeel 2019), so either loads the
    other's weights.

    Args:
        input_size: Number of input features F, at least 1.
        hidden_sizes: Width of each hidden layer; an integer for a single one, ``[]`` or ``None``
            for none.
        output_size: Width of a last layer without nonlinearity. With ``None`` there is no such
            layer: the output is that of the last hidden layer after its nonlinearity, or the input
            itself if there are no hidden layers either.
        nonlinearity: A class like ``nn.ReLU``, or a function, that makes the module after each
            hidden layer.

    Attributes:
        output_size: Number of output features D.

    Raises:
        TypeError: A size is not an integer, or ``nonlinearity()`` gives no module.
        ValueError: A size is below 1.

    Example:
        >>> import torch
        >>> MlpModel(4, [32, 32], output_size=2)(torch.zeros(5, 4)).shape
        torch.Size([5, 2])
    """

    def __init__(
        self,
        input_size: int,
        hidden_sizes: int | Iterable[int] | None,
        output_size: int | None = None,
        nonlinearity: Callable[[], nn.Module] = nn.ReLU,
    ):
        super().__init__()
        self.input_size = size = check_count(input_size, "input_size")
        layers: list[nn.Module] = []
        for hidden_size in check_hidden_sizes(hidden_sizes):
            layers += [nn.Linear(size, hidden_size), make_nonlinearity(nonlinearity)]
            size = hidden_size
        if output_size is not None:
            layers.append(nn.Linear(size, check_count(output_size, "output_size")))
            size = output_size
        self.model = nn.Sequential(*layers)
        self.output_size = size

    def forward(self, input: Float[Tensor, "... F"]) -> Float[Tensor, "... D"]:
        """Apply the layers to the last dimension.

        Raises:
            ValueError: The last dimension is not ``input_size``.
        """
        # A model without layers would let any size through.
        if input.shape[-1:] != (self.input_size,):
            raise ValueError(
                f"input must be of shape [..., {self.input_size}], got {list(input.shape)}."
            )
        return self.model(input)  # [..., D]


def check_hidden_sizes(hidden_sizes: int | Iterable[int] | None) -> list[int]:
    """Return the widths as a list, or raise if one is not an integer of at least 1."""
    if hidden_sizes is None:
        return []
    if not isinstance(hidden_sizes, Iterable):
        return [check_count(hidden_sizes, "hidden_sizes")]
    return [check_count(size, f"hidden_sizes[{i}]") for i, size in enumerate(hidden_sizes)]


def nonlinearity_class(name: str) -> type[nn.Module]:
    """Return the class of ``torch.nn`` with a name in ``NONLINEARITIES``.

    Raises:
        ValueError: There is none; the message offers the nearest one.
    """
    reject_unknown_keys([name], NONLINEARITIES, "nonlinearity of torch.nn")
    return getattr(nn, name)


def make_nonlinearity(nonlinearity: Callable[[], nn.Module]) -> nn.Module:
    """Return ``nonlinearity()``, or raise if that is not a module."""
    expected = (
        "nonlinearity must make a module when called without arguments, like the class nn.ReLU; "
        f"got {nonlinearity!r}."
    )
    try:
        module = nonlinearity()
    except TypeError as error:  # nn.ReLU() and F.relu ask for an input
        raise TypeError(expected) from error
    if not isinstance(module, nn.Module):
        raise TypeError(expected)
    return module
