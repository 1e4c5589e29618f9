"""Self-checks of the notebook padded_sequences."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from memorylab.sequences import last_real_step, masked_mean, sequence_mask
from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check

NAN, INFINITY = float("nan"), float("inf")


@self_check
def real_steps(student: Callable) -> str:
    """Exercise 1: the mask of a padded batch."""
    for lengths, max_len in (([2, 6, 0, 3], 6), ([1, 1], 3), ([0, 0], 2)):
        answer = attempt(student, torch.tensor(lengths), max_len)
        mask = expect_tensor(answer, [len(lengths), max_len])
        for length, row in zip(lengths, mask.tolist(), strict=True):
            where = f"in a row of length {length} out of {max_len}"
            count = int(sum(row))
            expect(count != length + 1, f"one step fewer marked {where}: steps are counted from 0")
            expect(
                count == length,
                f"{length} steps marked {where}, not {count}: are they the real steps or the "
                "padding?",
            )
            expect(all(row[:length]), f"the real steps marked {where}, not the padding")
        expect(mask.dtype == torch.bool, f"a mask of truth values, not of {mask.dtype}")
    return "Right: a step is real if its number is below the length of its row."


@self_check
def last_step(student: Callable) -> str:
    """Exercise 2: the last real step of each row, one of them empty."""
    seq_lens = torch.tensor([3, 0, 1, 5])
    x = torch.arange(40.0).reshape(4, 5, 2)  # [B, T, F]
    before = -1 - torch.arange(8.0).reshape(4, 2)  # [B, F]
    answer = attempt(student, x.clone(), seq_lens.clone(), before.clone())
    answer = expect_tensor(answer, [4, 2]).to(x.dtype)
    expect(torch.equal(answer[3], x[3, 4]), "in a row without padding, the last column")
    for row in (0, 2):
        length = int(seq_lens[row])
        where = f"in a row of length {length}"
        expect_answer(
            answer[row],
            x[row, length - 1],
            {
                f"the last real step {where}, not the first of its padding: steps are counted from "
                "0": x[row, length],
                f"a real step {where}, not the last column": x[row, -1],
            },
            f"another step {where}",
        )
    expect_answer(
        answer[1],
        before[1],
        {"something else for a row of length 0: which column is at index -1?": x[1, -1]},
        "in a row of length 0 what was there before, not a step of its padding",
    )
    poisoned = x.masked_fill(~sequence_mask(seq_lens, 5).unsqueeze(-1), NAN)
    again = attempt(student, poisoned, seq_lens.clone(), before.clone())
    expect(
        torch.equal(again, answer),
        "NaN in the padding to change nothing: pick or replace, don't multiply",
    )
    return "Right: and a row without a step returns what it was given."


@self_check
def summarise(student: Callable) -> str:
    """Exercise 3: mean output and last hidden vector, whatever the padding contains."""
    gru = _small_gru()
    seq_lens = torch.tensor([3, 5, 1])
    padding = ~sequence_mask(seq_lens, 5).unsqueeze(-1)  # [B, T, 1]
    z = torch.randn(3, 5, 2, generator=torch.Generator().manual_seed(1))  # [B, T, F]
    z = z.masked_fill(padding, 0)
    answer, gradients = _run(student, gru, z, seq_lens)
    _expect_right(answer, gru, z, seq_lens)

    for name, fill in {"NaN": NAN, "infinity": INFINITY}.items():
        poisoned = z.masked_fill(padding, fill)
        again, poisoned_gradients = _run(student, gru, poisoned, seq_lens)
        expect(
            torch.equal(again, answer),
            f"the same summary with {name} in the padding: what is 0 times {name}?",
        )
        expect(
            all(torch.equal(a, b) for a, b in zip(poisoned_gradients, gradients, strict=True)),
            f"the same gradients with {name} in the padding: nothing may be computed from it, not "
            "even what is thrown away later",
        )

    answer, _ = _run(student, gru, z, torch.tensor([3, 0, 1]))
    expect(answer.isfinite().all(), "finite numbers for a row of length 0: what is 0/0?")
    expect((answer[1, :4] == 0).all(), "a mean of 0 for a row of length 0")
    expect(
        (answer[1, 4:] == 0).all(),
        "zeros in the second half for a row of length 0; this is a step of its padding",
    )
    return "Right: nothing in the padding is ever read."


def _small_gru() -> nn.GRU:
    """Return a GRU whose weights don't depend on the notebook's random state."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return nn.GRU(2, 4, batch_first=True)


def _run(
    student: Callable, gru: nn.GRU, z: Tensor, seq_lens: Tensor
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return the summary [B, 2H], and the gradients of z and of all weights."""
    z = z.clone().requires_grad_()
    answer = attempt(student, gru, z, seq_lens.clone())
    expect_tensor(answer, [len(z), 8])  # mean and last hidden vector side by side
    expect(answer.requires_grad, "a summary that gradients flow through")
    # Weight the sum so that no two gradients cancel out.
    weights = 1 + torch.arange(answer.numel()).reshape(answer.shape) % 7
    inputs = [z, *gru.parameters()]
    gradients = torch.autograd.grad(
        (answer * weights).sum(), inputs, allow_unused=True, materialize_grads=True
    )
    return answer.detach(), gradients


def _expect_right(answer: Tensor, gru: nn.GRU, z: Tensor, seq_lens: Tensor) -> None:
    """Expect the right summary of a batch padded with zeros; give each known mistake its hint."""
    with torch.no_grad():
        y, hidden = gru(z)  # [B, T, H], [1, B, H]
    mask = sequence_mask(seq_lens, z.shape[1])  # [B, T]
    mean, last = masked_mean(y, mask, dim=1), last_real_step(y, seq_lens)  # [B, H] each

    means, lasts = answer[:, :4], answer[:, 4:]
    first_half = "in the first half of a full row, the mean of all its outputs"
    swapped = {"the mean in the first half, the hidden vector in the second": last[1]}
    expect_answer(means[1], mean[1], swapped, first_half, tolerance=1e-5)
    expect_answer(
        means,
        mean,
        {
            "a mean of the real steps, not of all: the outputs in the padding count": y.mean(dim=1),
            "another mean: the sum is that of the real steps, but what is it divided by?": (
                mean * (seq_lens / z.shape[1]).unsqueeze(-1)
            ),
        },
        "in the first half, the mean of the real steps",
        tolerance=1e-5,
    )
    past = "the hidden vector after the last real step; this one was updated in the padding, too"
    second_half = "in the second half, the hidden vector after the last real step"
    expect_answer(lasts, last, {past: hidden[0]}, second_half, tolerance=1e-5)
