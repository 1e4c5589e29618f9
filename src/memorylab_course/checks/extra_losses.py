"""Self-checks of the notebook extra_losses."""

from __future__ import annotations

from collections.abc import Callable

import torch

from memorylab_course.verdict import attempt, expect, expect_answer, self_check

SEEN = torch.tensor([[[1.0], [4.0], [2.0], [8.0]], [[3.0], [5.0], [7.0], [6.0]]])  # [B, T, F]
MASK = torch.tensor([[True, True, True, True], [True, True, True, False]])


@self_check
def earlier_observation_loss(student: Callable) -> str:
    """Exercise 1: a loss for predicting past observations."""
    zeros = torch.zeros_like(SEEN)
    # With predictions of zero, the loss is the mean square of the observations asked for.
    for delay, asked_for in ((1, [1, 4, 2, 3, 5]), (2, [1, 4, 3]), (3, [1]), (0, None), (4, [])):
        right = float(SEEN[MASK].square().mean()) if asked_for is None else 0.0
        if asked_for:
            right = sum(value**2 for value in asked_for) / len(asked_for)
        answer = attempt(student, zeros.clone(), SEEN.clone(), MASK.clone(), delay)
        answer = torch.as_tensor(answer, dtype=torch.float)
        expect(answer.dim() == 0, f"one number, not a tensor of shape {list(answer.shape)}")
        case = f"for delay={delay}"
        expect(answer.isfinite(), f"a finite loss {case}; is it a mean over zero steps?")
        turned = f"the observation {case} to be the earlier of the two, the prediction the later"
        later = SEEN[:, delay:][MASK[:, delay:]].square().mean() if 0 < delay < 4 else right
        otherwise = f"another loss {case}: which steps count, and what is each compared with?"
        expect_answer(answer, right, {turned: later}, otherwise, tolerance=1e-5)
    # Each step predicts exactly what was seen one step before.
    known = torch.roll(SEEN, 1, dims=1)
    answer = torch.as_tensor(attempt(student, known, SEEN.clone(), MASK.clone(), 1))
    expect_answer(answer, 0, {}, "a loss of 0 if each step predicts what was seen one step before")
    _check_padding(student)
    return "Right: each step is compared with an earlier one, and only if both are real."


def _check_padding(student: Callable) -> None:
    junk = float("nan")
    prediction = SEEN.masked_fill(~MASK.unsqueeze(-1), junk).requires_grad_()
    observations = (SEEN + 1).masked_fill(~MASK.unsqueeze(-1), junk)
    answer = torch.as_tensor(attempt(student, prediction, observations, MASK.clone(), 1))
    expect(answer.isfinite(), "padding that is NaN to change nothing: 0 · NaN is NaN")
    expect(
        answer.requires_grad, "a loss with a gradient: this one no longer depends on the prediction"
    )
    (gradient,) = torch.autograd.grad(answer, prediction)
    expect(
        gradient.isfinite().all(),
        "finite gradients although the padding is NaN: select, don't multiply",
    )


@self_check
def coefficient(student: float, *, own: float, other: float, parts: int) -> str:
    """Exercise 2: the coefficient that gives the reconstruction 1 / ``parts`` of the gradient."""
    expect(student >= 0, "a coefficient of at least 0")
    share = other * float(student) / (own + other * float(student))
    expect_answer(
        student,
        own / (other * (parts - 1)),
        {f"1/{parts} of the whole gradient, not of PPO's": own / (parts * other)},
        f"another number: with this one the reconstruction has {share:.1%} of the gradient",
        tolerance=1e-7,
    )
    scaled = own / (parts - 1)
    return f"Right: {scaled:g} / ({own} + {scaled:g}) = 1/{parts}."


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

    # Imported here: importing this module must not import Ray.
    from memorylab.rllib import record_demonstrations

    recorded = record_demonstrations("RepeatFirstEasy", fresh, episodes=5, seed=0)
    returns = [round(float(total), 2) for total in recorded.returns]
    expect(
        returns[0] == 1,
        f"a return of 1, but the first episode has {returns[0]:g}: what does the expert remember?",
    )
    expect(
        returns == [1] * 5,
        f"a return of 1 in every episode, but they are {returns}: does the expert keep something "
        "from one episode to the next?",
    )
    return "Right: five episodes without a mistake."
