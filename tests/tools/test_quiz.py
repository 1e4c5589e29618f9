"""The quiz bank: its questions, and files that Moodle and Canvas import.

Neither platform's schema may be shipped with the course. So these tests follow the rules by which
the platforms' own importers read such files.
"""

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tools import quiz
from tools.quiz import LETTERS, PACKAGE, QTI, read_bank, read_questions
from tools.table import COURSE, TRACKS

BANK = read_bank()
QUESTIONS = [(row, question) for row, questions in BANK.items() for question in questions]
FILES = quiz.files(BANK)
ENTRY = '[[question]]\nname = "one"\ntext = "?"\nright = ["a", "A."]\nwrong = [{}]\n'
WRONG = '["b", "B."], ["c", "C."]'


def plain(html: str) -> str:
    """Return the text of a paragraph of HTML."""
    return "".join(ElementTree.fromstring(f"<div>{html}</div>").itertext())


def as_text(markdown: str) -> str:
    """Return a text of the bank without the signs for code and italics."""
    return re.sub(r"`|\*(\w[^*]*\w)\*", r"\1", markdown)


# --- the questions --------------------------------------------------------------------------------


def test_every_core_notebook_has_five_questions():
    core = [row for row in COURSE if row.track is TRACKS[0]]
    assert {row.stem: len(questions) for row, questions in BANK.items()} == {
        row.stem: 5 for row in core
    }


@pytest.mark.parametrize(("row", "question"), QUESTIONS, ids=lambda value: value.name)
def test_a_question_asks_and_each_option_says_why_in_one_sentence(row, question):
    assert question.text.endswith("?")
    assert sum(option.is_right for option in question.options) == 1
    for option in question.options:
        assert re.fullmatch(r"[^.?!](?:[^.?!]|[.](?! ))*\.", option.reason), option.reason


def test_the_right_option_is_given_away_by_neither_its_place_nor_its_length():
    places = [[option.is_right for option in q.options].index(True) for _, q in QUESTIONS]
    assert max(map(places.count, range(5))) < len(QUESTIONS) / 2.5
    longest = [max(q.options, key=lambda o: (len(o.text), not o.is_right)) for _, q in QUESTIONS]
    assert sum(option.is_right for option in longest) < len(QUESTIONS) / 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ENTRY.format(WRONG).replace("text", "txt"), "'one': needs name, text, right and wrong"),
        (ENTRY.format('["b"], ["c", "C."]'), r"'one': expected \[option, reason\], got \['b'\]"),
        (ENTRY.format('["b", ""], ["c", "C."]'), r"expected \[option, reason\], got \['b', ''\]"),
        (ENTRY.format('["a", "B."], ["c", "C."]'), "'one': two options are alike"),
        (ENTRY.format('["b", "B."]'), "'one': has 2 options; give it 3 to 5"),
    ],
)
def test_a_wrong_question_is_refused(text, says):
    assert len(read_questions(ENTRY.format(WRONG), "05.toml")) == 1
    with pytest.raises(ValueError, match=f"05.toml, question {says}|05.toml.*{says}"):
        read_questions(text, "05.toml")


def test_a_wrong_bank_is_refused(tmp_path):
    for row in COURSE[:2]:
        (tmp_path / f"{row.stem}.toml").write_text(ENTRY.format(WRONG))
    with pytest.raises(ValueError, match="two questions are called one"):
        read_bank(tmp_path)
    (tmp_path / "05_dnc.toml").write_text("")
    with pytest.raises(ValueError, match=r"05_dnc\.ipynb is not in the course"):
        read_bank(tmp_path)


# --- Markdown -------------------------------------------------------------------------------------


def test_markdown_has_every_question_and_the_letters_of_the_answers():
    text = FILES["quiz.md"].decode()
    for row, questions in BANK.items():
        _, _, part = text.partition(f"## {row.heading}\n")
        asked, _, answered = part.partition("### Answers")
        answered, _, _ = answered.partition("\n## ")
        for number, question in enumerate(questions, start=1):
            assert f"**{number}.** {question.text}" in asked
            for letter, option in zip(LETTERS, question.options, strict=False):
                assert f"\n- {letter}. {option.text}\n" in asked
                if option.is_right:
                    assert f"**{number}. {letter}.** {option.reason}\n" in answered
                else:
                    assert f"\n- Not {letter}: {option.reason}\n" in answered


# --- Moodle ---------------------------------------------------------------------------------------


def read_moodle(content: bytes) -> dict[str, list[tuple]]:
    """Read questions as Moodle does: name, text, and for each option its text, marks, reason."""
    found, category = {}, ""
    for item in ElementTree.fromstring(content).findall("question"):
        if item.get("type") == "category":
            category = item.findtext("category/text").removeprefix("$course$/top/")
            continue
        assert item.get("type") == "multichoice"
        assert item.findtext("single") == item.findtext("shuffleanswers") == "true"
        assert item.findtext("answernumbering") in {"none", "abc", "ABCD", "123", "iii", "IIII"}
        formats = [item.find("questiontext"), *item.iter("answer"), *item.iter("feedback")]
        assert {part.get("format") for part in formats} == {"html"}
        options = [
            (plain(one.findtext("text")), one.get("fraction"), plain(one.findtext("feedback/text")))
            for one in item.findall("answer")
        ]
        entry = (item.findtext("idnumber"), plain(item.findtext("questiontext/text")), options)
        assert item.findtext("name/text")
        found.setdefault(category, []).append(entry)
    return found


