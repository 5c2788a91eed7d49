"""Comparing two distributions of terms as a whole: word shift, and log odds under a prior."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from analysis.measures.cells import Counts, check_cells
from analysis.measures.inference import FloatArray
from analysis.study.errors import MeasureError, check_known
from analysis.tables.cells import rounded

Variance = Literal["two_term", "four_term"]


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


def weighted_log_odds(
    n_target: Counts,
    n_reference: Counts,
    size_target: Counts,
    size_reference: Counts,
    *,
    prior: npt.ArrayLike = 0.01,
    variance: Variance = "two_term",
) -> tuple[FloatArray, FloatArray]:
    """Difference of log odds under a Dirichlet prior (Monroe, Colaresi & Quinn 2008).

    Parameters
    ----------
    n_target, n_reference : array_like, shape (n_terms,)
        Frequencies of **all** terms of the comparison: the prior is over them.
    size_target, size_reference : int
        Tokens.
    prior : float or array_like
        Pseudo-frequency of every term, or of each (see `informative_prior`).
    variance : str
        two_term (their eq. 20, the usual one) or four_term (their eq. 18).

    Returns
    -------
    delta, zeta : ndarray
        Difference of log odds (eq. 16), and the same over its standard error (eq. 22).

    Examples
    --------
    >>> weighted_log_odds([10, 20, 70], [30, 20, 150], 100, 200)[1].round(4).tolist()
    [-1.2659, 2.5646, -1.7376]
    """
    check_known("weighted_log_odds", [variance], what="variance", allowed=get_args(Variance))
    a, b, size_a, size_b = check_cells(n_target, n_reference, size_target, size_reference)
    alpha = np.broadcast_to(np.asarray(prior, dtype=float), a.shape)
    if np.any(alpha <= 0):
        raise MeasureError("weighted_log_odds: wanted a prior above 0 for every term")
    inside = a + alpha, b + alpha
    outside = size_a - a + alpha.sum() - alpha, size_b - b + alpha.sum() - alpha
    delta = np.log(inside[0] / outside[0]) - np.log(inside[1] / outside[1])
    spread = 1 / inside[0] + 1 / inside[1]
    if variance == "four_term":
        spread = spread + 1 / outside[0] + 1 / outside[1]
    return delta, delta / np.sqrt(spread)


def informative_prior(n_target: Counts, n_reference: Counts, *, strength: float) -> FloatArray:
    """Share out `strength` pseudo-tokens as both groups together use the terms.

    A term in neither group gets the share of half an occurrence.

    Examples
    --------
    >>> informative_prior([10, 20, 70], [30, 20, 150], strength=10).round(3).tolist()
    [1.333, 1.333, 7.333]
    """
    both = np.asarray(n_target, dtype=float) + np.asarray(n_reference, dtype=float)
    both = np.where(both == 0, 0.5, both)
    return np.asarray(strength * both / both.sum())
