import copy
import math

import gymnasium as gym
import numpy as np
import pytest
import torch
import tree
from matrix_examples import HEAD_CASES, record
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.core.columns import Columns

from memorylab.environments import make_environment
from memorylab.memory import ActorCritic
from memorylab.rllib import (
    Agent,
    Demonstrations,
    MemoryRLModule,
    add_losses,
    evaluate,
    ppo_config,
    record_demonstrations,
    train_ppo,
)
from memorylab.rllib.agent import make_runner
from memorylab.rllib.losses import (
    LOSS_NAMES,
    ExtraLosses,
    MemoryRLModuleWithLosses,
    PPOLearnerWithLosses,
    gradient_shares,
    l2_loss,
    latent_kl_loss,
)
from memorylab.rllib.losses.extra_losses import shared_parameters
from memorylab.rllib.observations import unflatten
from memorylab.sequences import sequence_mask

pytestmark = pytest.mark.ray

SMALL = {"dnc": {"hidden_size": 16, "num_locations": 6, "word_size": 5, "num_read_heads": 2}}
EVERY_LOSS = pytest.mark.parametrize("name", LOSS_NAMES)
NEEDED = {"latent_kl": {"reconstruction": 1e-3}}
"""What a loss can't be without."""
WITH_DECODER = pytest.mark.parametrize("name", ["reconstruction", "next_observation"])


@pytest.fixture(scope="module")
def expert(tmp_path_factory):
    """A file of episodes of somebody who walks through the T-maze and then always turns left."""
    path = tmp_path_factory.mktemp("expert") / "maze.npz"
    record_demonstrations(
        "TMaze", lambda: lambda observation: int(observation[3]), episodes=20
    ).save(path)
    return path


def record_wanderer(environment, path):
    """Write episodes of somebody who acts at random."""
    space = make_environment(environment).action_space
    space.seed(5)
    record_demonstrations(environment, lambda: lambda observation: space.sample(), episodes=6).save(
        path
    )
    return path


def small_config(environment="TMaze", memory="gru", **model_config):
    memory_config = SMALL.get(memory, {"hidden_size": 8})
    config = ppo_config(environment, memory, memory_config=memory_config, **model_config)
    return config.training(train_batch_size_per_learner=300, minibatch_size=150, num_epochs=2)


def make_learner(config, steps=300):
    """Return a learner and episodes that were sampled with its weights."""
    runner = make_runner(config, num_envs=4)
    config = config.copy(copy_frozen=False)
    config.validate()
    torch.manual_seed(1)
    learner = config.build_learner(
        spaces={"default_policy": (runner.module.observation_space, runner.module.action_space)}
    )
    runner.module.set_state(learner.module["default_policy"].get_state())
    return learner, runner.sample(num_timesteps=steps)


def update(learner, episodes, num_epochs=1, minibatch_size=150):
    """Learn, and return what the learner measured."""
    result = learner.update(
        episodes=[copy.deepcopy(episode) for episode in episodes],
        timesteps={},
        num_epochs=num_epochs,
        minibatch_size=minibatch_size,
    )
    return tree.map_structure(lambda stats: stats.peek(), result["default_policy"])


def batch_of(learner, episodes):
    """Return the padded batch that a learner makes of episodes."""
    return learner._learner_connector(
        rl_module=learner.module,
        batch={},
        episodes=[copy.deepcopy(episode) for episode in episodes],
        shared_data={},
        metrics=learner.metrics,
    )["default_policy"]


def losses_of(learner, batch):
    """Return the extra losses in a batch, not yet multiplied."""
    module = learner.module["default_policy"]
    output = module.forward_train(batch)
    return module.extra_losses(
        module.networks,
        output["remembered"],
        module.observations(batch),
        batch[Columns.ACTIONS],
        batch[Columns.LOSS_MASK],
    )


