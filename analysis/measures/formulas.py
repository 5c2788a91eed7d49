"""Formulas of keyness and of association, term by term.

Formulas of keyness take the frequency of each term in target and reference and the sizes of
both, in tokens, as numbers or arrays of one shape, and return an array of that shape. Formulas
of association take `Pairs`: O11 the joint frequency, R1 the tokens in the node's windows, C1
the collocate's frequency, N all tokens; E11 = R1 C1 / N is what chance would give. Logarithms
are binary. A p-value from these takes every word for an independent draw, which words are not
(see `permutation`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from analysis.measures import comparison
from analysis.measures.cells import (
    Cells,
    Counts,
    Pairs,
    check_cells,
    check_pairs,  # noqa: F401  (the examples call it)
)
from analysis.measures.inference import FloatArray
from analysis.study.errors import MeasureError, check_known


def g2_four_cell(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Log-likelihood ratio over all four cells, 2 sum O ln(O/E) (Dunning 1993).

    Examples
    --------
    >>> f"{g2_four_cell(10, 5, 100, 200):.6f}"
    '7.329812'
    """
    observed, expected = check_cells(n_target, n_reference, size_target, size_reference).table
    safe = np.where(expected > 0, expected, 1)
    terms = special.xlogy(observed, np.where(observed > 0, observed, 1) / safe)
    return np.asarray(np.maximum(2 * terms.sum(axis=0), 0.0))


