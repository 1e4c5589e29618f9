"""An agent: its configuration, its networks, and what it went through."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner

from memorylab.files import write_atomically
from memorylab.rllib.module import MemoryRLModule
from memorylab.rllib.session import quieten

LEARNING_SETTINGS = (
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


@dataclass
class History:
    """Measurements taken while an agent learned, one per update.

    Attributes:
        env_steps: Environment steps taken until then.
        mean_return: Mean return of the last episodes, up to 100, with sampled actions.
        seconds: Seconds of sampling and learning until then.
        settings: What was trained, as numbers and names: see :func:`settings_of`.
        solved: Whether training ended because the mean return reached the limit.
    """

    env_steps: list[int] = field(default_factory=list)
    mean_return: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    solved: bool = False

    def save(self, path: str | Path) -> None:
        """Write the history as JSON."""
        with write_atomically(path) as temporary:
            temporary.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Read a history.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is not a history of an agent.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"There is no history at {path}.")
        try:
            return cls(**json.loads(path.read_text()))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path} is not the history of an agent: {error}.") from error


class Agent:
    """A memory model that acts in an environment.

    Attributes:
        config: The PPO configuration, as ``ppo_config`` makes it.
        module: The networks; an ``nn.Module``, so ``save_weights`` and ``load_weights`` work.
        history: What training measured; empty for a new agent.

    Args:
        config: The PPO configuration.
        module: The networks; by default new ones, with the weights that ``config.seed`` gives.
        history: What training measured.
    """

    def __init__(
        self,
        config: PPOConfig,
        module: MemoryRLModule | None = None,
        history: History | None = None,
    ):
        self.config = config
        self.module = make_runner(config, num_envs=1).module if module is None else module
        self.history = history or History(settings=settings_of(config))


def make_runner(config: PPOConfig, num_envs: int, seed: int | None = None) -> SingleAgentEnvRunner:
    """Return what samples episodes for this configuration, outside of any algorithm.

    It needs no running Ray, and treats observations and actions as in training.
    """
    quieten()
    config = config.copy(copy_frozen=False).env_runners(
        num_env_runners=0, num_envs_per_env_runner=num_envs
    )
    if seed is not None:
        config.debugging(seed=seed)
    config.validate()
    return SingleAgentEnvRunner(config=config, worker_index=0)


def settings_of(config: PPOConfig) -> dict[str, Any]:
    """Return the environment, the model and the learning settings of ``config``, as JSON has them.

    Two configurations with equal settings may continue each other's training.
    """
    settings = {
        "environment": config.env,
        "environment_config": dict(config.env_config),
        "module_class": config.rl_module_spec.module_class.__name__,
        "model_config": dict(config.rl_module_spec.model_config),
    }
    settings |= {name: getattr(config, name) for name in LEARNING_SETTINGS}
    # Through JSON, so that tuples compare equal to the lists that a file has in their place.
    return json.loads(json.dumps(settings, default=repr))
