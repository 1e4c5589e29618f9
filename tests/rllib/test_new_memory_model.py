"""A new memory model takes one file, one test and one line, as CONTRIBUTING.md says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.table import row_named

pytestmark = pytest.mark.ray

ROOT = Path(__file__).parents[2]

MODEL = '''\
"""A memory that fades."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.model import MemoryModel, State, run_steps


class Fading(MemoryModel):
    """A running average of what was seen; each of its numbers fades at a rate that is learnt.

    Args:
        input_size: Number of input features F.
        hidden_size: Size H of the average, and the output size.
    """

    def __init__(self, input_size: int, hidden_size: int = 64):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.write = nn.Linear(input_size, hidden_size)
        self.rate = nn.Parameter(torch.zeros(hidden_size))

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros: ``average [H]``."""
        return {"average": torch.zeros_like(self.rate)}

    def forward_memory(
        self,
        z: Float[Tensor, "B T F"],
        state: State,
        t_starts: Int[Tensor, "B"],
        seq_lens: Int[Tensor, "B"],
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Mix a part of each input into the average."""

        def step(x: Tensor, state: State) -> tuple[Tensor, State]:
            average = torch.lerp(state["average"], self.write(x).tanh(), self.rate.sigmoid())
            return average, {"average": average}  # [B, H]

        return run_steps(step, z, state, seq_lens)
'''

TEST = """\
import torch

from memorylab.memory.fading import Fading


def test_what_was_seen_once_is_halved_at_each_step():
    model = Fading(input_size=1, hidden_size=1)  # a rate of 0 lets half of the average go
    torch.nn.init.constant_(model.write.bias, 0)
    y, _ = model(torch.tensor([[[1.0], [0.0], [0.0]]]))  # [B, T, F]
    torch.testing.assert_close(y[0, 1:], y[0, :-1] / 2)
"""

LINES = ("from memorylab.memory.fading import Fading\n", '    "fading": Fading,\n')


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the repository to which somebody has added the model, and nothing else."""
    folder = tmp_path_factory.mktemp("house")
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", ".ipynb_checkpoints")
    for name in ("src", "tests", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy2(ROOT / "pyproject.toml", folder)
    (folder / "src/memorylab/memory/fading.py").write_text(MODEL)
    (folder / "tests/memory/test_fading.py").write_text(TEST)
    registry = folder / "src/memorylab/memory/registry.py"
    text = registry.read_text()
    for line, before in zip(
        LINES, ("from memorylab.memory.fast_weight", '    "elman"'), strict=True
    ):
        assert text.count(before) == 1
        text = text.replace(before, line + before)
    registry.write_text(text)
    return folder


def run(house: Path, *arguments: object, where: str = ".") -> str:
    """Run Python with the copy's package; return what it printed."""
    result = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=house / where,
        env=os.environ | {"PYTHONPATH": str(house / "src")},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_contributing_shows_this_model():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for part in (MODEL, TEST, LINES[1].strip()):
        assert part in text


def test_it_is_held_to_the_contract_and_to_its_own_test(house):
    """Every test that runs over the registry takes it up, and none names all models by hand."""
    files = ("test_contract.py", "test_actor_critic.py", "test_registry.py", "test_fading.py")
    files = [f"tests/memory/{file}" for file in files]
    shown = run(house, "-m", "pytest", "-vv", "-k", "fading or test_registry", *files)
    for expected in (
        "test_padding_is_inert_to_the_last_bit[fading] PASSED",
        "test_carry[fading] PASSED",
        "test_rows_do_not_see_each_other[fading] PASSED",
        "test_every_name_builds_its_class[fading] PASSED",
        "test_what_was_seen_once_is_halved_at_each_step PASSED",
    ):
        assert expected in shown
    assert shown.count("fading] PASSED") > 10


def test_files_keep_the_style(house):
    files = ("src/memorylab/memory/fading.py", "src/memorylab/memory/registry.py")
    files = (*files, "tests/memory/test_fading.py")
    run(house, "-m", "ruff", "check", "--no-cache", *files)
    run(house, "-m", "ruff", "format", "--no-cache", "--check", *files)


COMPARISON = """
import json, sys, nbformat
cells = nbformat.read(sys.argv[1], as_version=4).cells
sources = [cell.source for cell in cells if cell.cell_type == "code"]
exec(sources[0])
for part in ("evidence = ", "configs = "):
    (chosen,) = [source for source in sources if part in source]
    exec(chosen)
configs["fading"] = recipe("fading")
agent = train_agent(
    configs["fading"].training(train_batch_size_per_learner=416, num_epochs=1),
    max_steps=800, stop_return=None, progress=False,
)
memory = next(part for part in agent.module.modules() if type(part).__name__ == "Fading")
print(json.dumps({
    "names": list(configs),
    "steps": agent.history.env_steps[-1],
    "rate": memory.rate.detach().abs().max().item(),
}))
"""


def test_it_joins_the_comparison_of_memories_and_learns(house):
    """The comparison's own cells are run; then a few steps of PPO move its weights."""
    row = row_named("does_memory_pay")
    found = json.loads(run(house, "-c", COMPARISON, row.file, where="notebooks").splitlines()[-1])
    assert {"mlp", "gru", "lstm", "dnc", "fading"} <= set(found["names"])
    assert found["steps"] >= 800
    assert found["rate"] > 0  # it begins at exactly 0
