"""POPGym's models without memory."""

from __future__ import annotations

from typing import Any, ClassVar

from memorylab.memory import FeedForward
from memorylab.rllib.classic.base_model import BaseModel


class MLP(BaseModel):
    """Two layers that remember nothing, but are told the time: what the clock alone can do.

    The embedding is ``"sine"`` unless another is asked for. The memory's state is ``[]``.
    """

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"embedding": "sine"}

    def make_core(self) -> FeedForward:
        """Build the two layers."""
        return FeedForward(self.cfg["preprocessor_output_size"], self.cfg["hidden_size"])


class BasicMLP(MLP):
    """Two layers that see nothing but the present step: what they can't learn needs a memory."""

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"embedding": None}
