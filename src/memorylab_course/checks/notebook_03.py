"""Self-checks of notebook 03."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from memorylab.sequences import last_real_step, masked_mean, sequence_mask
from memorylab_course.verdict import attempt, expect, self_check

NAN, INFINITY = float("nan"), float("inf")


@self_check
def real_steps(student: Callable) -> str:
    """Exercise 1: the mask of a padded batch."""
    for lengths, max_len in (([2, 6, 0, 3], 6), ([1, 1], 3), ([0, 0], 2)):
        answer = attempt(student, torch.tensor(lengths), max_len)
        mask = _tensor(answer, [len(lengths), max_len], "one entry per row and step")
        for length, row in zip(lengths, mask.tolist(), strict=True):
            where = f"in a row of length {length} out of {max_len}"
            count = int(sum(row))
            expect(count != length + 1, f"one step fewer marked {where}: steps are counted from 0")
            expect(
                count == length,
                f"as many steps marked as are real {where}, not {count}: are the real ones "
                "marked, or the padding?",
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
    answer = _tensor(answer, [4, 2], "one step per row").to(x.dtype)
    expect(torch.equal(answer[3], x[3, 4]), "in a row without padding, the last column")
    for row in (0, 2):
        length = int(seq_lens[row])
        expect(
            not torch.equal(answer[row], x[row, length]),
            f"the last real step in a row of length {length}, not the first of its padding: steps "
            "are counted from 0",
        )
        expect(
            not torch.equal(answer[row], x[row, -1]),
            f"a real step in a row of length {length}, not the last column",
        )
        expect(
            torch.equal(answer[row], x[row, length - 1]),
            f"another step in a row of length {length}",
        )
    expect(
        not torch.equal(answer[1], x[1, -1]),
        "something else for a row of length 0: which column does the index -1 mean?",
    )
    expect(
        torch.equal(answer[1], before[1]),
        "in a row of length 0 what was there before, not a step of its padding",
    )
    poisoned = x.masked_fill(~sequence_mask(seq_lens, 5).unsqueeze(-1), NAN)
    again = attempt(student, poisoned, seq_lens.clone(), before.clone())
    expect(
        torch.equal(again, answer),
        "NaN in the padding to change nothing: pick or replace, don't multiply",
    )
    return "Right: and a row without a step hands on what it was given."


@self_check
def summarise(student: Callable) -> str:
    """Exercise 3: mean output and last hidden vector, whatever stands in the padding."""
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
    return "Right: nothing that stands in the padding is ever looked at."


def _tensor(answer: object, shape: list[int], what: str) -> Tensor:
    """Return the answer if it is a tensor of the given shape, else end the check."""
    expect(isinstance(answer, Tensor), f"a tensor, not {type(answer).__name__}")
    expect(list(answer.shape) == shape, f"{what}, shape {shape}, not {list(answer.shape)}")
    return answer


def _small_gru() -> nn.GRU:
    """Return a GRU with weights of its own, whatever the notebook has drawn before."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return nn.GRU(2, 4, batch_first=True)


def _run(
    student: Callable, gru: nn.GRU, z: Tensor, seq_lens: Tensor
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return the summary [B, 2H], and the gradients of z and of all weights."""
    z = z.clone().requires_grad_()
    answer = attempt(student, gru, z, seq_lens.clone())
    answer = _tensor(answer, [len(z), 8], "mean and last hidden vector side by side")
    expect(answer.requires_grad, "a summary that gradients flow through")
    # Weighted, so that no two gradients cancel out.
    weights = 1 + torch.arange(answer.numel()).reshape(answer.shape) % 7
    inputs = [z, *gru.parameters()]
    gradients = torch.autograd.grad(
        (answer * weights).sum(), inputs, allow_unused=True, materialize_grads=True
    )
    return answer.detach(), gradients


def _expect_right(answer: Tensor, gru: nn.GRU, z: Tensor, seq_lens: Tensor) -> None:
    """Expect the summary of a batch padded with zeros to be right, telling the faults apart."""
    with torch.no_grad():
        y, hidden = gru(z)  # [B, T, H], [1, B, H]
    mask = sequence_mask(seq_lens, z.shape[1])  # [B, T]
    mean, last = masked_mean(y, mask, dim=1), last_real_step(y, seq_lens)  # [B, H] each

    def same(one: Tensor, other: Tensor) -> bool:
        return torch.allclose(one, other, atol=1e-5)

    means, lasts = answer[:, :4], answer[:, 4:]
    expect(
        not same(means[1], last[1]), "the mean in the first half, the hidden vector in the second"
    )
    expect(same(means[1], mean[1]), "in the first half of a full row, the mean of all its outputs")
    expect(
        not same(means, y.mean(dim=1)),
        "a mean of the real steps, not of all: the outputs in the padding count",
    )
    expect(
        not same(means, mean * (seq_lens / z.shape[1]).unsqueeze(-1)),
        "another mean: the sum is that of the real steps, but what is it divided by?",
    )
    expect(same(means, mean), "in the first half, the mean of the real steps")
    expect(
        not same(lasts, hidden[0]),
        "the hidden vector after the last real step; this one has run on through the padding",
    )
    expect(same(lasts, last), "in the second half, the hidden vector after the last real step")
