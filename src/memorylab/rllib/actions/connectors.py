"""What RLlib does to observations on their way to a module that reads masks."""

from __future__ import annotations

from typing import Any

from ray.rllib.connectors.connector_v2 import ConnectorV2
from ray.rllib.core.columns import Columns


class MarkEndedEpisodes(ConnectorV2):
    """Tells a module that acts which of its rows are the ends of episodes.

    While sampling, RLlib passes the last observation of an episode through the module too, with
    the others of the vector, and drops the action. No action may be available there, and that is
    no fault. So this adds ``LOSS_MASK``, the column which in training says the same: whether what
    the module puts out for a row counts.
    """

    def __call__(
        self, *, batch: dict[str, Any], episodes: list[Any], **kwargs: Any
    ) -> dict[str, Any]:
        """Add the column."""
        for episode in self.single_agent_episode_iterator(episodes):
            self.add_batch_item(
                batch, Columns.LOSS_MASK, not episode.is_done, single_agent_episode=episode
            )
        return batch
