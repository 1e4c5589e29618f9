"""Heads on RLlib's old API stack, beyond what the matrix shows."""

import gymnasium as gym
import pytest
import torch
from action_examples import classic_batch, classic_config, sample_and_batch, small_config
from matrix_examples import CLASSIC_DISTRIBUTIONS, HEAD_CASES, LOSSES, record, run_classic_model
from matrix_examples import classic_config as config_of
from ray.rllib.core.columns import Columns
from ray.rllib.models import ModelCatalog
from ray.rllib.models.torch.torch_action_dist import TorchDeterministic

from memorylab.environments import Menu
from memorylab.memory import map_state
from memorylab.rllib import MemoryRLModule
from memorylab.rllib.actions import AutoregressiveModelV2, ParametricActionsModelV2
from memorylab.rllib.classic import GRU, MLP, DiffNC, MemoryModelV2
from memorylab.rllib.heads import Autoregressive, Beta, ClassicAutoregressive, Plain

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("more_environments")]

FLAT, PAIR = gym.spaces.Box(0, 1, (3,)), gym.spaces.MultiDiscrete([2, 3])
INTERVAL = gym.spaces.Box(-1, 1, (1,))
JOINT = gym.spaces.Dict(
    {"observations": gym.spaces.Box(0, 1, (3,)), "action_mask": gym.spaces.Box(0, 1, (2, 3))}
)


def preprocessed(space):
    """Return an observation space as RLlib's preprocessors hand it to a model."""
    flat = gym.spaces.utils.flatten_space(space)
    flat.original_space = space
    return flat


def flat_batch(observation, rows):
    """Return the parts of an observation ``[..., *]`` as RLlib flattens them, by name."""
    parts = [observation[key].reshape(rows, -1) for key in sorted(observation)]
    return {"obs": torch.cat(parts, -1)}


def build(action_space, num_outputs, model_class=MemoryModelV2, space=FLAT, **options):
    """Return a model whose policy has the distribution that ``distribution`` is the name of."""
    model_config = {"custom_model": model_class, "custom_model_config": options, "max_seq_len": 5}
    if name := options.pop("distribution", None):
        ModelCatalog.register_custom_action_dist(name, {**CLASSIC_DISTRIBUTIONS, **OTHERS}[name])
        model_config["custom_action_dist"] = name
    return ModelCatalog.get_model_v2(space, action_space, num_outputs, model_config, "torch")


OTHERS = {"own": TorchDeterministic}


# --- the distribution is that of the head ---------------------------------------------------------


@pytest.mark.parametrize("model_class", [MemoryModelV2, MLP])
@pytest.mark.parametrize(
    ("space", "outputs", "head", "distribution", "message"),
    [
        (INTERVAL, 2, "beta", None, "'beta' needs .* ClassicBeta, but there is no custom_action"),
        (INTERVAL, 1, "beta", "own", "ClassicBeta, but custom_action_dist is 'own'. Register"),
        (INTERVAL, 2, "plain", "beta", "'plain' needs .* RLlib .* but .* 'beta'. Leave"),
        (PAIR, 5, "autoregressive", None, "ClassicAutoregressive, but there is no custom"),
        (PAIR, 8, Plain(), "autoregressive", "'plain' needs .* but .* is 'autoregressive'"),
        (PAIR, 7, "plain", None, "'plain' has 5 outputs for .*, but num_outputs is 7"),
    ],
)
def test_a_distribution_of_another_head_is_refused(
    space, outputs, head, distribution, message, model_class
):
    with pytest.raises(ValueError, match=message):
        build(space, outputs, model_class, head=head, distribution=distribution)


def test_heads_that_do_not_fit_are_refused():
    with pytest.raises(TypeError, match="'sequential' doesn't work on RLlib's old API stack"):
        build(PAIR, 5, head="sequential")
    with pytest.raises(TypeError, match=r"'beta' doesn't fit.*Heads that fit: 'plain'"):
        build(PAIR, 5, head="beta")
    with pytest.raises(ValueError, match=r"'masked autoregressive' needs .* ClassicAuto"):
        build(PAIR, 5, ParametricActionsModelV2, preprocessed(JOINT))
    with pytest.raises(TypeError, match="'parametric' doesn't fit"):
        build(PAIR, 5, ParametricActionsModelV2)
    with pytest.raises(ValueError, match=r"'autoregressive' needs .* ClassicAuto"):
        build(PAIR, 5, AutoregressiveModelV2)


def test_without_a_head_the_distribution_chooses_it():
    assert build(INTERVAL, 2, distribution="beta").head == Beta()
    assert build(PAIR, 8, distribution="autoregressive").head == Autoregressive()
    assert build(INTERVAL, 1, distribution="own").networks(torch.zeros(1, 1, 3))[0].shape[-1] == 1
    # Whatever RLlib's own distribution for an odd space needs.
    odd = gym.spaces.Tuple([gym.spaces.Discrete(2), INTERVAL])
    assert build(odd, 4)({"obs": torch.zeros(2, 3)})[0].shape == (2, 4)
    losses = {"losses": {"behaviour_cloning": 1}, "demonstrations": "expert.npz"}
    with pytest.raises(TypeError, match=r"behaviour_cloning knows .* not .*TorchDeterministic"):
        build(INTERVAL, 1, distribution="own", **losses)


