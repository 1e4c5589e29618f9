"""What tables say of a memory model."""

from typing import NamedTuple


class Facts(NamedTuple):
    """Facts on a memory model, in the words of a table.

    F is the number of input features, H is ``hidden_size`` and T the length of a sequence.

    Attributes:
        title: The name in the literature.
        paper: The authors and the year.
        keeps: What it keeps from step to step.
        cost: Multiplications of a step, to leading order, while acting and in training alike.
        depth: How many operations of training wait for each other.
    """

    title: str
    paper: str
    keeps: str
    cost: str
    depth: str
