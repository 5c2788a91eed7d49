"""What a query finds, one row per hit, without text: filtered, sampled, sorted."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from analysis.concordance.query import Query
from analysis.concordance.texts import CLOSED, CODES, Texts, check_values, find_matches, judge
from analysis.study.errors import MeasureError, join_faults, unknown
from analysis.tables.schema import KINDS

#: One value or several, by the column that they are looked for in.
Where = Mapping[str, str | Sequence[str]]
SORTED_BY = ("document", "event", "node", *(f"{n}{side}" for side in "LR" for n in range(1, 10)))
OF_SOURCE = ("event", "outlet", "kind")


def find_hits(query: Query, texts: Texts) -> pd.DataFrame:
    """Find the hits of a query.

    Returns
    -------
    DataFrame
        In the order of the text: first, end (positions of the first token and after the
        last one), particle (position of the split-off particle behind the hit, -1: none),
        the columns of `OF_SOURCE`, doc_id, segment_id, zone, voice and the codes of the first
        mention in the hit, which are empty if it holds none.
    """
    check_values(query, texts.study)
    units = texts.sentences if query.unit == "sentence" else texts.segments
    holds = partial(judge, tokens=texts.tokens, query=query.text)
    first, end = find_matches(query.pattern, units, holds)
    hits = pd.DataFrame({"first": first, "end": end, "particle": _particles(texts, first, end)})
    speaking = _speaking(texts, first, end)
    for name in ("doc_id", "segment_id", "zone", "voice", *CODES):
        hits[name] = pd.Series(values_at(texts.tokens[name], speaking), dtype="str")
    for name in OF_SOURCE:
        known = {source.id: getattr(source, name) for source in texts.sources}
        hits[name] = hits["doc_id"].map(known).astype("str")
    return hits


def _particles(texts: Texts, first: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the first particle that a verb of the hit left behind the hit; -1: none."""
    further = texts.tokens["particle"].to_numpy()
    places, hits = _inside(np.flatnonzero(further), first, end)
    behind = places + further[places]
    outside = behind >= end[hits]
    nearest = np.full(len(first), len(further), dtype=np.int64)
    np.minimum.at(nearest, hits[outside], behind[outside])
    return np.where(nearest == len(further), -1, nearest)


