"""Connectors that RLlib lacks: image scaling, ended episodes, and the learner's batch."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from jaxtyping import Float, UInt8
from ray.rllib.connectors.connector_v2 import ConnectorV2
from ray.rllib.connectors.env_to_module.observation_preprocessor import (
    SingleAgentObservationPreprocessor,
)
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.columns import Columns
from ray.rllib.core.learner import Learner
from ray.rllib.env.single_agent_episode import SingleAgentEpisode

from memorylab.environments.images import scale_image, scaled_image_space


class ScaleImages(SingleAgentObservationPreprocessor):
    """A connector from environment to module that scales images of bytes to numbers from 0 to 1.

    RLlib's own networks fail on bytes. Pass the configuration a function that makes it::

        config.env_runners(env_to_module_connector=lambda env, spaces, device: ScaleImages())

    ``memorylab.environments.ScaleImageObservation`` does the same to an environment.

    Raises:
        TypeError: The observation space is not a Box of bytes of shape ``[H, W, C]``; raised when
            the environment is made.
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


class MarkEndedEpisodes(ConnectorV2):
    """A connector that tells a module which of its rows are the ends of episodes.

    While sampling, RLlib passes the last observation of an episode through the module too, together
    with the others of the vector, and drops the action. No action need be available there. This
    adds ``LOSS_MASK``, which in training says the same: whether the output for a row counts.
    """

    def __call__(self, *, batch: dict[str, Any], episodes: list[Any], **kwargs: Any) -> Any:
        """Add the column."""
        for episode in self.single_agent_episode_iterator(episodes):
            counts = not episode.is_done
            self.add_batch_item(batch, Columns.LOSS_MASK, counts, single_agent_episode=episode)
        return batch


def learner_batch(learner: Learner, episodes: Sequence[SingleAgentEpisode]) -> dict[str, Any]:
    """Return the batch that a learner's connectors make of episodes, as its loss gets it.

    It includes the padding, the mask, and for PPO the advantages and value targets. Neither weights
    nor episodes change.

    Args:
        learner: A learner with one module, as ``config.build_learner`` makes it.
        episodes: Episodes from an env runner.
    """
    # Copied, because connectors append a step to each.
    episodes = [copy.deepcopy(episode) for episode in episodes]
    module, metrics = learner.module, learner.metrics
    return learner._learner_connector(
        rl_module=module, batch={}, episodes=episodes, shared_data={}, metrics=metrics
    )[DEFAULT_MODULE_ID]
