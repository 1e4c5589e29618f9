"""Build the book: ``make book``, or ``python book/build.py [FOLDER]``.

Sphinx makes a site in ``FOLDER/html`` from the notebooks as they are stored and from the package's
docstrings. Neither building nor reading it needs a network or a kernel.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for tools/

from pages import course_map, model_keys_page, write_page
from players import PLAYERS, alive, with_players, write_players
from reference import write_reference
from sphinx.cmd.build import build_main

from memorylab_course import setup
from tools import glossary, names
from tools.table import present

HERE = Path(__file__).resolve().parent
NOTEBOOKS = HERE.parent / "notebooks"
GUIDES = ("YOUR_OWN.md", "CLUSTER.md", "LOGGING.md")
"""Pages beside the README, which link to notebooks."""


def build(folder: Path) -> int:
    """Build the book into ``folder``; return 0 on success.

    A Sphinx warning, such as a broken link, is an error.
    """
    setup(seed=0)
    source, extra, html = folder / "source", folder / "extra", folder / "html"
    # An earlier build may have left pages of a notebook that is gone.
    for old in (source, extra, html):
        shutil.rmtree(old, ignore_errors=True)
    (source / "course").mkdir(parents=True)
    places = write_players(NOTEBOOKS, extra / "players")
    for row in present(NOTEBOOKS):
        players = alive([places[run] for run in PLAYERS.get(row.name, [])])
        write_page(NOTEBOOKS / row.file, source / "course", players)
    for name in (glossary.PAGE, glossary.READING):
        shutil.copy2(NOTEBOOKS / name, source / "course")
    (source / "course" / names.PAGE).write_text(names.page(NOTEBOOKS))
    for guide in GUIDES:
        text = (HERE.parent / guide).read_text()
        (source / guide).write_text(text.replace("](notebooks/", "](course/"))
    (source / "model_keys.md").write_text(model_keys_page(), encoding="utf-8")
    write_reference(source / "reference", [NOTEBOOKS / row.file for row in present(NOTEBOOKS)])
    index = with_players((HERE / "index.md").read_text(encoding="utf-8"), places)
    index = index.replace("<!-- course map -->", course_map(NOTEBOOKS))
    (source / "index.md").write_text(index, encoding="utf-8")
    (source / "course" / "data").mkdir()
    for picture in (NOTEBOOKS / "data").glob("*.png"):
        shutil.copy2(picture, source / "course" / "data")
    options = ["--quiet", "--fail-on-warning", f"--conf-dir={HERE}"]
    options += [f"--doctree-dir={folder / 'doctrees'}", f"--define=html_extra_path={extra}"]
    return build_main([*options, str(source), str(html)])


def main(arguments: list[str]) -> int:
    """Build the book into the folder named, or ``book/_build``, and say where to look."""
    folder = Path(arguments[0]).resolve() if arguments else HERE / "_build"
    status = build(folder)
    if status == 0:
        print(f"The book: open {folder / 'html' / 'index.html'} in a browser.")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
