"""Self-checks of notebook 07."""

from __future__ import annotations

from collections.abc import Callable

import torch

from memorylab.memory import DNC
from memorylab.memory.dnc import ablate
from memorylab.tasks import Copy
from memorylab.training import bit_error
from memorylab_course.verdict import attempt, expect, self_check


@torch.no_grad()
def _small_dnc() -> DNC:
    """Return a DNC with weights of its own, whatever the notebook has drawn before."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = DNC(5, 4, hidden_size=8, num_locations=6, word_size=3, num_read_heads=2)
    for parameter in model.parameters():
        parameter.mul_(10)  # Large weights make sharp gates, so that wounds show in the bits.
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
        expect(
            answer == total,
            f"{'more' if answer < total else 'fewer'} than {answer} numbers for N, W, R = {sizes}. "
            "Which of the seven arrays did you count?",
        )
    return "Right: from N = 16 to N = 64 the links alone grow sixteenfold, and no weight does."


@self_check
def amnesia(student: Callable) -> str:
    """Exercise 2: lose the memory matrix and nothing else."""
    model = _small_dnc()
    sequence = torch.randn(3, 7, 5, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        answer = attempt(student, model, sequence, 4)
        expect(
            getattr(answer, "shape", None) == (3, 7, 4),
            f"outputs [3, 7, 4] for all seven steps, not {list(getattr(answer, 'shape', []))}",
        )
        healthy, _ = model(sequence)
        before, state = model(sequence[:, :4])
        lost, _ = model(sequence[:, 4:], state | {"memory": torch.zeros_like(state["memory"])})
        fresh, _ = model(sequence[:, 4:])
    expect(
        torch.allclose(answer[:, :4], before, atol=1e-5), "the outputs before the blow unchanged"
    )
    expect(not torch.allclose(answer, healthy, atol=1e-5), "the blow to leave a mark")
    expect(
        not torch.allclose(answer[:, 4:], fresh, atol=1e-5),
        "all but the memory matrix to be carried on: this one starts the rest from nothing",
    )
    expect(
        torch.allclose(answer[:, 4:], lost, atol=1e-5),
        "other outputs after the blow: zero the memory matrix, and nothing else",
    )
    return "Right: the controller goes on, reading from an empty memory."


@self_check
def bits_without(student: Callable) -> str:
    """Exercise 3: damage in bits per 100."""
    task = Copy(word_size=4, max_length=3)
    model = _small_dnc()
    for part in ("links", "content"):
        answer = attempt(student, model, task, part)
        whole, wounded = bit_error(model, task), bit_error(ablate(model, part), task)
        right = 100 * (wounded - whole)
        expect(abs(answer + right) > 1e-6 or abs(right) < 1e-6, "the sign the other way round")
        expect(abs(answer - right / 100) > 1e-6 or abs(right) < 1e-6, "bits out of 100")
        expect(
            abs(answer - 100 * wounded) > 1e-6 or abs(whole) < 1e-6,
            "how many bits *more* than before are wrong",
        )
        expect(abs(answer - right) < 1e-6, "another number")
    return "Right."
