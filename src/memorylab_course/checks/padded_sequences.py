"""Self-checks of the notebook padded_sequences."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from memorylab.memory import GRU
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


@self_check
def run_padded(student: Callable) -> str:
    """Exercise 4: a GRU over padded rows, compared with the package's."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        gru = GRU(2, 4)
        z = torch.randn(4, 5, 2)  # [B, T, F]
    cell = nn.GRUCell(2, 4)
    weights = {name.removesuffix("_l0"): w for name, w in gru.network.state_dict().items()}
    cell.load_state_dict(weights)
    seq_lens = torch.tensor([3, 5, 0, 1])
    padding = ~sequence_mask(seq_lens, 5).unsqueeze(-1)  # [B, T, 1]
    z = z.masked_fill(padding, 0)
    right, after = gru(z, seq_lens=seq_lens)
    y, state, gradients = _run_padded(student, cell, z, seq_lens)
    free = gru.network(z)[0].detach()  # [B, T, H], on through the padding
    fresh, _ = gru(z.reshape(20, 1, 2))  # as if each step were the first
    fresh = fresh.reshape(4, 5, 4)
    hints: dict[str, Tensor | tuple[Tensor, ...]] = {
        "zeros in the padding": (free, torch.where(padding, after["hidden"].unsqueeze(1), right)),
        "each row to go on from its own state: this one begins anew at each step": (
            fresh,
            fresh.masked_fill(padding, 0),
        ),
    }
    otherwise = "the outputs that the package's GRU gives"
    expect_answer(y, right, hints, otherwise, tolerance=1e-5)
    hints = {
        "the state after the last real step; this one was updated in the padding, too": free[:, -1],
        "the state of a row that has ended to be held; this is the last column": right[:, -1],
    }
    otherwise = "the state after each row's last real step"
    expect_answer(state, after["hidden"], hints, otherwise, tolerance=1e-5)
    for name, fill in {"NaN": NAN, "infinity": INFINITY}.items():
        again = _run_padded(student, cell, z.masked_fill(padding, fill), seq_lens)
        same = torch.equal(again[0], y) and torch.equal(again[1], state)
        expect(same, f"the same results with {name} in the padding: what is 0 times {name}?")
        expect(
            all(torch.equal(a, b) for a, b in zip(again[2], gradients, strict=True)),
            f"the same gradients with {name} in the padding: replace it before the cell sees it",
        )
    return "Right: equal to the package's GRU to 1e-5, and padding is inert to the bit."


def _run_padded(
    student: Callable, cell: nn.GRUCell, z: Tensor, seq_lens: Tensor
) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
    """Return outputs [B, T, H], state [B, H] and the gradients of z and of all weights."""
    z = z.clone().requires_grad_()
    answer = attempt(student, cell, z, seq_lens.clone())
    pair = isinstance(answer, tuple | list) and len(answer) == 2
    expect(pair, "two tensors, the outputs and the state")
    y = expect_tensor(answer[0], [4, 5, 4], "outputs")
    state = expect_tensor(answer[1], [4, 4], "a state")
    expect(y.requires_grad and state.requires_grad, "results that gradients flow through")
    loss = y.square().sum() + state.square().sum()
    inputs = [z, *cell.parameters()]
    return y.detach(), state.detach(), torch.autograd.grad(loss, inputs)
