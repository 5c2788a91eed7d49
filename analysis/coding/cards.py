"""What the page shows of each mention: its paragraph with marks, those around it, its codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd

from analysis.annotation.annotated import load_annotator
from analysis.annotation.corrections import Correction

#: Characters that a browser acts on without showing them: they turn the direction of
#: writing, break lines, or are control characters.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
Row = Mapping[str, Any]
SIGNS = {"affirmed": "+", "negated": "−", "open": "?"}
TIMES = {
    "explicit": "",
    "date_inferred": "day inferred",
    "order_only": "order of posts only",
}


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
    """Cut a stretch of a file at the borders of its marks, which may overlap and reach beyond it.

    Returns
    -------
    tuple of Piece
        In the order of the text; joined they give ``text[begin:end]``, counted in code points.
        A character that is not seen and changes how others are shown is a piece of its own,
        with the role ``unseen`` and its number as label.

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


@dataclass(frozen=True)
class Paragraph:
    """A segment as it is shown: its zone, its post with time, and its text in pieces."""

    zone: str
    post: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Card:
    """A mention as the page shows it."""

    #: Its place in the order of the texts, from 1.
    number: int
    #: Its row of the open table; an offset that is not there is None.
    row: Row
    #: The word exactly as in the file, which corrections are compared with.
    written: str
    #: The particle that a split verb left; empty for other words.
    particle: str
    before: tuple[Paragraph, ...]
    #: Its own paragraph, with the sentence of the mention and the cues marked.
    paragraph: Paragraph
    after: tuple[Paragraph, ...]
    #: Time of its post; empty where none is known.
    time: str
    #: Layer and line of ``data/corrections.csv``.
    by_hand: Mapping[str, int]

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who speaks, from the outermost inwards."""
        chain = self.row["speaker_chain"] or self.row["speaker"]
        return tuple(chain.split(">")) if chain else ()


def make_cards(
    mentions: pd.DataFrame,
    segments: pd.DataFrame,
    texts: Mapping[str, str],
    *,
    wide: int,
    corrections: Sequence[Correction] = (),
) -> list[Card]:
    """Make the cards of rows of the open table ``mentions``, in their order.

    ``segments`` are rows of the open table, ``texts`` the articles by doc_id; ``wide`` says how
    many paragraphs before and after are shown on demand.
    """
    rows = _rows(mentions)
    in_order = _group(_rows(segments), "doc_id")
    known = _Known(
        texts,
        in_order,
        {one["segment_id"]: i for some in in_order.values() for i, one in enumerate(some)},
        _group(rows, "segment_id"),
        _lines(corrections),
        wide,
    )
    return [_card(number, row, known) for number, row in enumerate(rows, start=1)]


@dataclass(frozen=True)
class _Known:
    """What the cards are made from: segments by document, mentions by segment, and so on."""

    texts: Mapping[str, str]
    segments: Mapping[str, Sequence[Row]]
    places: Mapping[str, int]
    mentions: Mapping[str, Sequence[Row]]
    by_hand: Mapping[tuple[str, int], Mapping[str, int]]
    wide: int


def _lines(corrections: Iterable[Correction]) -> dict[tuple[str, int], dict[str, int]]:
    found: dict[tuple[str, int], dict[str, int]] = {}
    for one in corrections:
        found.setdefault((one.doc_id, one.begin), {})[one.layer] = one.line
    return found


def _rows(table: pd.DataFrame) -> list[Row]:
    """Return rows with None where a cell is empty."""
    return [
        {str(name): None if pd.isna(cell) else cell for name, cell in row.items()}
        for row in table.to_dict("records")
    ]


def _group(rows: Iterable[Row], name: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[name], []).append(row)
    return groups


def _card(number: int, row: Row, known: _Known) -> Card:
    segments, place = known.segments[row["doc_id"]], known.places[row["segment_id"]]
    own, text = segments[place], known.texts[row["doc_id"]]
    marks = [*_own_marks(row), *_sentence(row, own, text)]
    return Card(
        number,
        row,
        text[row["begin"] : row["end"]],
        text[row["begin_2"] : row["end_2"]] if row["begin_2"] is not None else "",
        _around(segments[max(0, place - known.wide) : place], text, known),
        _paragraph(own, text, [*marks, *_other_marks(own, known, besides=row)]),
        _around(segments[place + 1 : place + 1 + known.wide], text, known),
        own["posted_at"].isoformat(sep=" ", timespec="minutes") if own["posted_at"] else "",
        known.by_hand.get((row["doc_id"], row["begin"]), {}),
    )


def _around(segments: Sequence[Row], text: str, known: _Known) -> tuple[Paragraph, ...]:
    return tuple(_paragraph(one, text, _other_marks(one, known)) for one in segments)


def _paragraph(segment: Row, text: str, marks: Sequence[Mark]) -> Paragraph:
    pieces = cut_text(text, segment["begin"], segment["end"], marks)
    return Paragraph(segment["zone"], _post(segment), pieces)


def _post(segment: Row) -> str:
    """Name the post of a ticker with its time and what the time rests on."""
    if segment["post"] is None:
        return ""
    time = segment["posted_at"]
    parts = [f"post {segment['post']}"]
    parts += [time.isoformat(sep=" ", timespec="minutes")] if time else []
    quality = TIMES.get(segment["ts_quality"], segment["ts_quality"])
    return ", ".join([*parts, *([quality] if quality else [])])


def _own_marks(row: Row) -> list[Mark]:
    label = SIGNS[row["polarity"]]
    marks = [Mark(row["begin"], row["end"], "mention", label)]
    if row["begin_2"] is not None:
        marks.append(Mark(row["begin_2"], row["end_2"], "mention", label))
    for layer in ("polarity", "voice"):
        begin, end = row[f"{layer}_cue_begin"], row[f"{layer}_cue_end"]
        # A correction by hand empties the cue; offsets that stayed are no evidence.
        if row[f"{layer}_cue"] and begin is not None:
            marks.append(Mark(begin, end, f"{layer}-cue", row[f"{layer}_rule"]))
    return marks


def _other_marks(segment: Row, known: _Known, besides: Row | None = None) -> list[Mark]:
    """Mark the mentions of a segment that have cards of their own."""
    marks = []
    for row in known.mentions.get(segment["segment_id"], ()):
        if row is not besides:
            marks.append(Mark(row["begin"], row["end"], "other"))
            if row["begin_2"] is not None:
                marks.append(Mark(row["begin_2"], row["end_2"], "other"))
    return marks


def _sentence(row: Row, segment: Row, text: str) -> list[Mark]:
    """Find the sentence of a mention as the rules saw it; a split verb stays within one."""
    piece = text[segment["begin"] : segment["end"]]
    return [
        Mark(begin, end, "sentence")
        for begin, end in _sentence_spans(piece, segment["begin"])
        if begin <= row["begin"] < end
    ]


@lru_cache(maxsize=10_000)
def _sentence_spans(piece: str, begin: int) -> tuple[tuple[int, int], ...]:
    """Split a segment once for all of its mentions, and for all pages."""
    found = load_annotator().sentences(piece, begin)
    return tuple((sentence.begin, sentence.end) for sentence in found)
