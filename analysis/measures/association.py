"""The measures of association by name (Evert 2005, 2008).

Formulas are in `association_tests` (how surely) and `association_strength` (how much).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from analysis.errors import MeasureError, unknown
from analysis.measures import association_strength as strength
from analysis.measures import association_tests as tests
from analysis.measures.cells import Pairs
from analysis.measures.inference import FloatArray

#: Name -> formula.
MEASURES: dict[str, Callable[[Pairs], FloatArray]] = {
    "chi2": tests.chi2,
    "chi2_yates": tests.chi2_yates,
    "delta_p_collocate": strength.delta_p_collocate,
    "delta_p_node": strength.delta_p_node,
    "dice": strength.dice,
    "fisher": tests.fisher,
    "g2": tests.g2,
    "geometric_mean": strength.geometric_mean,
    "jaccard": strength.jaccard,
    "local_mi": strength.local_mi,
    "log_dice": strength.log_dice,
    "log_odds": strength.log_odds,
    "log_ratio": strength.log_ratio,
    "lrc": strength.lrc,
    "mi": strength.mi,
    "mi2": strength.mi2,
    "mi3": strength.mi3,
    "minimum_sensitivity": strength.minimum_sensitivity,
    "npmi": strength.npmi,
    "odds_ratio": strength.odds_ratio,
    "poisson": tests.poisson,
    "poisson_stirling": tests.poisson_stirling,
    "relative_risk": strength.relative_risk,
    "simple_ll": tests.simple_ll,
    "t_score": tests.t_score,
    "z_score": tests.z_score,
    "z_score_yates": tests.z_score_yates,
}


def check_measures(names: Iterable[str], *, without: Collection[str] = ()) -> None:
    """Check that all names are measures, some of them not allowed here.

    Raises
    ------
    MeasureError
        If one is not.

    Examples
    --------
    >>> check_measures(["g2", "log_dice"])
    """
    allowed = sorted(set(MEASURES) - set(without))
    for name in names:
        if name not in allowed:
            raise MeasureError(f"association: {unknown('measure', name, allowed)}")
