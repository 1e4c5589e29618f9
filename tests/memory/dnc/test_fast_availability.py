"""Where the fast path runs, and what happens where it can't."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import warnings

import pytest
import torch
from dnc_examples import make_dnc

from memorylab.memory.dnc import DNC, ablate, fast
from memorylab.memory.dnc.fast import availability

pytest.importorskip("numba")


@pytest.fixture
def forget():
    """Let the next call find out anew whether the fast path works, and so the ones after."""
    caches = [availability.compile_kernels, availability.warn_once]
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.fixture
def used(monkeypatch):
    """Return a list that grows with each run of the fast path."""
    runs = []
    run = fast.run_sequence

    def counted(*arguments):
        runs.append(arguments)
        return run(*arguments)

    monkeypatch.setattr(fast, "run_sequence", counted)
    return runs


def run(model, dtype=torch.float64):
    return model(torch.ones(2, 3, 3, dtype=dtype))[0]


@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_fast_is_the_default(controller, dtype, used):
    run(make_dnc(controller=controller).to(dtype), dtype)
    assert len(used) == 1


@pytest.mark.parametrize(
    "model",
    [
        lambda: make_dnc(implementation="reference"),
        lambda: make_dnc(num_controller_layers=2),
        lambda: make_dnc(controller="gru"),
        lambda: ablate(make_dnc(), "links"),
        lambda: make_dnc().bfloat16(),
    ],
    ids=["asked for", "two layers", "gru", "ablated", "bfloat16"],
)
def test_reference_runs_everything_else_without_a_word(model, used):
    model = model()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(model, next(model.parameters()).dtype)
    assert not used


def test_reference_runs_under_autocast(used):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        run(make_dnc().float(), torch.float32)
    assert not used


def test_a_compiled_model_as_the_first_of_a_process_leaves_the_kernels_on(forget, used):
    model = make_dnc()
    try:
        compiled = run(torch.compile(model, backend="eager"))
    finally:
        torch.compiler.reset()
    assert len(used) == 1
    assert torch.equal(run(model), compiled)
    assert len(used) == 2


@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
def test_weights_and_state_are_the_same_for_both(controller):
    both = [make_dnc(controller=controller, implementation=name) for name in ("fast", "reference")]
    for first, second in zip(*(model.state_dict().items() for model in both), strict=True):
        assert first[0] == second[0]
        assert torch.equal(first[1], second[1])
    z = torch.ones(2, 3, 3, dtype=torch.float64)
    _, ours = both[0](z)
    _, theirs = both[1](z)
    assert list(ours) == list(theirs)
    for name in ours:
        if name != "controller":
            assert (ours[name].shape, ours[name].dtype) == (theirs[name].shape, theirs[name].dtype)
    both[1](z, ours)
    both[0](z, theirs)


@pytest.mark.parametrize("name", ["fast", "reference"])
def test_copies_keep_the_implementation(name):
    model = make_dnc(implementation=name)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other.implementation == name
        assert torch.equal(run(other), run(model))


def test_without_numba_the_reference_runs_and_says_so_once(monkeypatch, forget, used):
    expected = run(make_dnc(implementation="reference"))
    monkeypatch.delitem(sys.modules, "memorylab.memory.dnc.fast.sequence", raising=False)
    monkeypatch.delitem(sys.modules, "memorylab.memory.dnc.fast.kernels", raising=False)
    monkeypatch.delattr("memorylab.memory.dnc.fast.kernels", raising=False)
    monkeypatch.delattr("memorylab.memory.dnc.fast.sequence", raising=False)
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.warns(
        UserWarning, match=r"Numba can't be imported.*pip install numba.*The reference runs"
    ):
        y = run(make_dnc())
    assert torch.equal(y, expected)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(make_dnc())
        run(make_dnc().float(), torch.float32)
    assert not used


def test_a_fault_of_ours_is_raised_each_time(monkeypatch, forget):
    def fail(dtype):
        raise TypeError("a fault in the kernels")

    monkeypatch.setattr(availability, "warm_up", fail)
    for _ in range(2):
        with pytest.raises(TypeError, match="a fault in the kernels"):
            run(make_dnc())


def python(code, folder):
    """Run code that uses the smallest kernels only, with a cache of its own."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder)}
    start = (
        "import numpy as np, torch\n"
        "from memorylab.memory.dnc.fast import availability\n"
        "def warm_up(dtype):\n"
        "    from memorylab.memory.dnc.fast import kernels\n"
        "    assert kernels.total(np.ones(3)) == 3\n"
        "availability.warm_up = warm_up\n"
    )
    command = [sys.executable, "-W", "error", "-c", start + code]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run