# --- POPGym's networks ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "model_class"),
    [
        *((case, GRU) for case in HEAD_CASES if case.head != "sequential"),
        (HEAD_CASES[0], DiffNC),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "-".join(value[:2]),
)
def test_popgyms_networks_take_heads_and_losses(case, model_class, tmp_path):
    record(case, tmp_path / "expert.npz")
    losses = {name: value for kind in LOSSES.values() for name, value in kind.items()}
    keys = ["hidden_size", "preprocessor_input_size", "preprocessor_output_size"]
    options = dict.fromkeys([*keys, "postprocessor_output_size"], 16)
    options |= {"head": case.head, "losses": losses, "demonstrations": tmp_path / "expert.npz"}
    outcome = run_classic_model(config_of(case, model_class, options))
    assert (outcome.replayed - outcome.sampled).abs().max() <= 1e-6
    expected = case.log_prob(outcome.sampled, outcome.actions)
    torch.testing.assert_close(outcome.log_prob, expected, rtol=1e-4, atol=1e-4)
    assert outcome.losses == set(losses)
    assert outcome.unmoved == []


# --- both stacks ----------------------------------------------------------------------------------


def test_weights_go_from_one_stack_to_the_other():
    old = build(PAIR, 8, AutoregressiveModelV2, distribution="autoregressive")
    new = MemoryRLModule(
        observation_space=FLAT, action_space=PAIR, model_config={"head": "autoregressive"}
    )
    new.networks.load_state_dict(old.networks.state_dict())
    observations = torch.rand(2, 5, 3)
    inputs, _, _ = new.networks(observations)
    logits, _ = old({"obs": observations.flatten(0, 1)}, [], torch.tensor([5, 5]))
    torch.testing.assert_close(logits.reshape(2, 5, 8), inputs)


def test_the_same_weights_give_the_same_logits_and_values_on_both_stacks():
    learner, _, batch = sample_and_batch(small_config("Menu", "lstm"), 60)
    module, lens = learner.module["default_policy"], batch[Columns.SEQ_LENS]
    model = build(
        Menu().action_space,
        6,
        space=preprocessed(Menu().observation_space),
        memory="lstm",
        memory_config={"hidden_size": 16},
        vf_share_layers=True,
    )
    model.networks.load_state_dict(module.networks.state_dict())
    observation, size = batch[Columns.OBS], len(lens)
    steps = observation["action_mask"].shape[1]
    old, _ = model(flat_batch(observation, size * steps), [], lens.int())
    start = map_state(lambda tensor: tensor.expand(size, *tensor.shape), module.get_initial_state())
    new_batch = {Columns.OBS: observation, Columns.STATE_IN: start, Columns.SEQ_LENS: lens}
    new = module.forward_train(new_batch)
    torch.testing.assert_close(old.reshape(size, -1, 6), new[Columns.ACTION_DIST_INPUTS])
    mask = torch.arange(steps) < lens.unsqueeze(1)
    torch.testing.assert_close(
        model.value_function().reshape(mask.shape)[mask], module.compute_values(new_batch)[mask]
    )


# --- masks ----------------------------------------------------------------------------------------


def test_a_mask_of_zeros_is_an_error_once_the_policy_is_in_use():
    worker, batch = classic_batch(classic_config("Menu", "gru", ParametricActionsModelV2))
    policy = worker.get_policy()
    batch["obs"][5, :6] = 0
    with pytest.raises(ValueError, match="no action at row 0, step 5, which is a real step"):
        policy.compute_gradients(batch)
    # Building a policy, RLlib tries the model on nothing but zeros.
    model = policy.model
    zeros = {"obs": torch.zeros(2, *policy.observation_space.shape)}
    with pytest.raises(ValueError, match="no action at row 0, step 0"):
        model(zeros)
    model._in_use = False
    assert model(zeros)[0].isfinite().all()


def test_pairs_can_be_masked():
    mask = torch.tensor([[[1.0, 0, 1], [0, 1, 0]], [[0, 0, 0], [1, 1, 1]]])  # [2, 2, 3]
    model = build(PAIR, 8, space=preprocessed(JOINT), distribution="masked autoregressive")
    observation = {"observations": torch.rand(2, 3), "action_mask": mask}
    inputs, _ = model(flat_batch(observation, 2))
    probabilities = ClassicAutoregressive(inputs, model).dist.log_probs.exp()
    assert (probabilities[mask == 0] == 0).all()
    torch.testing.assert_close(probabilities.sum((-1, -2)), torch.ones(2))
