"""Reading a query: the small language of docs/reference/query-language.md, close to CQL."""

from __future__ import annotations

import re

from analysis.concordance.grammar import (
    ALIASES,
    ATTRIBUTES,
    UNITS,
    All,
    Any,
    Choice,
    Comparison,
    Condition,
    Not,
    One,
    Pattern,
    Query,
    Repeat,
    Row,
    fault_at,
    shortest,
    size,
    unknown_at,
)
from analysis.concordance.lexing import Lexeme, find_lexemes
from analysis.study.errors import QueryError

#: Bounds that keep every query finite: letters, brackets in brackets, tests written out.
LONGEST_QUERY, DEEPEST, LARGEST = 1000, 20, 500
#: What * and + stand for at most, and the highest number in braces.
OFTEN, MOST_OFTEN = 20, 100
REPEATS = {"?": (0, 1), "*": (0, OFTEN), "+": (1, OFTEN)}
PLAIN = re.compile(r"[^\\.^$*+?{}\[\]|()]*")


def parse_query(text: str) -> Query:
    r"""Read a query.

    Parameters
    ----------
    text : str
        Such as ``[lemma="Deal"]`` or ``"kein.*" []{0,3} [lemma="Deal"] within s``.

    Returns
    -------
    Query
        What to look for.

    Raises
    ------
    QueryError
        If it does not parse, could match nothing at all, or asks for more than
        `LARGEST` tokens; a line with a caret points at the place.

    Examples
    --------
    >>> query = parse_query('"kein.*" []{0,3} [lemma="Deal"] within s')
    >>> query.unit, len(query.pattern.inner)
    ('sentence', 3)
    >>> parse_query('[lema="Deal"]')  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    analysis.study.errors.QueryError: query: unknown attribute 'lema'. Allowed: form, frame, ...
    """
    if len(text) > LONGEST_QUERY:
        raise QueryError(f"query: wanted at most {LONGEST_QUERY} letters, came {len(text)}")
    lexemes = find_lexemes(text)
    unit, lexemes = _unit(lexemes, text)
    reader = _Reader(text, lexemes)
    pattern = reader.choice(0)
    if (left := reader.peek()) is not None:
        raise fault_at(text, left.at, f"wanted a token or the end, came {left.text!r}")
    _check_size(pattern, text)
    return Query(text, pattern, unit)


def _unit(lexemes: list[Lexeme], text: str) -> tuple[str, list[Lexeme]]:
    """Take ``within s`` from the end."""
    last = lexemes[-2:]
    if len(lexemes) < 3 or (last[0].kind, last[0].text) != ("word", "within"):
        return "segment", lexemes
    if last[1].text not in UNITS:
        raise unknown_at(text, last[1].at, what="unit", name=last[1].text, allowed=UNITS)
    return UNITS[last[1].text], lexemes[:-2]


def _check_size(pattern: Pattern, text: str) -> None:
    if shortest(pattern) == 0:
        raise fault_at(text, 0, "it can match nothing at all; wanted a token that must be there")
    if (asked := size(pattern)) > LARGEST:
        raise fault_at(
            text, 0, f"written out it asks for {asked} tokens, wanted at most {LARGEST}; "
            "lower the numbers in braces",
        )  # fmt: skip


class _Reader:
    """Reads lexemes from left to right, one step of the grammar per method."""

    def __init__(self, text: str, lexemes: list[Lexeme]) -> None:
        self.text, self.lexemes, self.next = text, lexemes, 0

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

    def check_depth(self, depth: int) -> None:
        if depth > DEEPEST:
            raise self.wanted(f"at most {DEEPEST} brackets in brackets")

    def choice(self, depth: int) -> Pattern:
        self.check_depth(depth)
        options = [self.row(depth)]
        while self.take("|"):
            options.append(self.row(depth))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def row(self, depth: int) -> Pattern:
        items = [self.item(depth)]
        while (here := self.peek()) and (here.kind != "mark" or here.text in "[("):
            items.append(self.item(depth))
        return items[0] if len(items) == 1 else Row(tuple(items))

    def item(self, depth: int) -> Pattern:
        found = self.atom(depth)
        bounds = self.repeat()
        return Repeat(found, *bounds) if bounds else found

    def atom(self, depth: int) -> Pattern:
        if self.take("("):
            inner = self.choice(depth + 1)
            if not self.take(")"):
                raise self.wanted("')'")
            return inner
        if self.take("["):
            condition = All() if self.take("]") else self.closed(self.any_of(depth))
            return One(condition)
        return One(self.value("form", negated=False, what='a token: word, "string" or [...]'))

    def closed(self, condition: Condition) -> Condition:
        if not self.take("]"):
            raise self.wanted("'&', '|' or ']'")
        return condition

    def repeat(self) -> tuple[int, int] | None:
        if mark := self.take(*REPEATS):
            return REPEATS[mark.text]
        here = self.peek()
        if here is None or here.kind != "braces":
            return None
        self.next += 1
        return self.bounds(here)

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

    def any_of(self, depth: int) -> Condition:
        self.check_depth(depth)
        options = [self.all_of(depth)]
        while self.take("|"):
            options.append(self.all_of(depth))
        return options[0] if len(options) == 1 else Any(tuple(options))

    def all_of(self, depth: int) -> Condition:
        parts = [self.negation(depth)]
        while self.take("&"):
            parts.append(self.negation(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def negation(self, depth: int) -> Condition:
        self.check_depth(depth)
        if self.take("!"):
            return Not(self.negation(depth + 1))
        if self.take("("):
            inner = self.any_of(depth + 1)
            if not self.take(")"):
                raise self.wanted("'&', '|' or ')'")
            return inner
        return self.test()

    def test(self) -> Condition:
        here = self.peek()
        if here is None or here.kind != "word":
            raise self.wanted("an attribute, such as lemma")
        name = ALIASES.get(here.text, here.text)
        if name not in ATTRIBUTES:
            allowed = (*ATTRIBUTES, *ALIASES)
            raise unknown_at(self.text, here.at, what="attribute", name=here.text, allowed=allowed)
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
        quoted = here.kind == "string"
        pattern = here.text[1:-1] if quoted else here.text
        flags = self.flags(here)
        if not pattern:
            raise fault_at(self.text, here.at, "an empty string matches no token")
        literal = not quoted or "l" in flags or PLAIN.fullmatch(pattern) is not None
        return Comparison(attribute, pattern, literal, "c" in flags, negated, here.at + quoted)

    def flags(self, lexeme: Lexeme) -> str:
        flags = lexeme.flags.removeprefix("%")
        if lexeme.flags and (not flags or set(flags) - {"c", "l"}):
            at = lexeme.at + len(lexeme.text)
            said = "wanted %c (any case), %l (no regular expression) or both"
            raise fault_at(self.text, at, said)
        return flags
