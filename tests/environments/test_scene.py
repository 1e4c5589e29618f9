import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memorylab.environments import check_scene, draw_scene, tmaze_scene
from memorylab.environments.scene import ROLES, text_shape

SETTINGS = settings(deadline=None, derandomize=True, max_examples=100)
SIDES = ("left", "right")


def scene(*shapes):
    return {"width": 40, "height": 20, "label": "A test.", "shapes": list(shapes)}


def colour(role, dark=False):
    code = ROLES[role][dark]
    return [int(code[i : i + 2], 16) for i in (1, 3, 5)]


RECT = {"kind": "rect", "x": 10, "y": 5, "width": 20, "height": 10, "fill": "agent"}
LINE = {"kind": "line", "points": [[0, 10], [40, 10]], "stroke": "bad", "stroke_width": 4}


# --- drawing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("height", [20, 33, 160])
@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_shows_shapes_in_their_places_and_colours(height, dark):
    picture = draw_scene(scene(RECT), height, dark)
    assert picture.shape == (height, 2 * height, 3)
    assert picture.dtype == np.uint8
    rows, columns = np.mgrid[:height, : 2 * height] / height * 20
    margin = 1 + 20 / height
    inside = (abs(columns - 20) < 10 - margin) & (abs(rows - 10) < 5 - margin)
    outside = (abs(columns - 20) > 10 + margin) | (abs(rows - 10) > 5 + margin)
    assert (picture[inside] == colour("agent", dark)).all()
    assert (picture[outside] == colour("ground", dark)).all()


@pytest.mark.parametrize(
    "shape",
    [
        {"kind": "circle", "x": 20, "y": 10, "radius": 8, "fill": "good"},
        {"kind": "polygon", "points": [[10, 2], [30, 2], [20, 28]], "fill": "good"},
        {"kind": "line", "points": [[5, 5], [35, 15]], "stroke": "good", "stroke_width": 6},
        RECT | {"fill": "good", "radius": 3},
    ],
    ids=lambda shape: shape["kind"],
)
def test_each_kind_is_drawn_over_what_came_before(shape):
    picture = draw_scene(scene(LINE, shape), 80)
    assert picture[40, 80].tolist() == colour("good")
    assert picture[40, 2].tolist() == colour("bad")


def test_a_stroke_without_fill_leaves_the_inside_empty_and_dashes_leave_gaps():
    ring = {"kind": "circle", "x": 20, "y": 10, "radius": 9, "stroke": "bad"}
    whole = draw_scene(scene(ring), 160)
    dashed = draw_scene(scene(ring | {"dashed": True}), 160)
    assert whole[80, 160].tolist() == colour("ground")
    assert (whole[80] == colour("bad")).all(-1).any()
    inked = [(picture == colour("bad")).all(-1).sum() for picture in (whole, dashed)]
    assert 0.4 * inked[0] < inked[1] < 0.75 * inked[0]  # a dash of 4, a gap of 3


@pytest.mark.parametrize(("anchor", "low", "high"), [("start", 19, 40), ("end", 0, 21)])
def test_text_stands_beside_its_anchor(anchor, low, high):
    picture = draw_scene(scene(text_shape(20, 10, "ill", 9, "text", anchor)), 160)
    inked = np.argwhere((picture != 255).any(-1)) / 8  # [P, 2], in the scene's units
    assert len(inked)
    assert low <= inked[:, 1].min() <= inked[:, 1].max() <= high
    assert 5 < inked[:, 0].min() < 10 < inked[:, 0].max() < 15


# --- what is no scene -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (None, TypeError, "A scene is a dictionary, got None"),
        ({"width": 4}, ValueError, "a scene lacks height, label, shapes"),
        (scene() | {"width": 0}, ValueError, "the scene's width must be above 0, got 0"),
        (scene() | {"lable": "x"}, ValueError, "'lable' is not a known key.*Did you mean 'label'"),
        (scene() | {"label": "a\nb"}, ValueError, "label must be one line of text"),
        (scene() | {"shapes": ()}, TypeError, "shapes must be a list"),
        (scene("rect"), TypeError, r"shapes\[0\] must be a dictionary with a kind, got 'rect'"),
        (scene({"kind": "recht"}), ValueError, "no known kind. Did you mean 'rect'"),
        (scene(RECT, {"kind": "circle"}), ValueError, r"shapes\[1\], a circle, lacks x, y, radius"),
        (scene(RECT | {"fil": "agent"}), ValueError, "'fil' is not a known key of a scene's rect"),
        (scene(RECT | {"fill": "#ff0000"}), ValueError, "must be a role of colour, got '#ff0000'"),
        (scene(RECT | {"fill": ["red"]}), ValueError, "must be a role of colour"),
        (scene(RECT | {"x": np.float32(1)}), TypeError, "x of .*number of Python's own.*float32"),
        (scene(RECT | {"x": True}), TypeError, "number of Python's own, got True"),
        (scene(RECT | {"y": float("nan")}), ValueError, "must be finite, got nan"),
        (scene(RECT | {"width": -1}), ValueError, "width of .* must be above 0, got -1"),
        (scene({k: RECT[k] for k in list(RECT)[:-1]}), ValueError, "neither fill nor stroke"),
        (scene(LINE | {"points": [[1, 2]]}), ValueError, "a list of at least 2"),
        (scene(LINE | {"points": [[1, 2], (3, 4)]}), ValueError, r"must be lists \[x, y\]"),
        (scene(LINE | {"dashed": 1}), TypeError, "dashed of .* must be true or false, got 1"),
        (scene(text_shape(0, 0, "a", 9, "text", "left")), ValueError, "anchor of .* is 'left'"),
        (scene(text_shape(0, 0, "", 9, "text")), ValueError, "must be one line of text, got ''"),
    ],
)
def test_what_is_no_scene_is_refused(wrong, error, message):
    with pytest.raises(error, match=message):
        check_scene(wrong)
    with pytest.raises(error):
        draw_scene(wrong)


