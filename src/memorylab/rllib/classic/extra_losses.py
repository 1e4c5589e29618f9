"""The place of ``MemoryModelV2WithLosses`` in release 0.1, under which its checkpoints know it."""

from memorylab.rllib.classic.model_v2 import MemoryModelV2WithLosses

__all__ = ["MemoryModelV2WithLosses"]
