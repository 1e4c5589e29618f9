"""The self-checks of dnc_links: what they let pass, and what they say to mistakes."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest
import torch
from check_examples import answers, assert_refused, published

from memorylab.memory.dnc import Interface, addressing
from memorylab_course.own_step import CARRIED, package_step

check = published("dnc_links")


EXERCISES = ["chain", "links_left", "memory_step"]


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name):
    verdict = getattr(check, name)(answers("dnc_links", "solution")[name])
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("name", EXERCISES)
def test_stub_is_refused(name):
    assert_refused(getattr(check, name)(answers("dnc_links", "exercise")[name]), "not yet")


def walk(*, column=True, threshold=0.5, stop=lambda following, visited: following in visited):
    """Return a ``chain`` with a choice of mistakes."""

    def student(link, start):
        visited = [start]
        while True:
            links = link[:, visited[-1]] if column else link[visited[-1]]
            strength, following = links.max(0)
            if strength <= threshold or stop(int(following), visited):
                return visited
            visited.append(int(following))

    return student


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("a column of the links mean", walk(column=False), id="rows"),
        pytest.param("links of 0.5 and less", walk(threshold=0.0), id="weak links too"),
        pytest.param("only the start", walk(threshold=-1.0), id="links of 0 too"),
        pytest.param("a link of 0.45 to be ignored", walk(threshold=0.31), id="above 0.31"),
        pytest.param("a link of 0.5 to be ignored", walk(threshold=0.4999), id="0.5 and more"),
        pytest.param("a link of 0.55 to be followed", walk(threshold=0.6), id="above 0.6"),
        pytest.param(
            "what ends the walk if the links form a circle",
            walk(stop=lambda *_: False),
            id="never stops",
        ),
        pytest.param(
            "what ends the walk if the links form a circle",
            walk(stop=lambda following, visited: following == visited[0]),
            id="stops at the only the start",
        ),
        pytest.param(
            "each location of a circle once",
            lambda link, start: (
                [*(found := walk()(link, start)), *found[:1]]
                if link.shape == (3, 3)
                else walk()(link, start)
            ),
            id="start twice",
        ),
        pytest.param("2 → 0 → 4", lambda link, start: walk()(link, start)[1:], id="without start"),
        pytest.param("2 → 0 → 4", lambda link, start: walk()(link, start)[:2], id="one link only"),
        pytest.param("stops with TypeError", lambda link, start: len(link), id="a number"),
        pytest.param("a function", [2, 0, 4], id="no function"),
    ],
)
def test_wrong_chains(part, student):
    assert_refused(check.chain(student), part)


@pytest.mark.parametrize("kind", [tuple, torch.tensor])
def test_right_chain_of_another_type(kind):
    assert check.chain(lambda link, start: kind(walk()(link, start))).passed


def test_tracing_is_left_as_it_was():
    before = sys.gettrace()
    check.chain(walk(stop=lambda *_: False))
    assert sys.gettrace() is before


@pytest.mark.parametrize(
    ("part", "student"),
    [
        pytest.param("no link 0 → 1", {(0, 1), (1, 2), (2, 3), (3, 1)}, id="nothing forgotten"),
        pytest.param("no link 1 → 2", {(1, 2), (2, 3), (3, 1)}, id="forgotten on one side"),
        pytest.param("is reversed", {(2, 3), (1, 3)}, id="newest is reversed"),
        pytest.param("which is new", {(2, 3)}, id="nothing new"),
        pytest.param("which old one", {(3, 1)}, id="all old ones forgotten"),
        pytest.param("two links, not 3", {(2, 3), (3, 1), (0, 2)}, id="mended over the gap"),
        pytest.param("precedence", {(0, 2), (2, 3)}, id="mended, nothing new"),
        pytest.param("precedence", {(3, 2), (3, 1)}, id="oldest is reversed"),
        pytest.param("two links, not 0", set(), id="none"),
        pytest.param("stops with TypeError", {2, 3}, id="no pairs"),
    ],
)
def test_wrong_links(part, student):
    assert_refused(check.links_left(student), part, "3 → 1", "(3, 1)", "2 → 3", "(2, 3)")


@pytest.mark.parametrize("kind", [list, tuple, lambda pairs: [list(pair) for pair in pairs]])
def test_right_links_of_another_type(kind):
    assert check.links_left(kind([(3, 1), (2, 3)])).passed


# --- the whole memory step ------------------------------------------------------------------------


@dataclass
class Way:
    """A memory step with one choice of mistakes."""

    usage: str = "(u + w0 - u * w0) * kept"
    write: str = "g_w * (g_a * a + (1 - g_a) * c)"
    memory: str = "M0 * (1 - row * erase) + row * write"
    link: str = "((1 - row - column) * L0 + row * p0[:, None]) * off"
    precedence: str = "(1 - w.sum(1, keepdim=True)) * p0 + w"
    forward: str = "r0 @ L.mT"
    backward: str = "r0 @ L"
    read_from: str = "M"
    modes: str = "b, c, f"
    read: str = "r @ M"
    late_usage: str = "u1"

    def __call__(self, interface, state):
        at, of = interface, addressing
        u, w0, M0, L0, p0, r0 = (state[name] for name in CARRIED)
        free, reads = at.free_gates[..., None], r0
        names = locals() | {"torch": torch, "kept": of.retention(at.free_gates, r0)}

        def let(name, text):
            names[name] = eval(text, names)

        let("u1", self.usage)
        let("a", "of.allocation_weighting(u1)")
        let(
            "c", "of.content_weighting(M0, at.write_key[:, None], at.write_strength[:, None])[:, 0]"
        )
        let("g_a", "at.allocation_gate[:, None]")
        let("g_w", "at.write_gate[:, None]")
        let("w", self.write)
        let("row", "w[:, :, None]")
        let("column", "w[:, None]")
        let("erase", "at.erase_vector[:, None]")
        let("write", "at.write_vector[:, None]")
        let("M", self.memory)
        let("off", "1 - torch.eye(w.shape[1])")
        let("p", self.precedence)
        let("L", self.link)
        let("f", self.forward)
        let("b", self.backward)
        let("c", f"of.content_weighting({self.read_from}, at.read_keys, at.read_strengths)")
        let("ways", f"torch.stack([{self.modes}], dim=-1)")
        let("r", "(ways * at.read_modes[:, :, None]).sum(-1)")
        let("reads_now", self.read)
        let("u1", self.late_usage)
        after = (names[name] for name in ("u1", "w", "M", "L", "p", "r"))
        return names["reads_now"], dict(zip(CARRIED, after, strict=True))


def by_einsum(interface, state):
    """The solution, by other operations: loops, einsum, lerp, in-place on new tensors."""
    psi = torch.ones_like(state["usage"])
    for gate, read in zip(
        interface.free_gates.unbind(1), state["read_weighting"].unbind(1), strict=True
    ):
        psi = psi * (1 - gate.unsqueeze(1) * read)
    usage = (1 - (1 - state["usage"]) * (1 - state["write_weighting"])) * psi
    content = addressing.content_weighting(
        state["memory"], interface.write_key.unsqueeze(1), interface.write_strength.unsqueeze(1)
    ).squeeze(1)
    allocation = addressing.allocation_weighting(usage)
    w = torch.lerp(content, allocation, interface.allocation_gate.unsqueeze(1))
    w = torch.einsum("b,bn->bn", interface.write_gate, w)
    memory = state["memory"] - torch.einsum(
        "bn,bw,bnw->bnw", w, interface.erase_vector, state["memory"]
    )
    memory += torch.einsum("bn,bw->bnw", w, interface.write_vector)
    link = state["link"] * (1 - (w[:, :, None] + w[:, None]))
    link += torch.einsum("bi,bj->bij", w, state["precedence"])
    link = link - torch.diag_embed(link.diagonal(dim1=1, dim2=2))
    precedence = w + state["precedence"] - w.sum(1)[:, None] * state["precedence"]
    before = state["read_weighting"]
    ways = [
        torch.einsum("bij,bri->brj", link, before),
        addressing.content_weighting(memory, interface.read_keys, interface.read_strengths),
        torch.einsum("bij,brj->bri", link, before),
    ]
    read = torch.einsum("brk,kbrn->brn", interface.read_modes, torch.stack(ways))
    after = dict(zip(CARRIED, (usage, w, memory, link, precedence, read), strict=True))
    return torch.einsum("bnw,brn->brw", memory, read), after


def row_by_row(interface, state):
    """One sequence and one head at a time, as the paper writes it; a list, not a tuple."""
    results = []
    for b in range(len(state["usage"])):
        ask = Interface(*(part[b] for part in interface))
        u, w0, M, L, p, r = (state[name][b] for name in CARRIED)
        u = (u + w0 - u * w0) * torch.stack(
            [1 - gate * read for gate, read in zip(ask.free_gates, r, strict=True)]
        ).prod(0)
        c = addressing.content_weighting(M, ask.write_key[None], ask.write_strength[None])[0]
        a = addressing.allocation_weighting(u)
        w = ask.write_gate * (ask.allocation_gate * a + (1 - ask.allocation_gate) * c)
        M = M * (1 - torch.outer(w, ask.erase_vector)) + torch.outer(w, ask.write_vector)
        L = (1 - w[:, None] - w[None]) * L + torch.outer(w, p)
        L = L.masked_fill(torch.eye(len(L), dtype=torch.bool), 0)
        p = (1 - w.sum()) * p + w
        c = addressing.content_weighting(M, ask.read_keys, ask.read_strengths)
        r = torch.stack(
            [
                pi[0] * (L.T @ old) + pi[1] * found + pi[2] * (L @ old)
                for pi, found, old in zip(ask.read_modes, c, r, strict=True)
            ]
        )
        results.append((M.T @ r.T, u, w, M, L, p, r))
    reads, *after = (torch.stack(arrays) for arrays in zip(*results, strict=True))
    return [reads.mT, dict(zip(CARRIED, after, strict=True))]


def in_place(interface, state):
    result = Way()(interface, state)
    state["link"].mul_(0.5).add_(0.1)
    return result


@pytest.mark.parametrize("student", [Way(), by_einsum, row_by_row, package_step])
def test_right_steps_written_otherwise_pass(student):
    verdict = check.memory_step(student)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize(
    ("part", "student"),
    [
        ("of the step before, not this", Way(late_usage="(u + w - u * w) * kept")),
        ("the read weighting of", Way(late_usage="(u + w0 - u * w0) * (1 - free * r).prod(1)")),
        ("retention is missing", Way(usage="u + w0 - u * w0")),
        ("not their sum", Way(usage="(u + w0 - u * w0) * (1 - (free * reads).sum(1))")),
        ("the product is missing", Way(usage="(u + w0) * kept")),
        ("whole bracket", Way(usage="u * kept + w0 - u * w0")),
        ("1 minus the gates", Way(usage="(u + w0 - u * w0) * (free * reads).prod(1)")),
        ("another usage", Way(usage="u + w0")),
        ("not the old one", Way(write="g_w * (g_a * of.allocation_weighting(u) + (1 - g_a) * c)")),
        ("other way round", Way(write="g_w * (g_a * c + (1 - g_a) * a)")),
        ("the write gate, too", Way(write="g_a * a + (1 - g_a) * c")),
        ("by content, too", Way(write="g_w * g_a * a")),
        ("allocation, too", Way(write="g_w * (1 - g_a) * c")),
        ("content erased", Way(memory="M0 + row * write")),
        ("erasing first", Way(memory="(M0 + row * write) * (1 - row * erase)")),
        ("as far as it is", Way(memory="M0 * (1 - erase) + row * write")),
        ("in memory, the", Way(memory="M0 * (1 - w0[..., None] * erase) + w0[..., None] * write")),
        ("the diagonal", Way(link="(1 - row - column) * L0 + row * p0[:, None]")),
        ("links first", Way(link="((1 - row - column) * L0 + row * p[:, None]) * off")),
        ("is the column", Way(link="((1 - row - column) * L0 + p0[..., None] * column) * off")),
        ("to be forgotten", Way(link="(L0 + row * p0[:, None]) * off")),
        ("and in its column", Way(link="((1 - row) * L0 + row * p0[:, None]) * off")),
        ("times what is written", Way(link="((1 - row - column) * L0 + p0[:, None]) * off")),
        ("the same for every", Way(precedence="(1 - w) * p0 + w")),
        ("precedence to fade", Way(precedence="p0 + w")),
        ("a weak write", Way(precedence="w")),
        ("forward and backward", Way(forward="r0 @ L", backward="r0 @ L.mT")),
        ("forward and backward", Way(modes="f, c, b")),
        ("in the order", Way(modes="c, b, f")),
        ("in the order", Way(modes="f, b, c")),
        ("after this step's write", Way(read_from="M0")),
        ("the links after", Way(forward="r0 @ L0.mT", backward="r0 @ L0")),
        ("all three ways", Way(modes="c, c, c")),
        ("the old memory", Way(read="r @ M0")),
        ("weighting of this", Way(read="r0 @ M")),
        ("gradients, too", Way(link=f"({Way.link}).detach()")),
        ("gradients, too", Way(usage="(u + (w0 - u * w0).detach()) * kept")),
        ("return (read_vectors, state)", lambda interface, state: state),
        ("link must be [2, 5, 5]", Way(link="torch.zeros(5, 5)")),
        ("to stay as it was", in_place),
        ("stops with AttributeError", lambda interface, state: interface.write_keys),
        ("stops with KeyError", lambda interface, state: state["links"]),
    ],
)
def test_wrong_steps(part, student):
    assert_refused(check.memory_step(student), part, "w[:, :, None]")
