"""IMPALA, APPO, DQN and SAC with memory; what RLlib can't do is refused by name."""

import copy
import functools
import sys

import gymnasium as gym
import numpy as np
import pytest
import torch
import tree
from learner_examples import learner_and_runner, sample_and_batch
from ray.rllib.algorithms.bc import BCConfig
from ray.rllib.algorithms.dqn import DQNConfig
from ray.rllib.algorithms.dqn.torch.dqn_torch_learner import DQNTorchLearner
from ray.rllib.algorithms.sac import SACConfig
from ray.rllib.algorithms.sac.torch.sac_torch_learner import SACTorchLearner
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.utils.replay_buffers import EpisodeReplayBuffer, PrioritizedEpisodeReplayBuffer

from memorylab.memory.model import batched
from memorylab.rllib import Agent, MemoryRLModule, algorithm_config, evaluate, train_ppo
from memorylab.rllib.agent import settings_of
from memorylab.rllib.algorithms import ALGORITHMS
from memorylab.rllib.heads import Beta
from memorylab.rllib.learners import LEARNERS
from memorylab.rllib.replay import ReplayBuffer
from memorylab.rllib.training import copy_to_targets

pytestmark = pytest.mark.ray

MEMORY = {"gru": {"hidden_size": 8}, "dnc": {"hidden_size": 8, "num_locations": 4, "word_size": 4}}


class Recall(gym.Env):
    """Shows a number once, then nothing for ``delay`` steps, then asks for it."""

    max_episode_length = 4

    def __init__(self, delay=2, scale=1.0):
        self.delay, self.scale = delay, scale
        self.observation_space = gym.spaces.Box(-1, 1, (2,), np.float32)
        self.action_space = gym.spaces.Box(-2, 2, (1,), np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.step_number, self.number = 0, self.np_random.uniform(-1, 1)
        return np.array([self.number, 0], np.float32), {}

    def step(self, action):
        self.step_number += 1
        is_over = self.step_number == self.delay + 2
        reward = -self.scale * abs(float(action[0]) - self.number) if is_over else 0.0
        observation = np.array([0, self.step_number == self.delay + 1], np.float32)
        return observation, reward, is_over, False, {}


class DiscreteRecall(Recall):
    """Asks whether the number was positive."""

    def __init__(self, **options):
        super().__init__(**options)
        self.action_space = gym.spaces.Discrete(2)

    def step(self, action):
        return super().step([2 * int(action) - 1])


def small(algorithm, environment, memory="gru", **options):
    """Return a configuration whose updates are few and small."""
    options = {"memory_config": MEMORY.get(memory, {}), "encoder_sizes": (8,), **options}
    config = algorithm_config(algorithm, environment, memory, **options)
    config.env_runners(num_envs_per_env_runner=4)
    config.training(train_batch_size_per_learner=64)
    if algorithm == "APPO":
        # Otherwise its thread may learn on while the agent is read.
        config.training(circular_buffer_iterations_per_batch=1)
    if algorithm in ("DQN", "SAC"):
        config.training(num_steps_sampled_before_learning_starts=64)
    if algorithm != "PPO":
        config.reporting(min_sample_timesteps_per_iteration=64)
    return config


def weights_of(agent):
    return {name: tensor.clone() for name, tensor in agent.module.state_dict().items()}


# Each algorithm with an own class and an id of Gymnasium, and in all both memories.
CASES = [
    ("IMPALA", DiscreteRecall, "dnc"),
    ("APPO", "CartPole-v1", "gru"),
    ("DQN", DiscreteRecall, "gru"),
    ("SAC", Recall, "dnc"),
]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("algorithm", "environment", "memory"), CASES)
def test_an_agent_learns_plays_and_is_kept(ray, algorithm, environment, memory, tmp_path):
    config = small(algorithm, environment, memory)
    options = {"max_steps": 130, "stop_return": None, "progress": False}
    agent = train_ppo(config, checkpoint_path=tmp_path / "checkpoints", **options)
    before, after = weights_of(Agent(config)), weights_of(agent)
    assert before.keys() == after.keys()
    unmoved = [name for name in before if torch.equal(before[name], after[name])]
    # The bias of all advantages cancels.
    assert set(unmoved) <= {"networks.actor_head.advantage_bias"}

    # The replay check of ``evaluate`` holds, and the state is carried: other networks, that get the
    # same observations one by one, act the same.
    (episode,) = evaluate(agent, seed=3)
    agent.save(tmp_path / "agent")
    loaded = Agent.load(tmp_path / "agent", objects=own(environment))
    assert settings_of(loaded.config) == settings_of(config)
    assert all(torch.equal(weights_of(loaded)[name], after[name]) for name in after)
    player = loaded.start()
    acted = [player.act(seen) for seen in episode.observation[:200]]
    assert np.isfinite(episode.value).all()
    low = getattr(agent.spaces[1], "low", None)
    if low is not None:  # The player gives the environment's action, the episode the module's.
        acted = [action / agent.spaces[1].high for action in acted]
    np.testing.assert_allclose(acted, episode.action[:200], atol=1e-4)

    # From its checkpoint it would go on as it was.
    resumed = train_ppo(config, checkpoint_path=tmp_path / "checkpoints", resume=True, **options)
    assert resumed.history == agent.history
    assert all(torch.equal(weights_of(resumed)[name], after[name]) for name in after)


