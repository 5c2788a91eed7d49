"""The noise floor: how many keywords a comparison gives where there is nothing to find.

Documents of one group are split at random into a target and a reference ("A/A"). What
is found there is a false alarm, and the number to hold beside that of the real comparison.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.cells import check_cells
from analysis.measures.counts import TermCounts
from analysis.measures.formulas import g2_four_cell, p_of_chi2
from analysis.measures.inference import adjust_p_values
from analysis.measures.permutation import permute_terms
from analysis.measures.resampling import (
    MOST_EXACT,
    Resampling,
    Units,
    count_relabellings,
    find_units,
    relabelling_floor,
)
from analysis.measures.verdicts import OK, VERDICT, Verdict, judge_p_value, refuse
from analysis.study.design import ALPHA
from analysis.study.errors import MeasureError, check_known

COLUMNS = (
    *("comparison", "target", "reference", "split", "n_splits_possible"),
    *("n_documents_target", "n_documents_reference", "size_target", "size_reference", "n_terms"),
    *("n_below_words", "n_keywords_words", "n_testable", "n_keywords_documents", "p_floor"),
    *VERDICT,
)

BoolArray = npt.NDArray[np.bool_]


def noise_floor(
    counts: TermCounts,
    *,
    n_splits: int = 200,
    min_count: int = 5,
    resampling: Resampling | None = None,
) -> pd.DataFrame:
    """Count keywords in random splits of each group, and in the comparison of the groups.

    Parameters
    ----------
    counts : TermCounts
        Terms in documents, of this study or any other corpus, not trimmed.
    n_splits : int
        Random splits of each group; if no more are possible, all of them.
    min_count : int
        Least occurrences of a term in both sides of a comparison together.
    resampling : Resampling, optional
        Group (by default event), cluster (split and relabelled as one; by default the
        document), stratum, relabellings and seed.

    Returns
    -------
    DataFrame
        One row per split, groups sorted, then one per pair of groups:

        - comparison: split or groups
        - target, reference: the groups; in a split both are the group split
        - split: number from 1; 0 between groups or where none is possible
        - n_splits_possible: different splits of the group; 1 between groups
        - n_documents_target, n_documents_reference (clusters), size_target,
          size_reference (tokens), n_terms (of min_count or more)
        - n_below_words, n_keywords_words: terms with p < .05 by the four-cell
          log-likelihood ratio, as if words were drawn one by one, before and after
          Bonferroni's correction
        - n_testable, n_keywords_documents: terms in enough documents, and those of
          them with p <= .05 by the largest |z| of relabelled documents; missing if
          not estimable
        - p_floor: smallest p-value that the documents can give; status, reason_code, reason_values

    Raises
    ------
    MeasureError
        If a column is unknown, a group is missing in a row, n_splits is below 1, or the
        matrix does not hold counts.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import count_terms
    >>> table = noise_floor(count_terms(read_features()))
    >>> table[["comparison", "n_documents_target", "n_documents_reference", "status"]]
      comparison  n_documents_target  n_documents_reference         status
    0      split                   1                      2  not_estimable
    1      split                   1                      2  not_estimable
    2      split                   1                      2  not_estimable
    3      split                   1                      1  not_estimable
    4     groups                   3                      2  not_estimable
    """
    plan = resampling or Resampling()
    _check(counts, plan, n_splits)
    groups = sorted(counts.rows[plan.group].unique())
    parts = []
    for i, group in enumerate(groups):
        here = counts.select((counts.rows[plan.group] == group).to_numpy())
        codes, labels = pd.factorize(here.rows[plan.cluster], sort=True)
        about = {"comparison": "split", "target": group, "reference": group}
        about["n_splits_possible"] = count_splits(len(labels))
        if len(labels) < 2:
            size, verdict = int(here.totals.sum()), refuse("group_of_one_not_split")
            parts.append(about | {"split": 0} | _nothing(len(labels), size, verdict))
            continue
        splits = _splits(len(labels), n_splits, np.random.default_rng([plan.seed, i]))
        parts += [
            about | {"split": number} | _count_keywords(here, np.isin(codes, half), min_count, plan)
            for number, half in enumerate(splits, start=1)
        ]
    for target, reference in itertools.combinations(groups, 2):
        both = counts.select(counts.rows[plan.group].isin([target, reference]).to_numpy())
        is_target = (both.rows[plan.group] == target).to_numpy()
        about = {"comparison": "groups", "target": target, "reference": reference, "split": 0}
        parts.append(
            about | {"n_splits_possible": 1} | _count_keywords(both, is_target, min_count, plan)
        )
    table = pd.DataFrame(parts, columns=list(COLUMNS))
    missing = ("n_terms", "n_below_words", "n_keywords_words", "n_testable", "n_keywords_documents")
    return table.astype(dict.fromkeys(missing, "Int64") | {"p_floor": "float64"})


def count_splits(n_clusters: int) -> int:
    """Count the ways to part clusters into two halves (odd numbers: halves but for one).

    Examples
    --------
    >>> [count_splits(n) for n in (1, 2, 3, 4, 10)]
    [0, 1, 3, 3, 126]
    """
    ways = math.comb(n_clusters, n_clusters // 2) if n_clusters > 1 else 0
    return ways // 2 if n_clusters % 2 == 0 else ways


def _splits(n_clusters: int, n_splits: int, rng: np.random.Generator) -> Iterator[tuple[int, ...]]:
    """Return all halves, or different random ones; a half and its mirror image are one split."""
    half, even = n_clusters // 2, n_clusters % 2 == 0
    if count_splits(n_clusters) <= n_splits:
        everything = itertools.combinations(range(n_clusters), half)
        yield from (chosen for chosen in everything if not even or chosen[0] == 0)
        return
    seen: set[tuple[int, ...]] = set()
    while len(seen) < n_splits:
        order = rng.permutation(n_clusters)
        chosen = tuple(sorted(order[:half].tolist()))
        if even and chosen[0] != 0:
            chosen = tuple(sorted(order[half:].tolist()))
        if chosen not in seen:
            seen.add(chosen)
            yield chosen


def _count_keywords(
    counts: TermCounts, is_target: BoolArray, min_count: int, plan: Resampling
) -> dict[str, object]:
    """Count keywords of one comparison, words as units and documents as units."""
    trimmed = counts.trim(min_count=min_count)
    strata = None if plan.stratum is None else counts.rows[plan.stratum]
    clusters = counts.rows[plan.cluster]
    if min(counts.totals[is_target].sum(), counts.totals[~is_target].sum()) == 0:
        size = int(counts.totals.sum())
        return _nothing(clusters.nunique(), size, refuse("one_side_without_tokens"))
    units = find_units(trimmed.matrix, counts.totals, is_target, clusters=clusters, strata=strata)
    sizes = {
        "n_documents_target": units.n_target,
        "n_documents_reference": units.n_reference,
        "size_target": int(counts.totals[is_target].sum()),
        "size_reference": int(counts.totals[~is_target].sum()),
        "n_terms": len(trimmed.terms),
    }
    return sizes | _by_words(trimmed, is_target) | _by_documents(units, plan)


def _by_words(counts: TermCounts, is_target: BoolArray) -> dict[str, object]:
    """Count keywords as if words were drawn one by one."""
    sums = [counts.matrix[np.flatnonzero(rows)].sum(axis=0) for rows in (is_target, ~is_target)]
    totals = [counts.totals[rows].sum() for rows in (is_target, ~is_target)]
    p_values = p_of_chi2(g2_four_cell(*check_cells(*sums, *totals)))
    adjusted = adjust_p_values(p_values, "bonferroni")
    return {
        "n_below_words": int((p_values < ALPHA).sum()),
        "n_keywords_words": int((adjusted < ALPHA).sum()),
    }


def _by_documents(units: Units, plan: Resampling) -> dict[str, object]:
    """Count max-T keywords, or say why no number can be given."""
    drawn = count_relabellings(units) > MOST_EXACT
    floor = max(relabelling_floor(units), 1 / (plan.n_permutations + 1) if drawn else 0.0)
    verdict = judge_p_value(floor)
    if verdict.status != "ok":
        return {"p_floor": floor, **verdict._asdict()}
    if units.matrix.shape[1] == 0:
        return {"p_floor": floor, **refuse("no_frequent_term")._asdict()}
    test = permute_terms(units, n_permutations=plan.n_permutations, seed=plan.seed)
    found = {
        "n_testable": int((test["status"] == "ok").sum()),
        "n_keywords_documents": int((test["p_max_t"] <= ALPHA).sum()),
    }
    return found | {"p_floor": floor, **OK._asdict()}


def _nothing(n_documents: int, size: int, verdict: Verdict) -> dict[str, object]:
    sides = {"n_documents_target": n_documents, "n_documents_reference": 0}
    return sides | {"size_target": size, "size_reference": 0, **verdict._asdict()}


def _check(counts: TermCounts, plan: Resampling, n_splits: int) -> None:
    if n_splits < 1:
        raise MeasureError(f"noise_floor: wanted 1 split or more, came {n_splits}")
    columns = (plan.group, plan.cluster, *([plan.stratum] if plan.stratum else []))
    check_known("noise_floor", columns, what="column", allowed=counts.rows.columns)
    counts.require_whole("noise_floor")
    if counts.rows[plan.group].isna().any():
        raise MeasureError(f"noise_floor: a document has no {plan.group}; give each one")
