"""Formulas of keyness, of association and of dispersion, term by term.

Formulas of keyness take the frequency of each term in target and reference and the sizes of
both, in tokens, as numbers or arrays of one shape, and return an array of that shape. Formulas
of association take `Pairs`: O11 the joint frequency, R1 the tokens in the node's windows, C1
the collocate's frequency, N all tokens; E11 = R1 C1 / N is what chance would give. Formulas of
dispersion take `Parts`, frequencies shaped (n_parts, n_terms), and return one value per term, NaN
for a term that does not occur: in Juilland's D and Egbert's DP 1 is even; in Gries' DP and the
Kullback-Leibler divergence 0 is. Logarithms are binary. A p-value from these takes every word for
an independent draw, which words are not (see `permutation`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from analysis.measures.cells import Cells, Counts, Pairs, Parts, check_cells
from analysis.measures.inference import FloatArray
from analysis.study.errors import MeasureError, check_known

Variance = Literal["two_term", "four_term"]


def g2_four_cell(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Log-likelihood ratio over all four cells, 2 sum O ln(O/E) (Dunning 1993)."""
    observed, expected = check_cells(n_target, n_reference, size_target, size_reference).table
    safe = np.where(expected > 0, expected, 1)
    terms = special.xlogy(observed, np.where(observed > 0, observed, 1) / safe)
    return np.asarray(np.maximum(2 * terms.sum(axis=0), 0.0))


