"""Gymnasium environments that need memory: three of our own, and POPGym's by name."""

from memorylab.environments.images import ScaleImageObservation
from memorylab.environments.make import environment_names, make_environment
from memorylab.environments.menu import Menu
from memorylab.environments.tmaze import TMaze
from memorylab.environments.two_dials import TwoDials

__all__ = [
    "Menu",
    "ScaleImageObservation",
    "TMaze",
    "TwoDials",
    "environment_names",
    "make_environment",
]
