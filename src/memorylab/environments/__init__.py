"""Environments that need memory: four of one agent, one of two, and POPGym's by name."""

from memorylab.environments.cards import action_names_of, scene_of
from memorylab.environments.courier import Courier
from memorylab.environments.images import ScaleImageObservation
from memorylab.environments.lists import PadLists
from memorylab.environments.make import environment_names, make_environment
from memorylab.environments.menu import Menu
from memorylab.environments.scene import Scene, check_scene, draw_scene
from memorylab.environments.speaker_listener import SpeakerListener
from memorylab.environments.tmaze import TMaze, tmaze_scene
from memorylab.environments.two_dials import TwoDials

__all__ = [
    "Courier",
    "Menu",
    "PadLists",
    "ScaleImageObservation",
    "Scene",
    "SpeakerListener",
    "TMaze",
    "TwoDials",
    "action_names_of",
    "check_scene",
    "draw_scene",
    "environment_names",
    "make_environment",
    "scene_of",
    "tmaze_scene",
]
