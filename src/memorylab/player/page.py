"""Pages that need no kernel, no network and no other file; and what notebooks keep of a widget."""

from __future__ import annotations

import base64
import html
import json
import zlib
from pathlib import Path
from string import Template
from typing import Any

from memorylab.files import printable, write_atomically

PAGE = Path(__file__).with_name("page.html")


def write_page(path: str | Path, title: str, start: str, script: Path) -> Path:
    """Write a page and return its path. An interrupt leaves an older page as it was.

    Args:
        path: A path that ends in ``.html``.
        title: The page's heading.
        start: What the script's ``mount`` needs: see :func:`start_of_page`.
        script: The script's file.

    Raises:
        ValueError: The path has another ending.
        OSError: The folder can't be written.
    """
    path = Path(path)
    if path.suffix != ".html":
        raise ValueError(f"A page is written to a file that ends in .html, not {path.name!r}.")
    page = Template(PAGE.read_text(encoding="utf-8")).substitute(
        title=html.escape(printable(title)),
        start=start,
        script=script.read_text(encoding="utf-8"),
    )
    with write_atomically(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def start_of_page(header: dict[str, Any], data: bytes, **values: Any) -> str:
    """Return what ``mount`` needs, as JSON that may stand in a script element.

    Args:
        header: What the script needs to know.
        data: The numbers, in whole 32-bit words.
        **values: The widget's other traits.
    """
    # First bytes of all 32-bit words, then second bytes, and so on: that deflates better.
    planes = b"".join(data[byte::4] for byte in range(4))
    packed = base64.b64encode(zlib.compress(planes, 9)).decode()
    start = {"header": header, "data": packed, **values}
    return json.dumps(start, separators=(",", ":")).replace("<", "\\u003c")


def mimebundle(
    widget: Any, text: str, picture: bytes, **options: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a widget's view, with a text and a PNG for where no widgets run."""
    bundle = widget._repr_mimebundle_(**options)
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    # Never text/html, which frontends prefer to this picture.
    image = base64.b64encode(picture).decode()
    return data | {"text/plain": text, "image/png": image}, metadata