def own(environment):
    if isinstance(environment, str):
        return {}
    return {f"{environment.__module__}:{environment.__qualname__}": environment}


def learner_and_episodes(config, steps=120):
    """Return a learner, and sequences of episodes as the replay buffer draws them."""
    learner, runner = learner_and_runner(config)
    buffer = ReplayBuffer(1000, seed=0)
    buffer.add(runner.sample(num_timesteps=steps, random_actions=False, explore=True))
    arguments = {"batch_length_T": config.model_config["max_seq_len"], "lookback": 1}
    draw = {"n_step": 1, "gamma": config.gamma, "sample_episodes": True, **arguments}
    return learner, buffer.sample(num_items=60, **draw)


def batch_of(learner, episodes):
    batch = learner._learner_connector(
        rl_module=learner.module, batch={}, episodes=copy.deepcopy(episodes), shared_data={}
    )
    return batch["default_policy"]


def loss_of(learner, batch, compute=None):
    torch.manual_seed(0)
    module = learner.module["default_policy"]
    return (compute or learner.compute_loss_for_module)(
        module_id="default_policy",
        config=learner.config,
        batch=batch,
        fwd_out=module.forward_train(batch),
    )


def replayed(algorithm):
    """Return a learner that replays, and its batch of a few rows, some of them padded."""
    environment = {"DQN": DiscreteRecall, "SAC": Recall}[algorithm]
    config = small(algorithm, environment, "dnc", max_seq_len=3)
    learner, episodes = learner_and_episodes(config)
    return learner, batch_of(learner, episodes)


REPLAYING = pytest.mark.parametrize("algorithm", ["DQN", "SAC"])


@REPLAYING
def test_padding_is_no_part_of_the_loss(algorithm):
    learner, batch = replayed(algorithm)
    real = batch[Columns.LOSS_MASK]
    assert 0 < real.sum() < real.numel()
    loss = loss_of(learner, batch)
    for key in (Columns.REWARDS, Columns.OBS, Columns.NEXT_OBS, "weights"):
        batch[key] = torch.where(
            real.view(*real.shape, *[1] * (batch[key].dim() - 2)), batch[key], 1e3
        )
    assert loss_of(learner, batch) == loss


@REPLAYING
def test_the_loss_is_rllibs_own_where_there_is_no_padding_which_rllibs_sac_counts(algorithm):
    learner, batch = replayed(algorithm)
    is_sac = algorithm == "SAC"
    theirs = SACTorchLearner if is_sac else DQNTorchLearner
    own = functools.partial(theirs.compute_loss_for_module, learner)
    differs = not torch.isclose(loss_of(learner, batch), loss_of(learner, batch, compute=own))
    assert differs == is_sac
    full = batch[Columns.LOSS_MASK].all(-1)  # [B]
    rows = {key: tree.map_structure(lambda part: part[full], batch[key]) for key in batch}
    torch.testing.assert_close(loss_of(learner, rows), loss_of(learner, rows, compute=own))


