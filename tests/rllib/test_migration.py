"""Every arrow of the migration map is run in the notebook rllib_today."""

import re
from collections import Counter

import nbformat
import pytest

from memorylab.rllib import MIGRATION
from tools.table import row_named

pytestmark = pytest.mark.ray

ARROW = re.compile(r"^# arrow: (\w+)$", re.MULTILINE)
KEYS = [key for group in MIGRATION.values() for key in group]


@pytest.fixture(scope="module")
def cells(request):
    """The notebook's code cells that run an arrow, by the arrow's key."""
    path = request.config.rootpath / "notebooks" / row_named("rllib_today").file
    found = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    return [(key, cell) for cell in found for key in ARROW.findall(cell.source)]


def test_each_arrow_has_a_cell_and_each_cell_an_arrow(cells):
    assert Counter(key for key, _ in cells) == Counter(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_each_arrow_is_run_and_asserted(cells, key):
    (cell,) = [cell for found, cell in cells if found == key]
    assert re.search(r"^\s*(assert |np\.testing\.|torch\.testing\.)", cell.source, re.MULTILINE)
    assert cell.execution_count
    assert not {"skip-execution", "raises-exception"} & set(cell.metadata.get("tags", []))


def test_keys_are_unique_and_no_name_is_empty():
    assert len(set(KEYS)) == len(KEYS)
    for group in MIGRATION.values():
        assert all(old and new.removeprefix("gone: ") for old, new in group.values())
