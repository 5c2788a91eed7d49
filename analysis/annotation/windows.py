"""Which words are counted together, which stand near nodes, and whose words are told.

A bag of ten words is a sentence. So no table tells of a bag of fewer than `BAG_FLOOR` tokens,
and no two of them do, the one taken from the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.annotation.mentions import Mention
from analysis.annotation.speech.actors import ActorMention
from analysis.annotation.tokens import Sentence, Token
from analysis.study.design import BAG_FLOOR
from analysis.tables.repeats import first_of_repeats
from analysis.tables.schema import NODE_KINDS, SHOWN, VOICES, Weight, empty_table, find_table

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
ENOUGH, TOO_FEW, BY_DIFFERENCE = SHOWN
#: What all segments of a bag share: one weight, and one answer to "is it a copy?".
COPY = ["weight_within", "weight_across", "once_within", "once_across"]


def assign_bags(segments: pd.DataFrame) -> pd.Series:
    """Return the bag in which the words of each segment are counted, in the order of the segments.

    A segment of 20 tokens is a bag. Shorter ones of a document and zone are counted together;
    what has too few even so joins the smallest bag of the document, or, where there is none,
    what else has too few. Segments of different weights, or of which one is a copy to be left
    out and the other is not, are never counted together: every measure can leave out or weigh
    a bag as a whole.

    The segments are those of whole documents, with what `mark_firsts` says of them. A bag is
    named by the segment_id of the first segment that it was begun with; the name is empty where
    the document has fewer than 20 tokens of that weight.

    Examples
    --------
    >>> segments = pd.DataFrame({"segment_id": ["a:0", "a:1", "a:2"], "doc_id": "a",
    ...     "zone": ["headline", "body", "body"], "n_tokens": [8, 40, 30],
    ...     "weight_within": 1.0, "weight_across": 1.0, "once_within": True, "once_across": True})
    >>> assign_bags(segments).tolist()
    ['a:2', 'a:1', 'a:2']
    """
    is_short = segments["n_tokens"] < BAG_FLOOR
    together = segments["segment_id"].where(~is_short)
    short = segments[is_short]
    firsts = short.groupby(["doc_id", "zone", *COPY], sort=False)["segment_id"].transform("first")
    bags = together.fillna(firsts)
    sizes = segments.assign(bag_id=bags).groupby(["doc_id", *COPY, "bag_id"], sort=False)
    table = sizes["n_tokens"].sum().reset_index()
    # Documents whose bags are all large enough, nearly all of a long text, need no second look.
    lacking = table[table["n_tokens"] < BAG_FLOOR]["doc_id"]
    moved = {
        small: large
        for _, one in table[table["doc_id"].isin(lacking)].groupby(["doc_id", *COPY], sort=False)
        for small, large in _joined(one["bag_id"], one["n_tokens"])
    }
    return bags.replace(moved) if moved else bags


def _joined(bag_ids: pd.Series, n_tokens: pd.Series) -> Iterator[tuple[str, str]]:
    """Pair each bag of one document and weight that is too small with the one that it joins."""
    sizes = dict(zip(bag_ids, n_tokens, strict=True))
    small = [bag_id for bag_id, n in sizes.items() if n < BAG_FLOOR]
    large = {bag_id: n for bag_id, n in sizes.items() if n >= BAG_FLOOR}
    if not large:
        enough = sum(sizes.values()) >= BAG_FLOOR
        yield from ((bag_id, small[0] if enough else "") for bag_id in small)
        return
    for bag_id in small:
        smallest = min(large, key=lambda one: (large[one], one))
        large[smallest] += sizes[bag_id]
        yield bag_id, smallest


class KnownSets:
    """The sets of tokens of one document whose words some table tells, beside its bags.

    A set is told only if no reader can subtract bags and sets told from one another, two at
    a time, so that 1 to 19 tokens are left. Words of a node itself are known to every reader
    and are left out of the reckoning.
    """

    def __init__(self, bags: IntArray) -> None:
        self._bags = bags
        self._told: list[tuple[IntArray, BoolArray]] = []

    def tell(self, tokens: BoolArray, own: BoolArray | None = None) -> str:
        """Return whether the words of a set may be told, one of `SHOWN`, and remember it if so.

        ``tokens`` says which tokens of the document are in the set, ``own`` which are of the node
        itself and so in no set of it. A set without a token is shown.

        Examples
        --------
        >>> known = KnownSets(np.zeros(100, dtype=np.int64))
        >>> known.tell(np.arange(100) < 60), known.tell(np.arange(100) < 70)
        ('shown', 'by_difference')
        """
        own = np.zeros(len(tokens), dtype=bool) if own is None else own
        if not tokens.any() or any(np.array_equal(tokens, other) for other, _ in self._told):
            return ENOUGH
        if tokens.sum() < BAG_FLOOR:
            return TOO_FEW
        values = tokens.astype(np.int64)
        if any(0 < rest < BAG_FLOOR for rest in self._rests(values, own)):
            return BY_DIFFERENCE
        self._told.append((values, own))
        return ENOUGH

    def _rests(self, values: IntArray, own: BoolArray) -> Iterator[int]:
        """Return how many tokens are left, at least, by each way of subtracting."""
        yield least_rest(values[~own], self._bags[~own])
        for others, others_own in self._told:
            kept = ~(own | others_own)
            for combined in (values - others, values + others):
                yield least_rest(combined[kept], self._bags[kept])


def least_rest(values: IntArray, bags: IntArray) -> int:
    """Count what is left of some sets of tokens when whole bags are taken off or added at will.

    The values say how often each token is in the sets, below 0 where a set was subtracted; the
    bags number each token's bag. What is left counts with either sign, by the best choice.

    Examples
    --------
    >>> least_rest(np.array([1, 1, 0, 0, 0]), np.array([0, 0, 0, 1, 1]))
    1
    """
    if not len(values):
        return 0
    low, high = min(0, int(values.min())), max(0, int(values.max()))
    levels = np.arange(low, high + 1)
    n_bags = int(bags.max()) + 2
    at = (bags + 1) * len(levels) + (values - low)
    counts = np.bincount(at, minlength=n_bags * len(levels)).reshape(n_bags, len(levels))
    costs = counts @ np.abs(levels[:, None] - levels)
    return int(costs[0, -low] + costs[1:].min(axis=1).sum())


Row = dict[str, Any]
#: Kind of node (frame, actor) and its id in ``study.toml``.
NodeId = tuple[str, str]
#: Weights by which repeats count once.
ONCE: tuple[Weight, ...] = ("within", "across")
NODE = ["doc_id", "span", "node_kind", "node"]
#: What of a document is told in turn: all its segments, then one of each group of repeats.
SCOPES = ("words", *(f"words_once_{weight}" for weight in ONCE))


def find_spans(
    nodes: frozenset[int], sentences: Sequence[int], width: int
) -> dict[str, frozenset[int]]:
    """Find the positions near a node of one segment, by the code of the width and by sentence.

    Every position counts once, also where windows overlap; positions of the node itself
    do not count (as in cwb-ccc, Heinrich and Proisl). No window leaves the segment. Positions
    are those of words in the segment; the sentences number that of each word.

    Examples
    --------
    >>> spans = find_spans(frozenset({2, 3}), [0, 0, 0, 1, 1, 1, 1, 2], 2)
    >>> {span: sorted(found) for span, found in spans.items()}
    {'L2R2': [0, 1, 4, 5], 'sentence': [0, 1, 4, 5, 6]}
    """
    n_words = len(sentences)
    near = {
        position
        for node in nodes
        for position in range(max(0, node - width), min(n_words, node + width + 1))
    }
    named = {sentences[node] for node in nodes}
    within = {position for position in range(n_words) if sentences[position] in named}
    found = {f"L{width}R{width}": near, "sentence": within}
    return {span: frozenset(positions - nodes) for span, positions in found.items()}


def find_nodes(
    mentions: Iterable[Mention], actors: Iterable[ActorMention]
) -> dict[NodeId, list[tuple[Token, ...]]]:
    """List the occurrences of each node as tokens: frames by core mentions, actors by name.

    A split verb is one occurrence of two tokens, a name of two words likewise.
    """
    found: dict[NodeId, list[tuple[Token, ...]]] = {}
    for mention in mentions:
        if mention.tier == "core":
            parts = (mention.token, mention.particle)
            tokens = tuple(part for part in parts if part is not None)
            found.setdefault(("frame", mention.frame), []).append(tokens)
    for actor in actors:
        found.setdefault(("actor", actor.actor), []).append(actor.tokens)
    return found


def node_rows(
    nodes: Mapping[NodeId, Sequence[tuple[Token, ...]]], segment_id: str
) -> Iterator[Row]:
    """Return the rows of one segment for the open table ``nodes``."""
    for (kind, node), occurrences in nodes.items():
        yield {
            "segment_id": segment_id,
            "node_kind": kind,
            "node": node,
            "n_nodes": len(occurrences),
            "n_node_tokens": len({token.begin for tokens in occurrences for token in tokens}),
        }


def near_rows(
    sentences: Sequence[Sentence],
    nodes: Mapping[NodeId, Sequence[tuple[Token, ...]]],
    width: int,
    segment_id: str,
) -> Iterator[Row]:
    """Return which words of one segment stand near its nodes, by their numbers in the segment.

    A row has segment_id, span, node_kind, node, n_nodes (occurrences), near and own: numbers of
    the words near the node and of its own, from 0.
    """
    words = [(i, t) for i, one in enumerate(sentences) for t in one.tokens if t.is_word]
    place = {token.begin: position for position, (_, token) in enumerate(words)}
    numbers = [number for number, _ in words]
    for (kind, node), occurrences in nodes.items():
        own = {place[token.begin] for tokens in occurrences for token in tokens}
        row = {"segment_id": segment_id, "node_kind": kind, "node": node}
        yield from span_rows(row | {"n_nodes": len(occurrences)}, own, numbers, width)


def span_rows(
    node: Row, own: Collection[int], sentences: Sequence[int], width: int
) -> Iterator[Row]:
    """Add to a row for one node in one segment what stands near it, by span, as `near_rows` does.

    The node's own places and the numbers of the sentences are those of `find_spans`.
    """
    for span, near in find_spans(frozenset(own), sentences, width).items():
        yield {**node, "span": span, "near": sorted(near), "own": sorted(own)}


def mark_firsts(segments: pd.DataFrame) -> pd.DataFrame:
    """Return by segment its document and, by weight, whether it is the first of its repeats."""
    firsts = {f"once_{weight}": first_of_repeats(segments, weight) for weight in ONCE}
    return segments[["segment_id", "doc_id"]].assign(**firsts)


def place_tokens(tokens: pd.DataFrame, near: pd.DataFrame) -> pd.DataFrame:
    """List the tokens that stand near nodes or belong to them.

    The tokens stand in their order, numbered from 0 by the index; near is what `near_rows` gives
    for their segments.

    The table has doc_id, span, node_kind, node, token (its number), n_joint and n_in_node (0 or 1).
    """
    begins = tokens.reset_index().groupby("segment_id")["index"].min()
    parts = []
    for column, counts in (("near", (1, 0)), ("own", (0, 1))):
        part = near[["segment_id", *NODE[1:], column]].explode(column).dropna(subset=[column])
        number = part[column].astype("int64") + part["segment_id"].map(begins)
        part = part.assign(token=number, n_joint=counts[0], n_in_node=counts[1])
        parts.append(part.drop(columns=column))
    placed = pd.concat(parts, ignore_index=True).astype({"token": "int64"})
    return placed.assign(doc_id=tokens["doc_id"].to_numpy()[placed["token"]])


def add_up_tokens(
    tokens: pd.DataFrame, near: pd.DataFrame, told: pd.DataFrame | None, name: str
) -> pd.DataFrame:
    """Make windows or cooccurrences, open tables, from the tokens near the nodes of documents.

    The tokens are those of whole documents, numbered from 0, with segment_id, doc_id, lemma, pos,
    once_within and once_across; near is what `near_rows` gives for their segments, told what
    `tell_words` says of windows (None: all words are shown).

    The table is not yet sorted: sums over each document, all segments and, in the columns
    ``*_once_within`` and ``*_once_across``, one of each group of repeats.
    """
    if near.empty:
        return empty_table(name)
    placed = place_tokens(tokens, near).join(tokens[["lemma", "pos"]], on="token")
    counts = {"n_joint": placed["n_joint"], "n_in_node": placed["n_in_node"]}
    for weight in ONCE:
        first = tokens[f"once_{weight}"].to_numpy()[placed["token"]].astype("int64")
        counts |= {f"{column}_once_{weight}": placed[column] * first for column in list(counts)[:2]}
    key = list(find_table(name).key)
    sums = placed[key].assign(**counts).groupby(key, as_index=False).sum()
    if told is None:
        told = sums[NODE].drop_duplicates().assign(**dict.fromkeys(SCOPES, ENOUGH))
    table = sums.merge(told, on=NODE)
    if name == "windows":
        return _with_sizes(table, near, tokens)
    # Counts of words that are not shown are emptied; the node's own are known to everybody.
    hidden = {
        scope.replace("words", "n_joint"): table[scope.replace("words", "n_joint")]
        .astype("Int64")
        .mask(table[scope] != ENOUGH)
        for scope in SCOPES
    }
    empty = pd.DataFrame(hidden).isna().all(axis=1) & (table["n_in_node"] == 0)
    return table.assign(**hidden)[~empty]


def _with_sizes(sums: pd.DataFrame, near: pd.DataFrame, tokens: pd.DataFrame) -> pd.DataFrame:
    """Return the sums under their names in ``windows``, with the nodes counted."""
    doc_id = near["segment_id"].map(tokens.groupby("segment_id")["doc_id"].first())
    nodes = near.assign(doc_id=doc_id).groupby(NODE, as_index=False)["n_nodes"].sum()
    renamed = sums.rename(
        columns=lambda name: name.replace("n_joint", "n_positions").replace(
            "n_in_node", "n_node_tokens"
        )
    )
    return renamed.merge(nodes, on=NODE)


def tell_words(tokens: pd.DataFrame, near: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return whose words are shown of some documents: of which voices, and near which nodes.

    What is told first stays; what would give away too few words by subtraction from it is not
    told. Voices come first, the larger ones before the smaller, then windows before sentences,
    all segments before those without copies, frames before actors.

    Tokens and near are those of `add_up_tokens`, with bag_id and voice. The first table has by
    doc_id words_narrator, words_direct and words_indirect, the second doc_id, span, node_kind,
    node, words, words_once_within and words_once_across: codes of `schema.SHOWN`.
    """
    placed = dict(iter(place_tokens(tokens, near).groupby("doc_id"))) if len(near) else {}
    voices, windows = {}, []
    for doc_id, own in tokens.groupby("doc_id"):
        in_bags = own["bag_id"] != ""
        # Bags are numbered, -1 for words in none.
        known = KnownSets(pd.factorize(own["bag_id"].where(in_bags))[0].astype(np.int64))
        sets = {voice: ((own["voice"] == voice) & in_bags).to_numpy() for voice in VOICES}
        order = sorted(sets, key=lambda voice: -int(sets[voice].sum()))
        voices[doc_id] = {f"words_{voice}": known.tell(sets[voice]) for voice in order}
        if doc_id in placed:
            windows.append(_tell_windows(known, own, placed[doc_id]))
    columns = [f"words_{voice}" for voice in VOICES]
    by_voice = pd.DataFrame.from_dict(voices, orient="index", columns=columns, dtype="str")
    nothing = pd.DataFrame(columns=[*NODE, *SCOPES], dtype="str")
    return by_voice, pd.concat(windows, ignore_index=True) if windows else nothing


def _tell_windows(known: KnownSets, tokens: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    """Return whose windows are shown in one document."""
    sets: dict[tuple[str, ...], tuple[BoolArray, BoolArray]] = {}
    for key, rows in placed.groupby(NODE[1:]):
        near = tokens.index.isin(rows.loc[rows["n_joint"] == 1, "token"])
        own = tokens.index.isin(rows.loc[rows["n_in_node"] == 1, "token"])
        sets[tuple(map(str, key))] = near, own
    order = sorted(sets, key=_turn)
    counted = {SCOPES[0]: np.ones(len(tokens), dtype=bool)} | {
        f"words_once_{weight}": tokens[f"once_{weight}"].to_numpy(dtype=bool) for weight in ONCE
    }
    found = {
        scope: [known.tell(sets[key][0] & counted[scope], sets[key][1]) for key in order]
        for scope in SCOPES
    }
    table = pd.DataFrame(order, columns=NODE[1:]).assign(**found)
    return table.assign(doc_id=str(tokens["doc_id"].iloc[0]))


def _turn(key: tuple[str, ...]) -> tuple[bool, int, str]:
    span, kind, node = key
    return span == "sentence", NODE_KINDS.index(kind), node
