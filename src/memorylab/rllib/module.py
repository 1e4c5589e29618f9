"""Any memory model as an RLModule, for RLlib's current API stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import gymnasium as gym
import torch
from jaxtyping import Float
from ray.rllib.algorithms.dqn.dqn_learner import QF_PREDS
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis import QNetAPI, ValueFunctionAPI
from ray.rllib.core.rl_module.torch import TorchRLModule
from ray.rllib.utils.schedules.scheduler import Scheduler
from torch import Tensor

from memorylab.memory import ActorCritic
from memorylab.rllib.heads import Head, as_head, choose_head
from memorylab.rllib.heads.spaces import as_action, as_tensor
from memorylab.rllib.heads.values import Q_LEARNING, SOFT_ACTOR_CRITIC, learns_values, value_head
from memorylab.rllib.losses.extra_losses import ExtraLosses
from memorylab.rllib.networks import (
    DEFAULT_MODEL_CONFIG,
    LOSS_CONFIG,
    complete_model_config,
    make_networks,
)
from memorylab.rllib.observations import memory_input, memory_size, unflatten
from memorylab.rllib.value_learning import (
    TargetNetworks,
    best_values,
    epsilon_greedy,
    q_learning,
    soft_actor_critic,
)
from memorylab.sequences import sequence_mask

_FLAT = gym.spaces.Box(-1, 1, (1,))
"""An observation space that describes no actions."""

REMEMBERED = "remembered"
"""Under this key ``forward_train`` also returns the output of the actor's memory."""


