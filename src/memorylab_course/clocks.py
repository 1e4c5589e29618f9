"""What a clock can replace: tasks with a schedule, and what is learnt from a code of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from memorylab.errors import check_count, reject_unknown_keys
from memorylab.memory import make_memory
from memorylab.tasks import Batch, Task
from memorylab_course.keeping import WIDTH, Dressed

KINDS = ("lamp", "flip", "first")
"""What the three tasks ask for."""

NETWORKS = {"mlp": {}, "clocked_mlp": {"max_len": 24}, "gru": {"hidden_size": 15}}
"""The three networks by the names of their memories; each has about 2,200 weights in it."""


@dataclass(frozen=True)
class ClockTask(Task):
    """One bit to say at each step of an episode; two random bits are in sight.

    Args:
        kind: ``"lamp"`` asks for the schedule, the same in every episode: 1 at half of the steps.
            ``"flip"`` asks for the first bit in sight, and where the schedule is 1, for its
            opposite. ``"first"`` asks, at every later step, for the first bit of the first step.
        length: Steps in an episode.

    Raises:
        ValueError: There is no such kind, or ``length`` is below 2.
        TypeError: ``length`` is not an integer.
    """

    kind: str = "lamp"
    length: int = 24

    def __post_init__(self) -> None:
        reject_unknown_keys([self.kind], KINDS, "kind of task")
        check_count(self.length, "length", minimum=2)

    @property
    def input_size(self) -> int:
        """The two bits in sight."""
        return 2

    @property
    def output_size(self) -> int:
        """The bit to say."""
        return 1

    @property
    def schedule(self) -> Tensor:
        """Whether the lamp is lit, for each step, ``[T]``."""
        order = torch.randperm(self.length, generator=Generator().manual_seed(0))
        return (order < self.length // 2).float()

    def draw(self, batch_size: int, generator: Generator) -> Batch:
        """Draw what is in sight, and look up what is asked for."""
        shape = (batch_size, self.length, 2)
        seen = torch.randint(2, shape, generator=generator, device=generator.device).float()
        schedule = self.schedule.to(seen)
        answers = {
            "lamp": schedule.expand(batch_size, -1),
            "flip": (seen[..., 0] != schedule).float(),
            "first": seen[:, :1, 0].expand(-1, self.length),
        }
        target = answers[self.kind].unsqueeze(-1)  # [B, T, 1]
        mask = torch.ones_like(seen[..., 0], dtype=torch.bool)
        mask[:, 0] = self.kind != "first"  # there the answer is in sight
        return Batch(seen, target, mask, torch.full_like(mask[:, 0], self.length, dtype=torch.long))


def clock_model(name: str, task: ClockTask) -> Dressed:
    """Return an untrained network for the task, one of ``NETWORKS``, between two small layers.

    Raises:
        ValueError: There is no such network.
    """
    reject_unknown_keys([name], NETWORKS, "network")
    return Dressed(make_memory(name, WIDTH, **{"hidden_size": WIDTH} | NETWORKS[name]), task)


class Lesson(NamedTuple):
    """What a small network is to learn of single steps.

    Attributes:
        target: The right answer at each of 150 steps, bits ``[T]``.
        shown: Which steps it is trained on, ``[T]``.
        asked: Which steps it is then asked about, ``[T]``.
    """

    target: Tensor
    shown: Tensor
    asked: Tensor


def lessons() -> dict[str, Lesson]:
    """Return the three lessons on which codes of time are compared.

    ``"by heart"`` is a random schedule of 100 steps, all of them shown. The others are about the
    halves of a round of 50 steps: ``"between"`` shows every fifth of 100 steps and asks about the
    others, ``"beyond"`` shows all 100 and asks about the 50 that follow.
    """
    steps = torch.arange(150)
    late, early = (steps % 50 >= 25).float(), steps < 100
    schedule = torch.cat([ClockTask(length=100).schedule, torch.zeros(50)])
    fifth = early & (steps % 5 == 0)
    return {
        "by heart": Lesson(schedule, early, early),
        "between": Lesson(late, fifth, early & ~fifth),
        "beyond": Lesson(late, early, ~early),
    }


def learn(
    encode: Callable[[Tensor], Tensor], lesson: Lesson, updates: int, seed: int = 0
) -> tuple[Tensor, int | None]:
    """Train a network with one hidden layer to answer from the code of the step.

    Args:
        encode: Takes steps ``[1, T]`` and returns their codes ``[1, T, 64]``. If it is a module,
            its parameters are trained too.
        lesson: What is to be learnt.
        updates: Number of updates with Adam, each on all steps that are shown.
        seed: For the network's first weights.

    Returns:
        The answers, bits ``[T]``, and after how many updates all that was shown was first right;
        None if it never was.
    """
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(64, 64), nn.LeakyReLU(), nn.Linear(64, 1))
    own = list(encode.parameters()) if isinstance(encode, nn.Module) else []
    optimizer = torch.optim.Adam([*network.parameters(), *own], lr=0.01)
    steps, known = torch.arange(len(lesson.target)).unsqueeze(0), None  # [1, T]
    target, _, _ = lesson
    for update in range(updates + 1):
        logits = network(encode(steps))[0, :, 0]  # [T]
        answers = logits > 0
        if known is None and (answers == target.bool())[lesson.shown].all():
            known = update
        optimizer.zero_grad()
        binary_cross_entropy_with_logits(logits[lesson.shown], target[lesson.shown]).backward()
        optimizer.step()
    return answers.float(), known
