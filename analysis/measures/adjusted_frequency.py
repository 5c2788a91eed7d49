"""Adjusted frequencies: a term's frequency, lowered as far as it is unevenly spread.

All take what `dispersion_measures` takes and give the frequency itself for an even spread.
NaN for a term that does not occur.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from analysis.measures.dispersion_measures import (
    carroll_d2,
    juilland_d,
    relative_range,
    rosengren_s,
)
from analysis.measures.dispersion_parts import (
    Parts,
    check_parts,  # noqa: F401  (the examples call it)
)
from analysis.measures.inference import FloatArray


def juilland_u(parts: Parts) -> FloatArray:
    """Juilland's U: D times the frequency.

    Examples
    --------
    >>> juilland_u(check_parts([0, 4, 3, 2, 1], [10] * 5)).round(2).tolist()
    [6.46]
    """
    return parts.f * juilland_d(parts)


def carroll_um(parts: Parts) -> FloatArray:
    """Carroll's (1970) Um: D2 f + (1 - D2) f / n.

    Examples
    --------
    >>> carroll_um(check_parts([1, 2, 3, 4, 5], [10] * 5)).round(3).tolist()
    [14.108]
    """
    even = carroll_d2(parts)
    return parts.f * (even + (1 - even) / len(parts.x))


def rosengren_kf(parts: Parts) -> FloatArray:
    """Rosengren's (1971) KF: S times the frequency, (sum of sqrt(w x))^2.

    Examples
    --------
    >>> rosengren_kf(check_parts([1, 2, 3, 4, 5], [10] * 5)).round(3).tolist()
    [14.053]
    """
    return parts.f * rosengren_s(parts)


def engwall_fm(parts: Parts) -> FloatArray:
    """Engwall's (1974) FM: the frequency times the share of parts with the term.

    Examples
    --------
    >>> engwall_fm(check_parts([4, 2, 1, 1, 0], [10] * 5)).round(1).tolist()
    [6.4]
    """
    return np.where(parts.f > 0, parts.f * relative_range(parts), np.nan)


def kromer_ur(parts: Parts) -> FloatArray:
    """Kromer's (2003) UR: the sum over parts of 1 + 1/2 + ... + 1/x.

    Sizes do not enter; each further occurrence in a part counts less.

    Examples
    --------
    >>> kromer_ur(check_parts([2, 1, 1, 1, 0], [10] * 5)).round(1).tolist()
    [4.5]
    """
    harmonic = special.digamma(parts.x + 1) + np.euler_gamma
    return np.where(parts.f > 0, harmonic.sum(axis=0), np.nan)


#: Name -> formula.
MEASURES: dict[str, Callable[[Parts], FloatArray]] = {
    "carroll_um": carroll_um,
    "engwall_fm": engwall_fm,
    "juilland_u": juilland_u,
    "kromer_ur": kromer_ur,
    "rosengren_kf": rosengren_kf,
}
