"""Keyness: which terms are more frequent in the target, by how much, and how surely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, special, stats

from analysis.measures.cells import check_cells
from analysis.measures.counts import TermCounts
from analysis.measures.formulas import KEYNESS, log_ratio
from analysis.measures.inference import CORRECTIONS, FloatArray, adjust_p_values
from analysis.measures.permutation import permute_terms
from analysis.measures.resampling import BLOCK, Resampling, bootstrap_terms, find_units
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
    check_known("keyness", measures, what="measure", allowed=[*KEYNESS, "rank_biserial"])
    check_known("keyness", [correction], what="correction", allowed=[MAX_T, *CORRECTIONS])
    counts.require_whole("keyness")
    counts = _two_groups(counts, target, reference, plan)
    is_target = (counts.rows[plan.group] == target).to_numpy()
    sides = [counts.select(rows).by_document() for rows in (is_target, ~is_target)]
    table = _frequencies(counts.terms, *sides)
    names = ("n_target", "n_reference", "size_target", "size_reference")
    cells = check_cells(*(table[name] for name in names))
    for name in measures:
        table[name] = KEYNESS[name](cells) if name in KEYNESS else _ranks_of(*sides)
    table["log_ratio"] = log_ratio(*cells)
    table = pd.concat([table, _inference(counts, is_target, correction, plan)], axis=1)
    by, falling = [measures[0] if measures else "log_ratio", "term"], [False, True]
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
    ranked = table.assign(_size=table[by].abs(), _n=table["n_target"] + table["n_reference"])
    by_strength, rising = ["_size", "_n", "term"], [False, False, True]
    ranked = ranked.sort_values(by_strength, ascending=rising, key=rounded)
    sides = []
    for side, sign in (("target", 1), ("reference", -1)):
        kept = ranked[(sign * ranked[by] > 0) & (ranked[f"n_documents_{side}"] >= min_documents)]
        sides.append(kept.head(top)[::sign])
    return pd.concat(sides, ignore_index=True).drop(columns=["_n", "_size"])


def _ranks_of(target: TermCounts, reference: TermCounts) -> FloatArray:
    matrix = sparse.csr_array(sparse.vstack([target.matrix, reference.matrix]))
    totals = np.concatenate([target.totals, reference.totals])
    return rank_biserial(matrix, totals, np.arange(len(totals)) < len(target.totals))


def _frequencies(terms: pd.Index, target: TermCounts, reference: TermCounts) -> pd.DataFrame:
    """Count terms, tokens and documents on both sides."""
    sides = {"target": target, "reference": reference}
    table = pd.DataFrame({"term": terms})
    for side, held in sides.items():
        table[f"n_{side}"] = held.frequencies().astype(np.int64)
    for side, held in sides.items():
        table[f"size_{side}"] = int(held.totals.sum())
    for side in sides:
        table[f"per_million_{side}"] = 1e6 * table[f"n_{side}"] / table[f"size_{side}"]
    for side, held in sides.items():
        table[f"n_documents_{side}"] = held.row_frequencies()
    return table.assign(range=table["n_documents_target"] + table["n_documents_reference"])


def _inference(
    counts: TermCounts, is_target: npt.NDArray[np.bool_], correction: str, plan: Resampling
) -> pd.DataFrame:
    """Return intervals and p-values; what was asked for zero times is refused, not left out."""
    if plan.n_permutations == plan.n_resamples == 0:
        verdict = refuse("no_inference_asked")
        interval = {"low": np.nan, "high": np.nan, **verdict._asdict()}
        numbers = dict.fromkeys(("z", "p_value", "p_adjusted", "p_floor"), np.nan)
        row = {**interval, **numbers, **verdict.under("p_")}
        return pd.DataFrame(row, index=range(len(counts.terms)))
    strata = None if plan.stratum is None else counts.rows[plan.stratum]
    clusters = counts.rows[plan.cluster]
    units = find_units(counts.matrix, counts.totals, is_target, clusters=clusters, strata=strata)
    bounds = bootstrap_terms(units, log_ratio, n_resamples=plan.n_resamples, seed=plan.seed)
    test = permute_terms(units, n_permutations=plan.n_permutations, seed=plan.seed)
    # As many terms are corrected for as can be tested.
    test["p_adjusted"] = test["p_max_t"]
    if correction != MAX_T:
        test["p_adjusted"] = adjust_p_values(test["p_value"], correction)
    kept = test[["z", "p_value", "p_adjusted", "p_floor"]]
    return pd.concat([bounds, kept, test[VERDICT].add_prefix("p_")], axis=1)


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


def rank_biserial(
    matrix: sparse.csr_array, sizes: npt.ArrayLike, is_target: npt.NDArray[np.bool_]
) -> FloatArray:
    """Return each term's rank-biserial correlation over documents' relative frequencies.

    It is 2 U / (n1 n2) - 1, with Mann and Whitney's U as Kilgarriff (2001) uses it: the share of
    pairs in which the target's document is higher, minus the share in which it is lower.

    The arguments are those of `find_units`; documents without tokens are left out.
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


def jensen_shannon_shift(
    n_target: npt.ArrayLike, n_reference: npt.ArrayLike, *, terms: Sequence[str]
) -> pd.DataFrame:
    """Show which terms make two vocabularies differ (word shift; Gallagher et al. 2021).

    The Jensen-Shannon divergence, in bits, is the sum of one contribution of 0 or more
    for each term: entropy of the mean minus mean of the entropies.

    Parameters
    ----------
    n_target, n_reference : array_like, shape (n_terms,)
        Frequencies; shares are of their sums.
    terms : sequence of str
        The terms.

    Returns
    -------
    DataFrame
        One row per term, the largest contribution first: term, n_target, n_reference,
        share_target, share_reference, contribution (bits), contribution_share (of the
        divergence; 0 if that is 0), side (target or reference: which has more; even).

    Raises
    ------
    MeasureError
        If the lengths differ, a frequency is negative, or a group has none.

    Examples
    --------
    >>> shift = jensen_shannon_shift([30, 10, 60], [10, 50, 40], terms=["Erfolg", "Deal", "Gipfel"])
    >>> f"{shift['contribution'].sum():.6f}"
    '0.157262'
    """
    p, q = _shares(n_target), _shares(n_reference)
    if not len(p) == len(q) == len(terms):
        raise MeasureError(
            f"comparison: wanted a term for each frequency, came {len(p)}, {len(q)}, {len(terms)}"
        )
    each = (special.rel_entr(p, (p + q) / 2) + special.rel_entr(q, (p + q) / 2)) / (2 * np.log(2))
    total = each.sum()
    table = pd.DataFrame({"term": list(terms)})
    table["n_target"], table["n_reference"] = np.asarray(n_target), np.asarray(n_reference)
    table["share_target"], table["share_reference"] = p, q
    table["contribution"] = np.maximum(each, 0)
    table["contribution_share"] = each / total if total > 0 else 0.0
    table["side"] = np.select([p > q, p < q], ["target", "reference"], "even")
    by, falling = ["contribution", "term"], [False, True]
    return table.sort_values(by, ascending=falling, ignore_index=True, key=rounded)


def _shares(frequencies: npt.ArrayLike) -> FloatArray:
    values = np.asarray(frequencies, dtype=float)
    if np.any(values < 0) or not np.all(np.isfinite(values)):
        raise MeasureError("comparison: wanted frequencies of 0 or more")
    if values.sum() == 0:
        raise MeasureError("comparison: a group has no occurrence of any term")
    return np.asarray(values / values.sum())
