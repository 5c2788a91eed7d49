"""What a query is made of once it is read: tests of one token, and sequences of tokens."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.study.errors import QueryError

#: What a token can be asked for, then short names for two of them.
ATTRIBUTES = (
    "form", "frame", "head", "lemma", "part", "polarity", "pos", "speaker", "target", "tier",
    "voice", "zone",
)  # fmt: skip
ALIASES = {"word": "form", "tag": "pos"}
UNITS = {"s": "sentence", "sentence": "sentence", "segment": "segment"}
#: How much of a long query a message shows to either side of the fault.
SHOWN = 60


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


def fault_at(text: str, at: int, said: str) -> QueryError:
    r"""Make the error that points at a place in a query.

    Examples
    --------
    >>> print(fault_at("[lema='x']", 1, "unknown attribute 'lema'"))
    query: unknown attribute 'lema'
      [lema='x']
       ^
    """
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
