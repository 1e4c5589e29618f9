import numpy as np
import pytest
import torch

from memorylab.memory import MEMORY_MODELS, make_memory
from memorylab.memory.export import export_memory

SMALL = {"dnc": {"hidden_size": 7, "num_locations": 5, "word_size": 4, "num_read_heads": 2}}


def build(name):
    torch.manual_seed(0)
    return make_memory(name, 3, **SMALL.get(name, {"hidden_size": 7}))


@pytest.mark.parametrize("name", MEMORY_MODELS)
def test_onnx_gives_the_same_over_an_episode(name, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    model = build(name)
    export_memory(model, tmp_path / "step.onnx", batch_size=2)
    session = runtime.InferenceSession(tmp_path / "step.onnx")
    given = {node.name: node for node in session.get_inputs()}
    types = {"tensor(float)": np.float32, "tensor(int64)": np.int64}
    state = {k: np.zeros(n.shape, types[n.type]) for k, n in given.items() if k != "z"}
    z = torch.randn(2, 20, 3)
    expected, _ = model(z)
    names = [node.name for node in session.get_outputs()]
    for step in range(20):
        result = dict(zip(names, session.run(None, {"z": z[:, step].numpy()} | state), strict=True))
        np.testing.assert_allclose(result["y"], expected[:, step].detach(), atol=1e-5)
        state = {key: result[f"{key}.next"] for key in state}
    assert (state["state.time"] == 20).all() if "state.time" in state else name


@pytest.mark.parametrize("name", MEMORY_MODELS)
def test_an_exported_program_gives_the_same_over_an_episode(name, tmp_path):
    model = build(name)
    export_memory(model, tmp_path / "step.pt2", "torch", batch_size=2)
    step = torch.export.load(tmp_path / "step.pt2").module()
    state = {"memory": model.batch_initial_state(2), "time": torch.zeros(2, dtype=torch.long)}
    z = torch.randn(2, 20, 3)
    expected, _ = model(z)
    for number in range(20):
        y, state = step(z[:, number], state)
        torch.testing.assert_close(y, expected[:, number], atol=1e-5, rtol=1e-5)


def test_other_formats_and_endings_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"no format 'onyx'\. Did you mean 'onnx'"):
        export_memory(build("gru"), tmp_path / "step.onnx", "onyx")
    with pytest.raises(ValueError, match=r"ends in \.pt2, but got 'step\.onnx'"):
        export_memory(build("gru"), tmp_path / "step.onnx", "torch")
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        export_memory(build("gru"), tmp_path / "step.onnx", batch_size=0)
    assert not list(tmp_path.iterdir())
