"""An actor and a critic with a memory in Keras, and a distribution of actions in several parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import torch
from ray.rllib.models.tf.tf_action_dist import Categorical
from ray.rllib.utils.framework import try_import_tf

from memorylab.errors import check_choice, check_count, reject_unknown_keys
from memorylab.networks.mlp import check_hidden_sizes
from memorylab.rllib.heads import Autoregressive, level_sizes
from memorylab.rllib.heads.autoregressive import one_hots
from memorylab.rllib.heads.spaces import choices_of

# Without TensorFlow the second is a stand-in, from which classes can be derived.
_, tf, _ = try_import_tf()

# Annotations call tensors Any: TensorFlow need not be installed.


def _leaky_relu(x: Any) -> Any:
    return tf.nn.leaky_relu(x, 0.01)  # PyTorch's slope; Keras has another


ACTIVATIONS: dict[str, str | Callable[[Any], Any]] = {
    **{name: name.lower() for name in ("ELU", "GELU", "ReLU", "SELU", "Sigmoid")},
    **{name: name.lower() for name in ("Softplus", "Softsign", "Tanh")},
    "LeakyReLU": _leaky_relu,
    "SiLU": "swish",
}
"""Nonlinearities that Keras has too, by their names in ``torch.nn``."""

MEMORIES: dict[str, tuple[str, ...]] = {
    "mlp": (),
    "elman": ("hidden",),
    "gru": ("hidden",),
    "lstm": ("hidden", "cell"),
}
"""Memories that Keras has too, and the parts of their state in its order."""


class KerasActorCritic(tf.keras.Model):  # type: ignore[name-defined]
    """:class:`memorylab.memory.ActorCritic` in Keras: the same layers, with weights of its own.

    Args:
        observation_size: Number of features F that the memory reads.
        outputs: Number of outputs of the actor's head.
        choices: For actions in several parts, how many choices each has; the head then has one
            network for each part, and puts out the logits of all conditionals.
        config: Complete ``custom_model_config``.

    Raises:
        ValueError: A size is below 1, or a name doesn't exist in Keras.
    """

    def __init__(
        self, observation_size: int, outputs: int, choices: Sequence[int], config: Mapping[str, Any]
    ):
        super().__init__(name="networks")
        self.memory = check_choice(config["memory"], "memory in Keras called", MEMORIES)
        reject_unknown_keys(config["memory_config"], ["hidden_size"], "argument of this memory")
        self.size = check_count(config["memory_config"].get("hidden_size", 64), "hidden_size")
        name = check_choice(
            config["encoder_nonlinearity"], "nonlinearity in Keras called", ACTIVATIONS
        )
        self.momentum = config["batch_normalization"]
        # Neither learns a gradient: see TFMemoryModelV2.update_ops.
        self.normalization = self.momentum is not None and tf.keras.layers.BatchNormalization(
            momentum=self.momentum, center=False, scale=False, name="normalization"
        )
        self.names = ("memory",) if config["vf_share_layers"] else ("actor", "critic")
        self.encoders = [
            _mlp(f"{which}_encoder", config["encoder_sizes"], ACTIVATIONS[name])
            for which in self.names
        ]
        self.memories = [self._make_memory(which) for which in self.names]
        self.choices = choices
        self.actor_heads = [
            _mlp(f"actor_head_{i}", config["actor_sizes"], _leaky_relu, size)
            for i, size in enumerate(choices or [outputs])
        ]
        self.critic_head = _mlp("critic_head", config["critic_sizes"], _leaky_relu, 1)
        # Build all weights now, before RLlib asks for them.
        state = [tf.zeros([1, *part.shape]) for part in self.initial_state()]
        self(tf.zeros([1, 1, observation_size]), state, tf.ones([1, 1], tf.bool))

    def _make_memory(self, which: str) -> Any:
        name = f"{which}_memory"
        if self.memory == "mlp":
            return _mlp(name, [self.size, self.size], _leaky_relu)
        layers = tf.keras.layers
        layer = {"elman": layers.SimpleRNN, "gru": layers.GRU, "lstm": layers.LSTM}[self.memory]
        return layer(self.size, return_sequences=True, return_state=True, name=name)

    def initial_state(self) -> list[np.ndarray]:
        """Return zeros ``[H]`` for each part of each memory's state."""
        parts = len(self.names) * len(MEMORIES[self.memory])
        return [np.zeros(self.size, np.float32) for _ in range(parts)]

    def call(self, observations: Any, state: list[Any], real: Any) -> tuple[Any, Any, list[Any]]:
        """Run a batch ``[B, T, F]``.

        Args:
            observations: Observations, padded at the end of each row.
            state: Each part of the state ``[B, H]``; the parts of a memory by their names.
            real: Which steps are real ``[B, T]``; the others change neither state nor statistics.

        Returns:
            The outputs of the actor's head ``[B, T, A]``, the values ``[B, T]``, and the state.
        """
        x = tf.where(real[..., None], observations, 0.0)  # [B, T, F]
        if self.normalization:
            x = self.normalization(x, training=False)
        outputs, after = [], []
        parts = MEMORIES[self.memory]
        order = np.argsort(parts)  # "cell" before "hidden"
        for i, (encoder, memory) in enumerate(zip(self.encoders, self.memories, strict=True)):
            features = encoder(x)
            if not parts:
                outputs.append(memory(features))  # [B, T, D]
                continue
            before = state[i * len(parts) : (i + 1) * len(parts)]
            before = [before[place] for place in order.argsort()]
            y, *found = memory(features, initial_state=before, mask=real)  # [B, T, D], [B, H]
            outputs.append(y)
            after += [found[place] for place in order]
        values = tf.squeeze(self.critic_head(outputs[-1]), -1)  # [B, T]
        return self._act(outputs[0]), values, after

    def _act(self, features: Any) -> Any:
        """Return the actor's outputs: of all conditionals, if actions have several parts."""
        if not self.choices:
            return self.actor_heads[0](features)  # [B, T, A]
        levels, lead = [], tf.shape(features)[:2]
        for i, network in enumerate(self.actor_heads):
            # Every way to choose the parts before this one, one-hot [P, A₁ + … + Aᵢ₋₁].
            ways = torch.tensor(list(product(*map(range, self.choices[:i]))))  # [P, i]
            earlier = one_hots(ways, self.choices).numpy().astype(np.float32)
            shape = tf.concat([lead, earlier.shape], 0)
            context = tf.repeat(features[:, :, None], len(ways), 2)  # [B, T, P, D]
            both = tf.concat([context, tf.broadcast_to(earlier, shape)], -1)
            logits = network(both)  # [B, T, P, Aᵢ]
            levels.append(tf.reshape(logits, tf.concat([lead, [len(ways) * self.choices[i]]], 0)))
        return tf.concat(levels, -1)


