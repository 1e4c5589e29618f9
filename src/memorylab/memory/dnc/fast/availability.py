"""Whether the kernels can run a cell, and compiling them on first use."""

from __future__ import annotations

import contextlib
import functools
import logging
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.nn.modules import module as torch_module

from memorylab.memory.dnc.cell import DNCCell
from memorylab.memory.dnc.state import interface_size
from memorylab.memory.model import State, batched

DTYPES = (torch.float32, torch.float64)

_CONTROLLERS = ([nn.LSTMCell], [nn.Sequential, nn.Linear, nn.Tanh])
"""The classes of a controller and its parts that the kernels know, exactly these."""

_interface_size = functools.cache(interface_size)


def can_run(cell: DNCCell, z: Tensor, state: State, demanded: bool = False) -> bool:
    """Tell whether the kernels compute for this cell and input what the reference computes.

    They can on the processor, in single or double precision, with an LSTM of one layer or the
    feed-forward controller, all parts of the memory in place and Numba installed. They read the
    weights and never call the cell's modules. So hooks, replaced parts, subclasses, tensor
    subclasses and function transformations are the reference's to run; then a warning says why,
    once for each reason.

    Args:
        cell: The cell, which must be a :class:`DNCCell` itself.
        z: Input ``[B, T, F]``.
        state: State ``[B, ...]`` that the rows begin with.
        demanded: Raise instead of returning False.

    Raises:
        RuntimeError: ``demanded``, and the kernels can't run; the message says why.
    """
    choice = _find_choice(cell, z)
    obstacle = choice or _find_change(cell, z, state) or compile_kernels(z.dtype)
    if not obstacle:
        return True
    if demanded:
        raise RuntimeError(
            f"The DNC's fast path can't run: {obstacle}. Use DNC(..., implementation=\"auto\"), "
            'or implementation="reference".'
        )
    if not choice:
        warn_once(obstacle)
    return False


def _find_choice(cell: DNCCell, z: Tensor) -> str:
    """Return which documented choice of the user's asks for the reference, or an empty string."""
    if not z.is_cpu:
        return f"it runs on the processor, not on {z.device.type!r}"
    if z.dtype not in DTYPES:
        return f"it runs in single or double precision, not in {z.dtype}"
    if torch.is_autocast_enabled("cpu"):
        return "autocast is on"
    if cell.ablated:
        return f"the cell has lost its {', '.join(sorted(cell.ablated))}"
    if cell.num_lstm_layers > 1:
        return "the controller has several layers"
    if cell.has_gru:
        return "the controller is a GRU"
    if torch.compiler.is_exporting() or torch.jit.is_tracing():
        return "the model is being exported"
    return ""


def _find_change(cell: DNCCell, z: Tensor, state: State) -> str:
    """Return what was done to modules or tensors that the kernels can't know, or nothing.

    This runs at every step of an agent. A module's dictionaries are read directly, because its
    attributes take ten times as long.
    """
    if type(cell) is not DNCCell:
        return f"the cell is a {type(cell).__name__}, not a DNCCell itself"
    parts: dict[str, Any] = cell._modules
    controller, interface = parts["controller"], parts["interface"]
    inner = list(controller) if type(controller) is nn.Sequential else []
    if [type(part) for part in (controller, *inner)] not in _CONTROLLERS:
        return f"the controller was replaced: {controller}"
    if type(interface) is not nn.Linear:
        return f"the interface layer was replaced: {interface}"
    for part in (cell, controller, *inner, interface):
        if (
            part._forward_hooks
            or part._forward_pre_hooks
            or part._backward_hooks
            or part._backward_pre_hooks
        ):
            return f"there is a hook on {type(part).__name__} (pruning and weight_norm use them)"
        if "forward" in part.__dict__:
            return f"the method forward of {type(part).__name__} was replaced"
    if torch_module._has_any_global_hook():
        return "there is a hook on all modules"
    if torch._C._are_functorch_transforms_active() or forward_ad._current_level >= 0:
        return "torch.func or forward-mode differentiation transforms the model"
    if torch._C._len_torch_dispatch_stack():
        return "a torch dispatch mode is active"

    # The weights, by name and shape: a kernel checks no index.
    hidden, inputs = cell.hidden_size, z.shape[2] + cell.num_read_heads * cell.word_size
    if inner:
        expected = [("weight", (hidden, inputs)), ("bias", (hidden,))]
    else:
        expected = [
            ("weight_ih", (4 * hidden, inputs)),
            ("weight_hh", (4 * hidden, hidden)),
            ("bias_ih", (4 * hidden,)),
            ("bias_hh", (4 * hidden,)),
        ]
    size = _interface_size(cell.word_size, cell.num_read_heads)
    tensors = [z]
    for layer, shapes in (
        (inner[0] if inner else controller, expected),
        (interface, [("weight", (size, hidden)), ("bias", (size,))]),
    ):
        for name, shape in shapes:
            weight = layer._parameters.get(name)
            if weight is None or weight.shape != shape:
                return f"{name} of {type(layer).__name__} is missing or has another shape"
            tensors.append(weight)

    # Those and the state: nothing but plain tensors of one kind.
    for part in state.values():
        tensors += part.values() if type(part) is dict else [part]
    return _find_odd(tensors, z)


