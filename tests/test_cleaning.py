"""Boilerplate is marked, never cut."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.corpus.cleaning import (
    Rule,
    Span,
    find_boilerplate,
    join_spans,
    read_boilerplate,
    trim,
    without,
)
from analysis.study.errors import SourceError

ROOT = Path(__file__).resolve().parents[1]
RULES = read_boilerplate(ROOT / "data" / "lexicons" / "boilerplate.toml")


def marked(text: str) -> list[tuple[str, str]]:
    return [(span.rule, text[span.begin : span.end]) for span in find_boilerplate(text, RULES)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_matches_its_example(rule: Rule) -> None:
    assert rule.regex.search(rule.example.lstrip("\n"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" date 2019-05-08 Der Gipfel.", [("file-date", " date 2019-05-08 ")]),
        (" date 2019-05 Der Gipfel.", [("file-date", " date 2019-05 ")]),
        ("Ein Satz. date 2019-05-08 steht hier.", []),
        ("DruckenTeilen\nText.", [("share-buttons", "DruckenTeilen")]),
        ("Das Drucken und Teilen kostet.", []),
        ("Fotostrecke ansehenDie Bahn", [("gallery-link", "Fotostrecke ansehen")]),
        ("Bild: Erika Muster", [("picture-line", "Bild: Erika Muster")]),
        ("Sie malt ein Bild: den Hafen.", []),
        ("Der Hafen © Muster\nText", [("picture-copyright", "© Muster")]),
        ("Das Schloss (Foto: E. Muster)", [("picture-source", "(Foto: E. Muster)")]),
        ("Das Schloss (Foto: alt) steht.", []),
        ("Muster Beispiel\n© Agentur\nText", [("picture-alternative", "Muster Beispiel\n")]),
        ("Ein Satz.\n© Agentur", [("picture-copyright", "© Agentur")]),
        ("Fehler im Artikel gefunden? Ja!", [("report-error", "Fehler im Artikel gefunden? Ja!")]),
        ("hafen-1.jpg Der Hafen", [("picture-file", "hafen-1.jpg")]),
        ("31.05.2019, 12:30 Uhr | ag", [("dateline", "31.05.2019, 12:30 Uhr | ag")]),
        ("Um 12:30 Uhr am 31.05.2019, sagt sie.", []),
    ],
)
def test_interface_words_are_marked_and_sentences_are_not(
    text: str, found: list[tuple[str, str]]
) -> None:
    assert marked(text)[: len(found) or None] == found


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["windows", "old-mac"])
def test_other_line_ends_are_matched_alike(end: str) -> None:
    lines = ["Text.", "DruckenTeilen", "Bild: Muster", "Ein Haus", "© Agentur", "Text."]
    text = end.join(lines)
    found = find_boilerplate(text, RULES)
    wanted = [(s.rule, s.begin, s.end) for s in find_boilerplate("\n".join(lines), RULES)]
    assert [span.rule for span in found] == [rule for rule, _, _ in wanted]
    for span, (_, begin, last) in zip(found, wanted, strict=True):
        held = text[span.begin : span.end].replace(end, "\n")
        assert held == "\n".join(lines)[begin:last]


def test_a_match_of_white_space_is_no_boilerplate() -> None:
    assert find_boilerplate("a \n b", [Rule(id="blank", pattern=r"\s+", example=" ")]) == []


def write(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "boilerplate.toml"
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("pattern = '('", ["[[rule]] 1 'a', key 'pattern': not a regular expression", "came: '('"]),
        ("patern = 'x'", ["key 'patern': unknown key", "Did you mean 'pattern'?"]),
        ("patern = 'x'", ["missing key 'pattern'"]),
    ],
)
def test_a_fault_of_a_rule_is_named(tmp_path: Path, rule: str, said: list[str]) -> None:
    path = write(tmp_path, f"[[rule]]\nid = 'a'\n{rule}\nexample = ''\n")
    with pytest.raises(SourceError) as caught:
        read_boilerplate(path)
    assert all(one in str(caught.value) for one in said)


def test_the_list_may_be_empty_and_not_missing(tmp_path: Path) -> None:
    assert read_boilerplate(write(tmp_path, "")) == ()
    with pytest.raises(SourceError, match="no such file"):
        read_boilerplate(tmp_path / "none.toml")


spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 10)).map(lambda t: Span(t[0], t[0] + t[1], "r")),
    max_size=8,
)


@given(spans=spans)
def test_joined_spans_cover_the_same_and_do_not_overlap(spans: list[Span]) -> None:
    joined = join_spans(spans)
    covered = {at for span in spans for at in range(span.begin, span.end)}
    assert {at for span in joined for at in range(span.begin, span.end)} == covered
    assert all(a.end <= b.begin for a, b in itertools.pairwise(joined))


@given(
    spans=spans,
    text=st.text(alphabet="ab \n", min_size=50, max_size=50),
    begin=st.integers(0, 50),
    length=st.integers(0, 50),
)
def test_what_remains_is_all_that_is_not_marked(
    spans: list[Span], text: str, begin: int, length: int
) -> None:
    end, joined = min(50, begin + length), join_spans(spans)
    pieces = without(begin, end, joined, text)
    kept = [at for first, last in pieces for at in range(first, last)]
    marks = {at for span in joined for at in range(span.begin, span.end)}
    letters = [at for at in range(begin, end) if at not in marks and not text[at].isspace()]
    assert [at for at in kept if not text[at].isspace()] == letters
    assert all(text[first:last] == text[first:last].strip() for first, last in pieces)


@given(text=st.text(alphabet="a \t\r\n\u00a0", max_size=12))
def test_trimming_is_stripping(text: str) -> None:
    begin, end = trim(0, len(text), text)
    assert text[begin:end] == text.strip()
