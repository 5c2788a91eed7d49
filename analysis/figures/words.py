"""The words of figures, tables and messages: sentences and headings by key, from ``words.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from analysis.figures.numbers import check_language, format_number
from analysis.study.design import ALPHA, FEWEST_JOINT, LEVEL, Frozen, Language, Name
from analysis.study.errors import ExportError, TableError, join_faults, unknown
from analysis.study.toml_files import describe_faults, read_toml

FILE = Path(__file__).with_name("words.toml")


class Text(Frozen):
    """One entry: what it says in German and in English."""

    de: Name
    en: Name


Texts = Mapping[str, Text]


class Words(Frozen):
    """All of ``words.toml``; the file says what its sections hold.

    Attributes
    ----------
    labels, headings : mapping of key, column to Text
        Words of figures; headings of the columns that mean the same in every table.
    tables : mapping of table, or the number of its notebook, to its headings
        They go before `headings`.
    reasons, rests_on : mapping of reason code, cell of rests_on to Text
        Why a number is missing; what an interval rests on.
    """

    labels: Texts
    headings: Texts
    tables: Mapping[str, Texts]
    reasons: Texts
    rests_on: Texts


@cache
def read_words(path: Path = FILE) -> Words:
    """Read the words, once.

    Raises
    ------
    ExportError
        If a key stands twice, or an entry lacks a language or has another key.

    Examples
    --------
    >>> read_words().labels["topic"].en
    'topic'
    """
    table = read_toml(path, ExportError)
    try:
        return Words.model_validate(table)
    except ValidationError as fault:
        raise ExportError(join_faults(path.name, describe_faults(fault, table, Words))) from None


def label(key: str, language: Language) -> str:
    """Give the word of a figure for a key of the section labels.

    Raises
    ------
    ExportError
        If the key or the language is unknown; with all allowed ones.

    Examples
    --------
    >>> label("topic", "de"), label("topic", "en")
    ('Thema', 'topic')
    """
    check_language(language)
    known = read_words().labels
    if key not in known:
        raise ExportError(f"words.toml: {unknown('label', key, known)}")
    return _say(known[key], language)


def heading(column: str, language: Language, *, table: str = "", sides: Mapping[str, str]) -> str:
    """Give the heading of a column of a result table.

    Parameters
    ----------
    column : str
        Name of the column.
    language : {"de", "en"}
        Of the heading.
    table : str
        Name of the table, such as ``03_breakdowns``: what a column means can depend on it.
    sides : mapping
        The names of the events compared, by ``target`` and ``reference``.

    Raises
    ------
    ExportError
        If the column has no heading in this table, or the heading names events not given.

    Examples
    --------
    >>> heading("n_target", "de", sides={"target": "Alaska 2025"})
    'n Alaska 2025'
    >>> heading("weight", "de", table="11_seeded_topics", sides={})
    'Gewicht im Thema'
    """
    check_language(language)
    words = read_words()
    known = {**words.headings, **words.tables.get(table[:2], {}), **words.tables.get(table, {})}
    if column not in known:
        found = unknown("column", column, known)
        raise ExportError(
            f"words.toml: no heading in table {table!r}: {found} Add it there, or pass `headings`;"
            " put verdicts into words first with `word_reasons`."
        )
    text = _say(known[column], language)
    for side in ("target", "reference"):
        if f"{{{side}}}" in text and side not in sides:
            raise ExportError(
                f"words.toml: the heading of {column!r} names the {side} of the comparison, which"
                " was not given; export with the workbench, or pass `headings`"
            )
        text = text.replace(f"{{{side}}}", sides.get(side, ""))
    return text


def word_reason(code: str, values: str, language: Language) -> str:
    """Say why a number is missing.

    Parameters
    ----------
    code, values : str
        The cells reason_code and reason_values of a result table.
    language : {"de", "en"}
        Of the sentence and its numbers.

    Raises
    ------
    TableError
        If the code has no sentence, or the sentence not as many places as there are values.

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


def word_basis(rests_on: str, language: Language) -> str:
    """Say what an interval rests on.

    Raises
    ------
    TableError
        If no entry has the cell for its key.

    Examples
    --------
    >>> word_basis("no interval", "de")
    'kein Intervall'
    """
    return _sentence("rests_on", rests_on, language)


def _sentence(section: str, key: str, language: Language) -> str:
    check_language(language)
    known: Texts = getattr(read_words(), section)
    if key not in known:
        raise TableError(f"words.toml: [{section}] has no words for {key!r}; add it there")
    return known[key].de if language == "de" else known[key].en


def _say(text: Text, language: Language) -> str:
    """Put the study's constants into a text; what stands there by number is left."""
    said = text.de if language == "de" else text.en
    for name, value in (("level", 100 * LEVEL), ("alpha", ALPHA), ("few", FEWEST_JOINT)):
        said = said.replace(f"{{{name}}}", format_number(value, language))
    return said
