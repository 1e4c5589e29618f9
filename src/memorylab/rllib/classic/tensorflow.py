"""Keras's memories as a TFModelV2, for RLlib's old stack: the extra ``memorylab[tensorflow]``."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, cast

import gymnasium as gym
import numpy as np
from ray.rllib.models.tf.recurrent_net import RecurrentNetwork
from ray.rllib.utils.framework import try_import_tf

from memorylab.published import install_hint
from memorylab.rllib.classic.keras_networks import KerasActorCritic, TFAutoregressive
from memorylab.rllib.classic.options import (
    PolicysOwn,
    choose_classic_head,
    complete_classic_config,
    seen_space,
)
from memorylab.rllib.heads import Autoregressive, Embedded, Head, Masked, Parametric, Plain, as_head
from memorylab.rllib.heads.masking import MASKED_LOGIT
from memorylab.rllib.heads.spaces import choices_of
from memorylab.rllib.networks import DEFAULT_MODEL_CONFIG, LOSS_CONFIG
from memorylab.rllib.observations import (
    ACTION_MASK,
    AVAILABLE_ACTIONS,
    is_parametric,
    memory_size,
)

# Without TensorFlow the first is None, and the second a stand-in.
_tf1, tf, _ = try_import_tf()

__all__ = ["TFAutoregressive", "TFMemoryModelV2"]

_DEFAULTS = {
    key: value
    for key, value in DEFAULT_MODEL_CONFIG.items()
    if key not in {*LOSS_CONFIG, "conv_filters"}
} | {"batch_normalization": None}
_HEADS = (Plain, Embedded, Autoregressive, Parametric, PolicysOwn)
_NAMED = {Autoregressive.name: "memorylab.rllib.classic.tensorflow.TFAutoregressive"}


class TFMemoryModelV2(RecurrentNetwork):
    """:class:`memorylab.rllib.classic.MemoryModelV2` in TensorFlow: an actor and a critic in Keras.

    It takes the same keys in ``custom_model_config``, and its state is a list in the same order::

        config.framework("tf2").training(model={
            "custom_model": TFMemoryModelV2,
            "custom_model_config": {"memory": "gru", "memory_config": {"hidden_size": 32}},
            "max_seq_len": 52,
        })

    With the same weights it computes the same numbers; weights start as Keras draws them.
    Differences:

    - ``memory`` is ``"mlp"``, ``"elman"``, ``"gru"`` or ``"lstm"``, and heads are ``"plain"``,
      ``"autoregressive"`` (with :class:`TFAutoregressive`), ``"embedded"``, ``"masked"`` and
      ``"parametric"``. There are no images, no extra losses and no demonstrations.
    - ``batch_normalization``, a number from 0 to 1, normalises what the memory reads by running
      statistics, of which so much stays at each minibatch. They move by :meth:`update_ops` alone,
      and are used in acting and learning alike, so that PPO learns from the logits it acted upon.
      Needs ``config.framework("tf")``: with ``"tf2"`` RLlib never runs ``update_ops``.
    - An action mask that allows nothing is an ``InvalidArgumentError`` of TensorFlow.

    RLlib is older than Keras 3, in which it loses all but the last of the weights with the same
    name, and its own optimizer fails with ``"tf2"``. So Keras must be ``tf_keras``, with
    ``TF_USE_LEGACY_KERAS=1`` in the environment before TensorFlow is imported.

    Args:
        obs_space: Observation space, a Box, as RLlib's preprocessors make it of any other.
        action_space: Action space.
        num_outputs: Number of inputs of the action distribution.
        model_config: RLlib's model configuration.
        name: Name of the model.
        **options: ``custom_model_config``; RLlib passes it here.

    Raises:
        ImportError: TensorFlow or ``tf_keras`` is not installed, or Keras 3 is in use.
        ValueError: A key or name doesn't exist, the action distribution is not that of the head,
            or ``batch_normalization`` is not in [0, 1] or asked for with ``"tf2"``.
        TypeError: The head doesn't fit the spaces, or doesn't exist in TensorFlow.
    """

    def __init__(
        self,
        obs_space: gym.Space,
        action_space: gym.Space,
        num_outputs: int,
        model_config: Mapping[str, Any],
        name: str,
        **options: Any,
    ):
        _check_keras()
        super().__init__(obs_space, action_space, num_outputs, model_config, name)
        config = complete_classic_config(self, options, _DEFAULTS)
        _check_momentum(config["batch_normalization"])
        self._space = seen_space(self)
        if config["head"] is not None:
            _twin(config["head"])  # Before RLlib's old stack asks for a distribution in PyTorch.
        self.head = _twin(choose_classic_head(self, config["head"], _NAMED))
        inner = self.head.head if isinstance(self.head, Masked) else self.head
        outputs, choices = num_outputs, ()
        if isinstance(inner, Embedded):
            outputs = self._space[AVAILABLE_ACTIONS].shape[1]  # of an intent
        elif isinstance(inner, Autoregressive):
            choices = choices_of(action_space)
        self.networks = KerasActorCritic(memory_size(self._space), outputs, choices, config)

    def get_initial_state(self) -> list[np.ndarray]:
        """Return the state at the start of an episode, without batch dimension; time is last."""
        return [*self.networks.initial_state(), np.zeros((), np.float32)]

    def forward_rnn(self, inputs: Any, state: list[Any], seq_lens: Any) -> tuple[Any, list[Any]]:
        """Map rows of observations to the inputs of the action distribution.

        ``RecurrentNetwork.forward`` cuts RLlib's flat batch into these rows.

        Args:
            inputs: Observations ``[B, T, F]``, flat, padded at the end of each row.
            state: The state before each row's first step, ``[B, ...]``.
            seq_lens: How many steps of each row are real ``[B]``.

        Returns:
            ``[B, T, A]``, and the state after each row's last real step.

        Raises:
            InvalidArgumentError: An action mask allows no action at a real step, or holds other
                numbers than 0 and 1, or the embedding of an available action is not finite.
        """
        inputs = tf.cast(inputs, tf.float32)
        self._real = tf.sequence_mask(seq_lens, tf.shape(inputs)[1])  # [B, T]
        parts = self._parts(inputs)
        keys = [key for key in parts if key not in (ACTION_MASK, AVAILABLE_ACTIONS)]
        self._observations = tf.concat([parts[key] for key in keys], -1)  # [B, T, F]
        # RLlib hands on NumPy's arrays with "tf2".
        *before, time = [tf.cast(part, tf.float32) for part in state]
        outputs, values, after = self.networks(self._observations, before, self._real)
        self._values = tf.reshape(values, [-1])  # [B·T]
        # While it builds a policy, RLlib tries the model on zeros. Masks of zeros allow no action:
        # so no step of a batch of zeros counts as real.
        in_use = self._real & tf.reduce_any(tf.not_equal(inputs, 0.0))
        time += tf.cast(seq_lens, tf.float32)  # [B]
        return self._describe(outputs, parts, in_use), [*after, time]

    def value_function(self) -> Any:
        """Return the critic's values ``[B·T]`` for the batch last passed to ``forward``."""
        return self._values

    def update_ops(self) -> list[Any]:
        """Return what moves the running statistics towards those of the last batch."""
        layer = self.networks.normalization
        if not layer:
            return []
        layer(self._observations, training=True, mask=self._real)
        return layer.updates

    def _parts(self, flat: Any) -> dict[str, Any]:
        """Return the parts of flat observations ``[B, T, F]``, each flat too."""
        if not is_parametric(self._space):
            return {"observations": flat}
        sizes = [gym.spaces.flatdim(part) for part in self._space.values()]
        return dict(zip(self._space, tf.split(flat, sizes, -1), strict=True))

    def _describe(self, outputs: Any, parts: Mapping[str, Any], real: Any) -> Any:
        """Return the logits ``[B, T, A]`` of actions that the observation may describe."""
        mask = parts.get(ACTION_MASK)  # [B, T, A]
        if AVAILABLE_ACTIONS in parts:
            shape = tf.concat([tf.shape(real), self._space[AVAILABLE_ACTIONS].shape], 0)
            embeddings = tf.reshape(parts[AVAILABLE_ACTIONS], shape)  # [B, T, A, E]
            used = real[..., None] & (True if mask is None else tf.not_equal(mask, 0.0))
            embeddings = tf.where(used[..., None], embeddings, 0.0)
            finite = tf.reduce_all(tf.math.is_finite(embeddings), [-2, -1])
            message = f"{AVAILABLE_ACTIONS!r} of an available action holds NaN or infinity"
            embeddings = _checked(embeddings, finite, message)
            outputs = tf.linalg.matvec(embeddings, outputs)  # [B, T, A]
        if mask is None:
            return outputs
        # Not ==: RLlib gives TensorFlow back its first behaviour, where that compares objects.
        one = tf.equal(mask, 1.0)  # [B, T, A]
        choices = cast(Masked, self.head).choices
        ends = np.cumsum([0, *(choices or self._space[ACTION_MASK].shape)])
        some = [tf.reduce_any(one[..., i:j], -1) for i, j in pairwise(ends)]
        allowed = tf.reduce_all(tf.stack(some), 0) & tf.reduce_all(tf.equal(mask, 0.0) | one, -1)
        message = f"{ACTION_MASK} must hold 0 and 1, and allow an action at every real step"
        mask = _checked(mask, allowed | ~real, message)
        return tf.where(real[..., None], tf.where(tf.equal(mask, 0.0), MASKED_LOGIT, outputs), 0.0)


