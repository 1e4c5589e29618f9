"""Links from names in a notebook's prose to the reference.

sphinx-codeautolink links the names in cells. In prose Sphinx needs roles, which JupyterLab shows
as text. This extension links the names that the notebook imports from memorylab.
"""

from __future__ import annotations

from collections.abc import Iterable

from docutils import nodes
from reference import imports_of, places
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import import_object


class LinkNames(SphinxTransform):
    """Turn ``MemoryPlayer`` in a line of text into a link if the notebook imports it."""

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
    """Return where the reference documents the names that ``sources`` import from memorylab."""
    found = {}
    for line in (line for source in sources for line in imports_of(source)):
        for name in line.names:
            path = f"{line.module}.{name.name}"
            found[name.asname or name.name] = places().get(id(import_object(path)), path)
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(LinkNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
