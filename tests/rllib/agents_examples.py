"""Environments of several agents: some leave early, some act in turn, some fail."""

import gymnasium as gym
import numpy as np
from ray.rllib.env.multi_agent_env import MultiAgentEnv

SEEN = gym.spaces.Box(-1.0, 1.0, (3,), np.float32)


class Leaving:
    """PettingZoo's parallel API: agent a leaves after 2 steps, b after 4, and c is cut after 5.

    Observations of c have another form, and its actions are others.
    """

    possible_agents = ("a", "b", "c")
    max_episode_length = 5
    ends = (2, 4, 5)

    def __init__(self, cut=True):
        self.cut = cut
        self.agents = []

    def observation_space(self, agent):
        return gym.spaces.Dict({"seen": SEEN}) if agent == "c" else SEEN

    def action_space(self, agent):
        return gym.spaces.Discrete(4 if agent == "c" else 2)

    def _observe(self):
        seen = self.random.uniform(-1, 1, 3).astype(np.float32)
        return {agent: {"seen": seen} if agent == "c" else seen for agent in self.agents}

    def reset(self, seed=None, options=None):
        if seed is not None or not hasattr(self, "random"):
            self.random = np.random.default_rng(seed)
        self.time, self.agents = 0, [*self.possible_agents]
        return self._observe(), {}

    def step(self, actions):
        assert actions.keys() == set(self.agents), actions
        self.time += 1
        over = {agent: self.time == end for agent, end in self.by_agent() if agent in self.agents}
        cut = {agent: over[agent] and self.cut and agent == "c" for agent in over}
        ended = {agent: over[agent] and not cut[agent] for agent in over}
        observations = self._observe()
        self.agents = [agent for agent in self.agents if not over[agent]]
        return observations, dict.fromkeys(over, 0.1), ended, cut, {}

    def scene(self):
        return {"width": 10, "height": 10, "label": f"Time {self.time}.", "shapes": []}

    def by_agent(self):
        return zip(self.possible_agents, self.ends, strict=True)

    def close(self):
        pass


class Turns(MultiAgentEnv):
    """RLlib's own: a acts at each step but every third, b at the others; it can do wrong."""

    max_episode_length = 9

    def __init__(self, wrong=None, at=2):
        self.agents = self.possible_agents = ["a", "b"]
        super().__init__()
        self.observation_spaces = dict.fromkeys(self.agents, SEEN)
        self.action_spaces = dict.fromkeys(self.agents, gym.spaces.Discrete(2))
        self.wrong, self.at = wrong, at

    def _observe(self):
        who = "b" if self.time % 3 == 2 else "a"
        return {who: self.random.uniform(-1, 1, 3).astype(np.float32)}

    def reset(self, *, seed=None, options=None):
        if seed is not None or not hasattr(self, "random"):
            self.random = np.random.default_rng(seed)
        self.time = 0
        return self._observe(), {}

    def step(self, actions):
        self.time += 1
        ended = self.time == self.max_episode_length
        observations, rewards = self._observe(), {"a": 0.1, "b": 0.2}
        ends, cuts = {"__all__": ended}, {"__all__": False}
        if self.time == self.at and self.wrong:
            if self.wrong == "raise":
                raise KeyError("the referee is missing")
            change = {
                "reward": lambda: rewards.update(b=np.nan),
                "outside": lambda: observations.update(a=np.full(3, 7, np.float32)),
                "form": lambda: observations.update(a=np.zeros(2, np.float32)),
                "stranger": lambda: observations.update(z=np.zeros(3, np.float32)),
                "no end": ends.clear,
                "all ended": lambda: ends.update(a=True, b=True),
            }[self.wrong]
            change()
        return observations, rewards, ends, cuts, {}
