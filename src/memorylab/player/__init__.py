"""The MemoryPlayer, to scrub through a run of a memory, and a T-maze to play oneself."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"game": ["TMazeGame"], "player": ["MemoryPlayer"]}
)
