"""Sphinx's configuration for the book; ``build.py`` prepares the pages and calls Sphinx."""

import re

from sphinx import addnodes

import memorylab

project = "Memory Lab"
author = "The Memory Lab authors"
copyright = "the Memory Lab authors. Code: MIT. Texts and figures: CC BY 4.0"
version = release = memorylab.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_codeautolink",
    "inline_names",
    "mathml",
]

# The notebooks are stored executed, and strict nbval has compared their outputs.
nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "Show the solution"
nb_code_prompt_hide = "Hide the solution"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

autodoc_inherit_docstrings = False  # The docstrings of torch and Ray aren't written for Sphinx.
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True  # as in the source, not as their repr
napoleon_use_rtype = False
maximum_signature_line_length = 80
codeautolink_concat_default = True  # the cells of a notebook share their imports
codeautolink_autodoc_inject = False
# An example in a docstring that isn't found in the page only has no links.
suppress_warnings = ["codeautolink.match_block"]

html_theme = "furo"
html_title = "Memory Lab"
html_static_path = ["static"]
html_css_files = ["book.css"]
html_favicon = "static/favicon.svg"
html_js_files = ["book.js"]
html_copy_source = False
html_show_sphinx = False
html_math_renderer = "mathml"
pygments_style = "default"
pygments_dark_style = "github-dark"


def mend_lines(app, what, name, obj, options, lines) -> None:
    """Correct what napoleon makes of a docstring."""
    for place, line in enumerate(lines):
        # "N." would start a list numbered by letters.
        line = re.sub(r"^(\s*:\w+ [^:]+: )(\w\.)", r"\1\\\2", line)
        # Show shapes as code, not as words in quotation marks.
        lines[place] = re.sub(r"(:type:\s+)(.*\bjaxtyping\..*)", as_code, line)


def as_code(match: re.Match) -> str:
    """Return a type as code, with jaxtyping's names as in the source."""
    return f"{match[1]}``{match[2].replace('jaxtyping.', '')}``"


def mend_signature(app, what, name, obj, options, signature, result):
    """Replace a dataclass's default factory in a signature by dots: Sphinx can't parse it."""
    return signature and signature.replace("<factory>", "..."), result


def drop_unreadable(app, domain, objtype, content) -> None:
    """Remove a constant's value that isn't Python, such as ``{'mlp': <class ...>}``."""
    for part in list(content.parent.findall(addnodes.desc_annotation)):
        if objtype == "data" and "<" in part.astext():
            part.parent.remove(part)


def setup(app) -> None:
    """Register the corrections above."""
    app.connect("autodoc-process-signature", mend_signature)
    app.connect("object-description-transform", drop_unreadable)
    app.connect("autodoc-process-docstring", mend_lines, priority=900)
