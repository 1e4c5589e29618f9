import re
import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "notebooks" / "data" / "make_gallery.py"


@pytest.mark.ray
def test_the_gallery_has_a_page_for_each_run_and_leads_to_all(tmp_path):
    runpy.run_path(str(SCRIPT))["main"](tmp_path)
    pages = {path.name for path in tmp_path.iterdir()} - {"index.html"}
    links = re.findall('href="([^"]+)"', (tmp_path / "index.html").read_text())
    assert pages == set(links)
    assert "copy_without_links.html" in pages
    for page in pages:
        assert "<!doctype html>" in (tmp_path / page).read_text()
