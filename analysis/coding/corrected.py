"""Shares of codes, corrected by a second coding of a random sample, beside the raw ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.coding.rectification import POPULATIONS, Coded, rectify
from analysis.measures.inference import FloatArray
from analysis.measures.verdicts import FEWEST_MENTIONS, OK, VERDICT, Verdict, refuse
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError, unknown
from analysis.tables.schema import POLARITIES, TARGETS, VOICES

#: Codes whose shares are corrected, and their labels; frame has one: the frame is right.
LAYERS: dict[str, tuple[str, ...]] = {
    "frame": ("yes",),
    "target": TARGETS,
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
    """Give the share of each code among the mentions found, raw and corrected.

    Parameters
    ----------
    mentions : DataFrame
        The open table; those of the sample's tiers count.
    codings : DataFrame
        What `analysis.tables.codings.read_codings` gives; without rows, every correction is
        not estimable.
    by : sequence of str
        Columns of mentions whose combinations are the groups.
    how : Correction, optional
        Population, adjudication and level.

    Returns
    -------
    DataFrame
        Long: group_by, group, layer (frame, target, polarity, voice), value (the label;
        of frame: yes), n (mentions of the group), n_automatic (with the label by rule), raw
        (their share), n_coded, n_second (with the label by the second coding), n_apart (rule
        and second coding differ), coded_by (language_model, people, mixed; empty: nobody),
        share (corrected), se, low, high, interval (t, exact, census), population,
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
    check_correction(mentions, set(codings["coder"]), by, correction)
    whole = _population(mentions, codings)
    joined = whole.merge(
        adjudicate(codings, correction.adjudication), on="mention_id", how="left",
        suffixes=("", "_second"), validate="one_to_one",
    )  # fmt: skip
    joined = joined.assign(group=_group_names(joined, by))
    same = {"group_by": "+".join(by), "coded_by": who_coded(codings["coder"].unique())}
    rows = [
        _row(part, layer, value, correction) | same | {"group": str(group)}
        for group, part in joined.groupby("group")
        for layer, value in _labels()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(FLOATS, "float64"))


def who_coded(coders: Iterable[str]) -> str:
    """Say who the coders are: language_model, people or mixed; empty without any.

    Examples
    --------
    >>> who_coded(["llm-a", "llm-b"]), who_coded(["anna"]), who_coded(["anna", "llm"])
    ('language_model', 'people', 'mixed')
    """
    kinds = {"language_model" if name.startswith(MODEL) else "people" for name in coders}
    return "mixed" if len(kinds) > 1 else "".join(kinds)


def _labels() -> Iterator[tuple[str, str]]:
    for layer, values in LAYERS.items():
        for value in values:
            yield layer, value


