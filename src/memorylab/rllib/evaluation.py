"""Episodes that an agent plays, with a trace of its memory."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym
import numpy as np
import torch
import tree
from jaxtyping import Float, UInt8
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.columns import Columns
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.utils import force_list

from memorylab.environments import Scene, action_names_of, scene_of
from memorylab.errors import check_count
from memorylab.memory import map_state
from memorylab.memory.trace import MemoryTrace
from memorylab.rllib.agent import Agent, make_runner
from memorylab.rllib.connector_states import Seen, held_still, pipelines_of, restore_states
from memorylab.rllib.module import MemoryRLModule

_REPLAY_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Episode:
    """One episode, step by step: what the agent saw, what it then did, and what came of it.

    Attributes:
        observation: What the agent saw before each action, flattened ``[T, F]``. If observations
            describe the actions, only their ``"observations"`` part.
        action: What it did ``[T, ...]``.
        reward: What it got for that ``[T]``.
        value: What its critic expected before the action ``[T]``.
        action_probabilities: How likely each action was ``[T, A]``, if the actions are numbers from
            0 to A − 1; otherwise None.
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


def evaluate(
    agent: Agent, *, episodes: int = 1, explore: bool = False, seed: int = 0
) -> list[Episode]:
    """Let an agent play whole episodes, one after the other; Ray need not run.

    Observations and actions pass the connectors of ``agent.config`` with all that these learnt in
    training, and nothing is added to it. Each episode is then replayed through the networks at
    once. The replay must give the action distributions that the agent acted upon, so its trace is
    certain to show what happened. Traces are recorded in double precision.

    Args:
        agent: The agent; its weights don't change.
        episodes: How many episodes.
        explore: Whether to sample the actions, as in training, or to take the likeliest.
        seed: Seed of the environment and of the sampled actions. RLlib uses it to seed Python,
            NumPy and PyTorch for the whole process.

    Raises:
        ValueError: ``episodes`` is below 1, or the agent lacks what its connectors have learnt.
        RuntimeError: The replay differs from what the agent acted upon; or the environment fails to
            draw itself or to name its actions, and the message names it.
    """
    check_count(episodes, "episodes")
    onlooker = _Onlooker()
    runner = make_runner(onlooker.beside(agent.config), num_envs=1, seed=seed)
    try:
        runner.module.load_state_dict(agent.module.state_dict())
        restore_states(pipelines_of(runner), agent.connectors)
        seen = Seen()
        runner._env_to_module.append(seen)
        with held_still(pipelines_of(runner)):
            played = runner.sample(num_episodes=episodes, explore=explore)
        views = onlooker.views(played)
        return [
            _replay(runner.module, episode, seen.observations[episode.id_], view)
            for episode, view in zip(played, views, strict=True)
        ]
    finally:
        runner.stop()


@dataclass
class _View:
    """What an onlooker saw of one episode: before each action and at the end."""

    scenes: list[Scene] = field(default_factory=list)
    frames: list[np.ndarray] = field(default_factory=list)
    action_names: tuple[str, ...] | None = None


class _Onlooker:
    """Looks at the environment at each step, without a change to what the agent gets to see."""

    def __init__(self) -> None:
        self.finished: list[_View] = []
        self.failure: Exception | None = None

    def beside(self, config: PPOConfig) -> PPOConfig:
        """Return the configuration of an env runner with the onlooker in it.

        An environment that is vectorised by itself can't be looked at, and leaves no views.
        """
        config = config.copy(copy_frozen=False)
        others = force_list(config.callbacks_on_environment_created)

        # A function, because RLlib copies the configuration, and with a method its object.
        def watch(*, env: gym.vector.VectorEnv, **kwargs: Any) -> None:
            if isinstance(env, gym.vector.SyncVectorEnv):
                env.envs = [_Watched(one, self) for one in env.envs]

        if config.gym_env_vectorize_mode in ("async", gym.VectorizeMode.ASYNC):
            config.env_runners(gym_env_vectorize_mode="sync")  # the same for one environment
        return config.callbacks(on_environment_created=[*others, watch])

    def look(self, env: gym.Env, view: _View) -> None:
        """Add what there is to see now."""
        try:
            # Copied, because an environment may go on to change its own.
            scene = copy.deepcopy(scene_of(env))
            if scene is not None:
                view.scenes.append(scene)
            elif env.render_mode == "rgb_array":
                view.frames.append(_frame(env))
            view.action_names = action_names_of(env)
        except Exception as error:
            # RLlib would log an error raised here, and may answer with a new environment.
            self.failure = self.failure or error

    def views(self, episodes: list[SingleAgentEpisode]) -> list[_View]:
        """Return what was seen of each episode."""
        if self.failure is not None:
            raise self.failure
        if not self.finished:
            return [_View() for _ in episodes]
        return self.finished


