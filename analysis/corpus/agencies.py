"""Agency marks: which news agencies an article is signed with.

Only known places are read: datelines, bylines, the mark after a place at the beginning of
a segment, the signature after its last sentence, a line of nothing but marks. An agency
that the text speaks of is no mark, nor is the credit of a picture: a photograph may come
from another agency than the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analysis.corpus.segmentation import Segmentation

#: Marks as they are written, in lower case, with the name that the open tables give.
MARKS = {
    "dpa": "dpa",
    "afp": "AFP",
    "reuters": "Reuters",
    "rtr": "Reuters",
    "apa": "APA",
    "ap": "AP",
    "kna": "KNA",
    "sid": "SID",
}
DATELINE = "dateline"
#: "Musterstadt (dpa/AFP) - " at the beginning of a segment.
OPENING = re.compile(r"(?:[A-ZÄÖÜ][\w./ -]{0,60} )?\(([^()\n]{2,40})\)\s*[-–—:]\s")
#: "... am Montag. (dpa/AFP)" at its end: after a sentence, not within one.
CLOSING = re.compile(r"[.!?…][\"'“”«»‘’)]*\s*[(\[]([^()\[\]\n]{2,40})[)\]]$")
#: "dpa/AFP" on a line of its own.
ALONE = re.compile(r"(?:Von |Mit Material von |Quellen?: )?\(?([^()\n]{2,40})\)?$")
#: What may stand beside marks: an author's initials, a day.
BESIDE = re.compile(r"[\w.]{1,4}|\d{1,2}\.\s?\d{1,2}\.\s?\d{4}")


def find_agencies(text: str, bylines: Sequence[str], segmentation: Segmentation) -> tuple[str, ...]:
    r"""Find the agencies that an article is signed with.

    Parameters
    ----------
    text : str
        The file, untouched.
    bylines : sequence of str
        Names that sign parts of the article.
    segmentation : Segmentation
        Its segments and boilerplate.

    Returns
    -------
    tuple of str
        Agencies, each once, sorted; *rtr* counts as Reuters, *dpa-infocom* as dpa.

    Examples
    --------
    >>> from analysis.corpus.segmentation import Segment
    >>> post = "Musterstadt (dpa/rtr) - Der Zoo ist offen."
    >>> find_agencies(post, [], Segmentation((Segment(0, len(post), "lead"),), (), 0))
    ('Reuters', 'dpa')
    """
    lists = [*bylines, *_datelines(text, segmentation)]
    for one in segmentation.segments:
        lists += _signatures(text[one.begin : one.end])
    return tuple(sorted({mark for given in lists for mark in marks_of(given)}))


def _datelines(text: str, segmentation: Segmentation) -> Iterator[str]:
    for span in segmentation.boilerplate:
        if span.rule == DATELINE:
            yield text[span.begin : span.end].partition("|")[2]


def _signatures(segment: str) -> Iterator[str]:
    for found in (OPENING.match(segment), CLOSING.search(segment), ALONE.match(segment)):
        if found:
            yield found[1]


def marks_of(given: str) -> frozenset[str]:
    """Read a list of marks; what holds any other word is no such list.

    Examples
    --------
    >>> sorted(marks_of("AFP, rtr, em")), sorted(marks_of("sagte die dpa am Montag"))
    (['AFP', 'Reuters'], [])
    """
    pieces = [piece.strip() for piece in re.split(r"[/,;|+]|\bund\b", given) if piece.strip()]
    names = [MARKS.get(piece.lower().partition("-")[0]) for piece in pieces]
    odd = [
        piece
        for piece, name in zip(pieces, names, strict=True)
        if name is None and not BESIDE.fullmatch(piece)
    ]
    return frozenset() if odd else frozenset(name for name in names if name)