COMPILE = "assert availability.compile_kernels(torch.float32) == ''\n"


def test_compiling_says_so_and_loading_does_not(tmp_path):
    """The kernels are copied to a place where nothing of them is on disk yet."""
    assert python(COMPILE, tmp_path).stderr.count("Compiling the DNC") == 1
    assert "Compiling the DNC" not in python(COMPILE, tmp_path).stderr


@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
@pytest.mark.parametrize(
    "damage", [b"", b"\0" * 5000, b"\x80\x04broken"], ids=["cut", "zeros", "bad"]
)
def test_a_damaged_cache_is_made_again(tmp_path, suffix, damage):
    python(COMPILE, tmp_path)
    whole = {file: file.read_bytes() for file in tmp_path.rglob(f"kernels.total*.{suffix}")}
    assert whole
    for file in whole:
        file.write_bytes(damage)
    python(COMPILE, tmp_path)
    assert all(file.read_bytes() != damage for file in whole)
    assert "Compiling the DNC" not in python(COMPILE, tmp_path).stderr


def test_a_full_disk_is_done_without(tmp_path):
    full = (
        "from numba.core import caching\n"
        "def save(self, name, data):\n"
        "    raise OSError(28, 'No space left on device')\n"
        "caching.IndexDataCacheFile._save_data = save\n"
    )
    python(full + COMPILE, tmp_path)


def test_warming_up_draws_no_random_numbers():
    state = torch.get_rng_state()
    fast.warm_up(torch.float32)
    assert torch.equal(torch.get_rng_state(), state)


def test_numba_is_imported_only_when_the_fast_path_runs():
    code = (
        "import sys, torch\n"
        "from memorylab.memory import DNC\n"
        "model = DNC(3, implementation='reference')\n"
        "model(torch.ones(1, 2, 3))\n"
        "assert 'numba' not in sys.modules\n"
        "DNC(3)(torch.ones(1, 2, 3))\n"
        "assert 'numba' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_cache_that_cannot_be_written_is_done_without():
    """Where Numba finds no folder for what it compiled, the kernels are compiled all the same."""
    code = (
        "from numba.core import caching\n"
        "for locator in caching.CacheImpl._locator_classes:\n"
        "    locator.from_function = classmethod(lambda cls, *arguments: None)\n"
        "from memorylab.memory.dnc.fast import kernels\n"
        "import numpy as np\n"
        "assert kernels.total(np.ones(5)) == 5\n"
        "assert kernels.total._cache.cache_path is None\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def in_child(model, queue):
    queue.put(run(model).sum().item())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_child_processes(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this platform cannot {method}")
    model = make_dnc().requires_grad_(False)
    expected = run(model).sum().item()
    context = multiprocessing.get_context(method)
    queue = context.SimpleQueue()
    child = context.Process(target=in_child, args=(model, queue))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert queue.get() == expected


def test_learns_what_the_reference_learns():
    losses = {}
    for name in ("fast", "reference"):
        torch.manual_seed(0)
        model = DNC(3, 2, hidden_size=8, num_locations=4, word_size=3, implementation=name)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        z, target = torch.randn(4, 6, 3), torch.randn(4, 6, 2)
        for _ in range(5):
            loss = (model(z)[0] - target).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses[name] = loss.item()
    assert losses["fast"] == pytest.approx(losses["reference"], rel=1e-3)
