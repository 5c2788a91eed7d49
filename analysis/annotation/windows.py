"""Words near nodes: counted once per position, summed up per document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.annotation.bags import ENOUGH, BoolArray, KnownSets, number_bags
from analysis.annotation.mentions import Mention
from analysis.annotation.speech.actors import ActorMention
from analysis.annotation.tokens import Sentence, Token
from analysis.tables.repeats import first_of_repeats
from analysis.tables.schema import NODE_KINDS, VOICES, Weight, empty_table, find_table

Row = dict[str, Any]
#: Kind of node (frame, actor) and its id in ``study.toml``.
NodeId = tuple[str, str]
#: Weights by which repeats count once.
ONCE: tuple[Weight, ...] = ("within", "across")
NODE = ["doc_id", "span", "node_kind", "node"]
#: What of a document is told in turn: all its segments, then one of each group of repeats.
SCOPES = ("words", *(f"words_once_{weight}" for weight in ONCE))


def span_code(width: int) -> str:
    """Return the name of the window of so many words to the left and right.

    Examples
    --------
    >>> span_code(5)
    'L5R5'
    """
    return f"L{width}R{width}"


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
    found = {span_code(width): near, "sentence": within}
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

    Yields
    ------
    dict
        segment_id, span, node_kind, node, n_nodes (occurrences), near and own: numbers of
        the words near the node and of its own, from 0.
    """
    words = [(i, t) for i, one in enumerate(sentences) for t in one.tokens if t.is_word]
    place = {token.begin: position for position, (_, token) in enumerate(words)}
    for (kind, node), occurrences in nodes.items():
        own = frozenset(place[token.begin] for tokens in occurrences for token in tokens)
        for span, near in find_spans(own, [number for number, _ in words], width).items():
            yield {
                "segment_id": segment_id,
                "span": span,
                "node_kind": kind,
                "node": node,
                "n_nodes": len(occurrences),
                "near": sorted(near),
                "own": sorted(own),
            }


def mark_firsts(segments: pd.DataFrame) -> pd.DataFrame:
    """Return by segment its document and, by weight, whether it is the first of its repeats."""
    firsts = {f"once_{weight}": first_of_repeats(segments, weight) for weight in ONCE}
    return segments[["segment_id", "doc_id"]].assign(**firsts)


def place_tokens(tokens: pd.DataFrame, near: pd.DataFrame) -> pd.DataFrame:
    """List the tokens that stand near nodes or belong to them.

    The tokens stand in their order, numbered from 0 by the index; near is what `near_rows` gives
    for their segments.

    Returns
    -------
    DataFrame
        doc_id, span, node_kind, node, token (its number), n_joint and n_in_node (0 or 1).
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

    Parameters
    ----------
    tokens : DataFrame
        Of whole documents, numbered from 0: segment_id, doc_id, lemma, pos, once_within,
        once_across.
    near : DataFrame
        What `near_rows` gives for their segments.
    told : DataFrame or None
        What `tell_words` says of windows; None: all words are shown.
    name : str
        windows or cooccurrences.

    Returns
    -------
    DataFrame
        Not yet sorted: sums over each document, all segments and, in the columns
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
    return _with_sizes(table, near, tokens) if name == "windows" else _without_hidden(table)


def _with_sizes(sums: pd.DataFrame, near: pd.DataFrame, tokens: pd.DataFrame) -> pd.DataFrame:
    """Return the sums under their names in ``windows``, with the nodes counted."""
    doc_id = near["segment_id"].map(tokens.groupby("segment_id")["doc_id"].first())
    nodes = near.assign(doc_id=doc_id).groupby(NODE, as_index=False)["n_nodes"].sum()
    names = {"n_joint": "n_positions", "n_in_node": "n_node_tokens"}
    renamed = {
        f"{old}{scope}": f"{new}{scope}"
        for old, new in names.items()
        for scope in ("", *(f"_once_{weight}" for weight in ONCE))
    }
    return sums.rename(columns=renamed).merge(nodes, on=NODE)


def _without_hidden(table: pd.DataFrame) -> pd.DataFrame:
    """Empty the counts of words that are not shown; the node's own are known to everybody."""
    joint = {scope: scope.replace("words", "n_joint") for scope in SCOPES}
    hidden = {
        column: table[column].astype("Int64").mask(table[scope] != ENOUGH)
        for scope, column in joint.items()
    }
    empty = pd.DataFrame(hidden).isna().all(axis=1) & (table["n_in_node"] == 0)
    return table.assign(**hidden)[~empty]


def tell_words(tokens: pd.DataFrame, near: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return whose words are shown of some documents: of which voices, and near which nodes.

    What is told first stays; what would give away too few words by subtraction from it is not
    told. Voices come first, the larger ones before the smaller, then windows before sentences,
    all segments before those without copies, frames before actors.

    Parameters
    ----------
    tokens, near : DataFrame
        As in `add_up_tokens`, with bag_id and voice.

    Returns
    -------
    voices : DataFrame
        By doc_id, words_narrator, words_direct, words_indirect: codes of `schema.SHOWN`.
    windows : DataFrame
        doc_id, span, node_kind, node, words, words_once_within, words_once_across: the same.
    """
    by_document = {}
    if not near.empty:
        by_document = dict(iter(place_tokens(tokens, near).groupby("doc_id")))
    voices, windows = {}, []
    for doc_id, own in tokens.groupby("doc_id"):
        known = KnownSets(number_bags(own["bag_id"]))
        voices[doc_id] = _tell_voices(known, own)
        if doc_id in by_document:
            windows.append(_tell_windows(known, own, by_document[doc_id]))
    columns = [f"words_{voice}" for voice in VOICES]
    by_voice = pd.DataFrame.from_dict(voices, orient="index", columns=columns, dtype="str")
    nothing = pd.DataFrame(columns=[*NODE, *SCOPES], dtype="str")
    return by_voice, pd.concat(windows, ignore_index=True) if windows else nothing


def _tell_voices(known: KnownSets, tokens: pd.DataFrame) -> dict[str, str]:
    in_bags = tokens["bag_id"] != ""
    sets = {voice: ((tokens["voice"] == voice) & in_bags).to_numpy() for voice in VOICES}
    order = sorted(sets, key=lambda voice: -int(sets[voice].sum()))
    return {f"words_{voice}": known.tell(sets[voice]) for voice in order}


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
