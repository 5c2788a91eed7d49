"""Shares of codes, corrected by a second coding of a random sample, beside the raw ones.

Prediction-powered inference: `rectify` has the formulas and their sources.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.coding.sheet import name_strata
from analysis.measures.inference import FloatArray
from analysis.measures.verdicts import FEWEST_MENTIONS, OK, VERDICT, refuse
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError, check_known
from analysis.tables.schema import ABOUT, POLARITIES, VOICES

POPULATIONS: dict[str, str] = {
    "superpopulation": "texts like these: the mentions themselves are a sample",
    "finite": "these texts: the mentions are all there are; with finite population correction",
}
#: Codes whose shares are corrected, and their labels; frame has one: the frame is right.
LAYERS: dict[str, tuple[str, ...]] = {
    "frame": ("yes",),
    "about": ABOUT,
    "polarity": POLARITIES,
    "voice": VOICES,
}
MAJORITY = "majority"
#: How the name of a coder begins that is a language model.
MODEL = "llm"
COLUMNS = (
    *("group_by", "group", "layer", "value", "n", "n_automatic", "raw"),
    *("n_coded", "n_second", "n_apart", "share", "se", "low", "high"),
    *("interval", "population", "adjudication", "coded_by", *VERDICT),
)
FLOATS = ("raw", "share", "se", "low", "high")
#: Mentions that stand for a population without end.
ENDLESS = 200_000


@dataclass(frozen=True)
class Correction:
    """How shares are corrected.

    Attributes
    ----------
    population : str
        finite, for these texts alone; superpopulation, for texts like these.
    adjudication : str
        Whose label counts where coders differ: majority (a tie: the first of the tied
        coders, by name), or the name of a coder.
    level : float
        Nominal coverage of the intervals.
    """

    population: str = "finite"
    adjudication: str = MAJORITY
    level: float = LEVEL


def corrected_shares(
    mentions: pd.DataFrame,
    codings: pd.DataFrame,
    *,
    by: Sequence[str] = ("event",),
    how: Correction | None = None,
) -> pd.DataFrame:
    """Return the share of each code among the mentions found, raw and corrected.

    Parameters
    ----------
    mentions : DataFrame
        The open table; those of the sample's tiers count.
    codings : DataFrame
        What `analysis.tables.codings.read_codings` returns; without rows, every correction is
        not estimable.
    by : sequence of str
        Columns of mentions whose combinations are the groups.
    how : Correction, optional
        Population, adjudication and level.

    Returns
    -------
    DataFrame
        Long: group_by, group, layer (frame, about, polarity, voice), value (the label;
        of frame: yes), n (mentions of the group), n_automatic (with the label by rule), raw
        (their share), n_coded, n_second (with the label by the second coding), n_apart (rule
        and second coding differ), coded_by (language_model, people, mixed; empty: nobody),
        share (corrected), se, low, high, interval (t: t distribution, one degree less than
        coded mentions for each stratum; exact: no disagreement was seen, as many as could
        still be there; census: every mention was coded a second time), population,
        adjudication, status, reason_code, reason_values. A mention that coders call none of the
        frame has no label: the shares of a layer add up to the share of right frames, unless one is
        cut at 0 or 1. Every mention counts 1. Not estimable with fewer than ten coded mentions.

    Raises
    ------
    MeasureError
        If a column, population or coder is unknown, or the mentions are not those drawn from.

    Examples
    --------
    >>> from analysis.tables.codings import read_codings
    >>> from analysis.tables.features import read_features
    >>> features = read_features()
    >>> table = corrected_shares(features.mentions, read_codings(features))
    >>> table.query("layer == 'polarity' and value == 'affirmed'")["n_coded"].tolist()
    [10, 10]
    """
    correction = how or Correction()
    coders = set(codings["coder"])
    check_correction(mentions, coders, by, correction)
    joined = _population(mentions, codings).merge(
        adjudicate(codings, correction.adjudication), on="mention_id", how="left",
        suffixes=("", "_second"), validate="one_to_one",
    )  # fmt: skip
    joined = joined.assign(group=name_strata(joined, by))
    kinds = {"language_model" if name.startswith(MODEL) else "people" for name in coders}
    same = {
        "group_by": "+".join(by),
        "population": correction.population,
        "adjudication": correction.adjudication,
        "coded_by": "mixed" if len(kinds) > 1 else "".join(kinds),
    }
    rows = [
        {"group": str(group), "layer": layer, "value": value}
        | same
        | _row(part, layer, value, correction)
        for group, part in joined.groupby("group")
        for layer, values in LAYERS.items()
        for value in values
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(FLOATS, "float64"))


def check_correction(
    mentions: pd.DataFrame, coders: Collection[str], by: Sequence[str], how: Correction
) -> None:
    """Check what was asked for; raises `MeasureError` with the allowed names."""
    who = "corrected_shares"
    check_known(who, by, what="column", allowed=list(mentions.columns))
    check_known(who, [how.population], what="population", allowed=POPULATIONS)
    _check_rule(how.adjudication, coders)


def _check_rule(rule: str, coders: Collection[str]) -> None:
    if coders:
        check_known("adjudicate", [rule], what="adjudication", allowed={*coders, MAJORITY})


def _population(mentions: pd.DataFrame, codings: pd.DataFrame) -> pd.DataFrame:
    """Return the mentions that the sample was drawn from; all core ones without a sample."""
    if codings.empty:
        return mentions[mentions["tier"] == "core"]
    whole = mentions[mentions["tier"].isin(codings["tiers"].iloc[0].split("+"))]
    n_wanted = codings["n_population"].iloc[0]
    if len(whole) != n_wanted or not codings["mention_id"].isin(whole["mention_id"]).all():
        raise MeasureError(
            f"corrected_shares: wanted the {n_wanted} mentions that the sample was drawn from, "
            f"came {len(whole)}. Pass the whole table of mentions."
        )
    return whole


def adjudicate(codings: pd.DataFrame, rule: str = MAJORITY) -> pd.DataFrame:
    """Return one coding for each mention where several people coded it.

    The rule is the name of a coder, or majority: code by code what most coders say, of those
    who call the frame what most call it; where several labels are named as often, that of the
    coder who comes first by name among those who gave one of them.
    """
    ordered = codings.sort_values(["mention_id", "coder"])
    _check_rule(rule, set(codings["coder"]))
    if rule != MAJORITY:
        ordered = ordered[ordered["coder"] == rule]
    right = _most_frequent(ordered, "frame_right")
    kept = ordered[ordered["frame_right"] == ordered["mention_id"].map(right)]
    decided = kept.drop(columns=["sample", "coder"]).drop_duplicates("mention_id")
    for layer in ("about", "polarity", "voice", "speaker"):
        decided[layer] = decided["mention_id"].map(_most_frequent(kept, layer))
    return decided.reset_index(drop=True)


def _most_frequent(codings: pd.DataFrame, layer: str) -> pd.Series:
    """Return each mention's commonest label; of those named as often the first one given."""
    labels = codings.groupby("mention_id", sort=False)[layer]
    return labels.agg(lambda given: str(given.value_counts(sort=False).idxmax())).astype("str")


