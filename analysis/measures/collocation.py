"""Collocation: what stands near a node more than chance, and whether that differs by group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from analysis.errors import MeasureError, unknown
from analysis.measures.association import MEASURES
from analysis.measures.cells import Pairs, check_pairs
from analysis.measures.cooccurrences import CoOccurrences, NodeSums
from analysis.measures.inference import FloatArray
from analysis.measures.resampling import Resampling, draw_weights
from analysis.measures.verdicts import Verdict, judge_interval, refuse

#: Name of a frequency in the formulas -> column.
_COLUMNS = {"o11": "n_joint", "r1": "n_node", "c1": "n_collocate", "n": "n_tokens"}
#: More resamples than this without the node or the collocate, and no interval is given.
MOST_UNDEFINED = 0.05


def association(
    pairs: pd.DataFrame, *, measures: Sequence[str] = ("g2", "log_ratio", "lrc", "log_dice")
) -> pd.DataFrame:
    """Score the association of nodes with their collocates.

    Parameters
    ----------
    pairs : DataFrame
        node, collocate, n_joint, n_node (tokens in the windows), n_collocate, n_tokens.
    measures : sequence of str
        Names of `association.MEASURES`.

    Returns
    -------
    DataFrame
        The pairs with n_expected and one column per measure, sorted by node, the first
        measure (highest first) and collocate.

    Raises
    ------
    MeasureError
        If a measure is unknown or the frequencies do not make 2 x 2 tables.

    Examples
    --------
    >>> pairs = pd.DataFrame({"node": ["Arbeit"], "collocate": ["für"], "n_joint": [46],
    ...     "n_node": [776], "n_collocate": [877], "n_tokens": [149709]})
    >>> association(pairs, measures=("g2",))["g2"].round(3).tolist()
    [134.301]
    """
    _check_measures(measures, MEASURES)
    frequencies = (pairs[name] for name in ("n_joint", "n_node", "n_collocate", "n_tokens"))
    checked = check_pairs(*frequencies)
    table = pairs.assign(n_expected=checked.e11)
    for name in measures:
        table[name] = MEASURES[name](checked)
    keys = ["node", *measures[:1], "collocate"]
    rising = [True, *([False] * len(measures[:1])), True]
    return table.sort_values(keys, ascending=rising, ignore_index=True)


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
        Name of `association.MEASURES`, but for lrc, which depends on the size of the
        table; log_ratio by default, because tests grow with the corpus and so cannot
        be compared between groups of unequal size.
    resampling : Resampling, optional
        By default events are compared and documents drawn with replacement.

    Returns
    -------
    DataFrame
        One row per node and collocate, sorted: the counts of both sides, association_target,
        association_reference, difference, low, high (.95, clusters of documents drawn),
        status and reason. No interval with fewer than 20 clusters a group, for a pair seen
        on one side only, or where resamples often lack the node or the collocate; no
        difference where a group does.

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
    _check_measures([measure], set(MEASURES) - {"lrc"})
    plan = resampling or Resampling()
    sides = [_side(counts, value, plan) for value in _check_groups(counts, target, reference, plan)]
    verdict = judge_interval(*(side["_cluster"].nunique() for side in sides))
    parts = [
        _compare_node(counts, str(node), sides, (measure, plan, verdict))
        for node in sorted(counts.joint["node"].unique())
    ]
    return pd.concat(parts, ignore_index=True)


def strongest_collocates(
    table: pd.DataFrame,
    *,
    top: int = 8,
    min_joint: int = 2,
    drop: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Choose the strongest collocates of each node, and keep only what was seen.

    Half an occurrence, taken for none, can be more than chance would have near a rare
    node: a pair never seen would come out as attraction. So the association of a side
    without the pair, and the difference, are left out here, with the reason.

    Parameters
    ----------
    table : DataFrame
        What `association_difference` gives.
    top : int
        Collocates of each node.
    min_joint : int
        Least occurrences together, in both groups.
    drop : frozenset of str
        Collocates to leave out, such as stop words, whatever their case.

    Returns
    -------
    DataFrame
        Rows of the table: nodes sorted, the collocates by their highest association.

    Examples
    --------
    >>> table = pd.DataFrame({"node": "Deal", "collocate": ["gut", "und"],
    ...     "n_joint_target": [5, 1], "n_joint_reference": 0, "association_target": [4.2, 1.0],
    ...     "association_reference": [4.0, 1.0], "difference": [0.2, 0.0],
    ...     "low": np.nan, "high": np.nan, "status": "ok", "reason": ""})
    >>> strongest_collocates(table)[["collocate", "association_target", "difference"]]
      collocate  association_target  difference
    0       gut                 4.2         NaN
    """
    joint = table[["n_joint_target", "n_joint_reference"]]
    kept = (joint.sum(axis=1) >= min_joint) & ~table["collocate"].str.casefold().isin(drop)
    chosen = table[kept].copy()
    for side in ("target", "reference"):
        unseen = chosen[f"n_joint_{side}"] == 0
        chosen.loc[unseen, [f"association_{side}", "difference", "low", "high"]] = np.nan
        chosen.loc[unseen, ["status", "reason"]] = list(
            refuse("the pair is seen in one of the groups only: no difference")
        )
    chosen["_best"] = chosen[["association_target", "association_reference"]].max(axis=1)
    order = chosen.sort_values(["node", "_best", "collocate"], ascending=[True, False, True])
    return order.groupby("node").head(top).drop(columns="_best").reset_index(drop=True)


