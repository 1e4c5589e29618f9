"""POPGym's models without memory."""

from __future__ import annotations

from typing import Any, ClassVar

from memorylab.rllib.classic.base_model import BaseModel


class MLP(BaseModel):
    """Two layers without memory that read an embedding of time besides the observation.

    The embedding is ``"sine"`` unless another is asked for. The memory's state is ``[]``.
    """

    MEMORY = "mlp"
    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"embedding": "sine"}


class BasicMLP(MLP):
    """Two layers without memory that read the present observation only."""

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"embedding": None}
