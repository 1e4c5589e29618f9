"""Memory Lab: a course on how agents remember, and the small package behind it.

Import each subpackage by its own name (``from memorylab.memory import DNC``): a picture then loads
no training framework. Only ``memorylab.rllib`` imports Ray.
"""

__version__ = "0.1.0"
