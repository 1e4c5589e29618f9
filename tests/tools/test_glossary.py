"""The glossary, its links, and the order of definitions and uses."""

from pathlib import Path

import nbformat
import pytest

from tools import glossary
from tools.glossary import TERMS, Term, first_faults, linked, pages
from tools.table import TRACKS, row_named

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LINK = "[belief](glossary.md#belief)"


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.term)
def test_each_term_has_a_core_notebook_and_is_found_in_its_own_spelling(term):
    assert row_named(term.where).track is TRACKS[0]
    assert 1 <= term.definition.count(". ") + 1 <= 3
    assert term.definition.endswith(".")
    for form in (term.term, *term.forms):
        assert term.pattern.search(f"Say the {form} here.")
        assert term.definition_pattern.search(f"It is a **{form}**.")


def test_no_two_terms_share_a_place():
    assert len({term.anchor for term in TERMS}) == len(TERMS)


def test_sources_have_two_sentences():
    for source in glossary.SOURCES:
        assert source["text"].count(". ") == 1, source["title"]


def test_stored_pages_are_up_to_date():
    for name, text in pages(NOTEBOOKS).items():
        assert (NOTEBOOKS / name).read_text(encoding="utf-8") == text, "run `make notebooks`"


def test_first_uses_are_linked_and_no_others():
    texts = ["Nothing.", "A belief, and the Belief again.", "More beliefs."]
    once = linked(texts, "recurrence")
    assert once == ["Nothing.", f"A {LINK}, and the Belief again.", "More beliefs."]
    assert linked(once, "recurrence") == once
    assert linked([f"New beliefs. {LINK}."], "recurrence") == [
        "New [beliefs](glossary.md#belief). belief."
    ]
    assert linked(once, "what_an_agent_cant_see") == texts  # it defines the term
    again = "Once more: a **belief** is this."
    assert linked([again, *texts], "recurrence") == [again, *texts]
    assert linked([*texts, again], "recurrence") == [*once, again]


@pytest.mark.parametrize(
    "text",
    [
        "`belief`",
        "<code>x.belief(1)</code>",
        "$belief$",
        "## A belief",
        "[the belief](01_what_an_agent_cant_see.ipynb)",
        "**belief**",
        "disbelief",
        "belief-like",
        "<!-- course -->\nbelief",
    ],
)
def test_what_is_no_prose_stays(text):
    assert linked([text], "recurrence") == [text]


def test_abbreviations_keep_their_capitals():
    term = Term("recurrent network", "recurrence", "…", ("RNN",))
    assert term.pattern.search("two RNNs")
    assert term.pattern.search("Recurrent\nnetworks")
    assert not term.pattern.search("rnn")


def write(folder: Path, name: str, *texts: str) -> None:
    """Store a notebook of a header and the given texts."""
    cells = [nbformat.v4.new_markdown_cell(text) for text in ("belief", *texts)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / row_named(name).file)


def test_terms_are_defined_before_they_are_used(tmp_path):
    belief = next(term.term for term in TERMS if term.term == "belief")
    write(tmp_path, "start_here", "A belief.")
    write(tmp_path, "recurrence", "A belief.")
    assert belief in first_faults(tmp_path)["start_here"]  # defined by a later notebook
    write(tmp_path, "start_here", "Nothing.")
    assert belief not in first_faults(tmp_path).get("recurrence", [])
    write(tmp_path, "what_an_agent_cant_see", f"A {LINK}.", "A **belief** is this.")
    assert belief in first_faults(tmp_path)["what_an_agent_cant_see"]
    write(tmp_path, "what_an_agent_cant_see", "A **belief** is this.", "A belief.")
    assert belief not in first_faults(tmp_path)["what_an_agent_cant_see"]
    write(tmp_path, "what_an_agent_cant_see", "A belief.")
    assert "belief (never)" in first_faults(tmp_path)["what_an_agent_cant_see"]
