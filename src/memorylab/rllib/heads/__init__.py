"""Heads, which turn the output of an actor into an action, for both of RLlib's API stacks.

A head is a value; see :class:`Head`. :data:`HEADS` lists them by name, and :func:`choose_head`
returns the one that fits given spaces.
"""

from memorylab.rllib.heads.autoregressive import (
    AutoregressiveCategorical,
    AutoregressiveHead,
    level_sizes,
)
from memorylab.rllib.heads.beta import BoundedBeta
from memorylab.rllib.heads.choice import HEADS, as_head, choose_head
from memorylab.rllib.heads.distributions import ClassicDistribution, HeadDistribution
from memorylab.rllib.heads.head import (
    Autoregressive,
    Beta,
    ClassicAutoregressive,
    ClassicBeta,
    Head,
    Plain,
    Sequential,
)
from memorylab.rllib.heads.masking import mask_logits, match_embeddings
from memorylab.rllib.heads.parametric import Embedded, Masked, Parametric

__all__ = [
    "HEADS",
    "Autoregressive",
    "AutoregressiveCategorical",
    "AutoregressiveHead",
    "Beta",
    "BoundedBeta",
    "ClassicAutoregressive",
    "ClassicBeta",
    "ClassicDistribution",
    "Embedded",
    "Head",
    "HeadDistribution",
    "Masked",
    "Parametric",
    "Plain",
    "Sequential",
    "as_head",
    "choose_head",
    "level_sizes",
    "mask_logits",
    "match_embeddings",
]
