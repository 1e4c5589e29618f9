"""Atari behind RLlib's wrappers: DeepMind's on the old stack, and their successors today."""

import ale_py
import gymnasium as gym
import numpy as np
import pytest
import torch
import tree
from learner_examples import sample_and_batch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.env_to_module import EnvToModulePipeline
from ray.rllib.connectors.env_to_module.frame_stacking import FrameStackingEnvToModule
from ray.rllib.core.columns import Columns
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.env.wrappers.atari_wrappers import (
    ClipRewardEnv,
    is_atari,
    wrap_atari_for_new_api_stack,
    wrap_deepmind,
)

from memorylab.rllib import ppo_config
from memorylab.rllib.classic.worker import make_worker, update

pytestmark = pytest.mark.ray

PACMAN, BREAKOUT = "ale_py:ALE/MsPacman-v5", "ale_py:ALE/Breakout-v5"
gym.register_envs(ale_py)


def make_pacman(options):
    """Return the game as the current stack plays it, small and with clipped rewards."""
    game = wrap_atari_for_new_api_stack(gym.make(PACMAN, frameskip=1), dim=42, **options)
    return ClipRewardEnv(game)


def play(game, steps, seed=0):
    """Return observations, rewards and ends of a game that is played at random."""
    observations, rewards, ends = [game.reset(seed=seed)[0]], [], []
    actions = np.random.default_rng(seed).integers(game.action_space.n, size=steps)
    for action in actions:
        observation, reward, terminated, truncated, _ = game.step(action)
        ends.append(terminated or truncated)
        rewards.append(reward)
        observations.append(game.reset()[0] if ends[-1] else observation)
    return np.stack(observations), np.array(rewards), np.array(ends)


def classic_worker(steps=60, **model):
    return make_worker(
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment(PACMAN, env_config={"frameskip": 1})
        .env_runners(num_env_runners=0, num_envs_per_env_runner=1, rollout_fragment_length=steps)
        .training(train_batch_size=steps, minibatch_size=steps, num_epochs=1, lr=1e-5, model=model)
        .debugging(seed=0, log_level="ERROR")
    )


# --- the old stack --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        ({}, (84, 84, 4)),
        ({"framestack": False}, (84, 84, 1)),
        ({"dim": 42}, (42, 42, 4)),
        # RLlib's fault: only True stacks, and a number turns it off.
        ({"framestack": 4}, (84, 84, 1)),
    ],
)
def test_the_old_stack_wraps_games_itself_and_the_keys_of_the_model_say_how(model, shape):
    assert classic_worker(**model).env.observation_space == gym.spaces.Box(0, 255, shape, np.uint8)


def test_the_old_stack_learns_from_stacked_frames_and_clipped_rewards():
    worker = classic_worker(steps=150, dim=42)
    batch = worker.sample()["default_policy"]
    frames, same = batch["obs"], batch["eps_id"][1:] == batch["eps_id"][:-1]
    assert frames.dtype == np.uint8
    assert frames.max() > 1
    np.testing.assert_array_equal(frames[1:, ..., :3][same], frames[:-1, ..., 1:][same])
    assert set(batch["rewards"]) == {0, 1}  # Of 10 points and more.
    model = worker.get_policy().model
    before = [parameter.detach().clone() for parameter in model.parameters()]
    assert np.isfinite(update(worker, batch)["learner_stats"]["total_loss"])
    assert not any(map(torch.equal, before, model.parameters()))


# --- the current stack ----------------------------------------------------------------------------


def test_the_successor_shows_the_same_frames_scaled():
    """Where the game itself skips frames, as it does by default; each wraps in another order."""
    old = wrap_deepmind(gym.make(BREAKOUT), dim=42)
    assert is_atari(BREAKOUT)
    new = wrap_atari_for_new_api_stack(gym.make(BREAKOUT), dim=42, frameskip=1, framestack=4)
    (seen, *rest), (now, *others) = play(old, 200), play(new, 200)
    np.testing.assert_array_equal(seen / 128 - 1, now)
    assert now.dtype == np.float32
    np.testing.assert_array_equal(rest, others)
    # Episodes end with a life, and the next goes on with those that are left.
    assert 1 <= rest[1].sum() == 5 - old.unwrapped.ale.lives() == 5 - new.unwrapped.ale.lives()


def test_the_connector_stacks_what_the_wrapper_does_once_there_are_frames_enough():
    stacked, *_ = play(make_pacman({"framestack": 4}), 8)
    single = make_pacman({})
    spaces = single.observation_space, single.action_space
    pipeline = EnvToModulePipeline(*spaces, connectors=[FrameStackingEnvToModule(num_frames=4)])
    episode, frames = SingleAgentEpisode(observation_space=spaces[0]), play(single, 8)[0]
    for time, frame in enumerate(frames):
        if time:
            episode.add_env_step(frame, 0, 0.0)
        else:
            episode.add_env_reset(frame)
        batch = pipeline(rl_module=None, batch={}, episodes=[episode], explore=True)
        (seen,) = tree.flatten(batch["obs"])
        missing = max(0, 3 - time)
        np.testing.assert_array_equal(seen[..., missing:], stacked[time][..., missing:])
        # Before the first frame the wrapper repeats it, and the connector has zeros.
        assert not seen[..., :missing].any()


def test_a_memory_learns_from_a_game_on_the_current_stack():
    config = ppo_config(
        make_pacman, "gru", memory_config={"hidden_size": 8}, encoder_sizes=(8,), max_seq_len=10
    )
    config.training(train_batch_size_per_learner=80, minibatch_size=80, num_epochs=1)
    learner, episodes, batch = sample_and_batch(config, num_timesteps=80)
    module, mask = learner.module["default_policy"].unwrapped(), batch[Columns.LOSS_MASK]
    assert module.observation_space == gym.spaces.Box(-1, 1, (42, 42, 1), np.float32)
    with torch.no_grad():
        output = module.forward_train(batch)
    difference = output[Columns.ACTION_DIST_INPUTS] - batch[Columns.ACTION_DIST_INPUTS]
    assert difference[mask].abs().max() < 1e-5
    before = {name: parameter.detach().clone() for name, parameter in module.named_parameters()}
    learner.update(episodes=episodes, timesteps={}, minibatch_size=80, num_epochs=1)
    unmoved = [name for name, new in module.named_parameters() if torch.equal(new, before[name])]
    assert unmoved == []
