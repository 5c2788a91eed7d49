"""Counts of words near frames and actors, from the open tables, ready for collocation."""

from __future__ import annotations

from typing import Literal, get_args

import pandas as pd

from analysis.measures.cells import PAIR_COLUMNS, CoOccurrences
from analysis.measures.counts import describe_documents, documents_of_terms
from analysis.study.errors import check_known
from analysis.tables.features import Features
from analysis.tables.repeats import first_of_repeats
from analysis.tables.schema import SHOWN, WEIGHTS, Weight

Span = Literal["window", "sentence", "segment"]
NodeKind = Literal["frame", "actor", "lemma"]

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
        frame (core mentions), actor (names) or lemma (any; counted from the articles, see
        `annotation.pipeline.count_near_lemma`).
    span : str
        window (as many words to either side as study.toml says, within the segment),
        sentence, or segment (paragraph or post; short ones as they are counted together).
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
        Documents that do not tell the words near a node: `hidden_windows`.

    Raises
    ------
    MeasureError
        If the span, kind of node or weight is unknown.

    Examples
    --------
    >>> from analysis.tables.features import read_features
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
        joint=near.groupby(keys)[["n_joint", "n_in_node"]].sum().astype("int64").reset_index(),
        windows=windows[["doc_id", "node", "n_node", "n_node_tokens"]],
        frequencies=_frequencies(features, pos),
        documents=documents[documents["n_tokens"] > 0].reset_index(drop=True),
        hidden=_hidden(features, node_kind, span)[["doc_id", "node"]],
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
    a collocate that also stands inside the node (*Union* in *Europäische Union*). A document
    that does not tell the words near a node counts for that node as if it were not there;
    a group of which that is true of every document with the node has no row for it
    (`hidden_windows`).

    The arguments are those of `count_cooccurrences`; ``by`` is the column of documents to
    group by.

    Returns
    -------
    DataFrame
        The group, node, collocate, n_joint, n_node (tokens near the node), n_collocate,
        n_tokens, n_hidden (documents that do not count, see above); sorted. What
        `analysis.measures.collocation.association` wants.

    Raises
    ------
    MeasureError
        If the span, kind of node, column or weight is unknown.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> pairs = count_pairs(read_features(), node_kind="actor", span="sentence")
    >>> bool((pairs["n_joint"] <= pairs["n_collocate"]).all())
    True
    """
    check_known("count_pairs", [by], what="column", allowed=features.documents.columns)
    counts = count_cooccurrences(features, node_kind=node_kind, span=span, pos=pos, weight=weight)
    group_of = features.documents.set_index("doc_id", drop=False)[by]

    def add_up(table: pd.DataFrame, *keys: str) -> pd.DataFrame:
        grouped = table.assign(**{by: table["doc_id"].map(group_of)}).groupby([by, *keys])
        return grouped.sum(numeric_only=True).reset_index()

    words, sizes = counts.frequencies, counts.documents[["doc_id", "n_tokens"]]
    table = add_up(counts.joint, "node", "collocate").merge(add_up(counts.windows, "node"))
    table = table.merge(add_up(words, "collocate")).merge(add_up(sizes))
    # Documents that do not tell the words near a node are taken off the totals for that node.
    off = counts.hidden.merge(sizes.rename(columns={"n_tokens": "tokens_off"}), on="doc_id")
    near = counts.hidden.merge(words.rename(columns={"n_collocate": "words_off"}), on="doc_id")
    table = table.merge(add_up(off.assign(n_hidden=1), "node"), how="left")
    table = table.merge(add_up(near, "node", "collocate"), how="left")
    counted = [*PAIR_COLUMNS, "n_hidden"]
    table = table.fillna(dict.fromkeys(("tokens_off", "words_off", "n_hidden"), 0))
    table["n_collocate"] -= table["words_off"] + table["n_in_node"]
    table["n_tokens"] -= table["tokens_off"] + table["n_node_tokens"]
    found = table.loc[table["n_joint"] > 0, [by, "node", "collocate", *counted]]
    found = found.astype(dict.fromkeys(counted, "int64"))
    return found.sort_values([by, "node", "collocate"], ignore_index=True)


def hidden_windows(
    features: Features,
    *,
    node_kind: NodeKind = "frame",
    span: Span = "window",
    weight: Weight = "none",
) -> pd.DataFrame:
    """List the documents that do not tell the words near a node: too few, or by difference.

    The arguments are those of `count_cooccurrences`.

    Returns
    -------
    DataFrame
        doc_id, event, node, n_nodes (its occurrences), n_positions (tokens near it), words
        (below_floor: fewer than 20; by_difference: fewer would be left when taken from
        another table). Whole segments are never hidden.

    Raises
    ------
    MeasureError
        If the span, kind of node or weight is unknown.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> hidden = hidden_windows(read_features())
    >>> int(hidden.loc[hidden["words"] == "below_floor", "n_positions"].max()) < 20
    True
    """
    hidden = _hidden(count_once(features, weight), node_kind, span)
    found = hidden.merge(features.documents[["doc_id", "event"]], on="doc_id")
    return found[["doc_id", "event", "node", "n_nodes", "n_positions", "words"]]


def _hidden(features: Features, node_kind: str, span: str) -> pd.DataFrame:
    windows = _of_kind(features.windows, node_kind, span)
    return windows[(windows["words"] != SHOWN[0]) & (span != "segment")]


def count_once(features: Features, weight: Weight) -> Features:
    """Return the tables with one segment of each group of repeats, whole counts throughout."""
    check_known("cooccurrences", [weight], what="weight", allowed=WEIGHTS)
    if weight == "none":
        return features
    segments = features.segments[first_of_repeats(features.segments, weight)]
    n_tokens = segments.groupby("doc_id")["n_tokens"].sum()
    of_document = features.documents["doc_id"].map(n_tokens).fillna(0).astype("int64")
    return features.with_tables(
        terms=features.terms[features.terms["bag_id"].isin(segments["bag_id"])],
        nodes=features.nodes[features.nodes["segment_id"].isin(segments["segment_id"])],
        segments=segments,
        documents=features.documents.assign(n_tokens=of_document),
        cooccurrences=_once(features.cooccurrences, ("n_joint", "n_in_node"), weight),
        windows=_once(features.windows, ("n_node_tokens", "n_positions", "words"), weight),
    )


def _once(table: pd.DataFrame, columns: tuple[str, ...], weight: Weight) -> pd.DataFrame:
    counted = table.assign(**{name: table[f"{name}_once_{weight}"] for name in columns})
    return counted[(counted[list(columns[:2])].fillna(0) > 0).any(axis=1)]


def _frequencies(features: Features, pos: tuple[str, ...]) -> pd.DataFrame:
    """Count each lemma in each document."""
    terms = _chosen(features.terms.assign(doc_id=documents_of_terms(features)), pos)
    counted = terms["n"].groupby([terms["doc_id"], terms["lemma"].rename("collocate")])
    return counted.sum().rename("n_collocate").reset_index()


def _chosen(table: pd.DataFrame, pos: tuple[str, ...]) -> pd.DataFrame:
    return table[table["pos"].str.startswith(pos)] if pos else table


def _find_near(features: Features, node_kind: str, span: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the words near the nodes and the sizes of their windows, by document."""
    check_known("cooccurrences", [span], what="span", allowed=get_args(Span))
    check_known("cooccurrences", [node_kind], what="node_kind", allowed=get_args(NodeKind))
    near = _of_kind(features.cooccurrences, node_kind, span)
    windows = _of_kind(features.windows, node_kind, span)
    if span == "segment":
        return _widen(features, node_kind, near, windows)
    told = windows[windows["words"] == SHOWN[0]]
    keys = ["doc_id", "node"]
    return near.merge(told[keys], on=keys), told


