"""Comparing ranked lists and distributions: how alike the vocabularies of two groups are."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from analysis.cells import rounded
from analysis.errors import MeasureError
from analysis.measures.inference import FloatArray


class RankBiasedOverlap(NamedTuple):
    """Bounds and extrapolation of rank-biased overlap.

    Attributes
    ----------
    low : float
        Overlap proved by the ranks seen ("min").
    residual : float
        What the ranks not seen could add.
    estimate : float
        Overlap if agreement went on as at the last rank ("ext").
    """

    low: float
    residual: float
    estimate: float


def rank_biased_overlap(
    first: Sequence[Hashable], second: Sequence[Hashable], *, persistence: float = 0.9
) -> RankBiasedOverlap:
    """Compare two rankings of the same length, the top counting most (Webber et al. 2010).

    Parameters
    ----------
    first, second : sequence
        Terms, best first, without ties or repeats; of one length.
    persistence : float
        p: the chance to look one rank further; .9 puts .86 of the weight on ten ranks.

    Returns
    -------
    RankBiasedOverlap
        low by their eq. 11, residual so that low + residual is the highest
        possible value, estimate by their eq. 23.

    Raises
    ------
    MeasureError
        If lists are empty, differ in length, repeat a term, or p is not in (0, 1).

    Examples
    --------
    >>> result = rank_biased_overlap("abcdefghij", "acbdhijefg")
    >>> f"{result.low:.6f} {result.residual:.6f} {result.estimate:.6f}"
    '0.738264 0.144415 0.882679'
    """
    p, depth = persistence, len(first)
    _check_rankings(first, second, p)
    agreement = np.array([len(set(first[:d]) & set(second[:d])) for d in range(1, depth + 1)])
    ranks = np.arange(1, depth + 1)
    seen = agreement / ranks
    weighted = (1 - p) / p * np.sum(seen * p**ranks)
    estimate = weighted + seen[-1] * p**depth
    unseen = -np.log1p(-p) - np.sum(p**ranks / ranks)
    low = weighted + (1 - p) / p * agreement[-1] * unseen
    return RankBiasedOverlap(float(low), _residual(depth, int(agreement[-1]), p), float(estimate))


def _residual(depth: int, overlap: int, p: float) -> float:
    """Give what ranks not seen could add: two new agreements a rank, until all agree."""
    full = 2 * depth - overlap
    ranks = np.arange(depth + 1, full + 1)
    rising = np.sum((overlap + 2 * (ranks - depth)) / ranks * p**ranks)
    highest = (1 - p) / p * rising + p**full
    seen = np.arange(1, depth + 1)
    lowest = (1 - p) / p * overlap * (-np.log1p(-p) - np.sum(p**seen / seen))
    return float(highest - lowest)


def _check_rankings(first: Sequence[Hashable], second: Sequence[Hashable], p: float) -> None:
    if not 0 < p < 1:
        raise MeasureError(f"rank_biased_overlap: wanted persistence between 0 and 1, came {p}")
    if len(first) != len(second) or len(first) == 0:
        raise MeasureError(
            "rank_biased_overlap: wanted two rankings of one length, not empty;"
            f" came {len(first)} and {len(second)}; cut both at the same rank"
        )
    if len(set(first)) < len(first) or len(set(second)) < len(second):
        raise MeasureError("rank_biased_overlap: a ranking names a term twice; name each once")


class ListAgreement(NamedTuple):
    """Agreement of two lists of terms beyond chance.

    Attributes
    ----------
    kappa : float
        Cohen's (1960), each list's own length taken as given.
    ac1 : float
        Gwet's (2008), which does not fall when nearly all terms are in neither list.
    """

    kappa: float
    ac1: float


def list_agreement(
    n_both: int, n_first_only: int, n_second_only: int, n_neither: int
) -> ListAgreement:
    """Compare two lists of key terms or collocates chosen from one vocabulary.

    Raises
    ------
    MeasureError
        If a count is negative, or no term, or every term, is in a list.

    Examples
    --------
    >>> agreement = list_agreement(30, 10, 20, 940)
    >>> f"{agreement.kappa:.6f} {agreement.ac1:.6f}"
    '0.651163 0.967179'
    """
    counts = np.array([[n_both, n_first_only], [n_second_only, n_neither]], dtype=float)
    total = counts.sum()
    listed = (counts[0].sum() + counts[:, 0].sum()) / 2
    if np.any(counts < 0) or not 0 < listed < total:
        raise MeasureError(
            "list_agreement: wanted counts of 0 or more, terms in a list and terms in none;"
            f" came {n_both}, {n_first_only}, {n_second_only}, {n_neither}"
        )
    observed = float(np.trace(counts) / total)
    by_list = float(counts.sum(axis=0) @ counts.sum(axis=1) / total**2)
    evenly = 2 * listed / total * (1 - listed / total)
    return ListAgreement(*((observed - chance) / (1 - chance) for chance in (by_list, evenly)))


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


class Divergences(NamedTuple):
    """How far two distributions of terms are apart; in bits but for total variation."""

    jensen_shannon: float
    total_variation: float
    kl_target_reference: float
    kl_reference_target: float
    entropy_difference: float


def divergences(n_target: npt.ArrayLike, n_reference: npt.ArrayLike) -> Divergences:
    """Measure how far the vocabularies of two groups are apart.

    All are biased upwards for small samples: relabel documents to see how large they
    are by chance.

    Parameters
    ----------
    n_target, n_reference : array_like, shape (n_terms,)
        Frequencies of the same terms.

    Returns
    -------
    Divergences
        Jensen-Shannon (0 to 1), total variation (0 to 1), both Kullback-Leibler
        divergences (infinite if one side lacks a term of the other), and the entropy
        of the target minus that of the reference.

    Examples
    --------
    >>> apart = divergences([30, 10, 60], [10, 50, 40])
    >>> f"{apart.jensen_shannon:.4f} {apart.total_variation:.1f} {apart.kl_reference_target:.4f}"
    '0.1573 0.4 0.7685'
    """
    p, q = _shares(n_target), _shares(n_reference)
    if len(p) != len(q):
        raise MeasureError(f"comparison: wanted the same terms on both sides, {len(p)}, {len(q)}")
    middle = (p + q) / 2
    return Divergences(
        (_kl(p, middle) + _kl(q, middle)) / 2,
        float(np.abs(p - q).sum() / 2),
        _kl(p, q),
        _kl(q, p),
        float((special.entr(p).sum() - special.entr(q).sum()) / np.log(2)),
    )


def _kl(p: FloatArray, q: FloatArray) -> float:
    return float(special.rel_entr(p, q).sum() / np.log(2))


def _shares(frequencies: npt.ArrayLike) -> FloatArray:
    values = np.asarray(frequencies, dtype=float)
    if np.any(values < 0) or not np.all(np.isfinite(values)):
        raise MeasureError("comparison: wanted frequencies of 0 or more")
    if values.sum() == 0:
        raise MeasureError("comparison: a group has no occurrence of any term")
    return np.asarray(values / values.sum())
