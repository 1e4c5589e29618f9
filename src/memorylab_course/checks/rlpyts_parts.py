"""Self-checks of the notebook rlpyts_parts."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check


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
        given = f"for an observation of shape {list(x.shape)}"
        answer = attempt(student, encoder, memory, x)
        return expect_tensor(answer, [*x.shape[:-1], 5], given=given).detach()

    with torch.no_grad():
        features = encoder(x).relu()
        rows, _ = memory(features.reshape(2, 6, 4))
        alone, _ = memory(features.reshape(1, 12, 4))
        whole, _ = memory(features.reshape(12, 1, 4))
        plain, _ = memory(encoder(x))
    mistakes = {
        "each row to be read in the order of time: which comes first, T or B?": rows,
        "a memory of the steps before: here each step was read as the first of a sequence": alone,
        "two sequences of six steps: here they were read as one of twelve": whole,
        "a ReLU between the encoder and the memory": plain,
    }
    expect_answer(ask(x), right, mistakes, "other numbers for sequences [T, B, F]", tolerance=1e-5)
    for given, expected in ((x[0], right[0]), (x[0, 0], right[0, 0])):
        hint = (
            f"the output for a sequence of one step for an observation of shape {list(given.shape)}"
        )
        expect_answer(ask(given), expected, {}, hint, tolerance=1e-5)
    return "Right: the encoder sees a batch of all steps, the memory sees them in order."


@self_check
def two_heads(student: Callable) -> str:
    """Exercise 2: scale the gradient of one of two heads, only in the part that they share."""
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
            expect_tensor(one, other.shape, f"a tensor of {name}")
            expect(torch.allclose(one, other, atol=1e-6), f"the same {name} whatever the scale")
            expect(one.requires_grad, f"{name} that gradients flow through")
        for of, loss in enumerate(("actor", "critic")):
            found, right = gradients(answer, of), gradients(plain, of)
            expect(
                torch.allclose(found[loss], right[loss], atol=1e-5),
                f"the gradients of the {loss}'s own weights to stay the same with scale {scale:g}: "
                "where does the scaling stand?",
            )
            factor = scale if loss == "critic" else 1
            expect(
                torch.allclose(found["body"], factor * right["body"], atol=1e-5),
                f"the {loss}'s gradient times {factor:g} in the body with scale {scale:g}"
                + (": only the critic's is held back" if loss == "actor" else ""),
            )
    return "Right: scaled on the way from the critic into the body, and nowhere else."
