"""Traces to play, and what runs the player's script: Node, a browser, Jupyter's servers."""

from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import torch

from memorylab.memory import DNC, MemoryTrace, make_memory
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player.player import SCRIPT

NODE = shutil.which("node")


def record(num_steps=12, num_locations=8, word_size=5, num_read_heads=2, seed=0, **metadata):
    """Return the trace of an untrained DNC; its numbers are soft and all different."""
    torch.manual_seed(seed)
    model = DNC(
        4,
        hidden_size=16,
        num_locations=num_locations,
        word_size=word_size,
        num_read_heads=num_read_heads,
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)
    return DNCTrace.record(model, torch.randn(num_steps, 4), **metadata)


OTHER_MEMORIES = {
    "mlp": "nothing remembered",
    "clocked_mlp": "nothing remembered",
    "elman": "5 hidden units",
    "gru": "5 hidden units",
    "lstm": "5 hidden units",
}
"""Memories without locations, and what their traces say of their sizes."""


def record_other(name, num_steps=12, seed=0, **metadata):
    """Return the trace of an untrained memory without locations."""
    torch.manual_seed(seed)
    model = make_memory(name, 4, hidden_size=5)
    return MemoryTrace.record(model, torch.randn(num_steps, 4), **metadata)


def run_script(folder, player, code):
    """Run ``code`` in Node with the player's module, its ``runs`` and the ``model``, if any.

    What it returns is returned.
    """
    module = folder / "player.mjs"
    module.write_text(SCRIPT.read_text())
    (folder / "header.json").write_text(json.dumps(player.header))
    (folder / "data.bin").write_bytes(player.data)
    program = f"""
    import {{ readFileSync }} from "node:fs";
    import * as script from "./player.mjs";
    const block = new DataView(Uint8Array.from(readFileSync("data.bin")).buffer);
    const header = JSON.parse(readFileSync("header.json"));
    const {{ runs, model }} = script.read(header, block);
    const answer = (() => {{ {code} }})();
    process.stdout.write(JSON.stringify(answer, (key, value) =>
      ArrayBuffer.isView(value) ? Array.from(value) : value));
    """
    (folder / "program.mjs").write_text(program)
    result = subprocess.run([NODE, "program.mjs"], cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def as_array(values):
    return np.array(values, dtype=float)
