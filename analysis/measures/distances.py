"""Dispersion by the distances between a term's occurrences (Savický and Hlaváčová 2002).

They need the place of every occurrence in the corpus laid end to end. The open tables do
not have it, because it would give the text back; so nothing here takes them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.errors import MeasureError


class DistanceMeasures(NamedTuple):
    """Measures of one term and the frequencies adjusted by them.

    Attributes
    ----------
    arf, awt, ald : float
        Average reduced frequency, average waiting time, average logarithmic distance.
    f_awt, f_ald : float
        Frequencies adjusted by waiting time and by logarithmic distance; ARF is one itself.
    """

    arf: float
    awt: float
    ald: float
    f_awt: float
    f_ald: float


def measure_distances(positions: npt.ArrayLike, n_tokens: int) -> DistanceMeasures:
    """Measure how evenly occurrences follow one another, the end joined to the beginning.

    With distances d between occurrences, f of them, N tokens and v = N / f:
    ARF = sum min(d, v) / v, AWT = (1 + sum d^2 / N) / 2, ALD = sum d log10 d / N,
    f_AWT = N^2 / sum d^2, f_ALD = N / 10^ALD.

    Parameters
    ----------
    positions : array_like of int
        Places of the term, from 0; any order.
    n_tokens : int
        Tokens of the corpus.

    Raises
    ------
    MeasureError
        If there is no position, one stands twice, or one is not in the corpus.

    Examples
    --------
    >>> measure_distances([0, 5], 10).awt
    3.0
    """
    places = np.unique(np.asarray(positions, dtype=np.int64))
    if len(places) != np.size(positions) or len(places) == 0:
        raise MeasureError("measure_distances: wanted positions, each once; came none or a repeat")
    if places[0] < 0 or places[-1] >= n_tokens:
        raise MeasureError(f"measure_distances: wanted positions from 0 to {n_tokens - 1}")
    distances = np.diff(np.append(places, places[0] + n_tokens)).astype(float)
    interval, squares = n_tokens / len(places), float((distances**2).sum())
    ald = float((distances * np.log10(distances)).sum() / n_tokens)
    return DistanceMeasures(
        arf=float(np.minimum(distances, interval).sum() / interval),
        awt=(1 + squares / n_tokens) / 2,
        ald=ald,
        f_awt=n_tokens**2 / squares,
        f_ald=float(n_tokens / 10**ald),
    )
