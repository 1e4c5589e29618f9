"""The independently recurrent network."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_choice, check_count
from memorylab.memory.facts import Facts
from memorylab.memory.model import Record, State
from memorylab.memory.parallel import SequentialModel
from memorylab.memory.trace_linear import IndRNNTrace
from memorylab.networks import clamp_parameter

_ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh}


class IndRNN(SequentialModel):
    """The independently recurrent network of Li et al. (CVPR 2018): each hidden unit remembers
    itself alone, by one weight u, and only the layers mix them.

    ::

        h_t = f(W x_t + u ⊙ h_{t−1} + b)        x is the input, or h of the layer before

    As in the paper, no ``|u|`` is larger than 2^(1 / max_len), so that no unit more than doubles
    over ``max_len`` steps: larger ones are cut, while their gradients lead them back. They begin
    anywhere between 0 and 1.

    Args:
        input_size: Number of input features F.
        hidden_size: Number of hidden units H of each layer, and the output size.
        num_layers: Number L of layers; two in POPGym.
        activation: f, ``"relu"`` as in the paper or ``"tanh"``.
        max_len: Expected length of an episode.

    Raises:
        ValueError: A size is below 1, or there is no such activation.
    """

    trace_class = IndRNNTrace
    facts = Facts(
        title="IndRNN",
        paper="Li et al. 2018",
        keeps="L layers of H numbers, each fed back to itself alone",
        cost="F·H + (L − 1) H²",
        depth="T",
    )

    def __init__(
        self,
        input_size: int,
        hidden_size: int = 64,
        num_layers: int = 2,
        activation: str = "relu",
        max_len: int = 1000,
    ):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        check_count(num_layers, "num_layers")
        self.activation = check_choice(activation, "activation", _ACTIVATIONS)
        self.largest = 2 ** (1 / check_count(max_len, "max_len"))
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList(nn.Linear(size, hidden_size) for size in sizes)
        self.recurrent = nn.Parameter(torch.rand(num_layers, hidden_size))  # u [L, H]

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros ``[L, H]``."""
        return {"hidden": torch.zeros_like(self.recurrent.detach())}

    def step(
        self, x: Float[Tensor, "B F"], state: State, record: Record
    ) -> tuple[Float[Tensor, "B D"], State]:
        """Compute one step; with f between them, steps don't compose."""
        weights = clamp_parameter(self.recurrent, -self.largest, self.largest)
        weights = weights.unsqueeze(0)  # [1, L, H]
        past = record("recurrent_weight", weights) * state["hidden"]  # [B, L, H]
        f, hidden = _ACTIVATIONS[self.activation], []
        for layer, of_past in zip(self.layers, past.unbind(1), strict=True):
            x = f(layer(x) + of_past)  # [B, H]
            hidden.append(x)
        after = record("hidden", torch.stack(hidden, 1).to(state["hidden"].dtype))
        return after[:, -1], {"hidden": after}
