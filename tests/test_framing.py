"""Rates, emphasis shares and distances of frame mentions."""

from __future__ import annotations

import pandas as pd
import pytest
from framing_samples import ALASKA, FRAMES, HELSINKI
from scipy.spatial.distance import jensenshannon

from analysis.measures.framing import (
    PLACE_OF,
    PLACES,
    frame_position,
    frame_rates,
    frame_shares,
    profile_distance,
)
from analysis.measures.inference import INTERVAL_BASIS
from analysis.measures.selection import Selection
from analysis.study.errors import MeasureError
from analysis.tables.features import Features
from analysis.tables.schema import ZONES


def cells(table: pd.DataFrame, unit: str, event: str, column: str) -> list[float]:
    """Give a column for one event in the order of the frames."""
    chosen = table[(table["unit"] == unit) & (table["event"] == event)].set_index("frame")
    return [float(value) for value in chosen.loc[FRAMES, column]]


# ------------------------------------------------------------------ the five articles


@pytest.mark.parametrize(
    ("event", "wanted"), [(HELSINKI, [4.65, 0.58, 4.65]), (ALASKA, [0.74, 2.58, 0.0])]
)
def test_pooled_rates_of_the_study(features: Features, event: str, wanted: list[float]) -> None:
    table = frame_rates(features.mentions, features.documents, FRAMES, size="n_words_file")
    assert [round(x, 2) for x in cells(table, "pooled", event, "per_1000")] == wanted


@pytest.mark.parametrize(
    ("unit", "event", "wanted"),
    [
        ("pooled", HELSINKI, [0.471, 0.059, 0.471]),
        ("pooled", ALASKA, [0.222, 0.778, 0.0]),
        ("mean", HELSINKI, [0.567, 0.042, 0.392]),
        ("mean", ALASKA, [0.217, 0.783, 0.0]),
    ],
)
def test_shares_of_the_study(
    features: Features, unit: str, event: str, wanted: list[float]
) -> None:
    table = frame_shares(features.mentions, features.documents, FRAMES)
    assert cells(table, unit, event, "share") == pytest.approx(wanted, abs=5e-4)


def test_distances_of_profiles(features: Features) -> None:
    """They are symmetric, 0 from a profile to itself, and 1 without a common frame."""
    shares = frame_shares(features.mentions, features.documents, FRAMES)
    distance = profile_distance(shares, HELSINKI, ALASKA)
    assert {name: round(value, 3) for name, value in distance.items()} == {
        "total_variation": 0.719,
        "jensen_shannon": 0.533,
    }
    p, q = (cells(shares, "pooled", event, "share") for event in (HELSINKI, ALASKA))
    assert distance["jensen_shannon"] == pytest.approx(jensenshannon(p, q, base=2) ** 2)
    assert distance == pytest.approx(profile_distance(shares, ALASKA, HELSINKI))
    alone = profile_distance(shares, ALASKA, ALASKA)
    assert alone == {"total_variation": 0.0, "jensen_shannon": 0.0}
    rows = [("A", "x", 1.0), ("B", "x", 0.0), ("A", "y", 0.0), ("B", "y", 1.0)]
    apart = pd.DataFrame(rows, columns=["frame", "event", "share"]).assign(unit="pooled")
    assert profile_distance(apart, "x", "y") == {"total_variation": 1.0, "jensen_shannon": 1.0}


# ------------------------------------------------------------------ the toy study


def test_mentions_of_the_toy_study(toy_features: Features) -> None:
    """Counted by eye in tests/toy/data/raw."""
    core = frame_shares(toy_features.mentions, toy_features.documents, FRAMES)
    assert cells(core, "pooled", "nord-2019", "n") == [4, 2, 3]
    assert cells(core, "pooled", "sued-2023", "n") == [2, 8, 2]
    assert cells(core, "pooled", "sued-2023", "share") == pytest.approx([2 / 12, 8 / 12, 2 / 12])
    near = frame_shares(
        toy_features.mentions, toy_features.documents, FRAMES, selection=Selection(tier="core_near")
    )
    assert cells(near, "pooled", "sued-2023", "n") == [2, 9, 2]
    assert cells(near, "pooled", "nord-2019", "n") == [4, 2, 3]


def test_the_mean_of_documents_weighs_each_alike(toy_features: Features) -> None:
    """By eye: sued_1 has 0/6/2 mentions, sued_2 1/2/0, sued_3 1/0/0."""
    table = frame_shares(toy_features.mentions, toy_features.documents, FRAMES)
    means = [(0 + 1 / 3 + 1) / 3, (6 / 8 + 2 / 3 + 0) / 3, (2 / 8 + 0 + 0) / 3]
    assert cells(table, "mean", "sued-2023", "share") == pytest.approx(means)


# ------------------------------------------------------------------ what must hold


def test_a_frame_without_mentions_counts_zero(features: Features) -> None:
    table = frame_rates(features.mentions, features.documents, ["Erfolg", "Wetter"])
    weather = table.query("frame == 'Wetter'")
    assert set(weather["n"]) == {0}
    assert set(weather["per_1000"]) == {0.0}
    assert set(weather["status"]) == {"ok"}


def test_distances_that_cannot_be(toy_features: Features) -> None:
    mentions = toy_features.mentions.query("event == 'nord-2019'")
    shares = frame_shares(mentions, toy_features.documents, FRAMES)
    with pytest.raises(MeasureError, match="profile_distance: 'sued-2023' has no mention"):
        profile_distance(shares, "nord-2019", "sued-2023")
    with pytest.raises(MeasureError, match=r"unknown event 'x'\. Allowed: nord-2019, sued-2023"):
        profile_distance(shares, "nord-2019", "x")


