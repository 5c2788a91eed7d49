"""What the specifications of a claim come to, and which choice moves them most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures.specifications import CHOICES
from analysis.measures.verdicts import Verdict
from analysis.tables.cells import rounded

#: Two estimates closer than this are tied; one so close to 0 has no sign.
TIE = 1e-9


@dataclass(frozen=True)
class Relabelled:
    """The test of a claim's median against relabelled documents."""

    p_value: float
    p_floor: float
    n_relabellings: int
    verdict: Verdict


def summarise_claim(
    table: pd.DataFrame, effects: pd.DataFrame, test: Relabelled
) -> dict[str, object]:
    """Sum up the specifications of one claim: the row of `Multiverse.claims`."""
    estimates = table.loc[table["status"] == "ok", "estimate"]
    most_moving, spread = _most_moving(effects)
    return {
        "claim": table["claim"].iloc[0],
        "n_specifications": len(table),
        "n_estimable": len(estimates),
        "lowest": estimates.min(),
        "median": estimates.median(),
        "highest": estimates.max(),
        "default": table["estimate"].iloc[0],
        "share_same_sign": (estimates > TIE).mean() if len(estimates) else np.nan,
        "most_moving": most_moving,
        "spread": spread,
        "p_value": test.p_value if test.verdict.status == "ok" else np.nan,
        "p_floor": test.p_floor,
        "n_relabellings": test.n_relabellings,
        **test.verdict._asdict(),
    }


def _most_moving(effects: pd.DataFrame) -> tuple[str, float]:
    """Give the choice whose options' means lie farthest apart, and how far."""
    by, rising = ["spread", "choice"], [False, True]
    known = effects.dropna(subset="spread").sort_values(by, ascending=rising, key=rounded)
    if known.empty:
        return "", np.nan
    return str(known["choice"].tolist()[0]), float(known["spread"].tolist()[0])


def choice_effects(table: pd.DataFrame) -> pd.DataFrame:
    """Say how much each choice moves the estimates of one claim.

    Parameters
    ----------
    table : DataFrame
        The specifications of one claim.

    Returns
    -------
    DataFrame
        claim, choice, option, n_estimable, mean (of the estimates with that option),
        spread (highest less lowest mean of the choice).

    Examples
    --------
    >>> rows = {name: ["a", "a"] for name in CHOICES} | {"tier": ["core", "core_near"]}
    >>> table = pd.DataFrame({**rows, "claim": "c", "estimate": [1.0, 3.0], "status": "ok"})
    >>> effects = choice_effects(table)
    >>> effects.loc[effects["choice"] == "tier", ["option", "mean", "spread"]].to_numpy().tolist()
    [['core', 1.0, 2.0], ['core_near', 3.0, 2.0]]
    """
    good = table[table["status"] == "ok"]
    rows = []
    for choice in CHOICES:
        groups = good.groupby(choice, sort=False)["estimate"]
        means = groups.agg(["size", "mean"]).reset_index()
        spread = means["mean"].max() - means["mean"].min() if len(means) else np.nan
        rows += [
            (table["claim"].iloc[0], choice, option, n, mean, spread)
            for option, n, mean in means.itertuples(index=False)
        ]
    columns = ["claim", "choice", "option", "n_estimable", "mean", "spread"]
    return pd.DataFrame(rows, columns=columns)
