"""An agent: its configuration, its networks and its history."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.env import INPUT_ENV_SINGLE_SPACES
from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner

from memorylab.environments import make_environment
from memorylab.environments.make import environment_name
from memorylab.player import MemoryPlayer
from memorylab.rllib._ray_patches import quieten
from memorylab.rllib.acting import ActingAgent
from memorylab.rllib.acting_agents import ActingAgents
from memorylab.rllib.config_checks import check_config, model_config_of, specs_of
from memorylab.rllib.connector_states import ConnectorStates, pipelines_of, read_states
from memorylab.rllib.encoding import name_of
from memorylab.rllib.environments import with_named_environment
from memorylab.rllib.failures import CheckedEnvRunner
from memorylab.rllib.keeping import export_agent, load_agent, save_agent
from memorylab.rllib.module import MemoryRLModule
from memorylab.rllib.multi_agent import CheckedAgentsRunner, Policies, networks_of
from memorylab.training import History

_LEARNING_SETTINGS = (
    "num_envs_per_env_runner",
    "train_batch_size_per_learner",
    "minibatch_size",
    "num_epochs",
    "lr",
    "gamma",
    "lambda_",
    "grad_clip",
    "entropy_coeff",
    "seed",
)
_SETTINGS_OF_OTHERS = (
    *("rollout_fragment_length", "vf_loss_coeff", "clip_param", "circular_buffer_num_batches"),
    *("circular_buffer_iterations_per_batch", "tau", "target_network_update_freq"),
    *("num_steps_sampled_before_learning_starts", "training_intensity", "replay_buffer_config"),
    *("double_q", "dueling", "epsilon", "burn_in_len", "td_error_loss_fn"),
    *("twin_q", "actor_lr", "critic_lr", "alpha_lr", "initial_alpha", "target_entropy"),
)
"""What else is a learning setting, where an algorithm has it; PPO's histories never held these."""


class Agent:
    """A memory model that acts in an environment; the arguments become attributes.

    Args:
        config: The configuration of the algorithm, as ``algorithm_config`` makes it.
        module: The networks; an ``nn.Module``, so ``save_weights`` and ``load_weights`` work. By
            default new ones, with the weights that ``config.seed`` gives.
        history: What training measured, a row per update, or per report of RLlib:
            ``env_steps`` taken so far, the ``mean_return`` of the episodes that ended since the
            last row, up to the last 100, with sampled actions, and the ``seconds`` of sampling and
            learning so far; where ``config`` has an ``evaluation_interval`` also the
            ``evaluation_return``. By default empty.
        connectors: What the connectors of ``config`` have learnt, such as the means and deviations
            of a ``MeanStdFilter``: see :func:`memorylab.rllib.connector_states.read_algorithm`.
            With new networks, by default what connectors begin with.
        spaces: The environment's spaces of observations and of actions. By default an environment
            is made to ask it.
    """

    def __init__(
        self,
        config: AlgorithmConfig,
        module: MemoryRLModule | Policies | None = None,
        history: History | None = None,
        connectors: ConnectorStates | None = None,
        spaces: tuple[gym.Space, gym.Space] | None = None,
    ):
        if module is None:
            runner = make_runner(config, num_envs=1)
            module = networks_of(runner.module)
            connectors = connectors or read_states(pipelines_of(runner))
            spaces = spaces or runner.get_spaces()[INPUT_ENV_SINGLE_SPACES]
        self.config = config
        self.module: Any = module
        self.connectors = connectors
        self._spaces = spaces
        self.history = new_history(config) if history is None else history

    @property
    def spaces(self) -> tuple[gym.Space, gym.Space]:
        """The environment's spaces of observations and of actions."""
        if self._spaces is None:
            with _random_numbers_kept():
                runner = make_runner(self.config, num_envs=1)
            self._spaces = runner.get_spaces()[INPUT_ENV_SINGLE_SPACES]
            runner.stop()
        return self._spaces

    def start(
        self, batch_size: int | None = None, *, explore: bool = False, seed: int = 0
    ) -> ActingAgent:
        """Begin to act, without an environment and without a running Ray.

        Several agents act on dictionaries of observations by agent, and only one episode at once:
        see :class:`memorylab.rllib.acting_agents.ActingAgents`.

        Args:
            batch_size: How many act at once, each with a memory of its own: observations and
                actions then have a batch axis. None is for one, without that axis.
            explore: Whether to sample actions, as in training, or to take the likeliest.
            seed: Seed of sampled actions.

        Raises:
            TypeError: There is a ``batch_size`` for several agents, or for observations that can't
                be batched.
            ValueError: ``batch_size`` is below 1, or the agent lacks what its connectors learnt.
        """
        acting = ActingAgents if self.config.is_multi_agent else ActingAgent
        return acting(self, batch_size, explore, seed)

    def save(self, folder: str | Path) -> None:
        """Write the agent into a new folder, without pickles.

        ``agent.json`` holds the configuration, the spaces and what connectors have learnt,
        ``history.json`` the history, and ``weights.safetensors`` the weights. Classes and functions
        are stored by their names.

        Raises:
            FileExistsError: There is something at ``folder`` already.
            TypeError: Something in the configuration can't be stored; the message says what.
            OSError: The folder can't be written, or its disk is full.
        """
        save_agent(self, folder)

    def export(self, path: str | Path, format: str = "onnx", *, batch_size: int = 1) -> None:
        """Write one step of the networks as a program: see :func:`memory.export.export_memory`.

        Its inputs are the ``observation`` **behind the connectors** ``[B, ...]`` and the state, its
        outputs ``action_dist_inputs`` ``[B, A]``, such as logits, and the next state. What
        connectors do, normalising or flattening, is not in it.

        Raises:
            TypeError: The head draws actions itself.
            ValueError: There is no such format, the path has another ending, or ``batch_size`` is
                below 1.
            ImportError: A package is missing.
            OSError: The file can't be written.
        """
        export_agent(self, path, format, batch_size)

    @classmethod
    def load(cls, folder: str | Path, objects: Mapping[str, Any] | None = None) -> Agent:
        """Read an agent that :meth:`save` wrote; Ray need not run.

        The folder may name classes and functions of memorylab, Gymnasium, POPGym and RLlib. All
        others you give yourself, so that a folder from somebody else executes nothing of its own.

        Args:
            folder: The folder.
            objects: Classes and functions by the names that the folder has for them, such as
                ``{"__main__:MyEnvironment": MyEnvironment}``. An environment may be None if the
                agent shall only :meth:`start`.

        Raises:
            FileNotFoundError: There is no agent in the folder.
            ValueError: A file is damaged or written by a later version, or a name in it can't be
                found; the message says how to give it.
        """
        return cls(**load_agent(folder, objects or {}))

    def player(
        self, *, seed: int = 0, options: dict[str, Any] | None = None, **arguments: Any
    ) -> MemoryPlayer:
        """Return a player in which the agent acts in its T-maze, live.

        The reader of the page can choose the sign and the corridor and disturb the memory. An agent
        in another environment is watched by the trace of an episode: see :func:`evaluate`.

        Args:
            seed: Seed of the first episode's maze.
            options: What isn't drawn of it, such as ``{"sign": 1, "distance": 8}``: see
                :meth:`memorylab.environments.TMaze.reset`.
            **arguments: Further arguments of :class:`memorylab.player.MemoryPlayer`, such as
                ``disturbance="memory@4=0"``.

        Raises:
            TypeError: The environment is not ``"TMaze"``, the memory not a DNC, or a head not an
                MLP.
            ValueError: Actor and critic don't share their memory, or an option can't be.
        """
        environment = make_environment(self.config.env, **self.config.env_config)
        environment.reset(seed=seed, options=options)
        return MemoryPlayer(self.module.networks, environment, **arguments)