def test_a_document_without_a_token_or_mention_says_why(toy_features: Features) -> None:
    mentions = toy_features.mentions.query("doc_id != 'sued_3'")
    documents = toy_features.documents
    table = frame_shares(mentions, documents, FRAMES)
    silent = table.query("doc_id == 'sued_3'")
    assert silent["share"].isna().all()
    assert set(silent["status"]) == {"not_estimable"}
    assert set(silent["reason_code"]) == {"no_mention"}
    means = [(0 + 1 / 3) / 2, (6 / 8 + 2 / 3) / 2, (2 / 8 + 0) / 2]
    assert cells(table, "mean", "sued-2023", "share") == pytest.approx(means)
    assert set(table.query("doc_id != 'sued_3'")["status"]) == {"ok"}
    size = documents["n_tokens"].mask(documents["doc_id"] == "sued_3", 0)
    rates = frame_rates(mentions, documents.assign(n_tokens=size), FRAMES)
    assert set(rates.query("doc_id == 'sued_3'")["reason_code"]) == {"no_token"}


# ------------------------------------------------------------------ repeats


@pytest.mark.parametrize("weight", ["within", "across"])
def test_weighted_mentions_keep_their_raw_counts(features: Features, weight: str) -> None:
    """By hand: of four mentions of Deal in 001 one stands in a segment that is said twice."""
    plain = frame_rates(features.mentions, features.documents, FRAMES)
    table = frame_rates(
        features.mentions, features.documents, FRAMES, selection=Selection(weight=weight)
    )  # type: ignore[arg-type]
    assert list(table.columns) == list(plain.columns)
    pd.testing.assert_series_equal(table["n_raw"], plain["n_raw"])
    assert plain["n_raw"].tolist() == plain["n"].tolist()
    ticker = table[table["doc_id"].str.startswith("001_") & (table["frame"] == "Deal")].iloc[0]
    size = features.documents.set_index("doc_id").loc[ticker["doc_id"], f"n_tokens_{weight}"]
    assert (ticker["n"], ticker["n_raw"]) == (3.5, 4)
    assert ticker["per_1000"] == pytest.approx(3.5 / size * 1000)
    assert set(table["weight"]) == {weight}


# ------------------------------------------------------------------ intervals


def test_zero_count_of_the_study(features: Features) -> None:
    r"""Einmischung in Alaska: 0 in 5,422 words (\w+ of the files), at most .553 per 1,000."""
    table = frame_rates(features.mentions, features.documents, FRAMES, size="n_words_file")
    row = table.query(f"frame == 'Einmischung' and event == '{ALASKA}' and unit == 'pooled'").iloc[
        0
    ]
    assert (row["n"], row["n_tokens"]) == (0, 5422)
    assert round(row["high"], 3) == 0.553
    assert row["interval_basis"] == INTERVAL_BASIS["zero"]


def test_every_estimate_says_what_its_interval_rests_on(features: Features) -> None:
    known = {INTERVAL_BASIS[name] for name in ("words", "zero", "mentions")}
    for table in (
        frame_rates(features.mentions, features.documents, FRAMES),
        frame_shares(features.mentions, features.documents, FRAMES),
    ):
        mean = table["unit"] == "mean"
        assert table.loc[mean, ["low", "high"]].isna().to_numpy().all()
        assert set(table.loc[mean, "interval_basis"]) == {"every_document_shown"}
        assert set(table.loc[~mean, "interval_basis"]) <= known
        assert (table.loc[~mean, "low"] < table.loc[~mean, "high"]).all()


# ------------------------------------------------------------------ places


def test_every_zone_has_one_place() -> None:
    assert set(PLACE_OF) == set(ZONES)
    assert sum(len(zones) for zones in PLACES.values()) == len(ZONES)


def test_positions_of_the_study(features: Features) -> None:
    """By hand: Erfolg stands in a lead of 000, and in headline and lead of 004."""
    table = frame_position(features.mentions, features.documents, features.segments, FRAMES)
    corpus = table[table["unit"] == "corpus"]
    n = corpus.pivot_table(index="frame", columns="place", values="n")
    assert n.loc["Erfolg", list(PLACES)].tolist() == [3, 0, 9]
    assert n.loc["Deal", list(PLACES)].tolist() == [0, 6, 9]
    assert n.loc["Einmischung", list(PLACES)].tolist() == [0, 0, 8]


@pytest.mark.parametrize("weight", ["none", "within"])
def test_places_hold_all_tokens(features: Features, weight: str) -> None:
    selection = Selection(weight=weight)  # type: ignore[arg-type]
    table = frame_position(
        features.mentions, features.documents, features.segments, FRAMES, selection=selection
    )
    by = table.groupby(["frame", "event", "unit", "doc_id"])
    assert by["share_tokens"].sum().tolist() == pytest.approx([1.0] * len(by))
    column = "n_tokens" if weight == "none" else "n_tokens_within"
    tokens = table.query("unit == 'corpus' and frame == 'Deal'")["n_tokens"].sum()
    assert tokens == pytest.approx(features.documents[column].sum())


def test_the_event_alone(features: Features) -> None:
    """By hand: three mentions of Erfolg and one of Deal speak of other things."""
    chosen = {"selection": Selection(about="event")}
    table = frame_shares(features.mentions, features.documents, FRAMES, **chosen)
    assert cells(table, "pooled", HELSINKI, "n") == [6, 1, 8]
    assert cells(table, "pooled", ALASKA, "n") == [3, 13, 0]
    assert set(table["about"]) == {"event"}
