"""Supervised training, its measurements and its film, and weights on disk.

Names are loaded when first used, so that a film can be read without torch.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "film": ["Film"],
        "history": ["History"],
        "supervised": ["bit_error", "bit_loss", "train"],
        "watching": ["Watching"],
        "weights": ["load_weights", "save_weights"],
    },
)
