"""Proximal policy optimisation with memory: play, estimate advantages, improve, and again.

Schulman et al., "Proximal Policy Optimization Algorithms" (2017). What memory adds: an episode's
steps stay together, in padded rows, and each row keeps the state in which it began. So learning
runs through the same memories as playing did.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import gymnasium as gym
import numpy as np
import torch
from gymnasium.vector import SyncVectorEnv
from jaxtyping import Bool, Float, Integer, Shaped
from torch import Tensor

from memorylab.memory import ActorCritic
from memorylab.memory.model import State, batched, map_state
from memorylab.ppo.actions import action_distribution, for_environment
from memorylab.sequences import masked_mean, pad, sequence_mask


@dataclass(frozen=True)
class PPO:
    """Settings; the defaults are those of :func:`memorylab.rllib.ppo_config`."""

    num_envs: int = 16
    """Environments that are played at once."""
    num_steps: int = 104
    """Steps that each of them takes before an update."""
    max_seq_len: int = 104
    """Steps of a row at most: gradients reach no further back, memories do."""
    num_epochs: int = 4
    """How often an update goes through all rows."""
    num_minibatches: int = 4
    """Into how many parts it divides them each time; each part is one gradient step."""
    learning_rate: float = 3e-3
    """Adam's step size."""
    final_learning_rate: float | None = None
    """What it falls to by the end of training, in a straight line; None keeps it."""
    gamma: float = 0.9
    """γ: what a reward one step later is worth, from 0 to 1."""
    lambda_: float = 0.9
    """λ: 0 trusts the critic's next value, 1 only the rewards that came."""
    clip: float = 0.3
    """ε: an action's probability gains nothing from a change by more than this share."""
    value_coefficient: float = 1.0
    """Weight of the critic's loss."""
    value_clip: float = 10.0
    """A value's squared error counts up to this."""
    entropy_coefficient: float = 0.0
    """Weight of the bonus for trying things."""
    clip_norm: float = 0.5
    """Gradients of a larger norm are scaled down to it."""
    seed: int = 0
    """Seed of the environments, the sampled actions and the minibatches."""
    num_locations: tuple[int, ...] = ()
    """Numbers of a DNC's locations, of which each update draws one; empty keeps the DNC's own."""


class Rows(NamedTuple):
    """C rows of up to T steps, each a part of one episode, padded at the end.

    Advantages, in standard deviations, say how much better an action was than expected. Targets are
    what the critic should have expected. The state is that before each row's first step.
    """

    observations: Float[Tensor, "C T F"]
    actions: Shaped[Tensor, "C T ..."]
    log_probs: Float[Tensor, "C T"]
    advantages: Float[Tensor, "C T"]
    targets: Float[Tensor, "C T"]
    seq_lens: Integer[Tensor, "C"]
    state: State

    def take(self, index: Integer[Tensor, "M"]) -> Rows:
        """Return some of the rows, as long as the longest of them."""
        seq_lens = self.seq_lens[index]
        steps = (tensor[index, : seq_lens.max()] for tensor in self[:5])
        return Rows._make((*steps, seq_lens, _take(self.state, index)))


def advantages_of(
    rewards: Float[np.ndarray, "T N"],
    values: Float[np.ndarray, "T N"],
    next_values: Float[np.ndarray, "T N"],
    ended: Bool[np.ndarray, "T N"],
    gamma: float,
    lambda_: float,
) -> Float[np.ndarray, "T N"]:
    """Estimate advantages: GAE (Schulman et al., ICLR 2016, equation 16).

    Args:
        rewards: What each step brought.
        values: What the critic expected before it.
        next_values: What it expected after it; 0 if there was nothing more to come.
        ended: Whether the episode ended with it.
    """
    surprises = rewards + gamma * next_values - values  # δ
    advantages, following = np.zeros_like(surprises), np.zeros_like(surprises[0])
    for t in reversed(range(len(surprises))):
        following = surprises[t] + gamma * lambda_ * ~ended[t] * following
        advantages[t] = following
    return advantages


def loss_of(networks: ActorCritic, rows: Rows, space: gym.Space, settings: PPO) -> Tensor:
    """Return PPO's loss: the clipped objective (Schulman et al. 2017, equation 9), negated."""
    outputs, values, _ = networks(rows.observations, rows.state, rows.seq_lens)
    policy = action_distribution(outputs, space)
    ratio = (policy.log_prob(rows.actions) - rows.log_probs).exp()  # [C, T]
    clipped = ratio.clamp(1 - settings.clip, 1 + settings.clip)
    objective = torch.minimum(ratio * rows.advantages, clipped * rows.advantages)
    value_loss = (values - rows.targets).square().clamp(max=settings.value_clip)
    bonus = settings.entropy_coefficient * policy.entropy()
    loss = settings.value_coefficient * value_loss - objective - bonus  # [C, T]
    return masked_mean(loss, sequence_mask(rows.seq_lens, loss.shape[1]))  # over real steps


def _take(state: State, rows: Bool[np.ndarray, "B"] | Integer[Tensor, "M"]) -> State:
    """Return some rows of a state ``[B, ...]``."""
    return map_state(lambda tensor: tensor[torch.as_tensor(rows)], state)


