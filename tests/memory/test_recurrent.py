import pytest
import torch
from torch import nn

from memorylab.memory import GRU, LSTM, Elman

CELLS = {Elman: nn.RNNCell, GRU: nn.GRUCell, LSTM: nn.LSTMCell}
every_class = pytest.mark.parametrize("model_class", CELLS)


def cell_of(model):
    """Return PyTorch's one-step cell with the weights of the model."""
    cell = CELLS[type(model)](model.input_size, model.hidden_size).double()
    cell.load_state_dict(
        {name.removesuffix("_l0"): tensor for name, tensor in model.network.state_dict().items()}
    )
    return cell


@every_class
@pytest.mark.parametrize("lens", [[5, 5, 5], [3, 0, 5], [1, 2, 3], [0, 0, 0]])
def test_agrees_with_the_cell_run_row_by_row(model_class, lens):
    torch.manual_seed(0)
    model = model_class(3, 4).double()
    cell = cell_of(model)
    z = torch.randn(3, 5, 3).double()
    state = {key: torch.randn(3, 4).double() for key in model.initial_state()}
    y, after = model(z, state, seq_lens=torch.tensor(lens))
    for row, length in enumerate(lens):
        carried = tuple(state[key][row] for key in ("hidden", "cell") if key in state)
        for t in range(length):
            result = cell(z[row, t], carried if model_class is LSTM else carried[0])
            carried = result if model_class is LSTM else (result,)
            assert torch.allclose(y[row, t], carried[0], rtol=0, atol=1e-12)
        for key, value in zip(("hidden", "cell"), carried, strict=False):
            assert torch.allclose(after[key][row], value, rtol=0, atol=1e-12)
        assert (y[row, length:] == 0).all()


@every_class
def test_starts_from_zero(model_class):
    state = model_class(3, 4).initial_state()
    assert set(state) == ({"hidden", "cell"} if model_class is LSTM else {"hidden"})
    assert all(torch.equal(tensor, torch.zeros(4)) for tensor in state.values())


@every_class
def test_output_is_as_wide_as_the_hidden_vector(model_class):
    assert model_class(3).output_size == 64
    assert model_class(3, hidden_size=7).output_size == 7


def test_first_and_second_state_of_an_lstm_are_two_tensors():
    state = LSTM(3, 4).initial_state()
    state["hidden"] += 1
    assert (state["cell"] == 0).all()
