"""The signs that a query is made of: strings, words, marks, braces."""

from __future__ import annotations

import re
from typing import NamedTuple

from analysis.concordance.grammar import fault_at
from analysis.study.errors import QueryError

LEXEME = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?P<flags>%\w*)?
      |(?P<braces>\{[^{}]*\})
      |(?P<mark>!=|[][()&|!=?*+])
      |(?P<word>[^][(){}&|!=?*+"'%\s]+)
      |(?P<wrong>\S)""",
    re.VERBOSE | re.DOTALL,
)


class Lexeme(NamedTuple):
    """One sign of a query: its kind, its text, where it stands."""

    kind: str
    text: str
    at: int
    flags: str = ""


def find_lexemes(text: str) -> list[Lexeme]:
    """Cut a query into signs; white space parts them and means nothing else.

    Raises
    ------
    QueryError
        At a character that begins no sign, such as a quotation mark that is not closed.

    Examples
    --------
    >>> [lexeme.text for lexeme in find_lexemes('[lemma="Deal"]{2}')]
    ['[', 'lemma', '=', '"Deal"', ']', '{2}']
    """
    found = []
    for match in LEXEME.finditer(text):
        kind = match.lastgroup or ""
        if kind == "wrong":
            raise _wrong(text, match.start())
        kind = "string" if kind == "flags" else kind
        found.append(Lexeme(kind, match[kind], match.start(), match["flags"] or ""))
    return found


def _wrong(text: str, at: int) -> QueryError:
    said = {
        '"': "a quotation mark that is not closed",
        "'": "a quotation mark that is not closed",
        "{": "braces that are not closed; wanted {2} or {0,3}",
        "%": 'flags belong behind a string, as in "deal"%c',
    }
    return fault_at(text, at, said.get(text[at], f"{text[at]!r} has no meaning here"))
