"""The self-checks of attention_and_linear_recurrence: what passes, and what mistakes are told."""

from __future__ import annotations

import pytest
import torch
from check_examples import answers, assert_refused, published
from torch.nn.functional import scaled_dot_product_attention

check = published("attention_and_linear_recurrence")
EXERCISES = {
    "windowed_attention": ["windowed_attention"],
    "recurrence": ["recurrence_by_steps", "recurrence_at_once"],
    "front": ["front"],
}
SOLVED = answers("attention_and_linear_recurrence", "solution")


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name):
    verdict = getattr(check, name)(*(SOLVED[part] for part in EXERCISES[name]))
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("name", EXERCISES)
def test_stub_is_refused(name):
    stubs = answers("attention_and_linear_recurrence", "exercise")
    assert_refused(getattr(check, name)(*(stubs[part] for part in EXERCISES[name])), "not yet")


# --- Exercise 1 -----------------------------------------------------------------------------------


def mask(steps, window, first=0):
    age = torch.arange(steps)[:, None] - torch.arange(steps)
    return (age >= first) & (age < window)


def step_by_step(queries, keys, values, window):
    reads = []
    for t in range(queries.shape[1]):
        past = slice(max(0, t - window + 1), t + 1)
        scores = (keys[:, past] * queries[:, t : t + 1]).sum(-1) / keys.shape[-1] ** 0.5
        reads.append((scores.softmax(-1).unsqueeze(-1) * values[:, past]).sum(1))
    return torch.stack(reads, 1)


def by_torch(queries, keys, values, window):
    seen = mask(queries.shape[1], window)
    return scaled_dot_product_attention(queries, keys, values, attn_mask=seen)


def by_hand(queries, keys, values, window):
    """An exponential, and a division by its sum."""
    scores = torch.einsum("bts,bis->bti", queries, keys) * keys.shape[-1] ** -0.5
    weights = scores.exp() * mask(queries.shape[1], window)
    return weights @ values / weights.sum(-1, keepdim=True)


def by_unfolding(queries, keys, values, window):
    """Windows of a padded sequence, as the package does it."""
    pad = torch.zeros_like(keys[:, : window - 1]), torch.zeros_like(values[:, : window - 1])
    keys, values = (
        torch.cat(pair, 1).unfold(1, window, 1) for pair in zip(pad, (keys, values), strict=True)
    )
    scores = torch.einsum("bts,btsk->btk", queries, keys) / queries.shape[-1] ** 0.5
    absent = torch.arange(queries.shape[1])[:, None] < torch.arange(window - 1, -1, -1)
    return torch.einsum("btk,btvk->btv", scores.masked_fill(absent, -1e9).softmax(-1), values)


@pytest.mark.parametrize("student", [step_by_step, by_torch, by_hand, by_unfolding])
def test_right_attention_written_otherwise(student):
    verdict = check.windowed_attention(student)
    assert verdict.passed, verdict.message


def attention(window=0, first=0, scale=None, fill=-torch.inf):
    """Return an attention with a choice of mistakes."""

    def student(queries, keys, values, window_size):
        size = keys.shape[-1]
        scores = queries @ keys.mT * (size**-0.5 if scale is None else scale(size))
        seen = mask(queries.shape[1], window_size + window, first)
        return scores.masked_fill(~seen, fill).softmax(-1).nan_to_num() @ values

    return student


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("comes later", attention(window=99, first=-99), id="sees the future"),
        pytest.param("no more than the window", attention(window=99), id="the whole past"),
        pytest.param("no more than the window", attention(window=1), id="one step too many"),
        pytest.param("not of 1", attention(window=-1), id="one step too few"),
        pytest.param("one of the window's", attention(first=1, window=1), id="not itself"),
        pytest.param("square root of the size", attention(scale=lambda size: 1), id="no scale"),
        pytest.param("*square root*", attention(scale=lambda size: 1 / size), id="no root"),
        pytest.param("a score of 0", attention(fill=0.0), id="zeros for what isn't seen"),
        pytest.param("sum to 1", lambda q, k, v, w: by_hand(q, k, v, w) * _full(q, w), id="norm"),
        pytest.param("to ask", lambda q, k, v, w: by_torch(k, q, v, w), id="keys ask"),
        pytest.param("of shape", lambda q, k, v, w: v[0], id="no batch"),
    ],
)
def test_wrong_attention(part, student):
    assert_refused(check.windowed_attention(student), part)


def _full(queries, window):
    steps = torch.arange(1, queries.shape[1] + 1)
    return (steps.clamp(max=window) / window)[:, None]


# --- Exercise 2 -----------------------------------------------------------------------------------


def by_steps(decay, update):
    return SOLVED["recurrence_by_steps"](decay, update)


