from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file

from memorylab.memory import DNC, GRU, LSTM
from memorylab.training import load_weights, save_weights


def test_weights_come_back_to_the_bit(tmp_path):
    path = tmp_path / "dnc.safetensors"
    first, second = DNC(3, 2), DNC(3, 2)
    save_weights(first, path)
    load_weights(second, path)
    z = torch.randn(2, 4, 3)
    assert torch.equal(first(z)[0], second(z)[0])


def test_the_weights_of_a_dnc_fit_any_number_of_locations(tmp_path):
    path = tmp_path / "dnc.safetensors"
    save_weights(DNC(3, 2, num_locations=4), path)
    load_weights(DNC(3, 2, num_locations=9), path)


def test_other_sizes_are_refused_and_nothing_is_loaded(tmp_path):
    path = tmp_path / "gru.safetensors"
    save_weights(GRU(3, 8), path)
    model = GRU(4, 8)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(
        ValueError, match=r"weight_ih_l0 has the shape \[24, 3\], the model's has \[24, 4\]"
    ):
        load_weights(model, path)
    assert all(torch.equal(before[name], t) for name, t in model.state_dict().items())


def test_missing_and_unknown_names_are_listed(tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"extra": torch.zeros(1)}, path)
    with pytest.raises(ValueError, match=r"extra is not in the model; network\..* is missing"):
        load_weights(LSTM(3), path)


def test_a_damaged_file_and_a_missing_one(tmp_path):
    path = tmp_path / "cut.safetensors"
    save_weights(GRU(3), path)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValueError, match=r"cut\.safetensors is damaged"):
        load_weights(GRU(3), path)
    with pytest.raises(FileNotFoundError, match="no weights at"):
        load_weights(GRU(3), tmp_path / "none.safetensors")


def test_an_interrupt_while_saving_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "gru.safetensors"
    save_weights(GRU(3), path)
    old = path.read_bytes()

    def interrupted(tensors, target, metadata):
        target.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr("memorylab.training.weights.save_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_weights(GRU(3), path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]
