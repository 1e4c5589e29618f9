"""Self-checks of the notebook rlpyts_parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

import torch
from torch import Tensor, nn

from memorylab.networks import Conv2dHeadModel, Conv2dModel
from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check


@self_check
def field(student: Callable) -> str:
    """Exercise 1: the width, in pixels, of the part of the image that one output sees."""
    for kernel_sizes, strides in (
        ([3], [1]),
        ([3], [2]),
        ([3, 3], [1, 1]),
        ([3, 3], [2, 1]),
        ([3, 2, 2], [2, 2, 1]),
        ([8, 4, 3], [4, 2, 1]),
        ([1, 5], [3, 2]),
    ):
        answer = attempt(student, list(kernel_sizes), list(strides))
        case = f"kernels {kernel_sizes} with strides {strides}"
        is_number = isinstance(answer, Real) or (isinstance(answer, Tensor) and answer.numel() == 1)
        expect(is_number, f"one number for {case}, not {type(answer).__name__}")
        answer = float(answer)
        expect(answer >= max(kernel_sizes), f"at least as many pixels as one kernel has for {case}")
        right = _field(kernel_sizes, strides)
        if len(kernel_sizes) == 1:
            expect_answer(
                answer, right, {}, f"another number for {case}: count the pixels under it"
            )
        elif set(strides) == {1}:
            expect(answer < right + 1, f"fewer pixels for {case}: neighbours overlap")
            expect(answer > right - 1, f"more pixels for {case}: how far apart are neighbours?")
        expect_answer(
            answer,
            right,
            {},
            f"another number than {answer:g} for {case}: how many pixels of the image lie between "
            "two neighbours that the last kernel sees?",
        )
    return "Right: each kernel adds its size minus one, times the product of the strides before it."


def _field(kernel_sizes: list[int], strides: list[int]) -> int:
    pixels, step = 1, 1
    for kernel_size, stride in zip(kernel_sizes, strides, strict=True):
        pixels += (kernel_size - 1) * step
        step *= stride
    return pixels


@self_check
def halving(student: Mapping[str, Any], *, kernel_size: int) -> str:
    """Exercise 2: three convolutions, each of which halves the image exactly."""
    expect(isinstance(student, Mapping), f"a dict of arguments, not {type(student).__name__}")
    for name in ("channels", "kernel_sizes", "strides", "paddings"):
        expect(name in student, f"the entry {name!r}")
        expect(student[name] is not ..., f"a value for {name!r}; it is still ...")
    expect(len(student["channels"]) == 3, "three convolutions")
    sizes = [kernel_size] * 3
    expect(list(student["kernel_sizes"]) == sizes, "the kernel sizes to stay as they are")
    attempt(Conv2dModel, 3, **student)
    for height, width in ((96, 64), (32, 40)):
        for count in (1, 2, 3):
            first = {
                name: sizes[:count] if isinstance(sizes, list | tuple) else sizes
                for name, sizes in student.items()
            }
            model = attempt(Conv2dModel, 3, **first)
            image = torch.zeros(1, 3, height, width)
            found = "×".join(map(str, attempt(model, image).shape[-2:]))
            expected = f"{height // 2**count}×{width // 2**count}"
            expect(
                found == expected,
                f"{expected} after convolution {count} of an image of {height}×{width}, "
                f"not {found}",
            )
    return "Right: the padding makes up for the kernel, and the stride alone shrinks the image."


@self_check
def rename(student: Callable) -> str:
    """Exercise 3: the weights of a plain sequence of layers under the names of the model."""
    plain, model = plain_and_model()
    given = plain.state_dict()
    before = dict(given)
    answer = attempt(student, given)
    expect(isinstance(answer, Mapping), f"a dict, not {type(answer).__name__}")
    expect(
        given.keys() == before.keys() and all(given[name] is before[name] for name in before),
        "the state dict you were given to stay as it is: fill a new one",
    )
    names = model.state_dict().keys()
    for name in answer:
        expect(name in names, f"no name {name!r}: nothing in the model is called that")
    missing = len(names - answer.keys())
    expect(not missing, f"a place for every tensor of the model: {missing} of them got none")
    for name, value in model.state_dict().items():
        expect_tensor(answer[name], value.shape, given=f"under {name!r}")
    model.load_state_dict(answer)
    images = torch.randn(5, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expect(
            torch.allclose(model(images), plain(images), atol=1e-6),
            "the outputs of the plain network: are two tensors of the same shape exchanged?",
        )
    return "Right: same layers, same weights, same outputs, other names."


def plain_and_model() -> tuple[nn.Sequential, Conv2dHeadModel]:
    """Return two networks with the same layers, but other weights and other names for them."""
    with torch.random.fork_rng():
        torch.manual_seed(4)
        plain = nn.Sequential(
            nn.Conv2d(1, 4, 3, 2),
            nn.ReLU(),
            nn.Conv2d(4, 8, 2),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32, 32),
            nn.ReLU(),
            nn.Linear(32, 32),
            nn.ReLU(),
            nn.Linear(32, 3),
        )
        return plain, Conv2dHeadModel((1, 8, 8), [4, 8], [3, 2], [2, 1], [32, 32], 3)


@self_check
def remember(student: Callable) -> str:
    """Exercise 4: a recurrent model for ``[]``, ``[B]`` and ``[T, B]``."""
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
def tau_of(student: Callable) -> str:
    """Exercise 5: the tau with which the target is half-way after a given number of updates."""
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
                "the share that the target takes from the network, not the share that it keeps",
            )
        left = (1 - tau) ** half_life
        near = abs(tau - right) < 0.45 * right
        expect(
            math.isclose(tau, right, rel_tol=1e-4),
            f"half of the way to be left after {half_life} updates; with {tau:.4g}, it is "
            f"{left:.4f} of it" + (": near, but not the exact formula" if near else ""),
        )
    return "Right: (1 − tau) to the power of the half-life is one half."


@self_check
def two_heads(student: Callable) -> str:
    """Exercise 6: scale the gradient of one of two heads, only in the part that they share."""
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