def _group_names(mentions: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    if not by:
        return pd.Series("all", index=mentions.index, dtype="str")
    return mentions.loc[:, list(by)].astype("str").agg("|".join, axis="columns").astype("str")


def check_correction(
    mentions: pd.DataFrame, coders: Collection[str], by: Sequence[str], how: Correction
) -> None:
    """Check what was asked for; raises `MeasureError` with the allowed names."""
    for column in by:
        if column not in mentions.columns:
            raise MeasureError(f"corrected_shares: {unknown('column', column, mentions.columns)}")
    if how.population not in POPULATIONS:
        raise MeasureError(
            f"corrected_shares: {unknown('population', how.population, POPULATIONS)}"
        )
    _check_rule(how.adjudication, coders)


def _check_rule(rule: str, coders: Collection[str]) -> None:
    if coders and rule != MAJORITY and rule not in coders:
        raise MeasureError(f"adjudicate: {unknown('adjudication', rule, {*coders, MAJORITY})}")


def _population(mentions: pd.DataFrame, codings: pd.DataFrame) -> pd.DataFrame:
    """Give the mentions that the sample was drawn from; all core ones without a sample."""
    tiers = codings["tiers"].iloc[0].split("+") if len(codings) else ["core"]
    whole = mentions[mentions["tier"].isin(tiers)]
    strangers = sorted(set(codings["mention_id"]) - set(whole["mention_id"]))
    if len(codings) and (strangers or len(whole) != codings["n_population"].iloc[0]):
        raise MeasureError(
            f"corrected_shares: wanted the {codings['n_population'].iloc[0]} mentions that the "
            f"sample was drawn from, came {len(whole)}. Pass the whole table of mentions."
        )
    return whole


def adjudicate(codings: pd.DataFrame, rule: str = MAJORITY) -> pd.DataFrame:
    """Give one coding for each mention where several people coded it.

    Parameters
    ----------
    codings : DataFrame
        What `analysis.tables.codings.read_codings` gives.
    rule : str
        majority: code by code what most coders say, of those who call the frame what
        most call it; where several labels are named as often, that of the coder who comes
        first by name among those who gave one of them. Or the name of a coder.

    Returns
    -------
    DataFrame
        One row per mention: the columns of codings but sample and coder.

    Raises
    ------
    MeasureError
        If the coder is unknown.

    Examples
    --------
    >>> codings = pd.DataFrame({"sample": "s", "coder": ["a", "b", "c"], "mention_id": "x:1",
    ...     "frame_right": "yes", "target": "summit", "polarity": ["open", "negated", "negated"],
    ...     "voice": "narrator", "speaker": ""})
    >>> adjudicate(codings)["polarity"].tolist(), adjudicate(codings, "a")["polarity"].tolist()
    (['negated'], ['open'])
    """
    ordered = codings.sort_values(["mention_id", "coder"])
    _check_rule(rule, set(codings["coder"]))
    if rule != MAJORITY:
        ordered = ordered[ordered["coder"] == rule]
    right = _most_frequent(ordered, "frame_right")
    kept = ordered[ordered["frame_right"] == ordered["mention_id"].map(right)]
    decided = kept.drop(columns=["sample", "coder"]).drop_duplicates("mention_id")
    for layer in ("target", "polarity", "voice", "speaker"):
        decided[layer] = decided["mention_id"].map(_most_frequent(kept, layer))
    return decided.reset_index(drop=True)


def _most_frequent(codings: pd.DataFrame, layer: str) -> pd.Series:
    """Give each mention's commonest label; of those named as often the first one given."""
    labels = codings.groupby("mention_id", sort=False)[layer]
    return labels.agg(lambda given: str(given.value_counts(sort=False).idxmax())).astype("str")


def _row(part: pd.DataFrame, layer: str, value: str, how: Correction) -> dict[str, Any]:
    automatic, second = _indicators(part, layer, value)
    drawn = part["inclusion_probability"].notna().to_numpy()
    n_coded = int(drawn.sum())
    verdict = _judge(part, n_coded)
    row = {
        "layer": layer,
        "value": value,
        "n": len(part),
        "n_automatic": int(automatic.sum()),
        "raw": float(automatic.mean()),
        "n_coded": n_coded,
        "n_second": int(second[drawn].sum()),
        "n_apart": int((automatic != second)[drawn].sum()),
        "interval": "",
        "population": how.population,
        "adjudication": how.adjudication,
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


def _indicators(part: pd.DataFrame, layer: str, value: str) -> tuple[FloatArray, FloatArray]:
    """Say of each mention whether the rules, and people, gave it the label."""
    right = np.asarray(part["frame_right"] == "yes", dtype=float)
    if layer == "frame":
        return np.ones(len(part)), right
    automatic = np.asarray(part[layer] == value, dtype=float)
    return automatic, right * np.asarray(part[f"{layer}_second"] == value, dtype=float)


def _judge(part: pd.DataFrame, n_coded: int) -> Verdict:
    if n_coded == len(part) or n_coded >= FEWEST_MENTIONS:
        return OK
    return refuse("too_few_coded_twice", n_coded, len(part), FEWEST_MENTIONS)
