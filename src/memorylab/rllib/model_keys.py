"""RLlib's model configuration: what each key of ``MODEL_DEFAULTS`` does, and what became of it.

For torch, in the version of Ray that this package pins; a test tries each key. More than a third do
nothing on the old stack, although RLlib accepts them. Their successors in ``DefaultModelConfig`` do
what they say under PPO, but for four that only DQN reads.
"""

from __future__ import annotations

from typing import NamedTuple


class ModelKey(NamedTuple):
    """A key of the old stack's ``model`` dictionary."""

    old: str
    """What it does on the old stack; ``NOTHING`` if no torch model reads it."""
    now: str
    """Its name in ``DefaultModelConfig``, with a remark after a comma; or what takes its place,
    which begins with ``gone:``."""


NOTHING = "Nothing: no torch model reads it."
_DEPRECATED = "gone: leave it out"
_CONVERTED = "gone: no default network has transposed convolutions"
_SHOWN = "gone: the connector PrevActionsPrevRewards"
_ATTENTION = "gone: a memory model, such as memorylab's 'gtrxl'"


MODEL_KEYS: dict[str, ModelKey] = {
    # Layers of units
    "fcnet_hiddens": ModelKey("Sizes of the hidden layers.", "fcnet_hiddens"),
    "fcnet_activation": ModelKey("Their nonlinearity.", "fcnet_activation"),
    "fcnet_weights_initializer": ModelKey(NOTHING, "fcnet_kernel_initializer"),
    "fcnet_weights_initializer_config": ModelKey(NOTHING, "fcnet_kernel_initializer_kwargs"),
    "fcnet_bias_initializer": ModelKey(NOTHING, "fcnet_bias_initializer"),
    "fcnet_bias_initializer_config": ModelKey(NOTHING, "fcnet_bias_initializer_kwargs"),
    # Convolutions
    "conv_filters": ModelKey(
        "Channels, kernel and stride of each convolution; by default those for 42 or 84 pixels.",
        "conv_filters",
    ),
    "conv_activation": ModelKey("Their nonlinearity.", "conv_activation"),
    "conv_kernel_initializer": ModelKey(NOTHING, "conv_kernel_initializer"),
    "conv_kernel_initializer_config": ModelKey(NOTHING, "conv_kernel_initializer_kwargs"),
    "conv_bias_initializer": ModelKey(NOTHING, "conv_bias_initializer"),
    "conv_bias_initializer_config": ModelKey(NOTHING, "conv_bias_initializer_kwargs"),
    "conv_transpose_kernel_initializer": ModelKey(NOTHING, _CONVERTED),
    "conv_transpose_kernel_initializer_config": ModelKey(NOTHING, _CONVERTED),
    "conv_transpose_bias_initializer": ModelKey(NOTHING, _CONVERTED),
    "conv_transpose_bias_initializer_config": ModelKey(NOTHING, _CONVERTED),
    # Layers after those
    "post_fcnet_hiddens": ModelKey(
        "Sizes of layers after the hidden ones or the convolutions.", "head_fcnet_hiddens"
    ),
    "post_fcnet_activation": ModelKey(
        "Their nonlinearity after convolutions; after hidden layers, theirs counts.",
        "head_fcnet_activation",
    ),
    "post_fcnet_weights_initializer": ModelKey(
        NOTHING, "head_fcnet_kernel_initializer, read by DQN alone"
    ),
    "post_fcnet_weights_initializer_config": ModelKey(
        NOTHING, "head_fcnet_kernel_initializer_kwargs, read by DQN alone"
    ),
    "post_fcnet_bias_initializer": ModelKey(
        NOTHING, "head_fcnet_bias_initializer, read by DQN alone"
    ),
    "post_fcnet_bias_initializer_config": ModelKey(
        NOTHING, "head_fcnet_bias_initializer_kwargs, read by DQN alone"
    ),
    # Outputs
    "free_log_std": ModelKey(
        "Log standard deviations are parameters, not outputs of the network.", "free_log_std"
    ),
    "log_std_clip_param": ModelKey(NOTHING, "log_std_clip_param"),
    "no_final_linear": ModelKey(
        "The last layer has a nonlinearity, and as many units as there are outputs.",
        "gone: give a module its own layers",
    ),
    "vf_share_layers": ModelKey(
        "The value function has the layers of the policy; PPO turns it off.", "vf_share_layers"
    ),
    # LSTM
    "use_lstm": ModelKey("Puts an LSTM behind the network.", "use_lstm"),
    "max_seq_len": ModelKey(
        "Steps in a sequence of a train batch, for every model with state.", "max_seq_len"
    ),
    "lstm_cell_size": ModelKey("Its size.", "lstm_cell_size"),
    "lstm_use_prev_action": ModelKey("It is shown the last action.", _SHOWN),
    "lstm_use_prev_reward": ModelKey("It is shown the last reward.", _SHOWN),
    "lstm_weights_initializer": ModelKey(NOTHING, "lstm_kernel_initializer"),
    "lstm_weights_initializer_config": ModelKey(NOTHING, "lstm_kernel_initializer_kwargs"),
    "lstm_bias_initializer": ModelKey(NOTHING, "lstm_bias_initializer"),
    "lstm_bias_initializer_config": ModelKey(NOTHING, "lstm_bias_initializer_kwargs"),
    "_time_major": ModelKey(
        "Time comes before batch in a recurrent network's inputs.",
        "gone: inputs are [B, T, F]",
    ),
    # Attention
    "use_attention": ModelKey("Puts a GTrXL behind the network.", _ATTENTION),
    "attention_num_transformer_units": ModelKey("Its layers.", _ATTENTION),
    "attention_dim": ModelKey("Its size.", _ATTENTION),
    "attention_num_heads": ModelKey("Heads in a layer.", _ATTENTION),
    "attention_head_dim": ModelKey("Size of a head.", _ATTENTION),
    "attention_memory_inference": ModelKey("Steps that it looks back while it acts.", _ATTENTION),
    "attention_memory_training": ModelKey("Steps that it looks back in training.", _ATTENTION),
    "attention_position_wise_mlp_dim": ModelKey("Size of the layer after attention.", _ATTENTION),
    "attention_init_gru_gate_bias": ModelKey(
        "First bias of the gates around a layer; high lets the input pass by.", _ATTENTION
    ),
    "attention_use_n_prev_actions": ModelKey(
        "It is shown so many last actions; while it acts, those up to one step earlier.", _SHOWN
    ),
    "attention_use_n_prev_rewards": ModelKey(
        "It is shown so many last rewards; while it acts, those up to one step earlier.", _SHOWN
    ),
    # Images
    "framestack": ModelKey(
        "Atari: observations are the last four frames; only True does it, a number does not.",
        "gone: the connectors FrameStackingEnvToModule and FrameStackingLearner",
    ),
    "dim": ModelKey(
        "Atari: images are scaled to so many pixels.", "gone: wrap_atari_for_new_api_stack"
    ),
    "grayscale": ModelKey(
        "Atari with preprocessor_pref='rllib': one channel.", "gone: wrap_atari_for_new_api_stack"
    ),
    "zero_mean": ModelKey(
        "Atari with preprocessor_pref='rllib': pixels from -1 to 1 instead of 0 to 1.",
        "gone: memorylab's connector for images",
    ),
    # Of one's own
    "custom_model": ModelKey(
        "Name or class of a model of one's own.", "gone: RLModuleSpec(module_class=...)"
    ),
    "custom_model_config": ModelKey(
        "Arguments of its constructor.", "gone: RLModuleSpec(model_config=...)"
    ),
    "custom_action_dist": ModelKey(
        "Name of a registered action distribution.", "gone: a module's action_dist_cls"
    ),
    "custom_preprocessor": ModelKey("Is refused.", "gone: a connector"),
    "encoder_latent_dim": ModelKey(NOTHING, "gone: the last of fcnet_hiddens"),
    "always_check_shapes": ModelKey(NOTHING, "gone: leave it out"),
    # Deprecated
    "lstm_use_prev_action_reward": ModelKey(NOTHING, _DEPRECATED),
    "_use_default_native_models": ModelKey("Is refused.", _DEPRECATED),
    "_disable_preprocessor_api": ModelKey(
        "obs_flat is the observation as it came.", "gone: there are no preprocessors"
    ),
    "_disable_action_flattening": ModelKey(
        "Last actions of Dict and Tuple reach the model in their parts.",
        _SHOWN,
    ),
}
"""Each key of RLlib's ``MODEL_DEFAULTS``, in their order."""
