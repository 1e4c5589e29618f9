"""Actions of several parts, each drawn in view of those before it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, product
from operator import mul

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.distributions import Distribution, constraints
from torch.distributions.kl import register_kl
from torch.nn import functional

from memorylab.errors import check_count
from memorylab.networks import MlpModel


def check_choices(choices: Sequence[int]) -> tuple[int, ...]:
    """Return how many choices each part of an action has, as integers of at least 1.

    Raises:
        TypeError: One of them is not an integer.
        ValueError: One of them is below 1, or there is none.
    """
    if not len(choices):
        raise ValueError("choices must name at least one part of an action, but is empty.")
    return tuple(int(check_count(n, f"choices[{i}]")) for i, n in enumerate(choices))


def level_sizes(choices: Sequence[int]) -> list[int]:
    """Return how many logits each part has if all that can come before it is laid out.

    For choices (2, 3, 4): 2 for the first part, 2·3 for the second, 2·3·4 for the third.
    """
    return list(accumulate(check_choices(choices), mul))


class AutoregressiveCategorical(Distribution):
    """P(a₁, a₂, …) = P(a₁) · P(a₂ | a₁) · …, from the logits of all of these conditionals.

    All of them are laid out in one vector, so everything is exact: the entropy is that of the joint
    distribution, the KL divergence too, and the mode is the likeliest action as a whole. The vector
    grows with the product of the choices; for many parts see :class:`AutoregressiveHead.along`.

    Args:
        inputs: ``[..., S]``: logits of a₁ ``[A₁]``, then those of a₂ for each a₁ ``[A₁, A₂]``, and
            so on, each flattened. S is the sum of :func:`level_sizes`.
        choices: How many choices each part has: (A₁, A₂, …).

    Attributes:
        log_probs: Log-probability of each joint action ``[..., A₁, A₂, …]``.

    Raises:
        ValueError: ``inputs`` are not as many as the choices need.
    """

    arg_constraints = {}  # noqa: RUF012 (PyTorch's own declaration)
    support = constraints.independent(constraints.nonnegative_integer, 1)

    def __init__(self, inputs: Float[Tensor, "... S"], choices: Sequence[int]):
        self.choices = check_choices(choices)
        sizes = level_sizes(self.choices)
        if inputs.shape[-1] != sum(sizes):
            raise ValueError(
                f"{len(self.choices)} parts with {self.choices} choices need {sizes} logits, "
                f"{sum(sizes)} in all, but inputs have the shape {list(inputs.shape)}."
            )
        batch_shape = inputs.shape[:-1]
        joint = inputs.new_zeros(batch_shape)
        self.conditionals = []
        for i, level in enumerate(inputs.split(sizes, dim=-1)):
            level = level.reshape(*batch_shape, *self.choices[: i + 1]).log_softmax(-1)
            self.conditionals.append(level)  # [..., A₁, …, Aᵢ]
            joint = joint.unsqueeze(-1) + level
        self.log_probs = joint
        event_shape = torch.Size([len(self.choices)])
        super().__init__(batch_shape, event_shape, validate_args=False)

    @property
    def mode(self) -> Int[Tensor, "... N"]:
        """The likeliest action as a whole, which need not begin with the likeliest first part."""
        best = self._flat().argmax(-1)
        return torch.stack(torch.unravel_index(best, self.choices), dim=-1)

    @torch.no_grad()
    def sample(self, sample_shape: Sequence[int] = ()) -> Int[Tensor, "... N"]:
        """Draw one part after the other."""
        shape = torch.Size(sample_shape) + self._batch_shape
        parts: list[Tensor] = []
        for level in self.conditionals:
            logits = _given(level.expand(*shape, *level.shape[len(self._batch_shape) :]), parts)
            drawn = logits.exp().reshape(-1, logits.shape[-1]).multinomial(1)
            parts.append(drawn.reshape(shape))
        return torch.stack(parts, dim=-1)

    def log_prob(self, value: Int[Tensor, "... N"]) -> Float[Tensor, "..."]:
        """Return the log-probability of an action: the sum over its parts, each given the others.

        Raises:
            ValueError: ``value`` has another number of parts.
        """
        if value.shape[-1] != len(self.choices):
            raise ValueError(
                f"an action has {len(self.choices)} parts, one for each of the choices "
                f"{self.choices}, but value has the shape {list(value.shape)}."
            )
        parts = value.long().unbind(-1)
        shape = parts[0].shape
        total = 0
        for i, level in enumerate(self.conditionals):
            level = level.expand(*shape, *level.shape[len(self._batch_shape) :])
            total = total + _given(level, parts[: i + 1])
        return total

    def entropy(self) -> Float[Tensor, "..."]:
        """Return the entropy of the joint distribution in nats: −Σ p log p over all actions."""
        flat = self._flat()
        return -(flat.exp() * flat).sum(-1)

    def _flat(self) -> Float[Tensor, "... P"]:
        return self.log_probs.flatten(len(self._batch_shape))


def _given(level: Float[Tensor, "..."], parts: Sequence[Tensor]) -> Float[Tensor, "..."]:
    """Pick, for each row, the entries of ``level [..., A₁, …]`` that belong to ``parts``."""
    for part in parts:
        dimension = part.dim()
        index = part.reshape(*part.shape, *[1] * (level.dim() - dimension))
        index = index.expand(*part.shape, 1, *level.shape[dimension + 1 :])
        level = level.gather(dimension, index).squeeze(dimension)
    return level


@register_kl(AutoregressiveCategorical, AutoregressiveCategorical)
def _kl(p: AutoregressiveCategorical, q: AutoregressiveCategorical) -> Float[Tensor, "..."]:
    p_flat, q_flat = p._flat(), q._flat()
    return (p_flat.exp() * (p_flat - q_flat)).sum(-1)


class AutoregressiveHead(nn.Module):
    """The networks behind P(aᵢ | a₁, …, aᵢ₋₁, context), one for each part of an action.

    The i-th reads the context and, one-hot, the parts before it. It has no weights of its own for
    each of those, so what it learns about one helps with the others.

    Args:
        input_size: Number of context features D.
        choices: How many choices each part has: (A₁, A₂, …).
        hidden_sizes: Hidden layers of each network. Without any, a part before can only add to the
            logits of a later one, whatever the context.
    """

    def __init__(
        self, input_size: int, choices: Sequence[int], hidden_sizes: Sequence[int] = (64,)
    ):
        super().__init__()
        self.choices = check_choices(choices)
        self.networks = nn.ModuleList(
            MlpModel(input_size + sum(self.choices[:i]), hidden_sizes, n, nn.LeakyReLU)
            for i, n in enumerate(self.choices)
        )
        for i in range(len(self.choices)):
            earlier = list(product(*map(range, self.choices[:i])))
            self.register_buffer(
                f"earlier_{i}", _one_hots(torch.tensor(earlier), self.choices), persistent=False
            )

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
        """Return the logits of each part given the parts before it **in this action**.

        They are A₁ + A₂ + … numbers, where :meth:`forward` gives A₁ + A₁·A₂ + …; and since the
        action is known, one pass gives them all.
        """
        return torch.cat(
            [self._part(i, context, action[..., :i]) for i in range(len(self.choices))], -1
        )

    def sample(
        self, context: Float[Tensor, "... D"], *, greedy: bool = False
    ) -> Int[Tensor, "... N"]:
        """Draw an action part by part, in as many passes as it has parts.

        Args:
            context: What the action depends on.
            greedy: Whether to take the likeliest choice for each part in its turn instead, which
                need not give the likeliest action as a whole.
        """
        action = torch.zeros(*context.shape[:-1], 0, dtype=torch.long, device=context.device)
        for i in range(len(self.choices)):
            logits = self._part(i, context, action)  # [..., Aᵢ]
            if greedy:
                part = logits.argmax(-1)
            else:
                part = torch.distributions.Categorical(logits=logits).sample()
            action = torch.cat([action, part.unsqueeze(-1)], -1)  # [..., i + 1]
        return action

    def _part(self, i: int, context: Tensor, earlier: Tensor) -> Float[Tensor, "... A"]:
        one_hots = _one_hots(earlier, self.choices).to(context.dtype)
        return self.networks[i](torch.cat([context, one_hots], -1))


def _one_hots(parts: Int[Tensor, "... I"], choices: Sequence[int]) -> Int[Tensor, "... K"]:
    """Return the first parts of an action one-hot, one after the other."""
    vectors = [
        functional.one_hot(part.long(), n)
        for part, n in zip(parts.unbind(-1), choices, strict=False)
    ]
    # The empty beginning, so that there is something to join before the first part too.
    return torch.cat([parts[..., :0].long(), *vectors], -1)
