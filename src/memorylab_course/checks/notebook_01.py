"""Self-checks of notebook 01."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

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
        expect(isinstance(answer, int | float), f"one number for {case}")
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
