"""The quiz bank of ``instructor/quiz/`` as Markdown, for Moodle and for Canvas.

::

    python -m tools.quiz [--out quiz] [FILE ...]

Each file of the bank has the questions on one notebook, and the notebook's name. A question has
several options, one of them right; with each stands a sentence that says why it is right or wrong.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from markdown_it import MarkdownIt

from memorylab.files import write_atomically
from tools.table import COURSE, Notebook, row_of

BANK = Path(__file__).parents[1] / "instructor" / "quiz"
"""The questions, in one file for each notebook."""

LETTERS = "ABCDE"

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
"""The namespace of QTI 1.2, in which Canvas imports a quiz."""

PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
"""The namespace of the list of a package's files."""


@dataclass(frozen=True)
class Option:
    """A possible answer: its text, why it is right or wrong, and whether it is right."""

    text: str
    reason: str
    is_right: bool


@dataclass(frozen=True)
class Question:
    """A question with its options, in an order that is always the same and says nothing.

    Attributes:
        name: Its name, unique in the bank.
        text: What is asked, in Markdown, as are the options.
        options: One of them is right.
    """

    name: str
    text: str
    options: tuple[Option, ...]


def read_questions(text: str, name: str) -> tuple[Question, ...]:
    """Return the questions of a file of the bank.

    Args:
        text: The file's text.
        name: The file's name, for messages.

    Raises:
        ValueError: A question lacks an entry or has an unknown one, an option has no reason, or
            there are too few or too many options, or two alike.
    """
    questions = []
    for entry in tomllib.loads(text)["question"]:
        where = f"{name}, question {entry.get('name')!r}"
        if entry.keys() != {"name", "text", "right", "wrong"}:
            raise ValueError(f"{where}: needs name, text, right and wrong, not {', '.join(entry)}.")
        answers = [entry["right"], *entry["wrong"]]
        for answer in answers:
            if len(answer) != 2 or not all(answer):
                raise ValueError(f"{where}: expected [option, reason], got {answer}.")
        if len({option for option, _ in answers}) < len(answers):
            raise ValueError(f"{where}: two options are alike.")
        if not 3 <= len(answers) <= len(LETTERS):
            raise ValueError(f"{where}: has {len(answers)} options; give it 3 to {len(LETTERS)}.")
        options = [Option(text, reason, place == 0) for place, (text, reason) in enumerate(answers)]
        random.Random(entry["name"]).shuffle(options)
        questions.append(Question(entry["name"], entry["text"], tuple(options)))
    return tuple(questions)


def read_bank(folder: Path = BANK) -> dict[Notebook, tuple[Question, ...]]:
    """Return the questions of each notebook that has some, in the order of the course.

    Raises:
        ValueError: A file is named like no notebook, two questions have one name, or one is wrong.
    """
    for path in folder.glob("*.toml"):
        row_of(path.with_suffix(".ipynb"))
    bank = {}
    for row in COURSE:
        path = folder / f"{row.stem}.toml"
        if path.is_file():
            bank[row] = read_questions(path.read_text(encoding="utf-8"), path.name)
    names = [question.name for questions in bank.values() for question in questions]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two questions are called {', '.join(twice)}; rename one of each.")
    return bank


def markdown(bank: dict[Notebook, tuple[Question, ...]]) -> str:
    """Return the questions of each notebook, and below them the answers with all reasons."""
    parts = ["# Quiz\n"]
    for row, questions in bank.items():
        parts.append(f"## {row.heading}\n")
        answers = ["### Answers\n"]
        for number, question in enumerate(questions, start=1):
            lettered = list(zip(LETTERS, question.options, strict=False))
            options = [f"- {letter}. {option.text}" for letter, option in lettered]
            parts.append("\n".join([f"**{number}.** {question.text}\n", *options, ""]))
            right_first = sorted(lettered, key=lambda one: not one[1].is_right)
            (letter, right), *wrong = right_first
            reasons = [f"- Not {letter}: {option.reason}" for letter, option in wrong]
            answers.append("\n".join([f"**{number}. {letter}.** {right.reason}\n", *reasons, ""]))
        parts += answers
    return "\n".join(parts)


def moodle(bank: dict[Notebook, tuple[Question, ...]]) -> bytes:
    """Return a file in Moodle's own XML format, with a category for each notebook."""
    quiz = Element("quiz")
    for row, questions in bank.items():
        category = SubElement(quiz, "question", type="category")
        _text(SubElement(category, "category"), f"$course$/top/Memory Lab/{row.heading}")
        for question in questions:
            item = SubElement(quiz, "question", type="multichoice")
            _text(SubElement(item, "name"), f"{row.number} {question.name}")
            _text(SubElement(item, "questiontext", format="html"), _html(question.text))
            SubElement(item, "defaultgrade").text = "1"
            SubElement(item, "idnumber").text = question.name
            SubElement(item, "single").text = "true"
            SubElement(item, "shuffleanswers").text = "true"
            SubElement(item, "answernumbering").text = "ABCD"
            for option in question.options:
                fraction = "100" if option.is_right else "0"
                answer = SubElement(item, "answer", fraction=fraction, format="html")
                _text(answer, _html(option.text))
                _text(SubElement(answer, "feedback", format="html"), _html(option.reason))
    return _xml(quiz)


