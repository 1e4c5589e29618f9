"""A PPO learner that adds extra losses, and the configuration that asks for them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from torch import Tensor

from memorylab.rllib.config_checks import model_config_of
from memorylab.rllib.demonstrations import Demonstrations
from memorylab.rllib.failures import CheckedPPOLearner
from memorylab.rllib.losses.extra_losses import check_coefficients, shared_parameters
from memorylab.rllib.losses.functions import gradient_shares
from memorylab.rllib.module import MemoryRLModule

MemoryRLModuleWithLosses = MemoryRLModule
"""The name of release 0.1: ``MemoryRLModule`` itself has the losses now."""


class PPOLearnerWithLosses(CheckedPPOLearner):
    """PPO whose loss is its own plus each extra loss times its coefficient.

    In a result, ``learners/<module>/extra_losses`` holds each loss in the last minibatch, not
    multiplied, and ``learners/<module>/gradient_shares`` each loss's share of the gradient on the
    actor's encoder and memory, with ``algorithm`` for PPO's own: see :func:`gradient_shares`. The
    shares are those of an update's first minibatch, where the policy is still the one that sampled.
    """

    def before_gradient_based_update(self, *, timesteps: dict[str, Any]) -> None:
        """Note that every module's shares are still to be measured in this update."""
        super().before_gradient_based_update(timesteps=timesteps)
        self._without_shares = set(self.module.keys())
        for module_id in self._without_shares:
            self.module[module_id].unwrapped().forget_due_losses()

    def compute_loss_for_module(
        self, *, module_id: str, config: PPOConfig, batch: dict[str, Any], fwd_out: dict[str, Any]
    ) -> Tensor:
        """Return PPO's loss plus the extra ones, and log each."""
        loss = super().compute_loss_for_module(
            module_id=module_id, config=config, batch=batch, fwd_out=fwd_out
        )
        module = self.module[module_id].unwrapped()
        extra = module.compute_extra_losses(batch, fwd_out)
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
    latent_size: int = 8,
    **coefficients: float,
) -> PPOConfig:
    """Return a copy of a ``ppo_config`` that also learns from extra losses::

        add_losses(ppo_config("TMaze"), reconstruction=0.1, l2=1e-4)
        add_losses(ppo_config("TMaze"), behaviour_cloning=0.5, demonstrations="expert.npz")
        add_losses(ppo_config("TMaze"), reconstruction=1, latent_kl=0.01)

    Args:
        config: A configuration of :func:`memorylab.rllib.ppo_config`.
        demonstrations: File of the expert's episodes, which ``behaviour_cloning`` needs.
        decoder_sizes: Hidden layers of each decoder.
        latent_size: How many numbers are drawn for the decoders, with ``latent_kl``.
        **coefficients: The coefficient of each loss: ``reconstruction``, ``next_observation``,
            ``latent_kl``, ``l2``, ``behaviour_cloning``: see :class:`ExtraLosses`. With 0 the loss
            is left out.

    Raises:
        FileNotFoundError: There are no such demonstrations.
        ValueError: A loss doesn't exist, where the message offers the nearest one; a coefficient
            is negative; the demonstrations are missing or damaged; ``latent_kl`` lacks a decoder.
        TypeError: ``config`` is for another module or has another learner, or a coefficient is
            not a number.
    """
    spec, learner = config.rl_module_spec, config.learner_class
    module_class = getattr(spec, "module_class", None)
    if not isinstance(spec, RLModuleSpec) or not issubclass(module_class or object, MemoryRLModule):
        raise TypeError(
            f"add_losses extends configurations for MemoryRLModule, as ppo_config makes them, but "
            f"this one is for {module_class or spec}."
        )
    if not issubclass(learner, PPOLearnerWithLosses):
        if not issubclass(PPOLearnerWithLosses, learner):
            raise TypeError(
                f"Extra losses are added by PPOLearnerWithLosses, but the configuration's learner "
                f"is {learner.__name__}. Derive that from PPOLearnerWithLosses."
            )
        learner = PPOLearnerWithLosses
    check_coefficients(coefficients, demonstrations)
    if demonstrations is not None:
        Demonstrations.load(demonstrations)
    model_config = model_config_of(config, spec) | {
        "losses": coefficients,
        "demonstrations": None if demonstrations is None else str(demonstrations),
        "decoder_sizes": tuple(decoder_sizes),
        # Not always: checkpoints of earlier versions don't have it in their settings.
        **({"latent_size": latent_size} if coefficients.get("latent_kl") else {}),
    }
    return (
        config.copy(copy_frozen=False)
        .learners(learner_class=learner)
        .rl_module(rl_module_spec=dataclasses.replace(spec, model_config=model_config))
    )
