"""The README's table of memory models, made from the registry."""

from __future__ import annotations

from memorylab.memory import MEMORY_MODELS, MemoryModel, make_memory
from memorylab.memory.arrays import COMMON

_SIZE = 64
"""Of input and of the output, where the table counts a state's numbers."""


_MOST = 8
"""Arrays of a trace that the table names; of more, those that the player shows at first."""


def memory_table() -> str:
    """Return a table of all memory models of the registry, without markers.

    Raises:
        ValueError: A model has no facts.
    """
    lines = [
        "| name | model | keeps | numbers | multiplications a step | in a row | to be watched |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in MEMORY_MODELS:
        model = make_memory(name, _SIZE)
        if model.facts is None:
            raise ValueError(f"{type(model).__name__} needs facts for the table of memories.")
        title, paper, keeps, cost, depth = model.facts
        own = [row for key, row in model.trace_class.table.items() if key not in COMMON]
        shown = own if len(own) <= _MOST else [row for row in own if row.simple]
        watched = ", ".join(row.label for row in shown)
        watched += f" and {len(own) - len(shown)} more" if len(shown) < len(own) else ""
        lines.append(
            f"| `{name}` | {title}: {paper} | {keeps} | {state_size(model):,} | {cost} | {depth} "
            f"| {watched or 'input and output'} |"
        )
    return "\n".join(lines)


def state_size(model: MemoryModel) -> int:
    """Return how many numbers a model carries from one step to the next."""

    def count(state: dict) -> int:
        parts = state.values()
        return sum(count(part) if isinstance(part, dict) else part.numel() for part in parts)

    return count(model.initial_state())
