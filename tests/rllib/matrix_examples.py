"""Every head with every kind of loss and every memory: the cases, and how a stack runs one.

A stack's runner takes a :class:`Cell` and a file of demonstrations, samples, replays and learns
once, and returns an :class:`Outcome`. ``RUNNERS`` holds one for each of RLlib's API stacks.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
import torch
from learner_examples import FEW_MEMORIES, sample_and_batch
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.columns import Columns
from ray.rllib.core.learner import Learner
from ray.rllib.models import ModelCatalog
from ray.rllib.utils.metrics import NUM_ENV_STEPS_TRAINED_LIFETIME
from torch import Tensor
from torch.distributions import AffineTransform, Beta, Categorical, Normal, TransformedDistribution
from torch.nn.functional import softplus

from memorylab.environments import TwoDials
from memorylab.rllib import MemoryRLModule, ppo_config, record_demonstrations, register_environments
from memorylab.rllib.classic import MemoryModelV2
from memorylab.rllib.classic.worker import make_worker, update
from memorylab.rllib.heads import AutoregressiveCategorical, ClassicAutoregressive, ClassicBeta
from memorylab.rllib.heads.spaces import as_tensor

# --- environments ---------------------------------------------------------------------------------


class TupleDials(TwoDials):
    """The lock, for actions that come as a tuple."""

    def __init__(self):
        super().__init__()
        self.action_space = gym.spaces.Tuple([gym.spaces.Discrete(4)] * 2)


class MaskedDials(TupleDials):
    """The same lock, which says of each pair of digits whether it may be tried: half of them."""

    def __init__(self):
        super().__init__()
        self.observation_space = gym.spaces.Dict(
            {
                "observations": gym.spaces.Box(0, 1, (4,)),
                "action_mask": gym.spaces.Box(0, 1, (4, 4)),
            }
        )

    def _observe(self):
        first, second = np.indices((4, 4))
        mask = (first + second + self.time) % 2
        return {"observations": super()._observe(), "action_mask": mask.astype(np.float32)}

    def step(self, action):
        assert (sum(action) + self.time) % 2 == 1
        return super().step(action)


OWN_ENVIRONMENTS = {"TupleDials": TupleDials, "MaskedDials": MaskedDials}

# --- log-probabilities, written without the package's distributions where that is short -----------


def categorical(inputs, actions):
    return Categorical(logits=inputs).log_prob(actions)


def parts(inputs, actions):
    pairs = zip(inputs.split(4, -1), actions.unbind(-1), strict=True)
    return sum(categorical(logits, part) for logits, part in pairs)


def gaussian(inputs, actions):
    mean, log_std = inputs.chunk(2, -1)
    return Normal(mean, log_std.exp()).log_prob(actions).sum(-1)


def stretched_beta(inputs, actions):
    base = Beta(*(1 + softplus(inputs)).chunk(2, -1))
    return TransformedDistribution(base, [AffineTransform(-1.0, 2.0)]).log_prob(actions).sum(-1)


def joint(inputs, actions):
    return AutoregressiveCategorical(inputs, (4, 4)).log_prob(actions)


AFTER_MANY_STEPS = {NUM_ENV_STEPS_TRAINED_LIFETIME: 10**6}
"""For an update after which target networks are due to follow."""

# --- cells ----------------------------------------------------------------------------------------


class HeadCase(NamedTuple):
    head: str
    environment: str
    environment_config: dict[str, Any]
    log_prob: Callable[[Tensor, Tensor], Tensor]


HEAD_CASES = [
    HeadCase("plain", "TMaze", {}, categorical),
    HeadCase("plain", "TwoDials", {}, parts),
    HeadCase("plain", "PositionOnlyPendulumEasy", {}, gaussian),
    HeadCase("beta", "PositionOnlyPendulumEasy", {}, stretched_beta),
    HeadCase("autoregressive", "TupleDials", {}, joint),
    HeadCase("sequential", "TwoDials", {}, parts),
    HeadCase("sequential", "TupleDials", {}, parts),
    HeadCase("embedded", "Menu", {"hidden": ["action_mask"]}, categorical),
    HeadCase("masked", "Menu", {"hidden": ["available_actions"]}, categorical),
    HeadCase("parametric", "Menu", {}, categorical),
    HeadCase("masked autoregressive", "MaskedDials", {}, joint),
]
LOSSES = {
    "no losses": {},
    "decoders": {"reconstruction": 0.1, "next_observation": 0.1, "latent_kl": 0.01},
    "weights and expert": {"l2": 1e-4, "behaviour_cloning": 0.1},
}
SMALL = {"dnc": {"hidden_size": 8, "num_locations": 4, "word_size": 4}}


class Cell(NamedTuple):
    case: HeadCase
    losses: str
    memory: str
    stack: str

    def __str__(self) -> str:
        return f"{self.case.head}-{self.case.environment}-{self.losses}-{self.memory}-{self.stack}"

    def model_config(self, demonstrations: str) -> dict[str, Any]:
        """Return the keys that both stacks take, but the memory."""
        config = {
            "head": self.case.head,
            "memory_config": SMALL.get(self.memory, {"hidden_size": 8}),
            "losses": LOSSES[self.losses],
            **dict.fromkeys(("encoder_sizes", "actor_sizes", "critic_sizes"), (8,)),
        }
        if "behaviour_cloning" in config["losses"]:
            config["demonstrations"] = demonstrations
        return config


class Outcome(NamedTuple):
    """What came of a cell, at the S real steps that were sampled before the weights changed.

    ``sampled`` and ``replayed`` are the inputs of the action distribution ``[S, A]``, while acting
    and in the training pass over padded rows; ``log_prob`` and, on the current stack,
    ``sampled_log_prob`` are those of the policy's own distribution at these. ``losses`` are the
    names of those reported by the one update that followed, and ``unmoved`` those of the parameters
    that it left as they were.
    """

    sampled: Tensor
    replayed: Tensor
    actions: Tensor
    log_prob: Tensor
    losses: set[str]
    unmoved: list[str]
    sampled_log_prob: Tensor | None = None


def run_current(cell: Cell, demonstrations: str) -> Outcome:
    case = cell.case
    config = ppo_config(
        case.environment,
        cell.memory,
        environment_config=case.environment_config,
        max_seq_len=5,
        **cell.model_config(demonstrations),
    )
    return update_once(config)[0]


def update_once(config: AlgorithmConfig, num_steps: int = 60) -> tuple[Outcome, MemoryRLModule]:
    """Sample, replay and learn once, by PPO, IMPALA or APPO; return the trained module too."""
    learner, episodes, batch = sample_and_batch(config, num_timesteps=num_steps)
    module, mask = learner.module["default_policy"], batch[Columns.LOSS_MASK]
    with torch.no_grad():
        replayed = module.forward_train(batch)[Columns.ACTION_DIST_INPUTS]
        distribution = module.get_train_action_dist_cls().from_logits(replayed)
        log_prob = distribution.logp(batch[Columns.ACTIONS])
    unmoved = unmoved_since(module)
    # What IMPALA and APPO call in a thread.
    options = {"minibatch_size": num_steps, "num_epochs": 1, "timesteps": AFTER_MANY_STEPS}
    result = Learner.update(learner, episodes=episodes, **options)
    learner.shutdown()
    outcome = Outcome(
        sampled=batch[Columns.ACTION_DIST_INPUTS][mask],
        replayed=replayed[mask],
        actions=as_tensor(batch[Columns.ACTIONS], module.action_space)[mask],
        log_prob=log_prob[mask],
        losses=set(result["default_policy"].get("extra_losses", {})),
        unmoved=unmoved(),
        sampled_log_prob=batch[Columns.ACTION_LOGP][mask],
    )
    return outcome, module


def unmoved_since(model: torch.nn.Module) -> Callable[[], list[str]]:
    """Return a function that names the parameters which are as they are now."""
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    return lambda: [name for name, p in model.named_parameters() if torch.equal(p, before[name])]


CLASSIC_DISTRIBUTIONS = {
    "beta": ClassicBeta,
    "autoregressive": ClassicAutoregressive,
    "masked autoregressive": ClassicAutoregressive,
}


def classic_config(case: HeadCase, model: type, options: dict[str, Any]) -> PPOConfig:
    """Return a configuration of the old stack with a model and its ``custom_model_config``."""
    register_environments()
    model_config = {"custom_model": model, "custom_model_config": options, "max_seq_len": 5}
    if case.head in CLASSIC_DISTRIBUTIONS:
        ModelCatalog.register_custom_action_dist(case.head, CLASSIC_DISTRIBUTIONS[case.head])
        model_config["custom_action_dist"] = case.head
    return (
        PPOConfig()
        .api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False)
        .environment(case.environment, env_config=case.environment_config)
        .env_runners(num_env_runners=0, num_envs_per_env_runner=4, rollout_fragment_length=15)
        .training(train_batch_size=60, minibatch_size=60, num_epochs=1, model=model_config)
        .debugging(seed=0, log_level="ERROR")
    )


def run_classic_model(config: PPOConfig) -> Outcome:
    worker = make_worker(config)
    worker.sample()
    batch, policy = worker.sample()["default_policy"], worker.get_policy()
    policy.compute_gradients(batch)  # Pads the batch, and runs PPO's loss.
    seq_lens = torch.as_tensor(batch["seq_lens"])
    mask = (torch.arange(int(seq_lens.max())) < seq_lens.unsqueeze(1)).flatten()  # [B·T]
    replayed = policy.model.last_output().detach()
    actions = torch.as_tensor(batch["actions"])
    log_prob = policy.dist_class(replayed, policy.model).logp(actions)
    unmoved = unmoved_since(policy.model)
    reported = update(worker, worker.sample()["default_policy"])["model"]
    return Outcome(
        sampled=torch.as_tensor(batch["action_dist_inputs"])[mask],
        replayed=replayed[mask],
        actions=actions[mask],
        log_prob=log_prob[mask],
        losses=set(reported.get("extra_losses", {})),
        unmoved=unmoved(),
    )


def run_classic(cell: Cell, demonstrations: str) -> Outcome:
    options = {"memory": cell.memory, **cell.model_config(demonstrations)}
    return run_classic_model(classic_config(cell.case, MemoryModelV2, options))


RUNNERS = {"current": run_current, "classic": run_classic}


def is_supported(cell: Cell) -> bool:
    """Return whether a cell runs; the others are refused."""
    return cell.stack == "current" or cell.case.head != "sequential"


def every_cell() -> Iterable[Cell]:
    axes = (HEAD_CASES, LOSSES, FEW_MEMORIES, RUNNERS)
    return filter(is_supported, itertools.starmap(Cell, itertools.product(*axes)))


def pairwise(cells: Iterable[Cell]) -> list[Cell]:
    """Return few cells such that any two values that meet in one of ``cells`` meet in these."""
    cells = list(cells)
    pairs = [set(itertools.combinations(enumerate(map(str, cell)), 2)) for cell in cells]
    missing, chosen = set().union(*pairs), []
    while missing:
        best = max(range(len(cells)), key=lambda i: len(pairs[i] & missing))
        chosen.append(cells[best])
        missing -= pairs[best]
    return chosen


def record(case: HeadCase, path: str) -> None:
    """Write episodes of somebody who acts at random, as far as that is allowed."""
    generator = np.random.default_rng(0)

    def act(observation):
        if case.environment == "PositionOnlyPendulumEasy":
            return generator.uniform(-2, 2, size=1).astype(np.float32)
        if isinstance(observation, dict):
            allowed = observation.get("action_mask", np.ones(6))
            action = np.argwhere(allowed)[generator.integers(int(allowed.sum()))]
            return int(action[0]) if len(action) == 1 else tuple(map(int, action))
        if case.environment == "TMaze":
            return int(generator.integers(3))
        return tuple(map(int, generator.integers(4, size=2)))

    record_demonstrations(
        case.environment, lambda: act, episodes=3, environment_config=case.environment_config
    ).save(path)