def _of_kind(table: pd.DataFrame, node_kind: str, span: str) -> pd.DataFrame:
    of_kind = table[table["node_kind"] == node_kind]
    in_sentences = of_kind["span"] == "sentence"
    return of_kind[~in_sentences if span == "window" else in_sentences]


def _widen(
    features: Features, node_kind: str, near: pd.DataFrame, sizes: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make segments of sentences: all terms of the bags that name the node."""
    nodes = features.nodes[features.nodes["node_kind"] == node_kind]
    named = nodes[["segment_id", "node"]].merge(
        features.segments[["segment_id", "bag_id"]], on="segment_id"
    )
    bags = features.segments.groupby(["doc_id", "bag_id"], as_index=False)["n_tokens"].sum()
    named = named[["bag_id", "node"]].drop_duplicates().merge(bags[bags["bag_id"] != ""])
    terms = named.merge(features.terms[["bag_id", "lemma", "pos", "n"]], on="bag_id")
    all_words = terms.groupby(_TERM, as_index=False)["n"].sum()
    wide = all_words.merge(near[[*_TERM, "n_in_node"]], on=_TERM, how="left")
    wide["n_in_node"] = wide["n_in_node"].fillna(0).astype("int64")
    wide["n_joint"] = wide["n"] - wide["n_in_node"]
    n_tokens = named.groupby(["doc_id", "node"], as_index=False)["n_tokens"].sum()
    whole = sizes.merge(n_tokens, on=["doc_id", "node"])
    whole["n_positions"] = whole["n_tokens"] - whole["n_node_tokens"]
    return wide, whole