def expected(questions, right: str, wrong: str) -> list[tuple]:
    return [
        (
            question.name,
            as_text(question.text),
            [
                (as_text(option.text), right if option.is_right else wrong, as_text(option.reason))
                for option in question.options
            ],
        )
        for question in questions
    ]


def test_moodle_reads_all_questions_in_a_category_for_each_notebook():
    assert read_moodle(FILES["moodle.xml"]) == {
        f"Memory Lab/{row.heading}": expected(questions, "100", "0")
        for row, questions in BANK.items()
    }


# --- Canvas ---------------------------------------------------------------------------------------

# What may stand in each element, in this order.
CONTENT = {
    "questestinterop": "assessment",
    "assessment": "section",
    "section": "(item )*item",
    "item": "itemmetadata presentation resprocessing( itemfeedback)+",
    "itemmetadata": "qtimetadata",
    "qtimetadata": "(qtimetadatafield )*qtimetadatafield",
    "qtimetadatafield": "fieldlabel fieldentry",
    "presentation": "material response_lid",
    "response_lid": "render_choice",
    "render_choice": "(response_label )*response_label",
    "response_label": "material",
    "material": "mattext",
    "resprocessing": "outcomes( respcondition)+",
    "outcomes": "decvar",
    "respcondition": "conditionvar (setvar|displayfeedback)",
    "conditionvar": "varequal",
    "itemfeedback": "flow_mat",
    "flow_mat": "material",
}


def read_canvas(item: ElementTree.Element) -> tuple:
    """Read a question as Canvas does: name, text, and for each option its text, score, reason."""
    space = {"": QTI}
    fields = {
        field.findtext("fieldlabel", None, space): field.findtext("fieldentry", None, space)
        for field in item.findall("itemmetadata/qtimetadata/qtimetadatafield", space)
    }
    assert fields == {"question_type": "multiple_choice_question", "points_possible": "1"}
    feedback = {
        part.get("ident"): plain(part.findtext("flow_mat/material/mattext", None, space))
        for part in item.findall("itemfeedback", space)
    }
    scores, reasons = {}, {}
    for condition in item.findall("resprocessing/respcondition", space):
        chosen = condition.find("conditionvar/varequal", space)
        assert chosen.get("respident") == item.find("presentation/response_lid", space).get("ident")
        shown = condition.find("displayfeedback", space)
        if shown is not None:
            assert condition.get("continue") == "Yes"  # or the score would not be reached
            reasons[chosen.text] = feedback.pop(shown.get("linkrefid"))
        else:
            assert condition.find("setvar", space).attrib == {"varname": "SCORE", "action": "Set"}
            scores[chosen.text] = condition.findtext("setvar", None, space)
    assert not feedback
    options = [
        (
            plain(label.findtext("material/mattext", None, space)),
            scores.pop(label.get("ident"), "0"),
            reasons.pop(label.get("ident")),
        )
        for label in item.iter(f"{{{QTI}}}response_label")
    ]
    assert not scores
    assert not reasons
    text = item.findtext("presentation/material/mattext", None, space)
    return item.get("ident"), plain(text), options


@pytest.mark.parametrize("row", BANK, ids=lambda row: row.name)
def test_canvas_reads_a_quiz_for_each_notebook(row):
    package = zipfile.ZipFile(io.BytesIO(FILES[f"canvas/{row.stem}.zip"]))
    manifest = ElementTree.fromstring(package.read("imsmanifest.xml"))
    (resource,) = manifest.findall("resources/resource", {"": PACKAGE})
    assert resource.get("type") == "imsqti_xmlv1p2"
    (file,) = [part.get("href") for part in resource.iter(f"{{{PACKAGE}}}file")]
    assert sorted(package.namelist()) == sorted(["imsmanifest.xml", file])
    assert {one.date_time for one in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}  # always alike
    root = ElementTree.fromstring(package.read(file))
    for element in root.iter():
        inside = " ".join(part.tag.removeprefix(f"{{{QTI}}}") for part in element)
        name = element.tag.removeprefix(f"{{{QTI}}}")
        assert re.fullmatch(CONTENT.get(name, ""), inside), f"{name}: {inside}"
        if name == "mattext":
            assert element.get("texttype") == "text/html"
    assert root.find("assessment", {"": QTI}).get("title") == row.heading
    found = [read_canvas(item) for item in root.iter(f"{{{QTI}}}item")]
    assert found == expected(BANK[row], "100", "0")


# --- the command ----------------------------------------------------------------------------------


def test_the_command_writes_what_was_asked_for(tmp_path, capsys):
    assert quiz.main(["--out", str(tmp_path), COURSE[5].file]) == 0
    names = ["quiz.md", "moodle.xml", f"canvas/{COURSE[5].stem}.zip"]
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / name) for name in names]
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        tmp_path / name for name in names
    )
    assert COURSE[6].heading not in (tmp_path / "quiz.md").read_text()
    assert (
        quiz.files({COURSE[5]: BANK[COURSE[5]]})[names[-1]] == (tmp_path / names[-1]).read_bytes()
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("05_dnc.ipynb", "05_dnc.ipynb is not in the course"),
        (COURSE[12].file, f"no questions on {COURSE[12].file}; name notebooks of instructor/quiz/"),
    ],
)
def test_a_file_without_questions_is_refused(name, says, capsys):
    with pytest.raises(SystemExit):
        quiz.main([name])
    assert says in capsys.readouterr().err
    assert not Path("quiz").exists()