@pytest.mark.parametrize("algorithm", ["IMPALA", "APPO"])
def test_what_comes_after_a_cut_is_the_critics_value_which_rllib_takes_off_again(
    algorithm, monkeypatch
):
    learner, _, batch = sample_and_batch(small(algorithm, "CartPole-v1", max_seq_len=8), 60)
    theirs = next(one for one in LEARNERS if LEARNERS[one] is type(learner))
    place, seen = sys.modules[theirs.__module__], []
    v_trace = place.vtrace_torch
    monkeypatch.setattr(
        place, "vtrace_torch", lambda **given: seen.append(v_trace(**given)) or seen[-1]
    )
    # Where nothing was learnt yet, the targets are the rewards until the cut, and then the value.
    values = learner.module["default_policy"].unwrapped().compute_values(batch)  # [B, T]
    real, ended = batch[Columns.LOSS_MASK], batch[Columns.TERMINATEDS].bool()
    cut = [row for row in range(len(real)) if not real[row].all() and not ended[row].any()]
    assert cut
    for compute, is_right in (
        (learner.compute_loss_for_module, True),
        (functools.partial(theirs.compute_loss_for_module, learner), False),
    ):
        loss_of(learner, batch, compute)
        targets, advantages = (part.T for part in seen[-1])  # [B, T] each
        for row in cut:
            expected = values[row, real[row].sum()]
            for t in reversed(range(int(real[row].sum()))):
                expected = batch[Columns.REWARDS][row, t] + 0.9 * expected
                assert torch.isclose(targets[row, t], expected, atol=1e-5) == is_right
                advantage = expected - values[row, t]
                assert torch.isclose(advantages[row, t], advantage, atol=1e-5) == is_right
    learner.shutdown()


def test_the_burn_in_is_no_part_of_the_loss_and_one_longer_than_all_episodes_is_refused():
    config = small("DQN", DiscreteRecall, max_seq_len=4).training(burn_in_len=2)
    learner, episodes = learner_and_episodes(config)
    batch = batch_of(learner, episodes)
    loss = loss_of(learner, batch)
    batch[Columns.REWARDS][:, :2] = 1e3
    assert loss_of(learner, batch) == loss
    batch[Columns.REWARDS][:, 2:] = 1e3
    assert loss_of(learner, batch) != loss

    buffer = ReplayBuffer(100, seed=0)
    buffer.add([episode for episode in episodes if episode.t_started == 0])
    with pytest.raises(ValueError, match=r"burn_in_len=4 leaves no step .* has 4 steps"):
        buffer.sample(num_items=8, min_batch_length_T=4, n_step=1, sample_episodes=True)


def test_the_values_after_a_step_are_those_before_the_next_one():
    """So the state is that after the step, and not the one before it."""
    learner, batch = replayed("DQN")
    output = learner.module["default_policy"].unwrapped().forward_train(batch)
    # Both steps of each pair are real.
    pairs = batch[Columns.LOSS_MASK][:, 1:] & batch[Columns.LOSS_MASK][:, :-1]
    assert pairs.any()
    after, before = output["qf_next_preds"][:, :-1], output["qf_preds"][:, 1:]
    torch.testing.assert_close(after[pairs], before[pairs])


def test_sac_learns_the_actor_from_one_loss_and_the_critics_from_another():
    learner, batch = replayed("SAC")
    module = learner.module["default_policy"]
    networks = module.networks
    parts = {
        "actor": (networks.encoders["actor"], networks.memories["actor"], networks.actor_head),
        "critic": (networks.encoders["critic"], networks.memories["critic"], networks.critic_head),
    }
    output = module.forward_train(batch)
    targets = ("q_target_next", "logp_next_resampled")
    assert not any(output[name].requires_grad for name in targets)
    for names, learning in ((("qf_preds", "qf_twin_preds"), "critic"), (("q_curr",), "actor")):
        loss = sum(output[name].sum() for name in names)
        for part, modules in parts.items():
            weights = [weight for piece in modules for weight in piece.parameters()]
            gradients = torch.autograd.grad(loss, weights, retain_graph=True, allow_unused=True)
            reached = [gradient is not None and bool(gradient.any()) for gradient in gradients]
            assert any(reached) == (part == learning)


class CountedFromSeven(DiscreteRecall):
    """Its actions are 7 and 8."""

    def __init__(self):
        super().__init__()
        self.action_space = gym.spaces.Discrete(2, start=7)

    def step(self, action):
        return super().step(action - 7)