def _find_odd(tensors: list[Tensor], z: Tensor) -> str:
    """Return what is odd about one of ``tensors`` beside the input ``z``, or nothing."""
    for tensor in tensors:
        if type(tensor) is not Tensor and type(tensor) is not nn.Parameter:
            return f"there is a tensor of the class {type(tensor).__name__}"
        if tensor.dtype is not z.dtype or not tensor.is_cpu or tensor.layout is not torch.strided:
            return "its tensors differ in dtype or device, or are sparse"
    return ""


@functools.cache
def warn_once(obstacle: str) -> None:
    """Warn that the reference runs, once for each reason in a process."""
    warnings.warn(
        f"The DNC's fast path can't run: {obstacle}. The reference runs instead, with the same "
        'results but several times slower. DNC(..., implementation="reference") chooses it '
        "without this warning.",
        UserWarning,
        stacklevel=2,
    )


# --- compiling ------------------------------------------------------------------------------------


@functools.cache
def compile_kernels(dtype: torch.dtype) -> str:
    """Compile the kernels for a precision, or load them from disk.

    Files on disk that can't be read are deleted and made again; where none can be written, the
    kernels live as long as the process.

    Returns:
        Why Numba can't be used, or an empty string. Any other error is raised.
    """
    try:
        import numba  # noqa: F401
    except Exception as error:  # Numba raises several kinds for a NumPy that doesn't fit it.
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return f"Numba can't be imported ({reason}); to mend it: pip install numba"
    with _announced():
        for repair in (_delete_cached_files, _keep_nothing_on_disk, None):
            try:
                warm_up(dtype)
                break
            except Exception as error:
                if repair is None or not _is_of_the_cache(error):
                    raise
                repair()
    return ""


def _is_of_the_cache(error: Exception) -> bool:
    from numba.core import caching

    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code.co_filename == caching.__file__ for frame, _ in frames)


def _dispatchers() -> list:
    from numba.core.dispatcher import Dispatcher

    from memorylab.memory.dnc.fast import kernels

    return [value for value in vars(kernels).values() if isinstance(value, Dispatcher)]


def _delete_cached_files() -> None:
    for folder in {dispatcher.stats.cache_path for dispatcher in _dispatchers()} - {None}:
        for file in Path(folder).glob("kernels.*.nb[ic]"):
            with contextlib.suppress(OSError):
                file.unlink()


def _keep_nothing_on_disk() -> None:
    from numba.core.caching import NullCache

    for dispatcher in _dispatchers():
        dispatcher._cache = NullCache()


_LOGGER = logging.getLogger(__name__)


@contextlib.contextmanager
def log_notice(text: str) -> Iterator[Callable[[], None]]:
    """Give the body of a ``with`` statement a function that logs ``text`` as a warning."""
    yield lambda: _LOGGER.warning(text)


notice: Callable[[str], AbstractContextManager[Callable[[], None]]] = log_notice
"""How to say that kernels are being compiled. The course sets ``memorylab.progress.notice``, whose
line vanishes, so that stored notebooks don't hold it."""


@contextlib.contextmanager
def _announced() -> Iterator[None]:
    """Say so, once, if Numba compiles something in the body that wasn't on disk."""
    from numba.core import event

    with notice("Compiling the DNC for this processor, once; this may take a minute …") as show:
        show_once = functools.cache(show)

        class Listener(event.Listener):
            def on_start(self, event: event.Event) -> None:
                show_once()

            def on_end(self, event: event.Event) -> None:
                """Do nothing: the notice ends with the ``with`` statement."""

        with event.install_listener("numba:compile", Listener()):
            yield


def warm_up(dtype: torch.dtype = torch.float32) -> None:
    """Run the smallest DNC forward and backward, so that the kernels are compiled and on disk.

    Args:
        dtype: ``torch.float32`` or ``torch.float64``.
    """
    from memorylab.memory.dnc.fast.sequence import run_sequence

    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        cell = DNCCell(1, 1, 1, 1, 1).to(dtype)
        state = batched(cell.initial_state(), 1)
        z = torch.ones(1, 1, 1, dtype=dtype)
        result, _ = run_sequence(cell, z, state, torch.tensor([1]))
        result.sum().backward()
