"""Self-checks of the notebook dnc_train_and_ablate."""

from __future__ import annotations

from collections.abc import Callable

import torch

from memorylab.memory import DNC
from memorylab.memory.dnc import ablate
from memorylab.tasks import Copy
from memorylab.training import bit_error
from memorylab_course.verdict import attempt, expect_answer, expect_tensor, self_check


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
def state_numbers(student: Callable) -> str:
    """Exercise 1: count what the memory carries."""
    for sizes in ((16, 16, 1), (6, 3, 2), (1, 1, 1)):
        answer = attempt(student, *sizes)
        n, w, r = sizes
        model = DNC(2, 2, hidden_size=2, num_locations=n, word_size=w, num_read_heads=r)
        state = {k: v for k, v in model.initial_state().items() if k != "controller"}
        total = sum(tensor.numel() for tensor in state.values())
        hint = (
            f"{'more' if answer < total else 'fewer'} than {answer} numbers for N, W, R = {sizes}"
        )
        expect_answer(answer, total, {}, f"{hint}. Which of the seven arrays did you count?")
    return "Right: from N = 16 to N = 64 the links alone grow sixteenfold, and no weight does."


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
def bits_without(student: Callable) -> str:
    """Exercise 3: damage in bits per 100."""
    task = Copy(word_size=4, max_length=3)
    model = _small_dnc()
    for part in ("links", "content"):
        answer = attempt(student, model, task, part)
        whole, ablated = bit_error(model, task), bit_error(ablate(model, part), task)
        right = 100 * (ablated - whole)
        mistakes = {
            "the opposite sign": -right,
            "bits out of 100": right / 100,
            "how many bits *more* than before are wrong": 100 * ablated,
        }
        expect_answer(answer, right, mistakes, "another number")
    return "Right."
