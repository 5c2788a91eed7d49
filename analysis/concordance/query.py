"""Queries: the small language of docs/reference/query-language.md, close to CQL.

A query is read into tests of one token (conditions) and sequences of tokens (patterns).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from analysis.study.errors import QueryError, unknown

Kind = TypeVar("Kind")
#: What a token can be asked for, then short names for two of them.
ATTRIBUTES = (
    "form", "frame", "head", "lemma", "part", "polarity", "pos", "speaker", "about", "tier",
    "voice", "zone",
)  # fmt: skip
ALIASES = {"word": "form", "tag": "pos"}
UNITS = {"s": "sentence", "sentence": "sentence", "segment": "segment"}
#: How much of a long query a message shows to either side of the fault.
SHOWN = 60
#: Bounds that keep every query finite: letters, brackets in brackets, tests written out.
LONGEST_QUERY, DEEPEST, LARGEST = 1000, 20, 500
#: What * and + stand for at most, and the highest number in braces.
OFTEN, MOST_OFTEN = 20, 100
REPEATS = {"?": (0, 1), "*": (0, OFTEN), "+": (1, OFTEN)}
PLAIN = re.compile(r"[^\\.^$*+?{}\[\]|()]*")
#: The signs that a query is made of; white space parts them and means nothing else.
LEXEME = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?P<flags>%\w*)?
      |(?P<braces>\{[^{}]*\})
      |(?P<mark>!=|[][()&|!=?*+])
      |(?P<word>[^][(){}&|!=?*+"'%\s]+)
      |(?P<wrong>\S)""",
    re.VERBOSE | re.DOTALL,
)
#: What a message says of a character that begins no sign.
WRONG = dict.fromkeys("\"'", "a quotation mark that is not closed") | {
    "{": "braces that are not closed; wanted {2} or {0,3}",
    "%": 'flags belong behind a string, as in "deal"%c',
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One attribute compared with one pattern; ``at`` is where the pattern stands."""

    attribute: str
    pattern: str
    literal: bool
    ignore_case: bool
    negated: bool
    at: int


@dataclass(frozen=True, slots=True)
class Not:
    """A condition that must not hold."""

    inner: Condition


@dataclass(frozen=True, slots=True)
class All:
    """Conditions that must all hold; without any, every token does."""

    inner: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """Conditions of which one must hold."""

    inner: tuple[Condition, ...]


Condition = Comparison | Not | All | Any


@dataclass(frozen=True, slots=True)
class Row:
    """One thing after the other."""

    inner: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing or another."""

    inner: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A thing from ``low`` to ``high`` times in a row."""

    inner: Pattern
    low: int
    high: int


#: A condition alone asks for one token.
Pattern = Condition | Row | Choice | Repeat


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was typed, and what it means; ``unit`` is what no hit may cross."""

    text: str
    pattern: Pattern
    unit: str


class Lexeme(NamedTuple):
    """One sign of a query: its kind, its text, where it stands, the flags of a string."""

    kind: str
    text: str
    at: int
    flags: str = ""


def parse_query(text: str) -> Query:
    """Read a query, such as ``[lemma="Deal"]``.

    Raises
    ------
    QueryError
        If it does not parse, could match nothing at all, or asks for more than
        `LARGEST` tokens; a line with a caret points at the place.

    Examples
    --------
    >>> parse_query('"kein.*" []{0,3} [lemma="Deal"] within s').unit
    'sentence'
    """
    if len(text) > LONGEST_QUERY:
        raise QueryError(f"query: wanted at most {LONGEST_QUERY} letters, came {len(text)}")
    unit, lexemes = _unit(_lexemes(text), text)
    reader = _Reader(text, lexemes)
    pattern = reader.choice()
    if (left := reader.peek()) is not None:
        raise fault_at(text, left.at, f"wanted a token or the end, came {left.text!r}")
    if shortest(pattern) == 0:
        raise fault_at(text, 0, "it can match nothing at all; wanted a token that must be there")
    if (asked := size(pattern)) > LARGEST:
        said = f"written out it asks for {asked} tokens, wanted at most {LARGEST}"
        raise fault_at(text, 0, f"{said}; lower the numbers in braces")
    return Query(text, pattern, unit)


def _lexemes(text: str) -> list[Lexeme]:
    found = []
    for match in LEXEME.finditer(text):
        kind, at = match.lastgroup or "", match.start()
        if kind == "wrong":
            raise fault_at(text, at, WRONG.get(text[at], f"{text[at]!r} has no meaning here"))
        kind = "string" if kind == "flags" else kind
        found.append(Lexeme(kind, match[kind], at, match["flags"] or ""))
    return found


def _unit(lexemes: list[Lexeme], text: str) -> tuple[str, list[Lexeme]]:
    """Take ``within s`` from the end."""
    last = lexemes[-2:]
    if len(lexemes) < 3 or (last[0].kind, last[0].text) != ("word", "within"):
        return "segment", lexemes
    if last[1].text not in UNITS:
        raise fault_at(text, last[1].at, unknown("unit", last[1].text, UNITS))
    return UNITS[last[1].text], lexemes[:-2]


class _Reader:
    """Reads lexemes from left to right, one step of the grammar per method."""

    def __init__(self, text: str, lexemes: list[Lexeme]) -> None:
        self.text, self.lexemes, self.next, self.depth = text, lexemes, 0, 0

    def peek(self) -> Lexeme | None:
        return self.lexemes[self.next] if self.next < len(self.lexemes) else None

    def take(self, *texts: str) -> Lexeme | None:
        """Take the next lexeme if it is one of these marks."""
        here = self.peek()
        if here is None or here.kind != "mark" or here.text not in texts:
            return None
        self.next += 1
        return here

    def wanted(self, what: str) -> QueryError:
        here = self.peek()
        at, came = (here.at, repr(here.text)) if here else (len(self.text), "the end")
        return fault_at(self.text, at, f"wanted {what}, came {came}")

    def deeper(self, read: Callable[[], Kind]) -> Kind:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wanted(f"at most {DEEPEST} brackets in brackets")
        found = read()
        self.depth -= 1
        return found

    def closed(self, found: Kind, by: str, wanted: str) -> Kind:
        if not self.take(by):
            raise self.wanted(wanted)
        return found

    def parted(
        self, by: str, read: Callable[[], Kind], kind: Callable[[tuple[Kind, ...]], Kind]
    ) -> Kind:
        found = [read()]
        while self.take(by):
            found.append(read())
        return found[0] if len(found) == 1 else kind(tuple(found))

    def choice(self) -> Pattern:
        return self.parted("|", self.row, Choice)

    def row(self) -> Pattern:
        items = [self.item()]
        while (here := self.peek()) and (here.kind != "mark" or here.text in "[("):
            items.append(self.item())
        return items[0] if len(items) == 1 else Row(tuple(items))

    def item(self) -> Pattern:
        found = self.atom()
        if mark := self.take(*REPEATS):
            return Repeat(found, *REPEATS[mark.text])
        here = self.peek()
        if here is None or here.kind != "braces":
            return found
        self.next += 1
        return Repeat(found, *self.bounds(here))

    def atom(self) -> Pattern:
        if self.take("("):
            return self.closed(self.deeper(self.choice), ")", "')'")
        if self.take("["):
            return All() if self.take("]") else self.closed(self.any_of(), "]", "'&', '|' or ']'")
        return self.value("form", negated=False, what='a token: word, "string" or [...]')

    def bounds(self, braces: Lexeme) -> tuple[int, int]:
        found = re.fullmatch(r"\{\s*(\d{1,9})\s*(,\s*(\d{1,9})?\s*)?\}", braces.text, re.ASCII)
        if found is None:
            raise fault_at(self.text, braces.at, "wanted {2}, {0,3} or {1,}")
        low = int(found[1])
        high = int(found[3]) if found[3] else (max(low, OFTEN) if found[2] else low)
        if not max(low, 1) <= high <= MOST_OFTEN:
            said = f"wanted low,high with high from 1 to {MOST_OFTEN} and not below low"
            raise fault_at(self.text, braces.at, said)
        return low, high

    def any_of(self) -> Condition:
        return self.parted("|", self.all_of, Any)

    def all_of(self) -> Condition:
        return self.parted("&", self.negation, All)

    def negation(self) -> Condition:
        if self.take("!"):
            return Not(self.deeper(self.negation))
        if self.take("("):
            return self.closed(self.deeper(self.any_of), ")", "'&', '|' or ')'")
        return self.test()

    def test(self) -> Condition:
        here = self.peek()
        if here is None or here.kind != "word":
            raise self.wanted("an attribute, such as lemma")
        name = ALIASES.get(here.text, here.text)
        if name not in ATTRIBUTES:
            said = unknown("attribute", here.text, (*ATTRIBUTES, *ALIASES))
            raise fault_at(self.text, here.at, said)
        self.next += 1
        sign = self.take("=", "!=")
        if sign is None:
            raise self.wanted("'=' or '!='")
        return self.value(name, negated=sign.text == "!=", what='a value, such as "Deal"')

    def value(self, attribute: str, *, negated: bool, what: str) -> Comparison:
        here = self.peek()
        if here is None or here.kind not in ("string", "word"):
            raise self.wanted(what)
        self.next += 1
        quoted, flags = here.kind == "string", here.flags[1:]
        if here.flags and (not flags or set(flags) - {"c", "l"}):
            said = "wanted %c (any case), %l (no regular expression) or both"
            raise fault_at(self.text, here.at + len(here.text), said)
        pattern = here.text[1:-1] if quoted else here.text
        if not pattern:
            raise fault_at(self.text, here.at, "an empty string matches no token")
        literal = not quoted or "l" in flags or PLAIN.fullmatch(pattern) is not None
        return Comparison(attribute, pattern, literal, "c" in flags, negated, here.at + quoted)


def fault_at(text: str, at: int, said: str) -> QueryError:
    """Make the error that points at a place in a query, by a caret in the line below it."""
    first = max(0, at - SHOWN)
    shown = "".join(c if c.isprintable() else " " for c in text[first : at + SHOWN])
    return QueryError(f"query: {said}\n  {shown}\n  {' ' * (at - first)}^")


def size(pattern: Pattern) -> int:
    """Count the tests of tokens that a pattern makes when its repetitions are written out."""
    match pattern:
        case Repeat(inner, _, high):
            return high * size(inner)
        case Row(inner) | Choice(inner):
            return sum(map(size, inner))
    return 1


def shortest(pattern: Pattern) -> int:
    """Count the tokens of the shortest match."""
    match pattern:
        case Repeat(inner, low, _):
            return low * shortest(inner)
        case Row(inner):
            return sum(map(shortest, inner))
        case Choice(inner):
            return min(map(shortest, inner))
    return 1


def comparisons(part: Pattern) -> list[Comparison]:
    """List the comparisons of a pattern, in the order of the query."""
    match part:
        case Comparison():
            return [part]
        case Not(one) | Repeat(one):
            return comparisons(one)
        case Row(inner) | Choice(inner) | All(inner) | Any(inner):
            return [test for one in inner for test in comparisons(one)]
