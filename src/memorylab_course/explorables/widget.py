"""The Jupyter widget behind explorables and predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent


class Explorable(anywidget.AnyWidget):
    """What the kernel and the page tell each other.

    The page draws according to ``kind``: controls and a picture, a question, or an answer.
    """

    _esm = _HERE / "explorables.js"
    _css = _HERE / "explorables.css"
    kind = traitlets.Unicode().tag(sync=True)
    header = traitlets.Dict().tag(sync=True)  # what never changes: labels, question, choices
    places: Any = traitlets.List().tag(sync=True)  # which value of each control is chosen
    picture = traitlets.Bytes().tag(sync=True)  # PNG
    drawn: Any = traitlets.List().tag(sync=True)  # the places that the picture shows
    text = traitlets.Unicode().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    guess = traitlets.Any(None, allow_none=True).tag(sync=True)