def make_runner(
    config: AlgorithmConfig, num_envs: int, seed: int | None = None
) -> SingleAgentEnvRunner | MultiAgentEnvRunner:
    """Return an env runner for this configuration, outside of any algorithm.

    It needs no running Ray, and treats observations and actions as in training.
    """
    quieten()
    check_config(config)
    config = with_named_environment(config).env_runners(
        num_env_runners=0, num_envs_per_env_runner=num_envs
    )
    if seed is not None:
        config.debugging(seed=seed)
    config.validate()
    if config.is_multi_agent:
        config.environment(disable_env_checking=True)  # Its checks hide what an environment raises.
        return CheckedAgentsRunner(config=config, worker_index=0)
    return CheckedEnvRunner(config=config, worker_index=0)


@contextmanager
def _random_numbers_kept() -> Iterator[None]:
    """Keep the generators of Python, NumPy and PyTorch as they are; RLlib seeds all of them."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


def new_history(config: AlgorithmConfig) -> History:
    """Return the history of an agent that has not begun to learn."""
    columns = ["env_steps", "mean_return", "seconds"]
    columns += ["evaluation_return"] if config.evaluation_interval else []
    return History(settings=settings_of(config), **{name: [] for name in columns})


def settings_of(config: AlgorithmConfig) -> dict[str, Any]:
    """Return the environment, the model and the learning settings of ``config``, as JSON has them.

    Two configurations with equal settings may continue each other's training.
    """
    specs = specs_of(config)
    classes = {name: spec.module_class.__name__ for name, spec in specs.items()}
    models = {name: model_config_of(config, spec) for name, spec in specs.items()}
    settings = {
        "environment": environment_name(config.env),
        "environment_config": dict(config.env_config),
        "module_class": classes.get("", classes),
        "model_config": models.get("", models),
    }
    if config.is_multi_agent:
        settings["policies"] = sorted(config.policies)
        settings["policy_mapping"] = environment_name(config.policy_mapping_fn)
    names = _LEARNING_SETTINGS
    if not isinstance(config, PPOConfig):
        settings["algorithm"] = config.algo_class.__name__
        names += _SETTINGS_OF_OTHERS
    settings |= {name: getattr(config, name) for name in names if hasattr(config, name)}
    # Through JSON, so that tuples compare equal to the lists that a file has in their place.
    return json.loads(json.dumps(settings, default=_as_text))


def _as_text(value: Any) -> str:
    # A memory of the user's own; the text of a class has no module if it is the notebook's.
    return name_of(value) if isinstance(value, type) else repr(value)
