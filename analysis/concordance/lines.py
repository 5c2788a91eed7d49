"""Concordances: every hit with the text around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.concordance.hits import (
    Where,
    filter_hits,
    find_hits,
    sample_hits,
    sort_hits,
    values_at,
    word_places,
)
from analysis.concordance.query import parse_query
from analysis.concordance.texts import Texts, open_texts
from analysis.corpus.readers import read_text
from analysis.study.errors import MeasureError, unknown

#: Names for how much text stands around a hit, beside a number of words.
CONTEXTS = ("narrow", "segment", "sentence", "wide")
DEFAULT_CONTEXT, MOST_WORDS, WIDE = 8, 200, 40
PASSAGE = ("left", "node", "gap", "particle", "right")
COLUMNS = (
    "hit_id",
    "doc_id",
    "event",
    "outlet",
    "kind",
    "segment_id",
    "zone",
    "begin",
    "end",
    "begin_2",
    "end_2",
    *PASSAGE,
    "lemma",
    "pos",
    "frame",
    "tier",
    "target",
    "polarity",
    "voice",
    "speaker",
    "inclusion",
)
NUMBERS = {
    "begin": "int64",
    "end": "int64",
    "begin_2": "Int64",
    "end_2": "Int64",
    "inclusion": "float64",
}
TYPES = dict.fromkeys(COLUMNS, "str") | NUMBERS
#: Controls, marks that turn the direction of writing, and what no XML may hold.
STEERING = (range(32), range(127, 160), range(0x202A, 0x202F), range(0x2066, 0x206A))
UNWANTED = dict.fromkeys([*(code for codes in STEERING for code in codes), 0xFFFE, 0xFFFF])


def concordance_lines(
    query: str,
    where: Where | None = None,
    *,
    context: int | str = DEFAULT_CONTEXT,
    sort: str = "",
    sample: int | None = None,
    texts: Texts | None = None,
) -> pd.DataFrame:
    """Show every place in the articles that a query finds, in its context.

    Parameters
    ----------
    query : str
        In the language of docs/reference/query-language.md: ``[lemma="Deal"]``.
    where : mapping, optional
        Values, or lists of them, by column: doc_id, event, outlet, kind, zone, voice,
        frame, tier, target, polarity, speaker.
    context : int or str
        Words to either side; narrow (as many as count as near in ``study.toml``), wide
        (40), sentence, segment. No context leaves the segment.
    sort : str
        Keys parted by commas: 1L to 9L, 1R to 9R, node, document, event; empty: text order.
    sample : int, optional
        Draw so many hits, from each document as many as from any other.
    texts : Texts, optional
        By default what `open_texts` gives in the working directory.

    Returns
    -------
    DataFrame
        One row per hit: hit_id, doc_id, event, outlet, kind, segment_id, zone; begin, end and,
        for a split verb, begin_2, end_2 (offsets in the file, code points); left, node, gap,
        particle, right, which put together are the passage (gap and particle are empty but
        for split verbs); lemma, pos; frame, tier, target, polarity, voice, speaker (of the
        first mention in the hit; without one only the voice); inclusion (drawn hits over
        hits of the document, in (0, 1]). It holds article text: not for publication.

    Raises
    ------
    QueryError
        If the query does not parse; the message points at the place.
    MeasureError
        If a filter, value, sort key, context or size of sample is not allowed.
    SourceError
        If the articles are not here.
    """
    parsed = parse_query(query)
    n_words = _words_of(context)
    if sample is not None and sample < 1:
        raise MeasureError(f"concordance: sample: wanted at least 1, came {sample}")
    texts = open_texts() if texts is None else texts
    hits = filter_hits(find_hits(parsed, texts), where or {}, texts)
    hits = sort_hits(sample_hits(hits, sample, texts.study.seed), sort, texts)
    n_words = texts.study.collocation.width if context == "narrow" else n_words
    return _lines(hits, texts, _bounds_of(str(context), n_words))


def _words_of(context: int | str) -> int:
    if isinstance(context, int) or context.isdecimal():
        if not 1 <= int(context) <= MOST_WORDS:
            raise MeasureError(
                f"concordance: context: wanted 1 to {MOST_WORDS} words, came {context}"
            )
        return int(context)
    if context not in CONTEXTS:
        raise MeasureError(f"concordance: {unknown('context', context, [*CONTEXTS, 'a number'])}")
    return WIDE


Bounds = Callable[[Texts, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def _bounds_of(context: str, n_words: int) -> Bounds:
    """Give the function that finds the first and the last token of a context."""
    if context in ("sentence", "segment"):
        return lambda texts, first, end: _unit_bounds(getattr(texts, f"{context}s"), first, end)
    return lambda texts, first, end: _word_bounds(texts, first, end, n_words)


def _unit_bounds(
    units: np.ndarray, first: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.searchsorted(units, units[first], side="left"),
        np.searchsorted(units, units[end - 1], side="right") - 1,
    )


def _word_bounds(
    texts: Texts, first: np.ndarray, end: np.ndarray, n_words: int
) -> tuple[np.ndarray, np.ndarray]:
    """Count words, not marks; where the segment has fewer, all of it is context."""
    begin, last = _unit_bounds(texts.segments, first, end)
    left = word_places(texts, first, end, -n_words)
    right = word_places(texts, first, end, n_words)
    return np.where(left < 0, begin, left), np.where(right < 0, last, right)


def _lines(hits: pd.DataFrame, texts: Texts, bounds: Bounds) -> pd.DataFrame:
    first, end = hits["first"].to_numpy(), hits["end"].to_numpy()
    split = hits["particle"].to_numpy()
    stop = np.where(split >= 0, split + 1, end)
    left, last = bounds(texts, first, stop) if len(hits) else (first, end)
    begins, ends = (texts.tokens[name].to_numpy() for name in ("begin", "end"))
    where = np.stack(
        [begins[left], begins[first], ends[end - 1], begins[split], ends[stop - 1], ends[last]]
    ).T
    table = hits.assign(
        begin=where[:, 1],
        end=where[:, 2],
        begin_2=pd.Series(where[:, 3], dtype="Int64").mask(split < 0).to_numpy(),
        end_2=pd.Series(where[:, 4], dtype="Int64").mask(split < 0).to_numpy(),
        **_words(texts, first, end),
        **_passages(hits["doc_id"].tolist(), where.tolist(), (split >= 0).tolist(), texts),
    )
    table["segment_id"] = [
        f"{doc}:{n:04d}" for doc, n in zip(table["doc_id"], table["segment"], strict=True)
    ]
    table["hit_id"] = [f"{d}:{b}" for d, b in zip(table["doc_id"], table["begin"], strict=True)]
    return table[list(COLUMNS)].astype(TYPES).reset_index(drop=True)


def _words(texts: Texts, first: np.ndarray, end: np.ndarray) -> dict[str, list[str]]:
    """Give lemmas and tags of each hit; of a split verb the lemma with its particle."""
    spans = [np.arange(a, b) for a, b in zip(first.tolist(), end.tolist(), strict=True)]
    flat = np.concatenate([np.zeros(0, dtype=np.int64), *spans])
    borders = np.cumsum([len(span) for span in spans])[:-1]
    lemma, joined, pos = (
        values_at(texts.tokens[name], flat) for name in ("lemma", "joined", "pos")
    )
    named = {"lemma": np.where(joined == "", lemma, joined), "pos": pos}
    return {
        name: [" ".join(part) for part in np.split(values, borders)] if spans else []
        for name, values in named.items()
    }


def _passages(
    doc_ids: Sequence[str], where: Sequence[Sequence[int]], split: Sequence[bool], texts: Texts
) -> dict[str, list[str]]:
    """Cut the passages out of the articles; each article is read once."""
    files = {doc_id: read_text(texts.layout.raw / f"{doc_id}.txt") for doc_id in {*doc_ids}}
    rows = [
        [readable(piece) for piece in _pieces(files[doc_id], places, is_split)]
        for doc_id, places, is_split in zip(doc_ids, where, split, strict=True)
    ]
    return {name: [row[i] for row in rows] for i, name in enumerate(PASSAGE)}


def _pieces(text: str, where: Sequence[int], is_split: bool) -> Iterator[str]:
    begin, node, after, particle, stop, end = where
    yield text[begin:node]
    yield text[node:after]
    yield text[after:particle] if is_split else ""
    yield text[particle:stop] if is_split else ""
    yield text[stop:end]


def readable(text: str) -> str:
    r"""Write a passage on one line, without characters that steer a terminal or the direction.

    Examples
    --------
    >>> readable("Der\n Saal\x1b[31m ist leer.")
    'Der Saal[31m ist leer.'
    """
    spaced = "".join(" " if character.isspace() else character for character in text)
    return re.sub(" +", " ", spaced.translate(UNWANTED))


def document_names(lines: pd.DataFrame) -> list[str]:
    """Name documents by what stands before the first underscore, where that is enough.

    Examples
    --------
    >>> document_names(pd.DataFrame({"doc_id": ["000_f9", "001_5d", "000_f9"]}))
    ['000', '001', '000']
    """
    doc_ids = [str(doc_id) for doc_id in lines["doc_id"]]
    short = [doc_id.split("_")[0] for doc_id in doc_ids]
    return short if len(set(short)) == len(set(doc_ids)) else doc_ids
