"""Lists of varying length: ``Repeated`` on the old stack, beside padding and a mask."""

import gymnasium as gym
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.env_to_module import EnvToModulePipeline, FlattenObservations
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.models import MODEL_DEFAULTS, ModelCatalog
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from ray.rllib.utils.spaces.repeated import Repeated
from ray.tune.registry import register_env
from torch import nn

from memorylab.environments import PadLists
from memorylab.rllib import MemoryRLModule
from memorylab.rllib.classic import MemoryModelV2
from memorylab.rllib.classic.worker import make_worker, update

pytestmark = pytest.mark.ray

LENGTH, ACTIONS = 3, gym.spaces.Discrete(2)
POINTS = Repeated(gym.spaces.Box(-1, 1, (2,), np.float32), max_len=LENGTH)
LISTS = st.lists(
    st.lists(st.sampled_from([-1.0, 0.5, 1.0]), min_size=2, max_size=2).map(np.float32),
    max_size=LENGTH,
)


class Points(gym.Env):
    """Shows lists of none to three points, or the one that it is told to."""

    observation_space, action_space = POINTS, ACTIONS

    def __init__(self, shown=None):
        self.shown = shown

    def _observe(self):
        if self.shown is not None:
            return self.shown
        return [self.np_random.uniform(-1, 1, 2).astype(np.float32) for _ in range(self.time % 4)]

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self._observe(), {}

    def step(self, action):
        self.time += 1
        return self._observe(), float(action), self.time == 6, False, {}


class Sum(nn.Module):
    """A network of sets: sums what a layer makes of each element (Zaheer et al. 2017)."""

    def __init__(self):
        super().__init__()
        self.element, self.logits, self.value = nn.Linear(2, 8), nn.Linear(8, 2), nn.Linear(8, 1)

    def forward(self, items, mask):
        features = (self.element(items).tanh() * mask.unsqueeze(-1)).sum(-2)  # [B, 8]
        return self.logits(features), self.value(features).squeeze(-1)


class OldSum(TorchModelV2, nn.Module):
    """That network on the old stack, which hands it the lists."""

    def __init__(self, *arguments):
        nn.Module.__init__(self)
        TorchModelV2.__init__(self, *arguments)
        self.network = Sum()

    def forward(self, input_dict, state, seq_lens):
        self.given = input_dict["obs"]
        mask = torch.arange(self.given.max_len) < self.given.lengths.unsqueeze(-1)  # [B, L]
        logits, self.values = self.network(self.given.values, mask)
        return logits, state

    def value_function(self):
        return self.values


def transform(lists):
    """Return the old stack's preprocessed space, and observations [B, 1 + L F]."""
    preprocessor = ModelCatalog.get_preprocessor_for_space(POINTS)
    flat = np.stack([preprocessor.transform(shown) for shown in lists]).astype(np.float32)
    return preprocessor.observation_space, torch.as_tensor(flat)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.lists(LISTS, min_size=1, max_size=4))
def test_both_give_a_network_of_the_same_weights_the_same(lists):
    space, flat = transform(lists)
    model = OldSum(space, ACTIONS, 2, MODEL_DEFAULTS, "old")
    old, _ = model({"obs": flat})
    padded = [PadLists(Points(shown)).reset()[0] for shown in lists]
    items, mask = (
        torch.as_tensor(np.stack([shown[key] for shown in padded])) for key in ("items", "mask")
    )
    assert torch.equal(model.given.values, items)
    assert torch.equal(model.given.lengths, mask.sum(-1).float())
    new, values = model.network(items, mask)
    assert torch.equal(old, new)
    assert torch.equal(model.value_function(), values)
    # Unpacked, the lists are those that the environment showed.
    for found, shown in zip(model.given.unbatch_all(), lists, strict=True):
        np.testing.assert_array_equal(np.reshape(found, (-1, 2)), np.reshape(shown, (-1, 2)))


@pytest.mark.parametrize("model", [OldSum, MemoryModelV2])
def test_the_old_stack_learns_from_lists(model):
    """Memory Lab's model reads them flat: how many there are, then the elements."""
    register_env("Points", lambda _: Points())
    worker = make_worker(
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment("Points")
        .env_runners(num_env_runners=0, num_envs_per_env_runner=2, rollout_fragment_length=30)
        .training(train_batch_size=60, minibatch_size=60, num_epochs=1, lr=0.01)
        .training(model={"custom_model": model})
        .debugging(seed=0, log_level="ERROR")
    )
    batch = worker.sample()["default_policy"]
    assert set(batch["obs"][:, 0]) == {0, 1, 2, 3}
    parameters = [*worker.get_policy().model.parameters()]
    before = [parameter.detach().clone() for parameter in parameters]
    assert np.isfinite(update(worker, batch)["learner_stats"]["total_loss"])
    assert not any(map(torch.equal, before, parameters))


def test_the_current_stack_takes_lists_only_padded():
    with pytest.raises(TypeError, match=r"PadLists does it to Sequence and Repeated"):
        MemoryRLModule(observation_space=POINTS, action_space=ACTIONS, model_config={})
    padded = PadLists(Points()).observation_space
    MemoryRLModule(observation_space=padded, action_space=ACTIONS, model_config={})


def test_rllibs_connector_drops_all_elements_but_the_first():
    """RLlib's fault, without a word; and of an empty list it can make nothing."""
    pipeline = EnvToModulePipeline(POINTS, ACTIONS, connectors=[FlattenObservations()])

    def flatten(shown):
        episode = SingleAgentEpisode(observation_space=POINTS, action_space=ACTIONS)
        episode.add_env_reset(shown)
        pipeline(rl_module=None, batch={}, episodes=[episode], explore=True, shared_data={})
        return episode.get_observations(-1).tolist()

    assert flatten([np.float32([1, 0]), np.float32([0, 1])]) == [1, 0]
    with pytest.raises(ValueError, match="at least one array to concatenate"):
        flatten([])
