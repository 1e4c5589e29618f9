"""Self-checks of the notebook classic_rllib_models."""

from __future__ import annotations

from collections.abc import Callable

import gymnasium as gym
import numpy as np
import torch
from torch import nn

from memorylab_course.verdict import attempt, expect, expect_tensor, self_check

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
    expect("_modules" in vars(built), "a call of nn.Module.__init__(self) before any layer is made")
    expect(
        "obs_space" in vars(built),
        "a call of TorchModelV2.__init__(self, obs_space, action_space, …)",
    )
    expect(list(built.parameters()), "not yet: a layer in the constructor, kept in self")
    numbers, enough = sum(p.numel() for p in built.parameters()), (FEATURES + 1) * (OUTPUTS + 1)
    expect(
        numbers <= enough,
        f"no hidden layer: two linear layers have {enough} weights and biases here, not {numbers}",
    )
    first, second = torch.randn(4, FEATURES), torch.randn(7, FEATURES)
    attempt(built.forward, {"obs": first, "obs_flat": first}, [], None)
    answer = attempt(built.forward, {"obs": second, "obs_flat": second}, [], None)
    expect(isinstance(answer, tuple | list) and len(answer) == 2, "forward to return two things")
    logits, state = answer
    expect(state == [], "the state unchanged, []: this model remembers nothing")
    expect_tensor(logits, [7, OUTPUTS], "logits")
    values = attempt(built.value_function)
    expect(values.shape != (4,), "the values of the batch that forward saw last, not of the first")
    expect_tensor(values, [7], "values", "(one for each step)")
    expect(not torch.equal(logits[0], logits[1]), "logits that depend on the observation")
    expect(not torch.equal(values[0], values[1]), "values that depend on the observation")
    (logits.square().sum() + values.square().sum()).backward()
    missing = [name for name, p in built.named_parameters() if p.grad is None]
    expect(not missing, f"logits and values to use every parameter; they don't use {missing}")
    for parameters in (built.variables(), built.trainable_variables()):
        expect(len(parameters) == len(list(nn.Module.parameters(built))), "all variables to count")
    return "Right: RLlib could train this model."


@self_check
def rows(student: Callable) -> str:
    """Exercise 2: from RLlib's flat batch to rows, and which steps are real."""
    for seq_lens, max_len in (([3, 1], 3), ([2, 4, 1], 5), ([1], 1)):
        batch_size = len(seq_lens)
        flat = torch.arange(batch_size * max_len * 2.0).view(-1, 2)  # [B·T, F]
        given = f"{len(flat)} steps and seq_lens {seq_lens}"
        answer = attempt(student, flat, torch.tensor(seq_lens, dtype=torch.int32))
        expect(isinstance(answer, tuple | list) and len(answer) == 2, "two tensors: rows and mask")
        padded, mask = answer
        expect(
            list(padded.shape) != [batch_size, max(seq_lens), 2] or max(seq_lens) == max_len,
            f"the surplus padding as well: with {given}, each row has {max_len} steps",
        )
        expected = [batch_size, max_len, 2]
        expect_tensor(padded, expected, "rows", f"for {given}")
        expect(
            torch.equal(padded, flat.view(expected)),
            "the steps of a row one after another: the first row comes first, then the second",
        )
        expect_tensor(mask, expected[:2], "a mask")
        expect(mask.dtype == torch.bool, f"a mask of booleans, not of {mask.dtype}")
        expect(
            mask.sum(1).tolist() == seq_lens,
            f"as many real steps in each row as seq_lens says; {given} gave {mask.sum(1).tolist()}",
        )
        expect(
            all(mask[row, :length].all() for row, length in enumerate(seq_lens)),
            "the real steps to come first in each row, and the padding after them",
        )
    return "Right: every recurrent model begins with these two lines."
