import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

import memorylab
from memorylab import published
from memorylab.memory import MEMORY_MODELS
from tools import course, execution
from tools.launch import citation
from tools.navigation import generated_cells, generated_texts, header, navigation_bar, needs
from tools.table import COURSE, RELEASE, present, read_course, row_named, row_of

ROOT = Path(__file__).parents[2]
TOML = """
[tracks.core]
title = "Core"
note = "In order."
[tracks.more]
title = "More"
note = "As you like."
[[core]]
file = "00_one"
title = "One"
question = "One?"
objective = "count to one"
needs = []
knows = "numbers."
reading = 1
running = 2
memory = 0.1
[[more]]
file = "01_two"
title = "Two"
question = "Two?"
objective = "count to two"
needs = ["00"]
reading = 1
running = 2
memory = 0.1
"""


def write(path: Path, *cells: str) -> Path:
    """Store a notebook of an empty header and the given code cells."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(""), *map(nbformat.v4.new_code_cell, cells)]
    )
    nbformat.write(notebook, path)
    return path


@pytest.fixture
def folder(tmp_path):
    """A course of three notebooks, one of them with two cells to run."""
    for row in (COURSE[3], COURSE[6]):
        write(tmp_path / row.file)
    write(tmp_path / COURSE[5].file, "print('one')\nprint('two')", "6 * 7")
    return tmp_path


def test_rows_are_read_track_by_track():
    tracks, (one, two) = read_course(TOML)
    assert [track.title for track in tracks] == ["Core", "More"]
    assert (one.number, one.name, one.file, one.heading) == (
        "00",
        "one",
        "00_one.ipynb",
        "00 · One",
    )
    assert (two.track, two.needs, two.knows) == (tracks[1], ("00",), "")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("01_two", "02_two", "02_two is row 1; its number must say so"),
        ("needs = []", 'needs = ["01"]', "00_one needs 01, which must come before it"),
        ("[[more]]", "[[most]]", "most: no such track"),
        ("reading = 1", "", "00_one: .*missing 1 required .*reading"),
        ("reading = 1", "reading = 1\nlevel = 3", "00_one: .*unexpected .*level"),
    ],
)
def test_a_wrong_table_is_refused(old, new, says):
    with pytest.raises(ValueError, match=f"course.toml.*{says}"):
        read_course(TOML.replace(old, new, 1))


def test_row_named_finds_each_notebook_whatever_its_number():
    for row in COURSE:
        assert row_named(row.name) is row
    with pytest.raises(ValueError, match=r"no notebook called 'dnc'\. Known: start_here"):
        row_named("dnc")


def test_row_of_finds_each_notebook_by_its_file():
    for row in COURSE:
        assert row_of(Path("anywhere", row.file)) is row


def test_row_of_refuses_an_unknown_name():
    with pytest.raises(ValueError, match=r"05_dnc\.ipynb is not in the course.*course\.toml"):
        row_of(Path("05_dnc.ipynb"))


def test_present_lists_what_exists_in_order(folder):
    assert [row.number for row in present(folder)] == ["03", "05", "06"]


def test_bar_links_to_neighbours_that_exist(folder):
    bars = [navigation_bar(row, present(folder)) for row in present(folder)]
    assert "◀" not in bars[0]
    assert "[05 · DNC I: content, usage, allocation ▶](05_dnc_content" in bars[0]
    assert "[◀ 03 · Recurrence](03_recurrence.ipynb)" in bars[1]
    assert "[06 · DNC II: links and reading ▶](06_dnc_links.ipynb)" in bars[1]
    assert "▶" not in bars[2]


@pytest.fixture
def repository(monkeypatch):
    """The course as if it were published."""
    monkeypatch.setattr(published, "REPOSITORY", "somebody/elsewhere")
    monkeypatch.setattr(published, "DOI", "10.1/example")
    return published.REPOSITORY


def test_unpublished_course_has_no_launch_links(folder, monkeypatch):
    monkeypatch.setattr(published, "REPOSITORY", "")
    bar = navigation_bar(COURSE[5], present(folder))
    assert re.fullmatch(
        r"\[◀ 03 [^]]+\]\(03_recurrence.ipynb\) · \[06 [^]]+ ▶\]\(06_\w+.ipynb\)", bar
    )
    (folder / "README.md").write_text(
        "<!-- launch -->old<!-- /launch --><!-- course --><!-- /course -->"
        "<!-- memories --><!-- /memories -->"
    )
    (text,) = generated_texts(folder).values()
    assert text.startswith("<!-- launch -->\n\n<!-- /launch -->")


def test_citation_names_what_is_published_and_nothing_else(repository, monkeypatch):
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    cited = citation(text)
    assert f"repository-code: https://github.com/{repository}\ndoi: 10.1/example\n" in cited
    assert citation(cited) == cited
    for name in ("REPOSITORY", "DOI"):
        monkeypatch.setattr(published, name, "")
    assert not re.search("^(repository-code|doi):", citation(cited), re.MULTILINE)
    with pytest.raises(
        ValueError, match=r"CITATION\.cff needs one line 'license: …', but it has 0"
    ):
        citation("title: x\n")


def test_badges_open_this_notebook_at_the_release(folder, repository):
    bar = navigation_bar(COURSE[6], present(folder))
    binder = f"https://mybinder.org/v2/gh/{repository}/{RELEASE}?labpath=notebooks%2F"
    colab = f"https://colab.research.google.com/github/{repository}/blob/{RELEASE}/notebooks/"
    assert f"[![Launch on Binder](data/launch_binder.svg)]({binder}06_dnc_links.ipynb)" in bar
    assert f"[![Open in Colab](data/launch_colab.svg)]({colab}06_dnc_links.ipynb)" in bar
    assert f"v{memorylab.__version__}" == RELEASE


def test_bar_says_what_to_run_first_on_colab(folder, repository):
    """In one piece of HTML, which an empty line would end."""
    bar = navigation_bar(COURSE[6], present(folder))
    (details,) = re.findall("<details>.*</details>", bar, re.DOTALL)
    assert "\n\n" not in details
    fetch, install, enter = re.search("<pre>\n(.*)\n</pre>", details, re.DOTALL)[1].splitlines()
    assert fetch.startswith("!git clone ")
    assert f" --branch {RELEASE} https://github.com/{repository} " in fetch
    assert install.startswith("%pip install ")
    assert enter == "%cd memory-lab/notebooks"


def test_nav_command_writes_all_generated_parts(folder, repository, capsys):
    notebooks, pages = folder / "notebooks", folder / "instructor"
    notebooks.mkdir()
    pages.mkdir()
    table = "<!-- course --><!-- /course -->"
    row = COURSE[5]
    path = write(notebooks / COURSE[5].file)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell(f"The course:\n\n{table}\n\nEnd."))
    nbformat.write(notebook, path)
    readme, page = folder / "README.md", pages / f"{row.stem}.md"
    readme.write_text(
        f"Before.\n\n<!-- launch --><!-- /launch -->\n\nAfter.\n\n{table}\n"
        "<!-- memories --><!-- /memories -->\n"
    )
    (pages / "README.md").write_text("<!-- pages --><!-- /pages -->\n")
    page.write_text("# old\n\n<!-- objective --><!-- /objective -->\n\nMore.\n")
    assert course.main(["nav", str(path)]) == 0
    out = capsys.readouterr().out
    assert [line.split(":")[0] for line in out.splitlines()] == [
        path.name,
        "README.md",
        page.name,
        "README.md",
    ]
    text = readme.read_text()
    head = "Before.\n\n<!-- launch -->\n## Without installing anything\n\n"
    assert text.startswith(f"{head}[![Launch on Binder](notebooks/data/launch")
    assert "%cd memory-lab/notebooks\n```\n" in text
    assert "\n<!-- /launch -->\n\nAfter.\n" in text
    assert f"{RELEASE}?labpath=notebooks%2F00_start_here.ipynb" in text
    line = f"| 05 | [{row.title}](notebooks/{path.name}) | {row.objective} |"
    assert f"**{row.track.title}.** {row.track.note}" in text
    assert f"|---|---|---|\n{line}\n<!-- /course -->" in text
    assert all(f"| `{name}` | " in text for name in MEMORY_MODELS)
    assert page.read_text().startswith(f"# {row.heading}\n\n<!-- objective -->\n")
    assert f"\n**Objectives.** After it you can {row.objective}.\n" in page.read_text()
    assert f"[05]({page.name})." in (pages / "README.md").read_text()
    last = nbformat.read(path, as_version=4).cells[-1].source
    assert f"|---|---|---|\n{line.replace('notebooks/', '')}\n<!-- /course -->\n\nEnd." in last
    assert course.main(["nav", str(path)]) == 0
    assert capsys.readouterr().out == ""


def test_generated_parts_of_readme_and_instructors_pages_are_up_to_date():
    texts = generated_texts(ROOT)
    # Two READMEs, citation, glossary, further reading, syllabus, and a page for each
    # notebook.
    assert len(texts) == 6 + len(present(ROOT / "notebooks"))
    for path, text in texts.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make notebooks`"


@pytest.mark.parametrize("text", ["# Title\n<!-- launch -->\n", "<!-- /launch --><!-- launch -->"])
def test_readme_without_a_place_for_generated_text_is_refused(folder, text):
    (folder / "README.md").write_text(text)
    with pytest.raises(
        ValueError, match=r"README\.md needs a line <!-- launch --><!-- /launch -->"
    ):
        generated_texts(folder)


def test_header_says_what_the_table_says():
    _, rows = read_course(TOML)
    text = header(rows[1], list(rows))
    assert text.startswith("# 01 · Two\n\n**Two?**\n\n<!-- nav -->\n[◀ 00 · One](00_one.ipynb)")
    assert "\n\n**You will be able to** count to two.\n\n" in text
    assert "\n\n**You need first** notebook [00](00_one.ipynb).\n\n" in text
    assert text.endswith(
        "**Reading** 1 min · **Running** 2 s on two cores · **Peak memory** 0.1 GB"
    )


def test_needs_are_listed_and_those_that_do_not_exist_left_out():
    _, rows = read_course(TOML)
    assert needs(rows[0], list(rows)) == "numbers."
    assert needs(rows[1], [rows[1]]) == "nothing."
    both = replace(rows[1], needs=("00", "01"), knows="More.")
    assert needs(both, list(rows)) == "notebooks [00](00_one.ipynb) and [01](01_two.ipynb). More."


def test_first_cell_becomes_the_header_and_must_be_markdown(folder):
    path = folder / COURSE[5].file
    old = nbformat.v4.new_markdown_cell("Anything.")
    other = nbformat.v4.new_markdown_cell("Stays.")
    expected = header(COURSE[5], present(folder))
    assert generated_cells([old, other], path) == [expected, "Stays."]
    for cells in ([], [nbformat.v4.new_code_cell("1")]):
        with pytest.raises(ValueError, match=r"05_dnc.*: the first cell must be Markdown"):
            generated_cells(cells, path)


def test_execute_stores_outputs_and_nothing_that_changes(folder, capsys):
    path = folder / COURSE[5].file
    assert course.main(["execute", str(path)]) == 0
    assert COURSE[5].file in capsys.readouterr().out
    first = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    one, two = notebook.cells[1:]
    assert (one.execution_count, two.execution_count) == (1, 2)
    assert one.outputs[0].text == "one\ntwo\n"
    assert two.outputs[0].data["text/plain"] == "42"
    assert "widgets" not in notebook.metadata
    assert "version" not in notebook.metadata.language_info
    assert course.main(["execute", str(path)]) == 0
    assert path.read_bytes() == first


def test_execute_stores_of_a_widget_only_what_stands_for_it(folder):
    bundle = {"text/plain": "player", "application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    source = f"from IPython.display import display\ndisplay({bundle}, raw=True)"
    path = write(folder / COURSE[5].file, source)
    execution.execute(path)
    (output,) = nbformat.read(path, as_version=4).cells[1].outputs
    assert output.data == {"text/plain": "player"}


def test_execute_runs_in_the_folder_of_the_notebook(folder):
    (folder / "data.txt").write_text("found")
    path = write(folder / COURSE[5].file, "print(open('data.txt').read())")
    execution.execute(path)
    assert nbformat.read(path, as_version=4).cells[1].outputs[0].text == "found\n"


def test_failed_execution_leaves_the_file_as_it_was(folder, capsys):
    path = write(folder / COURSE[5].file, "1 / 0")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execution.execute(path)
    assert course.main(["execute", str(path)]) == 1
    assert "failed, left as it was" in capsys.readouterr().out
    assert path.read_bytes() == before
    assert [file.name for file in folder.glob(".*")] == []


def test_measure_counts_what_the_kernel_holds_and_stores_nothing(folder, capsys):
    path = folder / COURSE[5].file
    before = path.read_bytes()
    code = "block = bytearray(300_000_000)\nimport time\ntime.sleep(0.5)"
    large = execution.run(nbformat.read(write(path, code), 4), folder)
    path.write_bytes(before)
    small = execution.run(nbformat.read(path, 4), folder)
    assert 280e6 < large.peak_bytes - small.peak_bytes < 400e6
    assert large.seconds > 0.5
    assert course.main(["measure", str(path)]) == 0
    assert " GB" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_check_command_reports_faults_by_file(folder, capsys):
    assert course.main(["check", str(folder / COURSE[5].file)]) == 1
    out = capsys.readouterr().out
    assert f"{COURSE[5].file}: cell 1: was never executed" in out
    assert out.splitlines()[-1].startswith("1 notebooks, ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "missing.ipynb"], "missing.ipynb does not exist"),
        (["check"], "there are no notebooks here"),
        (["chek"], "invalid choice"),
    ],
)
def test_wrong_usage(arguments, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        course.main(arguments)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err
