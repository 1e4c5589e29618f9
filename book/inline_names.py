"""Names in a notebook's prose lead to the reference, as those in its cells do.

Which names: those that the notebook imports from memorylab.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from docutils import nodes
from reference import places
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import import_object


class LinkNames(SphinxTransform):
    """Turn ``MemoryPlayer`` in a line of text into a link, where it names what was imported."""

    default_priority = 850

    def apply(self, **options: object) -> None:
        """Link the names of one page."""
        if not self.env.docname.startswith("course/"):
            return
        targets = imported_names(
            block.astext() for block in self.document.findall(nodes.literal_block)
        )
        for literal in list(self.document.findall(nodes.literal)):
            target = targets.get(literal.astext().removesuffix("()"))
            if target is None or isinstance(literal.parent, nodes.reference):
                continue
            link = addnodes.pending_xref(
                "", refdomain="py", reftype="obj", reftarget=target, refdoc=self.env.docname
            )
            literal.replace_self(link)
            link += literal


def imported_names(sources: Iterable[str]) -> dict[str, str]:
    """Return what ``sources`` import from memorylab: each name, and its place in the reference."""
    found = {}
    for source in sources:
        try:
            lines = ast.parse(source).body
        except SyntaxError:
            continue  # what a cell has printed, or a cell that isn't Python
        for line in lines:
            if isinstance(line, ast.ImportFrom) and str(line.module).startswith("memorylab."):
                for name in line.names:
                    path = f"{line.module}.{name.name}"
                    found[name.asname or name.name] = places().get(id(import_object(path)), path)
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(LinkNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
