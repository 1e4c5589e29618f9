"""Learners of IMPALA, APPO, DQN and SAC for modules that remember.

What is amiss in RLlib's own, of Ray 2.60:

- IMPALA and APPO learn in a thread. An error there ends the thread without a word: with learners in
  processes of their own, sampling goes on for ever and nothing is learnt; in this process, the next
  call of ``train`` hangs.
- After a step at which sampling was interrupted, and its episode goes on later, V-trace counts
  nothing: RLlib computes the critic's value there, and takes it off again.
- SAC's losses count padding as if it were real steps, and there is no burn-in. SAC's default module
  has no state.
- DQN's and SAC's buffers draw without the configuration's seed, and for ever if none is longer
  than the burn-in. The prioritized one draws single steps, without the states before them.
"""

from __future__ import annotations

from typing import Any

import torch
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.algorithms.appo.torch.appo_torch_learner import APPOTorchLearner
from ray.rllib.algorithms.dqn.torch.dqn_torch_learner import DQNTorchLearner
from ray.rllib.algorithms.impala.torch.impala_torch_learner import IMPALATorchLearner
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.algorithms.sac.torch.sac_torch_learner import SACTorchLearner
from ray.rllib.core.columns import Columns
from ray.rllib.core.learner.torch.torch_learner import TorchLearner
from torch import Tensor

from memorylab.rllib._ray_patches import soft_targets
from memorylab.rllib.failures import CheckedGradients, CheckedPPOLearner
from memorylab.rllib.heads.spaces import as_tensor


class _ErrorsOfTheThread(CheckedGradients):
    """Raises an error of the thread that learns where the learner is called the next time."""

    def build(self) -> None:
        super().build()
        self._errors: list[Exception] = []
        update = self._learner_thread._update_method

        def update_and_note(**arguments: Any) -> None:
            try:
                update(**arguments)
            except Exception as error:
                self._errors.append(error)

        self._learner_thread._update_method = update_and_note

    def update(self, *args: Any, **kwargs: Any) -> Any:
        result = super().update(*args, **kwargs)
        if self._errors:
            raise self._errors[0]
        return result


class _VTrace(_ErrorsOfTheThread):
    """Has V-trace count, after the last step of each row, what the critic expects there."""

    def compute_loss_for_module(
        self,
        *,
        module_id: str,
        config: AlgorithmConfig,
        batch: dict[str, Any],
        fwd_out: dict[str, Any],
    ) -> Tensor:
        embeddings = fwd_out.get(Columns.EMBEDDINGS)  # A module of your own may give none.
        embeddings = None if embeddings is None else embeddings.detach()
        with torch.no_grad():
            values = self.module[module_id].unwrapped().compute_values(batch, embeddings)  # [B, T]
        # RLlib appends a step, takes its reward for all that follows, and corrects the value by it.
        # If that reward is the value, there is nothing to correct.
        rewards = torch.where(batch[Columns.LOSS_MASK], batch[Columns.REWARDS], values)
        return super().compute_loss_for_module(
            module_id=module_id,
            config=config,
            batch={**batch, Columns.REWARDS: rewards},
            fwd_out=fwd_out,
        )


class IMPALALearner(_VTrace, IMPALATorchLearner):
    """IMPALA whose errors, and gradients of NaN or infinity, end training."""


class APPOLearner(_VTrace, APPOTorchLearner):
    """APPO whose errors, and gradients of NaN or infinity, end training."""

    def after_gradient_based_update(self, *, timesteps: dict[str, Any]) -> None:
        """Have the target networks follow."""
        with soft_targets():
            super().after_gradient_based_update(timesteps=timesteps)


class _RealSteps(CheckedGradients):
    """Computes the loss of real steps after the burn-in alone, as one row of them ``[N]``."""

    def compute_loss_for_module(
        self,
        *,
        module_id: str,
        config: AlgorithmConfig,
        batch: dict[str, Any],
        fwd_out: dict[str, Any],
    ) -> Tensor:
        real = batch[Columns.LOSS_MASK].clone()  # [B, T]
        real[:, : getattr(config, "burn_in_len", 0)] = False

        def pick(columns: dict[str, Any]) -> dict[str, Any]:
            return {
                key: value[real]
                for key, value in columns.items()
                if isinstance(value, Tensor) and value.shape[:2] == real.shape
            }

        columns = pick({key: batch[key] for key in batch if key != Columns.LOSS_MASK})
        return super().compute_loss_for_module(
            module_id=module_id, config=config, batch=columns, fwd_out=pick(fwd_out)
        )

    def after_gradient_based_update(self, *, timesteps: dict[str, Any]) -> None:
        with soft_targets():
            super().after_gradient_based_update(timesteps=timesteps)


class DQNLearner(_RealSteps, DQNTorchLearner):
    """DQN whose gradients of NaN or infinity end training, for actions counted from any number."""

    def compute_loss_for_module(
        self, *, module_id: str, batch: dict[str, Any], **arguments: Any
    ) -> Tensor:
        """Return the loss; RLlib's looks actions up as they are, as if they counted from 0."""
        numbers = as_tensor(batch[Columns.ACTIONS], self.module[module_id].unwrapped().action_space)
        return super().compute_loss_for_module(
            module_id=module_id, batch={**batch, Columns.ACTIONS: numbers}, **arguments
        )


class _OnePass(SACTorchLearner):
    def compute_gradients(self, loss_per_module: dict[str, Any], **kwargs: Any) -> dict[Any, Any]:
        """Return the gradients, each of the one loss that its part of the networks has."""
        # RLlib would go back through the graph once for each optimizer.
        self._temp_losses.clear()
        return TorchLearner.compute_gradients(self, loss_per_module, **kwargs)


class SACLearner(_RealSteps, _OnePass):
    """SAC for modules whose two critics share a memory, of which padding is no part."""

    def configure_optimizers_for_module(
        self, module_id: str, config: AlgorithmConfig | None = None
    ) -> None:
        """Make one optimizer for the actor, one for the critics and one for the temperature."""
        config = config or self.config.get_config_for_module(module_id)
        networks = self.module[module_id].unwrapped().networks
        parts = {
            name: [networks.encoders[name], networks.memories[name], head]
            for name, head in (("actor", networks.actor_head), ("critic", networks.critic_head))
        }
        parameters = {name: self.get_parameters(torch.nn.ModuleList(parts[name])) for name in parts}
        parameters["alpha"] = [self.curr_log_alpha[module_id]]
        rates = {"actor": config.actor_lr, "critic": config.critic_lr, "alpha": config.alpha_lr}
        for name, rate in rates.items():
            self.register_optimizer(
                module_id=module_id,
                optimizer_name=name,
                optimizer=torch.optim.Adam(parameters[name], eps=1e-7),
                params=parameters[name],
                lr_or_lr_schedule=rate,
            )


LEARNERS: dict[type[TorchLearner], type[TorchLearner]] = {
    PPOTorchLearner: CheckedPPOLearner,
    IMPALATorchLearner: IMPALALearner,
    APPOTorchLearner: APPOLearner,
    DQNTorchLearner: DQNLearner,
    SACTorchLearner: SACLearner,
}
"""For each of RLlib's learners the one that takes its place."""


def with_checks(learner: type[TorchLearner]) -> type[TorchLearner]:
    """Return the learner that takes the place of RLlib's; one of a user's own gets our checks."""
    learner = LEARNERS.get(learner, learner)
    if issubclass(learner, CheckedGradients):
        return learner
    return type(learner.__name__, (CheckedGradients, learner), {"__module__": __name__})
