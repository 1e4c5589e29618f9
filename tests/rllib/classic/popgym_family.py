"""POPGym's family in small, and how the tests build and call it."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import pytest
import torch
from ray.rllib.models import ModelCatalog
from torch import Tensor, nn

from memorylab.rllib import classic
from memorylab.rllib.classic import BaseModel, DiffNC

NAMES = [
    *("MLP", "BasicMLP", "Framestack", "Frameconv", "Elman", "GRU", "LSTM", "IndRNN", "LMU"),
    *("S4D", "LinearAttention", "DeepLinearAttention"),
    *("FastWeightProgrammer", "DeepFastWeightProgrammer", "DiffNC"),
]
FAMILY: list[type[BaseModel]] = [getattr(classic, name) for name in NAMES]
EMBEDDINGS = [
    "learned",
    "fixed",
    "sine",
    "scaled_sine",
    "simple_scaled",
    "perceptron",
    "base2",
    "time2vec",
]
SPACE, TWO = gym.spaces.Box(-1, 1, (3,)), gym.spaces.Discrete(2)


def options_of(model_class: type[BaseModel], **options: Any) -> dict[str, Any]:
    """Return options that make a model small."""
    small = {
        "hidden_size": 16,
        "preprocessor_input_size": 10,
        "preprocessor_output_size": 10,
        "postprocessor_output_size": 8,
    }
    if issubclass(model_class, DiffNC):
        small |= {"cell_size": 3, "read_heads": 2}
    if "num_layers" in model_class.MODEL_CONFIG and not issubclass(model_class, DiffNC):
        # With short keys LayerNorm enlarges rounding errors, and a ReLU may leave no gradient.
        small |= {"num_layers": 2, "hidden_size": 100}
    return small | options


def build(model_class: type[BaseModel], max_seq_len: int = 6, **options: Any) -> BaseModel:
    """Return a small model with two logits, as RLlib's catalog makes it, in its linear range."""
    return ModelCatalog.get_model_v2(
        SPACE,
        TWO,
        2,
        {
            "custom_model": model_class,
            "custom_model_config": options_of(model_class, **options),
            "max_seq_len": max_seq_len,
        },
        framework="torch",
    )


def enlarge(model: BaseModel) -> BaseModel:
    """Make the model's outputs depend on its inputs visibly: its last layers start near zero."""
    with torch.no_grad():
        for head in (model.actor, model.critic):
            head[-1].weight.mul_(50)
    return model


def initial_state(model: Any, batch_size: int, time: int = 0) -> list[Tensor]:
    """Return the state of rows that have ``time`` steps behind them, as floats like RLlib's."""
    *state, seen = (
        tensor.float().repeat(batch_size, *[1] * tensor.dim())
        for tensor in model.get_initial_state()
    )
    return [*state, seen + time]


def call(
    model: BaseModel, observations: Tensor, state: list[Tensor], seq_lens: list[int]
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Return logits ``[B, T, 2]``, values ``[B, T]`` and the state for ``[B, T, O]``."""
    rows = observations.shape[:2]
    logits, state = model({"obs": observations.flatten(0, 1)}, state, torch.tensor(seq_lens))
    return logits.unflatten(0, rows), model.value_function().unflatten(0, rows), state


def popgyms_class(name: str) -> type[nn.Module]:
    """Return POPGym's own class; skip the test where a package that it needs is not installed."""
    place = name.removeprefix("Basic").removeprefix("Deep").lower()
    place = {"linearattention": "linear_attention", "fastweightprogrammer": "fwp"}.get(place, place)
    reason = f"POPGym's {name} needs a package that the course does not install"
    module = f"popgym.baselines.ray_models.ray_{place}"
    return getattr(pytest.importorskip(module, reason=reason, exc_type=ImportError), name)


def popgyms(popgym_class: type[nn.Module], max_seq_len: int = 6, **options: Any) -> Any:
    """Return a model of POPGym with two logits, in its linear range."""
    config = {"custom_model_config": options, "max_seq_len": max_seq_len}
    return enlarge(popgym_class(SPACE, TWO, 2, config, ""))


def call_popgym(
    model: Any, observations: Tensor, state: list[Tensor], seq_lens: list[int]
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Call a model of POPGym, which writes into what it gets."""
    return call(model, observations.clone(), list(state), seq_lens)


def two_layers(input_size: int, output_size: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(input_size, 7), nn.LeakyReLU(inplace=True), nn.Linear(7, output_size)
    )
