"""The self-checks of rllib_today: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest
import torch
from check_examples import answers, assert_refused
from ray.rllib.connectors.env_to_module.observation_preprocessor import (
    SingleAgentObservationPreprocessor,
)
from ray.rllib.core.columns import Columns

from memorylab_course.checks import rllib_today as check

pytestmark = pytest.mark.ray

NAMES = {"grey": "Grey", "gate": "NewGate"}


@pytest.fixture(scope="module")
def solutions():
    """All that the solutions define."""
    with pytest.MonkeyPatch.context() as patch:
        # The cells end with their checks, which are run here one by one.
        for name in NAMES:
            patch.setattr(check, name, lambda student: None)
        return answers("rllib_today", "solution")


@pytest.mark.parametrize("name", NAMES)
def test_solution_passes(solutions, name):
    verdict = getattr(check, name)(solutions[NAMES[name]])
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("grey", "not yet: recompute_output_observation_space returns None"),
        ("gate", "there is no body.bias"),
    ],
)
def test_stub_is_refused(name, part):
    assert_refused(getattr(check, name)(answers("rllib_today", "exercise")[NAMES[name]]), part)


# --- exercise 1 -------------------------------------------------------------------------------


def grey(transform, low=0.0, high=1.0, channels=1, dtype=np.float32):
    class Student(SingleAgentObservationPreprocessor):
        def recompute_output_observation_space(self, space, action_space):
            return gym.spaces.Box(low, high, (*space.shape[:2], channels), dtype)

        def preprocess(self, observation, episode):
            return transform(observation)

    return Student


def right(image):
    return (image.mean(-1, keepdims=True) / 255).astype(np.float32)


@pytest.mark.parametrize(
    "transform",
    [
        lambda x: np.mean(x / 255, axis=2, keepdims=True, dtype=np.float32),
        lambda x: x.astype(np.float32) @ np.full((3, 1), 1 / 765, np.float32),
        lambda x: (x.astype(int).sum(2)[..., None] / 765).astype(np.float32),
    ],
    ids=["divided first", "as a product", "sum"],
)
def test_right_connectors_written_otherwise(transform):
    verdict = check.grey(grey(lambda x: transform(x).clip(0, 1)))
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("one channel", grey(right, channels=3), id="space of colours"),
        pytest.param("float32 from 0 to 1", grey(right, high=255), id="space up to 255"),
        pytest.param("float32 from 0 to 1", grey(right, dtype=np.float64), id="space of doubles"),
        pytest.param("of the shape", grey(lambda x: right(x)[..., 0]), id="no channel left"),
        pytest.param("float32, not", grey(lambda x: right(x).astype(float)), id="doubles"),
        pytest.param("what must 255 become", grey(lambda x: right(x) * 255), id="not scaled"),
        pytest.param("the numbers", grey(lambda x: right(x[..., :1])), id="red alone"),
        pytest.param("the numbers", grey(lambda x: 1 - right(x)), id="negative"),
        pytest.param("not yet", grey(lambda x: None), id="nothing returned"),
        pytest.param("stops with IndexError", grey(lambda x: x[[9]]), id="error"),
    ],
)
def test_wrong_connectors(part, student):
    assert_refused(check.grey(student), part)


# --- exercise 2 -------------------------------------------------------------------------------


def other_sizes(self):
    self.gate, self.body = torch.nn.Linear(3, 3), torch.nn.Linear(3, 8)
    self.pi, self.vf = torch.nn.Linear(8, 4), torch.nn.Linear(8, 1)


def without_gate(self, batch, **kwargs):
    features = torch.tanh(self.body(batch[Columns.OBS]))
    return {Columns.ACTION_DIST_INPUTS: self.pi(features), Columns.EMBEDDINGS: features}


def no_embeddings(self, batch, **kwargs):
    return {Columns.ACTION_DIST_INPUTS: self.pi(torch.tanh(self.body(batch[Columns.OBS])))}


def old_style(self, batch, **kwargs):
    return self.pi(torch.tanh(self.body(batch[Columns.OBS]))), []


def needs_embeddings(self, batch, embeddings=None):
    return self.vf(embeddings).squeeze(-1)


def not_squeezed(self, batch, embeddings=None):
    if embeddings is None:
        embeddings = self._forward(batch)[Columns.EMBEDDINGS]
    return self.vf(embeddings)


def remembers(self, batch, embeddings=None):
    if embeddings is not None:
        self.kept = embeddings
    return self.vf(self.kept).squeeze(-1)


def in_steps(self, batch, **kwargs):
    rows = [self.features(obs) for obs in batch[Columns.OBS]]
    features = torch.stack(rows)
    return {Columns.EMBEDDINGS: features, Columns.ACTION_DIST_INPUTS: self.pi(features)}


def by_products(self, obs):
    share = 1 / (1 + torch.exp(-self.gate(obs)))
    return torch.tanh(self.body(share.mul(obs)))


def obs_as_embeddings(self, batch, **kwargs):
    obs = batch[Columns.OBS]
    return {Columns.ACTION_DIST_INPUTS: self.pi(self.features(obs)), Columns.EMBEDDINGS: obs}


def values_of_obs(self, batch, embeddings=None):
    obs = batch[Columns.OBS] if embeddings is None else embeddings
    return self.vf(self.features(obs))[..., 0]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"_forward_train": in_steps},
        {"_forward": obs_as_embeddings, "compute_values": values_of_obs},
    ],
    ids=["by products", "step by step", "observations as embeddings"],
)
def test_right_modules_written_otherwise(solutions, changes):
    changes = {"_forward": in_steps, "features": by_products, **changes}
    verdict = check.gate(type("Student", (solutions["NewGate"],), changes))
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        pytest.param("body.weight of shape", {"setup": other_sizes}, id="other sizes"),
        pytest.param("the logits of the old model", {"_forward": without_gate}, id="no gate"),
        pytest.param("_forward to return 'embeddings'", {"_forward": no_embeddings}, id="no input"),
        pytest.param("a dictionary", {"_forward": old_style}, id="as a TorchModelV2"),
        pytest.param("stops with TypeError", {"compute_values": needs_embeddings}, id="no targets"),
        pytest.param("values of shape [7]", {"compute_values": not_squeezed}, id="not squeezed"),
        pytest.param("shape [2] without", {"compute_values": remembers}, id="kept from before"),
    ],
)
def test_wrong_modules(solutions, part, changes):
    student = type("Student", (solutions["NewGate"],), changes)
    assert_refused(check.gate(student), part)


def test_a_module_with_a_part_too_many(solutions):
    class Student(solutions["NewGate"]):
        def setup(self):
            super().setup()
            self.spare = torch.nn.Linear(1, 1)

    assert_refused(check.gate(Student), "there is spare.bias, spare.weight")
