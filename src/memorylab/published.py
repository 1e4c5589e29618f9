"""Where this release is published: the one place that names it.

While a name is empty, no link, badge or hint uses it. After a change run ``make notebooks``, which
makes launch links and the citation anew; ``make release-check`` lists what is missing.
"""

REPOSITORY = ""
"""Owner and name of the public repository on GitHub, such as ``"owner/name"``."""

INDEX_NAME = ""
"""Name of the package on the Python package index, that of ``pyproject.toml``, once it is there."""

DOI = ""
"""The digital object identifier of the archived release, such as ``"10.5281/zenodo.1"``."""


def install_hint(extra: str) -> str:
    """Return, for a message, the command that installs the package with one of its extras."""
    if INDEX_NAME:
        return f'pip install "{INDEX_NAME}[{extra}]"'
    return f'pip install ".[{extra}]" in the folder with Memory Lab\'s pyproject.toml'
