"""The DNC over a whole sequence, forward and backward, as one operation.

``kernels`` is the machine code, which Numba makes; ``sequence`` hands PyTorch's tensors to it and
gradients back, ``threads`` the rows of a batch to processors; ``availability`` tells where it
works. ``DERIVATION.md`` explains the backward pass. Importing this package imports none of them,
and so no Numba.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"availability": ["can_run", "warm_up"], "sequence": ["run_sequence"]},
)
