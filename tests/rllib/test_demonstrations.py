import dataclasses

import gymnasium as gym
import numpy as np
import pytest
import torch
import tree
from hypothesis import given, settings
from hypothesis import strategies as st
from ray.rllib.algorithms.bc import BCConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.offline.json_reader import JsonReader
from ray.rllib.offline.json_writer import JsonWriter

from memorylab.environments import make_environment
from memorylab.rllib import (
    Demonstrations,
    MemoryRLModule,
    ppo_config,
    record_demonstrations,
)
from memorylab.rllib.agent import make_runner
from memorylab.rllib.observations import memory_input

pytestmark = pytest.mark.ray

fixed = settings(deadline=None, derandomize=True, max_examples=25)


def make_maze_expert():
    """Return a player that remembers the sign."""
    sign = []

    def expert(observation):
        if observation[:2].any():
            sign.append(1 + int(observation[1]))
        return sign[-1] if observation[3] else 0

    return expert


def random_demonstrations(lens, action_shape=()):
    steps, generator = sum(lens), np.random.default_rng(0)
    return Demonstrations(
        generator.normal(size=(steps, 3)).astype(np.float32),
        generator.integers(4, size=(steps, *action_shape)),
        generator.normal(size=steps).astype(np.float32),
        np.array(lens),
    )


def arrays_of(demonstrations):
    return dataclasses.asdict(demonstrations)


@fixed
@given(lens=st.lists(st.integers(1, 5), min_size=1, max_size=4), shape=st.sampled_from([(), (2,)]))
def test_what_is_written_is_read_back(tmp_path_factory, lens, shape):
    demonstrations = random_demonstrations(lens, shape)
    path = tmp_path_factory.mktemp("demonstrations") / "expert.npz"
    demonstrations.save(path)
    loaded = Demonstrations.load(str(path))
    for name, array in arrays_of(demonstrations).items():
        np.testing.assert_array_equal(getattr(loaded, name), array, strict=True)
    # Plain numbers: nothing that would have to be unpickled.
    with np.load(path, allow_pickle=False) as archive:
        assert sorted(archive.files) == ["action", "episode_lens", "observation", "reward"]


