import json
import subprocess
import sys
from functools import partial

import gymnasium as gym
import numpy as np
import pytest
import torch
from learner_examples import SOME_MEMORIES
from ray.rllib.connectors.env_to_module import (
    FlattenObservations,
    MeanStdFilter,
    PrevActionsPrevRewards,
)
from ray.rllib.utils.filter import RunningStat

from memorylab.environments import make_environment
from memorylab.memory import GRU, MEMORY_MODELS
from memorylab.rllib import Agent, History, evaluate, ppo_config, train_ppo
from memorylab.rllib.agent import make_runner
from memorylab.rllib.connector_states import pipelines_of, read_states
from memorylab.rllib.encoding import decode, encode, find_by_name
from memorylab.rllib.heads import Autoregressive, Masked

pytestmark = pytest.mark.ray

SMALL = {"dnc": {"hidden_size": 8, "num_locations": 6, "word_size": 5}}


def mean_std(env=None, spaces=None, device=None):
    return MeanStdFilter()


def before(env=None, spaces=None, device=None):
    return [PrevActionsPrevRewards(), FlattenObservations()]


OWN = {f"{__name__}:mean_std": mean_std, f"{__name__}:before": before}
"""What a loaded agent has to be given, because it is defined here."""


def agent(memory="gru", connector=None, environment="TMaze", **options):
    config = ppo_config(environment, memory, memory_config=SMALL.get(memory), **options)
    if connector is not None:
        config.env_runners(env_to_module_connector=connector)
    runner = make_runner(config, num_envs=1, seed=0)
    runner.sample(num_episodes=3)  # something for connectors to learn
    return Agent(config, runner.module, connectors=read_states(pipelines_of(runner)))


def actions_in_an_episode(player, environment, rewards=False):
    """Let a player act in an environment, and return what it did."""
    observation, _ = environment.reset(seed=3)
    done, reward, actions = False, None, []
    while not done:
        action = player.act(observation, reward)
        observation, reward, terminated, truncated, _ = environment.step(action)
        reward, done = reward if rewards else None, terminated or truncated
        actions.append(np.asarray(action).tolist())
    return actions


# --- acting ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("environment", ["TMaze", "RepeatPreviousEasy", "TwoDials"])
def test_the_likeliest_actions_are_those_of_evaluate(environment):
    made = agent("dnc", environment=environment)
    (episode,) = evaluate(made)
    player = made.start()
    for flat, action in zip(episode.observation, episode.action, strict=True):
        acted = player.act(gym.spaces.unflatten(made.spaces[0], flat))
        np.testing.assert_array_equal(acted, action)
        assert made.spaces[1].contains(acted)


@pytest.mark.parametrize("environment", ["Menu", "PositionOnlyPendulumEasy"])
def test_whole_episodes_can_be_acted(environment):
    made = agent(environment=environment)
    player = made.start(explore=True)
    actions = actions_in_an_episode(player, make_environment(environment))
    player.reset()
    assert len(actions) == len(actions_in_an_episode(player, make_environment(environment)))


def test_observations_pass_the_filter_as_training_left_it():
    made = agent(connector=mean_std)
    (state,) = made.connectors["env_to_module"].values()
    statistics = RunningStat.from_state(state[None]["running_stats"][0])
    assert statistics.n > 10
    player = made.start()
    seen = make_environment("TMaze").reset(seed=0)[0]
    for _ in range(3):
        player.act(seen)
        expected = (seen - statistics.mean) / (statistics.std + 1e-8)
        np.testing.assert_allclose(
            player._episodes[0].get_observations(-1), expected.clip(-10, 10), rtol=1e-4, atol=1e-5
        )


@SOME_MEMORIES
def test_rows_of_a_batch_act_as_if_alone(memory):
    made = agent(memory)
    generator = np.random.default_rng(0)
    shape = made.spaces[0].shape
    seen = generator.random((6, 3, *shape)).astype(np.float32).clip(0, 1)  # [T, B, F]
    batch, single = made.start(batch_size=3), made.start()
    alone = [[single.act(step[row]) for step in seen] for row in [0]]
    single.reset()
    alone += [[single.act(step[1]) for step in seen]]
    together = np.stack([batch.act(step) for step in seen], 1)  # [B, T]
    np.testing.assert_array_equal(together[:2], alone)
    # A row that is reset begins anew, and the others go on.
    states = [last["extra_model_outputs"]["state_out"]["time"] for last in batch._last]
    assert states == [6, 6, 6]
    batch.reset([1])
    batch.act(seen[0])
    states = [int(last["extra_model_outputs"]["state_out"]["time"]) for last in batch._last]
    assert states == [7, 1, 7]


