"""POPGym's models without memory."""

from __future__ import annotations

from typing import Any, ClassVar

from memorylab.memory import FeedForward
from memorylab.rllib.classic.base_model import BaseModel


class MLP(BaseModel):
    """Two layers without memory that read an embedding of time besides the observation.

    The embedding is ``"sine"`` unless another is asked for. The memory's state is ``[]``.
    """

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"embedding": "sine"}

    def make_core(self) -> FeedForward:
        """Build the two layers."""
        return FeedForward(self.cfg["preprocessor_output_size"], self.cfg["hidden_size"])


class BasicMLP(MLP):
    """Two layers without memory that read the present observation only."""

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"embedding": None}
