"""Actions in several parts that depend on each other: their distribution and their network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, product
from operator import mul

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution, constraints
from torch.distributions.kl import register_kl
from torch.nn import functional

from memorylab.errors import check_count
from memorylab.networks import MlpModel
from memorylab.rllib.heads.masking import log_prob_inside


def level_sizes(choices: Sequence[int]) -> list[int]:
    """Return how many logits each part needs: one set for each way of choosing the parts before it.

    For choices (2, 3, 4): 2 for the first part, 2·3 for the second, 2·3·4 for the third.

    Raises:
        TypeError: A number of choices is not an integer.
        ValueError: One of them is below 1, or there is none.
    """
    if not len(choices):
        raise ValueError("choices must name at least one part of an action, but is empty.")
    counts = [int(check_count(n, f"choices[{i}]")) for i, n in enumerate(choices)]
    return list(accumulate(counts, mul))


class AutoregressiveCategorical(Distribution):
    """P(a₁, a₂, …) = P(a₁) · P(a₂ | a₁) · …, from the logits of all these conditionals.

    Everything is exact: entropy and KL divergence are those of the joint distribution, and the mode
    is the likeliest action as a whole. The number of logits grows with the product of the choices;
    for many parts see :meth:`AutoregressiveHead.along`.

    Args:
        inputs: ``[..., S]``: logits of a₁ ``[A₁]``, then those of a₂ for each a₁ ``[A₁, A₂]``, and
            so on, each flattened. S is the sum of :func:`level_sizes`.
        choices: How many choices each part has: (A₁, A₂, …).

    Attributes:
        log_probs: Log-probability of each joint action ``[..., A₁, A₂, …]``.

    Raises:
        ValueError: The number of ``inputs`` is not the one that the choices need.
    """

    arg_constraints = {}  # noqa: RUF012 (PyTorch's own declaration)
    support = constraints.independent(constraints.nonnegative_integer, 1)

    def __init__(self, inputs: Float[Tensor, "... S"], choices: Sequence[int]):
        sizes, self.choices = level_sizes(choices), tuple(choices)
        if inputs.shape[-1] != sum(sizes):
            raise ValueError(
                f"{len(self.choices)} parts with {self.choices} choices need {sizes} logits, "
                f"{sum(sizes)} in all, but inputs have the shape {list(inputs.shape)}."
            )
        batch_shape = inputs.shape[:-1]
        joint = inputs.new_zeros(batch_shape)
        for i, level in enumerate(inputs.split(sizes, dim=-1)):
            level = level.reshape(*batch_shape, *self.choices[: i + 1])  # [..., A₁, …, Aᵢ]
            joint = joint.unsqueeze(-1) + level.log_softmax(-1)
        self.log_probs = joint
        event_shape = torch.Size([len(self.choices)])
        super().__init__(batch_shape, event_shape, validate_args=False)

    @property
    def mode(self) -> Int[Tensor, "... N"]:
        """The likeliest action as a whole, which need not begin with the likeliest first part."""
        return self._parts(self._flat().argmax(-1))

    @torch.no_grad()
    def sample(self, sample_shape: Sequence[int] = ()) -> Int[Tensor, "... N"]:
        """Draw actions from the joint distribution."""
        return self._parts(Categorical(logits=self._flat()).sample(torch.Size(sample_shape)))

    def log_prob(self, value: Int[Tensor, "... N"]) -> Float[Tensor, "..."]:
        """Return the log-probability of each action as a whole: see :func:`log_prob_inside`.

        Raises:
            ValueError: ``value`` has another number of parts.
        """
        if value.shape[-1] != len(self.choices):
            raise ValueError(
                f"an action has {len(self.choices)} parts, one for each of the choices "
                f"{self.choices}, but value has the shape {list(value.shape)}."
            )
        shape = torch.broadcast_shapes(value.shape[:-1], self._batch_shape)
        table = self.log_probs.expand(*shape, *self.choices).reshape(-1, *self.choices)
        value = value.long().expand(*shape, -1)
        nearest = torch.minimum(value.clamp_min(0), value.new_tensor(self.choices) - 1)
        parts = nearest.reshape(len(table), -1).unbind(-1)
        found = table[torch.arange(len(table), device=table.device), *parts].reshape(shape)
        return log_prob_inside(found, (nearest == value).all(-1))

    def entropy(self) -> Float[Tensor, "..."]:
        """Return the entropy of the joint distribution in nats: −Σ p log p over all actions."""
        flat = self._flat()
        return -(flat.exp() * flat).sum(-1)

    def _flat(self) -> Float[Tensor, "... P"]:
        return self.log_probs.flatten(len(self._batch_shape))

    def _parts(self, index: Int[Tensor, "..."]) -> Int[Tensor, "... N"]:
        return torch.stack(torch.unravel_index(index, self.choices), dim=-1)


@register_kl(AutoregressiveCategorical, AutoregressiveCategorical)
def _kl(p: AutoregressiveCategorical, q: AutoregressiveCategorical) -> Float[Tensor, "..."]:
    p_flat, q_flat = p._flat(), q._flat()
    return (p_flat.exp() * (p_flat - q_flat)).sum(-1)


class AutoregressiveHead(nn.Module):
    """The networks behind P(aᵢ | a₁, …, aᵢ₋₁, context), one for each part of an action.

    The i-th network reads the context and the parts before part i, one-hot.

    Args:
        input_size: Number of context features D.
        choices: How many choices each part has: (A₁, A₂, …).
        hidden_sizes: Hidden layers of each network. Without any, the effect of a part on the logits
            of a later one can't depend on the context.
    """

    def __init__(
        self, input_size: int, choices: Sequence[int], hidden_sizes: Sequence[int] = (64,)
    ):
        super().__init__()
        self.choices = tuple(choices)
        level_sizes(choices)  # Checks them.
        self.networks = nn.ModuleList(
            MlpModel(input_size + sum(self.choices[:i]), hidden_sizes, n, nn.LeakyReLU)
            for i, n in enumerate(self.choices)
        )
        for i in range(len(self.choices)):
            earlier = torch.tensor(list(product(*map(range, self.choices[:i]))))  # [P, i]
            earlier = one_hots(earlier, self.choices)
            self.register_buffer(f"earlier_{i}", earlier, persistent=False)

    def forward(self, context: Float[Tensor, "... D"]) -> Float[Tensor, "... S"]:
        """Return the logits of every conditional, for an :class:`AutoregressiveCategorical`."""
        levels = []
        for i, network in enumerate(self.networks):
            earlier = getattr(self, f"earlier_{i}")  # [P, A₁ + … + Aᵢ₋₁]
            shape = (*context.shape[:-1], len(earlier))
            wide = context.unsqueeze(-2).expand(*shape, context.shape[-1])
            earlier = earlier.to(context.dtype).expand(*shape, earlier.shape[-1])
            levels.append(network(torch.cat([wide, earlier], -1)).flatten(-2))  # [..., P · Aᵢ]
        return torch.cat(levels, -1)

    def along(
        self, context: Float[Tensor, "... D"], action: Int[Tensor, "... N"]
    ) -> Float[Tensor, "... K"]:
        """Return the A₁ + A₂ + … logits of each part given the parts before it **in this action**.

        The action is known, so each network runs once.
        """
        levels = [self._part(i, context, action[..., :i]) for i in range(len(self.choices))]
        return torch.cat(levels, -1)

    def sample(
        self, context: Float[Tensor, "... D"], *, greedy: bool = False
    ) -> Int[Tensor, "... N"]:
        """Draw an action part by part, in as many passes as it has parts.

        Args:
            context: What the action depends on.
            greedy: Whether to take the likeliest choice for each part in turn. That need not give
                the likeliest action as a whole.
        """
        action = torch.zeros(*context.shape[:-1], 0, dtype=torch.long, device=context.device)
        for i in range(len(self.choices)):
            logits = self._part(i, context, action)  # [..., Aᵢ]
            part = logits.argmax(-1) if greedy else Categorical(logits=logits).sample()
            action = torch.cat([action, part.unsqueeze(-1)], -1)  # [..., i + 1]
        return action

    def _part(self, i: int, context: Tensor, earlier: Tensor) -> Float[Tensor, "... A"]:
        earlier = one_hots(earlier, self.choices).to(context.dtype)
        return self.networks[i](torch.cat([context, earlier], -1))


def one_hots(parts: Int[Tensor, "... I"], choices: Sequence[int]) -> Int[Tensor, "... K"]:
    """Return the first parts of an action one-hot, one after the other."""
    parts = parts.long()
    pairs = zip(parts.unbind(-1), choices, strict=False)
    # Starts empty, so that cat works before the first part too.
    return torch.cat([parts[..., :0], *(functional.one_hot(part, n) for part, n in pairs)], -1)
