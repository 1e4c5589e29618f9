"""The self-checks of padded_sequences: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import pytest
import torch
from check_examples import answers, assert_refused
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from memorylab.sequences import last_real_step, masked_mean, sequence_mask
from memorylab_course.checks import padded_sequences as check


@pytest.mark.parametrize("name", ["real_steps", "last_step", "summarise", "run_padded"])
def test_solution_passes(name):
    verdict = getattr(check, name)(answers("padded_sequences", "solution")[name])
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("real_steps", "not yet"),
        ("last_step", "not yet"),
        ("summarise", "what is it divided by"),
        ("run_padded", "not yet"),
    ],
)
def test_stub_is_refused(name, part):
    assert_refused(getattr(check, name)(answers("padded_sequences", "exercise")[name]), part)


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param(
            "counted from 0",
            lambda seq_lens, max_len: torch.arange(max_len) <= seq_lens.unsqueeze(-1),
            id="one step too many",
        ),
        pytest.param(
            "counted from 0",
            lambda seq_lens, max_len: torch.arange(max_len) < seq_lens.unsqueeze(-1) + 1,
            id="length plus one",
        ),
        pytest.param(
            "or the padding?",
            lambda seq_lens, max_len: torch.arange(max_len) >= seq_lens.unsqueeze(-1),
            id="padding marked",
        ),
        pytest.param(
            "not the padding",
            lambda seq_lens, max_len: sequence_mask(seq_lens, max_len).flip(1),
            id="padding in front",
        ),
        pytest.param(
            "2 steps marked in a row of length 2 out of 6, not 1",
            lambda seq_lens, max_len: torch.arange(1, max_len + 1) < seq_lens.unsqueeze(-1),
            id="counted from 1",
        ),
        pytest.param(
            "truth values",
            lambda seq_lens, max_len: sequence_mask(seq_lens, max_len).float(),
            id="numbers",
        ),
        pytest.param(
            "shape [2, 3], not [2, 1]",
            lambda seq_lens, max_len: sequence_mask(seq_lens, int(seq_lens.max())),
            id="as wide as the longest row",
        ),
        pytest.param(
            "shape [4, 6], not [6]",
            lambda seq_lens, max_len: torch.arange(max_len) < 2,
            id="one row",
        ),
        pytest.param(
            "shape [4, 6], not [6, 4]",
            lambda seq_lens, max_len: sequence_mask(seq_lens, max_len).T,
            id="transposed",
        ),
        pytest.param(
            "a tensor, not list",
            lambda seq_lens, max_len: sequence_mask(seq_lens, max_len).tolist(),
            id="list",
        ),
        pytest.param(
            "stops with",
            lambda seq_lens, max_len: torch.arange(max_len + 1) < seq_lens,
            id="no broadcasting",
        ),
    ],
)
def test_wrong_masks(part, student):
    assert_refused(check.real_steps(student), part, "arange", "unsqueeze")


def picked(x, index):
    return x[torch.arange(len(x)), index]


def by_mask(x, seq_lens, before):
    """Multiply by a mask of the last real steps: right but for NaN."""
    last = torch.nn.functional.one_hot((seq_lens - 1).clamp(min=0), x.shape[1])  # [B, T]
    found = (x * last.unsqueeze(-1)).sum(1)
    return torch.where((seq_lens == 0).unsqueeze(-1), before, found)


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("not the last column", lambda x, n, before: x[:, -1], id="last column"),
        pytest.param(
            "index -1", lambda x, n, before: picked(x, n - 1), id="index -1 in an empty row"
        ),
        pytest.param(
            "not the first of its padding",
            lambda x, n, before: picked(x, n.clamp(max=x.shape[1] - 1)),
            id="one step late",
        ),
        pytest.param("stops with IndexError", lambda x, n, before: picked(x, n), id="beyond"),
        pytest.param(
            "what was there before",
            lambda x, n, before: picked(x, (n - 1).clamp(min=0)),
            id="clamped, and believed",
        ),
        pytest.param(
            "what was there before", lambda x, n, before: last_real_step(x, n), id="zeros if empty"
        ),
        pytest.param(
            "another step in a row of length 3",
            lambda x, n, before: torch.where((n == x.shape[1]).unsqueeze(-1), x[:, -1], x[:, 0]),
            id="first step of short rows",
        ),
        pytest.param("in a row without padding", lambda x, n, before: before, id="all before"),
        pytest.param("in a row without padding", lambda x, n, before: x[:, 0], id="first column"),
        pytest.param(
            "shape [4, 2]",
            lambda x, n, before: x.gather(
                1, (n - 1).clamp(min=0).view(-1, 1, 1).expand(-1, 1, x.shape[-1])
            ),
            id="time dimension left",
        ),
        pytest.param("NaN in the padding", by_mask, id="multiplied by a mask"),
    ],
)
def test_wrong_last_steps(part, student):
    assert_refused(check.last_step(student), part, "clamp", "torch.where")


def test_another_right_last_step():
    assert check.last_step(lambda x, seq_lens, before: last_real_step(x, seq_lens, before)).passed


def real(z, seq_lens):
    return sequence_mask(seq_lens, z.shape[1]).unsqueeze(-1)  # [B, T, 1]


def mean_over_everything(gru, z, seq_lens):
    y, _ = gru(z)
    return torch.cat([y.mean(1), last_real_step(y, seq_lens)], dim=-1)


def state_past_the_padding(gru, z, seq_lens):
    y, hidden = gru(z)
    return torch.cat([masked_mean(y, real(z, seq_lens)[..., 0], 1), hidden[0]], dim=-1)


def multiplied_by_the_mask(gru, z, seq_lens):
    y, _ = gru(z)
    mean = (y * real(z, seq_lens)).sum(1) / seq_lens.clamp(min=1).unsqueeze(-1)
    return torch.cat([mean, last_real_step(y, seq_lens)], dim=-1)


def input_multiplied_by_the_mask(gru, z, seq_lens):
    y, _ = gru(z * real(z, seq_lens))
    mean = masked_mean(y, real(z, seq_lens)[..., 0], 1)
    return torch.cat([mean, last_real_step(y, seq_lens)], dim=-1)


def only_the_outputs_cleaned(gru, z, seq_lens):
    y, _ = gru(z)
    mean = masked_mean(y, real(z, seq_lens)[..., 0], 1)
    return torch.cat([mean, last_real_step(y, seq_lens)], dim=-1)


def nan_taken_for_zero(gru, z, seq_lens):
    return only_the_outputs_cleaned(gru, torch.where(z.isnan(), 0, z), seq_lens)


def zero_by_zero(gru, z, seq_lens):
    y, _ = gru(z.masked_fill(~real(z, seq_lens), 0))
    mean = y.masked_fill(~real(z, seq_lens), 0).sum(1) / seq_lens.unsqueeze(-1)
    return torch.cat([mean, last_real_step(y, seq_lens)], dim=-1)


def padding_of_an_empty_row(gru, z, seq_lens):
    y, _ = gru(z.masked_fill(~real(z, seq_lens), 0))
    mean = masked_mean(y, real(z, seq_lens)[..., 0], 1)
    return torch.cat([mean, picked(y, seq_lens - 1)], dim=-1)


def one_step_too_many(gru, z, seq_lens):
    y, _ = gru(z.masked_fill(~real(z, seq_lens), 0))
    mask = sequence_mask((seq_lens + 1).clamp(max=z.shape[1]), z.shape[1])
    return torch.cat([masked_mean(y, mask, 1), last_real_step(y, seq_lens)], dim=-1)


def one_step_too_early(gru, z, seq_lens):
    y, _ = gru(z.masked_fill(~real(z, seq_lens), 0))
    mean = masked_mean(y, real(z, seq_lens)[..., 0], 1)
    return torch.cat([mean, picked(y, (seq_lens - 2).clamp(min=0))], dim=-1)


def at_least_one_step(gru, z, seq_lens):
    return answers("padded_sequences", "solution")["summarise"](gru, z, seq_lens.clamp(min=1))


def halves_swapped(gru, z, seq_lens):
    mean, last = answers("padded_sequences", "solution")["summarise"](gru, z, seq_lens).chunk(
        2, dim=-1
    )
    return torch.cat([last, mean], dim=-1)


def packed_with_an_empty_row(gru, z, seq_lens):
    packed = pack_padded_sequence(z, seq_lens, batch_first=True, enforce_sorted=False)
    y, hidden = gru(packed)
    y, _ = pad_packed_sequence(y, batch_first=True, total_length=z.shape[1])
    mean = masked_mean(y, real(z, seq_lens)[..., 0], 1)
    return torch.cat([mean, hidden[0]], dim=-1)


def mean_of_the_input(gru, z, seq_lens):
    mean = masked_mean(z, real(z, seq_lens)[..., 0], 1).repeat(1, 2)
    return torch.cat([mean, last_real_step(gru(z)[0], seq_lens)], dim=-1)


@pytest.mark.parametrize(
    ("part", "student"),
    [
        ("a mean of the real steps, not of all", mean_over_everything),
        ("updated in the padding, too", state_past_the_padding),
        ("what is 0 times NaN", multiplied_by_the_mask),
        ("the same gradients with NaN", input_multiplied_by_the_mask),
        ("the same gradients with NaN", only_the_outputs_cleaned),
        ("the same gradients with infinity", nan_taken_for_zero),
        ("what is 0/0", zero_by_zero),
        ("a step of its padding", padding_of_an_empty_row),
        ("a mean of 0 for a row of length 0", at_least_one_step),
        ("in the first half, the mean of the real steps", one_step_too_many),
        ("in the second half, the hidden vector", one_step_too_early),
        ("the mean in the first half", halves_swapped),
        ("stops with RuntimeError", packed_with_an_empty_row),
        ("in the first half of a full row", mean_of_the_input),
        ("shape [3, 8]", lambda gru, z, seq_lens: gru(z)[0]),
        ("gradients flow", lambda gru, z, seq_lens: state_past_the_padding(gru, z, seq_lens).data),
    ],
)
def test_wrong_summaries(part, student):
    assert_refused(check.summarise(student), part, "masked_fill", "masked_mean", "last_real_step")


def test_another_right_summary():
    def packed(gru, z, seq_lens):
        some = seq_lens > 0
        summary = z.new_zeros(len(z), 2 * gru.hidden_size)
        return summary.index_put(
            (some.nonzero().squeeze(-1),), packed_with_an_empty_row(gru, z[some], seq_lens[some])
        )

    verdict = check.summarise(packed)
    assert verdict.passed, verdict.message


# --- exercise 4 -----------------------------------------------------------------------------------


def rows_one_by_one(cell, z, seq_lens):
    outputs, states = torch.zeros(*z.shape[:2], cell.hidden_size), []
    for b, length in enumerate(seq_lens.tolist()):
        h = torch.zeros(1, cell.hidden_size)
        for t in range(length):
            h = cell(z[b, t : t + 1], h)
            outputs[b, t] = h
        states.append(h)
    return outputs, torch.cat(states)


def only_running_rows(cell, z, seq_lens):
    h, outputs = torch.zeros(len(z), cell.hidden_size), []
    for t in range(z.shape[1]):
        running = (t < seq_lens).nonzero().squeeze(1)
        new = cell(z[running, t], h[running])
        h = h.index_copy(0, running, new)
        outputs.append(torch.zeros_like(h).index_copy(0, running, new))
    return [torch.stack(outputs, 1), h]


def picked_at_the_end(cell, z, seq_lens):
    z = torch.where(real(z, seq_lens), z, 0)
    h, outputs = torch.zeros(len(z), cell.hidden_size), []
    for x in z.unbind(1):
        h = cell(x, h)
        outputs.append(h)
    y = torch.stack(outputs, 1)
    return y.masked_fill(~real(z, seq_lens), 0), last_real_step(y, seq_lens)


@pytest.mark.parametrize("student", [rows_one_by_one, only_running_rows, picked_at_the_end])
def test_right_runs_written_otherwise_pass(student):
    verdict = check.run_padded(student)
    assert verdict.passed, verdict.message


def run(hold=True, clean=True, zero=True, carry=True, state=None):
    """Return a run over padded rows with a choice of mistakes."""

    def student(cell, z, seq_lens):
        mask = real(z, seq_lens)
        z = z.masked_fill(~mask, 0) if clean else z
        h, outputs = torch.zeros(len(z), cell.hidden_size), []
        for t in range(z.shape[1]):
            new = cell(z[:, t], h if carry else torch.zeros_like(h))
            h = torch.where(mask[:, t], new, h) if hold else new
            outputs.append(h)
        y = torch.stack(outputs, 1)
        y = y.masked_fill(~mask, 0) if zero else y
        return y, state(y) if state else h

    return student


def multiplied(cell, z, seq_lens):
    return run(clean=False)(cell, z * real(z, seq_lens), seq_lens)


@pytest.mark.parametrize(
    ("part", "student"),
    [
        ("updated in the padding, too", run(hold=False)),
        ("zeros in the padding", run(zero=False)),
        ("zeros in the padding", run(hold=False, zero=False)),
        ("begins anew", run(carry=False)),
        ("the last column", run(state=lambda y: y[:, -1])),
        ("the same gradients with NaN", run(clean=False)),
        ("the same gradients with NaN", multiplied),
        ("two tensors", lambda *given: run()(*given)[0]),
        ("gradients flow", lambda *given: [part.detach() for part in run()(*given)]),
        ("a state of shape [4, 4]", run(state=lambda y: y)),
    ],
)
def test_wrong_runs(part, student):
    assert_refused(check.run_padded(student), part, "torch.where", "masked_fill")
