"""Scores of two codings of the same mentions: accuracy, kappa, confusion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint


def score_codes(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
    """Compare two codings of the same mentions.

    Parameters
    ----------
    gold, predicted : sequence of str
        One code for each mention.

    Returns
    -------
    dict
        ``n``; ``accuracy`` with a 95 % Wilson interval ``accuracy_low``,
        ``accuracy_high``; ``kappa`` (Cohen 1960) with its asymptotic 95 % interval
        ``kappa_low``, ``kappa_high`` (Fleiss, Cohen and Everitt 1969). The intervals
        are conditional on these texts. Kappa is NaN where both codings have one code only.

    Examples
    --------
    >>> scores = score_codes(["a", "b", "a", "b"], ["a", "b", "a", "a"])
    >>> scores["accuracy"], round(scores["kappa"], 2)
    (0.75, 0.5)
    """
    first, second = list(gold), list(predicted)
    agree = sum(one == other for one, other in zip(first, second, strict=True))
    low, high = proportion_confint(agree, len(first), method="wilson")
    scores = {
        "n": float(len(first)),
        "accuracy": agree / len(first),
        "accuracy_low": float(low),
        "accuracy_high": float(high),
    }
    return scores | _kappa(first, second)


def _kappa(first: Sequence[str], second: Sequence[str]) -> dict[str, float]:
    codes = sorted({*first, *second})
    if len(codes) < 2:
        return dict.fromkeys(("kappa", "kappa_low", "kappa_high"), float("nan"))
    if list(first) == list(second):
        return dict.fromkeys(("kappa", "kappa_low", "kappa_high"), 1.0)
    table = np.zeros((len(codes), len(codes)))
    for one, other in zip(first, second, strict=True):
        table[codes.index(one), codes.index(other)] += 1
    found = cohens_kappa(table)
    return {
        "kappa": float(found.kappa),
        "kappa_low": float(found.kappa_low),
        "kappa_high": min(1.0, float(found.kappa_upp)),
    }


def confusion(gold: Sequence[str], predicted: Sequence[str]) -> pd.DataFrame:
    """Count pairs of codes: columns gold, predicted, n.

    Examples
    --------
    >>> confusion(["a", "b"], ["a", "a"]).to_dict("list")
    {'gold': ['a', 'b'], 'predicted': ['a', 'a'], 'n': [1, 1]}
    """
    pairs = pd.DataFrame({"gold": list(gold), "predicted": list(predicted)}, dtype="str")
    return pairs.groupby(["gold", "predicted"], sort=True).size().reset_index(name="n")
