"""How many mentions stand in sentences with an actor, as far as the open tables say it.

They hold no sentences, but for each article and actor how often a lemma stands in
sentences that name the actor, unless these words are too few to be told. The lemmas of
the mentions, looked up there, give the number of mentions; exactly, where every occurrence
of the lemma is a mention selected.
Else the segments narrow it: a mention whose segment does not name the actor is none, and
one in a segment of a single sentence that names the actor is one.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.measures.counts import documents_of_terms
from analysis.tables.features import Features
from analysis.tables.schema import SHOWN

TERM = ["doc_id", "lemma", "pos"]


def count_in_sentences(
    features: Features, mentions: pd.DataFrame, actors: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count mentions in sentences with each actor, and the tokens of those sentences.

    The mentions are those selected, with the columns segment_id, doc_id, lemma, pos and frame.

    Returns
    -------
    joint : DataFrame
        frame, actor, doc_id; n_joint: mentions that certainly stand in a sentence with
        the actor; n_unclear: how many more may; n_raw: n_joint again.
    sizes : DataFrame
        actor, doc_id; n_actor: tokens in sentences with the actor; n_total: tokens of
        the document; both without the actor's own.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> joint, _ = count_in_sentences(f, f.mentions, ["Trump"])
    >>> int(joint["n_unclear"].sum())
    0
    """
    lemmas = mentions.groupby([*TERM, "frame"], as_index=False).size()
    lemmas = lemmas.rename(columns={"size": "n_selected"}).merge(_frequencies(features), how="left")
    near = _of_actors(features.cooccurrences).rename(columns={"node": "actor"})
    pairs = lemmas.merge(_sizes(features, actors).query("n_actor > 0"), on="doc_id")
    pairs = pairs.merge(near[["actor", *TERM, "n_joint"]], how="left").fillna({"n_joint": 0})
    pairs = pairs.merge(_in_segments(features, mentions), how="left")
    low, high = _bounds(pairs.fillna({"n_in_segment": 0, "n_alone": 0}))
    pairs = pairs.assign(n_joint=low, n_unclear=high - low, n_raw=low)
    counts = ["n_joint", "n_unclear", "n_raw"]
    joint = pairs.groupby(["frame", "actor", "doc_id"], as_index=False)[counts].sum()
    return joint, _sizes(features, actors).drop(columns="words")


def _bounds(pairs: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give the fewest and most selected mentions among the occurrences near the actor.

    Where the table does not tell the words near the actor, all of them may stand there.
    Of `n` occurrences of the lemma, `n_selected` are mentions selected. A split verb has
    its particle in its lemma as a mention and not as a term: what the terms lack is unseen.
    """
    n = pairs["n"].fillna(0).astype("int64")
    hidden = pairs["words"] != SHOWN[0]
    others = (n - pairs["n_selected"]).clip(lower=0)
    unseen = (pairs["n_selected"] - n).clip(lower=0)
    low = pairs["n_alone"].clip(lower=pairs["n_joint"] - others)
    near = pairs["n_joint"].mask(hidden, pairs["n_selected"])
    high = pd.concat([near, pairs["n_selected"]], axis="columns").min(axis="columns") + unseen
    high = high.clip(upper=pairs["n_in_segment"])
    return low.astype("int64"), high.astype("int64")


def _in_segments(features: Features, mentions: pd.DataFrame) -> pd.DataFrame:
    """Count the mentions whose segment names an actor, and those that have no other sentence."""
    named = features.nodes.loc[features.nodes["node_kind"] == "actor", ["segment_id", "node"]]
    held = mentions.merge(named.rename(columns={"node": "actor"}), on="segment_id")
    held = held.merge(features.segments[["segment_id", "n_sentences"]], on="segment_id")
    held = held.assign(n_in_segment=1, n_alone=(held["n_sentences"] == 1).astype("int64"))
    keys = ["actor", *TERM, "frame"]
    return held.groupby(keys, as_index=False)[["n_in_segment", "n_alone"]].sum()


def _frequencies(features: Features) -> pd.DataFrame:
    terms = features.terms.assign(doc_id=documents_of_terms(features))
    return terms.groupby(TERM, as_index=False)[["n"]].sum()


def _sizes(features: Features, actors: Sequence[str]) -> pd.DataFrame:
    """Give the tokens near each actor and all of each document, without the actor's own."""
    documents = features.documents[["doc_id", "n_tokens"]]
    every = pd.DataFrame({"actor": list(actors)}, dtype="str").merge(documents, how="cross")
    near = _of_actors(features.windows).rename(columns={"node": "actor"})
    sizes = every.merge(near, on=["actor", "doc_id"], how="left").fillna({"words": SHOWN[0]})
    filled = sizes[["n_positions", "n_node_tokens"]].fillna(0).astype("int64")
    sizes["n_actor"] = filled["n_positions"]
    sizes["n_total"] = sizes["n_tokens"] - filled["n_node_tokens"]
    return sizes[["actor", "doc_id", "n_actor", "n_total", "words"]]


def _of_actors(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["span"] == "sentence") & (table["node_kind"] == "actor")]
