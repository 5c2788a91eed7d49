"""What the page shows of each mention: its paragraph with marks, those around it, its codes.

Facets part the mentions by their codes.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from analysis.annotation.annotated import load_annotator
from analysis.annotation.corrections import Correction
from analysis.study.study import Study
from analysis.tables.schema import ABOUT, POLARITIES, TIERS, VOICES, ZONES

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


#: Shown where a value is empty or needs words.
NAMES = {
    "speaker": {"": "(narrator)", "?": "? (not said)"},
    "correction": {
        "rules": "as the rules coded it",
        "hand": "set by hand before",
        "edited": "changed on this page",
    },
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

    Joined the pieces are ``text[begin:end]``, counted in code points. A character that is not
    seen and changes how others are shown is a piece of its own, with the role ``unseen`` and its
    number as label.
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
    by_document, by_segment = _group(_rows(segments), "doc_id"), _group(rows, "segment_id")
    by_hand: dict[tuple[str, int], dict[str, int]] = {}
    for one in corrections:
        by_hand.setdefault((one.doc_id, one.begin), {})[one.layer] = one.line

    def shown(segment: Row, marks: Sequence[Mark] = (), own: Row | None = None) -> Paragraph:
        """Show a segment with marks; mentions that have cards of their own are marked, too."""
        others = [row for row in by_segment.get(segment["segment_id"], ()) if row is not own]
        marks = [*marks, *(mark for row in others for mark in _word_marks(row, "other"))]
        pieces = cut_text(texts[segment["doc_id"]], segment["begin"], segment["end"], marks)
        return Paragraph(segment["zone"], _post(segment), pieces)

    def card(number: int, row: Row) -> Card:
        around, text = by_document[row["doc_id"]], texts[row["doc_id"]]
        place = [segment["segment_id"] for segment in around].index(row["segment_id"])
        own = around[place]
        # The sentence as the rules saw it; a split verb stays within one.
        spans = _sentence_spans(text[own["begin"] : own["end"]], own["begin"])
        within = [Mark(*span, "sentence") for span in spans if span[0] <= row["begin"] < span[1]]
        return Card(
            number,
            row,
            text[row["begin"] : row["end"]],
            text[row["begin_2"] : row["end_2"]] if row["begin_2"] is not None else "",
            tuple(shown(one) for one in around[max(0, place - wide) : place]),
            shown(own, [*_own_marks(row), *within], row),
            tuple(shown(one) for one in around[place + 1 : place + 1 + wide]),
            _minute(own["posted_at"]),
            by_hand.get((row["doc_id"], row["begin"]), {}),
        )

    return [card(number, row) for number, row in enumerate(rows, start=1)]


def _rows(table: pd.DataFrame) -> list[Row]:
    """Return rows with None where a cell is empty."""
    cells = table.astype("object").where(table.notna(), None)
    return [{str(name): cell for name, cell in row.items()} for row in cells.to_dict("records")]


def _group(rows: Iterable[Row], name: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[name], []).append(row)
    return groups


def _minute(time: pd.Timestamp | None) -> str:
    return time.isoformat(sep=" ", timespec="minutes") if time else ""


def _post(segment: Row) -> str:
    """Name the post of a ticker with its time and what the time rests on."""
    if segment["post"] is None:
        return ""
    quality = TIMES.get(segment["ts_quality"], segment["ts_quality"])
    parts = [f"post {segment['post']}", _minute(segment["posted_at"]), quality]
    return ", ".join(part for part in parts if part)


def _own_marks(row: Row) -> list[Mark]:
    marks = _word_marks(row, "mention", SIGNS[row["polarity"]])
    for layer in ("polarity", "voice"):
        begin, end = row[f"{layer}_cue_begin"], row[f"{layer}_cue_end"]
        # A correction by hand empties the cue; offsets that stayed are no evidence.
        if row[f"{layer}_cue"] and begin is not None:
            marks.append(Mark(begin, end, f"{layer}-cue", row[f"{layer}_rule"]))
    return marks


def _word_marks(row: Row, role: str, label: str = "") -> list[Mark]:
    """Mark the word of a mention; of a split verb both parts."""
    second = [] if row["begin_2"] is None else [Mark(row["begin_2"], row["end_2"], role, label)]
    return [Mark(row["begin"], row["end"], role, label), *second]


@lru_cache(maxsize=10_000)
def _sentence_spans(piece: str, begin: int) -> tuple[tuple[int, int], ...]:
    """Split a segment once for all of its mentions, and for all pages."""
    found = load_annotator().sentences(piece, begin)
    return tuple((sentence.begin, sentence.end) for sentence in found)


class Facet(NamedTuple):
    """A way of parting mentions; every mention has exactly one of the choices.

    A choice is a value, what it is called, and how many mentions have it.
    """

    id: str
    title: str
    choices: list[tuple[str, str, int]]


def facet_value(card: Card, facet: str) -> str:
    """Return the value that a mention has in a facet."""
    if facet == "correction":
        return "hand" if card.by_hand else "rules"
    return str(card.row["doc_id" if facet == "document" else facet])


def make_facets(
    cards: Sequence[Card], study: Study, *, events: Sequence[str], documents: Sequence[str]
) -> list[Facet]:
    """Make the facets of a page; the counts of each sum to the number of mentions.

    ``events`` and ``documents`` are those of the page; one without a mention is listed, too.
    """
    found = {name: {facet_value(card, name) for card in cards} for name in ("frame", "zone")}
    speakers = {facet_value(card, "speaker") for card in cards}
    values: dict[str, Iterable[str]] = {
        "frame": [frame.id for frame in study.frames if frame.id in found["frame"]],
        "polarity": POLARITIES,
        "voice": VOICES,
        "speaker": sorted(speakers, key=str.casefold),
        "about": ABOUT,
        "tier": TIERS,
        "event": events,
        "document": documents,
        "zone": [zone for zone in ZONES if zone in found["zone"]],
        "correction": NAMES["correction"],
    }
    names = NAMES | {"event": {event.id: event.label.en for event in study.events}}
    facets = []
    for facet, listed in values.items():
        counts = Counter(facet_value(card, facet) for card in cards)
        called = names.get(facet, {})
        choices = [(value, called.get(value, value), counts[value]) for value in listed]
        facets.append(Facet(facet, facet.title(), choices))
    return facets