def _speaking(texts: Texts, first: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return for each hit the token whose codes count: its first mention, else its first token."""
    frames = texts.tokens["frame"].cat
    coded = np.asarray(frames.categories != "")[frames.codes.to_numpy()]
    places, hits = _inside(np.flatnonzero(coded), first, end)
    chosen = np.array(first, dtype=np.int64)
    chosen[hits[::-1]] = places[::-1]
    return chosen


def _inside(
    places: np.ndarray, first: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Keep the places that lie in a hit, and say in which; hits do not overlap."""
    hits = np.searchsorted(first, places, side="right") - 1
    kept = np.flatnonzero(hits >= 0)
    kept = kept[places[kept] < end[hits[kept]]]
    return places[kept], hits[kept]


def values_at(column: pd.Series, places: np.ndarray) -> np.ndarray:
    """Return the text of a column of tokens at some places, without writing out the others."""
    values = column.cat.categories.to_numpy(dtype=object)
    return np.asarray(values[column.cat.codes.to_numpy()[places]])


def values_in(column: pd.Series, first: np.ndarray, end: np.ndarray) -> list[np.ndarray]:
    """Return for each hit the text of a column at its tokens."""
    values, codes = column.cat.categories.to_numpy(dtype=object), column.cat.codes.to_numpy()
    return [values[codes[a:b]] for a, b in zip(first.tolist(), end.tolist(), strict=True)]


def filter_hits(hits: pd.DataFrame, where: Where, texts: Texts) -> pd.DataFrame:
    """Keep the hits whose columns have the values asked for, of which none may be unknown."""
    allowed: dict[str, tuple[str, ...]] = CLOSED | {
        "doc_id": tuple(source.id for source in texts.sources),
        "event": tuple(event.id for event in texts.study.events),
        "frame": tuple(frame.id for frame in texts.study.frames),
        "kind": KINDS,
        # An empty outlet is an unknown one.
        "outlet": tuple({source.outlet for source in texts.sources}),
        "speaker": tuple(str(one) for one in texts.tokens["speaker"].cat.categories),
    }
    faults = [unknown("filter", name, allowed) for name in where if name not in allowed]
    asked = {n: (v,) if isinstance(v, str) else tuple(v) for n, v in where.items() if n in allowed}
    for name, values in asked.items():
        known = allowed[name]
        faults += [unknown(name, value, known) for value in values if value not in known]
        hits = hits[hits[name].isin(values)]
    if faults:
        raise MeasureError(join_faults("concordance", faults))
    return hits


def sample_hits(hits: pd.DataFrame, n: int | None, seed: int) -> pd.DataFrame:
    """Draw n hits so that every document gives as many as any other, as far as it has them.

    The hits stay in the order of the text and get the column inclusion: drawn hits over hits
    of the document, in (0, 1]. Without n all are drawn.

    Examples
    --------
    >>> hits = pd.DataFrame({"doc_id": ["a"] * 8 + ["b"] * 2})
    >>> sample_hits(hits, 6, seed=1)["inclusion"].tolist()
    [0.5, 0.5, 0.5, 0.5, 1.0, 1.0]
    """
    sizes = hits.groupby("doc_id").size()
    if n is None or n >= len(hits):
        return hits.assign(inclusion=1.0)
    random = np.random.default_rng(seed)
    drawn = pd.Series(_even(sizes.to_numpy(), n, random), index=sizes.index)
    rows = {str(k): v for k, v in hits.reset_index(drop=True).groupby("doc_id").indices.items()}
    places = [random.choice(rows[doc_id], drawn[doc_id], replace=False) for doc_id in sorted(rows)]
    chosen = hits.iloc[np.sort(np.concatenate(places))]
    return chosen.assign(inclusion=chosen["doc_id"].map(drawn / sizes).astype(float))


def _even(sizes: np.ndarray, n: int, random: np.random.Generator) -> np.ndarray:
    """Deal out n draws in rounds; who gets those of the last round is drawn."""
    drawn = np.zeros(len(sizes), dtype=int)
    while (left := n - int(drawn.sum())) > 0:
        open_ = np.flatnonzero(drawn < sizes)
        if left < len(open_):
            open_ = random.choice(open_, size=left, replace=False)
        drawn[open_] += 1
    return drawn


def sort_hits(hits: pd.DataFrame, by: str, texts: Texts) -> pd.DataFrame:
    """Sort by words around the hit, such as ``1L,2L`` or ``node,1R``, the first counting most.

    Ties stay in the order of the text, and so does all if nothing is asked for. Case and
    umlauts do not count (DIN 5007-1), and no context word lies outside the segment.
    """
    keys = [key.strip() for key in by.split(",") if key.strip()]
    wrong = [unknown("sort key", key, SORTED_BY) for key in keys if key not in SORTED_BY]
    if wrong:
        raise MeasureError(join_faults("concordance, sort", wrong))
    columns = [_key(key, hits, texts) for key in keys]
    order = sorted(range(len(hits)), key=lambda i: [column[i] for column in columns])
    return hits.iloc[order]


def _key(key: str, hits: pd.DataFrame, texts: Texts) -> list[str]:
    if key in ("document", "event"):
        return hits["doc_id" if key == "document" else key].tolist()
    forms = texts.tokens["form"]
    first, end = hits["first"].to_numpy(), hits["end"].to_numpy()
    if key == "node":
        return [alphabetic(" ".join(words)) for words in values_in(forms, first, end)]
    places = word_places(texts, first, end, int(key[0]) if key[1] == "R" else -int(key[0]))
    words = values_at(forms, places).tolist() if len(places) else []
    return [alphabetic(word) if at >= 0 else "" for word, at in zip(words, places, strict=True)]


def word_places(texts: Texts, first: np.ndarray, end: np.ndarray, distance: int) -> np.ndarray:
    """Return the place of the n-th word behind the hit, or before it; -1: not in the segment."""
    words, segments = texts.words, texts.segments
    behind = distance > 0
    start = np.searchsorted(words, end if behind else first) + distance - behind
    inside = (start >= 0) & (start < len(words))
    places = words[np.clip(start, 0, max(len(words) - 1, 0))] if len(words) else start
    same = segments[places] == segments[first]
    return np.where(inside & same, places, -1)


def alphabetic(text: str) -> str:
    """Write a word as dictionaries sort it (DIN 5007-1): case, umlauts, accents aside.

    Examples
    --------
    >>> alphabetic("Übereinkunft"), alphabetic("STRAẞE")
    ('ubereinkunft', 'strasse')
    """
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))
