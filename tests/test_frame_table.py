"""What holds for every measure of frames, and measures put below one another."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from framing_samples import FRAMES

from analysis.measures.frame_spread import frame_dispersion, frame_pairs
from analysis.measures.frame_table import stack_measures, stack_tables
from analysis.measures.frame_voices import (
    count_statements,
    frame_setting,
    frame_speakers,
    net_assertion,
    polarity_profile,
)
from analysis.measures.framing import frame_position, frame_rates, frame_shares
from analysis.measures.selection import CORE, Selection
from analysis.tables.features import Features

Measure = Callable[..., pd.DataFrame]
#: Measures that also read segments.
OF_SEGMENTS = (frame_position, frame_pairs, count_statements)
SHARES = (frame_shares, polarity_profile, frame_speakers, frame_position)
EVERY = (*SHARES, frame_rates, frame_setting, frame_dispersion, frame_pairs, count_statements)


def measure(
    of: Measure,
    features: Features,
    mentions: pd.DataFrame | None = None,
    *,
    step: int = 1,
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Measure the frames of the study, or these mentions, with its rows in another order."""
    found = features.mentions if mentions is None else mentions
    tables = [found, features.documents, *([features.segments] if of in OF_SEGMENTS else [])]
    return of(*(table.iloc[::step] for table in tables), FRAMES, selection=selection)


@pytest.mark.parametrize("of", EVERY)
def test_the_order_of_rows_does_not_matter(features: Features, of: Measure) -> None:
    pd.testing.assert_frame_equal(measure(of, features), measure(of, features, step=-1))


@pytest.mark.parametrize("of", EVERY)
def test_columns_are_the_same_without_mentions(features: Features, of: Measure) -> None:
    full, empty = measure(of, features), measure(of, features, features.mentions.iloc[:0])
    pd.testing.assert_series_equal(full.dtypes, empty.dtypes)
    if of is polarity_profile:
        net = [net_assertion(table) for table in (full, empty)]
        pd.testing.assert_series_equal(net[0].dtypes, net[1].dtypes)
        assert set(net[1]["status"]) == {"not_estimable"}


def test_columns_of_rates_and_shares(toy_features: Features) -> None:
    rates, shares = measure(frame_rates, toy_features), measure(frame_shares, toy_features)
    assert list(rates.columns) == [
        *("frame", "event", "unit", "doc_id", "n", "n_raw", "n_tokens", "per_1000"),
        *("low", "high", "interval_basis", "status", "reason_code", "reason_values", "counted_as"),
        *("tier", "about", "weight"),
    ]
    assert list(shares.columns)[4:8] == ["n", "n_raw", "n_mentions", "share"]
    assert len(rates) == len(shares) == 3 * (6 + 2 + 2)


@pytest.mark.parametrize("of", SHARES)
@pytest.mark.parametrize("weight", ["none", "within"])
def test_shares_add_up_to_one_and_documents_to_events(
    features: Features, of: Measure, weight: str
) -> None:
    table = measure(of, features, selection=Selection("core_near", weight=weight))  # type: ignore[arg-type]
    table = table[table["unit"] != "mean"]
    by = ["unit", "event", "doc_id", *([] if of is frame_shares else ["frame"])]
    sums = table.groupby(by)["share"].sum(min_count=1).dropna()
    assert sums.tolist() == pytest.approx([1.0] * len(sums))
    assert (table["n"] <= table["n_raw"]).all()
    n = table.groupby(["unit", "frame", "event"])["n"].sum()
    assert n["document"].tolist() == pytest.approx(n["pooled"].tolist())


@pytest.mark.parametrize("of", [frame_rates, polarity_profile, frame_speakers, frame_setting])
def test_splitting_a_document_changes_no_pooled_value(features: Features, of: Measure) -> None:
    documents, mentions = features.documents, features.mentions
    first, n = documents.iloc[[0]], documents["n_tokens"].iloc[0]
    halves = [first.assign(n_tokens=n // 2), first.assign(doc_id="half", n_tokens=n - n // 2)]
    split = pd.concat([*halves, documents.iloc[1:]], ignore_index=True)
    there = (mentions["doc_id"] == first["doc_id"].iloc[0]) & (mentions.index % 2 == 0)
    moved = mentions.assign(doc_id=mentions["doc_id"].mask(there, "half"))
    before, after = (
        table[table["unit"].isin(["pooled", "corpus"])].reset_index(drop=True)
        for table in (of(mentions, documents, FRAMES), of(moved, split, FRAMES))
    )
    pd.testing.assert_frame_equal(before, after)


def test_measures_below_one_another_keep_counts_and_verdicts(features: Features) -> None:
    rates, own = measure(frame_rates, features), measure(frame_setting, features)
    own = own[own["measure"] == "frame_setting"]
    told = stack_measures(
        {"rate": (rates, "per_1000"), "own": (own, "share"), "media": (own, "share")}
    )
    assert told["measure"].value_counts().to_dict() == {"rate": 27, "own": 24, "media": 24}
    by = {name: part.reset_index(drop=True) for name, part in told.groupby("measure")}
    assert by["rate"]["value"].tolist() == rates["per_1000"].tolist()
    assert by["rate"]["n_total"].tolist() == rates["n_tokens"].tolist()
    assert by["own"]["reason_code"].tolist() == own["reason_code"].tolist()
    assert by["media"]["reason_values"].tolist() == own["media_reason_values"].tolist()
    carried = (own["media_status"] == "ok").tolist()
    assert (by["media"]["value"] == 1).tolist() == by["media"]["value"].notna().tolist() == carried
    assert set(by["media"]["interval_basis"]) == {"no_interval"}


def test_weighted_counts_stay_fractions_below_one_another() -> None:
    tables = {"a": pd.DataFrame({"n": [1.5], "n_raw": [2]}), "b": pd.DataFrame({"n_raw": [1]})}
    table = stack_tables(tables, "part")
    assert table.dtypes.astype(str).to_dict() == {"part": "str", "n": "float64", "n_raw": "Int64"}
    assert table["n"].isna().tolist() == [False, True]
