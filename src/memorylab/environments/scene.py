"""Scenes: what an environment looks like, as a few shapes that JSON can hold.

A scene is a dictionary::

    {"width": 480, "height": 160, "label": "The agent stands 3 steps before the junction.",
     "shapes": [{"kind": "circle", "x": 44, "y": 80, "radius": 12, "fill": "agent"}]}

Lengths are in the scene's own units; x points right and y down. ``label`` is one sentence for those
who can't see the picture; a ``title`` is optional. Shapes are drawn in order, the last on top, and
what lies outside of the scene is not seen. The kinds of shapes and their keys:

- ``rect``: ``x`` and ``y`` of the upper left corner, ``width``, ``height``; optional ``radius`` of
  the corners.
- ``circle``: ``x`` and ``y`` of the centre, ``radius``.
- ``polygon``: ``points``, at least three ``[x, y]``; closed.
- ``line``: ``points``, at least two ``[x, y]``; open, so it has a stroke and no fill.
- ``text``: ``x``, ``y``, ``text``, ``size``; optional ``anchor``: ``"start"``, ``"middle"`` (the
  default) or ``"end"`` of the text is at x. The middle of its line is at y. It has a fill only.

``fill`` and ``stroke`` are roles, keys of ``ROLES``, so that a page and a picture can each use the
colours of their theme. A stroke may have a ``stroke_width``, 1.5 by default, and be ``dashed``:
``true``. By convention dashed things are out of the agent's sight and shown to the onlooker alone.
"""

from __future__ import annotations

import functools
import math
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from jaxtyping import UInt8

from memorylab.errors import check_count, reject_unknown_keys, suggest

Scene = dict[str, Any]
"""A picture in shapes, as above."""
Shape = dict[str, Any]

STROKE_WIDTH = 1.5
DASH = (4, 3)
"""Length of a dash and of the gap after it."""

ROLES: dict[str, tuple[str, str]] = {
    "ground": ("#ffffff", "#121417"),  # behind everything, and marks on a coloured shape
    "floor": ("#efeae0", "#2b3138"),
    "wall": ("#6f6a62", "#8f979f"),
    "agent": ("#0072b2", "#6cb6ff"),
    "sign": ("#e69f00", "#f0b133"),
    "goal": ("#e69f00", "#f0b133"),  # as the sign, which tells of it
    "card": ("#fffdf8", "#f3efe6"),  # paper, in a dark theme too
    "ink": ("#222222", "#222222"),  # on paper or on a sign
    "red": ("#c62828", "#c62828"),  # on paper
    "text": ("#1b1b1b", "#e8e8e8"),
    "quiet": ("#767676", "#9aa1a9"),
    "good": ("#007f5c", "#35c99a"),
    "bad": ("#c04f00", "#ff8a4c"),
}
"""What a colour stands for, and the colour on a light and on a dark ground."""

_REQUIRED = {
    "rect": ("x", "y", "width", "height"),
    "circle": ("x", "y", "radius"),
    "polygon": ("points",),
    "line": ("points", "stroke"),
    "text": ("x", "y", "text", "size", "fill"),
}
_STROKE = ("stroke", "stroke_width", "dashed")
_OPTIONAL = {
    "rect": ("radius", "fill", *_STROKE),
    "circle": ("fill", *_STROKE),
    "polygon": ("fill", *_STROKE),
    "line": ("stroke_width", "dashed"),
    "text": ("anchor",),
}
_ANCHORS = {"start": "lm", "middle": "mm", "end": "rm"}
_OVERSAMPLING = 4


