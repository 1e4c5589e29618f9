"""The place of these classes in release 0.1, under which its checkpoints know them."""

from memorylab.rllib.classic.model_v2 import AutoregressiveModelV2, ParametricActionsModelV2
from memorylab.rllib.heads import ClassicAutoregressive, ClassicBeta

__all__ = [
    "AutoregressiveModelV2",
    "ClassicAutoregressive",
    "ClassicBeta",
    "ParametricActionsModelV2",
]
