"""Prediction-powered inference: a share by rule, corrected by a second coding of a sample."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.measures.inference import FloatArray
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError, unknown

POPULATIONS: dict[str, str] = {
    "superpopulation": "texts like these: the mentions themselves are a sample",
    "finite": "these texts: the mentions are all there are; with finite population correction",
}
INTERVALS: dict[str, str] = {
    "t": "t distribution, one degree less than coded mentions for each stratum",
    "exact": "no disagreement was seen: as many as could still be there (hypergeometric)",
    "census": "every mention was coded a second time",
}
#: Mentions that stand for a population without end.
ENDLESS = 200_000


@dataclass(frozen=True)
class Coded:
    """The mentions of a group that were drawn and coded; one element each.

    Attributes
    ----------
    automatic, second : ndarray of float
        1 where the rules, or people, gave the label; else 0.
    stratum : ndarray of int
        The stratum that each was drawn from.
    n_stratum, n_drawn : ndarray of int
        Mentions of that stratum in all, and drawn from it, in the group or not. Their
        ratio is the inclusion probability.
    """

    automatic: FloatArray
    second: FloatArray
    stratum: npt.NDArray[np.intp]
    n_stratum: FloatArray
    n_drawn: FloatArray


class Rectified(NamedTuple):
    """A corrected share, its standard error and interval, and what the interval rests on."""

    share: float
    se: float
    low: float
    high: float
    interval: str


def simple_sample(automatic: npt.ArrayLike, second: npt.ArrayLike, n_all: int) -> Coded:
    """Describe a simple random sample of ``n_all`` mentions: one stratum."""
    rule, hand = np.asarray(automatic, dtype=float), np.asarray(second, dtype=float)
    n = np.full(len(rule), float(len(rule)))
    return Coded(
        rule, hand, np.zeros(len(rule), dtype=np.intp), np.full(len(rule), float(n_all)), n
    )


def rectify(
    automatic: npt.ArrayLike,
    coded: Coded,
    *,
    population: str = "superpopulation",
    level: float = LEVEL,
) -> Rectified:
    """Correct the share of a label by the disagreement seen in a random sample.

    theta = mean(f) + mean(Y - f), f by rule over all mentions, Y by the second coding,
    each weighted by one over its inclusion probability (Hájek 1971); in a simple random
    sample the weights are equal. The variance of the second mean is linearised, stratum by
    stratum (Särndal et al. 1992, section 5.7); a stratum with one mention drawn is measured
    from the overall mean. For the superpopulation, Var = Var(f)/N + Var(Y - f)/n with
    the divisor n in both variances (Angelopoulos et al. 2023), and without finite
    population correction; it is meant for coded mentions apart from the others, and too
    wide for coded ones among them (simulated coverage .99 for .95). For the finite
    population f is known of every mention: the first term falls away, and the second gets
    its correction, 1 - n/N.

    Where Y = f in all that were coded, the variance formula gives 0 for what is unknown.
    The interval is then as wide as the most disagreements that such a sample overlooks
    with a chance of 1 - ``level``.

    Parameters
    ----------
    automatic : array_like
        1 or 0 for each mention of the group, coded a second time or not.
    coded : Coded
        The mentions of the group that were coded a second time.
    population : str
        superpopulation or finite.
    level : float
        Nominal coverage.

    Returns
    -------
    Rectified
        Share and bounds cut to [0, 1].

    Raises
    ------
    MeasureError
        If the population is unknown, nothing was coded, or more was coded than there is.

    Examples
    --------
    >>> by_rule = [1] * 60 + [0] * 40
    >>> coded = simple_sample([1] * 10 + [0] * 10, [1] * 8 + [0] * 12, 100)
    >>> found = rectify(by_rule, coded)
    >>> f"{found.share:.2f} {found.se:.4f}"
    '0.50 0.0831'
    """
    if population not in POPULATIONS:
        raise MeasureError(f"rectify: {unknown('population', population, POPULATIONS)}")
    f = np.asarray(automatic, dtype=float)
    n_coded = len(coded.second)
    if not 0 < n_coded <= len(f):
        raise MeasureError(f"rectify: wanted 1 to {len(f)} coded mentions, came {n_coded}")
    off = coded.second - coded.automatic
    weights = coded.n_stratum / coded.n_drawn
    correction = float(weights @ off / weights.sum())
    share = float(f.mean()) + correction
    finite = population == "finite"
    of_hand = _variance(off - correction, weights / weights.sum(), coded, finite=finite)
    of_rule = 0.0 if finite else float(f.var()) / len(f)
    if not finite:
        of_hand *= (n_coded - 1) / n_coded
    se = math.sqrt(of_rule + of_hand)
    if finite and np.all(coded.n_drawn == coded.n_stratum):
        return _cut(share, 0.0, 0.0, "census")
    if np.all(off == 0):
        return _cut(share, se, _reach_unseen(coded, of_rule, (population, level)), "exact")
    df = max(1, n_coded - len(np.unique(coded.stratum)))
    return _cut(share, se, float(stats.t.ppf((1 + level) / 2, df)) * se, "t")


def _cut(share: float, se: float, reach: float, interval: str) -> Rectified:
    low, high = np.clip([share - reach, share + reach], 0, 1)
    return Rectified(float(np.clip(share, 0, 1)), se, float(low), float(high), interval)


def _variance(off: FloatArray, weights: FloatArray, coded: Coded, *, finite: bool) -> float:
    """Add up the variance of a weighted mean over strata.

    Drawn mentions of a stratum that are not in the group count as 0: how many of them fell
    into the group is chance, too.
    """
    total = 0.0
    scaled = weights * off
    for stratum in np.unique(coded.stratum):
        at = coded.stratum == stratum
        n, size = float(coded.n_drawn[at][0]), float(coded.n_stratum[at][0])
        middle = scaled[at].sum() / n if n > 1 else 0.0
        squares = np.sum((scaled[at] - middle) ** 2) + (n - at.sum()) * middle**2
        spread = squares * n / (n - 1) if n > 1 else squares
        total += float(spread) * (1 - n / size if finite else 1.0)
    return total


def _reach_unseen(coded: Coded, of_rule: float, how: tuple[str, float]) -> float:
    """Bound how far unseen disagreement could move the share.

    For the superpopulation half of the chance goes to the sampling of the mentions; where
    the rules gave all mentions the same label, what bounds the disagreement bounds the label.
    """
    population, level = how
    if population == "finite":
        return most_unseen(coded, 1 - level)
    if of_rule == 0:
        return most_unseen(coded, 1 - level, endless=True)
    reach = float(stats.norm.ppf(1 - (1 - level) / 4)) * math.sqrt(of_rule)
    return reach + most_unseen(coded, (1 - level) / 2, endless=True)


def most_unseen(coded: Coded, chance: float, *, endless: bool = False) -> float:
    """Give the largest share of disagreements that a sample without any overlooks by chance.

    In each stratum the chance of seeing none of E among N mentions in n drawn is
    C(N - E, n) / C(N, n). Each further one costs more than the one before, so the cheapest
    strata are filled first.

    Parameters
    ----------
    coded : Coded
        A sample in which hand and rule never differ.
    chance : float
        That all are overlooked.
    endless : bool
        Whether the mentions stand for a population without end.

    Examples
    --------
    >>> sample = simple_sample([1] * 10, [1] * 10, 20)
    >>> most_unseen(sample, 0.05), round(most_unseen(sample, 0.05, endless=True), 3)
    (0.15, 0.259)
    """
    strata = pd.DataFrame({"stratum": coded.stratum, "weight": coded.n_stratum / coded.n_drawn})
    sums = strata.groupby("stratum")["weight"].agg(["sum", "size"])
    sizes = sums["sum"].round().astype(int)
    times = max(1, ENDLESS // int(sizes.sum())) if endless else 1
    costs = sorted(
        cost
        for size, n in zip(sizes * times, sums["size"], strict=True)
        for cost in _costs(int(size), int(n))
    )
    n_unseen = np.searchsorted(np.cumsum(costs), -math.log(chance), side="right")
    return float(n_unseen / (sizes.sum() * times))


def _costs(size: int, n: int) -> list[float]:
    """Give what each further disagreement takes from the logarithm of the chance."""
    return [math.log((size - e) / (size - e - n)) for e in range(max(0, size - n))]
