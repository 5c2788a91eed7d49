"""What is estimated from counts of frames with actors: expected counts, NPMI, share, refusals."""

from __future__ import annotations

import pandas as pd

from analysis.measures.cells import Pairs
from analysis.measures.formulas import npmi
from analysis.measures.inference import wilson_interval
from analysis.measures.verdicts import OK, VERDICT, Verdict, refuse, verdict_table
from analysis.study.design import FEWEST_JOINT

#: An association from fewer joint occurrences is noise.
KEYS = ["frame", "actor", "doc_id"]
PAIR = ("n_joint", "n_frame", "n_actor", "n_total")
COUNTS = ("n_joint", "n_unclear", "n_raw", "n_frame", "n_actor", "n_total", "n_documents")
COLUMNS = (
    "frame",
    "actor",
    "event",
    "unit",
    "doc_id",
    *COUNTS,
    "counted_as",
    "n_expected",
    "npmi",
    "share",
    "low",
    "high",
    *VERDICT,
    "weight",
)


def pair_table(
    counts: pd.DataFrame, documents: pd.DataFrame, counted_as: str, weight: str
) -> pd.DataFrame:
    """Add the pooled counts of each event, then what is estimated from all of them.

    Parameters
    ----------
    counts : DataFrame
        A row per frame, actor and document, zeros included: n_joint, n_raw, n_frame,
        n_actor, n_total and, if some are uncertain, n_unclear.
    documents : DataFrame
        doc_id, event.
    counted_as : str
        What is counted: segments, mentions or tokens.
    weight : str
        How repeats were counted.

    Returns
    -------
    DataFrame
        Long, with the columns `COLUMNS`; see `frame_actors.actors_in_segments`.

    Examples
    --------
    >>> counts = pd.DataFrame({"frame": ["f"], "actor": "a", "doc_id": "d", "n_joint": 15,
    ...     "n_raw": 15, "n_frame": 20, "n_actor": 30, "n_total": 100})
    >>> documents = pd.DataFrame({"doc_id": ["d"], "event": "e"})
    >>> table = pair_table(counts, documents, "segments", "none")
    >>> table.round(4)[["unit", "n_expected", "npmi"]].values.tolist()
    [['pooled', 6.0, 0.483], ['document', 6.0, 0.483]]
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
