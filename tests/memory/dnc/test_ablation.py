"""A part taken away is gone, and nothing else is."""

from __future__ import annotations

import copy
import itertools

import pytest
import torch
from dnc_examples import make_dnc, warm_state

from memorylab.memory import DNC
from memorylab.memory.dnc import DNCTrace, ablate
from memorylab.memory.dnc.ablation import PARTS

every_selection = pytest.mark.parametrize(
    "parts", [c for size in range(4) for c in itertools.combinations(sorted(PARTS), size)], ids=str
)


def random_sequence(length=6):
    return torch.randn(length, 3, generator=torch.Generator().manual_seed(0)).double()


@every_selection
def test_the_part_is_gone_and_no_other(parts):
    model = make_dnc(scale=2.0)
    # From a memory in use: from an empty one, without content nothing would ever be read.
    state = warm_state(1, 5, 3, 2, torch.Generator().manual_seed(0))._asdict()
    state = model.initial_state() | {name: tensor[0] for name, tensor in state.items()}
    trace = DNCTrace.record(ablate(model, *parts), random_sequence(), state=state)
    gone = {
        "links": [trace.link, trace.forward_weighting, trace.backward_weighting],
        "content": [trace.write_content_weighting, trace.read_content_weighting],
        "usage": [trace.usage, trace.allocation_weighting[:, 1:]],
    }
    for part, arrays in gone.items():
        for array in arrays:
            assert (array == 0).all() == (part in parts)
    if "usage" in parts:
        assert (trace.allocation_weighting[:, 0] == 1).all()
    trace.validate()
    assert trace.metadata["ablated"] == list(parts)


@every_selection
def test_the_original_stays_as_it_is(parts):
    model = make_dnc()
    z = random_sequence().unsqueeze(0)
    before, _ = model(z)
    kept = copy.deepcopy(model.state_dict())
    wounded = ablate(model, *parts)
    with torch.no_grad():
        wounded_y, _ = wounded(z)
        for parameter in wounded.parameters():
            parameter.zero_()
    assert model.cell.ablated == frozenset()
    assert wounded.cell.ablated == frozenset(parts)
    assert torch.equal(model(z)[0], before)
    assert torch.equal(wounded_y, before) == (not parts)
    assert all(torch.equal(tensor, kept[key]) for key, tensor in model.state_dict().items())


def test_weights_are_those_of_the_original():
    model = make_dnc()
    wounded = ablate(model, "links")
    assert wounded.state_dict().keys() == model.state_dict().keys()
    for key, tensor in model.state_dict().items():
        assert torch.equal(wounded.state_dict()[key], tensor)


def test_wounds_add_up():
    model = make_dnc()
    twice = ablate(ablate(model, "links"), "usage")
    at_once = ablate(model, "usage", "links")
    z = random_sequence().unsqueeze(0)
    assert twice.cell.ablated == at_once.cell.ablated == {"links", "usage"}
    assert torch.equal(twice(z)[0], at_once(z)[0])


@pytest.mark.parametrize("ablated", ["links", ["links"], ("links",), {"links"}, iter(["links"])])
def test_constructor_takes_parts_too(ablated):
    assert DNC(3, ablated=ablated).cell.ablated == {"links"}


def test_part_that_does_not_exist():
    message = r"no part 'link' to take away\. Did you mean 'links'\? Known: content, links, usage"
    with pytest.raises(ValueError, match=message):
        ablate(make_dnc(), "usage", "link")
    with pytest.raises(ValueError, match=message):
        DNC(3, ablated=frozenset({"link"}))
    with pytest.raises(ValueError, match="no part 3 to take away"):
        ablate(make_dnc(), 3)
