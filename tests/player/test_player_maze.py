"""The page's T-maze and the agent that acts in it, beside those in Python."""

import json

import numpy as np
import pytest
import torch
from maze_examples import KEPT, MEMORY, WEIGHTS, maze, trained_agent
from player_examples import NODE, run_script
from torch import nn

from memorylab.environments import TMaze, TwoDials
from memorylab.environments.tmaze import tmaze_scene
from memorylab.memory import ActorCritic
from memorylab.player import MemoryPlayer
from memorylab.player.agent import record

needs_node = pytest.mark.skipif(NODE is None, reason="needs Node.js (`node`) in the PATH")

ARRAYS = ("observation", "action", "action_probabilities", "reward", "value", "memory", "output")

# Let the page's agent act in each of some mazes, and return what it saw and did.
ACT = """
  const [first] = runs;
  return %s.map(([sign, length, text]) => {
    const disturbance = script.disturbances.parse(text);
    const run = first.disturbed({ ...disturbance, options: { sign, distance: length } });
    const steps = [...Array(run.steps).keys()];
    return { scenes: run.scenes, steps: run.steps, correct: run.correct, arrays: Object.fromEntries(
      %s.map((name) => [name, steps.map((step) => Array.from(run.at(name, step)))])) };
  });
"""


def act(folder, cases, **options):
    """Return what the page's agent does in the mazes ``(sign, length, disturbance)``."""
    player = MemoryPlayer(trained_agent(), maze(**options))
    return run_script(folder, player, ACT % (json.dumps(cases), json.dumps(ARRAYS)))


@needs_node
def test_the_pages_maze_is_pythons(tmp_path):
    random = np.random.default_rng(0)
    cases, expected = [], []
    for number in range(200):
        environment = maze(1 + number % 2, int(random.integers(1, 31)))
        limit = environment.max_episode_length
        # Mostly forward, or nobody would come to a long corridor's end.
        likely = [0.94, 0.03, 0.03] if number % 3 else [0.2, 0.4, 0.4]
        actions, found = [], [[environment._observe().tolist(), 0, environment.scene()]]
        while True:
            actions.append(int(random.choice(3, p=likely)))
            observation, reward, terminated, truncated, _ = environment.step(actions[-1])
            found.append([observation.tolist(), reward, environment.scene()])
            if terminated or truncated:
                break
        cases.append([environment.sign, environment.length, limit, actions])
        expected.append(found)
    code = """
      return %s.map(([sign, length, limit, actions]) => {
        const world = new script.maze.TMaze(sign, length, limit);
        const found = [[world.observe(), 0, world.scene()]];
        for (const action of actions) {
          if (world.over) throw new Error("over too early");
          found.push([null, world.step(action), world.scene()]);
          found.at(-1)[0] = world.observe();
        }
        if (!world.over) throw new Error("not over");
        return found;
      });
    """
    player = MemoryPlayer(trained_agent(), maze())
    found = run_script(tmp_path, player, code % json.dumps(cases))
    assert found == json.loads(json.dumps(expected))
    outcomes = [steps[-1][2]["label"] for steps in found]
    for text in ("turned left, as", "turned right, but", "Its time is up"):
        assert any(text in label for label in outcomes)


@needs_node
def test_what_a_player_may_not_know_is_drawn_as_in_python(tmp_path):
    cases = [
        (sign, distance, length, visible, outcome)
        for sign in (None, "left", "right")
        for visible in (True, False)
        for outcome in (None, "late", "left", "right")
        for distance, length in ((0, 1), (1, 1), (0, 7), (3, 7), (1, 30), (30, 30))
    ]
    code = f"return {json.dumps(cases)}.map((one) => script.maze.drawMaze(...one));"
    found = run_script(tmp_path, MemoryPlayer(trained_agent(), maze()), code)
    assert found == [json.loads(json.dumps(tmaze_scene(*case))) for case in cases]


@needs_node
@pytest.mark.ray
def test_the_pages_agent_plays_as_evaluate_does(tmp_path):
    from memorylab.rllib import Agent, evaluate, ppo_config
    from memorylab.training import load_weights

    agent = Agent(ppo_config("TMaze", "dnc", memory_config=MEMORY))
    load_weights(agent.module, WEIGHTS)
    episodes = evaluate(agent, episodes=12, seed=1) + evaluate(agent, episodes=4, seed=2)
    cases = []
    for episode in episodes:
        distance = int(episode.observation[:, 2].sum())
        cases.append([1 if episode.observation[0, 0] else 2, distance, ""])
    assert {sign for sign, *_ in cases} == {1, 2}
    assert len({length for _, length, _ in cases}) >= 3
    player = agent.player(options={"sign": 2, "distance": 7}, t=3)
    assert player.header["agent"]["maze"] == {"sign": 2, "length": 7}
    assert player.t == 3
    code = ACT % (json.dumps(cases), json.dumps(ARRAYS))
    for episode, found in zip(episodes, run_script(tmp_path, player, code), strict=True):
        arrays = found["arrays"]
        assert np.ravel(arrays["action"]).tolist() == episode.action.tolist()
        for name in ("action_probabilities", "value"):
            expected = getattr(episode, name).reshape(len(episode), -1)
            np.testing.assert_allclose(arrays[name], expected, atol=1e-5)
        assert np.ravel(arrays["reward"]).tolist() == pytest.approx(episode.reward.tolist())
        np.testing.assert_allclose(
            arrays["memory"][-1], episode.trace.memory[-1].ravel(), atol=1e-5
        )
        assert found["scenes"] == json.loads(json.dumps(episode.trace.metadata["scenes"]))


