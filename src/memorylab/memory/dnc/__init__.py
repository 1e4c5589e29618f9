"""The Differentiable Neural Computer of Graves et al., Nature 538 (2016).

``addressing`` is the paper, one function per equation; ``cell`` is one step; ``dnc`` runs it over
padded sequences; ``trace`` keeps what one run did, and ``replay`` computes it again from what the
controller asked for; ``ablation`` takes a part away.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["addressing", "cell", "replay", "state", "trace"],
    submod_attrs={
        "ablation": ["ablate"],
        "cell": ["DNCCell", "memory_step"],
        "dnc": ["DNC"],
        "state": ["Interface", "MemoryState"],
        "trace": ["DNCTrace"],
    },
)
