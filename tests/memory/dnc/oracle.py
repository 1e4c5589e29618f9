"""The DNC written down from the paper, number by number.

Graves et al., "Hybrid computing using a neural network with dynamic external memory", Nature 538
(2016), Methods. One row, float64, loops over i and j as in the equations; no code is shared with
the package. Arrays have no batch dimension: memory ``[N, W]``, link ``[N, N]``, heads first.
"""

from __future__ import annotations

import math

import numpy as np

EPSILON = 1e-6
"""The one departure from the paper: added to squared norms, for the zero vector."""


def oneplus(x):
    # log(1 + e^x) = x + log(1 + e^-x), which doesn't overflow for large x.
    return 1 + (x + math.log1p(math.exp(-x)) if x > 0 else math.log1p(math.exp(x)))


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def softmax(scores):
    largest = max(scores)
    exponentials = [math.exp(score - largest) for score in scores]
    total = sum(exponentials)
    return np.array([exponential / total for exponential in exponentials])


def cosine(u, v):
    dot = sum(u[i] * v[i] for i in range(len(u)))
    norm_u = math.sqrt(sum(u[i] * u[i] for i in range(len(u))) + EPSILON)
    norm_v = math.sqrt(sum(v[i] * v[i] for i in range(len(v))) + EPSILON)
    return dot / (norm_u * norm_v)


def content_weighting(memory, key, strength):
    return softmax([strength * cosine(key, memory[i]) for i in range(len(memory))])


def retention(free_gates, previous_read_weighting):
    num_read_heads, num_locations = previous_read_weighting.shape
    kept = np.ones(num_locations)
    for i in range(num_locations):
        for head in range(num_read_heads):
            kept[i] *= 1 - free_gates[head] * previous_read_weighting[head, i]
    return kept


def usage(previous_usage, previous_write_weighting, kept):
    result = np.zeros(len(kept))
    for i in range(len(kept)):
        u, w = previous_usage[i], previous_write_weighting[i]
        result[i] = (u + w - u * w) * kept[i]
    return result


def allocation_weighting(used):
    free_list = sorted(range(len(used)), key=lambda i: used[i])  # Python's sort is stable.
    result = np.zeros(len(used))
    for j in range(len(used)):
        product = 1.0
        for i in range(j):
            product *= used[free_list[i]]
        result[free_list[j]] = (1 - used[free_list[j]]) * product
    return result


def write_weighting(content, allocation, allocation_gate, write_gate):
    result = np.zeros(len(content))
    for i in range(len(content)):
        found = (1 - allocation_gate) * content[i]
        result[i] = write_gate * (allocation_gate * allocation[i] + found)
    return result


def write_memory(previous_memory, weighting, erase_vector, write_vector):
    num_locations, word_size = previous_memory.shape
    result = np.zeros((num_locations, word_size))
    for i in range(num_locations):
        for k in range(word_size):
            erased = previous_memory[i, k] * (1 - weighting[i] * erase_vector[k])
            result[i, k] = erased + weighting[i] * write_vector[k]
    return result


def precedence(previous_precedence, weighting):
    total = sum(weighting[i] for i in range(len(weighting)))
    result = np.zeros(len(weighting))
    for i in range(len(weighting)):
        result[i] = (1 - total) * previous_precedence[i] + weighting[i]
    return result


def temporal_link(previous_link, previous_precedence, weighting):
    num_locations = len(weighting)
    result = np.zeros((num_locations, num_locations))
    for i in range(num_locations):
        for j in range(num_locations):
            if i != j:
                kept = (1 - weighting[i] - weighting[j]) * previous_link[i, j]
                result[i, j] = kept + weighting[i] * previous_precedence[j]
    return result


def forward_weighting(link, previous_read_weighting):
    result = np.zeros(len(link))
    for i in range(len(link)):
        result[i] = sum(link[i, j] * previous_read_weighting[j] for j in range(len(link)))
    return result


def backward_weighting(link, previous_read_weighting):
    result = np.zeros(len(link))
    for i in range(len(link)):
        result[i] = sum(link[j, i] * previous_read_weighting[j] for j in range(len(link)))
    return result


def read_weighting(backward, content, forward, modes):
    result = np.zeros(len(content))
    for i in range(len(content)):
        result[i] = modes[0] * backward[i] + modes[1] * content[i] + modes[2] * forward[i]
    return result


def read_vector(memory, weighting):
    num_locations, word_size = memory.shape
    result = np.zeros(word_size)
    for k in range(word_size):
        result[k] = sum(memory[i, k] * weighting[i] for i in range(num_locations))
    return result


def empty_state(num_locations, word_size, num_read_heads):
    return {
        "memory": np.zeros((num_locations, word_size)),
        "usage": np.zeros(num_locations),
        "precedence": np.zeros(num_locations),
        "link": np.zeros((num_locations, num_locations)),
        "write_weighting": np.zeros(num_locations),
        "read_weighting": np.zeros((num_read_heads, num_locations)),
        "read_vectors": np.zeros((num_read_heads, word_size)),
    }