def chi2(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Pearson's chi-squared of the 2 x 2 table, without correction.

    Examples
    --------
    >>> f"{chi2(3, 7, 10, 9):.6f}"
    '4.337160'
    """
    observed, expected = check_cells(n_target, n_reference, size_target, size_reference).table
    apart = (observed - expected) ** 2
    terms = np.divide(apart, expected, out=np.zeros_like(apart), where=expected > 0)
    return np.asarray(terms.sum(axis=0))


def p_of_chi2(statistic: npt.ArrayLike) -> FloatArray:
    """Return the p-value of a statistic, signed or not, on one degree of freedom.

    It is taken from the upper tail itself: 1 minus the lower tail is 0 from 70 on.

    Examples
    --------
    >>> f"{p_of_chi2(534.64):.1e}"
    '2.8e-118'
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

    Examples
    --------
    >>> f"{fisher_p(1, 3, 4, 4):.3f}"
    '0.486'
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

    Examples
    --------
    >>> f"{log_ratio(40, 10, 1000, 1000):.1f} {log_ratio(4, 0, 1000, 1000):.1f}"
    '2.0 3.0'
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

    Examples
    --------
    >>> f"{lrc(13, 0, 1177, 341805, n_tests=20109):.6f}"
    '7.297356'
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

    Examples
    --------
    >>> f"{percent_difference(206523, 178174, 959641, 1562358):.1f}"
    '88.7'
    """
    a, b, size_a, size_b = check_cells(n_target, n_reference, size_target, size_reference)
    return np.asarray(100 * (_ratio(a * size_b, b * size_a) - 1))


def odds_ratio(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Sample odds ratio, a (B - b) / (b (A - a)).

    Examples
    --------
    >>> f"{odds_ratio(16217, 735, 2796938, 2087946):.1f}"
    '16.6'
    """
    a, b, size_a, size_b = check_cells(n_target, n_reference, size_target, size_reference)
    return _ratio(a * (size_b - b), b * (size_a - a))


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Divide; something over nothing is infinite, nothing over nothing is not defined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(above / below)


def _signed(test: Callable[..., FloatArray]) -> Callable[[Cells], FloatArray]:
    """Make a test negative where the reference has more."""
    return lambda cells: (
        test(*cells)
        * np.sign(cells.n_target * cells.size_reference - cells.n_reference * cells.size_target)
    )


def _informed(cells: Cells) -> FloatArray:
    strength = float((cells.n_target + cells.n_reference).sum())
    prior = comparison.informative_prior(cells.n_target, cells.n_reference, strength=strength)
    return comparison.weighted_log_odds(*cells, prior=prior)[1]


#: Measures of keyness: name -> formula. Tests of significance carry the sign of the difference.
KEYNESS: dict[str, Callable[[Cells], FloatArray]] = {
    "chi2": _signed(chi2),
    "fisher_p": lambda cells: fisher_p(*cells),
    "g2_four_cell": _signed(g2_four_cell),
    "log_ratio": lambda cells: log_ratio(*cells),
    "lrc": lambda cells: lrc(*cells, n_tests=max(1, cells.n_target.size)),
    "odds_ratio": lambda cells: odds_ratio(*cells),
    "percent_difference": lambda cells: percent_difference(*cells),
    "weighted_log_odds": lambda cells: comparison.weighted_log_odds(*cells)[1],
    "weighted_log_odds_informed": _informed,
}


def t_score(pairs: Pairs) -> FloatArray:
    """Return (O - E) / sqrt(O); minus infinity where nothing is observed.

    Examples
    --------
    >>> f"{t_score(check_pairs(8, 15828, 4675, 14307668)):.4f}"
    '0.9999'
    """
    with np.errstate(divide="ignore"):
        return np.asarray((pairs.o11 - pairs.e11) / np.sqrt(pairs.o11))


def z_score(pairs: Pairs) -> FloatArray:
    """Return (O - E) / sqrt(E).

    Examples
    --------
    >>> f"{z_score(check_pairs(46, 776, 877, 149709)):.4f}"
    '19.4429'
    """
    return np.asarray((pairs.o11 - pairs.e11) / np.sqrt(pairs.e11))


def mi(pairs: Pairs) -> FloatArray:
    """Pointwise mutual information, log2(O/E) (Church & Hanks 1990).

    Examples
    --------
    >>> f"{mi(check_pairs(8, 1105, 44, 15_000_000)):.1f}"
    '11.3'
    """
    return _log2(pairs.o11 / pairs.e11)


def mi3(pairs: Pairs) -> FloatArray:
    """log2(O^3 / E) (Daille 1994).

    Examples
    --------
    >>> f"{mi3(check_pairs(4, 8, 8, 64)):.1f}"
    '6.0'
    """
    return _log2(pairs.o11**3 / pairs.e11)


def npmi(pairs: Pairs, *, n_joint_total: npt.ArrayLike | None = None) -> FloatArray:
    """MI over its maximum, -log2 of the joint probability (Bouma 2009); from -1 to 1.

    Parameters
    ----------
    pairs : Pairs
        Frequencies; marginal probabilities are over their n.
    n_joint_total : array_like, optional
        Denominator of the joint probability, such as all bigrams; by default n.

    Examples
    --------
    >>> f"{npmi(check_pairs(10, 10, 10, 100)):.1f} {npmi(check_pairs(1, 10, 10, 100)):.1f}"
    '1.0 0.0'
    """
    total = pairs.n if n_joint_total is None else np.asarray(n_joint_total, dtype=float)
    joint = pairs.o11 / total
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log2(joint * pairs.n**2 / (pairs.r1 * pairs.c1)) / -np.log2(joint)
    return np.where(pairs.o11 == 0, -1.0, np.where(joint == 1, 1.0, value))


def log_dice(pairs: Pairs) -> FloatArray:
    """14 + log2(2 O11 / (R1 + C1)) (Rychly 2008).

    Examples
    --------
    >>> f"{log_dice(check_pairs(46, 776, 877, 149709)):.6f}"
    '9.832691'
    """
    return 14 + _log2(2 * pairs.o11 / (pairs.r1 + pairs.c1))


def delta_p_collocate(pairs: Pairs) -> FloatArray:
    """How much the node raises the chance of the collocate (Gries 2013).

    Examples
    --------
    >>> f"{delta_p_collocate(check_pairs(5610, 174548, 7867, 10409868)):.3f}"
    '0.032'
    """
    o11, o21, r1, r2 = pairs.cells
    return np.asarray(o11 / r1 - o21 / r2)


def delta_p_node(pairs: Pairs) -> FloatArray:
    """How much the collocate raises the chance of the node (Gries 2013).

    Examples
    --------
    >>> f"{delta_p_node(check_pairs(5610, 174548, 7867, 10409868)):.3f}"
    '0.697'
    """
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


def check_association(names: Iterable[str], *, without: Collection[str] = ()) -> None:
    """Check that all names are measures of association, some of them not allowed here.

    Raises
    ------
    MeasureError
        If one is not.

    Examples
    --------
    >>> check_association(["g2", "log_dice"])
    """
    allowed = set(ASSOCIATION) - set(without)
    check_known("association", names, what="measure", allowed=allowed)