class Players:
    """Environments at play, side by side; each goes on where the last call of :meth:`play` ended.

    ``estimate`` is :func:`advantages_of`; another function may take its place.

    Args:
        make: Makes an environment with flat observations.
        networks: Who plays.
        settings: How many environments, and for how long.
        begun: Steps taken before; with the same, and the same seed, environments begin alike.
    """

    def __init__(
        self, make: Callable[[], gym.Env], networks: ActorCritic, settings: PPO, begun: int = 0
    ):
        self.networks, self.settings, self.estimate = networks, settings, advantages_of
        self.environments = SyncVectorEnv([make] * settings.num_envs, autoreset_mode="SameStep")
        self.space = self.environments.single_action_space
        self.returns: deque[float] = deque(maxlen=100)  # those of the last episodes
        self.restart(settings.seed + begun)

    def restart(self, seed: int | None = None) -> None:
        """Begin new episodes everywhere."""
        self.observations = self.environments.reset(seed=seed)[0]
        self.state = batched(self.networks.initial_state(), self.settings.num_envs)
        self.ended = np.ones(self.settings.num_envs, dtype=bool)
        self.running = np.zeros(self.settings.num_envs)  # the rewards of the episodes at play

    @torch.no_grad()
    def play(self) -> Rows:
        """Take ``num_steps`` steps in all environments, and return them as rows."""
        settings, steps, states, row_lens = self.settings, [], [], np.array(0)
        for t in range(settings.num_steps):
            # A row begins with this call, with an episode, or where the last one became too long.
            begins = self.ended | (row_lens == settings.max_seq_len) | (t == 0)
            row_lens = np.where(begins, 1, row_lens + 1)
            states.append(_take(self.state, begins))

            # Act on what is seen and remembered.
            outputs, value, self.state = self._look(self.observations, self.state)
            policy = action_distribution(outputs, self.space)
            action = policy.sample()  # [N, ...]
            chosen = (self.observations, action.numpy(), policy.log_prob(action).numpy())
            reward, next_value = self._step(action.numpy())
            steps.append((*chosen, value, reward, next_value, self.ended, begins))

        columns = [np.stack(column) for column in zip(*steps, strict=True)]  # [T, N, ...] each
        values, rewards, next_values, ended, begins = columns[3:]
        # Within an episode, what comes after a step is what comes before the next one.
        following = [*values[1:], self._look(self.observations, self.state)[1]]
        next_values = np.where(ended, next_values, following)
        weights = (settings.gamma, settings.lambda_)
        advantages = self.estimate(rewards, values, next_values, ended, *weights)
        targets = advantages + values
        advantages = (advantages - advantages.mean()) / max(1e-4, advantages.std())
        return _cut((*columns[:3], advantages, targets), begins, states)

    def _look(self, observations: np.ndarray, state: State) -> tuple[Tensor, np.ndarray, State]:
        """Run one step of the networks; return outputs ``[N, A]``, values ``[N]`` and the state."""
        seen = torch.as_tensor(observations, dtype=torch.float32).unsqueeze(1)  # [N, 1, F]
        outputs, values, state = self.networks(seen, state)
        return outputs.squeeze(1), values.squeeze(1).numpy(), state

    def _step(self, action: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Do ``action``; return the rewards, and the values after it where an episode ended."""
        action = for_environment(action, self.space)
        self.observations, reward, terminated, truncated, info = self.environments.step(action)
        self.ended = terminated | truncated
        self.running += reward
        next_value = np.zeros(len(reward), dtype=np.float32)
        if self.ended.any():
            self.returns.extend(self.running[self.ended])
            self.running[self.ended] = 0
            # What was terminated has nothing to come; what only ran out of time would go on.
            if (cut := truncated & ~terminated).any():
                last = np.stack(list(info["final_obs"][cut]))
                next_value[cut] = self._look(last, _take(self.state, cut))[1]
            # A new episode remembers nothing.
            ended = torch.as_tensor(self.ended)
            start = self.networks.initial_state()
            self.state = map_state(lambda x, new: x.index_put((ended,), new), self.state, start)
        return np.asarray(reward, dtype=np.float32), next_value


def _cut(
    columns: Sequence[Shaped[np.ndarray, "T N ..."]],
    begins: Bool[np.ndarray, "T N"],
    states: list[State],
) -> Rows:
    """Cut what was played into rows, environment after environment.

    Args:
        columns: The first five of :class:`Rows`.
        begins: Where rows begin.
        states: For each of the T steps, the states of those environments whose rows begin.
    """
    starts = np.flatnonzero(begins.T)  # N-major: env * T + t
    seq_lens = torch.as_tensor(np.diff(starts, append=begins.size))
    # The states came in the order of time.
    times, envs = np.nonzero(begins)
    order = torch.as_tensor(np.lexsort((times, envs)))
    state = map_state(lambda *tensors: torch.cat(tensors)[order], *states)
    flat = [torch.as_tensor(column).transpose(0, 1).flatten(0, 1) for column in columns]
    padded = [pad(tensor, seq_lens, int(seq_lens.max())) for tensor in flat]  # [C, T, ...] each
    return Rows(padded[0].float(), *padded[1:], seq_lens, state)  # type: ignore[call-arg, arg-type]


def improve(
    networks: ActorCritic, optimizer: torch.optim.Adam, rows: Rows, space: gym.Space, settings: PPO
) -> None:
    """Learn from rows; FloatingPointError before the step whose gradients are not finite."""
    count = len(rows.seq_lens)
    for _ in range(settings.num_epochs):
        for index in torch.randperm(count).tensor_split(min(settings.num_minibatches, count)):
            optimizer.zero_grad()
            loss_of(networks, rows.take(index), space, settings).backward()
            norm = torch.nn.utils.clip_grad_norm_(networks.parameters(), settings.clip_norm)
            if not norm.isfinite():
                advice = "rewards or observations that are not finite, or lower learning_rate"
                raise FloatingPointError(f"The gradients' norm is {norm:.3g}. Look for {advice}.")
            optimizer.step()
