"""The stability of each number of topics summed up, and the number that can be defended."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from analysis.measures.topic_runs import MIDDLE
from analysis.measures.verdicts import OK, refuse
from analysis.study.errors import MeasureError
from analysis.tables.cells import rounded

#: What the runs of a stability are: the last is the floor, lists without a relation.
KINDS = ("seeds", "subsamples", "documents", "unrelated")


class Choice(NamedTuple):
    """How many topics can be defended.

    Attributes
    ----------
    n_topics : int or None
        The number; None if no number is stable.
    status : str
        ``"ok"`` or ``"not_estimable"``.
    reason_code, reason_values : str
        Why there is none, as in `verdicts.Verdict`; or empty.
    """

    n_topics: int | None
    status: str
    reason_code: str
    reason_values: str


def stability_curve(runs: pd.DataFrame) -> pd.DataFrame:
    """Sum up the runs of `topic_stability`.

    Returns
    -------
    DataFrame
        n_topics, kind, n_runs, stability (their mean), low, high (the middle 95 % of
        the runs: the spread of the fits, not an interval of the mean). Kinds in the order
        seeds, subsamples, documents, unrelated.

    Examples
    --------
    >>> runs = pd.DataFrame({"n_topics": 2, "kind": "seeds", "run": [1, 2], "left_out": "",
    ...     "stability": [0.5, 1.0]})
    >>> stability_curve(runs)[["n_topics", "kind", "n_runs", "stability"]].values.tolist()
    [[2, 'seeds', 2, 0.75]]
    """
    groups = runs.groupby(["n_topics", "kind"])["stability"]
    curve = pd.DataFrame({"n_runs": groups.size(), "stability": groups.mean()})
    curve["low"] = groups.quantile((1 - MIDDLE) / 2)
    curve["high"] = groups.quantile((1 + MIDDLE) / 2)
    place = {kind: i for i, kind in enumerate(KINDS)}
    summed = curve.reset_index().assign(place=lambda t: t["kind"].map(place))
    summed = summed.sort_values(["n_topics", "place"]).drop(columns="place")
    return summed.reset_index(drop=True)


def choose_n_topics(
    curve: pd.DataFrame, *, subsamples: float = 0.6, documents: float = 0.5, margin: float = 1.0
) -> Choice:
    """Give the largest number of topics that is stable, or say that none is.

    Parameters
    ----------
    curve : DataFrame
        From `stability_curve`.
    subsamples, documents : float
        Lowest mean stability over subsamples, and with one document left out.
    margin : float
        How far below the best of the numbers above both a number may stay over
        subsamples. 1: the thresholds alone decide. They alone choose too many topics
        in a corpus with clear ones, where even a topic too many leaves the mean high.

    Returns
    -------
    Choice
        Status ``not_estimable`` with the reason if no number reaches both.

    Raises
    ------
    MeasureError
        If a threshold is not in (0, 1], the margin not in [0, 1], or the curve lacks one
        of the two kinds.

    Examples
    --------
    >>> curve = pd.DataFrame({"n_topics": [2, 2, 3, 3], "kind": ["subsamples", "documents"] * 2,
    ...     "stability": [0.8, 0.7, 0.7, 0.4]})
    >>> choose_n_topics(curve)
    Choice(n_topics=2, status='ok', reason_code='', reason_values='')
    >>> choose_n_topics(curve, documents=0.9)[2:]
    ('no_stable_number', '2;3;0.8;0.7')
    """
    wanted = {"subsamples": subsamples, "documents": documents}
    for kind, least in wanted.items():
        if not 0 < least <= 1:
            raise MeasureError(f"choose_n_topics: wanted {kind} in (0, 1], came {least}")
    if not 0 <= margin <= 1:
        raise MeasureError(f"choose_n_topics: wanted margin in [0, 1], came {margin}")
    table = rounded(curve.pivot_table(index="n_topics", columns="kind", values="stability"))
    missing = sorted(set(wanted) - set(table.columns))
    if missing:
        raise MeasureError(
            f"choose_n_topics: no stability over {' and '.join(missing)} in the curve. "
            "Give the table of stability_curve."
        )
    stable = table[(table["subsamples"] >= subsamples) & (table["documents"] >= documents)]
    if len(stable):
        near = stable[stable["subsamples"] >= stable["subsamples"].max() - margin]
        return Choice(int(near.index.max()), *OK)
    best = (round(float(table[kind].max()), 2) for kind in wanted)
    span = (int(table.index.min()), int(table.index.max()))
    return Choice(None, *refuse("no_stable_number", *span, *best))
