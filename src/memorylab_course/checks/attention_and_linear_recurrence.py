"""Self-checks of the notebook attention_and_linear_recurrence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from memorylab.memory import GTrXL
from memorylab.memory.scan import scan
from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check


@self_check
def windowed_attention(student: Callable) -> str:
    """Exercise 1: attention over a window."""
    # Equal keys: the read is a plain mean, by which one sees which steps were in it.
    values = torch.tensor([1.0, 10.0, 100.0, 1000.0]).view(1, 4, 1)
    keys = torch.ones(1, 4, 1)
    read = expect_tensor(attempt(student, keys, keys, values, 2), [1, 4, 1], "a tensor of reads")
    inside = torch.ones(4, 4).tril().triu(-1)
    means = {
        "no weight for steps that aren't seen: what does the softmax make of a score of 0?": (
            inside.softmax(-1) @ values[0]
        ),
        "no step to see one that comes later": [277.75] * 4,
        "no more than the window: step 3 must not read what step 1 wrote": (
            [1, 5.5, 37, 277.75],
            [1, 5.5, 37, 370],
        ),
        "the step itself to be one of the window's steps": ([0, 1, 10, 100], [0, 1, 5.5, 55]),
        "a window of 2 steps, not of 1": [1, 10, 100, 1000],
        "weights that sum to 1 also in the first steps, where the window isn't full": (
            [0.5, 5.5, 55, 550],
            [0.25, 2.75, 27.5, 275],
        ),
    }
    otherwise = "for equal keys and a window of 2 the mean of this value and the one before"
    expect_answer(read, [1, 5.5, 55, 550], means, otherwise, tolerance=1e-3)

    torch.manual_seed(0)
    model = GTrXL(input_size=3, hidden_size=6, window_size=4, num_heads=1, head_size=5)
    queries, keys, values, right = _inside(model, 3 * torch.randn(2, 7, 3))
    answer = attempt(student, queries, keys, values, model.window_size)
    root = 5**0.5
    wrong = {
        "the scores divided by the square root of the size of a key": _attend(
            queries * root, keys, values, 4
        ),
        "the *square root* of the size of a key": _attend(queries / root, keys, values, 4),
        "queries to ask, and keys to be asked": _attend(keys, queries, values, 4),
    }
    otherwise = "the reads of GTrXL's attention, to 1e-5; for equal keys yours are right"
    expect_tensor(answer, [2, 7, 5], "a tensor of reads")
    expect_answer(answer, right, wrong, otherwise, tolerance=1e-5)
    return "Right: it is the attention inside GTrXL, to 1e-5."


@torch.no_grad()
def _inside(model: GTrXL, z: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the queries, keys and values of a model with one head, and what it reads."""
    reads: list[Tensor] = []
    handle = model.mix.register_forward_pre_hook(lambda module, inputs: reads.append(inputs[0]))
    model(z)
    handle.remove()
    x = model.norms[0](model.embed(z))
    return model.query(x), model.key(x), model.value(x), reads[0]


def _attend(queries: Tensor, keys: Tensor, values: Tensor, window_size: int) -> Tensor:
    """Return the right reads, to be computed from wrong arguments."""
    steps = torch.arange(queries.shape[1])
    age = steps[:, None] - steps  # [T, T]
    scores = queries @ keys.mT / queries.shape[-1] ** 0.5
    scores = scores.masked_fill((age < 0) | (age >= window_size), -torch.inf)
    return scores.softmax(-1) @ values


