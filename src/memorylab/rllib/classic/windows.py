"""POPGym's models that see the last few steps: Framestack and Frameconv."""

from __future__ import annotations

from typing import Any, ClassVar

from memorylab.errors import check_count
from memorylab.rllib.classic.base_model import BaseModel


class Framestack(BaseModel):
    """The network of :class:`memorylab.memory.FrameStack` as an RLlib model.

    The memory's state is one tensor ``[K − 1, F]``, the last inputs, F being
    ``preprocessor_output_size``. The option ``stack_size`` is the number K of steps that it sees.
    """

    MEMORY = "frame_stack"
    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"stack_size": 4, "embedding": "sine"}
    RENAMED: ClassVar[dict[str, str]] = {"compress": "core.compress"}

    def _memory_options(self) -> dict[str, Any]:
        return {"num_frames": check_count(self.cfg["stack_size"], "stack_size", minimum=2)}


class Frameconv(BaseModel):
    """The network of :class:`memorylab.memory.FrameConvolution`; see :class:`Framestack`."""

    MEMORY = "frame_convolution"
    MODEL_CONFIG = Framestack.MODEL_CONFIG
    RENAMED: ClassVar[dict[str, str]] = {"core": "core.convolution"}

    def _memory_options(self) -> dict[str, Any]:
        return {"kernel_size": check_count(self.cfg["stack_size"], "stack_size", minimum=2)}
