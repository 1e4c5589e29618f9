"""PPO with memory, without Ray: the algorithm in one readable file, agents, their episodes."""

from memorylab.ppo.agent import Agent, evaluate
from memorylab.ppo.episodes import Episode
from memorylab.ppo.ppo import PPO
from memorylab.ppo.training import train_agent

__all__ = ["PPO", "Agent", "Episode", "evaluate", "train_agent"]
