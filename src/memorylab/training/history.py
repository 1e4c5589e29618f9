"""What a training run measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from memorylab.files import read_json, write_atomically


@dataclass(init=False)
class History:
    """Measurements taken during training: a table with named columns and a row per measurement.

    ``History(step=[], loss=[])`` has two columns, which are also its attributes.

    Attributes:
        columns: The measurements by name, all equally long. ``memorylab.training.train`` measures
            ``step``, ``loss``, ``bit_error`` and ``seconds``; ``memorylab.rllib.train_agent``
            measures ``env_steps``, ``mean_return``, ``seconds`` and, if the configuration evaluates
            between updates, ``evaluation_return``.
        settings: What was trained, as JSON has it.
        solved: Whether training ended because it reached its goal.

    Raises:
        ValueError: The columns are not equally long.
    """

    columns: dict[str, list[float]]
    settings: dict[str, Any]
    solved: bool

    def __init__(
        self,
        *,
        settings: Mapping[str, Any] | None = None,
        solved: bool = False,
        **columns: Iterable[float],
    ):
        self.columns = {name: list(values) for name, values in columns.items()}
        self.settings = dict(settings or {})
        self.solved = solved
        lengths = {name: len(values) for name, values in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns must be equally long, got {lengths}")

    def __getattr__(self, name: str) -> list[float]:
        # Python asks here only for what is not an attribute. Copying asks before there are columns.
        columns = vars(self).get("columns", {})
        if name not in columns:
            raise AttributeError(f"This history has no {name}; its columns are {list(columns)}.")
        return columns[name]

    def append(self, **row: float) -> None:
        """Add a measurement, one number for every column; ValueError for any other row."""
        if row.keys() != self.columns.keys():
            raise ValueError(f"A row must have {list(self.columns)}, got {list(row)}.")
        for name, value in row.items():
            self.columns[name].append(value)

    def last(self, name: str, default: float = 0) -> float:
        """Return the latest value of a column, or ``default`` if it is empty."""
        values = getattr(self, name)
        return values[-1] if values else default

    def save(self, path: str | Path) -> None:
        """Write the history as JSON; an interrupt leaves an older file as it was."""
        table = asdict(self)
        with write_atomically(path) as temporary:
            text = json.dumps(table.pop("columns") | table)
            temporary.write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Read a history.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is not a history.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"There is no history at {path}.")
        content = read_json(path, "a training history")
        settings, solved = content.pop("settings", {}), content.pop("solved", False)
        if not isinstance(settings, dict) or not isinstance(solved, bool):
            raise ValueError(
                f"{path} is not a training history: settings must be an object and solved true or "
                f"false, but they are {settings!r:.50} and {solved!r:.50}."
            )
        for name, values in content.items():
            if not isinstance(values, list) or not all(
                type(value) in (int, float) for value in values
            ):
                raise ValueError(
                    f"{path} is not a training history: {name!r} must be a list of numbers, but "
                    f"is {values!r:.50}."
                )
        try:
            return cls(settings=settings, solved=solved, **content)
        except ValueError as error:
            raise ValueError(f"{path} is not a training history: {error}.") from error