@pytest.mark.parametrize("share", [True, False], ids=["shared", "separate"])
def test_all_losses_together_learn_and_are_reported(share, expert):
    config = add_losses(
        small_config(vf_share_layers=share),
        **dict.fromkeys(LOSS_NAMES, 0.1),
        demonstrations=expert,
    )
    learner, episodes = make_learner(config)
    module = learner.module["default_policy"]
    before = copy.deepcopy(module.state_dict())
    metrics = update(learner, episodes, num_epochs=2)
    assert [
        name for name, new in module.state_dict().items() if torch.equal(new, before[name])
    ] == []
    assert metrics["extra_losses"].keys() == set(LOSS_NAMES)
    assert all(0 < value < math.inf for value in metrics["extra_losses"].values())
    assert metrics["gradient_shares"].keys() == {"algorithm", *LOSS_NAMES}
    assert sum(metrics["gradient_shares"].values()) == pytest.approx(1)
    assert all(share > 0 for share in metrics["gradient_shares"].values())


@EVERY_LOSS
def test_each_loss_falls_where_it_is_learned_from(name, expert):
    config = add_losses(
        small_config().training(lr=0.01, grad_clip=None),
        **NEEDED.get(name, {}) | {name: 10.0},
        demonstrations=expert,
    )
    learner, episodes = make_learner(config)
    first = update(learner, episodes)["extra_losses"][name]
    for _ in range(10):
        last = update(learner, episodes, num_epochs=2)["extra_losses"][name]
    assert last < 0.5 * first


@pytest.mark.parametrize(
    "coefficients", [{}, dict.fromkeys(LOSS_NAMES, 0), {"l2": 0.0}], ids=["none", "zeros", "zero"]
)
def test_with_coefficient_zero_training_is_that_of_plain_ppo_to_the_last_bit(coefficients):
    plain = small_config()
    states, returns = [], []
    for config in (plain, add_losses(plain, **coefficients)):
        learner, episodes = make_learner(config)
        metrics = [update(learner, episodes, num_epochs=2) for _ in range(2)][-1]
        states.append(learner.module["default_policy"].state_dict())
        returns.append([episode.get_return() for episode in episodes])
        assert "extra_losses" not in metrics
        assert "gradient_shares" not in metrics
    assert returns[0] == returns[1]
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


@EVERY_LOSS
def test_another_coefficient_than_zero_makes_a_difference(name, expert):
    plain = small_config()
    states = []
    coefficients = NEEDED.get(name, {}) | {name: 0.1}
    for config in (plain, add_losses(plain, **coefficients, demonstrations=expert)):
        learner, episodes = make_learner(config)
        if states:
            before = learner.module["default_policy"].networks.state_dict()
            # The actor and the critic begin as without the loss.
            assert all(torch.equal(before[key], started[key]) for key in started)
        else:
            started = copy.deepcopy(learner.module["default_policy"].networks.state_dict())
        update(learner, episodes)
        states.append(learner.module["default_policy"].networks.state_dict())
    assert not all(torch.equal(states[0][key], states[1][key]) for key in started)


@WITH_DECODER
def test_decoders_are_in_the_optimizer_and_in_the_state(name):
    learner, episodes = make_learner(add_losses(small_config(), **{name: 0.1}, decoder_sizes=(5,)))
    module = learner.module["default_policy"]
    decoder = module.extra_losses.decoders[name]
    assert list(module.extra_losses.decoders) == [name]
    assert [tuple(p.shape) for p in decoder.parameters()][1:] == [(5,), (4, 5), (4,)]
    optimized = {
        id(parameter)
        for optimizer in learner._named_optimizers.values()
        for group in optimizer.param_groups
        for parameter in group["params"]
    }
    assert all(id(parameter) in optimized for parameter in module.parameters())
    before = copy.deepcopy(decoder.state_dict())
    update(learner, episodes)
    assert not any(torch.equal(new, before[key]) for key, new in decoder.state_dict().items())