def chi2(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Pearson's chi-squared of the 2 x 2 table, without correction."""
    observed, expected = check_cells(n_target, n_reference, size_target, size_reference).table
    apart = (observed - expected) ** 2
    safe = np.where(expected > 0, expected, np.inf)
    return np.asarray((apart / safe).sum(axis=0))


def p_of_chi2(statistic: npt.ArrayLike) -> FloatArray:
    """Return the p-value of a statistic, signed or not, on one degree of freedom.

    It is taken from the upper tail itself: 1 minus the lower tail is 0 from 70 on.
    """
    return np.asarray(stats.chi2.sf(np.abs(np.asarray(statistic, dtype=float)), 1))


def fisher_p(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Two-sided p-value of Fisher's exact test (slow: SciPy computes one table at a time).

    Raises
    ------
    MeasureError
        If a frequency or a size is not a whole number.
    """
    observed = check_cells(n_target, n_reference, size_target, size_reference).table[0]
    if np.any(observed != np.round(observed)):
        raise MeasureError("fisher_p: wanted whole numbers; weights are not counts")
    tables = np.moveaxis(observed, 0, -1).astype(np.int64)
    flat = [stats.fisher_exact(table.reshape(2, 2)).pvalue for table in tables.reshape(-1, 4)]
    return np.array(flat, dtype=float).reshape(tables.shape[:-1])


def log_ratio(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Binary logarithm of the ratio of relative frequencies, 0 taken as 0.5 (Hardie 2014).

    1 means twice as frequent in the target.
    """
    cells = check_cells(n_target, n_reference, size_target, size_reference)
    target, reference = (np.where(n == 0, 0.5, n) for n in (cells.n_target, cells.n_reference))
    ratio = np.log2(target / cells.size_target) - np.log2(reference / cells.size_reference)
    return np.asarray(ratio)


def lrc(
    n_target: Counts,
    n_reference: Counts,
    size_target: Counts,
    size_reference: Counts,
    *,
    alpha: float = 0.05,
    n_tests: int = 1,
) -> FloatArray:
    """Conservative log ratio: the bound next to 0, or 0 if the interval holds 0 (Evert 2022).

    The interval is Clopper and Pearson's on the target's part of the term's
    occurrences, Bonferroni-corrected for the family: alpha / (2 n_tests) a side.

    Raises
    ------
    MeasureError
        If alpha or the number of tests is out of range.
    """
    a, b, size_a, size_b = check_cells(n_target, n_reference, size_target, size_reference)
    leads = a * size_b >= b * size_a
    # The bound next to 0 is the lower one of the side that leads.
    pairs = ((a, b), (b, a), (size_a, size_b), (size_b, size_a))
    leading = Cells(*(np.where(leads, *pair) for pair in pairs))
    bound = np.maximum(_lower_bound(leading, alpha / (2 * n_tests)), 0)
    return np.where(leads | (bound == 0), bound, -bound)


def _lower_bound(cells: Cells, tail: float) -> FloatArray:
    """Bound the log ratio through Clopper and Pearson's bound of the target's part."""
    if not 0 < tail < 0.5:
        raise MeasureError(f"lrc: wanted alpha between 0 and 1 and n_tests from 1 on, came {tail}")
    a, b, size_a, size_b = cells
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(a == 0, 0.0, stats.beta.ppf(tail, a, b + 1))
        return np.asarray(np.log2(size_b / size_a * part / (1 - part)))


def percent_difference(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """%DIFF: the ratio of relative frequencies minus 1, in per cent (Gabrielatos & Marchi 2011).

    Infinite for a term that the reference does not have.
    """
    a, b, size_a, size_b = check_cells(n_target, n_reference, size_target, size_reference)
    return np.asarray(100 * (_ratio(a * size_b, b * size_a) - 1))


def odds_ratio(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Sample odds ratio, a (B - b) / (b (A - a))."""
    a, b, size_a, size_b = check_cells(n_target, n_reference, size_target, size_reference)
    return _ratio(a * (size_b - b), b * (size_a - a))


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Divide; something over nothing is infinite, nothing over nothing is not defined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(above / below)


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
    """
    both = np.asarray(n_target, dtype=float) + np.asarray(n_reference, dtype=float)
    both = np.where(both == 0, 0.5, both)
    return np.asarray(strength * both / both.sum())


def _signed(test: Callable[..., FloatArray]) -> Callable[[Cells], FloatArray]:
    """Make a test negative where the reference has more."""
    return lambda cells: (
        test(*cells)
        * np.sign(cells.n_target * cells.size_reference - cells.n_reference * cells.size_target)
    )


def _informed(cells: Cells) -> FloatArray:
    strength = float((cells.n_target + cells.n_reference).sum())
    prior = informative_prior(cells.n_target, cells.n_reference, strength=strength)
    return weighted_log_odds(*cells, prior=prior)[1]


#: Measures of keyness: name -> formula. Tests of significance carry the sign of the difference.
KEYNESS: dict[str, Callable[[Cells], FloatArray]] = {
    "chi2": _signed(chi2),
    "fisher_p": lambda cells: fisher_p(*cells),
    "g2_four_cell": _signed(g2_four_cell),
    "log_ratio": lambda cells: log_ratio(*cells),
    "lrc": lambda cells: lrc(*cells, n_tests=max(1, cells.n_target.size)),
    "odds_ratio": lambda cells: odds_ratio(*cells),
    "percent_difference": lambda cells: percent_difference(*cells),
    "weighted_log_odds": lambda cells: weighted_log_odds(*cells)[1],
    "weighted_log_odds_informed": _informed,
}


def t_score(pairs: Pairs) -> FloatArray:
    """Return (O - E) / sqrt(O); minus infinity where nothing is observed."""
    with np.errstate(divide="ignore"):
        return np.asarray((pairs.o11 - pairs.e11) / np.sqrt(pairs.o11))


def z_score(pairs: Pairs) -> FloatArray:
    """Return (O - E) / sqrt(E)."""
    return np.asarray((pairs.o11 - pairs.e11) / np.sqrt(pairs.e11))


def mi(pairs: Pairs) -> FloatArray:
    """Pointwise mutual information, log2(O/E) (Church & Hanks 1990)."""
    return _log2(pairs.o11 / pairs.e11)


def mi3(pairs: Pairs) -> FloatArray:
    """log2(O^3 / E) (Daille 1994)."""
    return _log2(pairs.o11**3 / pairs.e11)


def npmi(pairs: Pairs, *, n_joint_total: npt.ArrayLike | None = None) -> FloatArray:
    """MI over its maximum, -log2 of the joint probability (Bouma 2009); from -1 to 1.

    Parameters
    ----------
    pairs : Pairs
        Frequencies; marginal probabilities are over their n.
    n_joint_total : array_like, optional
        Denominator of the joint probability, such as all bigrams; by default n.
    """
    total = pairs.n if n_joint_total is None else np.asarray(n_joint_total, dtype=float)
    joint = pairs.o11 / total
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log2(joint * pairs.n**2 / (pairs.r1 * pairs.c1)) / -np.log2(joint)
    return np.where(pairs.o11 == 0, -1.0, np.where(joint == 1, 1.0, value))


def log_dice(pairs: Pairs) -> FloatArray:
    """14 + log2(2 O11 / (R1 + C1)) (Rychly 2008)."""
    return 14 + _log2(2 * pairs.o11 / (pairs.r1 + pairs.c1))


def delta_p_collocate(pairs: Pairs) -> FloatArray:
    """How much the node raises the chance of the collocate (Gries 2013)."""
    o11, o21, r1, r2 = pairs.cells
    return np.asarray(o11 / r1 - o21 / r2)


def delta_p_node(pairs: Pairs) -> FloatArray:
    """How much the collocate raises the chance of the node (Gries 2013)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        elsewhere = (pairs.r1 - pairs.o11) / (pairs.n - pairs.c1)
    return np.asarray(pairs.o11 / pairs.c1 - elsewhere)


def _log2(values: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log2(values))


#: Measures of association: name -> formula. G2 carries the sign of O11 - E11.
ASSOCIATION: dict[str, Callable[[Pairs], FloatArray]] = {
    "delta_p_collocate": delta_p_collocate,
    "delta_p_node": delta_p_node,
    "g2": lambda pairs: pairs.sign * g2_four_cell(*pairs.cells),
    "log_dice": log_dice,
    "log_ratio": lambda pairs: log_ratio(*pairs.cells),
    "lrc": lambda pairs: lrc(*pairs.cells, n_tests=max(1, pairs.o11.size)),
    "mi": mi,
    "mi3": mi3,
    "npmi": npmi,
    "t_score": t_score,
    "z_score": z_score,
}


def _over(above: FloatArray, below: npt.ArrayLike) -> FloatArray:
    """Divide; what is divided by nothing is not defined."""
    ratio = _ratio(above, np.asarray(below, dtype=float))
    return np.where(np.isfinite(ratio), ratio, np.nan)


def part_range(parts: Parts) -> FloatArray:
    """Range: the number of parts with the term."""
    return np.asarray((parts.x > 0).sum(axis=0), dtype=float)


def dp(parts: Parts) -> FloatArray:
    """Deviation of proportions: half the sum of |t - w| (Gries 2008); 0 is even."""
    return parts.deviation


def dp_norm(parts: Parts) -> FloatArray:
    """DP over its maximum, 1 - min w (Lijffijt & Gries 2012); not defined for one part."""
    return _over(parts.deviation, 1 - parts.w.min())


def dp_egbert(parts: Parts) -> FloatArray:
    """Conventional DP over the smallest part that has the term (Egbert et al. 2020).

    1 - DP / (1 - min w over parts with the term): 1 is even.
    """
    smallest = np.where(parts.x > 0, parts.w, np.inf).min(axis=0)
    return 1 - _over(parts.deviation, np.where(np.isfinite(smallest), 1 - smallest, np.nan))


def juilland_d(parts: Parts) -> FloatArray:
    """Juilland's D: 1 - CV / sqrt(n - 1) of relative frequencies (population sd)."""
    rates = parts.x / parts.sizes
    variation = _over(rates.std(axis=0), rates.mean(axis=0))
    return 1 - _over(variation, np.sqrt(len(parts.x) - 1))


def kld(parts: Parts) -> FloatArray:
    """Kullback-Leibler divergence of t from w, in bits (Gries 2020); 0 is even."""
    return np.asarray(special.rel_entr(parts.t, parts.w).sum(axis=0) / np.log(2))


#: Measures of dispersion: name -> formula.
DISPERSION: dict[str, Callable[[Parts], FloatArray]] = {
    "dp": dp,
    "dp_egbert": dp_egbert,
    "dp_norm": dp_norm,
    "juilland_d": juilland_d,
    "kld": kld,
    "range": part_range,
}
