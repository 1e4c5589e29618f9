"""Self-checks of the notebook memory_in_rllib."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from memorylab_course.verdict import attempt, expect, expect_tensor, self_check


@self_check
def packing(pack: Callable, unpack: Callable) -> str:
    """Exercise 1: the state of a GRU and its clock, as a list and as a dict."""
    for batch_size, hidden_size in ((3, 5), (1, 4), (2, 1)):
        hidden = torch.arange(1.0, batch_size * hidden_size + 1).view(batch_size, hidden_size)
        time = torch.arange(7, 7 + batch_size, dtype=torch.int32)
        given = f"a batch of {batch_size} and a GRU of {hidden_size}"
        tensors = attempt(pack, {"memory": {"hidden": hidden}, "time": time})
        expect(isinstance(tensors, list | tuple), f"a list from pack, not {type(tensors).__name__}")
        expect(len(tensors) == 2, f"two tensors from pack, not {len(tensors)}")
        shapes = [[batch_size, 1, hidden_size], [batch_size, 1]]
        for what, tensor, shape in zip(("hidden", "time"), tensors, shapes, strict=True):
            expect_tensor(tensor, shape, what, f"from pack for {given}")
        expect(torch.equal(tensors[0], hidden.unsqueeze(1)), "pack to leave the numbers alone")
        expect(torch.equal(tensors[1], time.unsqueeze(1)), "pack to leave the time alone")

        state = attempt(unpack, [hidden.unsqueeze(1), time.unsqueeze(1)])
        expect(isinstance(state, dict), f"a dict from unpack, not {type(state).__name__}")
        expect(set(state) == {"memory", "time"}, f"the keys 'memory' and 'time', not {list(state)}")
        inner = state["memory"]
        expect(isinstance(inner, dict), "a dict under 'memory'")
        expect(set(inner) == {"hidden"}, f"the key 'hidden' under 'memory', not {list(inner)}")
        for what, tensor, wanted in (
            ("hidden", inner["hidden"], hidden),
            ("time", state["time"], time),
        ):
            expect_tensor(tensor, wanted.shape, what, f"from unpack for {given}")
            expect(torch.equal(tensor, wanted), f"unpack to leave the numbers of {what} alone")
    return "Right: also for one row, and for a GRU of one number."


class _BuiltLate(nn.Module):
    def __init__(self):
        super().__init__()
        self.core, self.twin = nn.Linear(2, 2), nn.Linear(2, 2)
        self.twin.load_state_dict(self.core.state_dict())
        self.frozen = nn.Parameter(torch.zeros(3), requires_grad=False)
        self.readout = nn.Linear(2, 1)


@self_check
def left_out(student: Callable) -> str:
    """Exercise 2: the parameters that an optimizer doesn't hold."""
    model = _BuiltLate()
    readout, core = list(model.readout.parameters()), list(model.core.parameters())
    cases = {
        "one group": (
            [{"params": readout}],
            {"core.weight", "core.bias", "twin.weight", "twin.bias"},
        ),
        "two groups": ([{"params": readout}, {"params": core}], {"twin.weight", "twin.bias"}),
        "all in": ([{"params": [p for p in model.parameters() if p.requires_grad]}], set()),
    }
    for what, (groups, names) in cases.items():
        answer = attempt(student, model, torch.optim.SGD(groups, lr=0.1))
        expect(
            not isinstance(answer, str) and all(isinstance(name, str) for name in answer),
            "a list of names",
        )
        found = set(answer)
        expect("frozen" not in found, "no parameter that needs no gradient: it is not trained")
        expect(
            not found & {"readout.weight", "readout.bias"},
            "no parameter that the optimizer holds, such as those of the readout",
        )
        expect(
            what != "two groups" or not found & {"core.weight", "core.bias"},
            "parameters in the optimizer's second group to count as held",
        )
        expect(
            names <= found,
            f"more names than {sorted(found)}: two parameters with the same numbers are still two",
        )
        unknown = sorted(found - dict(model.named_parameters()).keys())
        expect(not unknown, f"names of the model's parameters; it has none called {unknown}")
    return "Right: for a model that is built in its constructor, the list is empty."