class TFAutoregressive(Categorical):
    """The head :class:`~memorylab.rllib.heads.Autoregressive` on RLlib's old stack in TensorFlow.

    RLlib's categorical distribution over the joint actions, for a MultiDiscrete action space or a
    Tuple of Discrete ones. Register it under any name::

        ModelCatalog.register_custom_action_dist("autoregressive_tf", TFAutoregressive)

    Args:
        inputs: The logits of all conditionals ``[B, S]``, as for ``AutoregressiveCategorical``.
        model: The model that they come from; only its ``action_space`` is read.
    """

    head = Autoregressive()

    def __init__(self, inputs: Any, model: Any):
        self.space, self.choices = model.action_space, choices_of(model.action_space)
        joint = tf.zeros_like(inputs[:, :1])  # [B, 1]
        for level, n in zip(
            tf.split(inputs, level_sizes(self.choices), 1), self.choices, strict=True
        ):
            conditional = tf.nn.log_softmax(tf.reshape(level, [-1, level.shape[1] // n, n]))
            joint = tf.reshape(joint[..., None] + conditional, [-1, level.shape[1]])
        super().__init__(joint, model)

    def logp(self, x: Any) -> Any:
        """Return the log-probability of each action as a whole."""
        parts = x if isinstance(x, tuple | list) else tf.unstack(x, axis=1)
        index = tf.zeros_like(parts[0], tf.int32)
        for part, n in zip(parts, self.choices, strict=True):
            index = index * n + tf.cast(part, tf.int32)
        return super().logp(index)

    def deterministic_sample(self) -> Any:
        """Return the likeliest action as a whole."""
        return self._parts(super().deterministic_sample())

    def _build_sample_op(self) -> Any:
        return self._parts(super()._build_sample_op())

    def _parts(self, index: Any) -> Any:
        parts = tf.unstack(tf.unravel_index(index, np.array(self.choices, np.int64)))
        if hasattr(self.space, "spaces"):
            return tuple(parts)
        return tf.stack(parts, 1)

    @staticmethod
    def required_model_output_shape(action_space: Any, model_config: Any) -> int:
        """Return how many inputs the distribution needs."""
        return TFAutoregressive.head.size(action_space)


def _mlp(name: str, hidden: Any, activation: Any, outputs: int | None = None) -> Any:
    dense = tf.keras.layers.Dense
    layers = [
        dense(size, activation, name=f"{name}_{i}")
        for i, size in enumerate(check_hidden_sizes(hidden))
    ]
    if outputs is not None:
        layers.append(dense(outputs, name=f"{name}_output"))
    return tf.keras.Sequential(layers, name=name)
