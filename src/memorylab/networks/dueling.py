"""``DuelingHeadModel``: the Q-values of all actions, as a value and advantages around zero."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.networks.gradient_scaling import scale_grad
from memorylab.networks.mlp import MlpModel, check_hidden_sizes


class DuelingHeadModel(nn.Module):
    """The dueling head of a Q-network: Q(s, a) = V(s) + A(s, a) − the mean of A(s, ·).

    A value of the state and an advantage of each action (Wang et al. 2016, equation 9) each come
    from a perceptron of its own. Both send their gradients into the features, which scale them by
    1/√2 (the same paper, section 4.2). Names and state dict are those of rlpyt (Stooke & Abbeel
    2019): the advantages have one bias for all actions, which cancels. Its default for
    ``grad_scale``, ``2 * (-1 / 2)``, reverses the gradient; the one here is the paper's.

    Args:
        input_size: Number of input features F.
        hidden_sizes: Width of each hidden layer of the two perceptrons; at least one.
        output_size: Number of actions A.
        grad_scale: What the gradient of the features is multiplied by.
        nonlinearity: Makes the module after each hidden layer, as in ``MlpModel``.

    Attributes:
        output_size: Number of actions A.

    Raises:
        TypeError: A size is not an integer, or ``nonlinearity()`` gives no module.
        ValueError: A size is below 1, or there is no hidden layer.
    """

    def __init__(
        self,
        input_size: int,
        hidden_sizes: int | Iterable[int],
        output_size: int,
        grad_scale: float = 2**-0.5,
        nonlinearity: Callable[[], nn.Module] = nn.ReLU,
    ):
        super().__init__()
        sizes = check_hidden_sizes(hidden_sizes)
        if not sizes:
            raise ValueError(
                f"A dueling head needs at least one hidden layer, got {hidden_sizes}: two linear "
                "layers would be no more than one. For that use MlpModel."
            )
        self.advantage_hidden = MlpModel(input_size, sizes, nonlinearity=nonlinearity)
        self.output_size = check_count(output_size, "output_size")
        self.advantage_out = nn.Linear(sizes[-1], output_size, bias=False)
        self.advantage_bias = nn.Parameter(torch.zeros(1))
        self.value = MlpModel(input_size, sizes, 1, nonlinearity)
        self.grad_scale = grad_scale

    def forward(self, input: Float[Tensor, "... F"]) -> Float[Tensor, "... A"]:
        """Return the Q-value of each action."""
        features = scale_grad(input, self.grad_scale)  # [..., F]
        advantage = self.advantage(features)  # [..., A]
        return self.value(features) + advantage - advantage.mean(-1, keepdim=True)

    def advantage(self, input: Float[Tensor, "... F"]) -> Float[Tensor, "... A"]:
        """Return the advantage of each action, whose mean is any number."""
        return self.advantage_out(self.advantage_hidden(input)) + self.advantage_bias