@pytest.mark.parametrize("environment", ["TMaze", "MineSweeperEasy", "PositionOnlyPendulumEasy"])
def test_padding_and_the_phantom_step_change_nothing_by_a_bit(environment, tmp_path):
    path = record_wanderer(environment, tmp_path / "expert.npz")
    config = add_losses(
        small_config(environment), **dict.fromkeys(LOSS_NAMES, 0.1), demonstrations=path
    )
    learner, episodes = make_learner(config)
    batch = batch_of(learner, episodes)
    module, mask = learner.module["default_policy"], batch[Columns.LOSS_MASK]
    lens = batch[Columns.SEQ_LENS]
    padding = torch.arange(mask.shape[1]) >= lens.unsqueeze(1)  # [B, T]
    phantom = ~mask & ~padding
    assert padding.any()
    assert phantom.any()

    def run(poison):
        module.extra_losses._generator = np.random.default_rng(0)
        observations = tree.map_structure(torch.clone, batch[Columns.OBS])
        actions = batch[Columns.ACTIONS].clone()
        if poison:
            for part in tree.flatten(observations):
                part[padding] = float("nan") if part.is_floating_point() else 99
                # The network still sees the phantom step, so it must be finite.
                part[phantom] = 1000000
            actions[~mask] = float("nan") if actions.is_floating_point() else 99
        dirty = {**batch, Columns.OBS: observations, Columns.ACTIONS: actions}
        losses = losses_of(learner, dirty)
        module.zero_grad()
        sum(losses.values()).backward()
        # The critic's head has none here.
        return losses, [p.grad for p in module.parameters() if p.grad is not None]

    (clean, clean_gradients), (dirty, dirty_gradients) = run(False), run(True)
    assert clean.keys() == dirty.keys() == set(LOSS_NAMES)
    assert all(torch.equal(clean[name], dirty[name]) for name in LOSS_NAMES)
    assert len(clean_gradients) > 8
    for left, right in zip(clean_gradients, dirty_gradients, strict=True):
        assert torch.equal(left, right)
        assert left.isfinite().all()


def test_losses_are_those_of_the_networks_computed_by_hand(expert):
    config = add_losses(
        small_config(),
        # An autoencoder has a test of its own.
        **dict.fromkeys(set(LOSS_NAMES) - {"latent_kl"}, 0.1),
        demonstrations=expert,
        decoder_sizes=(),
    )
    learner, episodes = make_learner(config)
    batch = batch_of(learner, episodes)
    module = learner.module["default_policy"]
    found = losses_of(learner, batch)
    decoders = {name: layers.model[0] for name, layers in module.extra_losses.decoders.items()}
    squares = {"reconstruction": [], "next_observation": []}
    for row, mask in enumerate(batch[Columns.LOSS_MASK]):
        steps = int(mask.sum())  # All that count come first.
        observations = batch[Columns.OBS][row]
        state = {
            "memory": {"hidden": batch[Columns.STATE_IN]["memory"]["hidden"][row : row + 1]},
            "time": batch[Columns.STATE_IN]["time"][row : row + 1],
        }
        remembered, _, _ = module.networks.remember(observations[None, :steps], state)
        actions = torch.eye(3)[batch[Columns.ACTIONS][row, :steps].long()]
        told = decoders["reconstruction"](remembered[0])
        squares["reconstruction"].append((told - observations[:steps]).square())
        told = decoders["next_observation"](torch.cat([remembered[0], actions], dim=-1))
        squares["next_observation"].append((told[:-1] - observations[1:steps]).square())
    for name, errors in squares.items():
        torch.testing.assert_close(found[name], torch.cat(errors).mean())
    # Both that of the actor and that of the critic, and no decoder.
    assert found["l2"] == l2_loss(module.networks.parameters())

    recorded = module.extra_losses.demonstrations
    chosen = np.random.default_rng(0).integers(len(recorded), size=16)
    ends = np.cumsum(recorded.episode_lens)
    surprise = []
    for index in chosen:
        steps = slice(ends[index] - recorded.episode_lens[index], ends[index])
        logits, _, _ = module.networks(torch.as_tensor(recorded.observation[None, steps]))
        did = torch.as_tensor(recorded.action[steps])
        surprise.append(-logits[0].log_softmax(-1)[torch.arange(len(did)), did])
    torch.testing.assert_close(found["behaviour_cloning"], torch.cat(surprise).mean())


