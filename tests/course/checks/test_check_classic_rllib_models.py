"""The self-checks of classic_rllib_models: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import pytest
import torch
from check_examples import answers, assert_refused
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from torch import nn

from memorylab_course.checks import classic_rllib_models as check

pytestmark = pytest.mark.ray


@pytest.fixture(scope="module")
def solution():
    return answers("classic_rllib_models", "solution")


def test_solutions_pass(solution):
    for verdict in (
        check.model(solution["Linear"]),
        check.rows(solution["to_rows"]),
    ):
        assert verdict.passed, verdict.message


def test_stubs_are_refused():
    stub = answers("classic_rllib_models", "exercise")
    assert_refused(check.model(stub["Linear"]), "nn.Module.__init__(self)")
    assert_refused(check.rows(stub["to_rows"]), "not yet")


class Right(TorchModelV2, nn.Module):
    def __init__(self, obs_space, action_space, num_outputs, model_config, name):
        nn.Module.__init__(self)
        TorchModelV2.__init__(self, obs_space, action_space, num_outputs, model_config, name)
        self.logits, self.value = nn.Linear(5, num_outputs), nn.Linear(5, 1)

    def forward(self, input_dict, state, seq_lens):
        self.values = self.value(input_dict["obs"]).squeeze(1)
        return self.logits(input_dict["obs"]), state

    def value_function(self):
        return self.values


class HiddenLayer(Right):
    def __init__(self, *args):
        super().__init__(*args)
        self.logits = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 3))


class NoModuleInit(Right):
    def __init__(self, obs_space, *args):
        TorchModelV2.__init__(self, obs_space, *args)
        self.logits = nn.Linear(5, 3)


class NoModelInit(Right):
    def __init__(self, *args):
        nn.Module.__init__(self)
        self.logits, self.value = nn.Linear(5, 3), nn.Linear(5, 1)


class NoLayers(Right):
    def __init__(self, *args):
        nn.Module.__init__(self)
        TorchModelV2.__init__(self, *args)


class LogitsOnly(Right):
    def forward(self, input_dict, state, seq_lens):
        return self.logits(input_dict["obs"])


class NewState(Right):
    def forward(self, *args):
        return super().forward(*args)[0], None


class OneLogit(Right):
    def forward(self, input_dict, state, seq_lens):
        self.values = self.value(input_dict["obs"]).squeeze(1)
        return self.value(input_dict["obs"]), state


class ValuesOfTheFirstBatch(Right):
    values = None

    def forward(self, input_dict, state, seq_lens):
        if self.values is None:
            self.values = self.value(input_dict["obs"]).squeeze(1)
        return self.logits(input_dict["obs"]), state


class ValuesInColumns(Right):
    def value_function(self):
        return self.values.unsqueeze(1)


class DetachedValues(Right):
    def value_function(self):
        return self.values.detach()


class ConstantValues(Right):
    def value_function(self):
        return torch.zeros(7)


@pytest.mark.parametrize(
    ("student", "message"),
    [
        (NoModuleInit, "Module.__init__"),
        (NoModelInit, "TorchModelV2.__init__"),
        (NoLayers, "not yet: a layer"),
        (HiddenLayer, "no hidden layer: two linear layers have 24 weights"),
        (LogitsOnly, "forward to return two things"),
        (NewState, "the state unchanged"),
        (OneLogit, "logits of shape [7, 3]"),
        (ValuesOfTheFirstBatch, "saw last"),
        (ValuesInColumns, "(one for each step)"),
        (DetachedValues, "to use every parameter; they don't use ['value.weight'"),
        (ConstantValues, "values that depend on the observation"),
    ],
)
def test_wrong_models(student, message):
    assert check.model(Right)
    assert_refused(check.model(student), message)


class OneLayerForBoth(Right):
    def __init__(self, *args):
        super().__init__(*args)
        del self.logits, self.value
        self.both = nn.Linear(5, 4)

    def forward(self, input_dict, state, seq_lens):
        *logits, self.values = self.both(input_dict["obs_flat"]).unbind(1)
        return torch.stack(logits, 1), []


class ValuesOnRequest(Right):
    def forward(self, input_dict, state, seq_lens):
        self.seen = input_dict["obs_flat"]
        return self.logits(self.seen), state

    def value_function(self):
        return self.value(self.seen)[:, 0]


@pytest.mark.parametrize("student", [Right, OneLayerForBoth, ValuesOnRequest])
def test_other_right_models(student):
    verdict = check.model(student)
    assert verdict.passed, verdict.message


def row_by_row(flat, seq_lens):
    rows = torch.stack(flat.split(len(flat) // len(seq_lens)))
    mask = torch.zeros(rows.shape[:2], dtype=torch.bool)
    for row, length in enumerate(seq_lens):
        mask[row, :length] = True
    return rows, mask


def by_view(flat, seq_lens):
    rows = flat.view(len(seq_lens), len(flat) // len(seq_lens), -1)
    return [rows, (torch.ones(rows.shape[:2]).cumsum(1) <= seq_lens[:, None])]


def by_numbers(flat, seq_lens):
    steps = torch.arange(len(flat)).view(len(seq_lens), -1)
    return flat[steps], steps - steps[:, :1] < seq_lens.unsqueeze(1)


@pytest.mark.parametrize("student", [row_by_row, by_view, by_numbers])
def test_other_right_rows(student):
    verdict = check.rows(student)
    assert verdict.passed, verdict.message


def turned(flat, seq_lens):
    rows = flat.reshape(-1, len(seq_lens), flat.shape[-1]).transpose(0, 1)
    return rows, torch.arange(rows.shape[1]) < seq_lens.unsqueeze(1)


def no_surplus(flat, seq_lens):
    max_len = int(seq_lens.max())
    rows = flat.reshape(len(seq_lens), -1, flat.shape[-1])[:, :max_len]
    return rows, torch.arange(max_len) < seq_lens.unsqueeze(1)


def time_first(flat, seq_lens):
    rows = flat.reshape(len(seq_lens), -1, flat.shape[-1]).transpose(0, 1)
    return rows, torch.arange(len(rows)).unsqueeze(1) < seq_lens


def mask_with(compare):
    def to_rows(flat, seq_lens):
        rows = flat.reshape(len(seq_lens), -1, flat.shape[-1])
        return rows, compare(torch.arange(rows.shape[1]), seq_lens.unsqueeze(1), rows.shape[1])

    return to_rows


@pytest.mark.parametrize(
    ("student", "message"),
    [
        (turned, "the steps of a row one after another"),
        (no_surplus, "the surplus padding as well"),
        (time_first, "rows of shape [2, 3, 2]"),
        (mask_with(lambda steps, lens, _: steps <= lens), "as many real steps"),
        (mask_with(lambda steps, lens, _: steps >= lens), "as many real steps"),
        (mask_with(lambda steps, lens, n: steps >= n - lens), "the real steps to come first"),
        (mask_with(lambda steps, lens, _: (steps < lens).float()), "a mask of booleans"),
        (mask_with(lambda steps, lens, _: (steps < lens).flatten()), "a mask of shape"),
        (lambda flat, seq_lens: flat, "two tensors"),
    ],
)
def test_wrong_rows(student, message):
    assert_refused(check.rows(student), message)