def test_sampled_actions_depend_on_the_seed_and_leave_the_global_one_alone():
    made, state = agent(), torch.get_rng_state()
    zeros = np.zeros(made.spaces[0].shape, np.float32)

    def sampled(seed):
        player = made.start(explore=True, seed=seed)
        return [int(player.act(zeros)) for _ in range(20)]

    assert sampled(0) == sampled(0) != sampled(1)
    assert torch.equal(torch.get_rng_state(), state)


def test_long_episodes_dont_grow(monkeypatch):
    monkeypatch.setattr("memorylab.rllib.acting._LONGEST", 5)
    made = agent("lstm")
    cut, zeros = made.start(), np.zeros(made.spaces[0].shape, np.float32)
    for _ in range(14):
        cut.act(zeros)
    assert len(cut._episodes[0]) <= 5
    assert cut._last[0]["extra_model_outputs"]["state_out"]["time"] == 14


def test_an_agent_that_sees_rewards_is_given_them():
    made = agent(connector=before)
    with pytest.raises(ValueError, match=r"sees the reward .* act\(observation, reward\)"):
        actions_in_an_episode(made.start(), make_environment("TMaze"))
    assert actions_in_an_episode(made.start(), make_environment("TMaze"), rewards=True)
    with pytest.raises(ValueError, match=r"reward must have the shape \[\], but has \[2\]"):
        made.start().act(np.zeros(made.spaces[0].shape, np.float32), [1.0, 2.0])


@pytest.mark.parametrize(
    ("size", "observation", "error", "message"),
    [
        (None, [0.0] * 4, TypeError, r"array of float32 with the shape \[4\], but is a list"),
        (None, np.zeros(4), TypeError, r"is of float64. Use observation.astype\(np.float32\)"),
        (None, np.zeros(3, "f4"), ValueError, r"the shape \[4\], but has the shape \[3\]\.$"),
        (None, np.zeros((2, 4), "f4"), ValueError, "2 observations: start .* with batch_size=2"),
        (2, np.zeros(4, "f4"), ValueError, "batch axis is missing: give 2 observations"),
        (2, np.zeros((3, 4), "f4"), ValueError, "3 observations: start .* batch_size=3"),
        (2, {"a": 1}, TypeError, r"array of float32 with the shape \[2, 4\], but is a dict"),
        (2, np.full((2, 4), np.nan, "f4"), ValueError, "in row 0 is not in the space"),
        (None, np.full(4, 9, "f4"), ValueError, "The observation is not in the space"),
        (None, None, TypeError, "but is a NoneType"),
    ],
)
def test_other_observations_than_expected_are_answered(size, observation, error, message):
    player = agent().start(size)
    with pytest.raises(error, match=message):
        player.act(observation)
    assert not any(player._last)  # nothing is remembered


def test_parts_of_observations_are_named():
    player = agent(environment="Menu").start()
    with pytest.raises(TypeError, match=r"must be a dictionary with the keys .*, but is a list"):
        player.act([1])
    observation = make_environment("Menu").reset(seed=0)[0]
    with pytest.raises(TypeError, match=r"the observation\['action_mask'\] must be an array"):
        player.act(observation | {"action_mask": None})
    with pytest.raises(IndexError, match="no row 1; they are 0 to 0"):
        player.reset([1])
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        agent().start(0)


# --- keeping --------------------------------------------------------------------------------------

PLAY = """
import json, sys
from pathlib import Path
import numpy as np
import ray
from ray.rllib.connectors.env_to_module import MeanStdFilter
from memorylab.rllib import Agent

def mean_std(env=None, spaces=None, device=None):
    return MeanStdFilter()

seen, played = np.load(sys.argv[1]), {}
for folder in Path(sys.argv[2]).iterdir():
    player = Agent.load(folder, {sys.argv[3]: mean_std}).start(batch_size=2, explore=True)
    actions = [player.act(step).tolist() for step in seen]
    inputs = player._last[1]["extra_model_outputs"]["action_dist_inputs"]
    played[folder.name] = [actions, inputs.tolist()]
assert not ray.is_initialized()
print(json.dumps(played))
"""


@pytest.mark.parametrize("filtered", [False, True])
@SOME_MEMORIES
def test_a_loaded_agent_is_the_saved_one(memory, filtered, tmp_path):
    made = agent(memory, mean_std if filtered else None, seed=4, encoder_nonlinearity="Tanh")
    made.history = History(env_steps=[5], mean_return=[0.5], seconds=[1.0])
    made.save(tmp_path / "kept")
    loaded = Agent.load(tmp_path / "kept", OWN)
    assert loaded.history == made.history
    assert loaded.spaces == made.spaces
    assert repr(loaded.connectors) == repr(made.connectors)
    assert loaded.config.to_dict().keys() == made.config.to_dict().keys()
    assert loaded.config.lr == made.config.lr
    assert loaded.config.seed == 4
    states = made.module.state_dict(), loaded.module.state_dict()
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    played, again = (evaluate(one, explore=True, seed=1)[0] for one in (made, loaded))
    assert played.action.tolist() == again.action.tolist()
    assert played.value.tolist() == again.value.tolist()


