"""The outline of the API reference; autodoc fills it from the docstrings."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from pathlib import Path
from types import ModuleType

from sphinx.pycode import ModuleAnalyzer

import memorylab
import memorylab_course

MODULES = {
    "memorylab.rllib": ["agent", "checkpoints", "module"],
    "memorylab.rllib.actions": ["autoregressive", "spaces"],
    "memorylab.rllib.classic": ["embeddings", "tensorflow", "worker"],
}
"""Modules that are imported by their own name, besides those that their package exports."""

APART = {"memorylab_course.checks", "memorylab.teaching"}
"""Packages without a page: one function per exercise, each named after it; and an old name."""


def packages() -> list[str]:
    """Return the names of all packages that have a page, in order."""
    found = ["memorylab_course"]
    for package in (memorylab, memorylab_course):
        entries = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        found += [entry.name for entry in entries if entry.ispkg]
    return sorted(set(found) - APART)


def homes() -> dict[str, list[str]]:
    """Return for each package the public names that are documented there.

    What two packages export is documented in the outer one.
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
    """Return for the ``id`` of everything that packages export the name it is documented under."""
    return {
        id(getattr(importlib.import_module(package), name)): f"{package}.{name}"
        for package, names in homes().items()
        for name in names
    }


def write_reference(folder: Path) -> None:
    """Write a page for each package, with all its public names, and one that leads to them."""
    folder.mkdir(parents=True)
    for package, names in homes().items():
        (folder / f"{package}.rst").write_text(page(package, names))
    entries = "\n".join(f"   {package}" for package in packages())
    (folder / "index.rst").write_text(
        f"{heading('Reference', '=')}\n"
        "What the package ``memorylab`` offers, from its docstrings. Each room is imported by its\n"
        f"own name.\n\n.. toctree::\n   :maxdepth: 1\n\n{entries}\n"
    )


def page(package: str, names: list[str]) -> str:
    """Return a package's page: its docstring, its public names, then those of its modules."""
    module = importlib.import_module(package)
    parts = [heading(package, "="), f".. automodule:: {package}\n"]
    for name in names:
        parts.append(entry(package, name, getattr(module, name)))
    shown = [name for name in module.__all__ if isinstance(getattr(module, name), ModuleType)]
    for name in sorted({*shown, *MODULES.get(package, [])}):
        if f"{package}.{name}" in packages():
            continue
        parts += [heading(f"{package}.{name}", "-"), f".. automodule:: {package}.{name}"]
        # Those that the package exports stand above.
        parts.append(f"   :members:\n   :exclude-members: {', '.join(names)}\n")
    return "\n".join(parts)


def entry(package: str, name: str, thing: object) -> str:
    """Return the directive that documents ``thing``."""
    if inspect.isclass(thing):
        return f".. autoclass:: {package}.{name}\n   :members:\n   :show-inheritance:\n"
    if inspect.isroutine(thing):
        return f".. autofunction:: {package}.{name}\n"
    # Autodoc looks for a constant's docstring in the package alone, not where it is made.
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
