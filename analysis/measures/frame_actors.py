"""Frames and actors: who is named where a frame is mentioned, and who mentions it.

Being named near a frame and being the one who speaks of it are two things, counted by
two functions. Counts come by document and by event; an association is given only from
five joint occurrences on, and refused with its reason below that.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.measures.cells import Pairs
from analysis.measures.formulas import npmi
from analysis.measures.inference import wilson_interval
from analysis.measures.selection import CORE, Selection, select_mentions, weights_of
from analysis.measures.sentence_actors import count_in_sentences
from analysis.measures.verdicts import OK, VERDICT, Verdict, refuse, verdict_table
from analysis.study.design import FEWEST_JOINT
from analysis.study.errors import MeasureError
from analysis.tables.features import Features

KEYS = ["frame", "actor", "doc_id"]
PAIR = ("n_joint", "n_frame", "n_actor", "n_total")
COUNTS = ("n_joint", "n_unclear", "n_raw", "n_frame", "n_actor", "n_total", "n_documents")
COLUMNS = (
    *("frame", "actor", "event", "unit", "doc_id", *COUNTS, "counted_as"),
    *("n_expected", "npmi", "share", "low", "high", *VERDICT, "weight"),
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
        Tier, target and weight of repeats; by default every core mention, once.

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
    segments = features.segments[["segment_id", "doc_id"]]
    segments = segments.assign(n=weights_of(features.segments, selection.weight), n_raw=1)
    framed = chosen[["segment_id", "frame"]].drop_duplicates().merge(segments, on="segment_id")
    names = features.nodes[features.nodes["node_kind"] == "actor"]
    named = names[["segment_id", "node"]].set_axis(["segment_id", "actor"], axis="columns")
    joint = framed.merge(named, on="segment_id")
    counts = _join(
        _grid(features, frames, actors),
        joint.groupby(KEYS, as_index=False)[["n", "n_raw"]].sum().rename(columns={"n": "n_joint"}),
        _sum(framed, ["frame", "doc_id"], "n_frame"),
        _sum(named.merge(segments, on="segment_id"), ["actor", "doc_id"], "n_actor"),
        _sum(segments, ["doc_id"], "n_total"),
    )
    return _pair_table(counts, features.documents, "segments", selection.weight)


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
    counts = _join(
        _grid(features, frames, actors),
        chosen.groupby(KEYS, as_index=False)[["n", "n_raw"]].sum().rename(columns={"n": "n_joint"}),
        _sum(chosen, ["frame", "doc_id"], "n_frame"),
        _sum(chosen, ["actor", "doc_id"], "n_actor"),
        _sum(chosen, ["doc_id"], "n_total"),
    )
    return _pair_table(counts, features.documents, "mentions", selection.weight)


def actors_in_sentences(
    features: Features, frames: Sequence[str], *, actors: Sequence[str], selection: Selection = CORE
) -> pd.DataFrame:
    """Count the mentions of each frame in sentences that name an actor.

    Parameters and columns are those of `actors_in_segments`; n_joint and n_frame are
    mentions, n_actor tokens in sentences with the actor, n_total tokens of the
    documents, both without the actor's own. The open tables hold how often a lemma
    stands in sentences with an actor, not which of its occurrences: where some of them
    are not selected (target summit), n_joint is the least that is possible,
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
    grid = _grid(features, frames, actors)
    joint, actor = count_in_sentences(features, chosen, actors)
    counts = _join(grid, joint, _sum(chosen, ["frame", "doc_id"], "n_frame"), actor)
    return _pair_table(counts, features.documents, "tokens", selection.weight)


def _grid(features: Features, frames: Sequence[str], actors: Sequence[str]) -> pd.DataFrame:
    """Give one row per frame, actor and document, so that what never occurs counts 0."""
    every = pd.MultiIndex.from_product([frames, actors, features.documents["doc_id"]], names=KEYS)
    return every.to_frame(index=False).astype("str")


def _sum(table: pd.DataFrame, keys: list[str], name: str) -> pd.DataFrame:
    return table.groupby(keys, as_index=False)[["n"]].sum().rename(columns={"n": name})


def _join(grid: pd.DataFrame, *counts: pd.DataFrame) -> pd.DataFrame:
    """Put counts beside the pairs that they belong to; types stay, absent ones are 0."""
    for table in counts:
        keys = [key for key in KEYS if key in table.columns]
        types = table.drop(columns=keys).dtypes.to_dict()
        grid = grid.merge(table, on=keys, how="left").fillna(dict.fromkeys(types, 0)).astype(types)
    return grid


def _pair_table(
    counts: pd.DataFrame, documents: pd.DataFrame, counted_as: str, weight: str
) -> pd.DataFrame:
    """Add the pooled counts of each event, then what is estimated from all of them.

    The counts have a row per frame, actor and document, zeros included, and n_unclear if
    some of them are uncertain.
    """
    counts = counts.merge(documents[["doc_id", "event"]], on="doc_id")
    if "n_unclear" not in counts:
        counts["n_unclear"] = 0
    counts["n_documents"] = (counts["n_raw"] > 0).astype("int64")
    pooled = counts.groupby(["frame", "actor", "event"], as_index=False, sort=False)[list(COUNTS)]
    units = [pooled.sum().assign(unit="pooled", doc_id=""), counts.assign(unit="document")]
    table = pd.concat(units, ignore_index=True)
    table = _estimate(table.assign(counted_as=counted_as, weight=weight))
    order = {key: rank for rank, key in enumerate(counts["frame"].unique())}
    table["_frame"] = table["frame"].map(order)
    table = table.sort_values(["_frame", "event", "unit"], key=_pooled_first, kind="stable")
    return table.loc[:, list(COLUMNS)].reset_index(drop=True)


def _pooled_first(column: pd.Series) -> pd.Series:
    return column != "pooled" if column.name == "unit" else column


def _estimate(table: pd.DataFrame) -> pd.DataFrame:
    """Add expected counts, association and share, each only where it may be given."""
    n_total = table["n_total"].where(table["n_total"] > 0)
    table["n_expected"] = table["n_frame"] * table["n_actor"] / n_total
    counts = table[["n_frame", "n_actor", "n_unclear", "n_joint"]].to_numpy(float)
    verdicts = [_judge(*row) for row in counts]
    table[VERDICT] = verdict_table(verdicts, table.index)
    fine = table[table["status"] == "ok"]
    joint, frame, actor, total = fine[list(PAIR)].to_numpy(float).T
    table["npmi"] = pd.Series(npmi(Pairs(joint, frame, actor, total)), index=fine.index)
    sure = table["n_joint"].where(table["n_unclear"] == 0, 0).to_numpy(float)
    low, high = wilson_interval(sure, table["n_frame"].to_numpy(float))
    clear = (table["n_unclear"] == 0) & (table["n_frame"] > 0)
    table["share"] = (table["n_joint"] / table["n_frame"].where(table["n_frame"] > 0)).where(clear)
    return table.assign(
        low=pd.Series(low, index=table.index).where(clear),
        high=pd.Series(high, index=table.index).where(clear),
    )


def _judge(n_frame: float, n_actor: float, n_unclear: float, n_joint: float) -> Verdict:
    """Say whether an association of a pair may be given."""
    if not n_frame:
        return refuse("frame_absent")
    if not n_actor:
        return refuse("actor_absent")
    if n_unclear:
        return refuse("mentions_in_sentences_unknown")
    if n_joint < FEWEST_JOINT:
        return refuse("too_few_joint_occurrences", FEWEST_JOINT)
    return OK
