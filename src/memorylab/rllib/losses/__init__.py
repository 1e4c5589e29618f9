"""Losses besides reward: supervised and self-supervised, on both of RLlib's API stacks."""

from memorylab.rllib.losses.extra_losses import LOSS_NAMES, ExtraLosses
from memorylab.rllib.losses.functions import (
    behaviour_cloning_loss,
    gradient_shares,
    l2_loss,
    next_observation_loss,
    reconstruction_loss,
)
from memorylab.rllib.losses.learner import (
    MemoryRLModuleWithLosses,
    PPOLearnerWithLosses,
    add_losses,
)

__all__ = [
    "LOSS_NAMES",
    "ExtraLosses",
    "MemoryRLModuleWithLosses",
    "PPOLearnerWithLosses",
    "add_losses",
    "behaviour_cloning_loss",
    "gradient_shares",
    "l2_loss",
    "next_observation_loss",
    "reconstruction_loss",
]
