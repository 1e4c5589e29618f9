"""The names of release 0.1 for what is now :mod:`memorylab.rllib.heads`.

``MemoryRLModule`` takes a head as a key of ``model_config``; these classes preset one.
"""

from typing import Any

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

_CLASSIC = ("AutoregressiveModelV2", "ParametricActionsModelV2")

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


def __getattr__(name: str) -> Any:
    """Load the models of the old API stack when they are first used."""
    if name in _CLASSIC:
        from memorylab.rllib import classic

        return getattr(classic, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
