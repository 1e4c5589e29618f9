"""The links of the course: to the neighbours of a notebook, to Binder and to Colab."""

from __future__ import annotations

from pathlib import Path

from tools.table import COURSE, RELEASE, REPOSITORY, Notebook, present, row_of

OPENING, CLOSING = "<!-- nav -->", "<!-- /nav -->"
LAUNCH_OPENING, LAUNCH_CLOSING = "<!-- launch -->", "<!-- /launch -->"

# Colab gets the notebook alone: this fetches what lies beside it, and the package. Its PyTorch and
# widgets stay Colab's own where they will do, so not the extra ``notebooks``.
COLAB_LINES = f"""\
!git clone --quiet --depth 1 --branch {RELEASE} https://github.com/{REPOSITORY} memory-lab
%pip install --quiet "./memory-lab[rllib]" anywidget
%cd memory-lab/notebooks"""


def navigation_bar(notebook: Notebook, notebooks: list[Notebook]) -> str:
    """Return the bar, markers included, of ``notebook`` among those that exist."""
    index = notebooks.index(notebook)
    parts = []
    if index > 0:
        previous = notebooks[index - 1]
        parts.append(f"[◀ {previous.heading}]({previous.file})")
    parts.append(badges(notebook, "data"))
    if index + 1 < len(notebooks):
        following = notebooks[index + 1]
        parts.append(f"[{following.heading} ▶]({following.file})")
    # Folded and without empty lines, so that Markdown takes it for one piece of HTML.
    colab = (
        f"<details><summary>On Colab, run this in a cell of its own first</summary><pre>\n"
        f"{COLAB_LINES}\n</pre></details>"
    )
    return "\n".join([OPENING, " · ".join(parts), "", colab, CLOSING])


def badges(notebook: Notebook, folder: str) -> str:
    """Return the badges, stored in ``folder``, that open ``notebook`` on Binder and on Colab."""
    binder = (
        f"https://mybinder.org/v2/gh/{REPOSITORY}/{RELEASE}?labpath=notebooks%2F{notebook.file}"
    )
    colab = (
        f"https://colab.research.google.com/github/{REPOSITORY}/blob/{RELEASE}/notebooks/"
        f"{notebook.file}"
    )
    return (
        f"[![Launch on Binder]({folder}/launch_binder.svg)]({binder}) "
        f"[![Open in Colab]({folder}/launch_colab.svg)]({colab})"
    )


def launch_section() -> str:
    """Return what the README says, markers included, to open the course without installing it."""
    return "\n".join(
        [
            LAUNCH_OPENING,
            badges(COURSE[0], "notebooks/data"),
            "",
            "On Colab, run this in a cell of its own first:",
            "",
            f"```\n{COLAB_LINES}\n```",
            LAUNCH_CLOSING,
        ]
    )


def with_bar(header: str, path: Path) -> str:
    """Return a notebook's first cell with its bar made anew.

    Args:
        header: The first cell's text.
        path: The notebook; its neighbours are those present in the same folder.

    Raises:
        ValueError: The markers are missing, or the file is not in the course.
    """
    return _replaced(
        header,
        (OPENING, CLOSING),
        navigation_bar(row_of(path), present(path.parent)),
        f"{path.name}: the first cell has no place for the navigation bar. "
        f"Put {OPENING}{CLOSING} on a line below the title.",
    )


def with_launch_section(readme: str) -> str:
    """Return the README's text with its launch links made anew.

    Raises:
        ValueError: The markers are missing.
    """
    return _replaced(
        readme,
        (LAUNCH_OPENING, LAUNCH_CLOSING),
        launch_section(),
        "README.md has no place for the launch links. "
        f"Put {LAUNCH_OPENING}{LAUNCH_CLOSING} on a line of its own.",
    )


def _replaced(text: str, markers: tuple[str, str], new: str, complaint: str) -> str:
    before, opening, rest = text.partition(markers[0])
    _, closing, after = rest.partition(markers[1])
    if not (opening and closing):
        raise ValueError(complaint)
    return before + new + after
