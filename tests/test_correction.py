"""Corrected shares: check values, the pilot sample by hand, coverage, adjudication, refusals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from analysis.coding.agreement import Intervals, agreement
from analysis.coding.correction import (
    Coded,
    Correction,
    adjudicate,
    corrected_shares,
    most_unseen,
    rectify,
)
from analysis.study.errors import MeasureError
from analysis.tables.codings import read_codings
from analysis.tables.features import Features


def simple_sample(
    automatic: Sequence[float] | np.ndarray, second: Sequence[float] | np.ndarray, n_all: int
) -> Coded:
    """Describe a simple random sample of ``n_all`` mentions: one stratum."""
    n = len(automatic)
    strata = np.zeros(n, dtype=int), np.full(n, float(n_all)), np.full(n, float(n))
    return Coded(np.asarray(automatic, dtype=float), np.asarray(second, dtype=float), *strata)


def stratified(f: np.ndarray, y: np.ndarray, strata: np.ndarray, drawn: np.ndarray) -> Coded:
    size = np.bincount(strata)[strata].astype(float)
    n = np.bincount(strata[drawn], minlength=strata.max() + 1)[strata].astype(float)
    return Coded(f[drawn], y[drawn], strata[drawn], size[drawn], n[drawn])


def test_the_check_value() -> None:
    """60 of 100 positive by rule; of 20 coded 8 are positive, 10 by rule: .50, SE .0831.

    In the finite population only the coding is a sample: (1 - 20/100) of the variance of Y - f
    with divisor n - 1.
    """
    automatic = [1] * 60 + [0] * 40
    coded = simple_sample([1] * 10 + [0] * 10, [1] * 8 + [0] * 12, 100)
    found = rectify(automatic, coded)
    se = np.sqrt(0.24 / 100 + 0.09 / 20)
    assert round(found.se, 4) == 0.0831
    told = (found.share, found.se, found.low, found.high)
    assert told == pytest.approx((0.5, se, 0.5 - 2.093024 * se, 0.5 + 2.093024 * se))
    found = rectify(automatic, coded, population="finite")
    assert (found.share, found.se) == pytest.approx((0.5, np.sqrt(0.8 * (20 * 0.09 / 19) / 20)))


def test_strata_drawn_alike_give_the_share_of_a_simple_sample() -> None:
    rng = np.random.default_rng(1)
    f, y = rng.integers(0, 2, (2, 60)).astype(float)
    strata = np.repeat([0, 1, 2], 20)
    drawn = np.tile([True] * 8 + [False] * 12, 3)
    coded = stratified(f, y, strata, drawn)
    simple = simple_sample(f[drawn], y[drawn], 60)
    assert rectify(f, coded).share == pytest.approx(rectify(f, simple).share)
    one = stratified(f, y, np.zeros(60, dtype=int), drawn)
    for population in ("finite", "superpopulation"):
        assert rectify(f, one, population=population) == rectify(f, simple, population=population)


def test_unequal_probabilities_by_hand() -> None:
    """Weights 4 and 1: (4 * (1 + 0) + 1 * (-1 + 0)) / 10 = .3 is added to the raw .5."""
    by_rule, by_hand = np.array([0.0, 1, 1, 0]), np.array([1.0, 1, 0, 0])
    strata = (np.array([0, 0, 1, 1]), np.array([8.0, 8, 2, 2]), np.full(4, 2.0))
    found = rectify([1] * 5 + [0] * 5, Coded(by_rule, by_hand, *strata), population="finite")
    assert found.share == pytest.approx(0.8)
    # stratum 0: .4 * (.7, -.3) about their mean .08; two of eight drawn. stratum 1: all drawn.
    assert found.se == pytest.approx(np.sqrt((1 - 2 / 8) * 2 / 1 * (0.2**2 + 0.2**2)))


def test_no_disagreement_leaves_what_could_be_overlooked() -> None:
    """10 of 20: of 3 wrong ones none is drawn with .105, of 4 with .043; so at most 3 of 20."""
    sample = simple_sample([1] * 10, [1] * 10, 20)
    assert most_unseen(sample, 0.05) == 3 / 20
    assert most_unseen(sample, 0.05, endless=True) == pytest.approx(1 - 0.05**0.1, abs=2e-5)
    found = rectify([1] * 20, sample, population="finite")
    assert (found.share, found.low, found.high) == pytest.approx((1.0, 0.85, 1.0))
    assert found.interval == "exact"
    wider = rectify([1] * 20, sample)
    assert wider.low == pytest.approx(0.05**0.1, abs=2e-5)


def test_strata_share_what_could_be_overlooked() -> None:
    """What is drawn thinly hides more: 1 of 10 drawn there, 9 of 10 here."""
    strata = (np.array([0] + [1] * 9), np.full(10, 10.0), np.array([1.0] + [9.0] * 9))
    assert most_unseen(Coded(np.ones(10), np.ones(10), *strata), 0.05) == 9 / 20


def test_swapping_the_label_mirrors_the_share() -> None:
    rng = np.random.default_rng(5)
    f, y = rng.integers(0, 2, (2, 40)).astype(float)
    for population in ("finite", "superpopulation"):
        one = rectify(f, simple_sample(f[:15], y[:15], 40), population=population)
        other = rectify(1 - f, simple_sample(1 - f[:15], 1 - y[:15], 40), population=population)
        assert one.share == pytest.approx(1 - other.share)
        assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low))


@pytest.mark.parametrize("n_each", [(40, 40), (60, 20)])
def test_coverage_of_the_finite_population(n_each: tuple[int, int]) -> None:
    """Strata of 300 and 100, 15 % wrong by rule: the truth is covered about 95 % of the time."""
    rng = np.random.default_rng(11)
    strata = np.repeat([0, 1], [300, 100])
    y = (rng.random(400) < np.where(strata == 0, 0.6, 0.2)).astype(float)
    f = np.where(rng.random(400) < 0.15, 1 - y, y)
    drawn = np.zeros((400, 400), dtype=bool)
    for row in drawn:
        for h in (0, 1):
            row[rng.choice(np.flatnonzero(strata == h), n_each[h], replace=False)] = True
    found = [rectify(f, stratified(f, y, strata, row), population="finite") for row in drawn]
    assert 0.92 <= np.mean([one.low <= y.mean() <= one.high for one in found]) <= 0.98
    shares = [one.share for one in found]
    assert np.mean(shares) == pytest.approx(y.mean(), abs=4 * np.std(shares) / 20)


@pytest.mark.parametrize(("is_among", "least", "most"), [(False, 0.92, 0.98), (True, 0.96, 1.0)])
def test_coverage_of_the_superpopulation(is_among: bool, least: float, most: float) -> None:
    """The formula is for coded mentions apart from the others; among them it errs to safety."""
    rng = np.random.default_rng(12)
    covered = 0
    for _ in range(400):
        y = (rng.random(260) < 0.3).astype(float)
        f = np.where(rng.random(260) < 0.2, 1 - y, y)
        all_ = f[:200] if is_among else f[60:]
        found = rectify(all_, simple_sample(f[:60], y[:60], 200))
        covered += found.low <= 0.3 <= found.high
    assert least <= covered / 400 <= most


@pytest.fixture(scope="module")
def pilot(features: Features) -> pd.DataFrame:
    return read_codings(features, "pilot", ROOT / "data" / "coding")


def cell(table: pd.DataFrame, group: str, layer: str, value: str) -> pd.Series:
    return table.set_index(["group", "layer", "value"]).loc[(group, layer, value)]


def test_the_pilot_by_hand(features: Features, pilot: pd.DataFrame) -> None:
    """One mention of Alaska's 14 of Deal (8 drawn) is of the summit by hand, not by rule.

    16 of 18 are of the summit by rule; the one of weight 14/8 adds 1.75/18. Variance: in
    Deal the weighted deviations a(1 - c) once and -ac seven times, a = 1.75/18 = c; in
    Erfolg (2 of 4 drawn) they are equal.
    """
    found = cell(corrected_shares(features.mentions, pilot), "alaska-2025", "about", "event")
    counts = found[["n", "n_automatic", "n_coded", "n_second", "n_apart"]]
    assert counts.tolist() == [18, 16, 10, 9, 1]
    a = c = 1.75 / 18
    assert found["raw"] == pytest.approx(16 / 18)
    assert found["share"] == pytest.approx(16 / 18 + c)
    once, other = a * (1 - c), -a * c
    middle = (once + 7 * other) / 8
    squares = (once - middle) ** 2 + 7 * (other - middle) ** 2
    se = math.sqrt((1 - 8 / 14) * 8 / 7 * squares)
    assert found["se"] == pytest.approx(se)
    assert se == pytest.approx(0.063647, abs=1e-6)
    assert found["low"] == pytest.approx(16 / 18 + c - 2.306004 * se)  # t, 10 - 2 degrees
    assert found["interval"] == "t"


def test_the_pilot_without_disagreement_by_hand(features: Features, pilot: pd.DataFrame) -> None:
    """Helsinki: 5 of 8, 1 of 1, 4 of 8 drawn. Three wrong ones, all in Erfolg, stay unseen.

    The chance of that is C(5, 4) / C(8, 4) = 5/70 = .071; a fourth one there leaves 1/70,
    one in Einmischung 3/8 of 5/70 = .027: both are below .05.
    """
    found = cell(corrected_shares(features.mentions, pilot), "helsinki-2018", "polarity", "negated")
    assert found["n_apart"] == 0
    assert found["raw"] == found["share"] == pytest.approx(9 / 17)
    assert found["interval"] == "exact"
    assert (found["low"], found["high"]) == pytest.approx((6 / 17, 12 / 17))


def test_agreement_on_the_pilot_by_hand(pilot: pd.DataFrame) -> None:
    """About: 19 of 20 agree; other 2 and 3 times. Voice: indirect against narrator once."""
    table = agreement(pilot, Intervals(n_resamples=50)).set_index(["layer", "metric"])["value"]
    assert table["about", "share_agreed"] == 0.95
    chance = (18 * 17 + 2 * 3) / 400
    assert table["about", "kappa"] == pytest.approx((0.95 - chance) / (1 - chance))
    assert table["about", "alpha"] == pytest.approx(1 - (2 / 40) / (2 * 5 * 35 / (40 * 39)))
    pooled = 2 * 0.125 * 0.875
    assert table["about", "ac1"] == pytest.approx((0.95 - pooled) / (1 - pooled))
    assert table["polarity", "alpha"] == 1.0
    assert table["voice", "share_agreed"] == 0.95
    assert math.isnan(table["frame", "alpha"])


def test_it_is_said_who_coded(features: Features, pilot: pd.DataFrame) -> None:
    """A coder whose name begins with llm is a language model, until people code."""
    assert set(corrected_shares(features.mentions, pilot)["coded_by"]) == {"language_model"}
    people = pilot.assign(coder=pilot["coder"].map({"llm-a": "anna", "llm-b": "ben"}))
    assert set(corrected_shares(features.mentions, people)["coded_by"]) == {"people"}
    mixed = pilot.assign(coder=pilot["coder"].replace("llm-b", "ben"))
    assert set(corrected_shares(features.mentions, mixed)["coded_by"]) == {"mixed"}


def test_a_mention_that_is_none_lowers_every_layer(features: Features, pilot: pd.DataFrame) -> None:
    wrong = pilot[pilot["coder"] == "llm-a"].copy()
    at = wrong["mention_id"].str.endswith(":299")
    wrong.loc[at, ["frame_right", "about", "polarity", "voice"]] = ["no", "", "", ""]
    table = corrected_shares(features.mentions, wrong)
    frame = cell(table, "helsinki-2018", "frame", "yes")
    assert (frame["raw"], frame["n_second"], frame["n_apart"]) == (1.0, 9, 1)
    assert frame["share"] == pytest.approx(1 - 2 / 17)
    shares = table.query("group == 'helsinki-2018' and layer == 'polarity'")["share"]
    assert shares.sum() == pytest.approx(frame["share"])


def test_groups_of_few_coded_mentions_are_refused(features: Features, pilot: pd.DataFrame) -> None:
    table = corrected_shares(features.mentions, pilot, by=["event", "frame"])
    few = table[table["group"] == "alaska-2025|Erfolg"].iloc[0]
    told = few[["status", "reason_code", "reason_values"]].tolist()
    assert told == ["not_estimable", "too_few_coded_twice", "2;4;10"]
    assert (pd.isna(few["share"]), pd.notna(few["raw"])) == (True, True)
    census = table[table["group"] == "helsinki-2018|Deal"].iloc[0]
    assert (census["status"], census["interval"], census["n_coded"]) == ("ok", "census", 1)


def test_without_a_sample_raw_shares_stay(
    features: Features, pilot: pd.DataFrame, tmp_path: Path
) -> None:
    table = corrected_shares(features.mentions, read_codings(features, folder=tmp_path))
    assert set(table["status"]) == {"not_estimable"}
    told = table[["reason_code", "reason_values"]].iloc[0].tolist()
    assert told == ["too_few_coded_twice", "0;18;10"]
    assert table["raw"].notna().all()
    pd.testing.assert_series_equal(
        table.dtypes.astype(str), corrected_shares(features.mentions, pilot).dtypes.astype(str)
    )


def test_shares_of_a_layer_add_up_and_the_order_of_rows_does_not_matter(
    features: Features, pilot: pd.DataFrame
) -> None:
    mixed = features.mentions.sample(frac=1, random_state=1)
    how = Correction("superpopulation")
    table = corrected_shares(features.mentions, pilot, how=how)
    again = corrected_shares(mixed, pilot.sample(frac=1, random_state=2), how=how)
    pd.testing.assert_frame_equal(table, again)
    sums = table[table["layer"] != "frame"].groupby(["group", "layer"])[["raw", "share"]].sum()
    assert sums.to_numpy() == pytest.approx(1)


def labelled(*polarities: str, right: str = "yyy") -> pd.DataFrame:
    said = ["yes" if letter == "y" else "no" for letter in right[: len(polarities)]]
    table = pd.DataFrame({"frame_right": said, "polarity": polarities})
    return table.assign(
        sample="s", coder=list("abc"[: len(table)]), mention_id="x:1", about="event",
        voice="narrator", speaker="",
    )  # fmt: skip


def test_adjudication() -> None:
    assert adjudicate(labelled("open", "negated", "negated"))["polarity"].tolist() == ["negated"]
    assert adjudicate(labelled("open", "negated"))["polarity"].tolist() == ["open"]
    assert adjudicate(labelled("open", "negated"), "b")["polarity"].tolist() == ["negated"]
    wrong = adjudicate(labelled("open", "", "", right="ynn"))
    assert wrong[["frame_right", "polarity"]].to_numpy().tolist() == [["no", ""]]
    right = adjudicate(labelled("", "open", "negated", right="nyy"))
    assert right[["frame_right", "polarity"]].to_numpy().tolist() == [["yes", "open"]]


def test_wrong_arguments(features: Features, pilot: pd.DataFrame) -> None:
    with pytest.raises(MeasureError, match=r"unknown column 'events'\. .*Did you mean 'event'"):
        corrected_shares(features.mentions, pilot, by=["events"])
    with pytest.raises(MeasureError, match=r"unknown population 'all'\. Allowed: finite, super"):
        corrected_shares(features.mentions, pilot, how=Correction("all"))
    with pytest.raises(MeasureError, match=r"unknown adjudication 'd'\. Allowed: llm-a, llm-b, m"):
        corrected_shares(features.mentions, pilot, how=Correction(adjudication="d"))
    alaska = features.mentions[features.mentions["event"] == "alaska-2025"]
    with pytest.raises(MeasureError, match=r"wanted the 35 mentions .* came 18"):
        corrected_shares(alaska, pilot)
    with pytest.raises(MeasureError, match="wanted 1 to 2 coded mentions, came 0"):
        rectify([1, 0], simple_sample([], [], 2))
