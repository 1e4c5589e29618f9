"""Between episodes and networks: RLlib's connectors, and what of them was missing."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from jaxtyping import Float, UInt8
from ray.rllib.connectors.env_to_module.observation_preprocessor import (
    SingleAgentObservationPreprocessor,
)
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.learner import Learner
from ray.rllib.env.single_agent_episode import SingleAgentEpisode

from memorylab.environments.images import scale_image, scaled_image_space


class ScaleImages(SingleAgentObservationPreprocessor):
    """A connector from environment to module that makes images of bytes into ones from 0 to 1.

    RLlib's own networks fail on bytes. Name it in the configuration, by a function that makes it::

        config.env_runners(env_to_module_connector=lambda env, spaces, device: ScaleImages())

    ``memorylab.environments.ScaleImageObservation`` does the same to an environment.

    Raises:
        TypeError: The observation space is not a Box of bytes of shape ``[H, W, C]``; this comes
            when the environment is made.
    """

    def recompute_output_observation_space(
        self, input_observation_space: gym.Space, input_action_space: gym.Space
    ) -> gym.spaces.Box:
        """Return the space of the scaled images."""
        return scaled_image_space(input_observation_space)

    def preprocess(
        self, observation: UInt8[np.ndarray, "H W C"], episode: SingleAgentEpisode
    ) -> Float[np.ndarray, "H W C"]:
        """Return the image with numbers from 0 to 1."""
        return scale_image(observation)


def learner_batch(learner: Learner, episodes: Sequence[SingleAgentEpisode]) -> dict[str, Any]:
    """Return the batch that a learner's connectors make of episodes, as its loss would see it.

    That includes the padding, the mask, and for PPO the advantages and value targets. Neither
    weights nor episodes change.

    Args:
        learner: A learner with one module, as ``config.build_learner`` makes it.
        episodes: What an env runner sampled.
    """
    batch = learner._learner_connector(
        rl_module=learner.module,
        batch={},
        # Connectors append a step to each.
        episodes=[copy.deepcopy(episode) for episode in episodes],
        shared_data={},
        metrics=learner.metrics,
    )
    return batch[DEFAULT_MODULE_ID]
