"""Self-checks of notebook 09."""

from __future__ import annotations

from collections.abc import Callable

import gymnasium as gym
import numpy as np
import torch
from torch import nn

from memorylab_course.verdict import attempt, expect, self_check

FEATURES, OUTPUTS = 5, 3


@self_check
def model(student: type) -> str:
    """Exercise 1: a TorchModelV2 from scratch."""
    built = attempt(
        student,
        gym.spaces.Box(-1, 1, (FEATURES,), np.float32),
        gym.spaces.Discrete(OUTPUTS),
        OUTPUTS,
        {},
        "yours",
    )
    expect("_modules" in vars(built), "nn.Module.__init__(self), before any layer is made")
    expect("obs_space" in vars(built), "TorchModelV2.__init__(self, obs_space, action_space, …)")
    expect(list(built.parameters()), "not yet: a layer in the constructor, kept in self")
    first, second = torch.randn(4, FEATURES), torch.randn(7, FEATURES)
    attempt(built.forward, {"obs": first, "obs_flat": first}, [], None)
    answer = attempt(built.forward, {"obs": second, "obs_flat": second}, [], None)
    expect(isinstance(answer, tuple | list) and len(answer) == 2, "forward to return two things")
    logits, state = answer
    expect(state == [], "the state back as it came, []: this model remembers nothing")
    expect(list(logits.shape) == [7, OUTPUTS], f"logits [7, {OUTPUTS}], not {list(logits.shape)}")
    values = attempt(built.value_function)
    expect(values.shape != (4,), "the values of the last batch that forward saw, not of the first")
    expect(list(values.shape) == [7], f"one value for each step, [7], not {list(values.shape)}")
    expect(not torch.equal(logits[0], logits[1]), "logits that depend on the observation")
    expect(not torch.equal(values[0], values[1]), "values that depend on the observation")
    (logits.square().sum() + values.square().sum()).backward()
    missing = [name for name, p in built.named_parameters() if p.grad is None]
    expect(not missing, f"logits and values to use every parameter; they don't use {missing}")
    for parameters in (built.variables(), built.trainable_variables()):
        expect(len(parameters) == len(list(nn.Module.parameters(built))), "all variables to count")
    return "Right: this would train as it stands."


@self_check
def flattened(
    size: int,
    chips: slice,
    num_cards: int = 13,
    pile_sizes: tuple[int, int] = (4, 4),
    num_chips: int = 2,
) -> str:
    """Exercise 2: what a preprocessor makes of a dictionary."""
    piles = sum(pile_sizes)
    right = num_cards + num_chips + piles
    place = (num_cards, num_cards + num_chips)
    at_the_end = (num_cards + piles, right)
    expect(isinstance(chips, slice), "a slice for the chips, such as slice(0, 2)")
    expect(
        size != 1 + num_chips + len(pile_sizes),
        f"more numbers: {num_cards} cards are not one number, but …",
    )
    expect(size != num_cards + num_chips + len(pile_sizes), "the two piles one-hot as well")
    expect(size != num_cards + 10 * num_chips + piles, "fewer numbers: the chips are no classes")
    expect(size == right, "another number: count the numbers of each part, and add them up")
    expect(
        (chips.start, chips.stop) != at_the_end,
        "another place for the chips: in which order does a Dict keep its keys?",
    )
    expect(
        (chips.start, chips.stop, chips.step) in ((*place, None), (*place, 1)),
        "another place for the chips: what comes before them, and how long is it?",
    )
    return (
        f"Right: {num_cards} for the card, {num_chips} chips, "
        f"{' + '.join(map(str, pile_sizes))} for the piles, in the order of their names."
    )


@self_check
def rows(student: Callable) -> str:
    """Exercise 3: from RLlib's flat batch to rows, and which steps are real."""
    for seq_lens, max_len in (([3, 1], 3), ([2, 4, 1], 5), ([1], 1)):
        batch_size = len(seq_lens)
        flat = torch.arange(batch_size * max_len * 2.0).view(-1, 2)  # [B·T, F]
        given = f"{len(flat)} steps and seq_lens {seq_lens}"
        answer = attempt(student, flat, torch.tensor(seq_lens, dtype=torch.int32))
        expect(isinstance(answer, tuple | list) and len(answer) == 2, "two tensors: rows and mask")
        padded, mask = answer
        expect(
            list(padded.shape) != [batch_size, max(seq_lens), 2] or max(seq_lens) == max_len,
            f"room for the surplus padding too: of {given}, each row has {max_len} steps",
        )
        expected = [batch_size, max_len, 2]
        expect(
            list(padded.shape) == expected,
            f"rows of shape {expected} for {given}, not {list(padded.shape)}",
        )
        expect(
            torch.equal(padded, flat.view(expected)),
            "the steps of a row to follow one another: the first row comes first, then the second",
        )
        expect(
            list(mask.shape) == expected[:2],
            f"a mask of shape {expected[:2]}, not {list(mask.shape)}",
        )
        expect(mask.dtype == torch.bool, f"a mask of booleans, not of {mask.dtype}")
        expect(
            mask.sum(1).tolist() == seq_lens,
            f"as many real steps in each row as seq_lens says; {given} gave {mask.sum(1).tolist()}",
        )
        expect(
            all(mask[row, :length].all() for row, length in enumerate(seq_lens)),
            "the real steps to come first in each row, and the padding after them",
        )
    return "Right: two lines that stand at the beginning of every recurrent model."
