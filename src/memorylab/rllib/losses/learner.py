"""Extra losses on RLlib's current API stack: a module with decoders, and a learner that adds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from torch import Tensor

from memorylab.errors import reject_unknown_keys
from memorylab.rllib.demonstrations import Demonstrations
from memorylab.rllib.losses.extra_losses import (
    DEFAULT_LOSS_CONFIG,
    ExtraLosses,
    check_coefficients,
    shared_parameters,
)
from memorylab.rllib.losses.functions import gradient_shares
from memorylab.rllib.module import DEFAULT_MODEL_CONFIG, MemoryRLModule, flat_size

REMEMBERED = "remembered"
"""Under this key ``forward_train`` also returns what the actor's memory put out."""


class MemoryRLModuleWithLosses(MemoryRLModule):
    """A ``MemoryRLModule`` that also has the decoders of its extra losses.

    Its ``model_config`` has three keys more, those of :class:`ExtraLosses`: ``losses``,
    ``demonstrations`` and ``decoder_sizes``.

    Raises:
        ValueError: A key or name doesn't exist, or a coefficient makes no sense.
        TypeError: A space doesn't fit, or a coefficient is not a number.
    """

    def _build(self) -> None:
        given = dict(self.model_config or {})
        known = DEFAULT_MODEL_CONFIG | DEFAULT_LOSS_CONFIG
        reject_unknown_keys(given, known, "key of MemoryRLModuleWithLosses's model_config")
        mine = {key: given.pop(key, default) for key, default in DEFAULT_LOSS_CONFIG.items()}
        self.model_config = given
        super()._build()
        # Checkpoints build the module anew from all of it.
        self.model_config |= mine
        # After the networks, which so get the weights that they get without extra losses.
        self.extra_losses = ExtraLosses(
            self.networks, flat_size(self.observation_space), self.action_space, **mine
        )

    def _forward_train(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        actor, critic, state = self._remember(batch)
        return {
            Columns.ACTION_DIST_INPUTS: self.networks.actor_head(actor),  # [B, T, A]
            Columns.EMBEDDINGS: critic,  # [B, T, D]
            Columns.STATE_OUT: state,
            REMEMBERED: actor,  # [B, T, D]
        }


class PPOLearnerWithLosses(PPOTorchLearner):
    """PPO whose loss is its own plus each extra loss times its coefficient.

    In a result, ``learners/<module>/extra_losses`` holds each loss in the last minibatch, not
    multiplied, and ``learners/<module>/gradient_shares`` how much of the gradient of the actor's
    encoder and memory comes from each, with ``algorithm`` for PPO's own: see
    :func:`gradient_shares`. The shares are those of an update's first minibatch, where the policy
    is still the one that sampled.
    """

    def before_gradient_based_update(self, *, timesteps: dict[str, Any]) -> None:
        """Have the shares taken at the next minibatch; RLlib calls this before each update."""
        super().before_gradient_based_update(timesteps=timesteps)
        self._without_shares = set(self.module.keys())

    def compute_loss_for_module(
        self, *, module_id: str, config: PPOConfig, batch: dict[str, Any], fwd_out: dict[str, Any]
    ) -> Tensor:
        """Return PPO's loss plus the extra ones, and log each."""
        loss = super().compute_loss_for_module(
            module_id=module_id, config=config, batch=batch, fwd_out=fwd_out
        )
        module = self.module[module_id].unwrapped()
        extra = module.extra_losses(
            module.networks,
            fwd_out[REMEMBERED],
            batch[Columns.OBS].float(),
            batch[Columns.ACTIONS],
            batch[Columns.LOSS_MASK],
        )
        if not extra:
            return loss
        losses = {"algorithm": loss, **module.extra_losses.weigh(extra)}
        logged = {"extra_losses": {name: value.detach() for name, value in extra.items()}}
        if module_id in self._without_shares:
            self._without_shares.remove(module_id)
            logged["gradient_shares"] = gradient_shares(losses, shared_parameters(module.networks))
        self.metrics.log_dict(logged, key=module_id, window=1)
        return sum(losses.values())


def add_losses(
    config: PPOConfig,
    *,
    demonstrations: str | Path | None = None,
    decoder_sizes: tuple[int, ...] = (64,),
    **coefficients: float,
) -> PPOConfig:
    """Return a copy of a ``ppo_config`` that also learns from extra losses::

        add_losses(ppo_config("TMaze"), reconstruction=0.1, l2=1e-4)
        add_losses(ppo_config("TMaze"), behaviour_cloning=0.5, demonstrations="expert.npz")

    Args:
        config: A configuration of :func:`memorylab.rllib.ppo_config`.
        demonstrations: File of the expert's episodes, which ``behaviour_cloning`` needs.
        decoder_sizes: Hidden layers of each decoder.
        **coefficients: For each loss to add what it is multiplied by: ``reconstruction``,
            ``next_observation``, ``l2``, ``behaviour_cloning``. With 0 it is left out.

    Raises:
        FileNotFoundError: There are no such demonstrations.
        ValueError: A loss doesn't exist, where the message offers the nearest one; a coefficient
            is negative; the demonstrations are missing or damaged.
        TypeError: ``config`` is for another module, or a coefficient is not a number.
    """
    spec = config.rl_module_spec
    if not issubclass(spec.module_class or object, MemoryRLModule):
        raise TypeError(
            f"add_losses extends configurations for MemoryRLModule, as ppo_config makes them, but "
            f"this one is for {spec.module_class}."
        )
    check_coefficients(coefficients, demonstrations)
    if demonstrations is not None:
        Demonstrations.load(demonstrations)
    model_config = spec.model_config | {
        "losses": coefficients,
        "demonstrations": None if demonstrations is None else str(demonstrations),
        "decoder_sizes": tuple(decoder_sizes),
    }
    return (
        config.copy(copy_frozen=False)
        .learners(learner_class=PPOLearnerWithLosses)
        .rl_module(
            rl_module_spec=RLModuleSpec(
                module_class=MemoryRLModuleWithLosses, model_config=model_config
            )
        )
    )
