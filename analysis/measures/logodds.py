"""Weighted log odds ("Fightin' Words"): the frequencies of all terms at once, under a prior."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from analysis.measures.cells import Counts, check_cells
from analysis.measures.inference import FloatArray
from analysis.study.errors import MeasureError, check_known

Variance = Literal["two_term", "four_term"]


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
