import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import ExportError
from analysis.presentation.labels import format_number, label, tick_format
from analysis.presentation.words import LABELS


def test_every_label_is_given_in_both_languages():
    assert [key for key, words in LABELS.items() if len(words) != 2 or not all(words)] == []
    assert list(LABELS) == sorted(LABELS)


def test_unknown_label_lists_the_allowed_and_the_nearest():
    with pytest.raises(
        ExportError, match=r"unknown label 'outlett'.*\bevent, .*Did you mean 'outlet'"
    ):
        label("outlett", "de")


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