@fixed
@given(lens=st.lists(st.integers(1, 5), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_whole_episodes_are_drawn(lens, seed):
    demonstrations = random_demonstrations(lens)
    observations, actions, seq_lens = demonstrations.draw(6, np.random.default_rng(seed))
    assert observations.shape == (6, int(seq_lens.max()), 3)
    starts = np.cumsum(lens) - lens
    recorded = {
        demonstrations.observation[start : start + length].tobytes(): (start, length)
        for start, length in zip(starts, lens, strict=True)
    }
    for row, length in enumerate(seq_lens.tolist()):
        start, found = recorded[observations[row, :length].numpy().tobytes()]
        assert found == length
        assert actions[row, :length].tolist() == demonstrations.action[start:][:length].tolist()
        assert not observations[row, length:].any()


def test_every_episode_has_its_turn_and_the_same_generator_draws_the_same():
    demonstrations = random_demonstrations([1, 2, 3, 4])
    draws = [demonstrations.draw(64, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    assert set(draws[0][2].tolist()) == {1, 2, 3, 4}
    assert torch.equal(draws[0][0], draws[1][0])
    assert draws[0][2].tolist() != draws[2][2].tolist()


def test_an_expert_is_recorded_step_by_step():
    config = {"corridor_length": (2, 4)}
    recorded = [
        record_demonstrations(
            "TMaze", make_maze_expert, episodes=5, environment_config=config, seed=seed
        )
        for seed in (3, 3, 4)
    ]
    first = recorded[0]
    assert len(first) == 5
    assert first.returns.tolist() == [1] * 5
    assert set(first.episode_lens.tolist()) <= {3, 4, 5}
    assert first.reward.sum() == 5
    last = np.cumsum(first.episode_lens) - 1
    # One turn per episode, at the junction, where the sign pointed at its first step.
    np.testing.assert_array_equal(first.action.nonzero()[0], last)
    assert (first.observation[last, 3] == 1).all()
    signs = first.observation[last + 1 - first.episode_lens, :2].argmax(1)
    np.testing.assert_array_equal(first.action[last], signs + 1)
    np.testing.assert_array_equal(first.observation, recorded[1].observation)
    assert not np.array_equal(first.observation, recorded[2].observation)


def test_an_expert_begins_each_episode_anew():
    calls = []

    def make_expert():
        calls.append([])
        expert = make_maze_expert()
        return lambda observation: calls[-1].append(None) or expert(observation)

    recorded = record_demonstrations("TMaze", make_expert, episodes=3)
    assert [len(steps) for steps in calls] == recorded.episode_lens.tolist()


class Watched(gym.ObservationWrapper):
    """Writes down what the environment shows."""

    def __init__(self, world, seen):
        super().__init__(world)
        self.seen = seen

    def observation(self, observation):
        self.seen.append(observation)
        return observation


@pytest.mark.parametrize("name", ["RepeatPreviousEasy", "MineSweeperEasy", "CountRecallEasy"])
def test_observations_are_flat_as_modules_flatten_them(name, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "memorylab.rllib.environments.build_environment",
        lambda name, config, *others: Watched(make_environment(name, **config), seen),
    )
    runner = make_runner(ppo_config(name, memory_config={"hidden_size": 8}), num_envs=1)
    seen.clear()
    (episode,) = runner.sample(num_episodes=1)
    played = [tuple(observation) for observation in seen][: len(episode)]
    actions = iter(episode.get_actions())

    class Again(gym.Env):
        """Shows the same once more."""

        observation_space = make_environment(name).observation_space
        action_space = make_environment(name).action_space

        def reset(self, *, seed=None, options=None):
            self.time = 0
            return played[0], {}

        def step(self, action):
            self.time += 1
            ended = self.time == len(played)
            return played[self.time % len(played)], 0.5, ended, False, {}

    monkeypatch.setattr(
        "memorylab.rllib.demonstrations.make_environment", lambda name, **config: Again()
    )
    recorded = record_demonstrations(name, lambda: lambda _: next(actions), episodes=1)
    shown = episode.get_observations(slice(0, len(episode)))
    read = memory_input(tree.map_structure(torch.as_tensor, shown), Again.observation_space)
    np.testing.assert_array_equal(recorded.observation, read)
    np.testing.assert_array_equal(recorded.action, np.stack(episode.get_actions()))


def test_real_actions_are_scaled_as_rllib_scales_them():
    """A pendulum's torque lies in [−2, 2], and what a policy puts out in [−1, 1]."""
    recorded = record_demonstrations(
        "PositionOnlyPendulumEasy", lambda: lambda _: np.array([1.0], np.float32), episodes=1
    )
    assert recorded.action.shape == (len(recorded.reward), 1)
    np.testing.assert_allclose(recorded.action, 0.5)


# --- RLlib's own files ----------------------------------------------------------------------------


def write_json(demonstrations, folder):
    writer = JsonWriter(str(folder), compress_columns=[])
    for batch in demonstrations.sample_batches():
        writer.write(batch)


def test_rllibs_json_reader_reads_them(tmp_path):
    demonstrations = record_demonstrations("TMaze", make_maze_expert, episodes=3)
    write_json(demonstrations, tmp_path)
    reader = JsonReader(str(tmp_path))
    batches = [reader.next() for _ in range(3)]
    for name, column in {"observation": "obs", "action": "actions", "reward": "rewards"}.items():
        read = np.concatenate([batch[column] for batch in batches])
        np.testing.assert_array_equal(read, getattr(demonstrations, name))
    assert [batch.count for batch in batches] == demonstrations.episode_lens.tolist()
    for number, batch in enumerate(batches):
        assert batch["terminateds"].tolist() == [False] * (batch.count - 1) + [True]
        assert not batch["truncateds"].any()
        assert set(batch["eps_id"]) == {number}
        np.testing.assert_array_equal(batch["new_obs"][:-1], batch["obs"][1:])


def test_rllibs_behaviour_cloning_learns_from_them(ray, tmp_path):
    """What the current API stack has for data from files: Ray Data reads, ``BC`` learns."""
    write_json(record_demonstrations("TMaze", make_maze_expert, episodes=30), tmp_path)
    environment = make_environment("TMaze")
    model_config = {"memory_config": {"hidden_size": 16}, "max_seq_len": 12}
    config = (
        BCConfig()
        .environment(
            observation_space=environment.observation_space, action_space=environment.action_space
        )
        .rl_module(
            rl_module_spec=RLModuleSpec(module_class=MemoryRLModule, model_config=model_config)
        )
        .offline_data(
            input_=[str(tmp_path)],
            input_read_method="read_json",
            input_read_sample_batches=True,
            input_read_batch_size=8,
            dataset_num_iters_per_learner=4,
            # By default two processes prepare batches and one reads. On two CPUs the reader would
            # wait for ever.
            map_batches_kwargs={"concurrency": 1},
        )
        .training(train_batch_size_per_learner=128, lr=0.01)
        .debugging(seed=0, log_level="ERROR")
    )
    algorithm = config.build_algo()
    try:
        losses = [algorithm.train()["learners"]["default_policy"]["policy_loss"] for _ in range(5)]
    finally:
        algorithm.stop()
    assert losses[-1] < 0.5 * losses[0]


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"observation": np.zeros((6, 3), np.float32)}, r"observation .* S = 5,.* has \[6, 3\]"),
        ({"observation": np.zeros(5, np.float32)}, r"observation must have the shape \[S, F\]"),
        ({"action": np.zeros(4, int)}, r"action must have the shape \[S, ...\]"),
        ({"reward": np.zeros((5, 1), np.float32)}, r"reward must have the shape \[S\]"),
        ({"reward": np.full(5, np.nan)}, "reward must hold finite numbers"),
        ({"action": np.ones(5, bool)}, "action must hold finite numbers; its type is bool"),
        ({"episode_lens": np.array([], int)}, "episode_lens must hold the length"),
        ({"episode_lens": np.array([5, 0])}, r"at least 1, but is array\(\[5, 0\]\)"),
        ({"episode_lens": np.array([2.5, 2.5])}, "whole numbers"),
        ({"episode_lens": np.array([[5]])}, r"is array\(\[\[5\]\]\)"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes, message, tmp_path):
    arrays = arrays_of(random_demonstrations([2, 3])) | changes
    with pytest.raises(ValueError, match=message):
        Demonstrations(**arrays)
    np.savez(tmp_path / "expert.npz", **arrays)
    with pytest.raises(ValueError, match=r"expert\.npz: .*" + message):
        Demonstrations.load(tmp_path / "expert.npz")


def test_files_that_hold_something_else_are_refused(tmp_path):
    path = tmp_path / "expert.npz"
    with pytest.raises(FileNotFoundError, match="no demonstrations at"):
        Demonstrations.load(path)
    path.write_bytes(b"PK not quite a zip")
    with pytest.raises(ValueError, match="is damaged, or holds no demonstrations"):
        Demonstrations.load(path)
    arrays = arrays_of(random_demonstrations([2, 3]))
    del arrays["action"]
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=r"expert\.npz: .* missing 1 required .*'action'"):
        Demonstrations.load(path)
    np.savez(path, **arrays, action=np.array([{}] * 5, dtype=object))  # would need unpickling
    with pytest.raises(ValueError, match="is damaged, or holds no demonstrations"):
        Demonstrations.load(path)
    for call in (random_demonstrations([1]).save, Demonstrations.load):
        with pytest.raises(ValueError, match=r"ends in \.npz, but got 'expert\.json'"):
            call(tmp_path / "expert.json")


def test_an_interrupted_save_leaves_the_older_file(tmp_path, monkeypatch):
    path = tmp_path / "expert.npz"
    random_demonstrations([2, 3]).save(path)

    def interrupted(path, **arrays):
        path.write_bytes(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez_compressed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        random_demonstrations([1]).save(path)
    assert len(Demonstrations.load(path)) == 2
    assert list(tmp_path.iterdir()) == [path]


DISCRETE, MULTI = gym.spaces.Discrete(4), gym.spaces.MultiDiscrete([4, 3])


@pytest.mark.parametrize(
    ("size", "space", "action", "message"),
    [
        (4, DISCRETE, np.zeros(5, int), r"observations have the shape \[3\], but .* have \[4\]"),
        (3, gym.spaces.Discrete(3), np.array([0, 1, 3, 0, 0]), r"step 2 .*, 3, is not one of Disc"),
        (3, DISCRETE, np.array([0, -1, 3, 0, 0]), r"step 1 .*, -1, is not one"),
        (3, DISCRETE, np.array([0, 0.5, 3, 0, 0]), r"step 1 .*, 0.5, is not one"),
        (3, MULTI, np.zeros(5, int), r"actions have the shape \[\], but .* have \[2\]"),
        (3, MULTI, np.array([[3, 2]] * 4 + [[2, 3]]), r"step 4 .*\[2 3\], is not one"),
        (3, gym.spaces.Box(-1, 1, (2,)), np.zeros((5, 1)), r"have the shape \[1\]"),
    ],
)
def test_episodes_of_other_spaces_are_refused(size, space, action, message):
    arrays = arrays_of(random_demonstrations([2, 3])) | {"action": action}
    with pytest.raises(ValueError, match=message):
        Demonstrations(**arrays).check_spaces(size, space)


def test_calls_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="episodes must be at least 1, got 0"):
        record_demonstrations("TMaze", make_maze_expert, episodes=0)
    with pytest.raises(ValueError, match="count must be at least 1"):
        random_demonstrations([1]).draw(0, np.random.default_rng(0))