def by_kernel_matrix(decay, update):
    age = torch.arange(len(update))[:, None] - torch.arange(len(update))
    kernel = decay ** age.clamp(min=0)[..., None] * (age >= 0)[..., None]
    return torch.einsum("tsh,sh->th", kernel, update)


def by_fourier(decay, update):
    steps = len(update)
    kernel = decay ** torch.arange(steps)[:, None]
    transforms = (torch.fft.fft(part, 2 * steps, dim=0) for part in (kernel, update))
    return torch.fft.ifft(torch.mul(*transforms), dim=0)[:steps].to(update.dtype)


def by_blocks(decay, update):
    """The square root of T steps at a time."""
    states, state = [], torch.zeros_like(update[0])
    for block in update.split(32):
        fading = decay ** torch.arange(1, len(block) + 1)[:, None]
        states.append(by_kernel_matrix(decay, block) + fading * state)
        state = states[-1][-1]
    return torch.cat(states)


@pytest.mark.parametrize("student", [by_kernel_matrix, by_fourier, by_blocks])
def test_right_recurrence_written_otherwise(student):
    verdict = check.recurrence(by_steps, student)
    assert verdict.passed, verdict.message


def loop(before=False, whole=True, conjugate=False):
    """Return a loop with a choice of mistakes."""

    def student(decay, update):
        decay, state, states = decay.conj() if conjugate else decay, 0 * update[0], []
        for b in update:
            states.append(state)
            state = decay * state + b if whole else decay * (state + b)
            if not before:
                states[-1] = state
        return torch.stack(states)

    return student


def by_division(decay, update):
    powers = decay ** torch.arange(len(update))[:, None]
    return (update / powers).cumsum(0) * powers


@pytest.mark.parametrize(
    ("part", "students"),
    [
        pytest.param("*after* each step", (loop(before=True), by_fourier), id="before"),
        pytest.param("come in whole", (loop(whole=False), by_fourier), id="decays at once"),
        pytest.param("conjugate", (loop(conjugate=True), by_fourier), id="turns back"),
        pytest.param("complex", (lambda a, b: by_steps(a, b).real, by_fourier), id="real part"),
        pytest.param("a loop over time", (by_steps, by_steps), id="a loop"),
        pytest.param("finite numbers", (by_steps, by_division), id="division by powers"),
        pytest.param(
            "without a loop to return the state *after*",
            (by_steps, loop(before=True)),
            id="before, without a loop",
        ),
        pytest.param(
            "to equal the package's",
            (
                by_steps,
                lambda a, b: by_kernel_matrix(a, b)[:1024] * (len(b) < 9) + b * (len(b) > 9),
            ),
            id="right for few steps",
        ),
        pytest.param("of shape", (by_steps, lambda a, b: by_fourier(a, b)[-1]), id="last state"),
    ],
)
def test_wrong_recurrences(part, students):
    assert_refused(check.recurrence(*students), part)


# --- Exercise 3 -----------------------------------------------------------------------------------


def by_sorting(points):
    best, names = {}, []
    for name, (size, kept) in sorted(points.items(), key=lambda item: (item[1][0], -item[1][1])):
        if kept > max(best.values(), default=-1) or best.get(size) == kept == max(best.values()):
            best[size] = kept
            names.append(name)
    return names


def by_all(points):
    return tuple(
        name
        for name, (size, kept) in points.items()
        if all(s > size or k < kept or (s, k) == (size, kept) for s, k in points.values())
    )


def by_removing(points):
    left = dict(points)
    for size, kept in points.values():
        for name, (s, k) in points.items():
            if (size < s and kept >= k) or (size <= s and kept > k):
                left.pop(name, None)
    return left.keys()


@pytest.mark.parametrize("student", [by_sorting, by_all, by_removing])
def test_right_front_written_otherwise(student):
    verdict = check.front(student)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("smaller state", lambda points: list(points), id="all"),
        pytest.param(
            "a memory that keeps little",
            lambda points: [max(points, key=lambda name: points[name][1])],
            id="the best only",
        ),
        pytest.param(
            "no memory that keeps less than one of the same size",
            lambda points: [
                name
                for name, (size, kept) in points.items()
                if not any(s < size and k > kept for s, k in points.values())
            ],
            id="beaten in both only",
        ),
        pytest.param(
            "neither beats the other",
            lambda points: [
                name
                for name, (size, kept) in points.items()
                if not any(
                    other != name and s <= size and k >= kept for other, (s, k) in points.items()
                )
            ],
            id="equal ones beat each other",
        ),
        pytest.param("not one name", lambda points: "small", id="one name"),
    ],
)
def test_wrong_front(part, student):
    assert_refused(check.front(student), part)
