"""Several agents: trained, traced, started, kept, and what is said when something is wrong."""

import dataclasses
import textwrap

import gymnasium as gym
import numpy as np
import pytest
import torch
from agents_examples import Leaving, Turns
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec

from memorylab.environments import SpeakerListener, TMaze
from memorylab.rllib import Agent, algorithm_config, evaluate, ppo_config, train_ppo
from memorylab.rllib.agent import make_runner, settings_of
from memorylab.rllib.checkpoints import read_networks
from memorylab.rllib.failures import CheckedEnvironment, EnvironmentFailure
from memorylab.rllib.multi_agent import CheckedAgents, ParallelAgents, networks_of
from memorylab.training import Film

pytestmark = pytest.mark.ray

ENVIRONMENTS = {"SpeakerListener": SpeakerListener, "Leaving": Leaving, "Turns": Turns}


def one_policy(*args, **kwargs):
    return "all"


def small(environment, memory="gru", shared=False, **options):
    sizes = {} if memory == "mlp" else {"hidden_size": 8}
    config = ppo_config(environment, memory, memory_config=sizes, **options)
    config.env_runners(num_envs_per_env_runner=2)
    config.training(train_batch_size_per_learner=32, minibatch_size=16, num_epochs=1)
    if shared:
        config.multi_agent(policies=["all"], policy_mapping_fn=one_policy)
    return config


def weights(agent):
    return {name: tensor.clone() for name, tensor in agent.module.state_dict().items()}


def play(player, environment, seed=3):
    """Let agents act, and return what each did."""
    observations, _ = environment.reset(seed=seed)
    done, actions = False, {}
    while not done:
        seen = {agent: one for agent, one in observations.items() if agent in environment.agents}
        acted = player.act(seen)
        assert acted.keys() == seen.keys()
        for agent, action in acted.items():
            actions.setdefault(agent, []).append(int(action))
        observations, _, ends, cuts, _ = environment.step(acted)
        done = ends["__all__"] or cuts["__all__"]
    return actions


# --- training and traces --------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "shared"), [("Leaving", False), ("Turns", True)])
def test_one_update_changes_every_policy_and_each_agent_is_traced(ray, name, shared):
    config = small(ENVIRONMENTS[name], shared=shared)
    before = weights(Agent(config))
    agent = train_ppo(config, max_steps=32, stop_return=None, progress=False)
    assert agent.history.env_steps[-1] >= 32
    changed = {
        key.split(".")[0] for key, old in before.items() if (weights(agent)[key] != old).any()
    }
    assert changed == ({"all"} if shared else set(ENVIRONMENTS[name]().possible_agents))
    assert len(evaluate(agent, episodes=2)) == 2


@pytest.mark.parametrize("shared", [False, True])
def test_the_networks_in_a_checkpoint_are_those_of_all_policies(shared, tmp_path):
    config = small(Leaving if not shared else Turns, shared=shared)
    module = make_runner(config, num_envs=1).module
    module.save_to_path(tmp_path / "learner_group" / "learner" / "rl_module")
    read, expected = read_networks(tmp_path, config), networks_of(module).state_dict()
    assert read.state_dict().keys() == expected.keys()
    assert all(torch.equal(read.state_dict()[name], expected[name]) for name in expected)


def test_the_program_in_the_docstring_runs(ray, capsys):
    lines = SpeakerListener.__doc__.split("Ray::\n")[1].split("Observations are")[0]
    program = textwrap.dedent(lines)
    assert "max_steps=60_000" in program
    exec(program.replace("max_steps=60_000", "max_steps=1, progress=False"), {})
    assert "GRU" in capsys.readouterr().out


@pytest.mark.parametrize("memory", ["gru", "dnc"])
def test_each_agent_has_its_own_steps_scenes_and_return(memory):
    (episode,) = evaluate(Agent(small(Leaving, memory)))
    assert {agent: len(part) for agent, part in episode.items()} == {"a": 2, "b": 4, "c": 5}
    assert [part.total_return for part in episode.values()] == pytest.approx([0.2, 0.4, 0.5])
    assert episode["c"].action_probabilities.shape == (5, 4)
    for part in episode.values():
        labels = [scene["label"] for scene in part.trace.metadata["scenes"]]
        assert labels == [f"Time {time}." for time in range(len(part) + 1)]
    (episode,) = evaluate(Agent(small(Turns, memory)))
    steps = {agent: part.trace.metadata["env_steps"] for agent, part in episode.items()}
    assert steps == {"a": [0, 1, 3, 4, 6, 7], "b": [2, 5, 8]}
    # A reward that comes while an agent waits counts for what it did before, or is its first.
    assert sum(part.total_return for part in episode.values()) == pytest.approx(9 * 0.3 - 2 * 0.2)
    (episode,) = evaluate(Agent(small(SpeakerListener, memory)), explore=True)
    for agent, part in episode.items():
        assert part.trace.metadata["agent"] == agent
        assert part.trace.metadata["action_names"] == ["A", "B"]
        assert len(part.trace.metadata["scenes"]) == len(part) + 1
        assert part.trace.num_steps == 6


