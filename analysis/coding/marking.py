"""Text cut at the borders of what is marked in it, so that marks may overlap."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

#: Characters that a browser acts on without showing them: they turn the direction of
#: writing, break lines, or are control characters.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True)
class Mark:
    """A marked stretch of a file: ``text[begin:end]``, what it is, and its label."""

    begin: int
    end: int
    role: str
    label: str = ""


@dataclass(frozen=True)
class Piece:
    """Text under the same marks throughout; labels are those of marks that end with it."""

    text: str
    roles: tuple[str, ...]
    labels: tuple[str, ...] = ()


def cut_text(text: str, begin: int, end: int, marks: Iterable[Mark]) -> tuple[Piece, ...]:
    """Cut a stretch of a file at the borders of its marks.

    Parameters
    ----------
    text : str
        The file, untouched.
    begin, end : int
        The stretch, in code points.
    marks : iterable of Mark
        In any order; they may overlap, and reach out of the stretch.

    Returns
    -------
    tuple of Piece
        In the order of the text; joined they give ``text[begin:end]``. A character that is
        not seen and changes how others are shown is a piece of its own, with the role
        ``unseen`` and its number as label.

    Examples
    --------
    >>> [(p.text, p.roles) for p in cut_text("kein Deal.", 0, 10, [Mark(5, 9, "mention")])]
    [('kein ', ()), ('Deal', ('mention',)), ('.', ())]
    """
    unseen = (_unseen_mark(found) for found in UNSEEN.finditer(text, begin, end))
    near = [mark for mark in (*marks, *unseen) if mark.begin < end and begin < mark.end]
    borders = {begin, end} | {border for mark in near for border in (mark.begin, mark.end)}
    inside = sorted(border for border in borders if begin <= border <= end)
    return tuple(_pieces(text, inside, near))


def _pieces(text: str, borders: list[int], marks: list[Mark]) -> Iterator[Piece]:
    for first, last in pairwise(borders):
        over = [mark for mark in marks if mark.begin <= first and last <= mark.end]
        labels = tuple(mark.label for mark in over if mark.end == last and mark.label)
        yield Piece(text[first:last], tuple(dict.fromkeys(mark.role for mark in over)), labels)


def _unseen_mark(found: re.Match[str]) -> Mark:
    number = f"U+{ord(found[0]):04X}"
    name = unicodedata.name(found[0], "control character").lower()
    return Mark(found.start(), found.end(), "unseen", f"{number} {name}")
