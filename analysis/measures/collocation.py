"""Collocation: what stands near a node more than chance would put it there."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.measures.cells import check_pairs
from analysis.measures.formulas import ASSOCIATION, check_association
from analysis.tables.cells import rounded


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
    check_association(measures)
    frequencies = (pairs[name] for name in ("n_joint", "n_node", "n_collocate", "n_tokens"))
    checked = check_pairs(*frequencies)
    table = pairs.assign(n_expected=checked.e11)
    for name in measures:
        table[name] = ASSOCIATION[name](checked)
    keys = ["node", *measures[:1], "collocate"]
    rising = [True, *([False] * len(measures[:1])), True]
    return table.sort_values(keys, ascending=rising, ignore_index=True, key=rounded)


def strongest_collocates(
    table: pd.DataFrame,
    *,
    top: int = 8,
    min_joint: int = 2,
    drop: frozenset[str] = frozenset(),
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
