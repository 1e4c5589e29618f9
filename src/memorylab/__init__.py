"""Memory Lab: a course on how agents remember, and the small package behind it.

Each room is imported by its own name (``from memorylab.memory import DNC``), so that looking at a
picture does not load a training framework. Only ``memorylab.rllib`` imports Ray.
"""

__version__ = "0.1.0"
