"""Coefficients of agreement: alpha, kappa, AC1; each for many resamples at once, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from nltk.metrics.agreement import AnnotationTask

from analysis.measures.inference import FloatArray
from analysis.study.errors import MeasureError

Label = str | None
#: (one-hot labels (coders, units, labels), weights (units, resamples), n_labels) -> values.
Resampled = Callable[[FloatArray, FloatArray, int], FloatArray]


def krippendorff_alpha(labels: Sequence[Sequence[Label]]) -> float:
    """Return Krippendorff's alpha for nominal labels; labels may be missing.

    By NLTK's ``AnnotationTask``, which agrees with Krippendorff's worked examples with and
    without missing labels, but gives 1 where only one label was used; here that is NaN.

    Parameters
    ----------
    labels : sequence of sequence of str or None
        One sequence per coder, with the labels of the same units in the same order;
        None: not coded. Units with fewer than two labels do not count.

    Returns
    -------
    float
        1: agreement; 0: as by chance; NaN: not defined, with fewer than two labels in use.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability.

    Examples
    --------
    >>> a = "0100000010"
    >>> b = "1110010000"
    >>> round(krippendorff_alpha([list(a), list(b)]), 3)
    0.095
    """
    paired = [unit for unit in zip(*labels, strict=True) if len(unit) - unit.count(None) > 1]
    used = {label for unit in paired for label in unit if label is not None}
    if len(used) < 2:
        return float("nan")
    data = [
        (str(coder), at, label)
        for at, unit in enumerate(paired)
        for coder, label in enumerate(unit)
        if label is not None
    ]
    return float(AnnotationTask(data).alpha())


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Return Cohen's (1960) kappa of two coders, by NLTK; NaN where only one label was used.

    NLTK's raises an error for missing labels: pass the units that both coded.

    Examples
    --------
    >>> first = ["x"] * 40 + ["y"] * 960
    >>> second = ["x"] * 30 + ["y"] * 10 + ["x"] * 20 + ["y"] * 940
    >>> round(cohen_kappa(first, second), 6)
    0.651163
    """
    if len({*first, *second}) < 2:
        return float("nan")
    data = [("1", at, label) for at, label in enumerate(first)]
    data += [("2", at, label) for at, label in enumerate(second)]
    return float(AnnotationTask(data).kappa())


def gwet_ac1(first: Sequence[str], second: Sequence[str], n_labels: int) -> float:
    """Return Gwet's (2008) AC1 of two coders, which is stable where one label prevails.

    Parameters
    ----------
    first, second : sequence of str
        Labels of the units that both coded.
    n_labels : int
        Labels that could have been used, at least 2.

    Examples
    --------
    >>> first = ["x"] * 40 + ["y"] * 960
    >>> second = ["x"] * 30 + ["y"] * 10 + ["x"] * 20 + ["y"] * 940
    >>> round(gwet_ac1(first, second, 2), 6)
    0.967179
    """
    used = len({*first, *second})
    if n_labels < max(2, used):
        raise MeasureError(f"gwet_ac1: wanted n_labels of 2 and no less than used, came {n_labels}")
    hot = one_hot([first, second])
    return float(_ac1(hot, np.ones((hot.shape[1], 1)), n_labels)[0])


def one_hot(labels: Sequence[Sequence[Label]]) -> FloatArray:
    """Return (coders, units, labels in order): 1 where a coder gave the label.

    Examples
    --------
    >>> one_hot([["x", "y"], ["x", None]])[1].tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """
    cells = np.array([list(row) for row in labels], dtype=object)
    used = sorted({label for label in cells.ravel() if label is not None})
    return np.stack([cells == label for label in used], axis=-1).astype(float)


def _agreed(hot: FloatArray, weights: FloatArray, _: int) -> FloatArray:
    """Return the share of units with the same label, one for each column of weights."""
    return np.asarray((hot[0] * hot[1]).sum(axis=-1) @ weights / weights.sum(axis=0))


def _ac1(hot: FloatArray, weights: FloatArray, n_labels: int) -> FloatArray:
    share = hot.mean(axis=0).T @ weights / weights.sum(axis=0)
    chance = (share * (1 - share)).sum(axis=0) / (n_labels - 1)
    return np.asarray((_agreed(hot, weights, n_labels) - chance) / (1 - chance))


def _kappa(hot: FloatArray, weights: FloatArray, _: int) -> FloatArray:
    size = weights.sum(axis=0)
    chance = ((hot[0].T @ weights / size) * (hot[1].T @ weights / size)).sum(axis=0)
    return _beyond_chance(_agreed(hot, weights, 0), chance)


def _alpha(hot: FloatArray, weights: FloatArray, _: int) -> FloatArray:
    """Return alpha of weighted units, as NLTK's for weights of 1 (tested)."""
    counts = hot.sum(axis=0)
    m = counts.sum(axis=1)
    kept = m > 1
    counts, m, weights = counts[kept], m[kept], weights[kept]
    apart = (m**2 - (counts**2).sum(axis=1)) / (m - 1)
    by_label = counts.T @ weights
    n = by_label.sum(axis=0)
    expected = n**2 - (by_label**2).sum(axis=0)
    return _beyond_chance(1 - (apart @ weights) / n, 1 - expected / (n * (n - 1)))


def _beyond_chance(agreed: FloatArray, chance: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (agreed - chance) / (1 - chance)
    return np.where(np.isclose(chance, 1), np.nan, found)


#: Metric -> its formula for weighted units; with weights of 1 as the functions above (tested).
RESAMPLED: dict[str, Resampled] = {
    "alpha": _alpha,
    "share_agreed": _agreed,
    "kappa": _kappa,
    "ac1": _ac1,
}
