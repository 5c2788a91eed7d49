"""Finding what is not text of an article: interface words, credits, marks of posts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import Field, field_validator

from analysis.study.design import Frozen, Id
from analysis.study.errors import SourceError
from analysis.study.text_files import read_toml, validate


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of a file, half-open, with the rule that marked it."""

    begin: int
    end: int
    rule: str


class Rule(Frozen):
    """One pattern of ``data/lexicons/boilerplate.toml`` with an example that it matches."""

    id: Id
    pattern: str
    example: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as fault:
            raise ValueError(f"not a regular expression: {fault}") from None
        return value

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern, compiled so that ^ and $ match at line ends."""
        return re.compile(self.pattern, re.MULTILINE)


class Boilerplate(Frozen):
    """All patterns."""

    rules: tuple[Rule, ...] = Field(alias="rule", default=())


def read_boilerplate(path: Path) -> tuple[Rule, ...]:
    r"""Read the patterns of boilerplate; raises `SourceError` with every fault of the file.

    Examples
    --------
    >>> from analysis.study.paths import find_layout
    >>> rules = read_boilerplate(find_layout().lexicons / "boilerplate.toml")
    >>> all(rule.regex.search(rule.example.strip("\n")) for rule in rules)
    True
    """
    table = read_toml(path, SourceError)
    return validate(table, Boilerplate, SourceError, str(path)).rules


def find_boilerplate(text: str, rules: Sequence[Rule]) -> list[Span]:
    """Mark what the patterns match, disjoint and in the order of the text.

    Examples
    --------
    >>> rule = Rule(id="credit", pattern="©.*$", example="© A")
    >>> find_boilerplate("Ein Bild © Muster", [rule])
    [Span(begin=9, end=17, rule='credit')]
    """
    plain, at = _with_plain_line_ends(text)
    spans = [
        Span(at[match.start()], at[match.end() - 1] + 1, rule.id)
        for rule in rules
        for match in rule.regex.finditer(plain)
        if match.group().strip()
    ]
    return join_spans(spans)


def _with_plain_line_ends(text: str) -> tuple[str, Sequence[int]]:
    r"""Return the text with ``\n`` as its only line end, and where each character stood.

    The patterns know no other line end: ``$`` does not match before ``\r\n``.
    """
    if "\r" not in text:
        return text, range(len(text))
    at = [i for i in range(len(text)) if not text.startswith("\r\n", i)]
    return "".join(text[i] for i in at).replace("\r", "\n"), at


def join_spans(spans: Iterable[Span]) -> list[Span]:
    """Join spans that overlap, so that no character is marked twice."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.begin < joined[-1].end:
            last = joined[-1]
            joined[-1] = Span(last.begin, max(last.end, span.end), last.rule)
        else:
            joined.append(span)
    return joined


def without(begin: int, end: int, spans: Sequence[Span], text: str) -> list[tuple[int, int]]:
    """Return what remains of a stretch without the marked spans, trimmed, blanks left out."""
    pieces, at = [], begin
    for span in spans:
        if span.end <= begin or span.begin >= end:
            continue
        pieces.append((at, max(at, span.begin)))
        at = max(at, span.end)
    pieces.append((at, end))
    trimmed = [trim(first, min(last, end), text) for first, last in pieces]
    return [(first, last) for first, last in trimmed if first < last]


def trim(begin: int, end: int, text: str) -> tuple[int, int]:
    """Move the ends of a stretch inwards over white space."""
    piece = text[begin:end]
    stripped = piece.strip()
    first = begin + len(piece) - len(piece.lstrip()) if stripped else begin
    return first, first + len(stripped)