def test_with_the_latent_divergence_decoders_read_what_was_drawn():
    config = add_losses(
        small_config(),
        **dict.fromkeys(["reconstruction", "next_observation", "latent_kl"], 0.1),
        decoder_sizes=(),
        latent_size=3,
    )
    learner, episodes = make_learner(config)
    batch = batch_of(learner, episodes)
    module, mask = learner.module["default_policy"], batch[Columns.LOSS_MASK]
    extra = module.extra_losses
    found = losses_of(learner, batch)

    remembered = module.forward_train(batch)["remembered"]
    mean, log_variance = extra.to_latent(remembered).split(3, dim=-1)  # [B, T, 3] each
    noise = torch.as_tensor(np.random.default_rng(0).standard_normal(mean.shape)).float()
    drawn = mean + log_variance.exp().sqrt() * noise  # [B, T, 3]
    told = extra.decoders["reconstruction"](drawn)
    torch.testing.assert_close(
        found["reconstruction"], (told - batch[Columns.OBS])[mask].square().mean()
    )
    torch.testing.assert_close(found["latent_kl"], latent_kl_loss(mean, log_variance, mask))
    assert extra.decoders["next_observation"].model[0].in_features == 3 + 3
    # Noise changes from batch to batch, and nothing is drawn without this loss.
    assert losses_of(learner, batch)["reconstruction"] != found["reconstruction"]
    assert not hasattr(Agent(add_losses(small_config(), reconstruction=1)).module, "to_latent")


def test_a_large_coefficient_keeps_the_latents_from_telling_anything():
    told = []
    for coefficient in (1e-3, 3.0):
        config = add_losses(small_config(), reconstruction=1, latent_kl=coefficient)
        learner, episodes = make_learner(config.training(lr=0.01, grad_clip=None))
        for _ in range(10):
            measured = update(learner, episodes, num_epochs=2)["extra_losses"]
        told.append(measured["latent_kl"])
    assert told[1] < 0.05 < 0.5 < told[0]


@pytest.mark.parametrize(
    "case", HEAD_CASES, ids=[f"{case.head} in {case.environment}" for case in HEAD_CASES]
)
def test_an_expert_is_cloned_by_the_distribution_of_the_head(case, more_environments, tmp_path):
    record(case, tmp_path / "expert.npz")
    config = ppo_config(
        case.environment, head=case.head, environment_config=case.environment_config
    )
    config = add_losses(config, behaviour_cloning=1, demonstrations=tmp_path / "expert.npz")
    module = Agent(config).module
    observations, actions, seq_lens = Demonstrations.load(tmp_path / "expert.npz").draw(
        16, np.random.default_rng(0)
    )
    batch = {
        Columns.OBS: unflatten(observations, module.observation_space),
        Columns.ACTIONS: actions,
        Columns.STATE_IN: None,
        Columns.SEQ_LENS: seq_lens,
    }
    output = module.forward_train(batch)
    mask = sequence_mask(seq_lens, observations.shape[1])
    expected = case.log_prob(output[Columns.ACTION_DIST_INPUTS][mask], actions[mask])
    found = module.compute_extra_losses({**batch, Columns.LOSS_MASK: mask}, output)
    torch.testing.assert_close(found["behaviour_cloning"], -expected.mean())


def test_actions_of_a_tuple_are_encoded_as_those_of_the_same_choices():
    choices, networks = [2, 3], ActorCritic(4, 5)
    spaces = (
        gym.spaces.MultiDiscrete(choices),
        gym.spaces.Tuple([gym.spaces.Discrete(n) for n in choices]),
    )
    observations, remembered = torch.randn(2, 3, 4), torch.randn(2, 3, 64)
    actions = torch.stack([torch.randint(n, (2, 3)) for n in choices], -1)
    mask = torch.ones(2, 3, dtype=torch.bool)
    losses = []
    for space, taken in zip(spaces, (actions, actions.unbind(-1)), strict=True):
        torch.manual_seed(0)
        extra = ExtraLosses(networks, 4, space, losses={"next_observation": 1})
        losses.append(extra(networks, remembered, observations, taken, mask)["next_observation"])
        assert extra.decoders["next_observation"].model[0].in_features == 64 + 5
    assert torch.equal(*losses)
    mixed = gym.spaces.Tuple([gym.spaces.Discrete(2), gym.spaces.Box(0, 1, (1,))])
    with pytest.raises(TypeError, match=r"behaviour_cloning .* but the action space is Tuple"):
        ExtraLosses(networks, 4, mixed, losses={"behaviour_cloning": 1}, demonstrations="a.npz")


