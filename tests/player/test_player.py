import base64
import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from player_examples import OTHER_MEMORIES, record, record_other

from memorylab.player import MemoryPlayer


def test_the_text_representation_is_stable_and_names_the_sizes():
    text = "MemoryPlayer(12 steps, 8 locations of 5, 2 read heads)"
    assert repr(MemoryPlayer(record())) == repr(MemoryPlayer(record())) == text


def test_where_widgets_do_not_run_there_is_a_film_strip_and_no_html():
    data, _ = MemoryPlayer(record())._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.width == 800
    assert len(picture.convert("RGB").getcolors(100_000)) > 50
    both = MemoryPlayer(record(), compare=record(seed=1), labels=("before", "after"))
    assert Image.open(io.BytesIO(both.film_strip())).height > 2 * picture.height


@pytest.mark.parametrize(("name", "sizes"), OTHER_MEMORIES.items())
def test_every_memory_is_played(name, sizes, tmp_path):
    trace = record_other(name)
    player = MemoryPlayer(trace, t=3)
    assert repr(player) == f"MemoryPlayer(12 steps, {sizes})"
    picture = Image.open(io.BytesIO(player.film_strip()))
    assert picture.width == 800
    assert len(picture.convert("RGB").getcolors(100_000)) > 50
    page = player.to_html(tmp_path / "run.html").read_text()
    assert f'"kind":"{trace.kind}","about":"{trace.about}"' in page


def test_memories_with_and_without_locations_stand_side_by_side():
    dnc, gru = record(), record_other("gru")
    both = MemoryPlayer(dnc, compare=gru, order="first_write")
    assert repr(both) == (
        "MemoryPlayer(12 steps, 8 locations of 5, 2 read heads; 12 steps, 5 hidden units)"
    )
    assert [len(run["order"]) for run in both.header["runs"]] == [8, 0]
    heights = [
        Image.open(io.BytesIO(player.film_strip())).height
        for player in (both, MemoryPlayer(dnc), MemoryPlayer(gru))
    ]
    assert heights[0] > sum(heights[1:])
    with pytest.raises(ValueError, match="order must be 'slot' for a GRUTrace"):
        MemoryPlayer(gru, compare=dnc, order="first_write")


def test_the_step_can_be_read_and_set():
    player = MemoryPlayer(record(), t=3)
    assert player.t == 3
    player.t = 11
    assert player.t == 11
    for step in (12, -1):
        with pytest.raises(ValueError, match=r"from 0 to 11, but is .*12 steps"):
            player.t = step
    assert player.t == 11


def test_rows_follow_the_first_runs_order_of_writing():
    first, second = record(seed=3), record(seed=4)
    write = np.zeros((12, 8))
    write[np.arange(8), [5, 2, 7, 0, 1, 3, 4, 6]] = 1
    player = MemoryPlayer(
        first.with_arrays(write_weighting=write), order="first_write", compare=second
    )
    runs = player.header["runs"]
    assert [run["order"] for run in runs] == [[5, 2, 7, 0, 1, 3, 4, 6]] * 2
    other = MemoryPlayer(first, compare=record(num_locations=3))
    assert [len(run["order"]) for run in other.header["runs"]] == [8, 3]


def test_a_page_holds_everything_and_asks_for_nothing(tmp_path):
    path = MemoryPlayer(record(), t=4).to_html(tmp_path / "run.html", title="a <b> & c")
    page = path.read_text()
    assert "<title>a &lt;b&gt; &amp; c</title>" in page
    assert '"t":4,"fps":10' in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert list(tmp_path.iterdir()) == [path]


def test_a_page_needs_no_anywidget_and_the_widget_says_that_it_does(tmp_path):
    record().save(tmp_path / "run.npz")
    code = """
import sys
sys.modules |= dict.fromkeys(["anywidget", "traitlets", "ipywidgets", "IPython"])
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player import MemoryPlayer
player = MemoryPlayer(DNCTrace.load("run.npz"), t=3)
print(player.to_html("run.html"), player)
player.t = 4
try:
    player._repr_mimebundle_()
except ImportError as error:
    print(error)
"""
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert result.stdout.startswith("run.html MemoryPlayer(12 steps"), result.stderr
    assert "needs anywidget to be shown in a notebook. Install it: pip install" in result.stdout
    assert "mount(" in (tmp_path / "run.html").read_text()


def test_the_widget_and_the_player_show_the_same_step():
    player = MemoryPlayer(record(), t=3)
    player.widget.t = 5
    assert player.t == 5
    player.t, player.fps = 7, 2
    assert (player.widget.t, player.widget.fps) == (7, 2)
    assert player.widget.header == player.header


def test_labels_and_titles_may_hold_any_letters(tmp_path):
    label = "cost $x_1$, \ud800 and $(pwd) ${home} \\frac"
    player = MemoryPlayer(record(), compare=record(), labels=(label, "b"))
    assert player.header["runs"][0]["label"] == label.replace("\ud800", "\ufffd")
    assert player.film_strip()
    page = player.to_html(tmp_path / "run.html", title=label).read_text(encoding="utf-8")
    assert "<title>cost $x_1$, \ufffd and $(pwd) ${home} \\frac</title>" in page


def test_labels_cannot_end_the_script(tmp_path):
    label = "</script><script>alert(1)</script>"
    player = MemoryPlayer(record(), compare=record(), labels=(label, "b"))
    page = player.to_html(tmp_path / "run.html").read_text()
    assert "alert(1)</script>" not in page


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"run": [1, 2]}, TypeError, "plays a MemoryTrace or a DNC, but got list"),
        ({"compare": 3}, TypeError, "plays a MemoryTrace or a DNC, but got int"),
        ({"t": 12}, ValueError, "from 0 to 11"),
        ({"t": 1.5}, TypeError, "float"),
        ({"fps": 0}, ValueError, "at most 60 steps per second"),
        ({"level": "full"}, ValueError, "'full' is not a known level of the player"),
        ({"order": "first-write"}, ValueError, "Did you mean 'first_write'"),
        (
            {"run": record_other("gru"), "order": "first_write"},
            ValueError,
            "order must be 'slot' for a GRUTrace: it has no locations",
        ),
        ({"compare": 0, "labels": "ab"}, TypeError, "plays a MemoryTrace"),
        ({"labels": "ab"}, ValueError, "labels must be two"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=message):
        MemoryPlayer(**({"run": record()} | arguments))


def test_a_page_needs_its_ending(tmp_path):
    with pytest.raises(ValueError, match=r"ends in .html, not 'run.htm'"):
        MemoryPlayer(record()).to_html(tmp_path / "run.htm")
