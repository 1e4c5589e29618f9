"""Self-checks of notebook 02."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from memorylab_course.verdict import attempt, expect, self_check


@self_check
def remember(student: Callable) -> str:
    """Exercise 1: a recurrent model for ``[]``, ``[B]`` and ``[T, B]``."""
    with torch.random.fork_rng():
        torch.manual_seed(2)
        encoder, memory = nn.Linear(3, 4), nn.GRU(4, 5)
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(6, 2, 3, generator=generator)  # [T, B, F]
    with torch.no_grad():
        right, _ = memory(encoder(x).relu())  # [T, B, D]

    def ask(x: Tensor) -> Tensor:
        answer = attempt(student, encoder, memory, x)
        expect(isinstance(answer, Tensor), f"a tensor, not {type(answer).__name__}")
        shape = [*x.shape[:-1], 5]
        given = f"for an observation of shape {list(x.shape)}"
        expect(list(answer.shape) == shape, f"shape {shape} {given}, not {list(answer.shape)}")
        return answer.detach()

    y = ask(x)
    rows, _ = memory(encoder(x).relu().reshape(2, 6, 4))
    expect(
        not torch.allclose(y, rows.reshape(6, 2, 5), atol=1e-5),
        "each row to be read in the order of time: which comes first, T or B?",
    )
    alone, _ = memory(encoder(x).relu().reshape(1, 12, 4))
    expect(
        not torch.allclose(y, alone.reshape(6, 2, 5), atol=1e-5),
        "a memory of the steps before: here each step was read as the first of a sequence",
    )
    whole, _ = memory(encoder(x).relu().reshape(12, 1, 4))
    expect(
        not torch.allclose(y, whole.reshape(6, 2, 5), atol=1e-5),
        "two sequences of six steps: here they were read as one of twelve",
    )
    plain, _ = memory(encoder(x))
    expect(not torch.allclose(y, plain, atol=1e-5), "a ReLU between the encoder and the memory")
    expect(torch.allclose(y, right, atol=1e-5), "other numbers for sequences [T, B, F]")
    for given in (x[0], x[0, 0]):
        answer, expected = ask(given), right[0] if given.dim() == 2 else right[0, 0]
        expect(
            torch.allclose(answer, expected, atol=1e-5),
            f"for an observation of shape {list(given.shape)} what a sequence of one step gives",
        )
    return "Right: the encoder sees a batch of all steps, the memory sees them in order."


@self_check
def tau_of(student: Callable) -> str:
    """Exercise 2: the tau whose target is half-way after a given number of updates."""
    for half_life in (2, 10, 1, 100, 0.5):
        tau = attempt(student, half_life)
        expect(isinstance(tau, int | float | Tensor), f"a number, not {type(tau).__name__}")
        tau = float(tau)
        case = f"for a half-life of {half_life}"
        expect(0 < tau < 1, f"a number between 0 and 1 {case}, not {tau:g}")
        right = 1 - 0.5 ** (1 / half_life)
        if half_life == 2:
            expect(
                abs(tau - 0.5**0.5) > 1e-9,
                "what the target takes from the network at each update, not what it keeps",
            )
        left = (1 - tau) ** half_life
        near = abs(tau - right) < 0.45 * right
        expect(
            math.isclose(tau, right, rel_tol=1e-6),
            f"half of the way to be left after {half_life} updates; with {tau:.4g} it is "
            f"{left:.4f} of it" + (": near, but not the exact formula" if near else ""),
        )
    return "Right: (1 − tau) to the power of the half-life is one half."


@self_check
def two_heads(student: Callable) -> str:
    """Exercise 3: hold back the gradient of one of two heads, in the part they share only."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        body, actor, critic = nn.Linear(3, 4), nn.Linear(4, 2), nn.Linear(4, 1)
    x = torch.randn(6, 3, generator=torch.Generator().manual_seed(6))  # [B, F]
    parts = {"body": body, "actor": actor, "critic": critic}

    def gradients(answer: tuple[Tensor, Tensor], of: int) -> dict[str, Tensor]:
        loss = (answer[of] ** 2).sum()
        weights = [part.weight for part in parts.values()]
        found = torch.autograd.grad(
            loss, weights, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        return dict(zip(parts, found, strict=True))

    features = body(x).relu()
    plain = actor(features), critic(features).squeeze(-1)  # [B, A], [B]
    for scale in (0.25, 1.0, 0.0):
        answer = attempt(student, body, actor, critic, x, scale)
        expect(isinstance(answer, tuple | list) and len(answer) == 2, "logits and values, a pair")
        for name, one, other in zip(("logits", "values"), answer, plain, strict=True):
            expect(isinstance(one, Tensor), f"a tensor of {name}, not {type(one).__name__}")
            expect(
                one.shape == other.shape,
                f"{name} of shape {list(other.shape)}, not {list(one.shape)}",
            )
            expect(torch.allclose(one, other, atol=1e-6), f"the same {name} whatever the scale")
            expect(one.requires_grad, f"{name} that gradients flow through")
        for of, loss in enumerate(("actor", "critic")):
            found, right = gradients(answer, of), gradients(plain, of)
            expect(
                torch.allclose(found[loss], right[loss], atol=1e-5),
                f"the {loss}'s own weights to learn as before, with scale {scale:g}: what lies "
                "between the place of the scaling and them?",
            )
            factor = scale if loss == "critic" else 1
            expect(
                torch.allclose(found["body"], factor * right["body"], atol=1e-5),
                f"the {loss}'s gradient to reach the body times {factor:g}, with scale {scale:g}"
                + (": it is the critic's that is held back" if loss == "actor" else ""),
            )
    return "Right: scaled on the way from the critic into the body, and nowhere else."
