"""Memory models by name."""

from __future__ import annotations

import inspect
from typing import Any

from memorylab.errors import reject_unknown_keys, suggest
from memorylab.memory.checks import other_name
from memorylab.memory.dnc.dnc import DNC
from memorylab.memory.fast_weight_programmer import FastWeightProgrammer
from memorylab.memory.feedforward import ClockedFeedForward, FeedForward
from memorylab.memory.ffm import FastAndForgetful
from memorylab.memory.frame_convolution import FrameConvolution
from memorylab.memory.frame_stack import FrameStack
from memorylab.memory.gated_delta import GatedDelta
from memorylab.memory.gtrxl import GTrXL
from memorylab.memory.indrnn import IndRNN
from memorylab.memory.linear_attention import LinearAttention
from memorylab.memory.lmu import LMU
from memorylab.memory.lru import LRU
from memorylab.memory.mingru import MinGRU
from memorylab.memory.model import MemoryModel
from memorylab.memory.recurrent import GRU, LSTM, Elman
from memorylab.memory.s4d import S4D

MEMORY_MODELS: dict[str, type[MemoryModel]] = {
    "mlp": FeedForward,
    "clocked_mlp": ClockedFeedForward,
    "frame_stack": FrameStack,
    "frame_convolution": FrameConvolution,
    "elman": Elman,
    "gru": GRU,
    "lstm": LSTM,
    "mingru": MinGRU,
    "indrnn": IndRNN,
    "lmu": LMU,
    "lru": LRU,
    "s4d": S4D,
    "ffm": FastAndForgetful,
    "linear_attention": LinearAttention,
    "fast_weights": FastWeightProgrammer,
    "gated_delta": GatedDelta,
    "gtrxl": GTrXL,
    "dnc": DNC,
}
"""The course's memory models; add a class here and it can be chosen by its name."""


def make_memory(name: str | type[MemoryModel], input_size: int, **config: Any) -> MemoryModel:
    """Build a memory model by its name, or of its class.

    Args:
        name: A key of ``MEMORY_MODELS``, or a class of one's own.
        input_size: Number of input features F.
        **config: Arguments of the model's constructor.

    Raises:
        ValueError: The name or an argument doesn't exist; the message offers the nearest one.
        TypeError: It is the class of something else.
    """
    model_class = _find_class(name)
    what = f"memory model {getattr(name, '__name__', name)!r}"
    parameters = inspect.signature(model_class.__init__).parameters.values()
    known = {p.name for p in parameters if p.kind is not p.VAR_KEYWORD} - {"self", "input_size"}
    for option in config.keys() - known:
        if hint := other_name(option, dict.fromkeys(known)):
            raise ValueError(f"The {what} has no option {option!r}: {hint}.")
    reject_unknown_keys(config, known, f"option of the {what}")
    return model_class(input_size, **config)


def _find_class(name: str | type[MemoryModel]) -> type[MemoryModel]:
    if isinstance(name, str):
        if name not in MEMORY_MODELS:
            raise ValueError(f"There is no memory model {name!r}.{suggest(name, MEMORY_MODELS)}")
        return MEMORY_MODELS[name]
    if not (isinstance(name, type) and issubclass(name, MemoryModel)):
        raise TypeError(
            f"A memory is given by a name or by a subclass of MemoryModel, not by {name!r}."
        )
    return name