def test_shares_are_those_of_the_first_minibatch(expert):
    coefficients = {"reconstruction": 0.3, "l2": 0.01}
    learner, episodes = make_learner(add_losses(small_config(), **coefficients))
    module = learner.module["default_policy"]
    batch = batch_of(learner, episodes)
    extra = losses_of(learner, batch)
    ppo_alone = super(type(learner), learner).compute_loss_for_module
    losses = {name: coefficients[name] * loss for name, loss in extra.items()}
    losses["algorithm"] = ppo_alone(
        module_id="default_policy",
        config=learner.config,
        batch=batch,
        fwd_out=module.forward_train(batch),
    )
    expected = gradient_shares(losses, shared_parameters(module.networks))
    # The whole batch as one minibatch, then others with other weights.
    found = update(learner, episodes, num_epochs=3, minibatch_size=None)["gradient_shares"]
    assert found == pytest.approx(expected, rel=1e-3)
    again = update(learner, episodes, minibatch_size=None)["gradient_shares"]
    assert again != pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("share", [True, False], ids=["shared", "separate"])
def test_the_shared_parameters_are_those_of_the_actors_encoder_and_memory(share):
    networks = Agent(small_config(vf_share_layers=share)).module.networks
    names = {id(parameter): name for name, parameter in networks.named_parameters()}
    found = [names[id(parameter)] for parameter in shared_parameters(networks)]
    part = "memory" if share else "actor"
    starts = (f"encoders.{part}.", f"memories.{part}.")
    assert found == [name for name in names.values() if name.startswith(starts)]
    assert len(found) == 6


def test_a_checkpoint_of_the_module_has_the_decoders(tmp_path):
    config = add_losses(small_config(), reconstruction=0.1, decoder_sizes=(5,))
    module = Agent(config).module
    module.save_to_path(tmp_path)
    restored = MemoryRLModule.from_checkpoint(tmp_path)
    states = module.state_dict(), restored.state_dict()
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert any("decoders" in name for name in states[0])
    assert restored.extra_losses.coefficients == {"reconstruction": 0.1}


def test_an_agent_with_losses_trains_plays_and_comes_back(ray, expert, tmp_path):
    config = add_losses(
        small_config(), reconstruction=0.1, behaviour_cloning=0.1, demonstrations=expert
    )
    results = []
    config.callbacks(on_train_result=lambda *, result, **_: results.append(result))
    options = {"stop_return": None, "progress": False, "checkpoint_path": tmp_path / "run"}
    agent = train_ppo(config, max_steps=600, **options)
    assert len(results) == len(agent.history.env_steps)
    for result in results:
        measured = result["learners"]["default_policy"]
        assert measured["extra_losses"].keys() == {"reconstruction", "behaviour_cloning"}
        assert sum(measured["gradient_shares"].values()) == pytest.approx(1)
    assert agent.history.settings["model_config"]["losses"]["reconstruction"] == 0.1
    again = train_ppo(config, max_steps=600, resume=True, **options)
    mine, restored = agent.module.state_dict(), again.module.state_dict()
    assert all(torch.equal(restored[name], mine[name]) for name in mine)
    assert any("decoders" in name for name in mine)
    # To play, the demonstrations are not needed.
    expert.rename(tmp_path / "away.npz")
    assert len(evaluate(agent, episodes=2)) == 2
    (tmp_path / "away.npz").rename(expert)


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coefficients", "error", "message"),
    [
        ({"reconstructoin": 0.1}, ValueError, "'reconstructoin' is not .* mean 'reconstruction'"),
        ({"behavior_cloning": 0.1}, ValueError, "Did you mean 'behaviour_cloning'"),
        ({"l2": -0.1}, ValueError, "coefficient of l2 .* at least 0, but is -0.1"),
        ({"l2": math.nan}, ValueError, "coefficient of l2 .* but is nan"),
        ({"l2": math.inf}, ValueError, "coefficient of l2 .* but is inf"),
        ({"l2": True}, TypeError, "coefficient of l2 must be a number, got True"),
        ({"behaviour_cloning": ("a.npz", 1)}, TypeError, "behaviour_cloning must be a number"),
        ({"latent_kl": 0.1, "l2": 0.1}, ValueError, "there is none: add reconstruction or next_"),
        ({"behaviour_cloning": 1.0}, ValueError, "needs episodes to learn from: pass demonstratio"),
    ],
)
def test_losses_that_make_no_sense_are_refused(coefficients, error, message):
    with pytest.raises(error, match=message):
        add_losses(small_config(), **coefficients)
    model_config = {"losses": coefficients}
    with pytest.raises(error, match=message):
        MemoryRLModule(
            observation_space=gym.spaces.Box(0, 1, (3,)),
            action_space=gym.spaces.Discrete(2),
            model_config=model_config,
        )


