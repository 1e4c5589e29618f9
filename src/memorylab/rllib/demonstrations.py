"""Episodes of an expert on disk: recorded, written, read back and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from ray.rllib.policy.sample_batch import SampleBatch
from ray.rllib.utils.spaces.space_utils import normalize_action
from torch import Tensor

from memorylab.environments import make_environment
from memorylab.errors import check_count
from memorylab.files import write_atomically
from memorylab.sequences import pad

if TYPE_CHECKING:
    from memorylab.rllib.evaluation import Episode


@dataclass(frozen=True)
class Demonstrations:
    """Episodes, one after the other in flat arrays: S steps in E episodes.

    Attributes:
        observation: What the expert saw before each action, flattened ``[S, F]``.
        action: What it did ``[S, ...]``, as RLlib's policies put it out: an action in a bounded
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
        if lens.ndim != 1 or not len(lens) or lens.dtype.kind not in "iu" or lens.min() < 1:
            raise ValueError(
                "episode_lens must hold the length of each episode, whole numbers [E] of at least "
                f"1, but has the shape {list(lens.shape)} and the type {lens.dtype}"
                + (f", the least {lens.min()}." if lens.size else ".")
            )
        steps = int(lens.sum())
        for name, num_dims in (("observation", 2), ("action", None), ("reward", 1)):
            array = getattr(self, name)
            if array.shape[:1] != (steps,) or num_dims not in (None, array.ndim):
                wanted = {"observation": "[S, F]", "action": "[S, ...]", "reward": "[S]"}[name]
                raise ValueError(
                    f"{name} must have the shape {wanted} with S = {steps}, the sum of "
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

    @classmethod
    def of(cls, episodes: Iterable[Episode]) -> Demonstrations:
        """String episodes together, such as those that ``evaluate`` returns.

        Raises:
            ValueError: There is none, or their observations differ in size.
        """
        episodes = list(episodes)
        if not episodes:
            raise ValueError("There are no episodes to learn from.")
        return cls(
            np.concatenate([episode.observation for episode in episodes]).astype(np.float32),
            np.concatenate([episode.action for episode in episodes]),
            np.concatenate([episode.reward for episode in episodes]).astype(np.float32),
            np.array([len(episode) for episode in episodes]),
        )

    def save(self, path: str | Path) -> None:
        """Write the episodes as an npz archive of plain arrays.

        The file is written under a temporary name and renamed, so an interrupt leaves an older
        one as it was.

        Args:
            path: A path that ends in ``.npz``.

        Raises:
            ValueError: The path has another ending.
            OSError: The folder can't be written.
        """
        path = _npz_path(path)
        with write_atomically(path) as temporary:
            np.savez_compressed(temporary, **vars(self))

    @classmethod
    def load(cls, path: str | Path) -> Demonstrations:
        """Read episodes; nothing in the file is executed or unpickled.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is damaged, lacks an array, or its arrays don't fit each other.
        """
        path = _npz_path(path)
        if not path.is_file():
            raise FileNotFoundError(f"There are no demonstrations at {path}.")
        try:
            with np.load(path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
        except Exception as error:  # zip, zlib and numpy each have their own ways to fail.
            raise ValueError(
                f"{path} is damaged, or holds no demonstrations ({error}). Record and save them "
                "again."
            ) from error
        names = list(cls.__dataclass_fields__)
        if sorted(arrays) != sorted(names):
            raise ValueError(
                f"{path} holds no demonstrations: it must have the arrays {', '.join(names)}, but "
                f"has {', '.join(sorted(arrays)) or 'none'}."
            )
        try:
            return cls(**arrays)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    def check_spaces(self, observation_size: int, action_space: gym.Space) -> None:
        """Refuse episodes that were recorded in another environment.

        Args:
            observation_size: Number of observation features that the learner has.
            action_space: What the learner acts in.

        Raises:
            ValueError: The observations have another size, or an action is not in the space.
        """
        found = self.observation.shape[1]
        if found != observation_size:
            raise ValueError(
                f"The demonstrations show {found} observation features, but the environment has "
                f"{observation_size}. Record them in the environment that is learned."
            )
        found = self.action.shape[1:]
        if found != action_space.shape:
            raise ValueError(
                f"The demonstrations' actions have the shape {list(found)}, but those of "
                f"{action_space} have {list(action_space.shape)}. Record them in the environment "
                "that is learned."
            )
        if isinstance(action_space, gym.spaces.Box):
            return
        count = (
            action_space.n if isinstance(action_space, gym.spaces.Discrete) else (action_space.nvec)
        )
        wrong = (self.action < 0) | (self.action >= count) | (self.action % 1 != 0)  # [S, ...]
        if wrong.any():
            step = int(wrong.reshape(len(wrong), -1).any(1).argmax())
            raise ValueError(
                f"The action at step {step} of the demonstrations, {self.action[step]}, is not one "
                f"of {action_space}. Record them in the environment that is learned."
            )

    def sample_batches(self) -> list[SampleBatch]:
        """Return each episode as RLlib's offline files hold it.

        The last observation of an episode is not recorded; its last ``new_obs`` is therefore the
        one before.
        """
        batches, end = [], 0
        for number, length in enumerate(self.episode_lens):
            start, end = end, end + int(length)
            observations, last = self.observation[start:end], np.arange(length) == length - 1
            batches.append(
                SampleBatch(
                    obs=observations,
                    new_obs=np.concatenate([observations[1:], observations[-1:]]),
                    actions=self.action[start:end],
                    rewards=self.reward[start:end],
                    terminateds=last,
                    truncateds=np.zeros_like(last),
                    eps_id=np.full(length, number),
                )
            )
        return batches

    def draw(
        self, count: int, generator: np.random.Generator
    ) -> tuple[Float[Tensor, "B T F"], Shaped[Tensor, "B T ..."], Int[Tensor, "B"]]:
        """Draw whole episodes at random, with replacement.

        Returns:
            Observations and actions, padded to the longest of those drawn, and the lengths.
        """
        chosen = generator.integers(len(self), size=check_count(count, "count"))
        ends = np.cumsum(self.episode_lens)
        steps = np.concatenate([np.arange(ends[i] - self.episode_lens[i], ends[i]) for i in chosen])
        seq_lens = torch.as_tensor(self.episode_lens[chosen].astype(np.int64))
        observations = torch.as_tensor(self.observation[steps]).float()
        return (
            pad(observations, seq_lens),
            pad(torch.as_tensor(self.action[steps]), seq_lens),
            seq_lens,
        )


def record_demonstrations(
    environment: str,
    make_expert: Callable[[], Callable[[Any], Any]],
    *,
    episodes: int,
    environment_config: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Demonstrations:
    """Let a scripted expert play, and write down what it does.

    Args:
        environment: A name in ``memorylab.environments.environment_names()``.
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
    observations, actions, rewards, lens = [], [], [], []
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


def _npz_path(path: str | Path) -> Path:
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(
            f"Demonstrations are stored in a file that ends in .npz, but got {path.name!r}."
        )
    return path
