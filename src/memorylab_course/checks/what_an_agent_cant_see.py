"""Self-checks of the notebook what_an_agent_cant_see."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real

import torch
from torch import Tensor

from memorylab.memory import FrameStack
from memorylab_course.foggy_maze import update_belief
from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check


@self_check
def update(student: Callable) -> str:
    """Exercise 1: Bayes' rule over random sequences in random worlds."""
    random = torch.Generator().manual_seed(0)

    def rows(*shape: int) -> Tensor:
        weights = torch.rand(*shape, generator=random, dtype=torch.double) + 0.01
        return weights / weights.sum(-1, keepdim=True)

    for num_states in (2, 3, 5):
        belief = rows(num_states)
        transitions, likelihoods = rows(2, num_states, num_states), rows(num_states, 4)
        for step in range(6):
            action = int(torch.randint(2, (), generator=random))
            observation = int(torch.randint(4, (), generator=random))
            given = (belief.clone(), action, observation, transitions, likelihoods)
            answer = attempt(student, *given)
            expect(torch.equal(given[0], belief), "the belief you were given to stay as it is")
            answer = torch.as_tensor(answer)
            expect_tensor(answer, [num_states], "a belief", f"for {num_states} states")
            right = update_belief(belief, action, observation, transitions, likelihoods)
            case = f"step {step + 1} in a world of {num_states} states"
            mistakes = _mistaken_beliefs(belief, transitions[action], likelihoods[:, observation])
            expect_answer(answer, right, mistakes, f"other probabilities at {case}")
            belief = right
    return "Right: predict, weigh, normalise. These three lines are all that an exact memory does."


def _mistaken_beliefs(belief: Tensor, transition: Tensor, likelihood: Tensor) -> dict[str, Tensor]:
    """Return what known mistakes give, under their hints."""

    def normalised(weights: Tensor) -> Tensor:
        return weights / weights.sum()

    predicted = belief @ transition
    return {
        "probabilities that sum to 1": predicted * likelihood,
        "the action to count: what does it do to the state?": normalised(belief * likelihood),
        "the observation to count: how likely is it in each state?": predicted,
        "the sum over the states before, not after: transitions[action][before, after]": (
            normalised(transition @ belief * likelihood)
        ),
        "the observation to be weighed after the action: it was made in the next state": (
            normalised(belief * likelihood) @ transition
        ),
        "the product of the two, not their sum": normalised(predicted + likelihood),
        "a division by the sum, not a softmax": (predicted * likelihood).softmax(0),
    }


@self_check
def push(student: Callable) -> str:
    """Exercise 2: a stack of frames that feeds the package's own network."""
    random = torch.Generator().manual_seed(1)
    for num_frames, size in ((4, 3), (2, 3), (5, 1)):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(num_frames)
            model = FrameStack(size, hidden_size=6, num_frames=num_frames).double()
        # Not zeros at first: an episode may be cut, and what was seen before goes on.
        frames = torch.rand(num_frames - 1, size, generator=random, dtype=torch.double)
        seen = torch.rand(7, size, generator=random, dtype=torch.double)  # [T, F]
        with torch.no_grad():
            outputs, _ = model(seen[None], {"frames": frames[None]})  # [1, T, D]
        for step, observation in enumerate(seen):
            case = f"for {num_frames} frames of {size} numbers at step {step}"
            stack, frames = _pushed(student, frames, observation, case)
            with torch.no_grad():
                output = model.core(model.compress(stack).flatten())  # [D]
            expect_answer(output, outputs[0, step], {}, f"the outputs of FrameStack {case}")
    return "Right: with your stack, the package's network gives the same numbers."


def _pushed(student: Callable, frames: Tensor, new: Tensor, case: str) -> tuple[Tensor, Tensor]:
    before = frames.clone()
    answer = attempt(student, frames, new)
    expect(isinstance(answer, tuple | list) and len(answer) == 2, f"a stack and frames {case}")
    expect(torch.equal(frames, before), "the frames you were given to stay as they are")
    stack = expect_tensor(answer[0], [len(before) + 1, len(new)], "a stack", case)
    after = expect_tensor(answer[1], before.shape, "frames to keep", case)
    right = torch.cat([before, new[None]])
    mistakes = {
        "the oldest frame first and the new one last": (
            right.flip(0),
            torch.cat([new[None], before]),
        ),
        "each frame once: is the new one in the stack?": torch.cat([before, before[-1:]]),
    }
    expect_answer(stack, right, mistakes, f"the frames that were given and the new one {case}")
    forgets = {"the new frame among those to keep": before}
    expect_answer(after, right[1:], forgets, f"the newest frames to be kept {case}")
    return stack, after


@self_check
def ceilings(memoryless: float, stacked: float, *, left: float, longest: int, frames: int) -> str:
    """Exercise 3: the best returns without a memory and with a stack of frames."""
    guess = abs(2 * left - 1)
    lengths = range(3, longest + 1)
    kept, short, long = (
        sum(length + extra <= frames for length in lengths) / len(lengths) for extra in (1, 0, 2)
    )
    for name, answer in {"memoryless": memoryless, "stacked": stacked}.items():
        expect(isinstance(answer, Real | Tensor), f"a number for {name}")
        expect(-1 <= answer <= 1, f"{name} to be a return: from −1 to 1")
    expect_answer(
        memoryless,
        guess,
        {
            "a return for memoryless, not how often it is right": max(left, 1 - left),
            "memoryless to know that one sign is more frequent": 0.0,
            "memoryless to turn the same way each time: why mix?": guess**2,
            "another sign for memoryless: which way should it turn?": -guess,
        },
        "another number for memoryless: how often is it right, how often wrong?",
    )
    expect_answer(
        stacked,
        kept + (1 - kept) * guess,
        {
            "stacked to guess as well as it can where the sign is lost": kept,
            "one frame more: the stack also holds the junction itself": (
                short + (1 - short) * guess
            ),
            "one frame less: steps 0 to the junction, both included": long + (1 - long) * guess,
            "a return for stacked, not how often it is right": (
                kept + (1 - kept) * max(left, 1 - left)
            ),
        },
        "another number for stacked: in which corridors is the sign still in the stack?",
    )
    return "Right: no training gets beyond these numbers, whatever the network."