def _compare_node(
    counts: CoOccurrences,
    node: str,
    sides: list[pd.DataFrame],
    how: tuple[str, Resampling, Verdict],
) -> pd.DataFrame:
    measure, plan, verdict = how
    joint = counts.joint[counts.joint["node"] == node]
    collocates = pd.Index(sorted(joint["collocate"].unique()))
    table = pd.DataFrame({"node": node, "collocate": collocates})
    rng, scores = np.random.default_rng(plan.seed), []
    for name, side in zip(("target", "reference"), sides, strict=True):
        sums = NodeSums(counts, node, collocates, side)
        whole = sums.total(np.ones((len(side), 1)))
        for column, values in zip(Pairs._fields, whole, strict=True):
            table[f"{_COLUMNS[column]}_{name}"] = values[:, 0].astype(np.int64)
        table[f"association_{name}"] = _score(measure, whole)[:, 0]
        if verdict.status == "ok":
            codes, labels = pd.factorize(side["_cluster"])
            weights = draw_weights(len(labels), plan.n_resamples, rng)[codes]
            scores.append(_score(measure, sums.total(weights)))
    table["difference"] = table["association_target"] - table["association_reference"]
    table["low"], table["high"] = np.nan, np.nan
    table["status"], table["reason"] = verdict
    if scores:
        _add_interval(table, scores[0] - scores[1])
    undefined = refuse("the node or the collocate does not occur in one of the groups")
    table.loc[table["difference"].isna(), ["status", "reason"]] = list(undefined)
    return table


def _score(measure: str, pairs: Pairs) -> FloatArray:
    """Score pairs; NaN where the node or the collocate does not occur."""
    fit = (pairs.r1 > 0) & (pairs.c1 > 0) & (pairs.r1 < pairs.n)
    found = np.full(pairs.o11.shape, np.nan)
    found[fit] = MEASURES[measure](check_pairs(*(each[fit] for each in pairs)))
    return found


def _add_interval(table: pd.DataFrame, differences: FloatArray) -> None:
    """Put percentiles into the table, or the reason why there are none."""
    undefined = ~np.isfinite(differences)
    often = undefined.mean(axis=1) > MOST_UNDEFINED
    for i in np.flatnonzero(~often):
        bounds = np.quantile(differences[i][~undefined[i]], [0.025, 0.975])
        table.loc[i, ["low", "high"]] = bounds
    one_side = (table[["n_joint_target", "n_joint_reference"]] == 0).any(axis=1).to_numpy()
    seen = refuse("the pair is seen on one side only: no interval from resampling")
    missing = refuse("too many resamples lack the node or the collocate")
    for where, reason in ((often, missing), (one_side, seen)):
        table.loc[where, ["low", "high"]] = np.nan
        table.loc[where, ["status", "reason"]] = list(reason)


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


def _check_measures(measures: Sequence[str], allowed: Iterable[str]) -> None:
    for name in measures:
        if name not in allowed:
            raise MeasureError(f"association: {unknown('measure', name, allowed)}")