def test_a_memory_that_differs_step_by_step_is_found_for_any_agent(monkeypatch):
    agent = Agent(small(Turns))
    module = type(agent.module["a"])
    forward = module._forward

    def shifted(self, batch, **kwargs):
        output = forward(self, batch, **kwargs)
        whole = batch["obs"].shape[1] > 1  # replayed, not step by step
        return output | {"action_dist_inputs": output["action_dist_inputs"] + whole}

    monkeypatch.setattr(module, "_forward", shifted)
    with pytest.raises(RuntimeError, match="action distributions that differ by up to 1"):
        evaluate(agent)


def test_whole_episodes_are_new_ones_each_time():
    runner = make_runner(small(SpeakerListener), num_envs=2, seed=0)
    signs = [
        [episode.get_infos(0)["speaker"]["sign"] for episode in runner.sample(num_episodes=2)]
        for _ in range(20)
    ]
    assert len({str(pair) for pair in signs}) > 2  # RLlib seeds each sample anew


def test_agents_come_in_order_whatever_the_order_of_a_set():
    # Sampled actions would differ from one process to the next.
    runner = make_runner(small(Leaving), num_envs=1, seed=0)
    (episode,) = runner.sample(num_episodes=1)
    assert [*episode.agent_ids] == [*Leaving.possible_agents]
    player = Agent(small(Leaving)).start()
    seen = Leaving().reset(seed=0)[0]
    for agents in ("cab", "bca"):
        player.act({agent: seen[agent] for agent in agents})
        (episode,) = player._episodes
        assert [*episode.get_agents_that_stepped()] == [*"cab"]


def test_an_episode_that_is_cut_for_the_last_agents_is_no_end():
    environment = ParallelAgents(Leaving())
    environment.reset(seed=0)
    results = [environment.step(dict.fromkeys(environment.agents, 0)) for _ in range(5)]
    assert [result[2]["__all__"] or result[3]["__all__"] for result in results] == [False] * 4 + [
        True
    ]
    assert results[-1][2:4] == ({"c": False, "__all__": False}, {"__all__": True})
    assert results[1][2] == {"a": True, "b": False, "c": False, "__all__": False}
    environment = ParallelAgents(Leaving(cut=False))
    environment.reset(seed=0)
    results = [environment.step(dict.fromkeys(environment.agents, 0)) for _ in range(5)]
    assert results[-1][2:4] == ({"c": True, "__all__": True}, {"c": False, "__all__": False})


# --- acting and keeping ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_agents_that_were_started_act_as_in_evaluate(name, monkeypatch):
    agent = Agent(small(ENVIRONMENTS[name]))
    (episode,) = evaluate(agent, seed=3)
    made = ENVIRONMENTS[name]()
    environment = made if isinstance(made, gym.Env) else ParallelAgents(made)
    expected = {who: part.action.tolist() for who, part in episode.items()}
    assert play(agent.start(), environment) == expected
    # A long episode is shortened, and nobody forgets anything.
    monkeypatch.setattr("memorylab.rllib.acting_agents._LONGEST", 3)
    monkeypatch.setattr("memorylab.rllib.acting_agents._KEPT", 1)
    player = agent.start()
    assert play(player, environment) == expected
    player.reset()
    assert play(player, environment) == expected


def test_a_loaded_agent_has_all_policies(tmp_path):
    agent = Agent(small(SpeakerListener, "dnc", seed=4))
    agent.save(tmp_path / "kept")
    loaded = Agent.load(tmp_path / "kept")
    assert settings_of(loaded.config) == settings_of(agent.config)
    assert all(torch.equal(one, weights(loaded)[name]) for name, one in weights(agent).items())
    actions = [
        [part.action.tolist() for part in evaluate(one, explore=True, seed=1)[0].values()]
        for one in (agent, loaded)
    ]
    assert actions[0] == actions[1]
    shared = Agent(small(SpeakerListener, shared=True))
    shared.save(tmp_path / "shared")
    with pytest.raises(ValueError, match=r"needs test_multi_agent:one_policy"):
        Agent.load(tmp_path / "shared")
    objects = {"test_multi_agent:one_policy": one_policy}
    assert [name for name, _ in Agent.load(tmp_path / "shared", objects).module.items()] == ["all"]


