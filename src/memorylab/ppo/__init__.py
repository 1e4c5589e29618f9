"""PPO with memory, without Ray: training in one readable file, episodes and agents."""

from memorylab.ppo.episodes import Episode

__all__ = ["Episode"]
