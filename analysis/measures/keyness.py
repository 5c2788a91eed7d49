"""Keyness: which terms are more frequent in the target, by how much, and how surely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats

from analysis.measures import formulas
from analysis.measures.cells import Cells, check_cells
from analysis.measures.counts import TermCounts
from analysis.measures.formulas import KEYNESS
from analysis.measures.inference import CORRECTIONS, FloatArray, adjust_p_values
from analysis.measures.permutation import permute_terms
from analysis.measures.resampling import BLOCK, Resampling, Units, bootstrap_terms, find_units
from analysis.measures.verdicts import VERDICT, refuse
from analysis.study.errors import MeasureError, check_known
from analysis.tables.cells import rounded

#: Correction for many terms that rests on the relabellings themselves.
MAX_T = "max_t"


def keyness(
    counts: TermCounts,
    *,
    target: str,
    reference: str,
    measures: Sequence[str] = ("g2_four_cell", "lrc"),
    correction: str = MAX_T,
    resampling: Resampling | None = None,
) -> pd.DataFrame:
    """Compare the frequencies of all terms in two groups of documents.

    Parameters
    ----------
    counts : TermCounts
        Terms in documents or segments, trimmed as wished; sizes are the totals
        before trimming.
    target, reference : str
        Values of the group's column; a positive score: more in the target.
    measures : sequence of str
        Names of `formulas.KEYNESS`, or ``rank_biserial`` over documents: a column each.
    correction : str
        Of the p-values for many terms: max_t, bonferroni, holm, bh or by.
    resampling : Resampling, optional
        By default events are compared, documents are relabelled and resampled.

    Returns
    -------
    DataFrame
        One row per term that occurs in either group, the first measure's highest
        score first:

        - term, n_target, n_reference, size_target, size_reference (tokens)
        - per_million_target, per_million_reference
        - n_documents_target, n_documents_reference, range (documents with the term)
        - one column per measure
        - log_ratio with low, high (.95, documents resampled), status, reason_code, reason_values
        - z, p_value, p_adjusted, p_floor, p_status, p_reason_code, p_reason_values
          (documents relabelled)

    Raises
    ------
    MeasureError
        If a measure, correction, group or column is unknown, a group is empty, target
        and reference are the same, or the matrix does not hold counts.

    Examples
    --------
    >>> from scipy import sparse
    >>> from analysis.measures.counts import Recipe
    >>> rows = pd.DataFrame({"doc_id": list("abcdefgh"), "event": ["x"] * 4 + ["y"] * 4})
    >>> matrix = sparse.csr_array(np.array([[2, 0]] * 4 + [[0, 2], [1, 1], [0, 2], [0, 2]]))
    >>> counts = TermCounts(matrix, rows, pd.Index(["Deal", "Nato"]), np.full(8, 50), Recipe())
    >>> table = keyness(counts, target="x", reference="y")
    >>> table[["term", "n_target", "n_reference", "log_ratio", "p_value", "status"]].round(3)
       term  n_target  n_reference  log_ratio  p_value         status
    0  Deal         8            1      3.000    0.029  not_estimable
    1  Nato         0            7     -3.807    0.029  not_estimable
    """
    plan = resampling or Resampling()
    _check_names(measures, correction)
    counts.require_whole("keyness")
    counts = _two_groups(counts, target, reference, plan)
    is_target = (counts.rows[plan.group] == target).to_numpy()
    table, cells = _frequencies(counts, is_target)
    scores = {name: _compute(name, cells, counts, is_target) for name in measures}
    scores["log_ratio"] = formulas.log_ratio(*cells)
    inference = _inference(counts, is_target, correction, plan)
    table = pd.concat([table, pd.DataFrame(scores), inference], axis=1)
    first = measures[0] if measures else "log_ratio"
    by, falling = [first, "term"], [False, True]
    return table.sort_values(by, ascending=falling, ignore_index=True, key=rounded)


def most_key(
    table: pd.DataFrame, *, by: str = "log_ratio", top: int = 10, min_documents: int = 1
) -> pd.DataFrame:
    """Choose the terms that are most key for each side: a ranking, no test.

    Parameters
    ----------
    table : DataFrame
        What `keyness` gives.
    by : str
        Signed column to rank by; ties by frequency, then by term.
    top : int
        Terms of each side.
    min_documents : int
        Least documents with the term on the side that has it more often.

    Returns
    -------
    DataFrame
        The chosen rows, falling by the column: those of the target, then of the reference.

    Raises
    ------
    MeasureError
        If the table lacks the column.

    Examples
    --------
    >>> table = pd.DataFrame({"term": list("abc"), "log_ratio": [0.5, -2.0, 1.5],
    ...     "n_target": 5, "n_reference": 5, "n_documents_target": 2, "n_documents_reference": 2})
    >>> most_key(table, top=1)["term"].tolist()
    ['c', 'b']
    """
    check_known("most_key", [by], what="column", allowed=table.columns)
    ranked = table.assign(_n=table["n_target"] + table["n_reference"])
    sides = []
    for side, sign in (("target", 1), ("reference", -1)):
        kept = ranked[(sign * ranked[by] > 0) & (ranked[f"n_documents_{side}"] >= min_documents)]
        order = kept.assign(_size=kept[by].abs()).sort_values(
            ["_size", "_n", "term"], ascending=[False, False, True], key=rounded
        )
        sides.append(order.head(top)[::sign])
    return pd.concat(sides, ignore_index=True).drop(columns=["_n", "_size"])


def _compute(
    name: str, cells: Cells, counts: TermCounts, is_target: npt.NDArray[np.bool_]
) -> FloatArray:
    if name in KEYNESS:
        return KEYNESS[name](cells)
    sides = [_by_document(counts.select(rows)) for rows in (is_target, ~is_target)]
    matrix = sparse.csr_array(sparse.vstack([side.matrix for side in sides]))
    totals = np.concatenate([side.totals for side in sides])
    return rank_biserial(matrix, totals, np.arange(len(totals)) < len(sides[0].totals))


def _frequencies(
    counts: TermCounts, is_target: npt.NDArray[np.bool_]
) -> tuple[pd.DataFrame, Cells]:
    """Count terms, tokens and documents on both sides."""
    sides = {
        "target": _by_document(counts.select(is_target)),
        "reference": _by_document(counts.select(~is_target)),
    }
    n = {side: held.frequencies().astype(np.int64) for side, held in sides.items()}
    size = {side: int(held.totals.sum()) for side, held in sides.items()}
    spread = {side: held.row_frequencies() for side, held in sides.items()}
    table = pd.DataFrame(
        {
            "term": counts.terms,
            **{f"n_{side}": n[side] for side in sides},
            **{f"size_{side}": size[side] for side in sides},
            **{f"per_million_{side}": 1e6 * n[side] / size[side] for side in sides},
            **{f"n_documents_{side}": spread[side] for side in sides},
            "range": spread["target"] + spread["reference"],
        }
    )
    return table, check_cells(n["target"], n["reference"], size["target"], size["reference"])


def _by_document(counts: TermCounts) -> TermCounts:
    if "doc_id" not in counts.rows.columns or counts.rows["doc_id"].is_unique:
        return counts
    return counts.group("doc_id")


def _units_of(counts: TermCounts, is_target: npt.NDArray[np.bool_], plan: Resampling) -> Units:
    strata = None if plan.stratum is None else counts.rows[plan.stratum]
    clusters = counts.rows[plan.cluster]
    return find_units(counts.matrix, counts.totals, is_target, clusters=clusters, strata=strata)


def _inference(
    counts: TermCounts, is_target: npt.NDArray[np.bool_], correction: str, plan: Resampling
) -> pd.DataFrame:
    """Give intervals and p-values; what was asked for zero times is refused, not left out."""
    if plan.n_permutations == plan.n_resamples == 0:
        return _not_asked(len(counts.terms))
    units = _units_of(counts, is_target, plan)
    interval = bootstrap_terms(
        units, formulas.log_ratio, n_resamples=plan.n_resamples, seed=plan.seed
    )
    return pd.concat([interval, _p_values(units, correction, plan)], axis=1)


def _not_asked(n_terms: int) -> pd.DataFrame:
    verdict = refuse("no_inference_asked")
    interval = {"low": np.nan, "high": np.nan, **verdict._asdict()}
    test = dict.fromkeys(("z", "p_value", "p_adjusted", "p_floor"), np.nan)
    return pd.DataFrame({**interval, **test, **verdict.under("p_")}, index=range(n_terms))


def _p_values(units: Units, correction: str, plan: Resampling) -> pd.DataFrame:
    """Relabel the documents, and correct for as many terms as can be tested."""
    test = permute_terms(units, n_permutations=plan.n_permutations, seed=plan.seed)
    adjusted = test["p_max_t"].to_numpy()
    if correction != MAX_T:
        adjusted = adjust_p_values(test["p_value"], correction)
    numbers = test.assign(p_adjusted=adjusted)[["z", "p_value", "p_adjusted", "p_floor"]]
    return pd.concat([numbers, test[VERDICT].add_prefix("p_")], axis=1)


def _two_groups(counts: TermCounts, target: str, reference: str, plan: Resampling) -> TermCounts:
    """Keep the rows of both groups, and the terms that occur in them."""
    columns = [plan.group, plan.cluster, *([plan.stratum] if plan.stratum else [])]
    check_known("keyness", columns, what="column", allowed=counts.rows.columns)
    if target == reference:
        raise MeasureError(f"keyness: target and reference are the same, {target!r}; name two")
    groups = counts.rows[plan.group]
    known = set(groups.dropna())
    check_known("keyness", (target, reference), what=plan.group, allowed=known)
    chosen = counts.select(groups.isin([target, reference]).to_numpy())
    for value in (target, reference):
        if chosen.totals[(chosen.rows[plan.group] == value).to_numpy()].sum() == 0:
            raise MeasureError(f"keyness: {value!r} has no tokens; choose texts or a wider recipe")
    return chosen.trim(min_count=1)


def _check_names(measures: Sequence[str], correction: str) -> None:
    check_known("keyness", measures, what="measure", allowed=[*KEYNESS, "rank_biserial"])
    check_known("keyness", [correction], what="correction", allowed=[MAX_T, *CORRECTIONS])


def rank_biserial(
    matrix: sparse.csr_array, sizes: npt.ArrayLike, is_target: npt.NDArray[np.bool_]
) -> FloatArray:
    """Give each term's rank-biserial correlation over documents' relative frequencies.

    It is 2 U / (n1 n2) - 1, with Mann and Whitney's U as Kilgarriff (2001) uses it: the share of
    pairs in which the target's document is higher, minus the share in which it is lower.

    The arguments are those of `find_units`; documents without tokens are left out.

    Examples
    --------
    >>> counts = sparse.csr_array(np.array([[3, 0], [2, 0], [0, 1], [1, 0]]))
    >>> rank_biserial(counts, [10, 10, 10, 10], np.array([True, True, False, False])).tolist()
    [1.0, -0.5]
    """
    size = np.asarray(sizes, dtype=float)
    kept = np.flatnonzero(size > 0)
    side = is_target[kept]
    if side.all() or not side.any():
        raise MeasureError("rank_biserial: wanted documents with tokens in both groups")
    rates = sparse.csc_array(sparse.diags_array(1 / size[kept]) @ matrix[kept])
    n_target, n_reference = side.sum(), (~side).sum()
    found, step = [], max(1, BLOCK // len(kept))
    for start in range(0, matrix.shape[1], step):
        ranks = stats.rankdata(rates[:, start : start + step].toarray(), axis=0)
        found.append(ranks[side].sum(axis=0) - n_target * (n_target + 1) / 2)
    u = np.concatenate(found) if found else np.zeros(0)
    return np.asarray(2 * u / (n_target * n_reference) - 1)
