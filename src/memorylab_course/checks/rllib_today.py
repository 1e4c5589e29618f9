"""Self-checks of the notebook rllib_today."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import torch
from torch.nn.functional import linear

from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check

GATE_SHAPES = {"gate": (3, 3), "body": (16, 3), "pi": (4, 16), "vf": (1, 16)}
"""Shapes of the weights of exercise 2, for three features and four actions."""


@self_check
def grey(student: type) -> str:
    """Exercise 1: a connector that makes images grey."""
    from ray.rllib.connectors.env_to_module import EnvToModulePipeline
    from ray.rllib.env.single_agent_episode import SingleAgentEpisode

    space, actions = gym.spaces.Box(0, 255, (6, 5, 3), np.uint8), gym.spaces.Discrete(2)
    space.seed(0)
    attempt(student().recompute_output_observation_space, space, actions)
    pipeline = EnvToModulePipeline(space, actions, connectors=[student()])
    found = pipeline.observation_space
    expect(isinstance(found, gym.spaces.Box), f"the new space to be a Box, not {found}")
    expect(found.shape == (6, 5, 1), f"a space with one channel, not one of shape {found.shape}")
    expect(
        (found.low == 0).all() and (found.high == 1).all() and found.dtype == np.float32,
        f"a space of float32 from 0 to 1, not {found}",
    )
    episode = SingleAgentEpisode(observation_space=space, action_space=actions)
    for image in (space.sample(), space.sample(), np.full(space.shape, 255, np.uint8)):
        if len(episode.observations):
            episode.add_env_step(image, 0, 0.0)
        else:
            episode.add_env_reset(image)
        seen = np.asarray(attempt(student().preprocess, image.copy(), episode))
        expect(seen.shape == (6, 5, 1), f"images of the shape of your space, not {seen.shape}")
        expect(seen.dtype == np.float32, f"images of float32, not {seen.dtype}")
        expect(found.contains(seen), "images within your space: what must 255 become?")
        grey = image.astype(np.float64).mean(-1, keepdims=True) / 255
        expect(np.allclose(seen, grey, atol=1e-6), "the numbers of the old preprocessor")
        pipeline(rl_module=None, batch={}, episodes=[episode], explore=True, shared_data={})
        expect(
            np.array_equal(episode.get_observations(-1), seen),
            "RLlib's own __call__ to stay as it is",
        )
    return "Right: the same numbers, and a space that says so."


@self_check
def gate(student: type) -> str:
    """Exercise 2: a TorchModelV2 as an RLModule."""
    from ray.rllib.core.columns import Columns

    module = student(
        observation_space=gym.spaces.Box(-1, 1, (3,)),
        action_space=gym.spaces.Discrete(4),
        model_config={},
    )
    weights = module.state_dict()
    known = {f"{part}.{kind}" for part in GATE_SHAPES for kind in ("weight", "bias")}
    missing, surplus = sorted(known - weights.keys()), sorted(weights.keys() - known)
    expect(not missing, f"weights of the same names; there is no {', '.join(missing)}")
    expect(not surplus, f"no weights that the old model lacks; there is {', '.join(surplus)}")
    for part, shape in GATE_SHAPES.items():
        found = tuple(weights[f"{part}.weight"].shape)
        expect(found == shape, f"{part}.weight of shape {shape} for 3 features, not {found}")

    def layer(part: str, inputs: torch.Tensor) -> torch.Tensor:
        return linear(inputs, weights[f"{part}.weight"], weights[f"{part}.bias"])

    def expected(obs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = torch.tanh(layer("body", obs * torch.sigmoid(layer("gate", obs))))
        return layer("pi", features), layer("vf", features).squeeze(-1)

    def compare_values(found: torch.Tensor, values: torch.Tensor, how: str) -> None:
        expect_tensor(found, values.shape, "values", f"{how} embeddings")
        hint = f"the old model's values {how} embeddings"
        expect_answer(found, values, {}, hint, tolerance=1e-5)

    batch = {Columns.OBS: torch.randn(7, 3, generator=torch.Generator().manual_seed(0))}
    other = {Columns.OBS: batch[Columns.OBS][:2] + 1}
    logits, values = expected(batch[Columns.OBS])
    output = attempt(module.forward_train, batch)
    expect(isinstance(output, dict), "_forward to return a dictionary")
    for column in (Columns.ACTION_DIST_INPUTS, Columns.EMBEDDINGS):
        expect(column in output, f"_forward to return {column!r}")
    found = output[Columns.ACTION_DIST_INPUTS]
    expect(
        found.shape == logits.shape and torch.allclose(found, logits, atol=1e-6),
        "the logits of the old model",
    )
    found = attempt(module.compute_values, batch, output[Columns.EMBEDDINGS])
    compare_values(found, values, "with")
    # A batch that was never passed forward: values kept from an earlier call would be wrong.
    found = attempt(module.compute_values, other)
    compare_values(found, expected(other[Columns.OBS])[1], "without")
    return "Right: the same weights, the same numbers, and nothing kept between two calls."
