from __future__ import annotations

import copy
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from memorylab.memory import DNC, GRU, LSTM, Elman, FeedForward, WithReadout
from memorylab.tasks import Copy
from memorylab.training import Film, History, train

TASK = Copy(word_size=2, max_length=2)
BATCH = TASK.sample(1, torch.Generator().manual_seed(0))


def small_dnc() -> DNC:
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_locations": 4, "word_size": 3}
    return DNC(TASK.input_size, TASK.output_size, **sizes)


MODELS = {
    "dnc": lambda size: DNC(size, hidden_size=8, num_locations=4, word_size=3),
    "gru": GRU,
    "lstm": LSTM,
    "elman": Elman,
    "memoryless": FeedForward,
}


def new_film(**options) -> Film:
    return Film(BATCH.input[0], BATCH.target[0], BATCH.mask[0], **options)


def trained(film: Film | None, steps: int = 12) -> tuple[DNC, History]:
    model = small_dnc()
    options = {"steps": steps, "stop_below": None, "evaluate_every": 5, "progress": False}
    return model, train(model, TASK, film=film, **options)


class Unchanging:
    """A model whose trace takes no time."""

    recorded = small_dnc().trace(BATCH.input[0])

    def trace(self, z):
        return self.recorded


def same_arrays(first, second) -> bool:
    return first.keys() == second.keys() and all(
        np.array_equal(first[name], second[name]) and first[name].dtype == second[name].dtype
        for name in first
    )


@given(
    jumps=st.lists(st.integers(1, 60), max_size=20),
    every=st.none() | st.integers(1, 50),
    at=st.lists(st.integers(0, 300), max_size=8),
)
def test_a_step_is_recorded_when_training_reaches_it_or_goes_past_it(jumps, every, at):
    film = new_film(**({"at": at} if every is None else {"every": every}))
    seen = [0, *(int(step) for step in np.cumsum(jumps))]
    for step in seen:
        film.see(step, Unchanging(), last=step == seen[-1])
    wanted = at if every is None else range(0, seen[-1] + 1, every)
    reached = {min(step for step in seen if step >= one) for one in wanted if one <= seen[-1]}
    assert film.steps == sorted({0, seen[-1]} | reached)
    assert len(film) == len(film.traces) == len(film.steps)


def test_by_default_there_are_about_thirty_steps_dense_at_the_beginning():
    film = new_film()
    for step in range(2001):
        film.see(step, Unchanging())
    assert film.steps[:9] == [0, 1, 2, 3, 4, 5, 6, 8, 10]
    assert 28 <= len(film) <= 34
    growth = np.divide(film.steps[15:], film.steps[14:-1])
    assert growth == pytest.approx(2 ** (1 / 3), rel=0.02)
    assert film.labels[0] == "step 0"
    assert film.labels[-1] == "step 1,625"


def test_filming_changes_neither_the_weights_nor_any_random_state():
    # Python's own random state is left out: where annotations are executed, that draws from it.
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    plain, plain_history = trained(None)
    state = torch.get_rng_state()
    filmed, filmed_history = trained(new_film())
    assert torch.equal(torch.get_rng_state(), state)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
    assert filmed_history.loss == plain_history.loss
    for first, second in zip(plain.parameters(), filmed.parameters(), strict=True):
        assert torch.equal(first, second)
        assert torch.equal(first.grad, second.grad)


def test_each_frame_is_the_model_as_it_was_at_that_step():
    film = new_film(at=[3])
    model, _ = trained(film)
    assert film.steps == [0, 3, 12]
    for trace, then in zip(film.traces, [small_dnc(), trained(None, 3)[0], model], strict=True):
        assert (trace.memory == then.trace(BATCH.input[0]).memory).all()
        assert (trace.target == BATCH.target[0].numpy()).all()
        assert trace.mask.tolist() == BATCH.mask[0].float().tolist()
        trace.validate()
    assert not np.array_equal(film.traces[0].output, film.traces[1].output)


def test_the_film_ends_with_the_step_at_which_training_stops():
    film, model = new_film(every=100), small_dnc()
    history = train(model, TASK, film=film, stop_below=1.0, evaluate_every=7, progress=False)
    assert history.solved
    assert film.steps == [0, 7]


def test_a_film_comes_back_to_the_bit_and_can_go_on(tmp_path):
    film, path = new_film(every=5), tmp_path / "film.npz"
    model, _ = trained(film)
    film.save(path)
    loaded = Film.load(path)
    assert loaded.steps == film.steps == [0, 5, 10, 12]
    assert (loaded.every, loaded.at) == (5, None)
    for first, second in zip(film.traces, loaded.traces, strict=True):
        assert type(first) is type(second)
        assert first.metadata == second.metadata
        assert same_arrays(first.arrays, second.arrays)
    again = new_film(every=5)
    again.resume(loaded)
    for one in (loaded, again):
        for step in range(13, 21):
            one.see(step, model)
        assert one.steps == [0, 5, 10, 12, 15, 20]
        assert same_arrays(one.traces[-1].arrays, film.traces[-1].arrays)