class _Watched(gym.Wrapper):
    """An environment with an onlooker."""

    def __init__(self, env: gym.Env, onlooker: _Onlooker):
        super().__init__(env)
        self.onlooker, self.view = onlooker, _View()

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        result = self.env.reset(**kwargs)
        self.view = _View()
        self.onlooker.look(self.env, self.view)
        return result

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        result = self.env.step(action)
        self.onlooker.look(self.env, self.view)
        if result[2] or result[3]:  # terminated or truncated
            self.onlooker.finished.append(self.view)
        return result


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


@torch.no_grad()
def _replay(
    module: MemoryRLModule, episode: SingleAgentEpisode, seen: list[Any], view: _View
) -> Episode:
    """Run an episode, of which the module saw T + 1 observations, through it at once."""
    # [1, T, F], or a dictionary of such
    observations = tree.map_structure(
        lambda *parts: torch.stack(parts).unsqueeze(0), *seen[: len(episode)]
    )
    actions = episode.get_actions()  # [T, ...], or a tuple of such
    action = np.stack(actions, -1) if isinstance(actions, tuple) else np.stack(actions)
    batch = {
        Columns.OBS: observations,
        Columns.STATE_IN: map_state(lambda tensor: tensor[None], module.get_initial_state()),
        Columns.ACTIONS: torch.as_tensor(action).unsqueeze(0),
    }
    arrays: dict[str, Any] = {
        "observation": module.observations(batch)[0].numpy(),
        "action": action,
        "reward": np.asarray(episode.get_rewards(), dtype=np.float32),
        "value": module.compute_values(batch)[0].numpy(),
    }
    # The training pass: a module may need the action that was taken.
    logits = module.forward_train(batch)[Columns.ACTION_DIST_INPUTS][0].numpy()  # [T, A]
    acted_upon = np.stack(episode.get_extra_model_outputs(Columns.ACTION_DIST_INPUTS))
    difference = float(np.abs(logits - acted_upon).max())
    if not difference <= _REPLAY_TOLERANCE:
        raise RuntimeError(
            f"Replayed at once, the episode gives action distributions that differ by up to "
            f"{difference:.2g} from those acted upon. The memory model must give the same outputs "
            "whether it runs over a sequence at once or step by step."
        )
    # RLlib's distributions, and those of heads, keep PyTorch's under this name.
    distribution = module.action_dist_cls.from_logits(torch.as_tensor(acted_upon))
    distribution = getattr(distribution, "_dist", None)
    if isinstance(distribution, torch.distributions.Categorical):
        arrays["action_probabilities"] = distribution.probs.numpy()
    features = module.networks.encoder(module.observations(batch))[0]  # [T, F]
    recorded = module.networks.memory.trace(features)
    pictures, metadata = _seen(view, len(episode))
    trace = type(recorded)(recorded.arrays | arrays | pictures, recorded.metadata | metadata)
    return Episode(**arrays, trace=trace)


def _seen(view: _View, num_steps: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the arrays and the metadata that a trace gets from what an onlooker saw."""
    arrays: dict[str, np.ndarray] = {}
    metadata: dict[str, Any] = {}
    if view.action_names:
        metadata["action_names"] = list(view.action_names)
    if view.scenes:
        metadata["scenes"] = view.scenes
    if view.frames:
        arrays["frame"] = np.stack(view.frames[:num_steps])
    return arrays, metadata
