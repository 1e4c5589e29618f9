"""Supervised training, its measurements, and weights on disk."""

from memorylab.training.history import History
from memorylab.training.supervised import bit_error, bit_loss, train
from memorylab.training.weights import load_weights, save_weights

__all__ = ["History", "bit_error", "bit_loss", "load_weights", "save_weights", "train"]
