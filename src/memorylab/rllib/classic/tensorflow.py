"""A TFModelV2, for RLlib's old API stack with TensorFlow: the extra ``memorylab[tensorflow]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from ray.rllib.models.tf.tf_modelv2 import TFModelV2
from ray.rllib.utils.framework import try_import_tf

from memorylab.errors import check_count
from memorylab.published import install_hint

# Without TensorFlow the first is None, and the second a stand-in.
_tf1, tf, _ = try_import_tf()


class TFFeedForward(TFModelV2):
    """A feed-forward actor and critic in TensorFlow: one shared layer, and a head for each.

    Running statistics normalise the observations. No gradient reaches them: RLlib moves them by
    :meth:`update_ops` with every minibatch. Unlike batch normalisation, sampling and learning use
    the same statistics, so PPO learns from the logits it acted upon.

    Use it with ``config.framework("tf")``. With ``"tf2"`` RLlib 2.60 never runs ``update_ops``, and
    fails in its own optimizer unless TensorFlow has Keras 2 (``tf_keras`` and
    ``TF_USE_LEGACY_KERAS=1``).

    Observations are a Box of shape ``[F]``. The first five arguments are those of any model.

    Args:
        hidden_size: Width H of the shared layer.
        momentum: How much of the running statistics stays at each minibatch, from 0 to 1.

    Raises:
        ImportError: TensorFlow is not installed.
        ValueError: ``hidden_size`` is below 1, or ``momentum`` not in [0, 1].
    """

    def __init__(
        self,
        obs_space: gym.Space,
        action_space: gym.Space,
        num_outputs: int,
        model_config: Mapping[str, Any],
        name: str,
        hidden_size: int = 64,
        momentum: float = 0.99,
    ):
        if _tf1 is None:
            raise ImportError(
                "TFFeedForward needs TensorFlow, which is not installed. It comes with the extra: "
                f"{install_hint('tensorflow')}."
            )
        check_count(hidden_size, "hidden_size")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must lie in [0, 1], but is {momentum!r}.")
        super().__init__(obs_space, action_space, num_outputs, model_config, name)
        self.momentum = momentum
        (size,) = obs_space.shape
        self.mean = _variable("mean", np.zeros(size), trainable=False)  # [F]
        self.variance = _variable("variance", np.ones(size), trainable=False)  # [F]
        self.hidden_weight = _variable("hidden_weight", _random(size, hidden_size))  # [F, H]
        self.hidden_bias = _variable("hidden_bias", np.zeros(hidden_size))  # [H]
        self.actor_weight = _variable("actor_weight", _random(hidden_size, num_outputs))  # [H, A]
        self.critic_weight = _variable("critic_weight", _random(hidden_size, 1))  # [H, 1]

    def forward(
        self, input_dict: Mapping[str, Any], state: list[Any], seq_lens: Any
    ) -> tuple[Any, list[Any]]:
        """Map observations ``[B, F]`` to the inputs of the action distribution ``[B, A]``."""
        if not self.var_list:
            # RLlib 2.60 refuses a model that registers variables in the constructor: it compares
            # them with those that were built, and finds none equal to itself.
            statistics = [self.mean, self.variance]
            layers = [self.hidden_weight, self.hidden_bias, self.actor_weight, self.critic_weight]
            self.register_variables(statistics + layers)
        self._observations = tf.cast(input_dict["obs_flat"], tf.float32)  # [B, F]
        centred = self._observations - self.mean  # [B, F]
        normalised = centred / tf.sqrt(self.variance + 1e-5)  # [B, F]
        hidden = tf.tanh(normalised @ self.hidden_weight + self.hidden_bias)  # [B, H]
        self._values = tf.reshape(hidden @ self.critic_weight, [-1])  # [B]
        return hidden @ self.actor_weight, state

    def value_function(self) -> Any:
        """Return the critic's values ``[B]`` for the batch last passed to :meth:`forward`."""
        return self._values

    def update_ops(self) -> list[Any]:
        """Return what moves the running statistics towards those of the last batch."""
        mean, variance = tf.nn.moments(self._observations, axes=[0])  # [F], [F]
        return [
            statistic.assign(self.momentum * statistic + (1 - self.momentum) * of_batch)
            for statistic, of_batch in ((self.mean, mean), (self.variance, variance))
        ]


def _variable(name: str, value: np.ndarray, trainable: bool = True) -> Any:
    return tf.Variable(value.astype(np.float32), trainable=trainable, name=name)


def _random(inputs: int, outputs: int) -> np.ndarray:
    # RLlib seeds NumPy's global generator, and hands the model no other.
    return np.random.standard_normal((inputs, outputs)) / np.sqrt(inputs)  # noqa: NPY002
