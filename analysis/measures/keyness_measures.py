"""The measures of keyness by name: what each says and how it is computed from frequencies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from analysis.measures import effects, logodds, scores
from analysis.measures.cells import Cells
from analysis.measures.inference import FloatArray

#: What a measure becomes when target and reference are exchanged.
Swap = Literal["sign", "same", "reciprocal", "complement", "one-sided"]


class Measure(NamedTuple):
    """A measure of keyness: what it says, how it behaves when swapped, how it is computed."""

    description: str
    swap: Swap
    compute: Callable[[Cells], FloatArray]


def _signed(test: Callable[..., FloatArray]) -> Callable[[Cells], FloatArray]:
    """Give a test the sign of the difference: negative if the reference has more."""
    return lambda cells: (
        test(*cells)
        * np.sign(cells.n_target * cells.size_reference - cells.n_reference * cells.size_target)
    )


def _family(bound: Callable[..., FloatArray]) -> Callable[[Cells], FloatArray]:
    """Correct a bound for as many tests as there are terms in the table."""
    return lambda cells: bound(*cells, n_tests=max(1, cells.n_target.size))


def _informed(cells: Cells) -> FloatArray:
    strength = float((cells.n_target + cells.n_reference).sum())
    prior = logodds.informative_prior(cells.n_target, cells.n_reference, strength=strength)
    return logodds.weighted_log_odds(*cells, prior=prior)[1]


#: Name -> measure. Tests of significance are signed by the direction of the difference.
MEASURES: dict[str, Measure] = {
    "g2_two_cell": Measure(
        "log-likelihood ratio of the term's two cells (Rayson & Garside 2000), signed",
        "sign",
        _signed(scores.g2_two_cell),
    ),
    "g2_four_cell": Measure(
        "log-likelihood ratio of all four cells (Dunning 1993), signed",
        "sign",
        _signed(scores.g2_four_cell),
    ),
    "chi2": Measure("Pearson's chi-squared, uncorrected, signed", "sign", _signed(scores.chi2)),
    "chi2_yates": Measure(
        "Pearson's chi-squared with Yates' correction, signed", "sign", _signed(scores.chi2_yates)
    ),
    "fisher_p": Measure(
        "p-value of Fisher's exact test, words as units, two-sided (slow)",
        "same",
        lambda cells: scores.fisher_p(*cells),
    ),
    "bic": Measure(
        "two-cell G2 minus ln N (Wilson 2013), not signed", "same", lambda cells: scores.bic(*cells)
    ),
    "ell": Measure(
        "two-cell G2 / (N ln E_min) (Johnston et al. 2006), not signed",
        "same",
        lambda cells: scores.ell(*cells),
    ),
    "log_ratio": Measure(
        "log2 of the ratio of relative frequencies, 0 taken as 0.5 (Hardie 2014)",
        "sign",
        lambda cells: effects.log_ratio(*cells),
    ),
    "log_ratio_walter": Measure(
        "log ratio with .5 added throughout (Walter 1975)",
        "sign",
        lambda cells: effects.log_ratio_walter(*cells),
    ),
    "lrc": Measure(
        "conservative log ratio, two-sided, alpha = .05 over all terms (Evert 2022)",
        "sign",
        _family(effects.lrc),
    ),
    "lrc_positive": Measure(
        "lower bound of the log ratio, alpha = .05 over all terms (Evert 2022)",
        "one-sided",
        _family(effects.lrc_positive),
    ),
    "lrc_normal": Measure(
        "conservative log ratio by the normal approximation, alpha = .05 over all terms",
        "sign",
        _family(effects.lrc_normal),
    ),
    "percent_difference": Measure(
        "%DIFF (Gabrielatos & Marchi 2011)",
        "complement",
        lambda cells: effects.percent_difference(*cells),
    ),
    "relative_risk": Measure(
        "ratio of relative frequencies", "reciprocal", lambda cells: effects.relative_risk(*cells)
    ),
    "odds_ratio": Measure(
        "sample odds ratio", "reciprocal", lambda cells: effects.odds_ratio(*cells)
    ),
    "odds_ratio_conditional": Measure(
        "odds ratio, conditional maximum likelihood (slow)",
        "reciprocal",
        lambda cells: scores.odds_ratio_conditional(*cells),
    ),
    "simple_maths": Measure(
        "ratio of frequencies per million, 100 added to both (Kilgarriff 2009)",
        "reciprocal",
        lambda cells: effects.simple_maths(*cells),
    ),
    "difference_coefficient": Measure(
        "difference over sum of relative frequencies (Hofland & Johansson 1982)",
        "sign",
        lambda cells: effects.difference_coefficient(*cells),
    ),
    "weighted_log_odds": Measure(
        "z-score of log odds, prior .01 for each term, two-term variance (Monroe et al. 2008)",
        "sign",
        lambda cells: logodds.weighted_log_odds(*cells)[1],
    ),
    "weighted_log_odds_informed": Measure(
        "z-score of log odds, prior as large and as composed as both groups (Monroe et al. 2008)",
        "sign",
        _informed,
    ),
}

#: Measures that need each document: name -> description. Both change sign when swapped.
DOCUMENT_MEASURES: dict[str, str] = {
    "rank_biserial": "Mann-Whitney over documents' relative frequencies, from -1 to 1",
}


def describe_measures() -> pd.DataFrame:
    """List the measures of keyness.

    Returns
    -------
    DataFrame
        Columns measure and description.

    Examples
    --------
    >>> "lrc" in describe_measures()["measure"].tolist()
    True
    """
    described = {name: measure.description for name, measure in MEASURES.items()}
    listed = sorted((described | DOCUMENT_MEASURES).items())
    return pd.DataFrame(listed, columns=["measure", "description"])
