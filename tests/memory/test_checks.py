import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from memorylab.memory import DNC, GRU, MEMORY_MODELS, WithReadout, make_memory, map_state

SMALL = {"dnc": {"hidden_size": 7, "num_locations": 5, "word_size": 4}}


def build(name, **options):
    torch.manual_seed(0)
    return make_memory(name, 3, **SMALL.get(name, {"hidden_size": 7}), **options)


@pytest.mark.parametrize("name", MEMORY_MODELS)
@settings(deadline=None, max_examples=20)
@given(lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_packed_sequences_give_what_each_gives_alone(name, lengths):
    model = build(name)
    rows = [torch.randn(length, 3) for length in lengths]
    starts = torch.arange(len(rows))
    packed, state = model(pack_sequence(rows, enforce_sorted=False), t_starts=starts)
    y, lens = pad_packed_sequence(packed, batch_first=True)
    assert lens.tolist() == lengths
    for number, row in enumerate(rows):
        alone, after = model(row.unsqueeze(0), t_starts=starts[number : number + 1])
        torch.testing.assert_close(y[number, : len(row)], alone[0])
        map_state(lambda a, b, n=number: torch.testing.assert_close(a[n], b[0]), state, after)


def test_packed_sequences_are_packed_like_the_input_and_carry_gradients():
    model, rows = build("dnc"), [torch.randn(4, 3), torch.randn(2, 3)]
    given = pack_sequence(rows)
    packed, _ = model(given)
    assert packed.sorted_indices is None
    assert torch.equal(packed.batch_sizes, given.batch_sizes)
    packed.data.sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())
    with pytest.raises(ValueError, match="has its own lengths: leave seq_lens out"):
        model(given, seq_lens=torch.tensor([4, 2]))


@pytest.mark.parametrize("name", MEMORY_MODELS)
def test_a_state_made_under_autocast_goes_on_inside_and_outside(name):
    model, z = build(name), torch.randn(2, 5, 3)
    exact, starts = model(z)[0], torch.zeros(2, dtype=torch.long)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        first, state = model(z[:, :2])
        second, state = model(z[:, 2:4].bfloat16(), state, starts + 2)
    last, _ = model(z[:, 4:], state, starts + 4)
    y = torch.cat([first.float(), second.float(), last], 1)
    torch.testing.assert_close(y, exact, atol=0.05, rtol=0.05)
    with pytest.raises(TypeError, match=r"z is torch.bfloat16, but the parameters"):
        model(z.bfloat16())


@pytest.mark.parametrize("name", MEMORY_MODELS)
def test_compiled_models_give_the_same_numbers(name):
    model, z, lens = build(name).double(), torch.randn(2, 2, 3).double(), torch.tensor([2, 1])
    expected, state = model(z, seq_lens=lens)
    after, _ = model(z, state, lens)
    try:
        compiled = torch.compile(model, backend="eager")
        y, state = compiled(z, seq_lens=lens)
        torch.testing.assert_close(y, expected)
        torch.testing.assert_close(compiled(z, state, lens)[0], after)
    finally:
        torch.compiler.reset()


@pytest.mark.parametrize(
    ("make", "argument", "message"),
    [
        (DNC, "nr_cells", "DNC has no argument 'nr_cells': it is called 'num_locations' here"),
        (DNC, "cell_size", "called 'word_size'"),
        (DNC, "read_heads", "called 'num_read_heads'"),
        (DNC, "num_layers", "called 'num_controller_layers'"),
        (DNC, "rnn_type", "called 'controller'"),
        (DNC, "dropout", r"put torch.nn.Dropout before or behind the model"),
        (DNC, "gpu_id", r"use model.to\(device\)"),
        (GRU, "num_layers", "GRU has no argument 'num_layers': it has one layer; to stack two"),
        (GRU, "batch_first", r"input is always \[B, T, F\]"),
        (GRU, "nr_cells", "unexpected keyword argument 'nr_cells'"),  # nothing in it has that name
    ],
)
def test_the_words_of_other_programs_are_answered(make, argument, message):
    with pytest.raises(TypeError, match=message):
        make(3, **{argument: 2})


def test_make_memory_answers_them_too():
    message = "The memory model 'dnc' has no option 'nr_cells': it is called 'num_locations' here"
    with pytest.raises(ValueError, match=message):
        make_memory("dnc", 3, nr_cells=8)
    with pytest.raises(ValueError, match="'gru' has no option 'num_layers': it has one layer"):
        make_memory("gru", 3, num_layers=2)


def test_time_first_is_guessed():
    model = WithReadout(build("gru"), 2)
    z, message = torch.randn(6, 2, 3), r"\[6, 2, 3\].* 2 rows. Is it \[T, B, F\]\?.*transpose"
    with pytest.raises(ValueError, match=message):
        model(z, model.batch_initial_state(2))
    with pytest.raises(ValueError, match=message):
        model(z, seq_lens=torch.tensor([6, 3]))
    with pytest.raises(ValueError, match=r"one number for each of the 6 rows"):
        model(z, seq_lens=torch.tensor([1, 1, 1]))
    model(z, seq_lens=torch.full((6,), 2))


def test_mixed_devices_are_named():
    model, z = build("dnc"), torch.randn(2, 4, 3)
    with pytest.raises(ValueError, match=r"z is on meta, but the parameters of DNC are on cpu"):
        model(z.to("meta"))
    state = model.batch_initial_state(2)
    state["controller"]["hidden"] = state["controller"]["hidden"].to("meta")
    with pytest.raises(ValueError, match=r"state\['controller'\]\['hidden'\] is on meta"):
        model(z, state)
    with pytest.raises(ValueError, match=r"seq_lens is on meta.*seq_lens.to\('cpu'\)"):
        model(z, seq_lens=torch.tensor([1, 2], device="meta"))