@self_check
def recurrence(loop: Callable, at_once: Callable) -> str:
    """Exercise 2: a linear recurrence, step by step and at once."""
    decay, update = torch.tensor([0.5 + 0j, 0.5j]), torch.tensor([[2 + 0j, 2], [0, 0], [0, 4]])
    right = torch.tensor([[2 + 0j, 2], [1, 1j], [0.5, 3.5]])
    for student, name in ((loop, "the loop"), (at_once, "the form without a loop")):
        small = attempt(student, decay, update)
        expect_tensor(small, [3, 2], f"{name} to return a tensor of states")
        expect(small.is_complex(), f"{name} to return complex numbers")
        shifted = torch.cat([torch.zeros(1, 2), right[:-1]])
        decayed = torch.tensor([0.5, 0.5j]) * right
        turned = torch.tensor([[2 + 0j, 2], [1, -1j], [0.5, 3.5]])
        mistakes = {
            f"{name} to return the state *after* each step": shifted,
            f"{name} to let a step's own update come in whole": decayed,
            f"{name} to turn by λ, not by its conjugate": turned,
        }
        _expect_states(small, right, mistakes, f"{name} to follow hₜ = λ hₜ₋₁ + bₜ, from h = 0")

    torch.manual_seed(0)
    steps = 1024
    radius, angle = torch.tensor([0.3, 0.9, 0.999], dtype=torch.float64), torch.rand(3).double()
    decay, update = torch.polar(radius, angle), torch.randn(steps, 3, dtype=torch.complex128)
    right = scan(decay[None, None], update[None], torch.zeros(1, 1, 3))[0]
    _expect_states(attempt(loop, decay, update), right, {}, "the loop to equal the package's scan")
    with _Counter() as counter:
        answer = attempt(at_once, decay, update)
    expect_tensor(answer, [steps, 3], "the form without a loop to return a tensor of states")
    expect(
        torch.view_as_real(answer).isfinite().all(),
        f"finite numbers for {steps} steps and |λ| = 0.3: does something divide by a power of λ, "
        "or multiply by one that is infinite?",
    )
    _expect_states(answer, right, {}, "the form without a loop to equal the package's scan")
    expect(
        counter.calls < steps,
        f"fewer operations than steps: {counter.calls:,} for {steps:,} steps is a loop over time",
    )
    return f"Right: {counter.calls:,} operations on tensors for {steps:,} steps."


def _expect_states(answer: Any, right: Tensor, mistakes: Mapping[str, Tensor], otherwise: str):
    """Compare complex numbers by their real and imaginary parts."""
    flat = {hint: torch.view_as_real(wrong) for hint, wrong in mistakes.items()}
    answer = expect_tensor(answer, right.shape, "a tensor of states")
    answer = torch.view_as_real(answer.to(right.dtype))
    expect_answer(answer, torch.view_as_real(right), flat, otherwise, tolerance=1e-5)


class _Counter(TorchDispatchMode):
    """Counts the operations on tensors."""

    calls = 0

    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        self.calls += 1
        return function(*arguments, **(options or {}))


@self_check
def front(student: Callable) -> str:
    """Exercise 3: the memories that no other one beats."""
    plane = {"small": (100, 0.5), "large": (900, 0.9), "waste": (950, 0.6), "worse": (120, 0.4)}
    answer = _names(student, plane)
    expect("waste" not in answer, "no memory that keeps less than one with a smaller state")
    expect(
        "small" in answer, "a memory that keeps little to be in it if nothing smaller does better"
    )
    expect(answer == {"small", "large"}, "all memories that no other beats, and no other ones")
    equal = {"a": (100, 0.5), "b": (100, 0.5), "c": (100, 0.4), "d": (200, 0.5)}
    answer = _names(student, equal)
    expect("c" not in answer, "no memory that keeps less than one of the same size")
    expect("d" not in answer, "no memory that is larger than one that keeps as much")
    expect(answer == {"a", "b"}, "both of two memories that are equal: neither beats the other")
    expect(_names(student, {"alone": (1, 0.0)}) == {"alone"}, "a memory alone not to be beaten")
    return "Right: whatever isn't on the front is beaten in both, or in one at no price."


def _names(student: Callable, plane: dict[str, tuple[int, float]]) -> set[str]:
    answer = attempt(student, plane)
    expect(not isinstance(answer, str), "a collection of names, not one name")
    return set(answer)
