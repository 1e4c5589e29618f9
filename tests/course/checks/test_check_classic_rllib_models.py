"""The self-checks of classic_rllib_models: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest
import torch
from check_examples import answers, assert_refused, published
from ray.rllib.models import ModelCatalog
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from torch import nn

check = published("classic_rllib_models")


pytestmark = pytest.mark.ray


@pytest.fixture(scope="module")
def solution():
    return answers("classic_rllib_models", "solution")


def test_solutions_pass(solution):
    for verdict in (
        check.model(solution["Linear"]),
        check.flattened(solution["size"], solution["chips"]),
        check.rows(solution["to_rows"]),
    ):
        assert verdict.passed, verdict.message


def test_stubs_are_refused():
    stub = answers("classic_rllib_models", "exercise")
    assert_refused(check.model(stub["Linear"]), "nn.Module.__init__(self)")
    assert_refused(check.flattened(stub["size"], stub["chips"]), "not yet")
    assert_refused(check.rows(stub["to_rows"]), "not yet")


def test_the_numbers_that_pass_are_those_of_rllibs_preprocessor():
    space = gym.spaces.Dict(
        {
            "card": gym.spaces.Discrete(13),
            "piles": gym.spaces.MultiDiscrete([4, 4]),
            "chips": gym.spaces.Box(0, 9, (2,)),
        }
    )
    preprocessor = ModelCatalog.get_preprocessor_for_space(space)
    seen = {"card": 1, "piles": np.array([2, 3]), "chips": np.array([5, 7], np.float32)}
    flat = preprocessor.transform(seen)
    (start, stop), size = np.flatnonzero(flat > 1)[[0, -1]], len(flat)
    assert check.flattened(size, slice(start, stop + 1))


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


@pytest.mark.parametrize(
    ("size", "chips", "message"),
    [
        (5, slice(3, 5), "a card is not one number"),
        (17, slice(13, 15), "the two piles one-hot"),
        (41, slice(13, 15), "the chips are no classes"),
        (21, slice(13, 15), "another number"),
        (23, slice(21, 23), "in which order"),
        (23, slice(0, 2), "what comes before them"),
        (23, slice(13, 14), "how long is it"),
        (23, 13, "a slice for the chips"),
    ],
)
def test_wrong_vectors(size, chips, message):
    assert_refused(check.flattened(size, chips), message, "23", "13, 15")


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