class DrawnEnvironment(gym.Env):
    """An environment that describes itself: a subclass writes :meth:`scene`.

    Args:
        render_mode: ``"rgb_array"`` makes ``render()`` return a picture; by default it returns
            None.

    Raises:
        ValueError: There is no such mode.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array"], "render_fps": 2}

    def __init__(self, render_mode: str | None = None):
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f'render_mode must be None or "rgb_array", got {render_mode!r}.')
        self.render_mode = render_mode

    def scene(self) -> Scene:
        """Return what the environment looks like now.

        Raises:
            gymnasium.error.ResetNeeded: Nothing has begun yet.
        """
        raise NotImplementedError(f"{type(self).__name__} must write scene.")

    def render(self) -> UInt8[np.ndarray, "H W 3"] | None:
        """Return the scene as a picture if ``render_mode`` is ``"rgb_array"``, otherwise None."""
        return draw_scene(self.scene()) if self.render_mode == "rgb_array" else None

    def _check_reset(self) -> None:
        if not hasattr(self, "time"):
            raise gym.error.ResetNeeded("There is nothing to draw yet: call reset() first.")


def text_shape(
    x: float, y: float, text: str, size: float, fill: str, anchor: str = "middle"
) -> Shape:
    """Return a line of text as a shape."""
    shape = {"kind": "text", "x": x, "y": y, "text": text, "size": size, "fill": fill}
    return shape if anchor == "middle" else shape | {"anchor": anchor}


def check_scene(scene: Any) -> Scene:
    """Return ``scene`` if it is one: see the description of this module.

    Raises:
        TypeError: A part is of another type than JSON has for it.
        ValueError: A part is missing, unknown or out of range; the message names it.
    """
    if not isinstance(scene, dict):
        raise TypeError(f"A scene is a dictionary, got {scene!r:.80} ({type(scene).__name__}).")
    _check_keys(scene, ("width", "height", "label", "shapes"), ("title",), "a scene", "scene")
    for key in ("width", "height"):
        _check_number(scene[key], f"the scene's {key}", positive=True)
    for key in {"label", "title"} & scene.keys():
        _check_text(scene[key], f"the scene's {key}")
    if not isinstance(scene["shapes"], list):
        raise TypeError(f"The scene's shapes must be a list, got {scene['shapes']!r:.80}.")
    for index, shape in enumerate(scene["shapes"]):
        if not isinstance(shape, dict) or not isinstance(shape.get("kind"), str):
            raise TypeError(f"shapes[{index}] must be a dictionary with a kind, got {shape!r:.80}.")
        _check_shape(shape, f"shapes[{index}], a {shape['kind']},")
    return scene


def _check_shape(shape: Shape, what: str) -> None:
    kind = shape["kind"]
    if kind not in _REQUIRED:
        raise ValueError(f"{what} is of no known kind.{suggest(kind, _REQUIRED)}")
    _check_keys(shape, ("kind", *_REQUIRED[kind]), _OPTIONAL[kind], what, f"scene's {kind}")
    for key in {"x", "y"} & shape.keys():
        _check_number(shape[key], f"{key} of {what}")
    for key in {"width", "height", "radius", "size", "stroke_width"} & shape.keys():
        _check_number(shape[key], f"{key} of {what}", positive=True)
    for key in {"fill", "stroke"} & shape.keys():
        if not isinstance(shape[key], str) or shape[key] not in ROLES:
            raise ValueError(
                f"{key} of {what} must be a role of colour, got {shape[key]!r}."
                f"{suggest(shape[key], ROLES)}"
            )
    if not {"fill", "stroke"} & shape.keys():
        raise ValueError(f"{what} has neither fill nor stroke, so nobody would see it.")
    if "text" in shape:
        _check_text(shape["text"], f"text of {what}")
    if shape.get("anchor", "middle") not in list(_ANCHORS):
        raise ValueError(f"anchor of {what} is {shape['anchor']!r}.{suggest('', _ANCHORS)}")
    if not isinstance(shape.get("dashed", True), bool):
        raise TypeError(f"dashed of {what} must be true or false, got {shape['dashed']!r}.")
    if "points" in shape:
        _check_points(shape["points"], 2 if kind == "line" else 3, what)


def _check_keys(
    given: dict[str, Any], required: tuple[str, ...], optional: tuple[str, ...], what: str, of: str
) -> None:
    missing = [key for key in required if key not in given]
    if missing:
        raise ValueError(f"{what} lacks {', '.join(missing)}.")
    reject_unknown_keys(given, required + optional, f"key of a {of}")


def _check_number(value: Any, what: str, positive: bool = False) -> None:
    # NumPy's float32 and its integers are not written to JSON.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(
            f"{what} must be a number of Python's own, got {value!r} ({type(value).__name__})."
        )
    if not math.isfinite(value) or (positive and value <= 0):
        raise ValueError(f"{what} must be {'above 0' if positive else 'finite'}, got {value}.")


def _check_text(value: Any, what: str) -> None:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"{what} must be one line of text, got {value!r}.")


def _check_points(points: Any, fewest: int, what: str) -> None:
    if not isinstance(points, list) or len(points) < fewest:
        raise ValueError(f"points of {what} must be a list of at least {fewest}, got {points!r}.")
    for point in points:
        if not isinstance(point, list) or len(point) != 2:
            raise ValueError(f"points of {what} must be lists [x, y], got {point!r}.")
        for value in point:
            _check_number(value, f"a point of {what}")


def draw_scene(scene: Scene, height: int = 160, dark: bool = False) -> UInt8[np.ndarray, "H W 3"]:
    """Draw a scene as a picture of so many rows; its width follows.

    Args:
        scene: A scene: see the description of this module.
        height: Height of the picture in pixels.
        dark: Whether to use the colours for a dark ground.

    Raises:
        TypeError, ValueError: It isn't a scene, or ``height`` no count.
    """
    # On demand: most who import this draw nothing. It comes with matplotlib.
    from PIL import Image, ImageColor, ImageDraw

    check_scene(scene)
    check_count(height, "height")
    colours = {role: ImageColor.getrgb(pair[dark]) for role, pair in ROLES.items()}
    width = max(1, round(height * scene["width"] / scene["height"]))
    # Drawn larger and then reduced: Pillow's shapes have hard edges.
    large = (width * _OVERSAMPLING, height * _OVERSAMPLING)
    image = Image.new("RGB", large, colours["ground"])
    draw, scale = ImageDraw.Draw(image), large[1] / scene["height"]
    for shape in scene["shapes"]:
        if shape["kind"] == "text":
            place = (shape["x"] * scale, shape["y"] * scale)
            draw.text(
                place,
                shape["text"],
                fill=colours[shape["fill"]],
                font=_font(round(shape["size"] * scale)),
                anchor=_ANCHORS[shape.get("anchor", "middle")],
            )
            continue
        points = _outline(shape)
        if "fill" in shape:
            draw.polygon([(x * scale, y * scale) for x, y in points], fill=colours[shape["fill"]])
        if "stroke" in shape:
            thick = max(1, round(shape.get("stroke_width", STROKE_WIDTH) * scale))
            for part in _dashes(points) if shape.get("dashed") else [points]:
                scaled = [(x * scale, y * scale) for x, y in part]
                draw.line(scaled, fill=colours[shape["stroke"]], width=thick, joint="curve")
                ends = [] if shape.get("dashed") else [scaled[0], scaled[-1]]
                for x, y in ends:  # Pillow cuts them off straight.
                    box = (x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2)
                    draw.ellipse(box, fill=colours[shape["stroke"]])
    return np.array(image.reduce(_OVERSAMPLING))


@functools.cache
def _font(size: int) -> Any:
    import matplotlib
    from PIL import ImageFont

    # The font of all figures, which comes with matplotlib.
    return ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", size)


def _outline(shape: Shape) -> list[tuple[float, float]]:
    """Return the points of a shape's outline; those of a closed shape end where they begin."""
    if shape["kind"] in ("line", "polygon"):
        points = [(x, y) for x, y in shape["points"]]
        return points if shape["kind"] == "line" else [*points, points[0]]
    radius, steps = shape.get("radius", 0), 24
    if shape["kind"] == "circle":
        corners = [(shape["x"], shape["y"])] * 4
    else:
        radius = min(radius, shape["width"] / 2, shape["height"] / 2)
        left, right = shape["x"] + radius, shape["x"] + shape["width"] - radius
        top, bottom = shape["y"] + radius, shape["y"] + shape["height"] - radius
        corners = [(right, bottom), (left, bottom), (left, top), (right, top)]
    points = [
        (x + radius * math.cos(angle), y + radius * math.sin(angle))
        for quarter, (x, y) in enumerate(corners)
        for angle in (math.pi / 2 * (quarter + step / steps) for step in range(steps + 1))
    ]
    return [*points, points[0]]


def _dashes(points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """Cut a line into dashes."""
    places = np.array(points, float)  # [P, 2]
    along = np.concatenate([[0], np.hypot(*np.diff(places, axis=0).T).cumsum()])  # [P]
    parts = []
    for start in np.arange(0, along[-1], sum(DASH)):
        end = min(start + DASH[0], along[-1])
        at = [start, *along[(along > start) & (along < end)], end]
        x, y = (np.interp(at, along, places[:, axis]) for axis in range(2))
        parts.append(list(zip(x, y, strict=True)))
    return parts
