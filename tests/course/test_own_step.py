"""A DNC around a memory step of one's own: equal to the package's, and what it refuses."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.memory import DNC
from memorylab.tasks import Copy
from memorylab.training import train
from memorylab_course.own_step import OwnDNC, package_step


@settings(max_examples=10, deadline=None)
@given(
    st.fixed_dictionaries(
        {name: st.integers(1, 4) for name in ("num_locations", "word_size", "num_read_heads")}
    ),
    st.lists(st.integers(0, 5), min_size=1, max_size=3),
)
def test_outputs_states_and_gradients_equal_the_packages(sizes, lengths):
    torch.manual_seed(0)
    own = OwnDNC(package_step, 3, 2, hidden_size=5, **sizes)
    torch.manual_seed(0)
    dnc = DNC(3, 2, hidden_size=5, implementation="reference", **sizes)
    assert own.state_dict().keys() == dnc.state_dict().keys()  # the same names, and by one seed
    z, seq_lens = torch.randn(len(lengths), 5, 3), torch.tensor(lengths)
    results = []
    for model in (own, dnc):
        y, state = model(z, seq_lens=seq_lens)
        y.square().sum().backward()
        results.append([y, state, {name: p.grad for name, p in model.named_parameters()}])
    torch.testing.assert_close(*results, rtol=0, atol=1e-6)


def test_weights_trained_with_it_run_in_the_package():
    copy = Copy(word_size=2, min_length=1, max_length=2)
    own = OwnDNC(package_step, copy.input_size, copy.output_size, num_locations=4, word_size=4)
    before = own.output.weight.clone()
    history = train(own, copy, steps=3, evaluate_every=1, progress=False)
    assert len(history.step) == 3
    assert not torch.equal(before, own.output.weight)
    dnc = DNC(copy.input_size, copy.output_size, num_locations=4, word_size=4)
    dnc.load_state_dict(own.state_dict())
    z = copy.sample(2, torch.Generator().manual_seed(0)).input
    torch.testing.assert_close(dnc(z)[0], own(z)[0], rtol=0, atol=1e-6)


def changed(**arrays):
    """Return a step that returns other arrays under these names."""

    def step(interface, state):
        read_vectors, after = package_step(interface, state)
        after = {name: array for name, array in (after | arrays).items() if array is not None}
        return after.pop("read_vectors", read_vectors), after

    return step


@pytest.mark.parametrize(
    ("step", "error", "part"),
    [
        (lambda *_: None, TypeError, "return (read_vectors, state), but returned NoneType"),
        (lambda *_: (1, {}, 2), TypeError, "but returned 3 things"),
        (lambda *_: (torch.zeros(1), torch.zeros(1)), TypeError, "but returned 2 things"),
        (changed(link=None), ValueError, "link, precedence, read_weighting, but it has usage"),
        (changed(links=torch.zeros(1)), ValueError, "read_weighting, links."),
        (changed(usage=torch.zeros(1, 3)), ValueError, "usage must be [1, 4], but is [1, 3]"),
        (changed(read_vectors=torch.zeros(1, 2)), ValueError, "read_vectors must be [1, 1, 2]"),
        (changed(memory=[[0.0]]), TypeError, "memory must be a tensor, but is list"),
    ],
)
def test_what_a_step_returns_is_checked(step, error, part):
    model = OwnDNC(step, 3, 2, hidden_size=5, num_locations=4, word_size=2)
    with pytest.raises(error) as raised:
        model(torch.zeros(1, 2, 3))
    assert part in str(raised.value)


def test_a_step_must_be_a_function():
    with pytest.raises(TypeError, match=r"a function of interface and state, not Ellipsis"):
        OwnDNC(..., 3, 2)
