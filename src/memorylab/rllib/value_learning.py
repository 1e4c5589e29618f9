"""What a module computes for RLlib's learners of action values: DQN and SAC."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch
import tree
from jaxtyping import Float
from ray.rllib.algorithms.dqn.dqn_learner import (
    QF_NEXT_PREDS,
    QF_PREDS,
    QF_TARGET_NEXT_PREDS,
)
from ray.rllib.algorithms.sac.sac_learner import QF_TWIN_PREDS
from ray.rllib.core.columns import Columns
from ray.rllib.core.learner.utils import make_target_network
from ray.rllib.core.rl_module.apis import TARGET_NETWORK_ACTION_DIST_INPUTS, TargetNetworkAPI
from torch import Tensor, nn

from memorylab.rllib.heads.masking import MASKED_LOGIT
from memorylab.rllib.heads.spaces import as_action

if TYPE_CHECKING:
    from memorylab.rllib.module import MemoryRLModule

Batch = dict[str, Any]


class TargetNetworks(TargetNetworkAPI):
    """The part of a module that copies its networks, for learners whose targets change slowly."""

    def make_target_networks(self) -> None:
        """Copy the networks; RLlib's learners have the copy follow them slowly."""
        self.target_networks = make_target_network(self.networks)
        # The module itself, but for the networks.
        target = copy.copy(self)
        target._modules = {**self._modules, "networks": self.target_networks}
        target.__dict__.pop("_target", None)
        # In a tuple, or PyTorch would count everything in it as a part of this module once more.
        self._target = (target,)

    def get_target_network_pairs(self) -> list[tuple[nn.Module, nn.Module]]:
        """Return the networks, and the copy that follows them."""
        return [(self.networks, self.target_networks)]

    @property
    def target(self) -> MemoryRLModule:
        """This module with its target networks; a learner makes them."""
        return self._target[0]

    @torch.no_grad()
    def forward_target(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Return the inputs ``[B, T, A]`` of the target networks' action distribution."""
        inputs = self.target._forward(batch)[Columns.ACTION_DIST_INPUTS]
        return {TARGET_NETWORK_ACTION_DIST_INPUTS: inputs}


def q_learning(module: MemoryRLModule, batch: Batch) -> Batch:
    """Return the Q-values ``[B, T, A]`` of a batch for RLlib's DQN learner.

    Those of the observations begin with the state that was stored with the first of them, those of
    the observations after each step with the state that was stored after that one. With
    ``double_q`` the online network chooses the action there, and the target network rates it (van
    Hasselt et al. 2016).
    """
    following = next_batch(batch)
    output = {QF_TARGET_NEXT_PREDS: _q_values(module.target, following)}
    if not module.model_config["double_q"]:
        return output | {QF_PREDS: _q_values(module, batch)}
    # One pass over both is faster than two.
    both = tree.map_structure(
        lambda now, later: torch.cat([now, later]),
        {key: batch[key] for key in following},
        following,
    )
    now, later = _q_values(module, both).chunk(2)
    return output | {QF_PREDS: now, QF_NEXT_PREDS: later}


def _q_values(module: MemoryRLModule, batch: Batch) -> Tensor:
    return module._forward(batch)[Columns.ACTION_DIST_INPUTS]


def next_batch(batch: Batch) -> Batch:
    """Return the batch that begins one step later, of a learner's batch of rows ``[B, T]``."""
    # After an episode's end, whose value is 0, the environment may allow no action.
    goes_on = batch[Columns.LOSS_MASK] & ~batch[Columns.TERMINATEDS].bool()
    return {
        Columns.OBS: batch[Columns.NEXT_OBS],
        Columns.STATE_IN: batch[Columns.NEXT_STATE_IN],
        Columns.SEQ_LENS: batch[Columns.SEQ_LENS],
        Columns.LOSS_MASK: goes_on,
    }


def epsilon_greedy(module: MemoryRLModule, batch: Batch, t: int) -> Batch:
    """Act: take the best action, or with probability ε any one that is allowed.

    ε follows the schedule of DQN's setting ``epsilon``; ``t`` counts the steps of all environments.
    """
    output = module._forward(batch)
    q = output[Columns.ACTION_DIST_INPUTS]  # [B, T, A]
    epsilon = module.epsilon_schedule.update(timestep=t)
    allowed = (q > MASKED_LOGIT / 2).to(q.dtype)
    any_action = torch.multinomial(allowed.flatten(0, 1), 1).view(q.shape[:2])  # [B, T]
    explores = torch.rand(q.shape[:2], device=q.device) < epsilon
    numbers = torch.where(explores, any_action, q.argmax(-1))  # [B, T]
    return {
        Columns.ACTIONS: as_action(numbers, module.action_space),
        Columns.ACTION_DIST_INPUTS: q,
        Columns.STATE_OUT: output[Columns.STATE_OUT],
    }


def soft_actor_critic(module: MemoryRLModule, batch: Batch) -> Batch:
    """Return what RLlib's SAC learner needs of a batch, each ``[B, T]`` (Haarnoja et al. 2018)."""
    distribution, critic_head = module.action_dist_cls, module.networks.critic_head
    actor, _, _ = module._remember(batch, only="actor")  # [B, T, D]
    _, critic, _ = module._remember(batch, only="critic")
    q = critic_head(critic, batch[Columns.ACTIONS])  # [B, T, N]

    # What the policy would do now, and how the critics, as they are, rate it.
    inputs = module.action_inputs(actor, batch)  # [B, T, A]
    action, logp = distribution.from_logits(inputs).rsample_and_logp()
    fixed = {name: weight.detach() for name, weight in critic_head.named_parameters()}
    rated = torch.func.functional_call(critic_head, fixed, (critic.detach(), action))

    following = next_batch(batch)
    with torch.no_grad():
        actor, _, _ = module._remember(following, only="actor")
        later = distribution.from_logits(module.action_inputs(actor, following))
        next_action, next_logp = later.sample_and_logp()
        _, critic, _ = module.target._remember(following, only="critic")
        next_q = module.target.networks.critic_head(critic, next_action)
    return {
        QF_PREDS: q[..., 0],
        QF_TWIN_PREDS: q[..., -1],
        Columns.ACTION_DIST_INPUTS: inputs,
        "logp_resampled": logp,
        "q_curr": rated.amin(-1),
        "logp_next_resampled": next_logp,
        "q_target_next": next_q.amin(-1),
    }


@torch.no_grad()
def best_values(module: MemoryRLModule, batch: Batch) -> Float[Tensor, "B T"]:
    """Return what the critics expect of the action that is taken without exploration."""
    inputs = module._forward(batch)[Columns.ACTION_DIST_INPUTS]  # [B, T, A]
    critic_head = module.networks.critic_head
    if critic_head is None:
        return inputs.amax(-1)
    action = module.action_dist_cls.from_logits(inputs).to_deterministic().sample()
    _, critic, _ = module._remember(batch, only="critic")
    return critic_head(critic, action).amin(-1)
