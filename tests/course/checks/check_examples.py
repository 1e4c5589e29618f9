"""What students find in a notebook: the stubs and the solutions of its exercises."""

from __future__ import annotations

import ast
import json
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


def answers(number: str, tag: str) -> dict:
    """Return all names that the cells tagged ``exercise`` or ``solution`` define.

    The imports of the notebook's first code cell come before them; nothing else of it is run.
    """
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    codes = [cell for cell in cells if cell["cell_type"] == "code"]
    head = ast.parse("".join(codes[0]["source"]))
    head.body = [node for node in head.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names: dict = {}
    exec(compile(head, path.name, "exec"), names)
    tagged = [cell for cell in codes if tag in cell["metadata"].get("tags", [])]
    assert tagged, f"{path.name} has no cell tagged {tag}"
    for cell in tagged:
        exec("".join(cell["source"]), names)
    return names


def assert_refused(verdict, part: str, *secrets: str) -> None:
    """Assert that an answer was refused in the words ``part``, and without the right answer."""
    assert not verdict.passed, f"passed: {verdict!r}"
    assert part in verdict.message
    for secret in secrets:
        assert secret not in verdict.message
