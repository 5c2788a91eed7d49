"""Corrected shares: the pilot sample by hand, adjudication, refusals."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from conftest import ROOT

from analysis.coding.coders import Intervals, agreement
from analysis.coding.corrected import Correction, adjudicate, corrected_shares
from analysis.study.errors import MeasureError
from analysis.tables.codings import read_codings
from analysis.tables.features import Features


@pytest.fixture(scope="module")
def pilot(features: Features) -> pd.DataFrame:
    return read_codings(features, "pilot", ROOT / "data" / "coding")


def cell(table: pd.DataFrame, group: str, layer: str, value: str) -> pd.Series:
    (found,) = [
        r
        for _, r in table.query(
            "group == @group and layer == @layer and value == @value"
        ).iterrows()
    ]
    return found


def test_the_pilot_by_hand(features: Features, pilot: pd.DataFrame) -> None:
    """One mention of Alaska's 14 of Deal (8 drawn) is of the summit by hand, not by rule.

    16 of 18 are of the summit by rule; the one of weight 14/8 adds 1.75/18. Variance: in
    Deal the weighted deviations a(1 - c) once and -ac seven times, a = 1.75/18 = c; in
    Erfolg (2 of 4 drawn) they are equal.
    """
    found = cell(corrected_shares(features.mentions, pilot), "alaska-2025", "target", "summit")
    assert (found["n"], found["n_automatic"], found["n_coded"], found["n_second"]) == (
        18,
        16,
        10,
        9,
    )
    assert found["n_apart"] == 1
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
    """Target: 19 of 20 agree; other 2 and 3 times. Voice: indirect against narrator once."""
    table = agreement(pilot, Intervals(n_resamples=50)).set_index(["layer", "metric"])["value"]
    assert table["target", "share_agreed"] == 0.95
    chance = (18 * 17 + 2 * 3) / 400
    assert table["target", "kappa"] == pytest.approx((0.95 - chance) / (1 - chance))
    assert table["target", "alpha"] == pytest.approx(1 - (2 / 40) / (2 * 5 * 35 / (40 * 39)))
    pooled = 2 * 0.125 * 0.875
    assert table["target", "ac1"] == pytest.approx((0.95 - pooled) / (1 - pooled))
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


def test_shares_of_a_layer_add_up(features: Features, pilot: pd.DataFrame) -> None:
    table = corrected_shares(features.mentions, pilot, how=Correction("superpopulation"))
    sums = table[table["layer"] != "frame"].groupby(["group", "layer"])[["raw", "share"]].sum()
    assert sums.to_numpy() == pytest.approx(1)


def test_a_mention_that_is_none_lowers_every_layer(features: Features, pilot: pd.DataFrame) -> None:
    wrong = pilot[pilot["coder"] == "llm-a"].copy()
    at = wrong["mention_id"].str.endswith(":299")
    wrong.loc[at, ["frame_right", "target", "polarity", "voice"]] = ["no", "", "", ""]
    table = corrected_shares(features.mentions, wrong)
    frame = cell(table, "helsinki-2018", "frame", "yes")
    assert (frame["raw"], frame["n_second"], frame["n_apart"]) == (1.0, 9, 1)
    assert frame["share"] == pytest.approx(1 - 2 / 17)
    shares = table.query("group == 'helsinki-2018' and layer == 'polarity'")["share"]
    assert shares.sum() == pytest.approx(frame["share"])


def test_groups_of_few_coded_mentions_are_refused(features: Features, pilot: pd.DataFrame) -> None:
    table = corrected_shares(features.mentions, pilot, by=["event", "frame"])
    few = table[table["group"] == "alaska-2025|Erfolg"].iloc[0]
    assert few["status"] == "not_estimable"
    assert few["reason_code"] == "too_few_coded_twice"
    assert few["reason_values"] == "2;4;10"
    assert pd.isna(few["share"])
    assert pd.notna(few["raw"])
    census = table[table["group"] == "helsinki-2018|Deal"].iloc[0]
    assert (census["status"], census["interval"], census["n_coded"]) == ("ok", "census", 1)


def test_without_a_sample_raw_shares_stay(features: Features, tmp_path) -> None:
    empty = read_codings(features, folder=tmp_path)
    table = corrected_shares(features.mentions, empty)
    assert set(table["status"]) == {"not_estimable"}
    assert table["reason_code"].iloc[0] == "too_few_coded_twice"
    assert table["reason_values"].iloc[0] == "0;18;10"
    assert table["raw"].notna().all()
    with_sample = corrected_shares(features.mentions, read_codings(features))
    assert list(table.columns) == list(with_sample.columns)
    assert table.dtypes.astype(str).tolist() == with_sample.dtypes.astype(str).tolist()


def test_the_order_of_rows_does_not_matter(features: Features, pilot: pd.DataFrame) -> None:
    mixed = features.mentions.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        corrected_shares(features.mentions, pilot),
        corrected_shares(mixed, pilot.sample(frac=1, random_state=2)),
    )


def labelled(*polarities: str, right: str = "yyy") -> pd.DataFrame:
    names = "abc"[: len(polarities)]
    said = ["yes" if letter == "y" else "no" for letter in right[: len(polarities)]]
    return pd.DataFrame(
        {
            "sample": "s",
            "coder": list(names),
            "mention_id": "x:1",
            "frame_right": said,
            "target": "summit",
            "polarity": polarities,
            "voice": "narrator",
            "speaker": "",
        }
    )


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
