import pytest
import torch

from memorylab.memory import MEMORY_MODELS, ActorCritic, map_state
from memorylab.networks import NONLINEARITIES

SMALL = {"dnc": {"hidden_size": 8, "num_locations": 4, "word_size": 3}}
EVERY_MEMORY = pytest.mark.parametrize("memory", sorted(MEMORY_MODELS))
SHARED = pytest.mark.parametrize("share", [True, False], ids=["shared", "separate"])


def build(memory, share=True):
    config = SMALL.get(memory, {"hidden_size": 8})
    return ActorCritic(3, 2, memory=memory, memory_config=config, vf_share_layers=share).double()


def flat(state):
    tensors = []
    map_state(lambda tensor: tensors.append(tensor) or tensor, state)
    return tensors


@SHARED
@EVERY_MEMORY
def test_in_two_parts_as_at_once(memory, share):
    networks, observations = build(memory, share), torch.randn(2, 7, 3).double()
    logits, values, after = networks(observations)
    first, first_values, between = networks(observations[:, :3])
    second, second_values, end = networks(observations[:, 3:], between)
    torch.testing.assert_close(torch.cat([first, second], 1), logits)
    torch.testing.assert_close(torch.cat([first_values, second_values], 1), values)
    for left, right in zip(flat(end), flat(after), strict=True):
        torch.testing.assert_close(left, right)
    assert after["time"].tolist() == [7, 7]


@SHARED
@EVERY_MEMORY
def test_padding_is_inert_to_the_bit_for_outputs_state_and_gradients(memory, share):
    networks, seq_lens = build(memory, share), torch.tensor([4, 2])
    results = []
    for filling in (0.0, float("nan")):
        observations = torch.ones(2, 4, 3).double()
        observations[1, 2:] = filling
        observations.requires_grad_()
        networks.zero_grad()
        logits, values, state = networks(observations, None, seq_lens)
        real = logits[0].sum() + values[0].sum() + logits[1, :2].sum() + values[1, :2].sum()
        real.backward()
        gradients = [parameter.grad.clone() for parameter in networks.parameters()]
        results.append([real.detach(), observations.grad, *flat(state), *gradients])
    for left, right in zip(*results, strict=True):
        assert torch.equal(left, right)


@pytest.mark.parametrize("share", [True, False])
def test_the_critic_reaches_the_actors_memory_only_if_they_share_it(share):
    networks = build("gru", share)
    networks(torch.randn(2, 4, 3).double())[1].sum().backward()
    gradients = [p.grad for p in networks.memory.parameters()]
    assert all((g is not None) == share for g in gradients)


def test_sizes_without_hidden_layers():
    networks = ActorCritic(3, 2, memory="gru", encoder_sizes=(), actor_sizes=(), critic_sizes=())
    assert networks.memory.input_size == 3
    logits, values, _ = networks(torch.zeros(2, 5, 3))
    assert logits.shape == (2, 5, 2)
    assert values.shape == (2, 5)


@pytest.mark.parametrize("name", NONLINEARITIES)
def test_each_nonlinearity_stands_behind_the_layers_before_the_memory_alone(name):
    layers = {"encoder_sizes": (5, 4), "actor_sizes": (6,), "vf_share_layers": False}
    networks = ActorCritic(3, 2, encoder_nonlinearity=name, **layers)
    inputs = torch.randn(2, 7, 3)
    for encoder in networks.encoders.values():
        first, _, second, _ = encoder.model
        apply = getattr(torch.nn, name)()
        torch.testing.assert_close(encoder(inputs), apply(second(apply(first(inputs)))))
    assert type(networks.actor_head.model[1]) is torch.nn.LeakyReLU


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Tahn", "'Tahn' is not a known nonlinearity of torch.nn. Did you mean 'Tanh'"),
        ("tanh", "Did you mean 'Tanh'"),
        ("RReLU", "'RReLU' is not a known.*Known: CELU"),  # it draws its slope
        (torch.nn.Tanh, "Known: CELU"),
    ],
)
def test_bad_nonlinearities_are_refused(name, message):
    with pytest.raises(ValueError, match=message):
        ActorCritic(3, 2, encoder_nonlinearity=name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, 2, "gruu"), "Did you mean 'gru'"),
        ((0, 2, "gru"), "input_size"),
        ((3, 0, "gru"), "output_size"),
    ],
)
def test_bad_input(arguments, message):
    *sizes, memory = arguments
    with pytest.raises(ValueError, match=message):
        ActorCritic(*sizes, memory=memory)
