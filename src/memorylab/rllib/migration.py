"""What became of each name of RLlib's old API stack; tests/rllib/test_migration.py tries each."""

from __future__ import annotations

MIGRATION: dict[str, dict[str, tuple[str, str]]] = {
    "the network": {
        "setup": ("TorchModelV2.__init__(obs_space, ...)", "RLModule.setup()"),
        "forward": ("forward(input_dict, state, seq_lens)", "_forward(batch)"),
        "recurrent": ("RecurrentNetwork.forward_rnn", "_forward, inputs [B, T, F]"),
        "phases": ('input_dict["is_training"]', "_forward_train, _exploration, _inference"),
        "value_function": ("value_function()", "ValueFunctionAPI.compute_values"),
        "last_output": ("last_output()", "gone: keep what forward_train returned"),
        "context": ("context()", "gone: forward_inference turns gradients off"),
    },
    "what it is given": {
        "obs": ('input_dict["obs"], ["obs_flat"]', "batch[Columns.OBS]"),
        "seq_lens": ("seq_lens", "Columns.SEQ_LENS, Columns.LOSS_MASK"),
        "initial_state": ("get_initial_state() -> [h, ...]", 'get_initial_state() -> {"h": h}'),
        "state": ("state_in_0, state_out_0, ...", "Columns.STATE_IN, Columns.STATE_OUT"),
    },
    "before it: preprocessing": {
        "preprocessor": ("built-in Preprocessor", "FlattenObservations()"),
        "custom_preprocessor": ("custom_preprocessor", "a connector, or a wrapper"),
        "observation_filter": ('observation_filter="MeanStdFilter"', "MeanStdFilter()"),
        "prev_action": ("lstm_use_prev_action, ..._reward", "PrevActionsPrevRewards()"),
        "framestack": ("framestack", "FrameStackingEnvToModule, ...Learner"),
    },
    "choosing it": {
        "register": ("ModelCatalog.register_custom_model", "RLModuleSpec(module_class=...)"),
        "model_config": ("custom_model_config", "RLModuleSpec(model_config=...)"),
        "defaults": ("MODEL_DEFAULTS", "DefaultModelConfig"),
        "use_lstm": ('"use_lstm": True', "DefaultModelConfig(use_lstm=True)"),
        "use_attention": ('"use_attention": True', "gone: an RLModule of your own"),
        "action_dist": ("register_custom_action_dist", "action_dist_cls, get_..._dist_cls()"),
    },
    "learning": {
        "custom_loss": ("custom_loss(policy_loss, ...)", "Learner.compute_loss_for_module"),
        "metrics": ("metrics()", "self.metrics.log_value"),
    },
    "its weights, and acting with it": {
        "variables": ("variables(), trainable_variables()", "parameters(), get_state()"),
        "import_from_h5": ("import_from_h5", "restore_from_path(), or safetensors"),
        "compute_single_action": (
            "compute_single_action(obs, state)",
            "a loop around forward_inference",
        ),
    },
}
"""For each group of names, and each key: the name on the old stack, and on the current one.

What has no successor begins with ``gone:``, and says what to do instead.
"""
