"""The self-checks of dnc_train_and_ablate: what they let pass, and what they say to mistakes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from check_examples import NOTEBOOKS, answers, assert_refused, published

from memorylab.memory import DNC
from memorylab.memory.dnc import MemoryState, addressing, cell
from memorylab.tasks import Copy
from memorylab.training import load_weights
from memorylab_course.own_step import CARRIED

check = published("dnc_train_and_ablate")
solution = answers("dnc_train_and_ablate", "solution")
stub = answers("dnc_train_and_ablate", "exercise", skip=("if check.",))
NUMBERS = {"own_machine": "memory_step", "amnesia": "amnesia", "words_left": "words_left"}


@pytest.mark.parametrize(("name", "answer"), NUMBERS.items())
def test_solution_passes_and_stub_is_refused(name, answer):
    verdict = getattr(check, name)(solution[answer])
    assert verdict.passed, verdict.message
    assert_refused(getattr(check, name)(stub[answer]), "not yet")


# --- exercise 1: the machine ----------------------------------------------------------------------


def by_the_cell(interface, state):
    reads = torch.zeros_like(interface.read_keys)
    after, _ = cell.memory_step(MemoryState(**state, read_vectors=reads), interface)
    return after.read_vectors, {name: getattr(after, name) for name in CARRIED}


def by_the_equations(interface, state, *, change=lambda name, array: array):
    """Every equation from `addressing`; `change` may take something away."""
    old = state
    kept = addressing.retention(interface.free_gates, old["read_weighting"])
    new = {"usage": addressing.usage(old["usage"], change("before", old["write_weighting"]), kept)}
    content = addressing.content_weighting(
        old["memory"], interface.write_key.unsqueeze(1), interface.write_strength.unsqueeze(1)
    )
    new["write_weighting"] = w = addressing.write_weighting(
        content.squeeze(1),
        change("allocation", addressing.allocation_weighting(new["usage"])),
        interface.allocation_gate,
        interface.write_gate,
    )
    new["memory"] = addressing.write_memory(
        old["memory"], w, interface.erase_vector, interface.write_vector
    )
    new["link"] = change("link", addressing.temporal_link(old["link"], old["precedence"], w))
    new["precedence"] = addressing.precedence(old["precedence"], w)
    new["read_weighting"] = addressing.read_weighting(
        addressing.backward_weighting(new["link"], old["read_weighting"]),
        addressing.content_weighting(new["memory"], interface.read_keys, interface.read_strengths),
        addressing.forward_weighting(new["link"], old["read_weighting"]),
        interface.read_modes,
    )
    return addressing.read_vectors(new["memory"], new["read_weighting"]), new


def in_double(interface, state):
    read, after = by_the_cell(
        type(interface)(*(part.double() for part in interface)),
        {name: array.double() for name, array in state.items()},
    )
    return read.float(), {name: array.float() for name, array in after.items()}


@pytest.mark.parametrize("student", [by_the_cell, by_the_equations, in_double])
def test_machines_written_otherwise_pass(student):
    verdict = check.own_machine(student)
    assert verdict.passed, verdict.message


def without(name, replacement):
    """Return a step in which one thing is replaced by a function of it."""

    def student(interface, state):
        return by_the_equations(
            interface, state, change=lambda one, array: replacement(array) if one == name else array
        )

    return student


def stale_read(interface, state):
    _, after = by_the_cell(interface, state)
    return state["read_weighting"] @ after["memory"], after


@pytest.mark.parametrize(
    ("student", "part"),
    [
        (without("link", torch.zeros_like), "yours differ from step"),
        (without("allocation", torch.zeros_like), "yours differ from step 0 on"),
        (stale_read, "yours differ from step 0 on"),
        # The right numbers, which learn otherwise.
        (without("before", torch.Tensor.detach), "something cuts them"),
        (without("link", torch.Tensor.detach), "something cuts them"),
        (lambda *_: torch.zeros(1), "must return (read_vectors, state)"),
        (lambda interface: interface, "stops with TypeError"),
        (3, "expected a function"),
    ],
)
def test_wrong_machines(student, part):
    assert_refused(check.own_machine(student), part)


# --- exercise 2: amnesia --------------------------------------------------------------------------


def amnesia(model, sequence, step):
    before, state = model(sequence[:, :step])
    after, _ = model(sequence[:, step:], state | {"memory": torch.zeros_like(state["memory"])})
    return torch.cat([before, after], dim=1)


def amnesia_step_by_step(model, sequence, step):
    outputs, state = [], None
    for place, z in enumerate(sequence.unbind(1)):
        if place == step:
            state["memory"] = state["memory"] * 0
        y, state = model(z.unsqueeze(1), state)
        outputs.append(y.squeeze(1))
    return torch.stack(outputs, dim=1)


def amnesia_in_place(model, sequence, step):
    with torch.no_grad():
        before, state = model(sequence[:, :step])
        state["memory"].zero_()
        return torch.hstack((before, model(sequence[:, step:], state)[0]))


@pytest.mark.parametrize("student", [amnesia, amnesia_step_by_step, amnesia_in_place])
def test_amnesia_written_otherwise_passes(student):
    verdict = check.amnesia(student)
    assert verdict.passed, verdict.message


def usage_too(model, sequence, step):
    before, state = model(sequence[:, :step])
    lost = {name: torch.zeros_like(state[name]) for name in ("memory", "usage")}
    return torch.cat([before, model(sequence[:, step:], state | lost)[0]], dim=1)


@pytest.mark.parametrize(
    ("student", "part"),
    [
        (lambda model, z, step: model(z)[0], "other outputs once the memory is lost"),
        (
            lambda model, z, step: torch.cat([model(z[:, :step])[0], model(z[:, step:])[0]], 1),
            "starts the rest from nothing",
        ),
        (lambda model, z, step: amnesia(model, z, step)[:, step:], "outputs of shape [3, 7, 4]"),
        (lambda model, z, step: amnesia(model, z, step + 1), "other outputs after the loss"),
        (usage_too, "and nothing else"),
    ],
)
def test_wrong_amnesia(student, part):
    assert_refused(check.amnesia(student), part)


# --- exercise 3: what is left ---------------------------------------------------------------------


@pytest.mark.parametrize("words", [3, 3.0, np.int64(3), torch.tensor(3)])
def test_right_number_of_another_type(words):
    assert check.words_left(words).passed


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (5, "not those that are lost"),
        (4, "before the step"),
        (8, "another number"),
        (12, "steps 9"),
    ],
)
def test_wrong_numbers_of_words(words, part):
    assert_refused(check.words_left(words), part)


def test_no_word_is_left_where_none_was_said():
    assert check.__dict__["words_left"](0, step=8).passed
    assert_refused(check.__dict__["words_left"](-1, step=8), "another number")


def test_the_trained_network_says_what_the_check_expects():
    copy = Copy()
    dnc = DNC(copy.input_size, copy.output_size)
    load_weights(dnc, NOTEBOOKS / "data" / "copy_weights.safetensors")
    lists = replace(copy, min_length=8).sample(32, torch.Generator().manual_seed(0))
    for step in range(10, 17):
        said = solution["amnesia"](dnc, lists.input, step)[:, 9:] > 0  # [B, words, bits]
        wrong = (said != (lists.target[:, 9:] > 0.5)).float().mean((0, 2))  # [words]
        (words,) = [n for n in range(9) if check.__dict__["words_left"](n, step=step).passed]
        assert wrong[:words].max() < 0.02
        assert wrong[words:].min() > 0.3