@needs_node
def test_disturbed_or_in_any_corridor_the_agent_acts_as_in_python(tmp_path):
    everything = ";".join(f"{name}@3=0" for name in KEPT)
    cases = [[sign, length, ""] for sign in (1, 2) for length in (1, 2, 10, 15, 30)]
    for text in ("memory@4=0", everything, "N=24", "N=24;memory@2=0", "input[3]@0=2",
                 "write_gate@0-5=0", "link@90-=0", "output=0"):  # fmt: skip
        cases += [[sign, 8, text] for sign in (1, 2)]
    assert record(trained_agent(), maze(), "output=0")[0].num_steps == 40  # its time is up
    for (sign, length, text), found in zip(cases, act(tmp_path, cases), strict=True):
        expected, _ = record(trained_agent(), maze(sign, length), text)
        assert found["steps"] == expected.num_steps, (sign, length, text)
        for name in ARRAYS:
            wanted = expected[name].reshape(expected.num_steps, -1)
            np.testing.assert_allclose(found["arrays"][name], wanted, atol=1e-9, err_msg=name)
        assert found["scenes"] == json.loads(json.dumps(expected.metadata["scenes"]))
        assert found["correct"] == (expected.reward[-1] == 1)


def test_wiping_all_that_it_keeps_makes_the_sign_as_if_never_seen():
    everything = ";".join(f"{name}@4=0" for name in KEPT)
    left, right = (record(trained_agent(), maze(sign), everything)[0] for sign in (1, 2))
    assert left.action.tolist() == right.action.tolist()
    np.testing.assert_array_equal(left.action_probabilities[5:], right.action_probabilities[5:])
    # Its memory alone is enough for it to turn the same way, but not to forget everything.
    left, right = (record(trained_agent(), maze(sign), "memory@4=0")[0] for sign in (1, 2))
    assert left.action.tolist() == right.action.tolist()
    assert {left.reward[-1], right.reward[-1]} == {1, -1}
    assert np.abs(left.action_probabilities[-1] - right.action_probabilities[-1]).max() > 1e-3


def test_recording_leaves_the_environment_and_the_networks_as_they_were():
    networks, environment = trained_agent(), maze()
    before = {name: value.clone() for name, value in networks.state_dict().items()}
    trace, _ = record(networks, environment, None)
    assert environment.time == 0
    assert networks.state_dict().keys() == before.keys()
    assert all(torch.equal(value, before[name]) for name, value in networks.state_dict().items())
    assert trace.metadata["action_names"] == ["forward", "left", "right"]
    assert len(trace.metadata["scenes"]) == trace.num_steps + 1 == 10


def test_the_player_of_an_agent_can_be_disturbed_from_python():
    player = MemoryPlayer(trained_agent(), maze(), disturbance="memory@4=0")
    assert player.header["disturbance"] == "memory@4=0"
    player.disturbance = "memory@5=0;N=24"
    assert player.disturbance == "N=24;memory@5=0"
    with pytest.raises(ValueError, match="no step computes an array 'memry'"):
        player.disturbance = "memry@5=0"
    player.widget.t = 60  # the corridor may be longer in the page


def test_the_options_of_a_disturbance_begin_another_episode():
    other = "options=sign:2,distance:12;memory@4=0"  # longer than any that the environment draws
    expected, _ = record(trained_agent(), maze(2, 12), "memory@4=0")
    found, _ = record(trained_agent(), maze(), other)
    assert found.metadata == expected.metadata | {"disturbance": other}
    np.testing.assert_array_equal(found.memory, expected.memory)
    player = MemoryPlayer(trained_agent(), maze(), disturbance=other)
    assert player.num_steps == expected.num_steps
    player.disturbance = "options=sign:2"
    assert player.num_steps == record(trained_agent(), maze(2), None)[0].num_steps
    for option, message in [
        ("sign:3", r"sign must be 1 \(left\) or 2 \(right\), got 3"),
        ("distance:0", "distance must be a whole number from 6 to 10"),
        ("sgn:1", "'sgn' is not a known option of the T-maze's reset. Did you mean 'sign'"),
    ]:
        with pytest.raises(ValueError, match=message):
            player.disturbance = f"options={option}"


def test_what_a_page_cannot_run_is_said():
    agent = trained_agent()
    with pytest.raises(TypeError, match=r"agent in a TMaze, but got TwoDials\. Let evaluate"):
        MemoryPlayer(agent, TwoDials())
    with pytest.raises(TypeError, match="in a TMaze, but got NoneType"):
        MemoryPlayer(agent)
    with pytest.raises(ValueError, match=r"must be at the start of an episode\. Reset it first"):
        MemoryPlayer(agent, TMaze())
    begun = maze()
    begun.step(0)
    with pytest.raises(ValueError, match="must be at the start of an episode"):
        MemoryPlayer(agent, begun)
    with pytest.raises(TypeError, match="A task goes with a model; an agent"):
        MemoryPlayer(agent, maze(), task="copy")
    with pytest.raises(TypeError, match=r"A page can run a DNC .* but got GRU"):
        MemoryPlayer(ActorCritic(4, 3, memory="gru"), maze())
    apart = ActorCritic(4, 3, memory="dnc", memory_config=MEMORY, vf_share_layers=False)
    with pytest.raises(ValueError, match="actor and critic have a memory each"):
        MemoryPlayer(apart, maze())
    agent.actor_head.model[1] = nn.Tanh()
    with pytest.raises(TypeError, match=r"whose actor is an MlpModel .* but it has a Tanh"):
        MemoryPlayer(agent, maze())
