"""The MemoryPlayer: scrub through a run of a memory, in a notebook or in a page of its own."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"player": ["MemoryPlayer"]}
)