def _row(part: pd.DataFrame, layer: str, value: str, how: Correction) -> dict[str, Any]:
    second = np.asarray(part["frame_right"] == "yes", dtype=float)
    automatic = np.ones(len(part))
    if layer != "frame":
        automatic = np.asarray(part[layer] == value, dtype=float)
        second = second * np.asarray(part[f"{layer}_second"] == value, dtype=float)
    drawn = part["inclusion_probability"].notna().to_numpy()
    n_coded = int(drawn.sum())
    verdict = OK
    if n_coded < min(len(part), FEWEST_MENTIONS):
        verdict = refuse("too_few_coded_twice", n_coded, len(part), FEWEST_MENTIONS)
    row = {
        "n": len(part),
        "n_automatic": int(automatic.sum()),
        "raw": float(automatic.mean()),
        "n_coded": n_coded,
        "n_second": int(second[drawn].sum()),
        "n_apart": int((automatic != second)[drawn].sum()),
        "interval": "",
        **verdict._asdict(),
    }
    if verdict.status != "ok":
        return row
    coded = Coded(
        automatic[drawn],
        second[drawn],
        pd.factorize(part.loc[drawn, "stratum"])[0],
        part.loc[drawn, "n_stratum"].to_numpy(dtype=float),
        part.loc[drawn, "n_drawn"].to_numpy(dtype=float),
    )
    found = rectify(automatic, coded, population=how.population, level=how.level)
    return row | found._asdict()


class Coded(NamedTuple):
    """The mentions of a group that were drawn and coded; one element each.

    Attributes
    ----------
    automatic, second : ndarray of float
        1 where the rules, or people, gave the label; else 0.
    stratum : ndarray of int
        The stratum that each was drawn from.
    n_stratum, n_drawn : ndarray of float
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
    its correction, 1 - n/N. Share and bounds are cut to [0, 1].

    Where Y = f in all that were coded, the variance formula gives 0 for what is unknown.
    The interval is then as wide as the most disagreements that such a sample overlooks
    with a chance of 1 - ``level``.

    Raises
    ------
    MeasureError
        If nothing was coded, or more was coded than there is.
    """
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
        return _cut(share, se, _reach_unseen(coded, of_rule, level, finite=finite), "exact")
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


def _reach_unseen(coded: Coded, of_rule: float, level: float, *, finite: bool) -> float:
    """Bound how far unseen disagreement could move the share.

    For the superpopulation half of the chance goes to the sampling of the mentions; where
    the rules gave all mentions the same label, what bounds the disagreement bounds the label.
    """
    if finite or of_rule == 0:
        return most_unseen(coded, 1 - level, endless=not finite)
    reach = float(stats.norm.ppf(1 - (1 - level) / 4)) * math.sqrt(of_rule)
    return reach + most_unseen(coded, (1 - level) / 2, endless=True)


def most_unseen(coded: Coded, chance: float, *, endless: bool = False) -> float:
    """Return the largest share of disagreements that a sample without any overlooks by chance.

    In each stratum the chance of seeing none of E among N mentions in n drawn is
    C(N - E, n) / C(N, n). Each further one costs more than the one before, so the cheapest
    strata are filled first. If the mentions stand for a population without end, N is large.
    """
    strata = pd.DataFrame({"stratum": coded.stratum, "weight": coded.n_stratum / coded.n_drawn})
    sums = strata.groupby("stratum")["weight"].agg(["sum", "size"])
    sizes = sums["sum"].round().astype(int)
    times = max(1, ENDLESS // int(sizes.sum())) if endless else 1
    costs = []
    for size, n in zip((sizes * times).tolist(), sums["size"].tolist(), strict=True):
        left = size - np.arange(max(0, size - n))
        costs.append(np.log(left / (left - n)))
    total = np.cumsum(np.sort(np.concatenate(costs)))
    n_unseen = np.searchsorted(total, -math.log(chance), side="right")
    return float(n_unseen / (sizes.sum() * times))
