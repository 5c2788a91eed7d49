"""What figures, tables and messages say: words by key, from ``words.toml``, and numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from matplotlib.ticker import FuncFormatter

from analysis.study.design import ALPHA, FEWEST_JOINT, LEVEL, Frozen, Language, Name
from analysis.study.errors import ExportError, TableError, unknown
from analysis.study.text_files import read_toml, validate
from analysis.tables.cells import rounded

FILE = Path(__file__).with_name("words.toml")
LANGUAGES: tuple[Language, ...] = ("de", "en")
MINUS, NARROW_SPACE = "\N{MINUS SIGN}", "\N{NARROW NO-BREAK SPACE}"


class Text(Frozen):
    """One entry: what it says in German and in English."""

    de: Name
    en: Name

    def say(self, language: Language) -> str:
        """Return the text in a language, with the study's constants put in."""
        check_language(language)
        said = self.de if language == "de" else self.en
        for name, value in (("level", 100 * LEVEL), ("alpha", ALPHA), ("few", FEWEST_JOINT)):
            said = said.replace(f"{{{name}}}", format_number(value, language))
        return said


Texts = Mapping[str, Text]


class Words(Frozen):
    """All of ``words.toml``; the file says what its sections hold.

    Attributes
    ----------
    labels, headings : mapping of key, column to Text
        Words of figures; headings of the columns that mean the same in every table.
    tables : mapping of table, or the number of its notebook, to its headings
        They go before `headings`.
    reasons, interval_basis : mapping of reason code, cell of interval_basis to Text
        Why a number is missing; what an interval rests on.
    """

    labels: Texts
    headings: Texts
    tables: Mapping[str, Texts]
    reasons: Texts
    interval_basis: Texts


@cache
def read_words(path: Path = FILE) -> Words:
    """Read the words, once.

    Raises `ExportError` if a key stands twice, or an entry lacks a language or has another key.
    """
    return validate(read_toml(path, ExportError), Words, ExportError, path.name)


def label(key: str, language: Language) -> str:
    """Return the word of a figure for a key of the section labels.

    Raises `ExportError` if the key or the language is unknown; with all allowed ones.
    """
    known = read_words().labels
    if key not in known:
        raise ExportError(f"words.toml: {unknown('label', key, known)}")
    return known[key].say(language)


def heading(column: str, language: Language, *, table: str = "", sides: Mapping[str, str]) -> str:
    """Return the heading of a column of a result table.

    What a column means can depend on the table, such as ``03_breakdowns``. ``sides`` has the names
    of the events compared, by ``target`` and ``reference``. Raises `ExportError` if the column has
    no heading in this table, or the heading names events that are not given.

    Examples
    --------
    >>> heading("n_target", "de", sides={"target": "Alaska 2025"})
    'n Alaska 2025'
    >>> heading("weight", "de", table="11_seeded_topics", sides={})
    'Gewicht im Thema'
    """
    words = read_words()
    known = {**words.headings, **words.tables.get(table[:2], {}), **words.tables.get(table, {})}
    if column not in known:
        found = unknown("column", column, known)
        raise ExportError(
            f"words.toml: no heading in table {table!r}: {found} Add it there, or pass `headings`;"
            " put verdicts into words first with `word_reasons`."
        )
    text = known[column].say(language)
    for side in ("target", "reference"):
        if f"{{{side}}}" in text and side not in sides:
            raise ExportError(
                f"words.toml: the heading of {column!r} names the {side} of the comparison, which"
                " was not given; export with the workbench, or pass `headings`"
            )
        text = text.replace(f"{{{side}}}", sides.get(side, ""))
    return text


def word_reason(code: str, values: str, language: Language) -> str:
    """Return the sentence for the cells reason_code and reason_values of a result table.

    Raises `TableError` if the code has no sentence, or the sentence not as many places as there
    are values.

    Examples
    --------
    >>> word_reason("p_floor_too_high", "0.1;0.05", "de")
    'der kleinste p-Wert, den diese Dokumente geben können, ist 0,1 (über 0,05)'
    """
    text = _sentence("reasons", code, language)
    numbers = [format_number(float(value), language) for value in values.split(";") if value]
    if text.count("{") != len(numbers):
        raise TableError(
            f"words.toml: the reason {code!r} has {text.count('{')} places; came {values!r}"
        )
    return text.format(*numbers)


def word_basis(interval_basis: str, language: Language) -> str:
    """Say what an interval rests on; raises `TableError` if no entry has the cell for its key."""
    return _sentence("interval_basis", interval_basis, language)


def _sentence(section: str, key: str, language: Language) -> str:
    known: Texts = getattr(read_words(), section)
    if key not in known:
        raise TableError(f"words.toml: [{section}] has no words for {key!r}; add it there")
    return known[key].say(language)


def check_language(language: str) -> None:
    """Raise `ExportError` unless figures speak a language."""
    if language not in LANGUAGES:
        raise ExportError(f"figures: {unknown('language', language, LANGUAGES)}")


def format_number(value: float, language: Language, *, digits: int | None = None) -> str:
    """Write a number as the language does, with a true minus sign; NaN gives an en dash.

    German has a decimal comma and a narrow no-break space between thousands. Without ``digits``
    there are as many decimal places as the number has, ten at most.

    Examples
    --------
    >>> format_number(-0.25, "de"), format_number(12345.678, "en", digits=1)
    ('−0,25', '12,345.7')
    """
    check_language(language)
    if math.isnan(value):
        return "–"
    value = value if isinstance(value, int) else rounded(value)
    text = f"{value:,.{10 if digits is None else digits}f}"
    if digits is None:
        # Without the noise of its last bits, as ticks at 0.1 + 0.2 have it.
        text = text.rstrip("0").removesuffix(".")
    if not any(digit in text for digit in "123456789"):
        text = text.removeprefix("-")
    if language == "de":
        text = text.translate({ord(","): NARROW_SPACE, ord("."): ","})
    return text.replace("-", MINUS)


def tick_format(language: Language) -> FuncFormatter:
    """Return the formatter of a numeric axis."""
    return FuncFormatter(lambda value, _position: format_number(value, language))
