"""Instruments that look into a memory: probes, interventions and what they are held against."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import one_hot

from memorylab.memory import ActorCritic
from memorylab.memory.model import batched
from memorylab_course.foggy_agents import Play, numbers_of
from memorylab_course.foggy_maze import SEEN
from memorylab_course.picture_maze import Walks


def fit_probe(
    inputs: Float[Tensor, "N M"], targets: Float[Tensor, "N C"], ridge: float = 1.0
) -> Float[Tensor, "M+1 C"]:
    """Return the weights of a linear probe, by ridge regression; the last row is the bias.

    They minimise the squared error summed over all rows, plus ``ridge`` times the sum of the
    squared weights, the bias left out.
    """
    inputs, targets = inputs.double(), targets.double()
    ones = torch.ones(len(inputs), 1, dtype=torch.double)
    given = torch.cat([inputs, ones], 1)  # [N, M + 1]
    penalty = ridge * torch.eye(given.shape[1], dtype=torch.double)
    penalty[-1, -1] = 0
    return torch.linalg.solve(given.T @ given + penalty, given.T @ targets)


def probe_accuracy(
    inputs: Float[Tensor, "B T M"], labels: Int[Tensor, "B T"], play: Play | Walks, steps: int
) -> list[float]:
    """Return how often a probe names the label right at each of the first steps.

    A probe is fitted for each step on the first half of the episodes and tested on the second,
    among those that still run.
    """
    half, found = len(labels) // 2, []
    for t in range(steps):
        fit, test = play.real[:half, t], play.real[half:, t]
        weights = fit_probe(inputs[:half, t][fit], one_hot(labels[:half, t][fit]))
        told = inputs[half:, t][test].double() @ weights[:-1] + weights[-1]  # [N, C]
        found.append((told.argmax(-1) == labels[half:, t][test]).double().mean().item())
    return found


def fit_belief(
    inputs: Float[Tensor, "N M"], beliefs: Float[Tensor, "N S"], decay: float = 1e-4
) -> tuple[Float[Tensor, "M S"], Float[Tensor, "S"]]:
    """Return weights and bias of a linear probe with a softmax, fitted to beliefs.

    They minimise the mean Kullback-Leibler divergence from the beliefs, plus ``decay`` times the
    sum of the squared weights.
    """
    inputs = inputs.double()
    weights = torch.zeros(inputs.shape[1], beliefs.shape[1], dtype=torch.double)
    bias = torch.zeros(beliefs.shape[1], dtype=torch.double)
    parameters = [weights.requires_grad_(), bias.requires_grad_()]
    optimizer = torch.optim.LBFGS(parameters, max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        logs = (inputs @ weights + bias).log_softmax(-1)
        loss = -(beliefs * logs).sum(-1).mean() + decay * weights.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weights.detach(), bias.detach()


def divergence(exact: Float[Tensor, "... S"], other: Float[Tensor, "... S"]) -> Tensor:
    """Return the Kullback-Leibler divergence from an exact belief in bits ``[...]``."""
    tiny = torch.finfo(torch.double).tiny
    logs = exact.clamp(min=tiny).log2() - other.double().clamp(min=tiny).log2()
    return (exact * logs).sum(-1)


@torch.no_grad()
def memories_of(
    networks: ActorCritic, observations: Float[Tensor, "B T F"]
) -> Float[Tensor, "B T M"]:
    """Return all numbers of a memory after each step of given observations."""
    episodes, steps, _ = observations.shape
    state, found = batched(networks.initial_state(), episodes), []
    for t in range(steps):
        _, _, state = networks(observations[:, t : t + 1], state)
        found.append(numbers_of(state["memory"], episodes))
    return torch.stack(found, 1)


@torch.no_grad()
def interventions(
    networks: ActorCritic, observations: Float[Tensor, "T F"]
) -> Float[Tensor, "T T"]:
    """Return how far the action at each step depends on what was seen at each step.

    Entry ``[t, i]``: what is seen at step i is replaced by each of the three other things that
    could be seen, and everything else is left alone. The entry is the mean distance, over the
    three, between the probabilities of actions at step t with and without the change: half the sum
    of the absolute differences, from 0 to 1.
    """
    steps, kinds = len(observations), len(SEEN)
    plain = networks(observations[None])[0].softmax(-1)  # [1, T, A]
    seen = observations[:, :kinds].argmax(-1)  # [T]
    changed = observations.repeat(steps, kinds - 1, 1, 1)  # [T (of change), 3, T, F]
    for i in range(steps):
        for k in range(kinds - 1):
            changed[i, k, i, :kinds] = one_hot((seen[i] + k + 1) % kinds, kinds).float()
    probabilities = networks(changed.flatten(0, 1))[0].softmax(-1)  # [T * 3, T, A]
    distance = (probabilities - plain).abs().sum(-1) / 2  # [T * 3, T]
    return distance.unflatten(0, (steps, -1)).mean(1).T


def gradients(networks: ActorCritic, observations: Float[Tensor, "T F"]) -> Float[Tensor, "T T"]:
    """Return how strongly the likeliest action's probability reacts to small changes of the seen.

    Entry ``[t, i]``: the norm of the gradient of that probability at step t with respect to the
    four numbers that say what is seen at step i.
    """
    given = observations.clone().requires_grad_()
    best = networks(given[None])[0].softmax(-1)[0].amax(-1)  # [T]
    rows = [torch.autograd.grad(one, given, retain_graph=True)[0] for one in best]
    return torch.stack(rows)[..., : len(SEEN)].norm(dim=-1)