@pytest.mark.parametrize("kind", MODELS)
def test_every_memory_can_be_filmed(kind, tmp_path):
    film, path = new_film(at=[]), tmp_path / "film.npz"
    model = WithReadout(MODELS[kind](TASK.input_size), TASK.output_size)
    train(model, TASK, steps=2, film=film, progress=False)
    film.save(path)
    first, last = Film.load(path).traces
    assert first.kind == last.kind == kind
    assert same_arrays(last.arrays, film.traces[-1].arrays)
    assert not np.array_equal(first.output, last.output)
    assert last.output == pytest.approx(model(BATCH.input)[0][0].detach().numpy(), abs=1e-5)


def test_what_all_frames_share_is_stored_once(tmp_path):
    film, path = new_film(every=5), tmp_path / "film.npz"
    trained(film)
    film.save(path)
    with np.load(path, allow_pickle=False) as archive:
        assert archive["input"].shape == BATCH.input[0].shape
        assert archive["write_gate"].shape == (4, len(BATCH.input[0]))
        assert not {"memory", "link", "read_weighting"} & set(archive.files)


def test_a_stored_film_needs_torch_only_to_compute_what_it_left_out(tmp_path):
    for name, model in (("gru", GRU(TASK.input_size)), ("dnc", small_dnc())):
        film = new_film()
        film.see(0, model)
        film.save(tmp_path / f"{name}.npz")
    code = f"""
import sys
sys.modules["torch"] = None  # any import of it fails
from memorylab.training import Film
assert Film.load({str(tmp_path / "gru.npz")!r}).steps == [0]
try:
    Film.load({str(tmp_path / "dnc.npz")!r})
except ImportError as error:
    assert "needs PyTorch" in str(error)
else:
    raise AssertionError
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ([np.zeros(3)], {}, r"one sequence \[T, F\] of at least one step, but got \[3\]"),
        ([np.zeros((0, 3))], {}, r"at least one step, but got \[0, 3\]"),
        ([[[0.0, 1], [np.nan, 0]]], {}, "NaN or infinity at step 1"),
        ([np.zeros((2, 3)), np.zeros((3, 1))], {}, r"target must have the input's 2 steps.*\[3, 1"),
        ([np.zeros((2, 3)), None, True], {}, r"mask must have the input's 2 steps.*shape \[\]"),
        ([np.zeros((2, 3))], {"every": 5, "at": [1]}, "either every or at"),
        ([np.zeros((2, 3))], {"every": 0}, "every must be at least 1, got 0"),
        ([np.zeros((2, 3))], {"at": [5, -1]}, "a step in at must be at least 0, got -1"),
    ],
)
def test_a_film_of_something_else_is_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        Film(*arguments, **options)


def test_a_film_shows_one_training():
    film = new_film()
    trained(film, steps=2)
    weights = copy.deepcopy(small_dnc().state_dict())
    model = small_dnc()
    with pytest.raises(ValueError, match="already shows a training, up to step 2"):
        train(model, TASK, film=film, progress=False)
    assert all(torch.equal(model.state_dict()[name], weights[name]) for name in weights)
    with pytest.raises(ValueError, match="Step 1 can't follow step 2"):
        film.see(1, model)
    other = Film(BATCH.input[0] + 1, BATCH.target[0])
    with pytest.raises(ValueError, match="another sequence: it differs in input and mask"):
        other.resume(film)


def test_what_cannot_be_filmed_is_refused_before_training():
    class Dark(torch.nn.Module):
        input_size, output_size = TASK.input_size, TASK.output_size

    with pytest.raises(TypeError, match="Only a memory model can be recorded, but got a Dark"):
        train(Dark(), TASK, film=new_film(), progress=False)
    with pytest.raises(ValueError, match=r"'progres' is not a known argument of train.*'progress'"):
        train(small_dnc(), TASK, progres=False)


def test_a_file_that_is_no_film_is_refused(tmp_path):
    path = tmp_path / "film.npz"
    with pytest.raises(ValueError, match="film is empty"):
        new_film().save(path)
    with pytest.raises(FileNotFoundError, match="no film at"):
        Film.load(path)
    small_dnc().trace(BATCH.input[0]).save(path)
    with pytest.raises(ValueError, match=r"film\.npz is not a film"):
        Film.load(path)
    film = new_film()
    film.see(0, small_dnc())
    film.save(path)
    arrays = dict(np.load(path))
    arrays["header"] = np.array(str(arrays["header"]).replace('"kind": "dnc"', '"kind": "abacus"'))
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=r"the kind 'abacus'.*the kinds .*dnc"):
        Film.load(path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ValueError, match="damaged, or holds no film"):
        Film.load(path)


def test_a_film_with_a_frame_that_does_not_follow_is_stored_whole(tmp_path):
    film, path = new_film(every=5), tmp_path / "film.npz"
    trained(film)
    film.traces[1] = film.traces[1].with_arrays(memory=film.traces[1].memory + 1)
    film.save(path)
    for first, second in zip(film.traces, Film.load(path).traces, strict=True):
        assert same_arrays(first.arrays, second.arrays)