def test_saved_agents_play_the_same_in_another_process(tmp_path):
    seen = np.random.default_rng(0).random((9, 2, 4)).astype(np.float32)
    np.save(tmp_path / "seen.npy", seen)
    expected = {}
    filtered = [(memory, mean_std) for memory in MEMORY_MODELS]
    for memory, connector in [*filtered, ("gru", None), ("dnc", None)]:
        made, name = agent(memory, connector), f"{memory} {bool(connector)}"
        made.save(tmp_path / "kept" / name)
        player = made.start(batch_size=2, explore=True)
        actions = [player.act(step).tolist() for step in seen]
        inputs = player._last[1]["extra_model_outputs"]["action_dist_inputs"]
        expected[name] = [actions, inputs.tolist()]
    arguments = [tmp_path / "seen.npy", tmp_path / "kept", f"{__name__}:mean_std"]
    command = [sys.executable, "-c", PLAY, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(result.stdout.splitlines()[-1]) == expected
    assert len({str(inputs) for _, inputs in expected.values()}) == len(expected)


def test_a_folder_holds_numbers_and_names_only(tmp_path):
    agent("dnc", mean_std).save(tmp_path / "kept")
    files = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert files == ["agent.json", "history.json", "weights.safetensors"]
    for path in (tmp_path / "kept").iterdir():
        if path.suffix == ".json":
            json.loads(path.read_text())
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_folder_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    made = agent()
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("")
    with pytest.raises(FileExistsError, match=r"taken already. Choose another folder"):
        made.save(tmp_path / "taken")
    made.config.env_config = {"thing": object()}
    with pytest.raises(TypeError, match=r"config\[1\].env_config.thing is <object .* can't be"):
        made.save(tmp_path / "kept")
    made.config.env_config = {}

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("memorylab.rllib.keeping.save_weights", fail)
    with pytest.raises(KeyboardInterrupt):
        made.save(tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


class Mine(GRU):
    """A memory of a user's own."""


def test_a_memory_of_ones_own_is_given_again(tmp_path):
    made = agent(Mine)
    made.save(tmp_path / "kept")
    with pytest.raises(ValueError, match=r"needs test_keeping:Mine.*objects=\{"):
        Agent.load(tmp_path / "kept")
    loaded = Agent.load(tmp_path / "kept", objects={f"{__name__}:Mine": Mine})
    assert type(loaded.module.networks.memory) is Mine
    assert evaluate(loaded)[0].action.tolist() == evaluate(made)[0].action.tolist()


def test_what_has_no_name_is_given_again(tmp_path):
    made = agent(connector=lambda env, spaces, device: MeanStdFilter())
    made.save(tmp_path / "kept")
    with pytest.raises(ValueError, match=r"needs test_keeping:.*<lambda>.*objects=\{") as error:
        Agent.load(tmp_path / "kept")
    name = str(error.value).split("needs ")[1].split(",")[0]
    loaded = Agent.load(tmp_path / "kept", objects={name: mean_std})
    assert evaluate(loaded)[0].action.tolist() == evaluate(made)[0].action.tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: "{", "is not an agent"),
        (lambda content: content.replace('"format": 1', '"format": 9'), "has the format 9"),
        *(
            (
                lambda content, name=name: content.replace(
                    "memorylab.rllib.module:MemoryRLModule", name
                ),
                f"needs {name}, .*a file can't name things of the module {name.split(':')[0]}",
            )
            for name in ("os:system", "IPython.utils.process:system")
        ),
        (lambda content: content.replace('"spaces"', '"places"'), "is damaged"),
    ],
)
def test_a_damaged_folder_is_refused(change, message, tmp_path):
    agent().save(tmp_path / "kept")
    path = tmp_path / "kept" / "agent.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(ValueError, match=message):
        Agent.load(tmp_path / "kept")
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"no agent in .*kept: it has no agent.json"):
        Agent.load(tmp_path / "kept")


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True], "b": ("x", {None: {1: "y"}}), "$c": {3, 4}},
        gym.spaces.Dict(
            image=gym.spaces.Box(0, 255, (2, 2, 1), np.uint8),
            rest=gym.spaces.Tuple(
                [
                    gym.spaces.Discrete(3, start=-1),
                    gym.spaces.MultiDiscrete([2, 3], start=[1, 0]),
                    gym.spaces.MultiBinary((2, 2)),
                    gym.spaces.Box(np.array([-1, -np.inf], "f4"), np.array([1, np.inf], "f4")),
                ]
            ),
        ),
        Masked(Autoregressive()),
        make_environment,
        History,
    ],
)
def test_json_gives_back_what_it_was_given(value):
    text = json.dumps(encode(value, "value"))
    assert decode(json.loads(text), find_by_name) == value