def test_a_q_learner_counts_actions_from_any_number():
    losses = []
    for environment in (DiscreteRecall, CountedFromSeven):
        learner, episodes = learner_and_episodes(small("DQN", environment, "dnc", max_seq_len=3))
        batch = batch_of(learner, episodes)
        losses.append(loss_of(learner, batch))
    assert batch[Columns.ACTIONS][batch[Columns.LOSS_MASK]].unique().tolist() == [7, 8]
    torch.testing.assert_close(*losses)


def test_the_target_networks_follow_and_are_those_of_the_bellman_equation():
    config = small("DQN", DiscreteRecall, "gru").training(tau=0.25, target_network_update_freq=0)
    learner, episodes = learner_and_episodes(config)
    module = learner.module["default_policy"].unwrapped()
    with torch.no_grad():
        for weight in module.networks.parameters():
            weight += 1
    module.target_networks.register_buffer("count", torch.tensor(7))
    module.networks.register_buffer("count", torch.tensor(7))
    old = copy.deepcopy(module.target_networks.state_dict())
    learner.after_gradient_based_update(timesteps={})
    new, networks = module.target_networks.state_dict(), module.networks.state_dict()
    assert new.pop("count") == 7
    assert all(torch.allclose(new[name], 0.25 * networks[name] + 0.75 * old[name]) for name in new)

    copy_to_targets(learner)  # as where training begins with given weights
    copied, networks = module.target_networks.state_dict(), module.networks.state_dict()
    assert all(torch.equal(copied[name], networks[name]) for name in networks)

    batch = batch_of(learner, episodes)
    q_next = module.forward_train(batch)["qf_target_next_preds"]
    with torch.no_grad():
        for weight in module.target_networks.actor_head.parameters():
            weight.zero_()
    real = batch[Columns.LOSS_MASK]
    assert q_next[real].all()
    assert not module.forward_train(batch)["qf_target_next_preds"].any()


def test_a_q_learner_explores_by_epsilon_and_keeps_to_the_mask():
    space = gym.spaces.Dict(
        observations=gym.spaces.Box(-1, 1, (2,)), action_mask=gym.spaces.Box(0, 1, (3,))
    )
    settings = {"double_q": True, "dueling": True, "epsilon": [(0, 1.0), (100, 0.0)]}
    module = MemoryRLModule(
        observation_space=space, action_space=gym.spaces.Discrete(3), model_config=settings
    )
    rows = 400
    batch = {
        Columns.OBS: {
            "observations": torch.zeros(rows, 1, 2),
            "action_mask": torch.tensor([1.0, 0.0, 1.0]).expand(rows, 1, 3),
        },
        Columns.STATE_IN: batched(module.get_initial_state(), rows),
    }
    best = module.forward_inference(batch)[Columns.ACTION_DIST_INPUTS].argmax(-1)
    for t, share in ((0, 0.5), (50, 0.75), (100, 1.0), (1000, 1.0)):
        actions = module.forward_exploration(batch, t=t)[Columns.ACTIONS]
        assert set(actions.flatten().tolist()) <= {0, 2}
        assert (actions == best).float().mean() == pytest.approx(share, abs=0.1)


def twenty_steps():
    return SingleAgentEpisode(
        observations=list(range(21)),
        actions=[0] * 20,
        rewards=[0.0] * 20,
        extra_model_outputs={Columns.STATE_OUT: list(range(20))},
        len_lookback_buffer=0,
    )


DRAW = {"num_items": 40, "n_step": 1, "batch_length_T": 3, "sample_episodes": True}


def test_the_buffer_draws_by_its_seed():
    draws = []
    for seed in (0, 0, 1):
        buffer = ReplayBuffer(100, seed)
        buffer.add(twenty_steps())
        draws.append([part.t_started for part in buffer.sample(**DRAW)])
    assert draws[0] == draws[1] != draws[2]


