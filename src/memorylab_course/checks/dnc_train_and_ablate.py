"""Self-checks of the notebook dnc_train_and_ablate."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch

from memorylab.memory import DNC
from memorylab.tasks import Copy
from memorylab_course.own_step import OwnDNC
from memorylab_course.verdict import (
    attempt,
    expect,
    expect_answer,
    expect_tensor,
    is_close,
    self_check,
)


@torch.no_grad()
def _small_dnc() -> DNC:
    """Return a DNC whose weights don't depend on the notebook's random state."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = DNC(5, 4, hidden_size=8, num_locations=6, word_size=3, num_read_heads=2)
    for parameter in model.parameters():
        parameter.mul_(10)  # Large weights make sharp gates, so that an ablation flips bits.
    return model


@self_check
def own_machine(student: Callable) -> str:
    """Exercise 1: a DNC around the student's memory step runs and learns as the package's does."""
    task = Copy(word_size=4, max_length=3)
    sizes = {"hidden_size": 8, "num_locations": 6, "word_size": 3, "num_read_heads": 2}
    with torch.random.fork_rng():
        torch.manual_seed(1)
        own = OwnDNC(partial(attempt, student), task.input_size, task.output_size, **sizes)
    with torch.no_grad():
        for parameter in own.cell.parameters():
            parameter.mul_(3)  # With gates half open, a cut gradient would hardly show.
    dnc = DNC(task.input_size, task.output_size, implementation="reference", **sizes)
    dnc.load_state_dict(own.state_dict())
    batch = task.sample(6, torch.Generator().manual_seed(1))
    y, right = (model(batch.input, seq_lens=batch.seq_lens)[0] for model in (own, dnc))
    for step in range(y.shape[1]):
        expect(
            is_close(y[:, step].detach(), right[:, step].detach()),
            f"the outputs of the package's DNC; yours differ from step {step} on",
        )
    slope, right_slope = (
        torch.autograd.grad(outputs.square().sum(), model.cell.interface.weight, allow_unused=True)
        for model, outputs in ((own, y), (dnc, right))
    )
    expect(
        slope[0] is not None
        and is_close(slope[0], right_slope[0], 1e-4 * float(right_slope[0].abs().max())),
        "the package's gradients, too: something cuts them, such as .detach(), .item() or a copy "
        "made by torch.tensor",
    )
    return "Right: your machine gives the package's outputs to 1e-6, and learns as it does."


@self_check
def amnesia(student: Callable) -> str:
    """Exercise 2: lose the memory matrix and nothing else."""
    model = _small_dnc()
    sequence = torch.randn(3, 7, 5, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        answer = expect_tensor(attempt(student, model, sequence, 4), [3, 7, 4], "outputs")
        healthy, _ = model(sequence)
        before, state = model(sequence[:, :4])
        lost, _ = model(sequence[:, 4:], state | {"memory": torch.zeros_like(state["memory"])})
        fresh, _ = model(sequence[:, 4:])
    unchanged = "the outputs before the memory is lost unchanged"
    expect_answer(answer[:, :4], before, {}, unchanged, tolerance=1e-5)
    expect_answer(
        answer[:, 4:],
        lost,
        {
            "other outputs once the memory is lost": healthy[:, 4:],
            "all but the memory matrix to be carried on: this starts the rest from nothing": fresh,
        },
        "other outputs after the loss: zero the memory matrix, and nothing else",
        tolerance=1e-5,
    )
    return "Right: the controller continues and reads from an empty memory."


@self_check
def words_left(student: float, *, step: int) -> str:
    """Exercise 3: how many of eight words are said before the memory is lost."""
    heard = 8
    hint = "Words are said in steps 9 to 16, and each is read in the step that says it"
    expect_answer(
        student,
        max(0, step - heard - 1),
        {
            "the words that were said before, not those that are lost": 2 * heard + 1 - step,
            "the loss to come before the step, so that nothing is read in it": step - heard,
        },
        f"another number. {hint}",
    )
    return f"Right: what was said before step {step} is said, and nothing else can be read."
