"""Quotation marks: every style, nesting, marks without a partner, and any text at all."""

from __future__ import annotations

import pytest
from coding import assert_linear
from hypothesis import given
from hypothesis import strategies as st

from analysis.annotation.grammar.quotation import MARKS, Quotation, find_quotations
from analysis.annotation.tokens import Token

STYLES = ["„Es regnet“", "„Es regnet”", "»Es regnet«", "«Es regnet»", '"Es regnet"', "“Es regnet”",
          "‚Es regnet‘", "‘Es regnet’", "›Es regnet‹", "‹Es regnet›", "'Es regnet'"]  # fmt: skip


def tokenize(text: str) -> list[Token]:
    """Cut at spaces and marks: the pairing needs no more than forms and offsets."""
    tokens = []
    word = ""
    for offset, character in enumerate(f"{text} "):
        cut = character.isspace() or character in MARKS or character in ".,:!?"
        if cut and word:
            tokens.append(plain(offset - len(word), word))
            word = ""
        if not cut:
            word += character
        elif not character.isspace():
            tokens.append(plain(offset, character))
    return tokens


def plain(begin: int, form: str) -> Token:
    return Token(begin, begin + len(form), form, form, "XY", form, ())


def quoted(text: str, *, continues: bool = False) -> list[str]:
    tokens = tokenize(text)
    pairs, _ = find_quotations(tokens, continues=continues)
    return [text[tokens[pair.first].begin : tokens[pair.last].end] for pair in pairs]


@pytest.mark.parametrize("quotation", STYLES)
def test_every_style(quotation: str) -> None:
    assert quoted(f"Sie sagt: {quotation}, und geht.") == [quotation]


NESTED = ["„Er rief ‚Halt‘ und lief“", "»Er rief ›Halt‹ und lief«", "„Er rief „Halt“ und lief“",
          "\"Er rief 'Halt' und lief\"", "«Er rief ‹Halt› und lief»"]  # fmt: skip


@pytest.mark.parametrize("outer", NESTED)
def test_nested(outer: str) -> None:
    assert quoted(f"So war es: {outer}.") == [outer, outer.split()[2]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('Er nannte es "gut" und "richtig".', ['"gut"', '"richtig"']),
        ("Wie geht’s dem Chef? Das weiß Hans’ Frau.", []),
        ('Ein 5" großes Telefon. Sie sagte: "Ja." Dann ging sie.', ['"Ja."']),
        ("Das war es“, sagte sie. „Ja“, sagte er.", ["„Ja“"]),
    ],
    ids=["two", "apostrophe", "without-partner", "stray-closing"],
)
def test_marks_pair_with_their_own_partner_only(text: str, wanted: list[str]) -> None:
    assert quoted(text) == wanted


def test_a_quotation_may_run_over_segments() -> None:
    tokens = tokenize("Sie sagte: „Es regnet. Es schneit.")
    pairs, runs_on = find_quotations(tokens)
    assert runs_on
    assert pairs == [Quotation(3, len(tokens) - 1, 0, -1, closed=False)]
    assert quoted("Und es hagelt“, schloss sie.", continues=True) == ["Und es hagelt“"]
    assert quoted("Und es hagelt“, schloss sie.") == []


def test_a_segment_cannot_upset_another() -> None:
    """An odd number of straight marks in one segment must not turn the next inside out."""
    _, runs_on = find_quotations(tokenize('Er sprach von "Unfug und ging.'))
    assert not runs_on
    assert quoted('Die Antwort: "Es gibt keinen Kuchen!"') == ['"Es gibt keinen Kuchen!"']


texts = st.text(
    alphabet=st.sampled_from([*sorted(MARKS), " ", "a", "B", ".", ",", ":", "\n"]), max_size=60
)


@given(texts, st.booleans())
def test_pairs_are_valid_and_nested(text: str, continues: bool) -> None:
    tokens = tokenize(text)
    pairs, _ = find_quotations(tokens, continues=continues)
    assert pairs == sorted(pairs, key=lambda pair: (pair.first, -pair.last))
    for index, pair in enumerate(pairs):
        assert 0 <= pair.first <= pair.last < len(tokens)
        for other in pairs[index + 1 :]:
            apart = other.first > pair.last
            inside = other.last <= pair.last
            assert apart or inside
        if pair.parent >= 0:
            parent = pairs[pair.parent]
            assert parent.first <= pair.first
            assert pair.last <= parent.last
            assert pair.depth == parent.depth + 1
        else:
            assert pair.depth == 0


@pytest.mark.parametrize("unit", ["„a ", "»b« ", '"c" d ', "„‚e "])
def test_time_is_linear(unit: str) -> None:
    assert_linear(find_quotations, [tokenize(unit * n_times) for n_times in (100, 1000)])