# --- the T-maze -----------------------------------------------------------------------------------


@st.composite
def mazes(draw):
    length = draw(st.integers(1, 40))
    outcome = draw(st.sampled_from([None, "late", *SIDES]))
    distance = 0 if outcome in SIDES else draw(st.integers(0, length))
    return draw(st.sampled_from([None, *SIDES])), distance, length, draw(st.booleans()), outcome


def agents_place(scene):
    (agent,) = (s for s in scene["shapes"] if s["kind"] == "circle" and s["fill"] == "agent")
    return agent["x"], agent["y"]


def extent(shape):
    if "points" in shape:
        return np.array(shape["points"])
    size = [shape.get(key, 2 * shape.get("radius", 0)) for key in ("width", "height")]
    corner = np.array([shape["x"], shape["y"]]) - (shape["kind"] == "circle") * np.array(size) / 2
    return np.array([corner, corner + size])


@SETTINGS
@given(mazes())
def test_every_maze_is_a_scene_of_whole_numbers_inside_its_bounds(maze):
    drawn = tmaze_scene(*maze)
    assert json.loads(json.dumps(check_scene(drawn))) == drawn
    assert "." not in re.sub(r'"label": ".*?"|: 1\.5', "", json.dumps(drawn))
    for shape in drawn["shapes"]:
        assert (extent(shape) >= 0).all()
        assert (extent(shape) <= [480, 160]).all()


@SETTINGS
@given(mazes())
def test_the_sign_stays_in_its_place_and_is_dashed_out_of_sight(maze):
    sign, _, _, visible, _ = maze
    shapes = tmaze_scene(*maze)["shapes"]
    for shape in tmaze_scene(sign, 1, 1, visible)["shapes"]:
        if shape["kind"] == "rect":
            assert shape in shapes
            assert shape.get("dashed", False) != visible
    goals = [extent(shape).mean(0)[1] for shape in shapes if shape.get("fill") == "goal"]
    assert len(goals) == (sign is not None and sign != maze[-1])
    assert all((y < 80) == (sign == "left") for y in goals)


@SETTINGS
@given(st.integers(1, 40))
def test_the_agent_comes_nearer_to_the_junction_with_each_step(length):
    places = [agents_place(tmaze_scene("left", d, length, False)) for d in range(length, -1, -1)]
    assert {y for _, y in places} == {80}
    steps = np.diff([x for x, _ in places])
    assert (steps > 0).all()
    assert steps.max() - steps.min() <= 1
    assert places[0] == (44, 80)
    for side, sign in (("left", -1), ("right", 1)):
        x, y = agents_place(tmaze_scene("left", 0, length, False, side))
        assert (x, np.sign(y - 80)) == (places[-1][0], sign)


@pytest.mark.parametrize(
    ("maze", "label"),
    [
        (("left", 3, 3, True), "The agent stands 3 steps before the junction; the sign shows left"),
        (("right", 1, 3, False), "stands 1 step before the junction; the sign showed right."),
        ((None, 0, 3, False), "stands at the junction; the sign is not known."),
        (("left", 0, 3, False, "left"), "The agent turned left, as the sign showed left."),
        (("left", 0, 3, False, "right"), "The agent turned right, but the sign showed left."),
        (("left", 2, 3, False, "late"), "the sign showed left. Its time is up."),
    ],
)
def test_the_label_says_what_there_is_to_see(maze, label):
    assert label in tmaze_scene(*maze)["label"]


def test_a_turn_is_marked_as_good_or_bad():
    def roles(*maze):
        return {role for s in tmaze_scene(*maze)["shapes"] for role in (s.get("fill"),)}

    assert {"good", "bad"} & roles("left", 0, 2, False) == set()
    assert {"good", "bad"} & roles("left", 0, 2, False, "left") == {"good"}
    assert {"good", "bad"} & roles("left", 0, 2, False, "right") == {"bad"}
    assert {"good", "bad"} & roles("left", 2, 2, False, "late") == {"bad"}


@pytest.mark.parametrize(
    ("maze", "message"),
    [
        (("up", 0, 1, True), "sign must be .* got 'up' and None"),
        (("left", 0, 1, True, "up"), "outcome one of these or .* got 'left' and 'up'"),
        (("left", 4, 3, True), "distance 4 and length 3"),
        (("left", -1, 3, True), "distance -1 and length 3"),
        (("left", 0, 0, True), "length must be at least 1"),
    ],
)
def test_an_impossible_maze_is_refused(maze, message):
    with pytest.raises(ValueError, match=message):
        tmaze_scene(*maze)
