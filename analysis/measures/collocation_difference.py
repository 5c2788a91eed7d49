"""Collocation compared: the association of each pair in two groups of documents."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.cells import Pairs, check_pairs
from analysis.measures.cooccurrences import CoOccurrences, NodeSums
from analysis.measures.formulas import ASSOCIATION, check_association
from analysis.measures.inference import FloatArray
from analysis.measures.resampling import Resampling, draw_weights
from analysis.measures.verdicts import VERDICT, Verdict, judge_interval, refuse
from analysis.study.errors import MeasureError, unknown

#: Name of a frequency in the formulas -> column.
_COLUMNS = {"o11": "n_joint", "r1": "n_node", "c1": "n_collocate", "n": "n_tokens"}
#: More resamples than this without the pair, and no interval is given.
MOST_UNDEFINED = 0.05


def association_difference(
    counts: CoOccurrences,
    *,
    target: str,
    reference: str,
    measure: str = "log_ratio",
    resampling: Resampling | None = None,
) -> pd.DataFrame:
    """Compare the association of each pair in two groups of documents.

    Parameters
    ----------
    counts : CoOccurrences
        Document by document.
    target, reference : str
        Values of the group's column of documents.
    measure : str
        Name of `formulas.ASSOCIATION`, but for lrc, which depends on the size of the
        table; log_ratio by default, because tests grow with the corpus and so cannot
        be compared between groups of unequal size.
    resampling : Resampling, optional
        By default events are compared and documents drawn with replacement.

    Returns
    -------
    DataFrame
        One row per node and collocate, sorted: the counts of both sides, association_target,
        association_reference, difference, low, high (.95, clusters of documents drawn),
        status, reason_code and reason_values, n_hidden_target, n_hidden_reference (documents that
        do not count, because the open tables do not tell the words near the node). A group that
        lacks the pair has no association, and so there is no difference: half an occurrence, taken
        for none, can be more than chance would have near a rare node. No interval with fewer than
        20 clusters a group, or where resamples often lack the pair.

    Raises
    ------
    MeasureError
        If a measure, group or column is unknown, or target and reference are the same.

    Examples
    --------
    >>> documents = pd.DataFrame({"doc_id": ["a", "b"], "event": ["x", "y"], "n_tokens": 200})
    >>> counts = CoOccurrences(
    ...     joint=pd.DataFrame({"doc_id": ["a", "b"], "node": "Trump", "collocate": "Deal",
    ...         "n_joint": [4, 1]}),
    ...     windows=pd.DataFrame({"doc_id": ["a", "b"], "node": "Trump", "n_node": [100, 100]}),
    ...     frequencies=pd.DataFrame({"doc_id": ["a", "b"], "collocate": "Deal",
    ...         "n_collocate": [5, 5]}),
    ...     documents=documents)
    >>> table = association_difference(counts, target="x", reference="y")
    >>> table[["association_target", "association_reference", "difference", "status"]]
       association_target  association_reference  difference         status
    0                 2.0                   -2.0         4.0  not_estimable
    """
    check_association([measure], without=("lrc",))
    plan = resampling or Resampling()
    sides = [_side(counts, value, plan) for value in _check_groups(counts, target, reference, plan)]
    verdict = judge_interval(*(side["_cluster"].nunique() for side in sides))
    parts = [
        _compare_node(counts, str(node), sides, (measure, plan, verdict))
        for node in sorted(counts.joint.loc[counts.joint["n_joint"] > 0, "node"].unique())
    ]
    return pd.concat(parts, ignore_index=True)


def _compare_node(
    counts: CoOccurrences,
    node: str,
    sides: list[pd.DataFrame],
    how: tuple[str, Resampling, Verdict],
) -> pd.DataFrame:
    measure, plan, verdict = how
    joint = counts.joint[counts.joint["node"] == node]
    collocates = pd.Index(sorted(joint.loc[joint["n_joint"] > 0, "collocate"].unique()))
    table = pd.DataFrame({"node": node, "collocate": collocates})
    rng, scores = np.random.default_rng(plan.seed), []
    for name, side in zip(("target", "reference"), sides, strict=True):
        sums = NodeSums(counts, node, collocates, side)
        whole = sums.total(np.ones((len(side), 1)))
        for column, values in zip(Pairs._fields, whole, strict=True):
            table[f"{_COLUMNS[column]}_{name}"] = values[:, 0].astype(np.int64)
        table[f"n_hidden_{name}"] = sums.n_hidden
        table[f"association_{name}"] = _score(measure, whole)[:, 0]
        if verdict.status == "ok":
            codes, labels = pd.factorize(side["_cluster"])
            weights = draw_weights(len(labels), plan.n_resamples, rng)[codes]
            scores.append(_score(measure, sums.total(weights)))
    table["difference"] = table["association_target"] - table["association_reference"]
    table["low"], table["high"] = np.nan, np.nan
    table[VERDICT] = list(verdict)
    if scores:
        _add_interval(table, scores[0] - scores[1])
    _refuse_unseen(table)
    return table


def _refuse_unseen(table: pd.DataFrame) -> None:
    """Say why there is no difference."""
    absent = {side: table[f"n_joint_{side}"] == 0 for side in ("target", "reference")}
    unseen = absent["target"] | absent["reference"]
    maybe = [absent[side] & (table[f"n_hidden_{side}"] > 0) for side in absent]
    filled = table["difference"].isna() & ~unseen
    pair = refuse("pair_in_one_group")
    hidden = refuse("pair_not_told")
    near = refuse("every_token_near_node")
    for where, verdict in ((unseen, pair), (filled, near), (maybe[0] | maybe[1], hidden)):
        table.loc[where, VERDICT] = list(verdict)


def _score(measure: str, pairs: Pairs) -> FloatArray:
    """Score pairs; NaN where the pair was not seen or no token stands outside the windows."""
    fit = (pairs.o11 > 0) & (pairs.r1 < pairs.n)
    found = np.full(pairs.o11.shape, np.nan)
    found[fit] = ASSOCIATION[measure](check_pairs(*(each[fit] for each in pairs)))
    return found


def _add_interval(table: pd.DataFrame, differences: FloatArray) -> None:
    """Put percentiles into the table, or the reason why there are none."""
    undefined = ~np.isfinite(differences)
    often = undefined.mean(axis=1) > MOST_UNDEFINED
    for i in np.flatnonzero(~often):
        bounds = np.quantile(differences[i][~undefined[i]], [0.025, 0.975])
        table.loc[i, ["low", "high"]] = bounds
    table.loc[often, VERDICT] = list(refuse("pair_missing_in_resamples"))


def _side(counts: CoOccurrences, value: str, plan: Resampling) -> pd.DataFrame:
    side = counts.documents[counts.documents[plan.group] == value].reset_index(drop=True)
    return side.assign(_cluster=side[plan.cluster])


def _check_groups(
    counts: CoOccurrences, target: str, reference: str, plan: Resampling
) -> tuple[str, str]:
    columns = counts.documents.columns
    for column in (plan.group, plan.cluster):
        if column not in columns:
            raise MeasureError(f"association_difference: {unknown('column', column, columns)}")
    if target == reference:
        raise MeasureError(
            f"association_difference: target and reference are the same, {target!r}; name two"
        )
    values = set(counts.documents[plan.group].dropna())
    for value in (target, reference):
        if value not in values:
            raise MeasureError(f"association_difference: {unknown(plan.group, value, values)}")
    return target, reference
