"""Words near nodes: counted once per position, summed up per document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.annotation.mentions import Mention
from analysis.annotation.names import ActorMention
from analysis.annotation.tokens import Sentence, Token
from analysis.repeats import first_of_repeats
from analysis.schema import Weight, empty_table, find_table

Row = dict[str, Any]
#: Kind of node (frame, actor) and its id in ``study.toml``.
NodeId = tuple[str, str]
#: Weights by which repeats count once.
ONCE: tuple[Weight, ...] = ("within", "across")


@dataclass
class WindowCounts:
    """What one segment counts near its nodes; keys begin with span, kind of node, node."""

    joint: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)
    in_node: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)
    nodes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    node_tokens: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    positions: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def span_code(width: int) -> str:
    """Name the window of so many words to the left and right.

    Examples
    --------
    >>> span_code(5)
    'L5R5'
    """
    return f"L{width}R{width}"


def find_spans(
    nodes: frozenset[int], sentences: Sequence[int], width: int
) -> dict[str, frozenset[int]]:
    """Find the positions near a node of one segment, by each span.

    Every position counts once, also where windows overlap; positions of the node itself
    do not count (as in cwb-ccc, Heinrich and Proisl). No window leaves the segment.

    Parameters
    ----------
    nodes : frozenset of int
        Positions of the node, all its occurrences, counted in words of the segment.
    sentences : sequence of int
        For each word of the segment, the number of its sentence.
    width : int
        Words to the left and to the right.

    Returns
    -------
    dict
        Positions by span: the code of the width, and sentence.

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


def count_windows(
    counts: WindowCounts,
    sentences: Sequence[Sentence],
    nodes: Mapping[NodeId, Sequence[tuple[Token, ...]]],
    width: int,
) -> None:
    """Count what stands near the nodes of one segment.

    Parameters
    ----------
    counts : WindowCounts
        Added to in place.
    sentences : sequence of Sentence
        The segment's.
    nodes : mapping
        What `find_nodes` gives for the segment.
    width : int
        Words to the left and right.
    """
    words = [(i, t) for i, one in enumerate(sentences) for t in one.tokens if t.is_word]
    place = {token.begin: position for position, (_, token) in enumerate(words)}
    for (kind, node), occurrences in nodes.items():
        own = frozenset(place[token.begin] for tokens in occurrences for token in tokens)
        spans = find_spans(own, [number for number, _ in words], width)
        for span, positions in spans.items():
            key = (span, kind, node)
            counts.nodes[key] += len(occurrences)
            counts.node_tokens[key] += len(own)
            counts.positions[key] += len(positions)
            counts.joint.update((*key, *_term(words[p][1])) for p in positions)
            counts.in_node.update((*key, *_term(words[p][1])) for p in own)


def _term(token: Token) -> tuple[str, str]:
    return token.lemma, token.pos


def node_rows(
    nodes: Mapping[NodeId, Sequence[tuple[Token, ...]]], segment_id: str
) -> Iterator[Row]:
    """Give the rows of one segment for the open table ``nodes``."""
    for (kind, node), occurrences in nodes.items():
        yield {
            "segment_id": segment_id,
            "node_kind": kind,
            "node": node,
            "n_nodes": len(occurrences),
            "n_node_tokens": len({token.begin for tokens in occurrences for token in tokens}),
        }


def window_rows(counts: WindowCounts, segment_id: str) -> Iterator[Row]:
    """Give the rows of one segment that `add_up_segments` makes the table ``windows`` of."""
    for key in sorted(counts.nodes):
        yield {
            "segment_id": segment_id,
            **dict(zip(("span", "node_kind", "node"), key, strict=True)),
            "n_nodes": counts.nodes[key],
            "n_node_tokens": counts.node_tokens[key],
            "n_positions": counts.positions[key],
        }


def cooccurrence_rows(counts: WindowCounts, segment_id: str) -> Iterator[Row]:
    """Give the rows of one segment that make the table ``cooccurrences``."""
    columns = ("span", "node_kind", "node", "lemma", "pos")
    for key in sorted({*counts.joint, *counts.in_node}):
        yield {
            "segment_id": segment_id,
            **dict(zip(columns, key, strict=True)),
            "n_joint": counts.joint[key],
            "n_in_node": counts.in_node[key],
        }


def add_up_segments(rows: pd.DataFrame, segments: pd.DataFrame, name: str) -> pd.DataFrame:
    """Make an open table of documents from the counts of their segments.

    Parameters
    ----------
    rows : DataFrame
        What `window_rows` or `cooccurrence_rows` gives for all segments.
    segments : DataFrame
        The open table ``segments`` with its groups of repeats.
    name : str
        windows or cooccurrences.

    Returns
    -------
    DataFrame
        The open table, not yet sorted: sums over each document, all segments and, in the
        columns ``*_once_within`` and ``*_once_across``, one of each group of repeats.
    """
    return empty_table(name) if rows.empty else add_up_marked(rows, mark_firsts(segments), name)


def mark_firsts(segments: pd.DataFrame) -> pd.DataFrame:
    """Say by segment its document and, by weight, whether it is the first of its repeats.

    Parameters
    ----------
    segments : DataFrame
        All rows of the open table ``segments``.

    Returns
    -------
    DataFrame
        segment_id, doc_id, once_within, once_across.
    """
    firsts = {f"once_{weight}": first_of_repeats(segments, weight) for weight in ONCE}
    return segments[["segment_id", "doc_id"]].assign(**firsts)


def add_up_marked(rows: pd.DataFrame, marked: pd.DataFrame, name: str) -> pd.DataFrame:
    """Make an open table as `add_up_segments` does, for the documents of some segments.

    Parameters
    ----------
    rows : DataFrame
        Counts by segment.
    marked : DataFrame
        Of these segments what `mark_firsts` says.
    name : str
        windows or cooccurrences.
    """
    table = find_table(name)
    if rows.empty:
        return empty_table(name)
    known = marked.set_index("segment_id")
    counted = rows.assign(doc_id=rows["segment_id"].map(known["doc_id"]))
    for weight in ONCE:
        kept = counted["segment_id"].map(known[f"once_{weight}"])
        for column in (each for each in table.names if each.endswith(f"_once_{weight}")):
            counted[column] = counted[column.removesuffix(f"_once_{weight}")].where(kept, 0)
    return counted.groupby(list(table.key), as_index=False).sum(numeric_only=True)
