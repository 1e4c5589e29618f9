"""Memory models as agents on RLlib's current API stack; the only subpackage that imports Ray."""

import importlib.metadata
import importlib.util
import warnings

from memorylab.published import install_hint

if importlib.util.find_spec("ray") is None:
    raise ImportError(f"memorylab.rllib needs Ray. Install it: {install_hint('rllib')}.")
if not (version := importlib.metadata.version("ray")).startswith("2.60."):
    warnings.warn(
        "memorylab.rllib is made for Ray 2.60 and changes private parts of it, but Ray "
        f"{version} is installed. If something fails, first install the Ray that works: "
        "pip install 'ray[rllib]==2.60.*'.",
        stacklevel=2,
    )

# First, because it sets what Ray reads when it is imported.
from memorylab.rllib.session import ray_session, start_ray, stop_ray  # isort: skip
from memorylab.rllib.agent import Agent, History
from memorylab.rllib.config import algorithm_config, ppo_config
from memorylab.rllib.connectors import ScaleImages, learner_batch
from memorylab.rllib.demonstrations import Demonstrations, record_demonstrations
from memorylab.rllib.environments import register_environments
from memorylab.rllib.evaluation import Episode, evaluate
from memorylab.rllib.losses import add_losses
from memorylab.rllib.migration import MIGRATION
from memorylab.rllib.model_keys import MODEL_KEYS, ModelKey
from memorylab.rllib.module import MemoryRLModule
from memorylab.rllib.sweeps import sweep, sweep_ppo
from memorylab.rllib.training import train_agent, train_ppo

__all__ = [
    "MIGRATION",
    "MODEL_KEYS",
    "Agent",
    "Demonstrations",
    "Episode",
    "History",
    "MemoryRLModule",
    "ModelKey",
    "ScaleImages",
    "add_losses",
    "algorithm_config",
    "evaluate",
    "learner_batch",
    "ppo_config",
    "ray_session",
    "record_demonstrations",
    "register_environments",
    "start_ray",
    "stop_ray",
    "sweep",
    "sweep_ppo",
    "train_agent",
    "train_ppo",
]
