"""What a training run went through."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from memorylab.files import write_atomically


@dataclass
class History:
    """Measurements taken during a supervised training run.

    Attributes:
        step: Training steps done at each measurement.
        loss: Mean training loss, in nats per bit, since the measurement before.
        bit_error: Share of wrong bits on the evaluation batch, 0 to 1.
        seconds: Seconds since the start.
        solved: Whether the run ended because the bit error fell below the limit.
    """

    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    bit_error: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    solved: bool = False

    def save(self, path: str | Path) -> None:
        """Write the history as JSON."""
        with write_atomically(path) as temporary:
            temporary.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Read a history.

        Raises:
            ValueError: The file is not a history.
        """
        try:
            return cls(**json.loads(Path(path).read_text()))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path} is not a training history: {error}.") from error
