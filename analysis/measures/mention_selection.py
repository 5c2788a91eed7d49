"""Which mentions a measure counts, and as how many."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import pandas as pd

from analysis.errors import MeasureError, unknown
from analysis.schema import WEIGHTS, Weight

Tier = Literal["core", "core_near"]
Target = Literal["all", "summit"]

TIERS: dict[str, tuple[str, ...]] = {"core": ("core",), "core_near": ("core", "near")}
TARGETS: dict[str, tuple[str, ...]] = {"all": ("summit", "other"), "summit": ("summit",)}


def select_mentions(
    mentions: pd.DataFrame,
    *,
    tier: Tier = "core",
    target: Target = "all",
    weight: Weight = "none",
) -> pd.DataFrame:
    """Choose mentions, and say how much each counts.

    Parameters
    ----------
    mentions : DataFrame
        The open table.
    tier : str
        core, or core_near for both tiers.
    target : str
        all, or summit for those that speak of the summit.
    weight : str
        How repeats count: none (each mention 1), within or across (1 over the size of
        the group of repeats that its segment is in, in the document or over all).

    Returns
    -------
    DataFrame
        The rows chosen, in their order, with n (what each counts as) and n_raw (1).

    Raises
    ------
    MeasureError
        If tier, target or weight is unknown; with all allowed ones.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> mentions = read_features().mentions
    >>> len(select_mentions(mentions)), len(select_mentions(mentions, target="summit"))
    (35, 31)
    """
    _check("tier", tier, TIERS)
    _check("target", target, TARGETS)
    chosen = mentions["tier"].isin(TIERS[tier]) & mentions["target"].isin(TARGETS[target])
    selected = mentions[chosen].reset_index(drop=True)
    return selected.assign(n=weights_of(selected, weight), n_raw=1)


def weights_of(table: pd.DataFrame, weight: Weight) -> pd.Series:
    """Give what each row of segments or mentions counts as: whole numbers without a weight.

    Examples
    --------
    >>> table = pd.DataFrame({"weight_within": [0.5, 1.0], "weight_across": [0.5, 0.5]})
    >>> weights_of(table, "none").tolist(), weights_of(table, "across").tolist()
    ([1, 1], [0.5, 0.5])
    """
    _check("weight", weight, WEIGHTS)
    if weight == "none":
        return pd.Series(1, index=table.index, dtype="int64")
    return table[f"weight_{weight}"].astype("float64")


def _check(what: str, name: str, allowed: Collection[str]) -> None:
    if name not in allowed:
        raise MeasureError(f"select_mentions: {unknown(what, name, allowed)}")
