"""Logits of actions that are masked, or described by embeddings: functions of tensors."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from memorylab.sequences.masks import values_can_be_read

MASKED_LOGIT = -1e30
"""The logit of an action that can't be taken: its probability is 0 to the last bit.

Minus infinity would make NaN of entropies (0 · −∞) and of gradients of a KL divergence (−∞ − −∞).
The least float, used by RLlib's guide and examples, overflows when two of them are added, as RLlib
does when it logs the mean of a batch.
"""


def log_prob_inside(
    log_prob: Float[Tensor, "..."], inside: Bool[Tensor, "..."]
) -> Float[Tensor, "..."]:
    """Return log-probabilities, and :data:`MASKED_LOGIT` for actions outside of their space.

    RLlib pads actions with 0, which a space that starts elsewhere may not have.
    """
    return log_prob.masked_fill(~inside, MASKED_LOGIT)


def match_embeddings(
    intent: Float[Tensor, "... E"], embeddings: Float[Tensor, "... A E"]
) -> Float[Tensor, "... A"]:
    """Return one logit for each action: the dot product of its embedding with an intent.

    The network has E outputs, however many actions there are, and can rate an action that it has
    never seen.

    Raises:
        ValueError: The embeddings have another size than the intent.
    """
    if embeddings.shape[-1] != intent.shape[-1]:
        raise ValueError(
            f"the embeddings {list(embeddings.shape)} have {embeddings.shape[-1]} features, but "
            f"the intent {list(intent.shape)} has {intent.shape[-1]}. Give the network as many "
            "outputs as an embedding has features."
        )
    return (embeddings @ intent.unsqueeze(-1)).squeeze(-1)


def mask_logits(
    logits: Float[Tensor, "B T A"],
    mask: Float[Tensor, "B T A"],
    real: Bool[Tensor, "B T"] | None = None,
) -> Float[Tensor, "B T A"]:
    """Give probability 0 to the actions that can't be taken.

    At steps that aren't real all logits are 0 instead, finite and without a gradient: in padding
    the mask allows no action.

    Args:
        logits: Logits of all actions.
        mask: 1 for an action that can be taken, 0 for one that can't.
        real: Which steps are real; by default all.

    Raises:
        ValueError: The shapes differ, a mask at a real step holds anything but 0 and 1, or allows
            no action there; the message names row and step.
    """
    if mask.shape != logits.shape:
        raise ValueError(
            f"action_mask must have one entry for each of the logits {list(logits.shape)}, but has "
            f"the shape {list(mask.shape)}."
        )
    if real is None:
        real = torch.ones(logits.shape[:-1], dtype=torch.bool, device=logits.device)
    odd = real & ((mask != 0) & (mask != 1)).any(-1)  # [B, T]
    if values_can_be_read() and odd.any():
        row, step = odd.nonzero()[0].tolist()
        raise ValueError(
            f"action_mask must hold 0 and 1, but at row {row}, step {step}, it holds "
            f"{mask[row, step].tolist()}."
        )
    empty = real & (mask == 0).all(-1)  # [B, T]
    if values_can_be_read() and empty.any():
        row, step = empty.nonzero()[0].tolist()
        raise ValueError(
            f"action_mask allows no action at row {row}, step {step}, which is a real step. Let "
            "the environment offer at least one, if only to do nothing."
        )
    logits = logits.masked_fill(mask == 0, MASKED_LOGIT)
    return logits.masked_fill(~real.unsqueeze(-1), 0.0)


def joint_mask_table(mask: Float[Tensor, "B T ..."]) -> Float[Tensor, "B T S"]:
    """Return the mask of every conditional's logits, from one over joint actions ``[B, T, A₁, …]``.

    A choice is allowed if any joint action that begins with it is allowed.
    """
    levels = [mask]
    while levels[0].dim() > 3:
        levels.insert(0, levels[0].amax(-1))
    return torch.cat([level.flatten(2) for level in levels], -1)