def test_arrays_and_partial_functions_come_back():
    array = np.random.default_rng(0).random((2, 3)).astype(np.float32)
    back = decode(json.loads(json.dumps(encode(array, "a"))), find_by_name)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)
    made = decode(encode(partial(make_environment, "TMaze"), "env"), find_by_name)
    assert (made.func, made.args) == (make_environment, ("TMaze",))


def test_a_pickle_in_a_text_is_refused():
    from ray.rllib.utils.serialization import _serialize_ndarray

    for array in (np.array([{}], dtype=object), np.zeros(2)):
        with pytest.raises(ValueError, match="hidden in a text, which could be a pickle"):
            decode({"a": _serialize_ndarray(array)}, find_by_name)


def test_a_space_larger_than_memory_is_refused():
    box = {"low": 0.0, "high": 1.0, "shape": {"$tuple": [100_000, 100_000]}, "dtype": "<f4"}
    for space in (["Box", box], ["MultiBinary", {"n": 10**10}]):
        with pytest.raises(ValueError, match="A space of 10000000000 numbers is more than any"):
            decode({"$space": space}, find_by_name)


# --- starting from given weights ------------------------------------------------------------------


@pytest.mark.timeout(200)
def test_training_begins_with_given_weights(ray, tmp_path):
    first = agent(connector=mean_std, seed=1)
    first.save(tmp_path / "kept")
    config = agent(connector=mean_std, seed=2).config
    config.training(lr=0.0, train_batch_size_per_learner=416, num_epochs=1)
    (state,) = first.connectors["env_to_module"].values()
    seen = state[None]["running_stats"][0]["num_pushes"]
    options = {"max_steps": 1, "stop_return": None, "progress": False}
    for given in (first, Agent.load(tmp_path / "kept", OWN)):
        trained = train_ppo(config, weights=given, **options)
        states = first.module.state_dict(), trained.module.state_dict()
        assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
        (state,) = trained.connectors["env_to_module"].values()
        assert state[None]["running_stats"][0]["num_pushes"] > 416 + seen
    with pytest.raises(ValueError, match="needs test_keeping:mean_std"):
        train_ppo(config, weights=tmp_path / "kept", **options)
    with pytest.raises(ValueError, match="The given agent holds the weights of another model"):
        train_ppo(config, weights=agent("lstm", mean_std), **options)


# --- exporting ------------------------------------------------------------------------------------


@SOME_MEMORIES
@pytest.mark.parametrize("environment", ["TMaze", "Menu"])
def test_an_exported_agent_has_the_same_logits_over_an_episode(memory, environment, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    made = agent(memory, environment=environment)
    player, world = made.start(), make_environment(environment)
    made.export(tmp_path / "agent.onnx")
    session = runtime.InferenceSession(tmp_path / "agent.onnx")
    types = {"tensor(float)": np.float32, "tensor(int32)": np.int32}
    nodes = {node.name: node for node in session.get_inputs()}
    state = {
        name: np.zeros(node.shape, types[node.type])
        for name, node in nodes.items()
        if name.startswith("state.")
    }
    names = [node.name for node in session.get_outputs()]
    seen, done = world.reset(seed=0)[0], False
    while not done:
        action = player.act(seen)
        parts = seen if isinstance(seen, dict) else {"": seen}
        given = {
            f"observation.{key}".rstrip("."): np.asarray(part, np.float32)[None]
            for key, part in parts.items()
        }
        result = dict(zip(names, session.run(None, given | state), strict=True))
        expected = player._last[0]["extra_model_outputs"]["action_dist_inputs"]
        np.testing.assert_allclose(result["action_dist_inputs"][0], expected, atol=1e-5)
        state = {name: result[f"{name}.next"] for name in state}
        seen, _, *ended, _ = world.step(action)
        done = any(ended)


def test_a_head_that_draws_cant_be_exported(tmp_path):
    made = agent(environment="TwoDials", head="sequential")
    with pytest.raises(TypeError, match="'sequential' draws actions itself"):
        made.export(tmp_path / "agent.onnx")
