"""Answers of the quiz bank that code can check, computed with the package."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from memorylab.memory import make_memory
from memorylab.memory.dnc import DNCTrace, addressing
from memorylab.ppo.ppo import advantages_of
from memorylab.sequences import chunk, masked_mean, sequence_mask
from memorylab_course.foggy_maze import FORWARD, LOOK, FoggyMaze, update_belief
from tools.quiz import read_bank

QUESTIONS = {
    question.name: question for questions in read_bank().values() for question in questions
}


def one_hot(location: int, count: int = 5) -> torch.Tensor:
    return torch.eye(count)[location]


def three_looks() -> str:
    look = torch.eye(2)[None]  # transitions [A, S, S]: nothing moves
    likelihoods = torch.tensor([[0.8, 0.2], [0.2, 0.8]])  # [S, O]
    belief = torch.tensor([0.5, 0.5])
    for seen in (0, 0, 1):
        belief = update_belief(belief, 0, seen, look, likelihoods)
    return f"{belief[0]:.2f}"


def nine_steps() -> str:
    trace = DNCTrace.load("notebooks/data/copy_trace.npz")
    location = trace.read_weighting[12, 0].argmax()
    return f"At step {trace.write_weighting[:, location].argmax()}"


def five_frames() -> str:
    return f"{np.mean([length < 5 for length in (3, 4, 5, 6)]):.2f}"


def after_one_step(added: float) -> str:
    rewards = torch.tensor([-1.0] * 5 + [1.0] * 2 + [-0.1]) + added
    logits = torch.zeros(3, requires_grad=True)  # forward, left, right
    (rewards * logits.log_softmax(0)[[2] * 5 + [1] * 2 + [0]]).mean().backward()
    return ["Forward", "Left", "Right"][int(logits.grad.argmax())]


def first_advantage(gamma: float = 0.9, lambda_: float = 0.5) -> str:
    zeros = np.zeros((3, 1))
    rewards = np.array([[0.0], [0.0], [1.0]])
    ended = np.array([[False], [False], [True]])
    return f"{advantages_of(rewards, zeros, zeros, ended, gamma, lambda_)[0, 0]:.2f}"


def surprise() -> str:
    column = np.ones((1, 1))
    args = (0 * column, 0.6 * column, 0.8 * column, column == 0, 0.9, 0.0)
    return f"{advantages_of(*args)[0, 0]:.2f}"


def clipped_slope() -> str:
    ratio = torch.tensor(1.4, requires_grad=True)
    torch.minimum(-ratio, -ratio.clamp(0.8, 1.2)).backward()
    words = {-1: "It makes the action less", 0: "Nothing", 1: "It makes the action more"}
    return words[int(ratio.grad.sign())]


def padded_mean() -> str:
    mask = sequence_mask(torch.tensor([3, 5, 2]), 5)
    x = torch.where(mask, 2.0, 0.0)
    assert masked_mean(x, mask) == 2
    return f"{x.mean():.2f}"


def allocation() -> str:
    return f"{addressing.allocation_weighting(torch.tensor([0.9, 0.2, 0.5]))[2]:.2f}"


def usage() -> str:
    half = torch.tensor([0.5])
    kept = addressing.retention(torch.tensor([1.0]), half[None])
    return f"{addressing.usage(torch.tensor([0.6]), half, kept)[0]:.2f}"


def cosine() -> str:
    memory = torch.tensor([[10, 10], [0.9, 0.5], [0.1, 0.01]])
    weighting = addressing.content_weighting(memory, torch.tensor([[1.0, 0]]), torch.ones(1))
    return ["(10, 10)", "(0.9, 0.5)", "(0.1, 0.01)"][int(weighting.argmax())]


def half_a_write() -> str:
    write = torch.tensor([0.5]), torch.tensor([1.0, 0]), torch.tensor([2.0, 2])
    row = addressing.write_memory(torch.tensor([[4.0, 2]]), *write)[0]
    return f"({row[0]:g}, {row[1]:g})"


def links_after(*writes: torch.Tensor) -> torch.Tensor:
    link, precedence = torch.zeros(5, 5), torch.zeros(5)
    for write in writes:
        link = addressing.temporal_link(link, precedence, write)
        precedence = addressing.precedence(precedence, write)
    return link


def again() -> str:
    link = links_after(*map(one_hot, (3, 1, 3, 0)))
    return " and ".join(f"{j} → {i}" for j, i in sorted(map(tuple, link.T.nonzero().tolist())))


def weak_write() -> str:
    return f"{links_after(one_hot(0), 0.25 * one_hot(1), one_hot(2))[2, 0]:.2f}"


def column() -> str:
    link = torch.rand(5, 5, generator=torch.Generator().manual_seed(0))
    (forward,) = addressing.forward_weighting(link, one_hot(4)[None])
    return "In column 4" if torch.equal(forward, link[:, 4]) else "In row 4"


def mixture() -> str:
    forward, content = one_hot(0, 2)[None], one_hot(1, 2)[None]
    modes = torch.tensor([[0, 0.5, 0.5]])
    weighting = addressing.read_weighting(torch.zeros(1, 2), content, forward, modes)
    (read,) = addressing.read_vectors(torch.tensor([[4.0, 0], [0, 2]]), weighting)
    return f"({read[0]:g}, {read[1]:g})"


def delta() -> str:
    key, answers = np.array([0.6, 0.8]), []
    for rule in ("sum", "delta"):
        W = np.zeros(2)
        for value in (3, 5):
            W = W + key * (value - (key @ W if rule == "delta" else 0))
        answers.append(f"{key @ W:g}")
    return " and ".join(answers)


COMPUTED = {
    "uneven-sign": lambda: f"In {max(0.7, 0.3):.0%}",
    "nine-steps": nine_steps,
    "three-looks": three_looks,
    "five-frames": five_frames,
    "minus-five": lambda: after_one_step(-5),
    "gae-share": first_advantage,
    "surprise": surprise,
    "clipped-slope": clipped_slope,
    "radius": lambda: f"{next(n for n in range(100) if 0.8**n < 0.01)} steps",
    "gate-bias": lambda: f"{torch.tensor(4.0).sigmoid() ** 55:.0%}",
    "padded-mean": padded_mean,
    "rows": lambda: str(len(chunk(torch.zeros(19, 1), torch.tensor([5, 11, 3]), 4).seq_lens)),
    "allocation": allocation,
    "usage": usage,
    "cosine": cosine,
    "half-a-write": half_a_write,
    "again": again,
    "weak-write": weak_write,
    "column": column,
    "mixture": mixture,
    "window": lambda: str(next(K for K in range(17) if 10 in range(17)[17 - K :])),
    "mask": lambda: {3: "A third"}[round(1 / torch.zeros(3).softmax(0)[2].item())],
    "rounds": lambda: str(math.ceil(math.log2(4096))),
    "delta": delta,
    "return": lambda: f"{(0.5 + 1) / 2:.0%}",
    "iqm": lambda: f"{np.mean(sorted([0.1, 0.8, 0.9, 0.94, 0.95])[1:-1]):.2f}",
}


@pytest.mark.parametrize("name", COMPUTED)
def test_the_right_option_is_what_code_computes_and_no_other_is(name):
    answer = COMPUTED[name]()
    fits = [option.is_right for option in QUESTIONS[name].options if option.text.startswith(answer)]
    assert fits == [True], answer


@pytest.mark.parametrize(
    ("name", "wrong", "number"),
    [
        ("uneven-sign", "58%", f"{0.7**2 + 0.3**2:.0%}"),
        ("three-looks", "0.94", f"{0.64 / (0.64 + 0.04):.2f}"),
        ("gae-share", "0.00", first_advantage(lambda_=0.0)),
        ("gae-share", "0.81", first_advantage(lambda_=1.0)),
        ("gae-share", "0.25", first_advantage(gamma=1.0)),
        ("minus-five", "Right", after_one_step(5)),
        ("usage", "0.65", f"{0.5 * 0.6 + 0.5 - 0.5 * 0.6 * 0.5:.2f}"),
        ("usage", "0.55", f"{(0.6 + 0.5) * 0.5:.2f}"),
        ("allocation", "0.09", f"{0.5 * 0.2 * 0.9:.2f}"),
        ("iqm", "0.74", f"{np.mean([0.1, 0.8, 0.9, 0.94, 0.95]):.2f}"),
        ("iqm", "0.93", f"{np.mean([0.9, 0.94, 0.95]):.2f}"),
        ("return", "62.5%", f"{(1 + 0.25) / 2:.1%}"),
    ],
)
def test_numbers_of_wrong_options_come_about_as_their_reasons_say(name, wrong, number):
    (option,) = (one for one in QUESTIONS[name].options if wrong in one.text)
    assert not option.is_right
    assert number == wrong


def right_option(name: str) -> str:
    (text,) = (option.text for option in QUESTIONS[name].options if option.is_right)
    return text


def test_one_line_of_the_question_on_nan_gives_the_right_value_and_a_wrong_gradient():
    mask = torch.tensor([True, True, False])
    for option in QUESTIONS["nan-gradient"].options:
        x = torch.tensor([1.0, 2.0, 0.0], requires_grad=True)
        value = eval(option.text.strip("`"), {"torch": torch, "mask": mask, "x": x})
        value.backward()
        is_asked_for = torch.isclose(value, torch.tensor(2.0).log()) and x.grad.isnan().any()
        assert bool(is_asked_for) is option.is_right, option.text


def test_a_forgotten_start_is_heard_by_the_clocked_model_only():
    z = torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(0))
    changed = []
    for name in ("gru", "lstm", "mlp", "clocked_mlp"):
        model = make_memory(name, 3, hidden_size=8)
        outputs = [model(z, None, torch.tensor([start]))[0] for start in (0, 6)]
        changed += [] if torch.equal(*outputs) else [name]
    assert changed == ["clocked_mlp"]
    assert "clock" in right_option("forgotten-start")


def test_an_update_gate_of_one_keeps():
    torch.manual_seed(0)
    cell = nn.GRUCell(3, 4)
    with torch.no_grad():
        cell.bias_ih[4:8] = 100.0  # r, z, n
    h = torch.rand(1, 4)
    torch.testing.assert_close(cell(torch.randn(1, 3), h), h)
    assert "keeps" in right_option("open-update-gate")


def test_the_order_of_an_update_matters_unless_the_state_stays():
    foggy = FoggyMaze(noise=0.2, length=4)
    belief = torch.rand(10, generator=torch.Generator().manual_seed(0)).double() + 0.1
    belief /= belief.sum()
    for action, same in ((LOOK, True), (FORWARD, False)):
        right = update_belief(belief, action, 3, foggy.transitions, foggy.likelihoods)
        wrong = (belief * foggy.likelihoods[:, 3]) @ foggy.transitions[action]
        assert torch.allclose(wrong / wrong.sum(), right) is same
    assert "leaves the state" in right_option("order-of-update")


def test_states_grow_as_the_question_says():
    grown = []
    for name, size in (("dnc", "num_locations"), ("gtrxl", "window_size")):
        states = [make_memory(name, 3, **{size: N}).initial_state() for N in (512, 1024)]
        small, large = (sum(leaf.nbytes for leaf in tree_leaves(state)) for state in states)
        grown.append(large / small)
    assert 3.5 < grown[0] < 4
    assert 1.9 < grown[1] < 2.1
    assert right_option("state-size") == "Nearly 4 times, 2 times, not at all"


def test_no_weight_of_a_dnc_depends_on_the_number_of_locations():
    models = [make_memory("dnc", 3, num_locations=N) for N in (16, 64)]
    few, many = ([weight.shape for weight in model.parameters()] for model in models)
    assert few == many
    assert right_option("more-locations") == "None"
