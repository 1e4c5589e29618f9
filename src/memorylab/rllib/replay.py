"""The replay buffer of DQN and SAC."""

from __future__ import annotations

from typing import Any

import numpy as np
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.utils.replay_buffers.episode_replay_buffer import EpisodeReplayBuffer


class ReplayBuffer(EpisodeReplayBuffer):
    """RLlib's uniform buffer of episodes, which draws by a seed and not for ever.

    Args:
        capacity: How many steps it holds.
        seed: Seed of what is drawn.
    """

    def __init__(self, capacity: int, seed: int | None):
        super().__init__(capacity)
        self.rng = np.random.default_rng(seed)

    def sample(self, *args: Any, min_batch_length_T: int = 0, **kwargs: Any) -> Any:
        """Draw parts of episodes.

        Raises:
            ValueError: No episode is longer than the burn-in.
        """
        longest = max(map(len, self.episodes), default=0)
        if 0 < min_batch_length_T >= longest:
            raise ValueError(
                f"burn_in_len={min_batch_length_T} leaves no step to learn from: the longest "
                f"episode so far has {longest} steps. Lower it; with stored states 0 may do."
            )
        return super().sample(*args, min_batch_length_T=min_batch_length_T, **kwargs)


def check_buffer(algorithm: Algorithm) -> None:
    """Have an algorithm that replays draw by its seed, from a :class:`ReplayBuffer`."""
    buffer: Any = getattr(algorithm, "local_replay_buffer", None)
    if type(buffer) is EpisodeReplayBuffer:
        algorithm.local_replay_buffer = ReplayBuffer(buffer.capacity, algorithm.config.seed)