def test_each_policy_may_have_a_model_of_its_own():
    config = small(SpeakerListener)
    spec = config.rl_module_spec
    other = {"memory": "mlp", "memory_config": {}}
    other = dataclasses.replace(spec, model_config=spec.model_config | other)
    specs = {"speaker": spec, "listener": other}
    config.rl_module(rl_module_spec=MultiRLModuleSpec(rl_module_specs=specs))
    agent = Agent(config)
    models = [agent.module[name].model_config["memory"] for name in specs]
    assert models == ["gru", "mlp"]
    assert agent.history.settings["model_config"]["listener"]["memory"] == "mlp"
    assert len(evaluate(agent)[0]["listener"]) == 6
    del specs["listener"]
    config.rl_module(rl_module_spec=MultiRLModuleSpec(rl_module_specs=specs))
    with pytest.raises(ValueError, match=r"no RLModuleSpec for the policies \['listener'\]"):
        Agent(config)


# --- what is wrong --------------------------------------------------------------------------------

WRONG = {
    "raise": "KeyError: 'the referee is missing'",
    "reward": "the reward of 'b' is nan",
    "outside": r"the observation of 'a' holds 7.0 at \[0\], outside its space",
    "form": r"the observation of 'a' must be of shape \[3\]",
    "stranger": r"the observations name \['z'\], but possible_agents are \['a', 'b'\]",
    "no end": "terminateds must also say under '__all__'",
    "all ended": r"all agents have ended, but neither terminateds\['__all__'\]",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_environment_that_fails_is_named(wrong):
    config = small(Turns, environment_config={"wrong": wrong})
    with pytest.raises(EnvironmentFailure, match=f"Turns failed in its step 2.*{WRONG[wrong]}"):
        make_runner(config, num_envs=2).sample(num_episodes=2)


def test_an_action_outside_of_its_space_never_reaches_an_environment():
    several = CheckedAgents(Turns(), "Turns", "here")
    several.reset()
    with pytest.raises(EnvironmentFailure, match=r"Turns was spared step 1 .* action of 'a' is"):
        several.step({"a": 5})
    one = CheckedEnvironment(gym.make("Pendulum-v1"), "Pendulum", "here")
    one.reset(seed=0)
    with pytest.raises(EnvironmentFailure, match=r"Pendulum was spared step 1 .*nan.*clip_act"):
        one.step(np.array([np.nan], np.float32))
    assert several.unwrapped.time == one.env.get_wrapper_attr("_elapsed_steps") == 0


def test_what_cant_work_with_several_agents_is_refused_by_name(tmp_path):
    config = small(Turns)
    agent = Agent(config)
    with pytest.raises(ValueError, match="A film shows one memory, but there are the policies"):
        train_ppo(config, film=Film(np.zeros((2, 3), np.float32)), progress=False)
    with pytest.raises(TypeError, match=r"policies \['a', 'b'\], but a program holds one"):
        agent.export(tmp_path / "step.onnx")
    with pytest.raises(TypeError, match="start the agent once for each episode"):
        agent.start(batch_size=2)
    with pytest.raises(KeyError, match="no policy 'c'; there are"):
        agent.module["c"]
    with pytest.raises(ValueError, match="Several agents learn by PPO here, and not by IMPALA"):
        Agent(algorithm_config("IMPALA", Turns, memory_config={"hidden_size": 8}))
    player = agent.start()
    with pytest.raises(TypeError, match="a dictionary from agents to what each sees"):
        player.act(np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="no agent 'z'; there are"):
        player.act({"z": np.zeros(3, np.float32)})
    with pytest.raises(ValueError, match=r"the observation of 'a' must be an array of float32"):
        player.act({"a": np.zeros(2, np.float32)})
    config.env_runners(batch_mode="truncate_episodes")
    runner = make_runner(config, num_envs=1)
    runner.sample(num_timesteps=6)
    with pytest.raises(ValueError, match=r"has lost its memory.*complete_episodes"):
        runner.sample(num_timesteps=2)


class NoSpaces(Turns):
    def __init__(self):
        super().__init__()
        self.observation_spaces = {"a": self.observation_spaces["a"]}


class InTurn:
    agent_selection = "a"
    possible_agents = ("a",)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (NoSpaces, "must say which agents there may be, possible_agents"),
        (InTurn, r"lets agents act in turn.*aec_to_parallel"),
    ],
)
def test_environments_that_dont_say_enough_are_refused(environment, message):
    with pytest.raises((TypeError, EnvironmentFailure), match=message):
        ppo_config(environment)


def test_one_agent_is_not_several(ray):
    config = small(TMaze)
    config.environment(SpeakerListener)
    with pytest.raises(EnvironmentFailure, match=r"has several agents.*config.multi_agent"):
        Agent(config)
