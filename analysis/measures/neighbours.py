"""Counts of words near frames and actors, from the open tables, ready for collocation."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from analysis.errors import MeasureError, unknown
from analysis.features import Features
from analysis.measures.cooccurrences import CoOccurrences
from analysis.measures.counts import describe_documents
from analysis.repeats import first_of_repeats
from analysis.schema import WEIGHTS, Weight

Span = Literal["window", "sentence", "segment"]
NodeKind = Literal["frame", "actor", "lemma"]

SPANS: dict[str, str] = {
    "window": "as many words to either side as study.toml says, within the segment",
    "sentence": "the sentence",
    "segment": "the segment: paragraph, headline, post",
}
NODE_KINDS: dict[str, str] = {
    "frame": "core mentions",
    "actor": "names",
    "lemma": "any lemma; counted from the articles, see annotation.any_node",
}
_TERM = ["doc_id", "node", "lemma", "pos"]


def count_cooccurrences(
    features: Features,
    *,
    node_kind: NodeKind = "frame",
    span: Span = "window",
    pos: tuple[str, ...] = (),
    weight: Weight = "none",
) -> CoOccurrences:
    """Count lemmas near frames or actors, document by document.

    Parameters
    ----------
    features : Features
        The open tables.
    node_kind : str
        frame (core mentions) or actor (names).
    span : str
        window, sentence or segment; see `SPANS`.
    pos : tuple of str
        Only collocates whose tag begins with one of these; empty: all.
    weight : str
        How repeats count: none (every segment), within or across (one segment of each
        group of repeats, in the document or over all documents; counts stay whole).

    Returns
    -------
    CoOccurrences
        Every document with a token counted, also those without a node. Frequencies and
        sizes of documents are those of `terms`; the node's own tokens stand beside, and
        what is computed from the table leaves them out, as `count_pairs` does.

    Raises
    ------
    MeasureError
        If the span, kind of node or weight is unknown.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> counts = count_cooccurrences(read_features(), node_kind="actor", pos=("NN",))
    >>> "Trump" in set(counts.joint["node"])
    True
    """
    documents = describe_documents(features)
    features = count_once(features, weight)
    documents["n_tokens"] = features.documents["n_tokens"]
    near, sizes = _find_near(features, node_kind, span)
    near = _chosen(near, pos).rename(columns={"lemma": "collocate"})
    keys = ["doc_id", "node", "collocate"]
    windows = sizes.rename(columns={"n_positions": "n_node"})
    return CoOccurrences(
        joint=near.groupby(keys)[["n_joint", "n_in_node"]].sum().reset_index(),
        windows=windows[["doc_id", "node", "n_node", "n_node_tokens"]],
        frequencies=_frequencies(features, pos),
        documents=documents[documents["n_tokens"] > 0].reset_index(drop=True),
    )


def count_pairs(
    features: Features,
    *,
    node_kind: NodeKind = "frame",
    span: Span = "window",
    pos: tuple[str, ...] = (),
    by: str = "event",
    weight: Weight = "none",
) -> pd.DataFrame:
    """Count pairs of node and collocate in groups of documents, as cwb-ccc does.

    The node's own tokens are taken off the size of the group and off the frequency of
    a collocate that also stands inside the node (*Union* in *Europäische Union*).

    Parameters
    ----------
    features : Features
        The open tables.
    node_kind, span, pos
        As in `count_cooccurrences`.
    by : str
        Column of documents to group by.
    weight : str
        How repeats count, as in `count_cooccurrences`.

    Returns
    -------
    DataFrame
        The group, node, collocate, n_joint, n_node (tokens near the node), n_collocate,
        n_tokens; sorted. What `analysis.measures.collocation.association` wants.

    Raises
    ------
    MeasureError
        If the span, kind of node, column or weight is unknown.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> pairs = count_pairs(read_features(), node_kind="actor", span="sentence")
    >>> bool((pairs["n_joint"] <= pairs["n_collocate"]).all())
    True
    """
    features = count_once(features, weight)
    documents = features.documents
    if by not in documents.columns:
        raise MeasureError(f"count_pairs: {unknown('column', by, documents.columns)}")
    group = documents.set_index("doc_id", drop=False)[by]
    near, sizes = _find_near(features, node_kind, span)
    near = _chosen(near, pos).rename(columns={"lemma": "collocate"})
    columns = ["n_joint", "n_in_node"]
    pairs = _add_up(near, group, ["node", "collocate"])[[by, "node", "collocate", *columns]]
    sums = _add_up(sizes, group, ["node"])[[by, "node", "n_positions", "n_node_tokens"]]
    frequencies = _add_up(_frequencies(features, pos), group, ["collocate"])
    tokens = documents.groupby(by, as_index=False)["n_tokens"].sum()
    table = pairs.merge(sums, on=[by, "node"]).merge(frequencies, on=[by, "collocate"])
    table = table.merge(tokens, on=by).rename(columns={"n_positions": "n_node"})
    table["n_collocate"] -= table["n_in_node"]
    table["n_tokens"] -= table["n_node_tokens"]
    wanted = [by, "node", "collocate", "n_joint", "n_node", "n_collocate", "n_tokens"]
    found = table.loc[table["n_joint"] > 0, wanted]
    return found.sort_values(wanted[:3], ignore_index=True)


def count_once(features: Features, weight: Weight) -> Features:
    """Give the tables with one segment of each group of repeats, whole counts throughout.

    Raises
    ------
    MeasureError
        If the weight is unknown.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> features = read_features()
    >>> len(count_once(features, "within").segments) < len(features.segments)
    True
    """
    if weight not in WEIGHTS:
        raise MeasureError(f"cooccurrences: {unknown('weight', weight, WEIGHTS)}")
    if weight == "none":
        return features
    segments = features.segments[first_of_repeats(features.segments, weight)]
    n_tokens = segments.groupby("doc_id")["n_tokens"].sum()
    of_document = features.documents["doc_id"].map(n_tokens).fillna(0).astype("int64")
    kept = {
        name: table[table["segment_id"].isin(segments["segment_id"])]
        for name, table in (("terms", features.terms), ("nodes", features.nodes))
    }
    return features.with_tables(
        **kept,
        segments=segments,
        documents=features.documents.assign(n_tokens=of_document),
        cooccurrences=_once(features.cooccurrences, ("n_joint", "n_in_node"), weight),
        windows=_once(features.windows, ("n_node_tokens", "n_positions"), weight),
    )


def _once(table: pd.DataFrame, columns: tuple[str, ...], weight: Weight) -> pd.DataFrame:
    counted = table.assign(**{name: table[f"{name}_once_{weight}"] for name in columns})
    return counted[(counted[list(columns)] > 0).any(axis=1)]


def _add_up(table: pd.DataFrame, group: pd.Series, keys: list[str]) -> pd.DataFrame:
    by = str(group.name)
    grouped = table.assign(**{by: table["doc_id"].map(group)})
    return grouped.groupby([by, *keys], as_index=False).sum(numeric_only=True)


def _frequencies(features: Features, pos: tuple[str, ...]) -> pd.DataFrame:
    """Count each lemma in each document."""
    terms = _chosen(features.terms, pos)
    doc_id = terms["segment_id"].map(features.segments.set_index("segment_id")["doc_id"])
    counted = terms["n"].groupby([doc_id.rename("doc_id"), terms["lemma"].rename("collocate")])
    return counted.sum().rename("n_collocate").reset_index()


def _chosen(table: pd.DataFrame, pos: tuple[str, ...]) -> pd.DataFrame:
    return table[table["pos"].str.startswith(pos)] if pos else table


def _find_near(features: Features, node_kind: str, span: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the words near the nodes and the sizes of their windows, by document."""
    for what, name, allowed in (("span", span, SPANS), ("node_kind", node_kind, NODE_KINDS)):
        if name not in allowed:
            raise MeasureError(f"cooccurrences: {unknown(what, name, allowed)}")
    found = []
    for table in (features.cooccurrences, features.windows):
        of_kind = table[table["node_kind"] == node_kind]
        in_sentences = of_kind["span"] == "sentence"
        found.append(of_kind[~in_sentences if span == "window" else in_sentences])
    return _widen(features, node_kind, *found) if span == "segment" else (found[0], found[1])


def _widen(
    features: Features, node_kind: str, near: pd.DataFrame, sizes: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make segments of sentences: all terms of the segments that name the node."""
    nodes = features.nodes[features.nodes["node_kind"] == node_kind]
    segments = features.segments[["segment_id", "doc_id", "n_tokens"]]
    named = nodes[["segment_id", "node"]].merge(segments, on="segment_id")
    terms = named.merge(features.terms[["segment_id", "lemma", "pos", "n"]], on="segment_id")
    all_words = terms.groupby(_TERM, as_index=False)["n"].sum()
    wide = all_words.merge(near[[*_TERM, "n_in_node"]], on=_TERM, how="left")
    wide["n_in_node"] = wide["n_in_node"].fillna(0).astype("int64")
    wide["n_joint"] = wide["n"] - wide["n_in_node"]
    n_tokens = named.groupby(["doc_id", "node"], as_index=False)["n_tokens"].sum()
    whole = sizes.merge(n_tokens, on=["doc_id", "node"])
    whole["n_positions"] = whole["n_tokens"] - whole["n_node_tokens"]
    return wide, whole
