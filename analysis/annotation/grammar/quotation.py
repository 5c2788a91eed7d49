"""Quotation marks, paired with a stack per segment; never a toggle over a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.annotation.tokens import Token

#: What closes each opening mark: German, Swiss, French, English; double and single.
CLOSES = {
    "„": '“”"‟',
    "“": '”"',
    "”": "”",
    "»": "«",
    "«": "»",
    '"': '"“”',
    "‚": "‘’'",
    "‘": "’'",
    "›": "‹",
    "‹": "›",
    "'": "'’",
    "’": "’",
}
SINGLE = frozenset("‚‘’›‹'")
CLOSERS = frozenset("".join(CLOSES.values()))
MARKS = frozenset(CLOSES) | CLOSERS
#: Marks that can only open; the others open or close, as the spaces around them tell.
ONLY_OPEN = frozenset("„‚")
#: How many open marks are looked through for the one that a mark closes.
DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Quotation:
    """A pair of quotation marks: positions in a sequence of tokens.

    ``first`` is the position of the opening mark and ``last`` that of the closing
    one. Where a mark is missing (``closed`` is False), the quotation runs from the
    first or to the last token that it can be said to hold. ``parent`` is the index
    of the enclosing quotation, or -1.
    """

    first: int
    last: int
    depth: int
    parent: int
    closed: bool


def find_quotations(
    tokens: Sequence[Token], *, continues: bool = False
) -> tuple[list[Quotation], bool]:
    """Pair the quotation marks of one segment.

    A segment that ends inside a quotation is one whose last opening mark is never
    closed and stands at the segment's beginning or after a colon: the custom of
    quotations over several paragraphs. If the one before did, a closing mark without an opening
    one ends the quotation here. Any other mark without a partner is ignored. Time is linear: at
    most ``DEEPEST`` open marks are looked through for each mark.

    Returns
    -------
    list of Quotation
        Ordered by their first token, outer before inner; properly nested.
    bool
        Whether this segment ends inside a quotation.

    Examples
    --------
    >>> from analysis.annotation.tokens import Annotator
    >>> sentence, = Annotator().sentences("Er sagte: „Das ist ‚gut‘.“")
    >>> pairs, _ = find_quotations(sentence.tokens)
    >>> [(pair.first, pair.last, pair.depth) for pair in pairs]
    [(3, 10, 0), (6, 8, 1)]
    """
    pairs, left = _pair(tokens)
    if continues and not left:
        pairs += _tail_of_previous(tokens, pairs)
    open_end = [(position, len(tokens) - 1) for position in left if _may_run_on(tokens, position)]
    if open_end and not any(first < open_end[0][0] < last for first, last in pairs):
        pairs.append(open_end[0])
    closed = set(pairs) - set(open_end)
    return _nested(sorted(pairs, key=lambda pair: (pair[0], -pair[1])), closed), bool(open_end)


def follows_colon(tokens: Sequence[Token], quotation: Quotation) -> bool:
    """Return whether a quotation follows a colon."""
    return quotation.first > 0 and tokens[quotation.first - 1].form == ":"


def _pair(tokens: Sequence[Token]) -> tuple[list[tuple[int, int]], list[int]]:
    """Return the pairs of marks, and the positions of opening marks that are never closed."""
    stack: list[int] = []
    pairs: list[tuple[int, int]] = []
    for position, token in enumerate(tokens):
        if token.form not in MARKS:
            continue
        partner = _partner(tokens, stack, position)
        if partner is not None:
            pairs.append((stack[partner], position))
            del stack[partner:]
        elif _can_open(tokens, position):
            stack.append(position)
    return pairs, stack


def _partner(tokens: Sequence[Token], stack: list[int], position: int) -> int | None:
    """Find the open mark that the mark at ``position`` closes, from the innermost outwards."""
    form = tokens[position].form
    if form not in CLOSERS or form in ONLY_OPEN or _only_opens_here(tokens, position):
        return None
    for level in range(len(stack) - 1, max(-1, len(stack) - 1 - DEEPEST), -1):
        if form in CLOSES[tokens[stack[level]].form]:
            return level
    return None


def _only_opens_here(tokens: Sequence[Token], position: int) -> bool:
    """Return whether spaces make a mark an opening one: space before, none behind."""
    if tokens[position].form not in CLOSES:
        return False
    return _space_before(tokens, position) and not _space_behind(tokens, position)


def _can_open(tokens: Sequence[Token], position: int) -> bool:
    form = tokens[position].form
    if form in ONLY_OPEN:
        return True
    if form not in CLOSES or position + 1 == len(tokens):
        return False
    if form in SINGLE or form in "“”":
        return _only_opens_here(tokens, position)
    return not _space_behind(tokens, position) or _space_before(tokens, position)


def _space_before(tokens: Sequence[Token], position: int) -> bool:
    if position == 0 or tokens[position - 1].form in MARKS or tokens[position - 1].form in "([–—-":
        return True
    return tokens[position - 1].end < tokens[position].begin


def _space_behind(tokens: Sequence[Token], position: int) -> bool:
    last = position + 1 >= len(tokens)
    return last or tokens[position].end < tokens[position + 1].begin


def _may_run_on(tokens: Sequence[Token], position: int) -> bool:
    """Return whether an opening mark without a partner starts a quotation to the segment's end."""
    if tokens[position].form in SINGLE:
        return False
    return position == 0 or tokens[position - 1].form == ":"


def _tail_of_previous(
    tokens: Sequence[Token], pairs: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Find the closing mark of a quotation that a segment before opened."""
    taken = {position for pair in pairs for position in pair}
    for position, token in enumerate(tokens):
        if token.form in CLOSERS - SINGLE and position not in taken and position > 0:
            crosses = any(first < position < last for first, last in pairs)
            return [] if crosses else [(0, position)]
    return []


def _nested(pairs: list[tuple[int, int]], closed: set[tuple[int, int]]) -> list[Quotation]:
    """Return each pair its depth and the index of the pair around it."""
    found: list[Quotation] = []
    stack: list[int] = []
    for first, last in pairs:
        while stack and found[stack[-1]].last < first:
            stack.pop()
        parent = stack[-1] if stack else -1
        found.append(Quotation(first, last, len(stack), parent, (first, last) in closed))
        stack.append(len(found) - 1)
    return found