def test_configurations_of_something_else_are_refused(tmp_path):
    config = small_config()
    config.rl_module(rl_module_spec=None)
    with pytest.raises(TypeError, match="extends configurations for MemoryRLModule"):
        add_losses(config, l2=0.1)
    with pytest.raises(FileNotFoundError, match="no demonstrations at"):
        add_losses(small_config(), behaviour_cloning=0.1, demonstrations=tmp_path / "none.npz")
    with pytest.raises(ValueError, match="Did you mean 'decoder_sizes'"):
        MemoryRLModule(
            observation_space=gym.spaces.Box(0, 1, (3,)),
            action_space=gym.spaces.Discrete(2),
            model_config={"decoder_size": (3,)},
        )


def test_a_learner_of_ones_own_is_kept_or_refused():
    class Mine(PPOLearnerWithLosses):
        pass

    class Another(PPOTorchLearner):
        pass

    kept = add_losses(small_config().learners(learner_class=Mine), l2=0.1)
    assert kept.learner_class is Mine
    with pytest.raises(TypeError, match=r"learner is Another. Derive that from"):
        add_losses(small_config().learners(learner_class=Another), l2=0.1)


def test_a_module_that_hides_its_memory_can_have_no_losses():
    class Hiding(MemoryRLModule):
        def _forward(self, batch, **kwargs):
            output = super()._forward(batch, **kwargs)
            del output["remembered"]
            return output

    learner, episodes = make_learner(add_losses(small_config(module_class=Hiding), l2=0.1))
    with pytest.raises(ValueError, match="Hiding's forward pass doesn't return it"):
        update(learner, episodes)


def test_a_learner_that_would_leave_the_losses_out_is_refused():
    config = add_losses(small_config(), l2=0.1).learners(learner_class=PPOTorchLearner)
    learner, episodes = make_learner(config)
    with pytest.raises(
        RuntimeError, match=r"losses \['l2'\], but the learner doesn't compute them"
    ):
        update(learner, episodes)


def test_losses_are_keys_of_every_module_and_the_names_of_release_0_1_are_kept():
    assert MemoryRLModuleWithLosses is MemoryRLModule
    config = small_config(losses={"l2": 0.1}, decoder_sizes=(5,))
    added = add_losses(small_config(), l2=0.1, decoder_sizes=(5,))
    assert config.rl_module_spec == added.rl_module_spec
    assert config.learner_class is added.learner_class is PPOLearnerWithLosses


def test_the_configuration_it_is_given_stays_as_it_was():
    plain = small_config()
    before = plain.to_dict()
    extended = add_losses(plain, l2=0.1)
    assert plain.to_dict() == before
    assert extended.rl_module_spec.model_config["losses"] == {"l2": 0.1}
    # A second call puts other losses in the place of the first.
    again = add_losses(extended, reconstruction=0.2)
    assert again.rl_module_spec.model_config["losses"] == {"reconstruction": 0.2}


def test_demonstrations_of_another_environment_are_refused(tmp_path):
    record_wanderer("MineSweeperEasy", tmp_path / "mines.npz")
    config = add_losses(
        small_config(), behaviour_cloning=0.1, demonstrations=tmp_path / "mines.npz"
    )
    learner, episodes = make_learner(config)
    with pytest.raises(ValueError, match=r"but those of the environment have \[4\]"):
        update(learner, episodes)
