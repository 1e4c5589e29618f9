"""The self-checks of does_memory_pay: what passes, and what mistakes are told."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from check_examples import answers, assert_refused, published
from scipy.stats import trim_mean
from torch import nn

from memorylab.memory import MemoryModel, make_memory
from memorylab.memory.model import run_steps
from memorylab.ppo import PPO, Agent, train_agent

check = published("does_memory_pay")
EXERCISES = {
    "my_memory": ["MyMemory"],
    "bootstrap_interval": ["bootstrap_interval"],
}
SOLVED = answers("does_memory_pay", "solution")


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name):
    verdict = getattr(check, name)(*(SOLVED[part] for part in EXERCISES[name]))
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("name", EXERCISES)
def test_stub_is_refused(name):
    stubs = answers("does_memory_pay", "exercise")
    assert_refused(getattr(check, name)(*(stubs[part] for part in EXERCISES[name])), "not yet")


# --- Exercise 1 -----------------------------------------------------------------------------------


class Mine(MemoryModel):
    """A memory of three numbers a feature, all fading, with methods to be replaced by mistakes."""

    rates = (0.3, 0.6, 0.9)

    def __init__(self, input_size, hidden_size=8):
        super().__init__(input_size)
        self.read = nn.Linear(3 * input_size, hidden_size)

    @property
    def output_size(self):
        return self.read.out_features

    def initial_state(self):
        return {"faded": torch.zeros(3, self.input_size)}

    def step(self, x, state):
        rates = torch.tensor(self.rates).view(1, 3, 1)
        faded = rates * state["faded"] + (1 - rates) * x[:, None]
        return self.read(faded.flatten(1)), {"faded": faded}

    def forward_memory(self, z, state, t_starts, seq_lens):
        return run_steps(self.step, z, state, seq_lens)


class Recurrent(MemoryModel):
    """A GRU of PyTorch, packed by nobody: a loop with a mask of its own."""

    def __init__(self, input_size, hidden_size=6):
        super().__init__(input_size)
        self.cell = nn.GRUCell(input_size, hidden_size)

    @property
    def output_size(self):
        return self.cell.hidden_size

    def initial_state(self):
        return {"hidden": torch.zeros(self.cell.hidden_size)}

    def forward_memory(self, z, state, t_starts, seq_lens):
        hidden, outputs = state["hidden"], []
        for t in range(z.shape[1]):
            following = self.cell(z[:, t], hidden)
            hidden = torch.where((t < seq_lens)[:, None], following, hidden)
            outputs.append(hidden)
        return torch.stack(outputs, 1), {"hidden": hidden}


class Unfolded(MemoryModel):
    """A shift register without parameters and without a loop over time."""

    def __init__(self, input_size, hidden_size=None):
        super().__init__(input_size)

    @property
    def output_size(self):
        return 4 * self.input_size

    def initial_state(self):
        return {"last": torch.zeros(3, self.input_size)}

    def forward_memory(self, z, state, t_starts, seq_lens):
        joined = torch.cat([state["last"], z], 1)  # [B, 3 + T, F]
        places = (seq_lens[:, None] + torch.arange(3))[..., None].expand(-1, -1, z.shape[-1])
        return joined.unfold(1, 4, 1).flatten(2), {"last": joined.gather(1, places)}


class Nested(Mine):
    """A state within a state, and a clock that no input changes."""

    def initial_state(self):
        return {"inner": super().initial_state(), "time": torch.zeros(1)}

    def step(self, x, state):
        y, inner = super().step(x, state["inner"])
        return y, {"inner": inner, "time": state["time"] + 1}


@pytest.mark.parametrize("student", [Mine, Recurrent, Unfolded, Nested])
def test_right_memories_written_otherwise(student):
    verdict = check.my_memory(student)
    assert verdict.passed, verdict.message


class Forgetful(Mine):
    def step(self, x, state):
        return super().step(x, {"faded": torch.zeros_like(state["faded"])})


class Short(Mine):
    """One step too few."""

    def initial_state(self):
        return {"last": torch.zeros(2, self.input_size)}

    def step(self, x, state):
        seen = torch.cat([state["last"], x[:, None]], 1)
        return self.read(seen.flatten(1)), {"last": seen[:, 1:]}


class InSelf(Mine):
    """Remembers in an attribute, which no env runner and no learner carries."""

    kept = 0.0

    def step(self, x, state):
        y, state = super().step(x, state)
        self.kept = self.kept + y.detach().mean()
        return y + self.kept, state


class Starts(Mine):
    """Begins anew with each call."""

    def forward_memory(self, z, state, t_starts, seq_lens):
        return super().forward_memory(z, self.batch_initial_state(len(z)), t_starts, seq_lens)


class IntoPadding(Mine):
    """Goes on through the padding."""

    def forward_memory(self, z, state, t_starts, seq_lens):
        return super().forward_memory(z, state, t_starts, torch.full_like(seq_lens, z.shape[1]))


class AcrossRows(Mine):
    def step(self, x, state):
        return super().step(x - x.mean(0), state)


class InPlace(Mine):
    def forward_memory(self, z, state, t_starts, seq_lens):
        y, after = super().forward_memory(z, state, t_starts, seq_lens)
        state["faded"].copy_(after["faded"].detach())
        return y, after


class Detached(Mine):
    def step(self, x, state):
        return super().step(x, {"faded": state["faded"].detach()})


class NoState(Mine):
    def initial_state(self):
        return {}

    def step(self, x, state):
        return self.read(x.repeat(1, 3)), {}


class OtherState(Mine):
    def step(self, x, state):
        y, after = super().step(x, state)
        return y, {"faded": after["faded"], "more": x}

    def forward_memory(self, z, state, t_starts, seq_lens):
        y, after = super().step(z[:, 0], state)
        return y[:, None].expand(-1, z.shape[1], -1), {**after, "more": y}


class NoSize(Mine):
    @property
    def output_size(self):
        return None


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("reaches back 0", Forgetful, id="never looks at the state"),
        pytest.param("reaches back 2", Short, id="one step too few"),
        pytest.param("not into self", InSelf, id="in an attribute"),
        pytest.param("begin with the state it is given", Starts, id="begins anew"),
        pytest.param("last real step", IntoPadding, id="reads the padding"),
        pytest.param("not to see each other", AcrossRows, id="across rows"),
        pytest.param("change none in place", InPlace, id="in place"),
        pytest.param("does something detach", Detached, id="no gradient"),
        pytest.param("isn't remembered", NoState, id="no state"),
        pytest.param("the entries of initial_state", OtherState, id="another state"),
        pytest.param("output_size returns None", NoSize, id="no size"),
        pytest.param("a subclass of MemoryModel", nn.GRU, id="a module of PyTorch"),
        pytest.param("a subclass of MemoryModel", make_memory("gru", 3), id="a model, no class"),
    ],
)
def test_wrong_memories(part, student):
    assert_refused(check.my_memory(student), part)


def test_the_solution_learns_the_cards_and_an_agent_without_memory_does_not():
    found = {}
    for name, memory in (("own", SOLVED["MyMemory"]), ("none", "mlp")):
        agent = Agent("RepeatPreviousEasy", memory, seed=0)
        train_agent(agent, PPO(learning_rate=5e-3), max_steps=20_000, progress=False)
        found[name] = max(agent.history.mean_return[-3:])
    assert found["own"] > 0.5
    assert found["none"] < -0.3


# --- Exercise 2 -----------------------------------------------------------------------------------


def with_a_loop(scores, resamples=2000):
    means = []
    for _ in range(resamples):
        sample = sorted(random.choices(list(scores), k=len(scores)))
        out = len(sample) // 4
        middle = sample[out : len(sample) - out]
        means.append(sum(middle) / len(middle))
    means.sort()
    return means[int(0.025 * resamples)], means[int(0.975 * resamples)]


def with_scipy(scores, resamples=2000):
    drawn = np.random.default_rng(5).choice(scores, (resamples, len(scores)))
    return list(np.quantile(trim_mean(drawn, 0.25, axis=1), [0.025, 0.975]))


def with_torch(scores, resamples=2000):
    scores = torch.as_tensor(scores)
    drawn = scores[torch.randint(len(scores), (resamples, len(scores)))].sort(-1).values
    out = len(scores) // 4
    means = drawn[:, out : len(scores) - out].mean(-1)
    return means.quantile(torch.tensor([0.025, 0.975], dtype=means.dtype))


@pytest.mark.parametrize("student", [with_a_loop, with_scipy, with_torch])
def test_right_intervals_written_otherwise(student):
    verdict = check.bootstrap_interval(student)
    assert verdict.passed, verdict.message


def interval(replace=True, ends=(2.5, 97.5), mean=lambda drawn: trim_mean(drawn, 0.25, 1), size=1):
    """Return an interval with a choice of mistakes."""

    def student(scores, resamples):
        generator = np.random.default_rng(1)
        count = int(size * len(scores))
        drawn = np.stack(
            [generator.choice(scores, count, replace=replace) for _ in range(resamples)]
        )
        return np.percentile(mean(drawn), ends)

    return student


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("with replacement", interval(replace=False), id="without replacement"),
        pytest.param("2.5% are left out", interval(ends=(5, 95)), id="90%"),
        pytest.param("not its mean", interval(mean=lambda drawn: drawn.mean(1)), id="mean"),
        pytest.param("not its median", interval(mean=lambda d: np.median(d, 1)), id="median"),
        pytest.param("not of the seeds", lambda s, n: np.percentile(s, (2.5, 97.5)), id="seeds"),
        pytest.param("as many seeds", interval(size=0.5), id="smaller samples"),
        pytest.param("the lower end first", interval(ends=(97.5, 2.5)), id="turned round"),
        pytest.param("two numbers", lambda scores, n: float(np.mean(scores)), id="one number"),
        pytest.param("middle 95%", lambda scores, n: (0.0, 9.0), id="anything"),
    ],
)
def test_wrong_intervals(part, student):
    assert_refused(check.bootstrap_interval(student), part)
