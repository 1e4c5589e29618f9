"""Self-checks of the notebook does_memory_pay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from memorylab.memory import MemoryModel
from memorylab.memory.model import State, map_state
from memorylab_course.evidence import interquartile_mean
from memorylab_course.verdict import (
    attempt,
    expect,
    expect_answer,
    expect_tensor,
    is_close,
    self_check,
)

FEATURES, STEPS, LAG = 5, 7, 3


@self_check
def my_memory(student: type[MemoryModel]) -> str:
    """Exercise 1: a memory of one's own that keeps the contract and looks back three steps."""
    is_memory = isinstance(student, type) and issubclass(student, MemoryModel)
    expect(is_memory, f"a subclass of MemoryModel, not {student!r}")
    torch.manual_seed(0)
    model = attempt(student, FEATURES)
    state, size = attempt(model.initial_state), _output_size(model)
    expect(
        isinstance(state, dict) and state,
        f"initial_state to return a dictionary of tensors, not {state!r}: what isn't in the state "
        "isn't remembered",
    )
    z = torch.randn(2, STEPS, FEATURES)
    given, full = model.batch_initial_state(2), torch.full((2,), STEPS)
    attempt(model.forward_memory, z, given, torch.zeros_like(full), full)
    y, after = _run(model, z)
    expect_tensor(y, [2, STEPS, size], "outputs")
    _expect_same_places(after, state)
    again, _ = _run(model, z)
    expect(
        is_close(y, again, 1e-5),
        "the same outputs for the same sequence and state: what is remembered belongs into the "
        "state, not into self",
    )
    _check_carry(model, z, y, after)
    _check_rows(model, z, y)
    _check_reach(model, z)
    return "Right: it keeps the contract to 1e-5 and looks back three steps. Now train it."


def _output_size(model: MemoryModel) -> int:
    def output_size() -> int:
        return model.output_size

    size = attempt(output_size)
    expect(isinstance(size, int) and size > 0, f"output_size to be a count, not {size!r}")
    return size


def _run(model: MemoryModel, z: Tensor, *rest: Any) -> tuple[Tensor, State]:
    with torch.no_grad():
        y, state = attempt(model, z, *rest)
    return y, state


def _expect_same_places(after: State, before: State) -> None:
    expect(
        isinstance(after, dict) and after.keys() == before.keys(),
        f"a returned state with the entries of initial_state, {list(before)}",
    )
    for name, start in before.items():
        if isinstance(start, Tensor):
            expect_tensor(after[name], [2, *start.shape], f"the returned state's {name!r}")


def _check_carry(model: MemoryModel, z: Tensor, y: Tensor, after: State) -> None:
    """Read a sequence in two parts, and expect what it gives in one."""
    first, between = _run(model, z[:, :LAG])
    kept = map_state(Tensor.clone, between)
    second, end = _run(model, z[:, LAG:], between)
    expect(
        _same(between, kept),
        "the state that was given to stay as it is: return a new one, and change none in place",
    )
    forgetful, _ = _run(model, z[:, LAG:])
    expect_answer(
        torch.cat([first, second], 1),
        y,
        {
            "forward_memory to begin with the state it is given": torch.cat([first, forgetful], 1),
        },
        "a sequence read in two parts to give the same outputs as in one, if the state is carried "
        "over",
        tolerance=1e-5,
    )
    expect(_same(end, after), "a sequence read in two parts to end in the same state as in one")


def _check_rows(model: MemoryModel, z: Tensor, y: Tensor) -> None:
    """Read rows of different lengths side by side, and expect what each gives alone."""
    short, alone = _run(model, z[:1, :LAG])
    expect(is_close(short, y[:1, :LAG], 1e-5), "rows of a batch not to see each other")
    _, together = _run(model, z, None, None, torch.tensor([LAG, STEPS]))
    expect(
        _same(map_state(lambda part: part[:1], together), alone),
        "each row's state after its last real step, whatever padding follows: see seq_lens",
    )


def _check_reach(model: MemoryModel, z: Tensor) -> None:
    """Change one step of the input, and expect another output three steps later."""
    before = z[:1].clone().requires_grad_()
    last, _ = model(before)
    other = z[:1].clone()
    reaches = []
    for lag in range(STEPS):
        other.copy_(z[:1])
        other[:, STEPS - 1 - lag] += 1
        changed = (_run(model, other)[0] - last)[:, -1].abs().max() > 1e-5
        reaches += [lag] if changed else []
    furthest = max(reaches, default=0)
    expect(
        LAG in reaches,
        f"an output that depends on the input {LAG} steps before; yours reaches back {furthest}",
    )
    expect(last.requires_grad, "outputs with a gradient: does something detach them?")
    (gradient,) = torch.autograd.grad(last[:, -1].square().sum(), before)
    expect(
        gradient[:, STEPS - 1 - LAG].abs().max() > 0,
        f"a gradient that reaches the input {LAG} steps before: does something detach the state?",
    )


def _same(one: State, other: State) -> bool:
    close: list[bool] = []

    def compare(a: Tensor, b: Tensor) -> Tensor:
        close.append(is_close(a, b, 1e-5))
        return a

    map_state(compare, one, other)
    return all(close)


@self_check
def bootstrap_interval(student: Callable) -> str:
    """Exercise 2: the interval of an interquartile mean."""
    random = np.random.default_rng(5)
    values = np.concatenate([random.normal(0, 1, 18), [7.0, 9.0]])
    drawn = values[random.integers(len(values), size=(40_000, len(values)))]  # [K, S]

    def middle(samples: Any, share: float = 95) -> np.ndarray:
        return np.percentile(samples, (50 - share / 2, 50 + share / 2))

    answer = attempt(student, values.copy(), 10_000)
    answer = np.asarray(answer, dtype=float)
    expect(answer.shape == (2,), f"two numbers, the ends, not an array of shape {answer.shape}")
    low, high = answer
    expect(low <= high, "the lower end first")
    expect(
        high - low > 1e-6,
        "an interval with a width: draw with replacement, so that a sample may have a seed twice "
        "and another not at all",
    )
    means = interquartile_mean(drawn)
    expect_answer(
        answer,
        middle(means),
        {
            "the middle 95% of the samples: 2.5% are left out at either end": (
                middle(means, 90),
                middle(means, 97.5),
            ),
            "the interquartile mean of each sample, not its mean": middle(drawn.mean(1)),
            "the interquartile mean of each sample, not its median": middle(np.median(drawn, 1)),
            "the spread of the samples' means, not of the seeds": (
                middle(values),
                middle(drawn),
                interquartile_mean(values) + np.array([-1.96, 1.96]) * values.std(),
            ),
            "samples of as many seeds as there are": middle(
                interquartile_mean(drawn[:, : len(values) // 2])
            ),
        },
        "the middle 95% of the interquartile means of samples, to within their chance",
        tolerance=0.06,
    )
    return "Right: where the mean would lie if other seeds, just like these, had been drawn."
