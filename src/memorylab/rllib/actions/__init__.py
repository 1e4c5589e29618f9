"""The names of release 0.1 for what is now :mod:`memorylab.rllib.heads`.

``MemoryRLModule`` takes a head as a key of ``model_config``; these classes preset one.
"""

from memorylab.rllib.actions.classic import AutoregressiveModelV2, ParametricActionsModelV2
from memorylab.rllib.actions.modules import (
    AutoregressiveRLModule,
    BetaRLModule,
    ParametricActionsRLModule,
    SequentialRLModule,
)
from memorylab.rllib.connectors import MarkEndedEpisodes
from memorylab.rllib.heads import (
    AutoregressiveCategorical,
    AutoregressiveHead,
    BoundedBeta,
    ClassicAutoregressive,
    ClassicBeta,
    level_sizes,
    mask_logits,
    match_embeddings,
)

__all__ = [
    "AutoregressiveCategorical",
    "AutoregressiveHead",
    "AutoregressiveModelV2",
    "AutoregressiveRLModule",
    "BetaRLModule",
    "BoundedBeta",
    "ClassicAutoregressive",
    "ClassicBeta",
    "MarkEndedEpisodes",
    "ParametricActionsModelV2",
    "ParametricActionsRLModule",
    "SequentialRLModule",
    "level_sizes",
    "mask_logits",
    "match_embeddings",
]