class MemoryRLModule(TorchRLModule, ValueFunctionAPI, TargetNetworks, QNetAPI):
    """An actor and a critic that see the world through a memory model.

    It learns by RLlib's PPO, IMPALA, APPO, DQN and SAC; what DQN and SAC add to every module's
    configuration tells which networks they need. For DQN the actor's outputs are Q-values, by a
    dueling head, and there is no critic. For SAC two critics, with a memory of their own, rate an
    action, and :class:`memorylab.rllib.learners.SACLearner` is the learner.

    The observation, of any space with a fixed size, passes an encoder, then the memory, then the
    actor's head and the critic's; Discrete numbers are read one-hot. The state that RLlib carries
    for it is ``{"memory": the model's state, "time": []}``, where time counts the steps of the
    episode seen so far; the memory gets it as ``t_starts``.

    Keys of ``model_config``:

    - ``memory``: a name in ``memorylab.memory.MEMORY_MODELS``, or a class of memory models.
    - ``memory_config``: arguments of that model, such as ``{"hidden_size": 32}``.
    - ``encoder_sizes``: layers before the memory, each linear with a nonlinearity behind it.
    - ``encoder_nonlinearity``: its name in ``memorylab.networks.NONLINEARITIES``, by default
      ``"LeakyReLU"``.
    - ``conv_filters``: channels, kernel size and stride of each convolution before these layers,
      for images, Boxes with three axes. By default they follow from the image's size: see
      :class:`memorylab.rllib.image_encoder.ImageEncoder`. ``[]`` flattens images.
    - ``actor_sizes``, ``critic_sizes``: hidden layers of the heads, linear with a leaky ReLU.
    - ``vf_share_layers``: False gives the critic an encoder and a memory of its own; the state is
      then ``{"actor": ..., "critic": ..., "time": []}``. By default True; but where an
      ``RLModuleSpec`` doesn't say, RLlib's PPO and APPO write False. ``ppo_config`` says True.
    - ``head``: how the actor's output becomes an action: a :class:`memorylab.rllib.heads.Head`, or
      a name in ``memorylab.rllib.heads.HEADS``. By default ``"parametric"`` if the observation
      describes the actions, otherwise ``"plain"``.
    - ``losses``: a coefficient for each extra loss, and ``demonstrations``, ``decoder_sizes`` and
      ``latent_size``, which some of them need: see
      :class:`memorylab.rllib.losses.ExtraLosses`. They need the learner
      :class:`memorylab.rllib.losses.PPOLearnerWithLosses`; ``add_losses`` sets it.
    - ``max_seq_len``: RLlib cuts episodes into rows of this length.

    A subclass adds keys of its own with their defaults, and finds them in ``self.model_config``::

        class Noisy(MemoryRLModule):
            default_model_config = MemoryRLModule.default_model_config | {"noise": 0.1}

    Raises:
        ValueError: A key or name in ``model_config`` doesn't exist, and the message offers the
            nearest one; or two things that were asked for don't go together, and it names both.
        TypeError: The head doesn't fit the spaces; the message names the heads that do.
    """

    default_model_config: ClassVar[Mapping[str, Any]] = DEFAULT_MODEL_CONFIG
    """Every key of ``model_config``, with its default."""
    head_of_class: ClassVar[Head | None] = None
    """A subclass may choose its head here; the key ``head`` may then name no other."""
    model_config: dict[str, Any]
    action_dist_cls: type[Any]
    _extra_losses_are_due: bool

    def setup(self) -> None:
        """Build the networks; RLlib calls this once."""
        try:
            self._build()
        except AttributeError as error:
            # On an AttributeError RLlib assumes a module of an older kind, builds it again in the
            # older way, and reports only how that fails.
            raise RuntimeError(f"{type(self).__name__} could not be built: {error}") from error

    def _build(self) -> None:
        # RLlib reads max_seq_len from here.
        self.model_config = complete_model_config(
            self.model_config, f"{type(self).__name__}'s model_config", self.default_model_config
        )
        self.head = self.choose_head(
            self.observation_space, self.action_space, self.model_config["head"], self.model_config
        )
        if Q_LEARNING in self.model_config:
            self.epsilon_schedule = Scheduler(self.model_config["epsilon"])
        self.action_dist_cls = self.head.distribution_class(self.action_space)
        self.networks = self.make_networks(self.head.size(self.action_space))
        # After the networks, so that these start with the same weights with and without losses.
        self.extra_losses = ExtraLosses(
            self.networks,
            self.observation_size,
            self.action_space,
            **{key: self.model_config[key] for key in LOSS_CONFIG},
            observation_space=self.observation_space,
            distribution=self.action_dist_cls,
        )
        self.forget_due_losses()
        if self.extra_losses.coefficients and learns_values(self.model_config):
            raise ValueError(
                f"model_config asks for the losses {list(self.extra_losses.coefficients)}, but the "
                "learners of DQN and SAC don't compute them. Leave them out, or use PPO."
            )
        # Env runners ask for inference alone, but ``evaluate`` also needs the training pass there.
        self.inference_only = False

    @classmethod
    def choose_head(
        cls,
        observation_space: gym.Space,
        action_space: gym.Space,
        head: Head | str | None = None,
        added: Mapping[str, Any] = MappingProxyType({}),
    ) -> Head:
        """Return the head of this class in these spaces, if ``model_config`` asks for ``head``.

        ``added`` holds, among others, what RLlib's algorithm adds to every module's configuration.

        Raises:
            ValueError: There is no such head, or the class has another one of its own.
            TypeError: The head doesn't fit the spaces; the message names the heads that do.
        """
        if cls.head_of_class is not None:
            if head is not None and as_head(head) != cls.head_of_class:
                raise ValueError(
                    f"{cls.__name__} has the head {str(cls.head_of_class)!r}, so there can't be "
                    f"the head {str(head)!r}. Use MemoryRLModule, or leave head out."
                )
            head = cls.head_of_class
        if _overrides(cls, "action_distribution"):
            if head is not None:
                raise ValueError(
                    f"{cls.__name__} has an action_distribution of its own, so there can't be the "
                    f"head {str(head)!r} too. Leave one of them out."
                )
            head = _OwnDistribution(*cls.action_distribution(action_space))
        if _overrides(cls, "observation_size"):
            # The subclass reads observations itself, so the head sees none of their parts.
            observation_space = _FLAT
        if learns_values(added):
            return value_head(added, head, observation_space, action_space)
        if isinstance(head, _OwnDistribution):
            return head
        return choose_head(head, observation_space, action_space)

    # A subclass may override the next five.

    @classmethod
    def action_distribution(cls, space: gym.Space) -> tuple[int, type]:
        """Return how many inputs the action distribution needs, and its class.

        A subclass that overrides this has no other head.
        """
        return action_distribution(space, cls.head_of_class)

    def make_networks(self, num_outputs: int) -> ActorCritic:
        """Build everything that has weights, except the decoders of extra losses.

        Args:
            num_outputs: Number of outputs of the actor's head. If :attr:`head` has another number,
                the actor ends in an MLP with ``num_outputs`` outputs.
        """
        head = self.head
        if num_outputs != head.size(self.action_space):
            head = _OwnDistribution(num_outputs, self.action_dist_cls)
        size, space = self.observation_size, self.observation_space
        return make_networks(head, size, space, self.action_space, self.model_config)

    @property
    def observation_size(self) -> int:
        """Number of features that the memory reads."""
        return memory_size(self.observation_space)

    def observations(self, batch: dict[str, Any]) -> Float[Tensor, "B T F"]:
        """Return the part of a batch that the memory reads."""
        return memory_input(batch[Columns.OBS], self.observation_space)

    def action_inputs(self, actor: Tensor, batch: dict[str, Any]) -> Float[Tensor, "B T A"]:
        """Map the actor's features ``[B, T, D]`` to the inputs of the action distribution."""
        real = batch.get(Columns.LOSS_MASK)
        if real is None and Columns.SEQ_LENS in batch:
            real = sequence_mask(batch[Columns.SEQ_LENS].long(), actor.shape[1])
        if real is None:
            real = torch.ones(actor.shape[:2], dtype=torch.bool, device=actor.device)
        actions = None
        if self.head.draws:
            actions = as_tensor(batch[Columns.ACTIONS], self.action_space)
        network = self.networks.actor_head
        return self.head.inputs(network, actor, batch[Columns.OBS], actions, real)

    def get_initial_state(self) -> dict[str, Any]:
        """Return the state at the start of an episode, without batch dimension."""
        return self.networks.initial_state()

    def _forward(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Map observations ``[B, T, F]`` to the inputs of the action distribution."""
        actor, critic, state = self._remember(batch)
        return {
            Columns.ACTION_DIST_INPUTS: self.action_inputs(actor, batch),  # [B, T, A]
            Columns.EMBEDDINGS: critic,  # [B, T, D]
            Columns.STATE_OUT: state,
            REMEMBERED: actor,  # [B, T, D]
        }

    def _forward_train(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        if Q_LEARNING in self.model_config:
            return q_learning(self, batch)
        if SOFT_ACTOR_CRITIC in self.model_config:
            return soft_actor_critic(self, batch)
        return super()._forward_train(batch, **kwargs)

    def _forward_exploration(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        if Q_LEARNING in self.model_config:
            return epsilon_greedy(self, batch, kwargs["t"])
        return self._act(batch, greedy=False)

    def _forward_inference(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return self._act(batch, greedy=True)

    @torch.no_grad()
    def _act(self, batch: dict[str, Any], greedy: bool) -> dict[str, Any]:
        if self.head.draws:
            return self._draw(batch, greedy)
        output = self._forward(batch)
        # RLlib stores what sampling returns with the episode, and nobody needs these.
        for key in (Columns.EMBEDDINGS, REMEMBERED):
            output.pop(key, None)
        return output

    def _draw(self, batch: dict[str, Any], greedy: bool) -> dict[str, Any]:
        """Act with a head that draws actions itself."""
        actor, _, state = self._remember(batch)
        numbers = self.head.draw(self.networks.actor_head, actor, greedy=greedy)  # [B, T, N]
        action = as_action(numbers, self.action_space)
        inputs = self.action_inputs(actor, {**batch, Columns.ACTIONS: action})  # [B, T, A]
        return {
            Columns.ACTIONS: action,
            Columns.ACTION_LOGP: self.action_dist_cls.from_logits(inputs).logp(action),
            Columns.ACTION_DIST_INPUTS: inputs,
            Columns.STATE_OUT: state,
        }

    def compute_q_values(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Return the Q-values of a Q-learner ``[B, T, A]``, and the state after them."""
        output = self._forward(batch)
        return {
            QF_PREDS: output[Columns.ACTION_DIST_INPUTS],
            Columns.STATE_OUT: output[Columns.STATE_OUT],
        }

    def compute_values(
        self, batch: dict[str, Any], embeddings: Tensor | None = None
    ) -> Float[Tensor, "B T"]:
        """Return the critic's values; of a Q-learner or SAC, those of the best action.

        Args:
            batch: Observations, state and lengths.
            embeddings: Those that ``forward_train`` returned for this batch. RLlib leaves them out
                when it computes targets, which get no gradient.

        Raises:
            RuntimeError: The learner is one that leaves the extra losses out.
        """
        if learns_values(self.model_config):
            return best_values(self, batch)
        if embeddings is None:
            with torch.no_grad():
                _, critic, _ = self._remember(batch)
                return self.networks.critic_head(critic).squeeze(-1)
        # A learner asks for values once per loss, and must compute the extra losses next.
        if self._extra_losses_are_due:
            raise RuntimeError(
                f"model_config asks for the losses {list(self.extra_losses.coefficients)}, but the "
                "learner doesn't compute them. Use the learner class PPOLearnerWithLosses, as "
                "add_losses does."
            )
        has_losses = bool(self.extra_losses.coefficients)
        self._extra_losses_are_due = has_losses and embeddings.requires_grad
        return self.networks.critic_head(embeddings).squeeze(-1)

    def forget_due_losses(self) -> None:
        """Forget that the extra losses of an earlier batch were never computed."""
        self._extra_losses_are_due = False

    def compute_extra_losses(
        self, batch: dict[str, Any], output: dict[str, Any]
    ) -> dict[str, Float[Tensor, ""]]:
        """Return each extra loss of a batch, not yet multiplied by its coefficient.

        ``output`` is what ``forward_train`` returned for the batch.

        Raises:
            ValueError: A subclass's ``_forward`` leaves out what the losses need.
        """
        self.forget_due_losses()
        if not self.extra_losses.coefficients:
            return {}
        if REMEMBERED not in output:
            raise ValueError(
                f"Extra losses need the memory's output, but {type(self).__name__}'s forward pass "
                f"doesn't return it under {REMEMBERED!r}, as MemoryRLModule's does."
            )
        return self.extra_losses(
            self.networks,
            output[REMEMBERED],
            self.observations(batch),
            batch[Columns.ACTIONS],
            batch[Columns.LOSS_MASK],
            policy=self._imitate,
        )

    def _imitate(self, observations: Tensor, actions: Tensor, seq_lens: Tensor) -> Tensor:
        """Return the inputs of the action distribution in whole episodes of an expert."""
        batch = {
            Columns.OBS: unflatten(observations, self.observation_space),
            Columns.ACTIONS: actions,
            Columns.STATE_IN: None,
            Columns.SEQ_LENS: seq_lens,
        }
        return self._forward_train(batch)[Columns.ACTION_DIST_INPUTS]

    def _remember(
        self, batch: dict[str, Any], only: str | None = None
    ) -> tuple[Tensor, Tensor, dict[str, Any]]:
        """Return the actor's and the critic's features of a padded batch, and the next state."""
        # While acting, a batch has no lengths: every step is real.
        lengths = batch.get(Columns.SEQ_LENS)
        observations = self.observations(batch)
        return self.networks.remember(observations, batch[Columns.STATE_IN], lengths, only)


@dataclass(frozen=True)
class _OwnDistribution(Head):
    """The head of a subclass that brings a distribution of its own: an MLP in front of it."""

    outputs: int
    distribution_type: type
    name: ClassVar[str] = "own"

    def size(self, action_space: gym.Space) -> int:
        return self.outputs

    def distribution_class(self, action_space: gym.Space) -> type:
        return self.distribution_type


def _overrides(cls: type[MemoryRLModule], name: str) -> bool:
    # A class method is bound anew at each access; __func__ is the function itself.
    own, ours = getattr(cls, name), getattr(MemoryRLModule, name)
    return getattr(own, "__func__", own) is not getattr(ours, "__func__", ours)


def action_distribution(space: gym.Space, head: Head | str | None = None) -> tuple[int, type]:
    """Return how many numbers a head's distribution over actions ``space`` needs, and its class.

    The head, by default ``"plain"``, is for observations that describe no actions.

    Raises:
        TypeError: The head doesn't fit; the message names the heads that do.
    """
    head = choose_head(head, _FLAT, space)
    return head.size(space), head.distribution_class(space)
