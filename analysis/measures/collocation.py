"""Collocation: what stands near a node more than chance would put it there, and in which group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.measures.cells import PAIR_COLUMNS, CoOccurrences, NodeSums, Pairs, check_pairs
from analysis.measures.formulas import ASSOCIATION
from analysis.measures.inference import FloatArray
from analysis.measures.resampling import Resampling, draw_weights
from analysis.measures.verdicts import VERDICT, judge_interval, refuse
from analysis.study.errors import MeasureError, check_known
from analysis.tables.cells import rounded

#: More resamples than this without the pair, and no interval is given.
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
        Names of `formulas.ASSOCIATION`.

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
    check_known("association", measures, what="measure", allowed=ASSOCIATION)
    checked = check_pairs(*(pairs[name] for name in PAIR_COLUMNS))
    table = pairs.assign(n_expected=checked.e11)
    for name in measures:
        table[name] = ASSOCIATION[name](checked)
    keys = ["node", *measures[:1], "collocate"]
    rising = [True, *([False] * len(measures[:1])), True]
    return table.sort_values(keys, ascending=rising, ignore_index=True, key=rounded)


def strongest_collocates(
    table: pd.DataFrame, *, top: int = 8, min_joint: int = 2, drop: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """Choose the strongest collocates of each node.

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
    ...     "association_reference": None})
    >>> strongest_collocates(table)[["collocate", "association_target"]]
      collocate  association_target
    0       gut                 4.2
    """
    joint = table[["n_joint_target", "n_joint_reference"]]
    kept = (joint.sum(axis=1) >= min_joint) & ~table["collocate"].str.casefold().isin(drop)
    best = table[["association_target", "association_reference"]].max(axis=1)
    chosen = table[kept].assign(_best=best[kept])
    by, rising = ["node", "_best", "collocate"], [True, False, True]
    order = chosen.sort_values(by, ascending=rising, key=rounded)
    return order.groupby("node").head(top).drop(columns="_best").reset_index(drop=True)


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
    comparable = set(ASSOCIATION) - {"lrc"}
    check_known("association", [measure], what="measure", allowed=comparable)
    plan = resampling or Resampling()
    sides = _sides(counts, target, reference, plan)
    verdict = judge_interval(*(side[plan.cluster].nunique() for side in sides.values()))
    seen = counts.joint[counts.joint["n_joint"] > 0]
    parts = []
    for node, rows in seen.groupby("node", sort=True):
        collocates = pd.Index(sorted(rows["collocate"].unique()))
        table = pd.DataFrame({"node": str(node), "collocate": collocates})
        rng, scores = np.random.default_rng(plan.seed), []
        for name, side in sides.items():
            sums = NodeSums(counts, str(node), collocates, side)
            for column, values in zip(PAIR_COLUMNS, sums.whole, strict=True):
                table[f"{column}_{name}"] = values.astype(np.int64)
            table[f"n_hidden_{name}"] = sums.n_hidden
            table[f"association_{name}"] = _score(measure, sums.whole)
            if verdict.status == "ok":
                codes, labels = pd.factorize(side[plan.cluster])
                weights = draw_weights(len(labels), plan.n_resamples, rng)[codes]
                scores.append(_score(measure, sums.total(weights)))
        table["difference"] = table["association_target"] - table["association_reference"]
        table["low"], table["high"] = np.nan, np.nan
        table[VERDICT] = list(verdict)
        if scores:
            _add_interval(table, scores[0] - scores[1])
        _refuse_unseen(table)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _refuse_unseen(table: pd.DataFrame) -> None:
    """Say why there is no difference."""
    absent = {side: table[f"n_joint_{side}"] == 0 for side in ("target", "reference")}
    unseen = absent["target"] | absent["reference"]
    filled = table["difference"].isna() & ~unseen
    table.loc[unseen, VERDICT] = list(refuse("pair_in_one_group"))
    table.loc[filled, VERDICT] = list(refuse("every_token_near_node"))
    for side, where in absent.items():
        maybe = where & (table[f"n_hidden_{side}"] > 0)
        table.loc[maybe, VERDICT] = list(refuse("pair_not_told"))


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


def _sides(
    counts: CoOccurrences, target: str, reference: str, plan: Resampling
) -> dict[str, pd.DataFrame]:
    """Return the documents of both groups."""
    documents, who = counts.documents, "association_difference"
    check_known(who, (plan.group, plan.cluster), what="column", allowed=documents.columns)
    if target == reference:
        raise MeasureError(f"{who}: target and reference are the same, {target!r}; name two")
    groups = documents[plan.group]
    check_known(who, (target, reference), what=plan.group, allowed=set(groups.dropna()))
    named = {"target": target, "reference": reference}
    return {
        name: documents[groups == value].reset_index(drop=True) for name, value in named.items()
    }
