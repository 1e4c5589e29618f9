"""Episodes of an expert: recorded, stored, and drawn to learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from ray.rllib.policy.sample_batch import SampleBatch
from ray.rllib.utils.spaces.space_utils import normalize_action
from torch import Tensor

from memorylab.environments import make_environment
from memorylab.environments.make import EnvironmentSource
from memorylab.errors import check_count
from memorylab.files import load_arrays, save_arrays
from memorylab.sequences import pad

_SHAPES = {"observation": ("S", "F"), "action": ("S", "..."), "reward": ("S",)}


@dataclass(frozen=True)
class Demonstrations:
    """Episodes, one after the other in flat arrays: S steps in E episodes.

    Attributes:
        observation: What the expert saw before each action, flattened ``[S, F]``.
        action: What it did ``[S, ...]``, as RLlib's policies output it: an action in a bounded
            ``Box`` is scaled to [−1, 1].
        reward: What it got for that ``[S]``.
        episode_lens: Number of steps of each episode ``[E]``, each at least 1.

    Raises:
        ValueError: The shapes don't fit each other, a number is not finite, or there is no episode.
    """

    observation: Float[np.ndarray, "S F"]
    action: Shaped[np.ndarray, "S ..."]
    reward: Float[np.ndarray, "S"]
    episode_lens: Int[np.ndarray, "E"]

    def __post_init__(self) -> None:
        lens = self.episode_lens
        if lens.ndim != 1 or not lens.size or lens.dtype.kind not in "iu" or lens.min() < 1:
            raise ValueError(
                "episode_lens must hold the length of each episode, whole numbers [E] of at least "
                f"1, but is {lens!r}."
            )
        steps = int(lens.sum())
        for name, shape in _SHAPES.items():
            array = getattr(self, name)
            has_dims = shape[-1] == "..." or array.ndim == len(shape)
            if array.shape[:1] != (steps,) or not has_dims:
                raise ValueError(
                    f"{name} must have the shape [{', '.join(shape)}] with S = {steps}, the sum of "
                    f"episode_lens, but has {list(array.shape)}."
                )
            if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
                raise ValueError(f"{name} must hold finite numbers; its type is {array.dtype}.")

    @property
    def returns(self) -> Float[np.ndarray, "E"]:
        """The sum of rewards of each episode."""
        return np.add.reduceat(self.reward, np.cumsum(self.episode_lens) - self.episode_lens)

    def __len__(self) -> int:
        return len(self.episode_lens)

    def save(self, path: str | Path) -> None:
        """Write the episodes as an npz archive of plain arrays.

        Raises:
            ValueError: The path doesn't end in ``.npz``.
            OSError: The folder can't be written.
        """
        save_arrays(path, vars(self))

    @classmethod
    def load(cls, path: str | Path) -> Demonstrations:
        """Read episodes; nothing in the file is executed or unpickled.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is damaged, lacks an array, or its arrays don't fit each other.
        """
        arrays = load_arrays(path, "demonstrations")
        try:
            return cls(**arrays)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}: {error}") from error

    def check_spaces(self, observation_size: int, action_space: gym.Space) -> None:
        """Raise ValueError if observations have another size, or an action is not in the space."""
        shapes = {
            "observations": (self.observation.shape[1:], (observation_size,)),
            "actions": (self.action.shape[1:], action_space.shape),
        }
        for what, (recorded, wanted) in shapes.items():
            if recorded != wanted:
                raise ValueError(
                    f"The demonstrations' {what} have the shape {list(recorded)}, but those of the "
                    f"environment have {list(wanted)}. Record them in the environment that is "
                    "learned."
                )
        if isinstance(action_space, gym.spaces.Box):
            return
        count = getattr(action_space, "n", None) or action_space.nvec
        number = self.action - action_space.start  # [S, ...]
        wrong = (number < 0) | (number >= count) | (number % 1 != 0)
        if wrong.any():
            step = np.argwhere(wrong)[0, 0]
            raise ValueError(
                f"The action at step {step} of the demonstrations, {self.action[step]}, is not one "
                f"of {action_space}. Record them in the environment that is learned."
            )

    def sample_batches(self) -> list[SampleBatch]:
        """Return a batch for each episode, as RLlib's offline files hold it.

        What came after the last action is not recorded: the last ``new_obs`` repeats ``obs``.
        """
        return [
            SampleBatch(
                obs=self.observation[steps],
                new_obs=self.observation[np.append(steps[1:], steps[-1])],
                actions=self.action[steps],
                rewards=self.reward[steps],
                terminateds=steps == steps[-1],
                truncateds=np.zeros(len(steps), dtype=bool),
                eps_id=np.full(len(steps), number),
            )
            for number, steps in enumerate(self._steps(range(len(self))))
        ]

    def draw(
        self, count: int, generator: np.random.Generator
    ) -> tuple[Float[Tensor, "B T F"], Shaped[Tensor, "B T ..."], Int[Tensor, "B"]]:
        """Draw whole episodes at random, with replacement.

        Returns:
            Observations and actions, padded to the longest of those drawn, and the lengths.
        """
        chosen = generator.integers(len(self), size=check_count(count, "count"))
        steps = np.concatenate(self._steps(chosen))
        seq_lens = torch.as_tensor(self.episode_lens[chosen].astype(np.int64))
        observations = torch.as_tensor(self.observation[steps]).float()
        actions = torch.as_tensor(self.action[steps])
        return pad(observations, seq_lens), pad(actions, seq_lens), seq_lens

    def _steps(self, episodes: Iterable[int]) -> list[Int[np.ndarray, "T"]]:
        ends = np.cumsum(self.episode_lens)
        return [np.arange(ends[i] - self.episode_lens[i], ends[i]) for i in episodes]


def record_demonstrations(
    environment: EnvironmentSource,
    make_expert: Callable[[], Callable[[Any], Any]],
    *,
    episodes: int,
    environment_config: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Demonstrations:
    """Let a scripted expert play, and record what it does.

    Args:
        environment: What :func:`memorylab.environments.make_environment` takes.
        make_expert: Called before each episode; returns a function from an observation, in the
            environment's own space, to an action. It may remember.
        episodes: How many episodes.
        environment_config: Arguments of the environment.
        seed: Seed of the environment.

    Raises:
        ValueError: ``episodes`` is below 1, or a name or an argument doesn't exist.
    """
    check_count(episodes, "episodes")
    world = make_environment(environment, **(environment_config or {}))
    space, action_space = world.observation_space, world.action_space
    bounded = isinstance(action_space, gym.spaces.Box) and action_space.is_bounded()
    rewards: list[float] = []
    observations, actions, lens = [], [], []
    for number in range(episodes):
        observation, _ = world.reset(seed=seed if number == 0 else None)
        expert, done, before = make_expert(), False, len(rewards)
        while not done:
            action = expert(observation)
            observations.append(gym.spaces.flatten(space, observation))
            actions.append(normalize_action(action, action_space) if bounded else action)
            observation, reward, terminated, truncated, _ = world.step(action)
            rewards.append(reward)
            done = terminated or truncated
        lens.append(len(rewards) - before)
    return Demonstrations(
        np.stack(observations).astype(np.float32),
        np.asarray(actions),
        np.asarray(rewards, dtype=np.float32),
        np.asarray(lens),
    )
