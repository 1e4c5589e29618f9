import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from memorylab.networks import DuelingHeadModel

fixed = settings(deadline=None, derandomize=True, max_examples=25)
sizes = st.integers(1, 5)


def by_hand(state, x, num_hidden):
    """Compute the Q-values from the weights alone, found by rlpyt's names."""

    def perceptron(name):
        hidden = x
        for i in range(num_hidden):
            layer = f"{name}.model.{2 * i}"
            hidden = F.linear(hidden, state[f"{layer}.weight"], state[f"{layer}.bias"]).relu()
        return hidden

    advantage = perceptron("advantage_hidden") @ state["advantage_out.weight"].T
    advantage = advantage + state["advantage_bias"]
    last = f"value.model.{2 * num_hidden}"
    value = F.linear(perceptron("value"), state[f"{last}.weight"], state[f"{last}.bias"])
    return value + advantage - advantage.mean(-1, keepdim=True)


@fixed
@given(sizes, st.lists(sizes, min_size=1, max_size=3), sizes, st.lists(sizes, max_size=2))
def test_q_values_agree_with_the_weights_and_their_mean_is_the_value(size, hidden, actions, lead):
    head = DuelingHeadModel(size, hidden, actions)
    nn.init.normal_(head.advantage_bias)
    x = torch.randn(*lead, size)
    q = head(x)
    torch.testing.assert_close(q, by_hand(head.state_dict(), x, len(hidden)))
    torch.testing.assert_close(q.mean(-1, keepdim=True), head.value(x))
    assert len(head.state_dict()) == 4 * len(hidden) + 4
    assert q.shape == (*lead, head.output_size)


def test_the_gradient_of_the_features_is_scaled_and_that_of_the_weights_is_not():
    head = DuelingHeadModel(3, 8, 2, nonlinearity=nn.Tanh)
    x = torch.randn(5, 3, requires_grad=True)
    gradients = {}
    for scale in (1.0, 2**-0.5):
        head.grad_scale = scale
        loss = head(x).square().sum()
        gradients[scale] = torch.autograd.grad(loss, [x, head.value.model[0].weight])
    assert DuelingHeadModel(3, 8, 2).grad_scale == 2**-0.5
    torch.testing.assert_close(gradients[2**-0.5][0], gradients[1.0][0] * 2**-0.5)
    torch.testing.assert_close(gradients[2**-0.5][1], gradients[1.0][1])


@pytest.mark.parametrize("hidden", [None, [], ()])
def test_without_hidden_layers_it_is_refused(hidden):
    with pytest.raises(ValueError, match="at least one hidden layer"):
        DuelingHeadModel(3, hidden, 2)
