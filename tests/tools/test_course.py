import re
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

import memorylab
from memorylab.memory import MEMORY_MODELS
from tools import course, execution
from tools.navigation import course_table, generated_cells, generated_texts, navigation_bar
from tools.table import COURSE, RELEASE, REPOSITORY, present, row_of

ROOT = Path(__file__).parents[2]
OBJECTIVE = "**You will be able to** follow one\nwrite."
HEADER = (
    f"# 05 · DNC I: content, usage, allocation\n\n<!-- nav --><!-- /nav -->\n\n{OBJECTIVE}\n\nMore."
)


def write(path: Path, *cells: str, header: str = HEADER) -> Path:
    """Store a notebook of a header and the given code cells."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(header), *map(nbformat.v4.new_code_cell, cells)]
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


def test_course_counts_without_a_gap():
    assert [row.number for row in COURSE] == [f"{number:02d}" for number in range(15)]


def test_row_of_finds_each_notebook_by_its_file():
    for row in COURSE:
        assert row_of(Path("anywhere", row.file)) is row


def test_row_of_refuses_an_unknown_name():
    with pytest.raises(ValueError, match=r"05_dnc\.ipynb is not in the course.*table\.py"):
        row_of(Path("05_dnc.ipynb"))


def test_present_lists_what_exists_in_order(folder):
    assert [row.number for row in present(folder)] == ["03", "05", "06"]


def test_bar_links_to_neighbours_that_exist(folder):
    bars = [navigation_bar(row, present(folder)) for row in present(folder)]
    assert "◀" not in bars[0]
    assert "[05 · DNC I: content, usage, allocation ▶](05_dnc_content" in bars[0]
    assert "[◀ 03 · Padded sequences](03_padded_sequences.ipynb)" in bars[1]
    assert "[06 · DNC II: temporal links ▶](06_dnc_links.ipynb)" in bars[1]
    assert "▶" not in bars[2]


def test_badges_open_this_notebook_at_the_release(folder):
    bar = navigation_bar(COURSE[6], present(folder))
    binder = f"https://mybinder.org/v2/gh/{REPOSITORY}/{RELEASE}?labpath=notebooks%2F"
    colab = f"https://colab.research.google.com/github/{REPOSITORY}/blob/{RELEASE}/notebooks/"
    assert f"[![Launch on Binder](data/launch_binder.svg)]({binder}06_dnc_links.ipynb)" in bar
    assert f"[![Open in Colab](data/launch_colab.svg)]({colab}06_dnc_links.ipynb)" in bar
    assert f"v{memorylab.__version__}" == RELEASE


def test_bar_says_what_to_run_first_on_colab(folder):
    """In one piece of HTML, which an empty line would end."""
    bar = navigation_bar(COURSE[6], present(folder))
    (details,) = re.findall("<details>.*</details>", bar, re.DOTALL)
    assert "\n\n" not in details
    fetch, install, enter = re.search("<pre>\n(.*)\n</pre>", details, re.DOTALL)[1].splitlines()
    assert fetch.startswith("!git clone ")
    assert f" --branch {RELEASE} https://github.com/{REPOSITORY} " in fetch
    assert install.startswith("%pip install ")
    assert enter == "%cd memory-lab/notebooks"


def test_nav_command_writes_all_generated_parts(folder, capsys):
    notebooks, pages = folder / "notebooks", folder / "instructor"
    notebooks.mkdir()
    pages.mkdir()
    table = "<!-- course --><!-- /course -->"
    path = write(notebooks / COURSE[5].file)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell(f"The course:\n\n{table}\n\nEnd."))
    nbformat.write(notebook, path)
    readme, page = folder / "README.md", pages / "05.md"
    readme.write_text(
        f"Before.\n\n<!-- launch --><!-- /launch -->\n\nAfter.\n\n{table}\n"
        "<!-- memories --><!-- /memories -->\n"
    )
    page.write_text("# 05\n\n<!-- objective --><!-- /objective -->\n\nMore.\n")
    assert course.main(["nav", str(path)]) == 0
    out = capsys.readouterr().out
    assert [line.split(":")[0] for line in out.splitlines()] == [path.name, "README.md", "05.md"]
    text = readme.read_text()
    assert text.startswith("Before.\n\n<!-- launch -->\n[![Launch on Binder](notebooks/data/launch")
    assert "%cd memory-lab/notebooks\n```\n<!-- /launch -->\n\nAfter.\n" in text
    assert f"{RELEASE}?labpath=notebooks%2F00_start_here.ipynb" in text
    row = f"| 05 | [{COURSE[5].title}](notebooks/{path.name}) | follow one write |"
    assert f"|---|---|---|\n{row}\n<!-- /course -->" in text
    assert all(f"| `{name}` | " in text for name in MEMORY_MODELS)
    assert "\n**Objectives.** After it you can follow one write.\n" in page.read_text()
    last = nbformat.read(path, as_version=4).cells[-1].source
    assert f"|---|---|---|\n{row.replace('notebooks/', '')}\n<!-- /course -->\n\nEnd." in last
    assert course.main(["nav", str(path)]) == 0
    assert capsys.readouterr().out == ""


def test_generated_parts_of_readme_and_instructors_pages_are_up_to_date():
    texts = generated_texts(ROOT)
    assert len(texts) == 1 + len(COURSE)
    for path, text in texts.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make notebooks`"


@pytest.mark.parametrize("text", ["# Title\n<!-- launch -->\n", "<!-- /launch --><!-- launch -->"])
def test_readme_without_a_place_for_generated_text_is_refused(folder, text):
    (folder / "README.md").write_text(text)
    with pytest.raises(
        ValueError, match=r"README\.md needs a line <!-- launch --><!-- /launch -->"
    ):
        generated_texts(folder)


def test_header_without_an_objective_is_refused(folder):
    write(folder / COURSE[5].file, header="# 05")
    with pytest.raises(ValueError, match=r"05_dnc.* needs a line \*\*You will be able to"):
        course_table(folder, "")


def bar_of(header: str, path: Path) -> str:
    """Return a header with its bar made anew."""
    return generated_cells([nbformat.v4.new_markdown_cell(header)], path)[0]


def test_new_bar_replaces_the_old_one_and_nothing_else(folder):
    path = folder / COURSE[5].file
    once = bar_of(HEADER, path)
    assert once.startswith("# 05")
    assert once.endswith(f"<!-- /nav -->\n\n{OBJECTIVE}\n\nMore.")
    assert bar_of(once, path) == once


@pytest.mark.parametrize("header", ["# Title", "<!-- nav -->", "<!-- /nav --><!-- nav -->"])
def test_header_without_a_place_for_the_bar_is_refused(folder, header):
    with pytest.raises(ValueError, match="the first cell needs a line <!-- nav -->"):
        bar_of(header, folder / COURSE[5].file)


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
