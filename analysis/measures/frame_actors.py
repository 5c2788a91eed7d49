"""Frames and actors: who is named where a frame is mentioned, and who mentions it.

Being named near a frame and being the one who speaks of it are two things, counted by
two functions. Counts come by document and by event; an association is given only from
five joint occurrences on, and refused with its reason below that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.measures.cells import Pairs
from analysis.measures.counts import documents_of_terms
from analysis.measures.formulas import npmi
from analysis.measures.frame_table import KEYS, pair_table, segments_with_frames, sort_rows
from analysis.measures.inference import with_share
from analysis.measures.selection import CORE, Selection, select_mentions
from analysis.measures.verdicts import OK, VERDICT, Verdict, refuse, verdict_table
from analysis.study.design import FEWEST_JOINT
from analysis.study.errors import MeasureError
from analysis.tables.features import Features
from analysis.tables.schema import SHOWN

UNITS = ("pooled", "document")
TERM = ["doc_id", "lemma", "pos"]
COLUMNS = (
    *("frame", "actor", *KEYS, "n_joint", "n_unclear", "n_raw", "n_frame", "n_actor", "n_total"),
    *("n_documents", "counted_as", "n_expected", "npmi", "share", "low", "high"),
    *(*VERDICT, "weight"),
)


def actors_in_segments(
    features: Features, frames: Sequence[str], *, actors: Sequence[str], selection: Selection = CORE
) -> pd.DataFrame:
    """Count the segments that mention a frame and name an actor.

    Parameters
    ----------
    features : Features
        The open tables; segments, mentions, nodes and documents are read.
    frames, actors : sequence of str
        Ids, in the order wanted; a pair that never stands together counts 0.
    selection : Selection, optional
        Tier, about and weight of repeats; by default every core mention, once.

    Returns
    -------
    DataFrame
        Long: frame, actor, event, unit (pooled: all documents of the event; document),
        doc_id (empty if pooled); then

        - n_joint: segments with both, weighted; n_raw: whatever the weight
        - n_unclear: further ones that may be joint; 0 but for sentences
        - n_frame, n_actor: segments with a mention of the frame, with a name of the actor
        - n_total: all segments, the denominator; counted_as: segments
        - n_documents: documents with the pair
        - n_expected: n_frame n_actor / n_total
        - npmi: pointwise mutual information over its maximum (Bouma 2009), -1 to 1;
          empty where status is not_estimable, with the reason
        - share: n_joint / n_frame, low, high: Wilson's interval of it, segments as
          units, so conditional on these texts
        - weight

    Raises
    ------
    MeasureError
        If there is no frame.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> table = actors_in_segments(read_features(), ["Deal"], actors=["Trump", "Merz"])
    >>> table.query("unit == 'pooled'")[["event", "actor", "n_joint", "n_frame"]].values.tolist()
    [['alaska-2025', 'Trump', 8, 10], ['alaska-2025', 'Merz', 0, 10],
     ['helsinki-2018', 'Trump', 0, 1], ['helsinki-2018', 'Merz', 0, 1]]
    """
    chosen = select_mentions(features.mentions, frames, selection)
    segments, framed = segments_with_frames(features.segments, chosen, selection)
    names = features.nodes[features.nodes["node_kind"] == "actor"]
    named = names[["segment_id", "node"]].set_axis(["segment_id", "actor"], axis="columns")
    rows = {
        "n_joint": framed.merge(named, on="segment_id"),
        "n_frame": framed,
        "n_actor": named.merge(segments, on="segment_id"),
        "n_total": segments,
    }
    table = pair_table(rows, features.documents, {"frame": frames, "actor": actors}, units=UNITS)
    return _finish(table, frames, "segments", selection)


def actors_as_speakers(
    features: Features, frames: Sequence[str], *, actors: Sequence[str], selection: Selection = CORE
) -> pd.DataFrame:
    """Count the mentions of each frame that an actor speaks, in direct or reported speech.

    Parameters and columns are those of `actors_in_segments`, with mentions in the place
    of segments: n_joint are mentions of the frame by the actor, n_frame all mentions of
    it, n_actor mentions of any of the frames by the actor, n_total mentions of any of
    them by anybody, the narrator included. In a chain (Trump says that Putin
    denies) the last speaker counts.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> table = actors_as_speakers(read_features(), ["Einmischung"], actors=["Putin"])
    >>> table.query("unit == 'pooled'")[["event", "n_joint", "n_frame"]].values.tolist()
    [['alaska-2025', 0, 0], ['helsinki-2018', 6, 8]]
    """
    chosen = select_mentions(features.mentions, frames, selection)
    chosen = chosen.rename(columns={"speaker": "actor"})
    alone = {"n_frame": "actor", "n_actor": "frame", "n_total": ["frame", "actor"]}
    rows = {"n_joint": chosen, **{name: chosen.drop(columns=alone[name]) for name in alone}}
    table = pair_table(rows, features.documents, {"frame": frames, "actor": actors}, units=UNITS)
    return _finish(table, frames, "mentions", selection)


def actors_in_sentences(
    features: Features, frames: Sequence[str], *, actors: Sequence[str], selection: Selection = CORE
) -> pd.DataFrame:
    """Count the mentions of each frame in sentences that name an actor.

    Parameters and columns are those of `actors_in_segments`; n_joint and n_frame are
    mentions, n_actor tokens in sentences with the actor, n_total tokens of the
    documents, both without the actor's own. The open tables hold how often a lemma
    stands in sentences with an actor, not which of its occurrences: where some of them
    are not selected (about event), n_joint is the least that is possible,
    n_unclear how many more it may be, and status is not_estimable unless that is 0.

    Raises
    ------
    MeasureError
        If a weight is asked for: the tables do not say which repeats stand in a sentence.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> table = actors_in_sentences(read_features(), ["Einmischung"], actors=["Putin"])
    >>> table.query("unit == 'pooled'")["n_joint"].tolist()
    [0, 5]
    """
    if selection.weight != "none":
        raise MeasureError(
            "actors_in_sentences: the open tables do not say which repeats stand in a sentence"
            f" with an actor; wanted weight 'none', came {selection.weight!r}."
            " Ask for segments instead."
        )
    chosen = select_mentions(features.mentions, frames, selection)
    joint, sizes = _count_in_sentences(features, chosen, actors)
    rows = {"n_joint": joint, "n_frame": chosen}
    rows |= {name: sizes.rename(columns={name: "n"}) for name in ("n_actor", "n_total")}
    table = pair_table(rows, features.documents, {"frame": frames, "actor": actors}, units=UNITS)
    return _finish(table, frames, "tokens", selection)


def _finish(
    table: pd.DataFrame, frames: Sequence[str], counted_as: str, selection: Selection
) -> pd.DataFrame:
    """Add expected counts, association and share, each only where it may be given."""
    table = sort_rows(table, ["frame", "event", "unit"], {"frame": frames, "unit": UNITS})
    n_total = table["n_total"].where(table["n_total"] > 0)
    table["n_expected"] = table["n_frame"] * table["n_actor"] / n_total
    counts = table[["n_frame", "n_actor", "n_unclear", "n_joint"]].to_numpy(float)
    table = with_share(table.assign(n=table["n_joint"]), "n_frame")
    shares = ["share", "low", "high"]
    table[shares] = table[shares].where(table["n_unclear"] == 0)
    table[VERDICT] = verdict_table([_judge(*row) for row in counts], table.index)
    fine = table["status"] == OK.status
    pairs = Pairs(*table.loc[fine, ["n_joint", "n_frame", "n_actor", "n_total"]].to_numpy(float).T)
    table["npmi"] = np.nan
    table.loc[fine, "npmi"] = npmi(pairs)
    return table.assign(counted_as=counted_as, weight=selection.weight)[list(COLUMNS)]


def _judge(n_frame: float, n_actor: float, n_unclear: float, n_joint: float) -> Verdict:
    """Decide whether an association of a pair may be given."""
    if not n_frame:
        return refuse("frame_absent")
    if not n_actor:
        return refuse("actor_absent")
    if n_unclear:
        return refuse("mentions_in_sentences_unknown")
    if n_joint < FEWEST_JOINT:
        return refuse("too_few_joint_occurrences", FEWEST_JOINT)
    return OK


def _count_in_sentences(
    features: Features, mentions: pd.DataFrame, actors: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count mentions in sentences with each actor, and the tokens of those sentences.

    The tables hold no sentences, but for each article and actor how often a lemma stands in
    sentences that name the actor, unless these words are too few to be told. The lemmas of
    the mentions, looked up there, give the number of mentions; exactly, where every occurrence
    of the lemma is a mention selected. Else the segments narrow it: a mention whose segment
    does not name the actor is none, and one in a segment of a single sentence that names the
    actor is one.

    Returns the mentions by frame, actor and document: n, those that certainly stand in a
    sentence with the actor, n_unclear, how many more may, and n_raw, n again; then n_actor,
    tokens in sentences with the actor, and n_total, tokens of the document, both without the
    actor's own.
    """
    terms = features.terms.assign(doc_id=documents_of_terms(features))
    frequencies = terms.groupby(TERM, as_index=False)[["n"]].sum()
    lemmas = mentions.groupby([*TERM, "frame"], as_index=False).size()
    lemmas = lemmas.rename(columns={"size": "n_selected"}).merge(frequencies, how="left")
    near, sizes = _of_actors(features.cooccurrences), _sizes(features, actors)
    pairs = lemmas.merge(sizes.query("n_actor > 0"), on="doc_id")
    pairs = pairs.merge(near[["actor", *TERM, "n_joint"]], how="left").fillna({"n_joint": 0})
    pairs = pairs.merge(_in_segments(features, mentions), how="left")
    low, high = _bounds(pairs.fillna({"n_in_segment": 0, "n_alone": 0}))
    return pairs.assign(n=low, n_unclear=high - low, n_raw=low), sizes


def _bounds(pairs: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the fewest and most selected mentions among the occurrences near the actor.

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


def _sizes(features: Features, actors: Sequence[str]) -> pd.DataFrame:
    """Return the tokens near each actor and all of each document, without the actor's own."""
    documents = features.documents[["doc_id", "n_tokens"]]
    every = pd.DataFrame({"actor": list(actors)}, dtype="str").merge(documents, how="cross")
    near = _of_actors(features.windows)
    sizes = every.merge(near, on=["actor", "doc_id"], how="left").fillna({"words": SHOWN[0]})
    filled = sizes[["n_positions", "n_node_tokens"]].fillna(0).astype("int64")
    sizes["n_actor"] = filled["n_positions"]
    sizes["n_total"] = sizes["n_tokens"] - filled["n_node_tokens"]
    return sizes[["actor", "doc_id", "n_actor", "n_total", "words"]]


def _of_actors(table: pd.DataFrame) -> pd.DataFrame:
    """Select what stands in sentences with an actor."""
    near = table[(table["span"] == "sentence") & (table["node_kind"] == "actor")]
    return near.rename(columns={"node": "actor"})
