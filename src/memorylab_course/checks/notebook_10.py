"""Self-checks of notebook 10."""

from __future__ import annotations

from collections.abc import Callable

import torch

from memorylab_course.numerals import CARDINALS, part
from memorylab_course.verdict import attempt, expect, self_check

SEEN = torch.tensor([[[1.0], [4.0], [2.0], [8.0]], [[3.0], [5.0], [7.0], [6.0]]])  # [B, T, F]
MASK = torch.tensor([[True, True, True, True], [True, True, True, False]])


@self_check
def earlier_observation_loss(student: Callable) -> str:
    """Exercise 1: a loss that asks for the past."""
    zeros = torch.zeros_like(SEEN)
    # Against zeros the loss is the mean square of all observations that are asked for.
    for delay, asked_for in ((1, [1, 4, 2, 3, 5]), (2, [1, 4, 3]), (3, [1]), (0, None), (4, [])):
        right = float(SEEN[MASK].square().mean()) if asked_for is None else 0.0
        if asked_for:
            right = sum(value**2 for value in asked_for) / len(asked_for)
        answer = attempt(student, zeros.clone(), SEEN.clone(), MASK.clone(), delay)
        answer = torch.as_tensor(answer, dtype=torch.float)
        expect(answer.dim() == 0, f"one number, not a tensor of shape {list(answer.shape)}")
        what = f"for delay={delay}"
        expect(
            answer.isfinite(), f"a finite loss {what}; is there a mean over nothing, or over no row"
        )
        later = float((SEEN[:, delay:][MASK[:, delay:]]).square().mean()) if 0 < delay < 4 else None
        expect(
            later is None or abs(float(answer) - later) > 1e-5 or abs(later - right) < 1e-5,
            f"the observation {what} to be the earlier of the two, the prediction the later",
        )
        expect(
            abs(float(answer) - right) < 1e-5,
            f"another loss {what}: which steps count, and what is each compared with",
        )
    # What is known is worth nothing unless it stands at the right step.
    known = torch.roll(SEEN, 1, dims=1)
    answer = torch.as_tensor(attempt(student, known, SEEN.clone(), MASK.clone(), 1))
    expect(
        abs(float(answer)) < 1e-6, "no loss at all if each step tells what was seen one step before"
    )
    _check_padding(student)
    return "Right: each step is asked for what stood before it, and only if both of them are real."


def _check_padding(student: Callable) -> None:
    junk = float("nan")
    prediction = SEEN.masked_fill(~MASK.unsqueeze(-1), junk).requires_grad_()
    observations = (SEEN + 1).masked_fill(~MASK.unsqueeze(-1), junk)
    answer = torch.as_tensor(attempt(student, prediction, observations, MASK.clone(), 1))
    expect(answer.isfinite(), "padding that is NaN to change nothing: 0 · NaN is NaN")
    expect(answer.requires_grad, "a loss to learn from: it lost its way back to the prediction")
    (gradient,) = torch.autograd.grad(answer, prediction)
    expect(
        gradient.isfinite().all(),
        "finite gradients though the padding is NaN: pick, don't multiply",
    )


@self_check
def coefficient(student: float, own: float = 3, other: float = 12, parts: int = 5) -> str:
    """Exercise 2: one of ``parts`` parts of the gradient for the reconstruction."""
    expect(student >= 0, "a coefficient of at least 0")
    share = other * float(student) / (own + other * float(student))
    name = part(parts)
    expect(
        abs(float(student) - own / (parts * other)) > 1e-9,
        f"a {name} of all, not a {name} of what PPO has",
    )
    expect(
        abs(share - 1 / parts) < 1e-6,
        f"another number: with this one the reconstruction has {share:.1%} of the gradient",
    )
    scaled = own / (parts - 1)
    return (
        f"Right: {other} / {other / scaled:g} = {scaled:g} against {own}, which is one part of "
        f"{CARDINALS[parts]}."
    )


@self_check
def make_card_expert(student: Callable) -> str:
    """Exercise 3: an expert at RepeatFirstEasy."""

    def fresh() -> Callable:
        expert = attempt(student)
        expect(callable(expert), f"a function, not {type(expert).__name__}")

        def act(observation: tuple) -> int:
            action = attempt(expert, observation)
            expect(
                not isinstance(action, tuple) and int(action) in range(4),
                f"a suit from 0 to 3, not {action!r}",
            )
            return int(action)

        return act

    # Here, because nothing outside memorylab.rllib imports Ray unless asked to.
    from memorylab.rllib import record_demonstrations

    recorded = record_demonstrations("RepeatFirstEasy", fresh, episodes=5, seed=0)
    returns = [round(float(total), 2) for total in recorded.returns]
    expect(
        returns[0] == 1,
        f"a return of 1, but the first episode has {returns[0]:g}: what is remembered?",
    )
    expect(
        returns == [1] * 5,
        f"a return of 1 in every episode, but they are {returns}: does something outlive an "
        "episode?",
    )
    return "Right: five episodes without a mistake."
