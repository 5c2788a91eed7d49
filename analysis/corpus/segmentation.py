"""Segments: headline, lead, paragraphs, captions, posts of live tickers; who signs them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.corpus.cleaning import Rule as BoilerplateRule
from analysis.corpus.cleaning import Span, find_boilerplate, join_spans, trim, without
from analysis.corpus.sources import Source, Ticker

#: How a post opens, by ticker format. Times are read from hour and minute, a day
#: from ``day`` where the mark holds one.
OPENERS: dict[Ticker, re.Pattern[str]] = {
    "time_line": re.compile(
        r"^[^\S\n]*(?:(?P<day>\d{1,2}\.\d{1,2}\.\d{4}),?\s+)?"
        r"(?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d)(?: Uhr)?[^\S\n]*$",
        re.MULTILINE,
    ),
    "update_label": re.compile(
        r"^(?:Update(?: vom (?P<day>\d{1,2}\.\d{1,2}\.\d{4}))?,"
        r" (?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d) Uhr:|Erstmeldung:)[^\S\n]*",
        re.MULTILINE,
    ),
}
LONGEST_HEADING = 16
SENTENCE_END = re.compile(r"[.!?…][\"'“”«»‘’)]*$|:$")
CAPTION_RULES = frozenset({"picture-copyright", "picture-source"})
#: Marks as they are written, in lower case, with the name that the open tables give.
AGENCIES = {
    "dpa": "dpa",
    "afp": "AFP",
    "reuters": "Reuters",
    "rtr": "Reuters",
    "apa": "APA",
    "ap": "AP",
    "kna": "KNA",
    "sid": "SID",
}
#: "Musterstadt (dpa/AFP) - " at the beginning of a segment.
OPENING = re.compile(r"(?:[A-ZÄÖÜ][\w./ -]{0,60} )?\(([^()\n]{2,40})\)\s*[-–—:]\s")
#: "... am Montag. (dpa/AFP)" at its end: after a sentence, not within one.
CLOSING = re.compile(r"[.!?…][\"'“”«»‘’)]*\s*[(\[]([^()\[\]\n]{2,40})[)\]]$")
#: "dpa/AFP" on a line of its own.
ALONE = re.compile(r"(?:Von |Mit Material von |Quellen?: )?\(?([^()\n]{2,40})\)?$")
#: What may stand beside marks: an author's initials, a day.
BESIDE = re.compile(r"[\w.]{1,4}|\d{1,2}\.\s?\d{1,2}\.\s?\d{4}")


@dataclass(frozen=True)
class Post:
    """A post of a live ticker: its number in the file, its rank in time, its time if known."""

    number: int
    order: int
    posted_at: dt.datetime | None
    ts_quality: str


@dataclass(frozen=True)
class Segment:
    """A stretch of the file that is text: ``text[begin:end]``, without white space at the ends."""

    begin: int
    end: int
    zone: str
    post: Post | None = None


@dataclass(frozen=True)
class Segmentation:
    """The segments of one article, its boilerplate, and how many posts it has."""

    segments: tuple[Segment, ...]
    boilerplate: tuple[Span, ...]
    n_posts: int


@dataclass(frozen=True)
class _Line:
    begin: int
    end: int
    is_heading: bool
    is_caption: bool
    post: int


def segment(text: str, source: Source, rules: Sequence[BoilerplateRule]) -> Segmentation:
    r"""Divide an article into segments, stand-off, in the order of the file.

    None holds boilerplate, a mark of a post or a byline. A live ticker whose posts are not found
    has ``n_posts`` 0.

    Examples
    --------
    >>> source = Source(id="a", event="e", outlet_basis="unknown", date_quality="unknown",
    ...     kind="article", sha256="0" * 64, size=1, rights="")
    >>> [s.zone for s in segment("Zoo öffnet\n\nDer Zoo ist offen.", source, []).segments]
    ['headline', 'lead']
    """
    marks, openers = _marks(text, source)
    boilerplate = join_spans([*find_boilerplate(text, rules), *marks])
    lines = _number_posts(_lines(text, boilerplate), openers, source)
    posts = [None, *_posts(openers, source)]
    segments = tuple(
        Segment(line.begin, line.end, zone, posts[line.post])
        for line, zone in zip(lines, _zones(lines), strict=True)
    )
    return Segmentation(segments, tuple(boilerplate), len(openers))


def _marks(text: str, source: Source) -> tuple[list[Span], list[re.Match[str]]]:
    """Find the marks that open posts, and the bylines."""
    names = "|".join(re.escape(name) for name in source.bylines)
    bylines = re.compile(rf"^[^\S\n]*(?:{names})[^\S\n]*$", re.MULTILINE) if names else None
    signed = list(bylines.finditer(text)) if bylines else []
    spans = [Span(*match.span(), "byline") for match in signed]
    if source.ticker == "byline":
        return spans, signed
    opened = list(OPENERS[source.ticker].finditer(text)) if source.ticker else []
    return [*spans, *(Span(*match.span(), "post-mark") for match in opened)], opened


def _lines(text: str, boilerplate: Sequence[Span]) -> list[_Line]:
    """Return what each line holds beside boilerplate; a line cut in two gives two."""
    lines = []
    for match in re.finditer(r"[^\r\n]+", text):
        begin, end = match.span()
        cut = [span.rule for span in boilerplate if begin < span.end and span.begin < end]
        for piece_begin, piece_end in without(begin, end, boilerplate, text):
            first, last = trim(piece_begin, piece_end, text)
            piece = text[first:last]
            if any(character.isalnum() for character in piece):
                lines.append(
                    _Line(first, last, _is_heading(piece), not CAPTION_RULES.isdisjoint(cut), 0)
                )
    return _mark_teasers(lines, boilerplate)


def _mark_teasers(lines: list[_Line], boilerplate: Sequence[Span]) -> list[_Line]:
    """Treat the line above a link to a gallery as its caption."""
    links = [span.begin for span in boilerplate if span.rule == "gallery-link"]
    teasers = {
        max((line.begin for line in lines if line.end <= link), default=-1) for link in links
    }
    return [replace(line, is_caption=True) if line.begin in teasers else line for line in lines]


def _is_heading(piece: str) -> bool:
    """Call a short line that does not end as a sentence does a heading."""
    return len(piece.split()) <= LONGEST_HEADING and not SENTENCE_END.search(piece)


def _number_posts(
    lines: list[_Line], openers: Sequence[re.Match[str]], source: Source
) -> list[_Line]:
    """Return for each line the number of its post, 0 before the first.

    In a ticker of update labels the headings directly above a label belong to it.
    """
    starts = [match.start() for match in openers]
    numbers = [sum(start <= line.begin for start in starts) for line in lines]
    if source.ticker == "update_label":
        for i in range(len(lines) - 2, -1, -1):
            following = numbers[i + 1]
            if lines[i].is_heading and not lines[i].is_caption and following > numbers[i]:
                numbers[i] = following
    return [replace(line, post=n) for line, n in zip(lines, numbers, strict=True)]


def _zones(lines: Sequence[_Line]) -> list[str]:
    """Name the part of the article that each line is.

    The headings before the first sentence are the headline, that sentence's
    paragraph the lead; later headings are sub-headings.
    """
    zones: list[str] = []
    for i, line in enumerate(lines):
        if line.is_caption:
            zones.append("caption")
        elif line.post:
            zones.append("subheading" if _heads_post(lines, i) else "post")
        elif line.is_heading:
            opening = all(zone in ("headline", "caption") for zone in zones)
            zones.append("headline" if opening else "subheading")
        else:
            zones.append("lead" if "lead" not in zones else "body")
    return zones


def _heads_post(lines: Sequence[_Line], i: int) -> bool:
    """Say whether a line of a post is its heading: the first of several, or without an end."""
    line = lines[i]
    first = i == 0 or lines[i - 1].post != line.post
    followed = any(after.post == line.post and not after.is_caption for after in lines[i + 1 :])
    return line.is_heading or (first and followed and line.end - line.begin <= 80)


def _posts(openers: Sequence[re.Match[str]], source: Source) -> list[Post]:
    """Date the posts: where the clock jumps over midnight, the day changes."""
    n = len(openers)
    ranks = [n - i if source.newest_first else i + 1 for i in range(n)]
    day, last = source.date, None
    posts = []
    for i, match in enumerate(openers):
        found, at, quality = match.groupdict(), None, "order_only"
        if found.get("hour"):
            clock = dt.time(int(found["hour"]) % 24, int(found["minute"]))
            stated = _stated_day(found.get("day"))
            day = stated or _day_after_jump(day, last, clock, newest_first=source.newest_first)
            last = clock
            if day is not None:
                at = dt.datetime.combine(day, clock)
                quality = "explicit" if stated else "date_inferred"
        posts.append(Post(i + 1, ranks[i], at, quality))
    return posts


def _stated_day(text: str | None) -> dt.date | None:
    """Read the day that a mark holds; a day that no calendar has counts as none."""
    day, month, year = (int(part) for part in text.split(".")) if text else (0, 0, 0)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _day_after_jump(
    day: dt.date | None, last: dt.time | None, clock: dt.time, *, newest_first: bool
) -> dt.date | None:
    """Set the day back (or on) where the time of day runs against the order of the posts."""
    if day is None or last is None:
        return day
    if newest_first:
        return day - dt.timedelta(days=1) if clock > last else day
    return day + dt.timedelta(days=1) if clock < last else day


# ------------------------------------------------------------------ agencies


def find_agencies(text: str, bylines: Sequence[str], segmentation: Segmentation) -> tuple[str, ...]:
    """Find the agencies that an article is signed with, each once, sorted.

    Only known places are read: datelines, bylines, the mark after a place at the beginning of
    a segment, the signature after its last sentence, a line of nothing but marks. An agency
    that the text speaks of is no mark, nor is the credit of a picture: a photograph may come
    from another agency than the words. *rtr* counts as Reuters, *dpa-infocom* as dpa.

    Examples
    --------
    >>> post = "Musterstadt (dpa/rtr) - Der Zoo ist offen."
    >>> find_agencies(post, [], Segmentation((Segment(0, len(post), "lead"),), (), 0))
    ('Reuters', 'dpa')
    """
    marked = [one for one in segmentation.boilerplate if one.rule == "dateline"]
    lists = [*bylines, *(text[one.begin : one.end].partition("|")[2] for one in marked)]
    for one in segmentation.segments:
        piece = text[one.begin : one.end]
        found = (OPENING.match(piece), CLOSING.search(piece), ALONE.match(piece))
        lists += [match[1] for match in found if match]
    return tuple(sorted({mark for given in lists for mark in marks_of(given)}))


def marks_of(given: str) -> frozenset[str]:
    """Read a list of marks; what holds any other word is no such list.

    Examples
    --------
    >>> sorted(marks_of("AFP, rtr, em")), sorted(marks_of("sagte die dpa am Montag"))
    (['AFP', 'Reuters'], [])
    """
    pieces = [piece.strip() for piece in re.split(r"[/,;|+]|\bund\b", given) if piece.strip()]
    names = {piece: AGENCIES.get(piece.lower().partition("-")[0]) for piece in pieces}
    if any(name is None and not BESIDE.fullmatch(piece) for piece, name in names.items()):
        return frozenset()
    return frozenset(name for name in names.values() if name)
