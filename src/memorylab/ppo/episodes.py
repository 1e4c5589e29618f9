"""An episode that an agent played, and what was seen of it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym
import numpy as np
from jaxtyping import Float, UInt8

from memorylab.environments import Scene, action_names_of, scene_of
from memorylab.memory.trace import MemoryTrace

_REPLAY_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Episode:
    """One episode, step by step: what the agent saw, what it then did, and what came of it.

    Attributes:
        observation: What the agent saw before each action, flattened ``[T, F]``. What describes
            the actions is left out.
        action: What it did ``[T, ...]``; of a Tuple or Dict the numbers side by side ``[T, N]``.
        reward: What it got for that ``[T]``.
        value: What its critic expected before the action ``[T]``.
        action_probabilities: How likely each action was ``[T, A]``, in order, if they are numbers
            of a Discrete space; otherwise None.
        trace: What its memory did, with the arrays above. Its metadata hold ``"action_names"`` if
            the environment names its actions, and ``"scenes"`` if it describes itself: T + 1 of
            them, one before each action and one at the end. An environment without scenes that was
            made with ``render_mode="rgb_array"`` gives the array ``frame`` ``[T, H, W, 3]`` of
            pictures before each action.
    """

    observation: Float[np.ndarray, "T F"]
    action: np.ndarray
    reward: Float[np.ndarray, "T"]
    value: Float[np.ndarray, "T"]
    trace: MemoryTrace
    action_probabilities: Float[np.ndarray, "T A"] | None = None

    @property
    def total_return(self) -> float:
        """The sum of all rewards."""
        return float(self.reward.sum())

    def __len__(self) -> int:
        return len(self.reward)


@dataclass
class View:
    """What was seen of an environment in one episode: before each action and at the end."""

    scenes: list[Scene] = field(default_factory=list)
    frames: list[np.ndarray] = field(default_factory=list)
    action_names: tuple[str, ...] | None = None

    def look(self, env: gym.Env) -> None:
        """Add what there is to see now.

        Raises:
            RuntimeError: The environment fails to draw itself; the message names it.
        """
        # Copied, because an environment may go on to change its own.
        scene = copy.deepcopy(scene_of(env))
        if scene is not None:
            self.scenes.append(scene)
        elif env.render_mode == "rgb_array":
            self.frames.append(_frame(env))
        self.action_names = action_names_of(env)

    def at(self, times: list[int], num_steps: int) -> View:
        """Return what was seen at those steps at which an agent acted, and when it was done.

        Args:
            times: The steps of the environment at which it saw something, in order.
            num_steps: How many times it acted.
        """
        # An agent may see nothing when it is done: it was with the episode.
        end = times[num_steps] if len(times) > num_steps else -1

        def chosen(parts: list[Any]) -> list[Any]:
            return [parts[time] for time in times[:num_steps]] + parts[end:][:1] if parts else []

        return View(chosen(self.scenes), chosen(self.frames), self.action_names)

    def beside(self, num_steps: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return the arrays and the metadata that a trace of ``num_steps`` gets from it."""
        arrays: dict[str, np.ndarray] = {}
        metadata: dict[str, Any] = {}
        if self.action_names:
            metadata["action_names"] = list(self.action_names)
        if self.scenes:
            metadata["scenes"] = self.scenes
        if self.frames:
            arrays["frame"] = np.stack(self.frames[:num_steps])
        return arrays, metadata


def _frame(env: gym.Env) -> UInt8[np.ndarray, "H W 3"]:
    name = type(env.unwrapped).__name__
    try:
        frame = np.array(env.render())  # a copy
    except Exception as error:
        raise RuntimeError(f"The environment {name} can't be drawn: {error}") from error
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[-1] != 3:
        raise RuntimeError(
            f"The environment {name} must render frames of bytes [H, W, 3] in its mode "
            f"'rgb_array', got {frame.dtype} {list(frame.shape)}."
        )
    return frame


def check_replay(replayed: Float[np.ndarray, "T A"], acted_upon: Float[np.ndarray, "T A"]) -> None:
    """Raise RuntimeError unless a replay at once gives what the agent acted upon step by step."""
    difference = float(np.abs(replayed - acted_upon).max())
    if not difference <= _REPLAY_TOLERANCE:
        raise RuntimeError(
            f"Replayed at once, the episode gives action distributions that differ by up to "
            f"{difference:.2g} from those acted upon. The memory model must give the same outputs "
            "whether it runs over a sequence at once or step by step."
        )


def traced_episode(arrays: dict[str, Any], recorded: MemoryTrace, view: View) -> Episode:
    """Return an episode of ``arrays``, whose trace holds these and what was seen beside it."""
    pictures, metadata = view.beside(len(recorded))
    trace = type(recorded)(recorded.arrays | arrays | pictures, recorded.metadata | metadata)
    return Episode(**arrays, trace=trace)
