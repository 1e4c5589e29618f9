"""A DNC run by hand: copy some words, then read them back by following the links."""

from __future__ import annotations

import numpy as np

from memorylab.memory.dnc.trace import ARRAYS, DNCTrace

ORDER = (4, 7, 1, 8, 0, 3, 9, 2, 6, 5)


def filled(num_steps=4, num_locations=5, word_size=3, num_read_heads=1, **arrays):
    """Return a trace that is all zeros but for ``arrays``."""
    sizes = {"T": num_steps, "N": num_locations, "W": word_size, "R": num_read_heads}
    sizes |= {"F": 2, "D": 2}
    zeros = {
        name: np.zeros((num_steps, *row.step_shape(sizes)))
        for name, row in ARRAYS.items()
        if not row.optional
    }
    return DNCTrace(zeros | arrays)


def _softmax(x):
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    return x / x.sum(axis=-1, keepdims=True)


def _content(memory, key, strength):
    norms = np.linalg.norm(memory, axis=-1) * np.linalg.norm(key) + 1e-6
    return _softmax(strength * (memory @ key) / norms)


def _allocation(usage):
    free = np.argsort(usage, kind="stable")
    before = np.concatenate([[1.0], np.cumprod(usage[free])[:-1]])
    allocation = np.zeros_like(usage)
    allocation[free] = (1 - usage[free]) * before
    return allocation


def run_copy(num_words=6, num_locations=10, word_size=8, num_read_heads=1, order=None, seed=0):
    """Run Graves et al.'s equations with gates set by hand.

    Words are written by allocation to the locations in ``order``; then even heads read forward from
    the first word and odd heads backward from the last, freeing what they read.
    """
    rng = np.random.default_rng(seed)
    n, w, r = num_locations, word_size, num_read_heads
    order = rng.permutation(n) if order is None else np.asarray(order)  # of writing
    words = np.sign(rng.standard_normal((num_words, w)))
    words[:, 0] = np.where(np.arange(num_words) % 2, -1.0, 1.0)
    usage = np.zeros(n)
    memory, link, precedence = np.zeros((n, w)), np.zeros((n, n)), np.zeros(n)
    write, reads = np.zeros(n), np.zeros((r, n))
    rows = []
    total = 2 * num_words
    for t in range(total):
        writing = t < num_words
        first_read = t == num_words
        write_gate, allocation_gate = float(writing), 1.0
        free_gates = np.full(r, float(t > num_words))
        modes = np.tile([0.0, 1.0, 0.0], (r, 1))
        if t > num_words:
            modes[::2] = [0.02, 0.03, 0.95]
            modes[1::2] = [0.95, 0.03, 0.02]
        write_vector = words[t] if writing else np.zeros(w)
        keys = np.stack([words[0] if h % 2 == 0 else words[-1] for h in range(r)])
        erase = np.full(w, float(writing))

        retention = np.prod(1 - free_gates[:, None] * reads, axis=0)
        usage = (usage + write - usage * write) * retention
        allocation = _allocation(usage)
        write_content = _content(memory, write_vector, 1.0)
        write = write_gate * (allocation_gate * allocation + (1 - allocation_gate) * write_content)
        memory = memory * (1 - np.outer(write, erase)) + np.outer(write, write_vector)
        link = (1 - write[:, None] - write[None]) * link + np.outer(write, precedence)
        np.fill_diagonal(link, 0)
        precedence = (1 - write.sum()) * precedence + write
        forward, backward = reads @ link.T, reads @ link
        strength = 30.0 if not writing or first_read else 3.0
        content = np.stack([_content(memory, key, strength) for key in keys])
        stacked = np.stack([backward, content, forward], axis=1)  # [R, 3, N]
        reads = np.einsum("rm,rmn->rn", modes, stacked)
        vectors = reads @ memory
        given = np.zeros(w + 1)
        given[:w] = (words[t] + 1) / 2 if writing else 0
        given[w] = first_read
        target = np.zeros(w) if writing else (words[t - num_words] + 1) / 2
        rows.append(
            {
                "input": given,
                "output": (vectors[0] + 1) / 2 if not writing else np.full(w, 0.1),
                "target": target,
                "memory": memory,
                "usage": usage,
                "allocation_weighting": allocation,
                "write_content_weighting": write_content,
                "write_weighting": write,
                "precedence": precedence,
                "link": link,
                "forward_weighting": forward,
                "backward_weighting": backward,
                "read_content_weighting": content,
                "read_weighting": reads,
                "read_vectors": vectors,
                "write_key": write_vector,
                "write_strength": 1.0,
                "erase_vector": erase,
                "write_vector": write_vector,
                "read_keys": keys,
                "read_strengths": np.full(r, strength),
                "free_gates": free_gates,
                "allocation_gate": allocation_gate,
                "write_gate": write_gate,
                "read_modes": modes,
            }
        )
    arrays = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    # An empty memory is allocated from its first location on. Number the locations anew, so that
    # the k-th to be written is order[k].
    number = np.argsort(order)
    for name, row in ARRAYS.items():
        for axis in np.flatnonzero(np.array(row.dimensions) == "N"):
            arrays[name] = arrays[name].take(number, axis=axis)
    return DNCTrace(arrays)


def without_target(trace):
    return DNCTrace({name: array for name, array in trace.arrays.items() if name != "target"})


def images_of(figure):
    """All heat maps of a figure, in the order drawn, without its colour bars."""
    return [axes.images[0] for axes in figure.axes if axes.images]


def title_of(image_or_axes):
    return getattr(image_or_axes, "axes", image_or_axes).get_title("left")
