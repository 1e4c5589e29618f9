"""How Sphinx makes the book; ``build.py`` prepares its pages and calls it."""

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

autodoc_inherit_docstrings = False  # those of torch and Ray aren't written for Sphinx
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True  # as they stand in the source, not as they print themselves
napoleon_use_rtype = False
maximum_signature_line_length = 80
codeautolink_concat_default = True  # the cells of a notebook share their imports
codeautolink_autodoc_inject = False
# An example in a docstring that isn't found again in the page has no links; that is all.
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
    """Mend what napoleon made of a docstring."""
    for place, line in enumerate(lines):
        # "N." would begin a list that is counted by letters.
        line = re.sub(r"^(\s*:\w+ [^:]+: )(\w\.)", r"\1\\\2", line)
        # Shapes are code, not words in quotation marks.
        lines[place] = re.sub(r"(:type:\s+)(.*\bjaxtyping\..*)", as_code, line)


def as_code(match: re.Match) -> str:
    """Return a type as code, with jaxtyping's names as they stand in the source."""
    return f"{match[1]}``{match[2].replace('jaxtyping.', '')}``"


def mend_signature(app, what, name, obj, options, signature, result):
    """Write a default that a function makes, in a dataclass, so that Sphinx can read it."""
    return signature and signature.replace("<factory>", "..."), result


def drop_unreadable(app, domain, objtype, content) -> None:
    """Take from a constant a value that is no Python, such as ``{'mlp': <class ...>}``."""
    for part in list(content.parent.findall(addnodes.desc_annotation)):
        if objtype == "data" and "<" in part.astext():
            part.parent.remove(part)


def setup(app) -> None:
    """Register what is to be mended."""
    app.connect("autodoc-process-signature", mend_signature)
    app.connect("object-description-transform", drop_unreadable)
    app.connect("autodoc-process-docstring", mend_lines, priority=900)