def memory_step(state, interface):
    """Return the state after one step together with the weightings on the way."""
    heads = range(len(interface["read_keys"]))
    used = usage(
        state["usage"],
        state["write_weighting"],
        retention(interface["free_gates"], state["read_weighting"]),
    )
    allocation = allocation_weighting(used)
    write_content = content_weighting(
        state["memory"], interface["write_key"], interface["write_strength"]
    )
    written = write_weighting(
        write_content, allocation, interface["allocation_gate"], interface["write_gate"]
    )
    memory = write_memory(
        state["memory"], written, interface["erase_vector"], interface["write_vector"]
    )
    link = temporal_link(state["link"], state["precedence"], written)
    last = state["read_weighting"]
    forward = np.stack([forward_weighting(link, last[head]) for head in heads])
    backward = np.stack([backward_weighting(link, last[head]) for head in heads])
    content = np.stack(
        [
            content_weighting(
                memory, interface["read_keys"][head], interface["read_strengths"][head]
            )
            for head in heads
        ]
    )
    read = np.stack(
        [
            read_weighting(
                backward[head], content[head], forward[head], interface["read_modes"][head]
            )
            for head in heads
        ]
    )
    return {
        "memory": memory,
        "usage": used,
        "precedence": precedence(state["precedence"], written),
        "link": link,
        "write_weighting": written,
        "read_weighting": read,
        "read_vectors": np.stack([read_vector(memory, read[head]) for head in heads]),
        "allocation_weighting": allocation,
        "write_content_weighting": write_content,
        "read_content_weighting": content,
        "forward_weighting": forward,
        "backward_weighting": backward,
    }


def split_interface(vector, word_size, num_read_heads):
    """Cut the interface vector in the order of the paper: read heads first, read modes last."""
    numbers = iter(vector)

    def take(count):
        return np.array([next(numbers) for _ in range(count)])

    heads = range(num_read_heads)
    interface = {
        "read_keys": np.stack([take(word_size) for _ in heads]),
        "read_strengths": np.array([oneplus(x) for x in take(num_read_heads)]),
        "write_key": take(word_size),
        "write_strength": oneplus(next(numbers)),
        "erase_vector": np.array([sigmoid(x) for x in take(word_size)]),
        "write_vector": take(word_size),
        "free_gates": np.array([sigmoid(x) for x in take(num_read_heads)]),
        "allocation_gate": sigmoid(next(numbers)),
        "write_gate": sigmoid(next(numbers)),
        "read_modes": np.stack([softmax(take(3)) for _ in heads]),
    }
    assert next(numbers, None) is None, "The interface vector is too long."
    return interface


def linear(weight, bias, x):
    return np.array(
        [sum(weight[i, j] * x[j] for j in range(len(x))) + bias[i] for i in range(len(weight))]
    )


def lstm_controller(weights, x, hidden, cell):
    """One step of an LSTM: forget gates, no peepholes; gates in the order i, f, g, o."""
    size = len(hidden)
    gates = linear(weights["weight_ih"], weights["bias_ih"], x)
    gates = gates + linear(weights["weight_hh"], weights["bias_hh"], hidden)
    new_hidden, new_cell = np.zeros(size), np.zeros(size)
    for k in range(size):
        put_in, forget = sigmoid(gates[k]), sigmoid(gates[size + k])
        candidate, put_out = math.tanh(gates[2 * size + k]), sigmoid(gates[3 * size + k])
        new_cell[k] = forget * cell[k] + put_in * candidate
        new_hidden[k] = put_out * math.tanh(new_cell[k])
    return new_hidden, new_cell


def feedforward_controller(weights, x):
    """One layer with tanh."""
    return np.array([math.tanh(number) for number in linear(weights["weight"], weights["bias"], x)])


def run(parts, inputs, state, hidden=None, cell=None):
    """Run a whole DNC over a sequence.

    Args:
        parts: Weights of the ``controller`` (with ``weight_hh`` an LSTM), the ``interface`` and
            the ``output``, each a dictionary of arrays.
        inputs: Sequence ``[T, F]``.
        state: State to begin with, as from ``empty_state``.
        hidden: The LSTM controller's hidden vector to begin with.
        cell: The LSTM controller's cell to begin with.

    Returns:
        Everything that happened, each array with time first, and the controller's last state.
    """
    num_read_heads, word_size = state["read_vectors"].shape
    steps = []
    for x in inputs:
        seen = np.concatenate([x, *state["read_vectors"]])
        if "weight_hh" in parts["controller"]:
            hidden, cell = lstm_controller(parts["controller"], seen, hidden, cell)
        else:
            hidden = feedforward_controller(parts["controller"], seen)
        vector = linear(parts["interface"]["weight"], parts["interface"]["bias"], hidden)
        interface = split_interface(vector, word_size, num_read_heads)
        state = memory_step(state, interface)
        known = np.concatenate([hidden, *state["read_vectors"]])
        output = linear(parts["output"]["weight"], parts["output"]["bias"], known)
        steps.append({"input": x, "output": output, **interface, **state})
    return {name: np.stack([step[name] for step in steps]) for name in steps[0]}, hidden, cell
