"""What a release still lacks: ``make release-check``."""

from __future__ import annotations

import sys
from pathlib import Path

from memorylab import published

WANTED = {
    "REPOSITORY": "the public repository; without it there are no launch links",
    "INDEX_NAME": "the package's name on the index; without it messages name the checkout",
    "DOI": "the archive's identifier; without it the citation has none",
}
"""The names of ``memorylab.published``, and what each is for."""


def missing(changelog: str) -> list[str]:
    """Return a line for each thing that a release still lacks, an empty list if it is complete.

    Args:
        changelog: The text of ``CHANGELOG.md``.
    """
    lines = [
        f"{name} in src/memorylab/published.py is empty: {reason}."
        for name, reason in WANTED.items()
        if not getattr(published, name)
    ]
    if "\n## After " in changelog:
        lines.append("CHANGELOG.md has changes after the last version: give them a version.")
    return lines


def main() -> int:
    """Print what is missing; return 1 if anything is."""
    lines = missing(Path("CHANGELOG.md").read_text(encoding="utf-8"))
    for line in lines or ["Nothing is missing."]:
        print(line)
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
