"""Comparing two distributions of terms: which terms make two vocabularies differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from analysis.measures.inference import FloatArray
from analysis.study.errors import MeasureError
from analysis.tables.cells import rounded


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