def _checked(tensor: Any, fine: Any, message: str) -> Any:
    """Return ``tensor [B, T, ...]`` once ``fine [B, T]`` was found true everywhere."""
    where = tf.where(~fine)[:1]
    check = tf.debugging.Assert(tf.reduce_all(fine), [f"{message}; row and step:", where])
    with tf.control_dependencies([check]):
        return tf.identity(tensor)


def _twin(head: Head | str) -> Head:
    """Return a head that TensorFlow has too, or raise TypeError."""
    head = as_head(head)
    inner = head.head if isinstance(head, Masked) else head
    joint = isinstance(head, Masked) and isinstance(inner, Autoregressive)
    if joint or type(inner) not in _HEADS:
        raise TypeError(
            f"The head {str(head)!r} doesn't exist in TensorFlow. Use 'plain', 'autoregressive' or "
            "'parametric', with a mask of its own for each part of an action; or MemoryModelV2, "
            "in PyTorch."
        )
    return head


def _check_keras() -> None:
    if _tf1 is None:
        raise ImportError(
            "TFMemoryModelV2 needs TensorFlow, which is not installed. It comes with the extra: "
            f"{install_hint('tensorflow')}."
        )
    if not tf.keras.Model.__module__.startswith("tf_keras"):
        raise ImportError(
            f"RLlib needs Keras 2, but tf.keras is {tf.keras.Model.__module__}. Install tf_keras, "
            "and set TF_USE_LEGACY_KERAS=1 in the environment before TensorFlow is imported."
        )


def _check_momentum(momentum: float | None) -> None:
    if momentum is None:
        return
    if not 0 <= momentum <= 1:
        raise ValueError(f"batch_normalization must lie in [0, 1], but is {momentum!r}.")
    if _tf1.executing_eagerly():
        raise ValueError(
            'batch_normalization needs config.framework("tf"): with "tf2" RLlib never runs '
            "update_ops, and the statistics would stay as they start."
        )
