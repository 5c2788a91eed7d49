import ast
import math
import re

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from analysis.figures.headings import HEADINGS, OF_TABLES
from analysis.figures.labels import format_number, heading, label, tick_format
from analysis.figures.words import LABELS
from analysis.study.design import ALPHA, FEWEST_JOINT, LEVEL
from analysis.study.errors import ExportError


def test_every_label_is_given_in_both_languages():
    assert [key for key, words in LABELS.items() if len(words) != 2 or not all(words)] == []
    assert list(LABELS) == sorted(LABELS)


def test_unknown_label_lists_the_allowed_and_the_nearest():
    with pytest.raises(
        ExportError, match=r"unknown label 'segmentss'.*\bmentions, .*Did you mean 'segments'"
    ):
        label("segmentss", "de")


def test_unknown_language_lists_the_allowed():
    with pytest.raises(ExportError, match=r"unknown language 'fr'. Allowed: de, en\."):
        label("outlet", "fr")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "digits", "german", "english"),
    [
        (0.5, None, "0,5", "0.5"),
        (1234, None, "1\N{NARROW NO-BREAK SPACE}234", "1,234"),
        (1234567.891, 2, "1\u202f234\u202f567,89", "1,234,567.89"),
        (-3.0, None, "−3", "−3"),
        (-0.0001, 2, "0,00", "0.00"),
        (0.1 + 0.2, None, "0,3", "0.3"),
        (1e-12, None, "0", "0"),
        (math.nan, 2, "–", "–"),
    ],
)  # fmt: skip
def test_numbers_as_the_languages_write_them(value, digits, german: str, english: str):
    assert format_number(value, "de", digits=digits) == german
    assert format_number(value, "en", digits=digits) == english


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_german_number_reads_back(value: float, digits: int):
    text = format_number(value, "de", digits=digits)
    back = text.replace("\N{NARROW NO-BREAK SPACE}", "").replace(",", ".").replace("−", "-")
    assert float(back) == pytest.approx(float(f"{value:.{digits}f}"))
    assert "-" not in text
    assert "." not in text


def test_ticks_are_numbers_of_the_language():
    assert [tick_format("de")(x, 0) for x in (0, 2500, 0.25)] == ["0", "2\u202f500", "0,25"]


def test_every_heading_is_given_in_both_languages_and_sorted():
    for words in (HEADINGS, *OF_TABLES.values()):
        assert [key for key, texts in words.items() if len(texts) != 2 or not all(texts)] == []
    assert list(HEADINGS) == sorted(HEADINGS)


def test_no_text_freezes_a_number_that_a_parameter_or_constant_sets():
    frozen = re.compile(r"\d+[  -]?%|[0]?[.,]\d|\b(ab|unter|below|from) \d")
    texts = [text for words in (LABELS, HEADINGS, *OF_TABLES.values()) for text in words.values()]
    assert [text for both in texts for text in both if frozen.search(text)] == []
    assert label("value_interval", "de") == f"Wert mit {100 * LEVEL:g}-%-Intervall"
    assert label("keywords_words", "en").endswith(f"Bonferroni {ALPHA})")
    assert label("pair_refused", "en").startswith(f"below {FEWEST_JOINT}")


def test_a_column_with_more_than_one_meaning_has_no_heading_by_itself():
    sides = {"target": "Alaska 2025", "reference": "Helsinki 2018"}
    assert heading("weight", "de", table="03_polarity", sides=sides) == "Wiederholungen"
    assert heading("weight", "de", table="11_seeded_topics", sides=sides) == "Gewicht im Thema"
    assert heading("place", "de", table="03_position", sides=sides) == "Stelle im Artikel"
    for column in ("weight", "place", "target", "reference"):
        with pytest.raises(ExportError, match=f"no heading in table '10_x'.*'{column}'.*Add it"):
            heading(column, "de", table="10_x", sides=sides)


def test_headings_name_the_events_compared():
    sides = {"target": "Alaska 2025", "reference": "Helsinki 2018"}
    for language in ("de", "en"):
        named = [heading(column, language, sides=sides) for column in HEADINGS if column != "gold"]
        assert not [text for text in named if re.search("Ziel|Referenz|target|reference", text)]
        assert len({heading(f"n_{side}", language, sides=sides) for side in sides}) == 2
    with pytest.raises(ExportError, match="names the target of the comparison, which was not"):
        heading("n_target", "de", sides={})


def test_every_word_that_a_figure_asks_for_is_there():
    asked = set()
    for module in (ROOT / "analysis").rglob("*.py"):
        for call in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "word":
                asked |= set(_whole_keys(call.args[0]))
    assert len(asked) > 50
    assert asked - set(LABELS) == set()


def _whole_keys(argument: ast.expr) -> list[str]:
    """Give the keys that an argument names in full, also by a choice of two."""
    if isinstance(argument, ast.IfExp):
        return [*_whole_keys(argument.body), *_whole_keys(argument.orelse)]
    return [str(argument.value)] if isinstance(argument, ast.Constant) else []