def test_rllibs_prioritized_buffer_draws_single_steps_without_states():
    drawn = {}
    for kind in (EpisodeReplayBuffer, PrioritizedEpisodeReplayBuffer):
        buffer = kind(100)
        buffer.add(twenty_steps())
        drawn[kind] = buffer.sample(**DRAW)
    assert max(map(len, drawn[EpisodeReplayBuffer])) == 3
    assert all(Columns.STATE_OUT in part.extra_model_outputs for part in drawn[EpisodeReplayBuffer])
    for part in drawn[PrioritizedEpisodeReplayBuffer]:
        assert len(part) == 1
        assert Columns.STATE_OUT not in part.extra_model_outputs


def plain_spec(max_seq_len=4):
    return RLModuleSpec(module_class=MemoryRLModule, model_config={"max_seq_len": max_seq_len})


REFUSED = [
    (lambda: small("DQN", Recall), TypeError, "Discrete space.*or, for a bounded Box, SAC"),
    (lambda: small("SAC", DiscreteRecall), TypeError, "for a Discrete space, DQN"),
    (lambda: small("DQN", "Menu"), TypeError, "DQN doesn't read 'available_actions'. Leave it out"),
    (lambda: small("DQN", DiscreteRecall, head="plain"), TypeError, "acts by its Q-values"),
    (lambda: small("SAC", Recall, head="plain"), TypeError, "'beta', and not from 'plain'"),
    (lambda: small("SARSA", Recall), ValueError, "'SARSA' is not a known algorithm"),
    (lambda: small("DQN", DiscreteRecall, dueling=False), ValueError, r"training\(dueling=...\)"),
    (
        lambda: small("DQN", DiscreteRecall).training(n_step=2),
        ValueError,
        "n_step must be 1",
    ),
    (
        lambda: algorithm_config(DQNConfig(), DiscreteRecall),
        ValueError,
        "'PrioritizedEpisodeReplayBuffer' draws single steps without the memory's state",
    ),
    (
        lambda: (
            DQNConfig()
            .environment(DiscreteRecall)
            .training(replay_buffer_config={"type": "EpisodeReplayBuffer"})
            .rl_module(rl_module_spec=plain_spec())
        ),
        ValueError,
        r"max_seq_len is 4 in the specification.*rl_module\(model_config=",
    ),
    (
        lambda: BCConfig().environment(Recall).rl_module(rl_module_spec=plain_spec()),
        ValueError,
        "MemoryRLModule learns by PPO, IMPALA, APPO, DQN, SAC, and not by BC",
    ),
    (
        lambda: small("SAC", Recall).learners(learner_class=type("Own", (SACTorchLearner,), {})),
        TypeError,
        "Own would not report errors.*Derive it from memorylab.rllib.learners.SACLearner",
    ),
    (
        lambda: small("DQN", DiscreteRecall, losses={"l2": 1.0}),
        TypeError,
        "the configuration's learner is DQN",
    ),
    (lambda: small("SAC", Recall, vf_share_layers=True), ValueError, "SAC's critics have one"),
    (lambda: small("DQN", DiscreteRecall).training(num_atoms=5), ValueError, "num_atoms=1"),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED)
def test_what_cannot_be_learnt_is_refused_by_name(make, error, message):
    with pytest.raises(error, match=message):
        Agent(make())


def test_sac_takes_the_head_beta():
    agent = Agent(small("SAC", Recall, head="beta"))
    assert isinstance(agent.module.head, Beta)
    (episode,) = evaluate(agent, explore=True)
    assert np.abs(episode.action).max() <= 1


@pytest.mark.timeout(60)
@pytest.mark.parametrize("algorithm", ["APPO", "IMPALA"])
def test_an_error_in_the_thread_that_learns_ends_training(ray, algorithm):
    config = small(algorithm, DiscreteRecall, environment_config={"scale": 1e38})
    with pytest.raises(FloatingPointError, match="not finite or too large"):
        train_ppo(config, max_steps=2000, stop_return=None, progress=False)


def test_every_algorithm_has_a_recipe_that_says_what_settings_it_is_resumed_with():
    assert [*ALGORITHMS] == ["PPO", "IMPALA", "APPO", "DQN", "SAC"]
    settings = settings_of(small("SAC", Recall))
    assert settings["algorithm"] == "SAC"
    assert settings["actor_lr"] == small("SAC", Recall).actor_lr
    assert "algorithm" not in settings_of(small("PPO", Recall))
    assert isinstance(algorithm_config(SACConfig().training(tau=0.5), Recall).tau, float)