def _text(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = text


def canvas(row: Notebook, questions: tuple[Question, ...]) -> dict[str, bytes]:
    """Return the files of a package in QTI 1.2, as Canvas imports it: one quiz on one notebook."""
    root = Element("questestinterop", xmlns=QTI)
    assessment = SubElement(root, "assessment", ident=row.name, title=row.heading)
    section = SubElement(assessment, "section", ident="root_section")
    for question in questions:
        section.append(_canvas_item(question))
    manifest = Element("manifest", identifier=f"{row.name}_package", xmlns=PACKAGE)
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = "IMS Content"
    SubElement(metadata, "schemaversion").text = "1.1.3"
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    href = f"{row.name}/{row.name}.xml"
    quiz = SubElement(resources, "resource", identifier=row.name, type="imsqti_xmlv1p2", href=href)
    SubElement(quiz, "file", href=href)
    return {"imsmanifest.xml": _xml(manifest), href: _xml(root)}


def _canvas_item(question: Question) -> Element:
    """Return a question as QTI has it: what is shown, how it is marked, what each option says."""
    item = Element("item", ident=question.name, title=question.name)
    fields = SubElement(SubElement(item, "itemmetadata"), "qtimetadata")
    for label, entry in (("question_type", "multiple_choice_question"), ("points_possible", "1")):
        field = SubElement(fields, "qtimetadatafield")
        SubElement(field, "fieldlabel").text = label
        SubElement(field, "fieldentry").text = entry
    presentation = SubElement(item, "presentation")
    _material(presentation, question.text)
    response = SubElement(presentation, "response_lid", ident="response1", rcardinality="Single")
    choices = SubElement(response, "render_choice", shuffle="Yes")
    marking = SubElement(item, "resprocessing")
    score = {"varname": "SCORE", "vartype": "Decimal", "minvalue": "0", "maxvalue": "100"}
    SubElement(SubElement(marking, "outcomes"), "decvar", score)
    for place, option in enumerate(question.options, start=1):
        ident = f"{question.name}_{place}"
        _material(SubElement(choices, "response_label", ident=ident), option.text)
        feedback_of = {"feedbacktype": "Response", "linkrefid": f"{ident}_fb"}
        _condition(marking, ident, "Yes", "displayfeedback", **feedback_of)
        feedback = SubElement(item, "itemfeedback", ident=f"{ident}_fb")
        _material(SubElement(feedback, "flow_mat"), option.reason)
    (right,) = (n for n, option in enumerate(question.options, start=1) if option.is_right)
    action = _condition(marking, f"{question.name}_{right}", "No", "setvar", varname="SCORE")
    action.set("action", "Set")
    action.text = "100"
    return item


def _material(parent: Element, text: str) -> None:
    mattext = SubElement(SubElement(parent, "material"), "mattext", texttype="text/html")
    mattext.text = _html(text)


def _condition(parent: Element, ident: str, go_on: str, action: str, **attributes: str) -> Element:
    """Add what happens if the option ``ident`` was chosen; return the element of the action."""
    condition = SubElement(parent, "respcondition", {"continue": go_on})
    chosen = SubElement(SubElement(condition, "conditionvar"), "varequal", respident="response1")
    chosen.text = ident
    return SubElement(condition, action, attributes)


def _html(text: str) -> str:
    return MarkdownIt().render(text).strip()


def _xml(root: Element) -> bytes:
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def files(bank: dict[Notebook, tuple[Question, ...]]) -> dict[str, bytes]:
    """Return the bank in all three formats: the content of each file, by its path."""
    made = {"quiz.md": markdown(bank).encode(), "moodle.xml": moodle(bank)}
    for row, questions in bank.items():
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as package:
            for name, content in canvas(row, questions).items():
                package.writestr(zipfile.ZipInfo(name), content)  # no time: same bank, same bytes
        made[f"canvas/{row.stem}.zip"] = packed.getvalue()
    return made


def main(arguments: list[str] | None = None) -> int:
    """Write the quiz bank; return the exit status: 0 on success, 2 on wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tools.quiz")
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="default: all that have questions"
    )
    parser.add_argument("--out", type=Path, default=Path("quiz"), help="default: quiz")
    options = parser.parse_intermixed_args(arguments)
    try:
        bank = read_bank()
        rows = [row_of(file) for file in options.files] or list(bank)
    except ValueError as error:
        parser.error(str(error))
    if missing := [row.file for row in rows if row not in bank]:
        parser.error(f"no questions on {', '.join(missing)}; name notebooks of instructor/quiz/")
    for name, content in files({row: bank[row] for row in rows}).items():
        with write_atomically(options.out / name) as temporary:
            temporary.write_bytes(content)
        print(options.out / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
