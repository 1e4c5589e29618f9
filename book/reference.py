"""The outline of the API reference; autodoc fills it from the docstrings.

Sphinx's own autosummary would document what two packages export twice, and constants that a package
imports from its modules not at all.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import nbformat
from sphinx.pycode import ModuleAnalyzer

import memorylab
import memorylab_course

APART = {"memorylab", "memorylab_course.checks", "memorylab.teaching"}
"""Packages without a page: the root, the self-checks, and an old name of ``memorylab_course``."""


def packages() -> list[str]:
    """Return the names of all packages that have a page, in order."""
    found = set()
    for package in (memorylab, memorylab_course):
        root = Path(package.__file__).parent
        folders = [file.parent.relative_to(root.parent) for file in root.rglob("__init__.py")]
        found |= {".".join(folder.parts) for folder in folders}
    return sorted(found - APART)


def homes() -> dict[str, list[str]]:
    """Return the public names that each package's page documents.

    A name that two packages export is documented with the outer one.
    """
    taken, found = set(), {}
    for package in sorted(packages(), key=lambda name: name.count(".")):
        module = importlib.import_module(package)
        names = []
        for name in module.__all__:
            thing = getattr(module, name)
            if isinstance(thing, ModuleType):
                continue
            if id(thing) not in taken:
                names.append(name)
            taken.add(id(thing))
        found[package] = names
    return found


@functools.cache
def places() -> dict[int, str]:
    """Return the name under which each exported object is documented, by the object's ``id``."""
    return {
        id(getattr(importlib.import_module(package), name)): f"{package}.{name}"
        for package, names in homes().items()
        for name in names
    }


def imports_of(source: str) -> Iterator[ast.ImportFrom]:
    """Yield the lines of a cell that import from a subpackage of ``memorylab``."""
    try:
        lines = ast.parse(source).body
    except SyntaxError:  # the output of a cell, or a cell that isn't Python
        return
    for line in lines:
        if isinstance(line, ast.ImportFrom) and str(line.module).startswith("memorylab."):
            yield line


def imported_modules(notebooks: Iterable[Path]) -> set[str]:
    """Return the modules, packages aside, from which the notebooks import by name."""
    cells = [cell for path in notebooks for cell in nbformat.read(path, as_version=4).cells]
    lines = [line for cell in cells if cell.cell_type == "code" for line in imports_of(cell.source)]
    modules = {line.module for line in lines}
    return modules - set(packages())


def write_reference(folder: Path, notebooks: Iterable[Path]) -> None:
    """Write a page for each package into ``folder``, and one that leads to them.

    A page documents the package's public names and those of its modules that it exports or that
    ``notebooks`` import by name.
    """
    folder.mkdir(parents=True)
    modules = imported_modules(notebooks)
    for package, names in homes().items():
        module = importlib.import_module(package)
        exported = [name for name in module.__all__ if inspect.ismodule(getattr(module, name))]
        inside = {name for name in modules if name.rpartition(".")[0] == package}
        inside |= {f"{package}.{name}" for name in exported}
        (folder / f"{package}.rst").write_text(page(package, names, inside - set(packages())))
    # A module of a package without a page has its own.
    alone = sorted(name for name in modules if name.rpartition(".")[0] in APART)
    entries = "\n".join(f"   {name}" for name in sorted([*packages(), *alone]))
    for name in alone:
        text = f"{heading(name, '=')}\n.. automodule:: {name}\n   :members:\n"
        (folder / f"{name}.rst").write_text(text)
    (folder / "index.rst").write_text(
        f"{heading('Reference', '=')}\n"
        "The public names of ``memorylab``, from their docstrings. Import each subpackage by its\n"
        f"own name.\n\n.. toctree::\n   :maxdepth: 1\n\n{entries}\n"
    )


def page(package: str, names: list[str], modules: set[str]) -> str:
    """Return a package's page: its docstring, its public names, then those of ``modules``."""
    module = importlib.import_module(package)
    parts = [heading(package, "="), f".. automodule:: {package}\n"]
    for name in names:
        parts.append(entry(package, name, getattr(module, name)))
    for inner in sorted(modules):
        parts += [heading(inner, "-"), f".. automodule:: {inner}"]
        # The names that the package exports are documented above.
        parts.append(f"   :members:\n   :exclude-members: {', '.join(names)}\n")
    return "\n".join(parts)


def entry(package: str, name: str, thing: object) -> str:
    """Return the directive that documents ``thing``."""
    if inspect.isclass(thing):
        return f".. autoclass:: {package}.{name}\n   :members:\n   :show-inheritance:\n"
    if inspect.isroutine(thing):
        return f".. autofunction:: {package}.{name}\n"
    # Autodoc looks for a constant's docstring only in the package, not where it is defined.
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        text = ModuleAnalyzer.for_module(info.name).find_attr_docs().get(("", name))
        if text:
            lines = "\n".join(f"   {line}" for line in text)
            return f".. py:data:: {name}\n   :module: {package}\n\n{lines}\n"
    raise ValueError(
        f"{package}.{name} has no docstring below it, in any of the package's modules."
    )


def heading(text: str, line: str) -> str:
    """Return ``text`` underlined, as reStructuredText has its headings."""
    return f"{text}\n{line * len(text)}\n"
