"""Links that open the published release: badges, the README's section on them, the citation.

All of them are empty until ``memorylab.published`` names a repository.
"""

from __future__ import annotations

import re

from memorylab import published
from tools.table import COURSE, RELEASE, Notebook

# Colab opens only the notebook, so these lines fetch the files beside it and install the package.
# The extra ``notebooks`` would replace Colab's own widgets, so it is left out.
_COLAB_LINES = """\
!git clone --quiet --depth 1 --branch {release} https://github.com/{repository} memory-lab
%pip install --quiet "./memory-lab[rllib]" anywidget
%cd memory-lab/notebooks"""

_SECTION = """\
## Without installing anything

{badges}

On Colab, run this in a cell of its own first:

```
{colab_lines}
```

Both open the release that this page belongs to. Binder starts JupyterLab in your browser:
everything is installed, one notebook after the other runs as it does at home, and nothing is kept
after ten idle minutes, so download what you want to keep. Close a notebook's kernel (*Kernel →
Shut Down Kernel*) before you open the next: Binder ends a session that needs more than 2 GB. All
notebooks together take less than half of the CPU-hour that it gives a session, and none needs more
than 1.5 GB; `make test-binder` measures that, on one core. Colab opens one notebook at a time,
without the files beside it, and pip then needs a few minutes; if it asks for a restart, give it
one and run the last line again. These lines were not tried on Colab itself."""


def badges(notebook: Notebook, folder: str) -> str:
    """Return the badges, stored in ``folder``, that open ``notebook`` on Binder and on Colab."""
    if not published.REPOSITORY:
        return ""
    place = f"{published.REPOSITORY}/{RELEASE}"
    binder = f"https://mybinder.org/v2/gh/{place}?labpath=notebooks%2F{notebook.file}"
    colab = (
        f"https://colab.research.google.com/github/{published.REPOSITORY}/blob/{RELEASE}/notebooks/"
        f"{notebook.file}"
    )
    return (
        f"[![Launch on Binder]({folder}/launch_binder.svg)]({binder}) "
        f"[![Open in Colab]({folder}/launch_colab.svg)]({colab})"
    )


def colab_lines() -> str:
    """Return what to run first on Colab."""
    if not published.REPOSITORY:
        return ""
    return _COLAB_LINES.format(release=RELEASE, repository=published.REPOSITORY)


def launch_section() -> str:
    """Return the README's section on opening the course without installing it."""
    if not published.REPOSITORY:
        return ""
    return _SECTION.format(badges=badges(COURSE[0], "notebooks/data"), colab_lines=colab_lines())


def citation(text: str) -> str:
    """Return the text of ``CITATION.cff`` with the repository and the DOI that are published.

    Raises:
        ValueError: It has no line ``license:``, below which they belong.
    """
    lines = re.sub(r"^(?:repository-code|doi):.*\n", "", text, flags=re.MULTILINE)
    new = f"repository-code: https://github.com/{published.REPOSITORY}\n"
    new = new * bool(published.REPOSITORY) + f"doi: {published.DOI}\n" * bool(published.DOI)
    result, found = re.subn(r"^(license: .*\n)", rf"\g<1>{new}", lines, flags=re.MULTILINE)
    if found != 1:
        raise ValueError(f"CITATION.cff needs one line 'license: …', but it has {found}.")
    return result
