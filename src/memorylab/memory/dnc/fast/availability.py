"""Where the fast path works."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn

from memorylab.memory.dnc.cell import DNCCell
from memorylab.progress import notice

DTYPES = (torch.float32, torch.float64)


def applies(cell: DNCCell, z: Tensor) -> bool:
    """Tell whether the fast path can run this cell on this input.

    It can on the processor, in single or double precision, with the LSTM of one layer or the
    feed-forward controller, all parts in place and Numba installed.
    """
    return (
        z.device.type == "cpu"
        and z.dtype in DTYPES
        and isinstance(cell.controller, nn.LSTMCell | nn.Sequential)
        and not cell.ablated
        and not torch.is_autocast_enabled("cpu")
        and works(z.dtype)
    )


@functools.cache
def works(dtype: torch.dtype) -> bool:
    """Compile the kernels for a precision, or find them on disk; warn once if that fails."""
    try:
        with notice("Compiling the DNC for this processor, once; this may take a minute …") as show:
            _on_compiling(show, lambda: warm_up(dtype))
    except Exception as error:  # Whatever stops Numba: the reference needs nothing of it.
        _warn(f"{type(error).__name__}: {error}".splitlines()[0])
        return False
    return True


def _on_compiling(show: Callable[[], None], function: Callable[[], None]) -> None:
    """Call ``function``, and ``show`` when Numba compiles something that wasn't on disk."""
    from numba.core import event

    class Listener(event.Listener):
        def on_start(self, event: event.Event) -> None:
            show()

        def on_end(self, event: event.Event) -> None:
            """Do nothing: the end of the call is the end."""

    with event.install_listener("numba:compile", Listener()):
        function()


@functools.cache
def _warn(reason: str) -> None:
    warnings.warn(
        "The DNC's fast path is not available, so the reference runs, with the same results but "
        f"several times slower ({reason}). To mend it: pip install numba. To choose the reference "
        'and see no warning: DNC(..., implementation="reference").',
        UserWarning,
        stacklevel=2,
    )


def warm_up(dtype: torch.dtype = torch.float32) -> None:
    """Run the smallest DNC forward and backward, so that the kernels are compiled and on disk."""
    from memorylab.memory.dnc.fast.sequence import run_sequence

    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        cell = DNCCell(1, 1, 1, 1, 1).to(dtype)
        state = {
            name: {key: value.unsqueeze(0) for key, value in part.items()}
            if isinstance(part, dict)
            else part.unsqueeze(0)
            for name, part in cell.initial_state().items()
        }
        known, _ = run_sequence(cell, torch.ones(1, 1, 1, dtype=dtype), state, torch.tensor([1]))
        known.sum().backward()
