"""Auxiliary losses as functions of tensors.

Losses of a batch take ``mask [B, T]``, true at the steps that count. On RLlib's current API stack
that is ``Columns.LOSS_MASK``, which leaves out the padding and the step that RLlib appends to each
episode. No other step reaches a loss or a gradient, not even a NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor, nn

from memorylab.sequences import masked_loss, masked_mean


def reconstruction_loss(
    prediction: Float[Tensor, "B T F"],
    observations: Float[Tensor, "B T F"],
    mask: Bool[Tensor, "B T"],
) -> Float[Tensor, ""]:
    """Return the mean squared error between observations and their reconstruction.

    Raises:
        ValueError: The shapes don't fit each other.
    """
    return masked_loss(nn.functional.mse_loss, prediction, observations, mask)


def next_observation_loss(
    prediction: Float[Tensor, "B T F"],
    observations: Float[Tensor, "B T F"],
    mask: Bool[Tensor, "B T"],
) -> Float[Tensor, ""]:
    """Return the mean squared error between each prediction and the observation one step later.

    A step counts if it and the next one in its row do. The last step of a row or an episode has
    nothing to predict.

    Raises:
        ValueError: The shapes don't fit each other.
    """
    followed = mask[:, :-1] & mask[:, 1:]  # [B, T - 1]
    return masked_loss(nn.functional.mse_loss, prediction[:, :-1], observations[:, 1:], followed)


def latent_kl_loss(
    mean: Float[Tensor, "B T Z"],
    log_variance: Float[Tensor, "B T Z"],
    mask: Bool[Tensor, "B T"],
) -> Float[Tensor, ""]:
    """Return the mean divergence of normal distributions from the standard one, in nats.

    It is the second term of a variational autoencoder's loss (Kingma and Welling 2014, appendix B):
    ½ Σ (μ² + σ² − ln σ² − 1), summed over the Z numbers of a step and averaged over steps.
    """
    mean, log_variance = mean[mask], log_variance[mask]  # [S, Z]
    divergence = (mean.square() + log_variance.exp() - log_variance - 1).sum(-1) / 2  # [S]
    return masked_mean(divergence, torch.ones_like(divergence, dtype=torch.bool))


def behaviour_cloning_loss(
    action_inputs: Float[Tensor, "B T A"],
    actions: Shaped[Tensor, "B T ..."],
    mask: Bool[Tensor, "B T"],
    distribution: Any,
) -> Float[Tensor, ""]:
    """Return the mean negative log-probability of an expert's actions (Pomerleau 1991).

    ``action_inputs`` are those of ``distribution``, a class of RLlib's current stack such as
    ``TorchCategorical``.
    """
    log_probability = distribution.from_logits(action_inputs[mask]).logp(actions[mask])  # [S]
    return -masked_mean(log_probability, torch.ones_like(log_probability, dtype=torch.bool))


def l2_loss(parameters: Iterable[Tensor]) -> Float[Tensor, ""]:
    """Return the sum of the squares of all parameters.

    Raises:
        ValueError: There are no parameters.
    """
    squares = [parameter.square().sum() for parameter in parameters]
    if not squares:
        raise ValueError("l2_loss needs at least one parameter.")
    return torch.stack(squares).sum()


def gradient_shares(
    losses: Mapping[str, Float[Tensor, ""]], parameters: Iterable[nn.Parameter]
) -> dict[str, float]:
    """Return each loss's share of the gradient on shared parameters.

    The share of a loss is the norm of its gradient, divided by the sum of these norms. Gradients
    may oppose each other, so the norm of their sum can be far below the sum of their norms.

    Args:
        losses: Losses, each already multiplied by its coefficient. Their graph is kept, and no
            ``grad`` changes.
        parameters: The parameters that the losses share; a loss need not depend on all of them.

    Returns:
        For each loss a number from 0 to 1. They sum to 1; if no loss has a gradient, all are 0.

    Raises:
        ValueError: There are no losses or no parameters.
    """
    parameters = list(parameters)
    if not losses or not parameters:
        raise ValueError("gradient_shares needs at least one loss and one parameter.")
    norms = {name: _gradient_norm(loss, parameters) for name, loss in losses.items()}
    total = sum(norms.values())
    return {name: norm / total if total else 0.0 for name, norm in norms.items()}


def _gradient_norm(loss: Tensor, parameters: list[nn.Parameter]) -> float:
    if not loss.requires_grad:
        return 0.0
    gradients = torch.autograd.grad(loss, parameters, retain_graph=True, allow_unused=True)
    squares = [gradient.double().square().sum() for gradient in gradients if gradient is not None]
    return float(sum(squares)) ** 0.5
