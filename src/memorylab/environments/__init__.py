"""Gymnasium environments that need memory: a T-maze of our own, and POPGym's by name."""

from memorylab.environments.make import environment_names, make_environment
from memorylab.environments.tmaze import TMaze

__all__ = ["TMaze", "environment_names", "make_environment"]
