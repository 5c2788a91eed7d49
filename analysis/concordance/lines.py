"""Concordances: every hit with the text around it, and counts that hold no text.

What is counted may be published; the lines themselves may not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.concordance.hits import (
    Where,
    filter_hits,
    find_hits,
    sample_hits,
    sort_hits,
    values_in,
    word_places,
)
from analysis.concordance.query import parse_query
from analysis.concordance.texts import Texts, open_texts
from analysis.corpus.sources import read_article
from analysis.study.errors import MeasureError, unknown

#: What hits may be counted by.
COUNTED_BY = (
    "doc_id", "event", "frame", "kind", "lemma", "node", "outlet", "polarity", "pos",
    "speaker", "about", "tier", "voice", "zone",
)  # fmt: skip
#: Names for how much text stands around a hit, beside a number of words.
CONTEXTS = ("narrow", "segment", "sentence", "wide")
DEFAULT_CONTEXT, MOST_WORDS, WIDE = 8, 200, 40
PASSAGE = ("left", "node", "gap", "particle", "right")
COLUMNS = (
    "hit_id", "doc_id", "event", "outlet", "kind", "segment_id", "zone",
    "begin", "end", "begin_2", "end_2", *PASSAGE, "lemma", "pos",
    "frame", "tier", "about", "polarity", "voice", "speaker", "inclusion",
)  # fmt: skip
OFFSETS = {"begin": "int64", "end": "int64", "begin_2": "Int64", "end_2": "Int64"}
TYPES = dict.fromkeys(COLUMNS, "str") | OFFSETS | {"inclusion": "float64"}
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
        Values, or lists of them, by column: doc_id, event, outlet, kind, zone, or a code.
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
        One row per hit, `COLUMNS`: begin to end_2 are offsets in the file (code points); left,
        node, gap, particle, right put together are the passage (begin_2, end_2, gap, particle
        only for split verbs); the codes are those of the first mention in the hit (without
        one only voice has a value); inclusion is drawn hits over hits of the document, in
        (0, 1]. It holds article text: not for publication.

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
    unit = _unit_of(context)
    if sample is not None and sample < 1:
        raise MeasureError(f"concordance: sample: wanted at least 1, came {sample}")
    texts = open_texts() if texts is None else texts
    hits = filter_hits(find_hits(parsed, texts), where or {}, texts)
    hits = sort_hits(sample_hits(hits, sample, texts.study.seed), sort, texts)
    return _lines(hits, texts, texts.study.collocation.width if unit == "narrow" else unit)


def _unit_of(context: int | str) -> int | str:
    """Return a number of words, sentence, segment, or narrow, whose number the study says."""
    if isinstance(context, int) or context.isdecimal():
        if not 1 <= int(context) <= MOST_WORDS:
            said = f"wanted 1 to {MOST_WORDS} words, came {context}"
            raise MeasureError(f"concordance: context: {said}")
        return int(context)
    if context not in CONTEXTS:
        raise MeasureError(f"concordance: {unknown('context', context, [*CONTEXTS, 'a number'])}")
    return WIDE if context == "wide" else context


def _bounds(
    texts: Texts, first: np.ndarray, end: np.ndarray, unit: int | str
) -> tuple[np.ndarray, np.ndarray]:
    """Find the first and the last token of each context: words count, and marks do not.

    Where the segment has fewer words than asked for, all of it is context.
    """
    numbers = texts.sentences if unit == "sentence" else texts.segments
    begin = np.searchsorted(numbers, numbers[first], side="left")
    last = np.searchsorted(numbers, numbers[end - 1], side="right") - 1
    if isinstance(unit, str):
        return begin, last
    left, right = (word_places(texts, first, end, distance) for distance in (-unit, unit))
    return np.where(left < 0, begin, left), np.where(right < 0, last, right)


def _lines(hits: pd.DataFrame, texts: Texts, unit: int | str) -> pd.DataFrame:
    first, end = hits["first"].to_numpy(), hits["end"].to_numpy()
    particle = hits["particle"].to_numpy()
    split = particle >= 0
    stop = np.where(split, particle + 1, end)
    left, last = _bounds(texts, first, stop, unit)
    begins, ends = (texts.tokens[name].to_numpy() for name in ("begin", "end"))
    after = ends[end - 1]
    second = np.where(split, begins[particle], after), np.where(split, ends[particle], after)
    cuts = np.stack([begins[left], begins[first], after, *second, ends[last]]).T
    table = hits.assign(
        begin=cuts[:, 1],
        end=after,
        begin_2=pd.Series(second[0], dtype="Int64").mask(~split).to_numpy(),
        end_2=pd.Series(second[1], dtype="Int64").mask(~split).to_numpy(),
        **_words(texts, first, end),
        **_passages(hits["doc_id"].tolist(), cuts.tolist(), texts),
    )
    table["hit_id"] = table["doc_id"] + ":" + table["begin"].astype("str")
    return table[list(COLUMNS)].astype(TYPES).reset_index(drop=True)


def _words(texts: Texts, first: np.ndarray, end: np.ndarray) -> dict[str, list[str]]:
    """Return lemmas and tags of each hit; of a split verb the lemma with its particle."""
    lemma, joined, pos = (
        values_in(texts.tokens[name], first, end) for name in ("lemma", "joined", "pos")
    )
    pairs = zip(lemma, joined, strict=True)
    return {
        "lemma": [" ".join(np.where(with_it == "", own, with_it)) for own, with_it in pairs],
        "pos": [" ".join(tags) for tags in pos],
    }


def _passages(
    doc_ids: Sequence[str], cuts: Sequence[Sequence[int]], texts: Texts
) -> dict[str, list[str]]:
    """Cut the passages out of the articles; each article is read once."""
    files = {doc_id: read_article(texts.layout.raw / f"{doc_id}.txt") for doc_id in {*doc_ids}}
    rows = [
        [readable(files[doc_id][a:b]) for a, b in pairwise(places)]
        for doc_id, places in zip(doc_ids, cuts, strict=True)
    ]
    return {name: [row[i] for row in rows] for i, name in enumerate(PASSAGE)}


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


def count_hits(lines: pd.DataFrame, by: Sequence[str] = ("event", "doc_id")) -> pd.DataFrame:
    """Count what `concordance_lines` gives.

    Parameters
    ----------
    lines : DataFrame
        A concordance.
    by : sequence of str
        Columns, of `COUNTED_BY`; several count their combinations.

    Returns
    -------
    DataFrame
        The columns of ``by``, n (hits), share (of all lines); sorted by the columns. A
        combination that no line has is missing, not 0.

    Raises
    ------
    MeasureError
        If a column is unknown.

    Examples
    --------
    >>> lines = pd.DataFrame({"event": ["a", "b", "a", "a"]})
    >>> count_hits(lines, ["event"])
      event  n  share
    0     a  3   0.75
    1     b  1   0.25
    """
    for name in by:
        if name not in COUNTED_BY:
            raise MeasureError(f"count_hits: {unknown('column', name, COUNTED_BY)}")
    counted = lines.groupby(list(by), sort=True).size().rename("n").reset_index()
    return counted.assign(share=counted["n"] / max(len(lines), 1))


def hits_by_document(lines: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Count the hits in every document, those without any included.

    Parameters
    ----------
    lines, documents : DataFrame
        What `concordance_lines` gives without a sample, and the open table.

    Returns
    -------
    DataFrame
        doc_id, event, n (hits), n_tokens (word tokens of the document), per_1000 (hits per
        1,000 word tokens); in the order of the documents.

    Raises
    ------
    MeasureError
        If the lines are a sample, or of a document that the table does not have.

    Examples
    --------
    >>> lines = pd.DataFrame({"doc_id": ["a", "a"], "inclusion": 1.0})
    >>> documents = pd.DataFrame({"doc_id": ["a", "b"], "event": "e", "n_tokens": [500, 800]})
    >>> hits_by_document(lines, documents)["per_1000"].tolist()
    [4.0, 0.0]
    """
    _check_lines(lines, documents, "hits_by_document")
    table = documents[["doc_id", "event", "n_tokens"]].reset_index(drop=True)
    n = table["doc_id"].map(lines["doc_id"].value_counts()).fillna(0).astype("int64")
    table.insert(2, "n", n)
    return table.assign(per_1000=1000 * table["n"] / table["n_tokens"])


def hit_places(lines: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Say where in its document each hit begins.

    Parameters
    ----------
    lines, documents : DataFrame
        As in `hits_by_document`, with the same `MeasureError`.

    Returns
    -------
    DataFrame
        doc_id, event, place (share of the file before the hit, in [0, 1)); in the order of
        the documents and of the text. A document without hits has one row without a place.
    """
    _check_lines(lines, documents, "hit_places")
    ordered = lines[["doc_id", "begin"]].sort_values(["doc_id", "begin"], kind="stable")
    table = documents[["doc_id", "event", "n_characters"]].merge(ordered, "left", "doc_id")
    return table.assign(place=table["begin"] / table["n_characters"])[["doc_id", "event", "place"]]


def _check_lines(lines: pd.DataFrame, documents: pd.DataFrame, who: str) -> None:
    if not (lines["inclusion"] == 1).all():
        raise MeasureError(f"{who}: the lines are a sample; wanted all hits, so leave `sample` out")
    odd = sorted(set(lines["doc_id"]) - set(documents["doc_id"]))
    if odd:
        raise MeasureError(f"{who}: {unknown('document', odd[0], documents['doc_id'])}")
