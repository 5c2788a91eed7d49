"""The choice of mentions that all measures on mentions share."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.errors import MeasureError
from analysis.features import Features
from analysis.measures.mention_selection import select_mentions, weights_of


def mentions() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "mention_id": ["a", "b", "c", "d"],
            "tier": ["core", "near", "core", "near"],
            "target": ["summit", "summit", "other", "other"],
            "weight_within": [1.0, 0.5, 0.5, 1.0],
            "weight_across": [0.25, 0.5, 0.5, 1.0],
        }
    )


@pytest.mark.parametrize(
    ("tier", "target", "wanted"),
    [
        ("core", "all", "ac"),
        ("core", "summit", "a"),
        ("core_near", "all", "abcd"),
        ("core_near", "summit", "ab"),
    ],
)
def test_tier_and_target_choose_rows(tier, target, wanted: str) -> None:
    chosen = select_mentions(mentions(), tier=tier, target=target)
    assert "".join(chosen["mention_id"]) == wanted
    assert chosen["n"].tolist() == chosen["n_raw"].tolist() == [1] * len(wanted)


def test_weights_count_repeats_less_and_keep_the_raw_count() -> None:
    chosen = select_mentions(mentions(), tier="core_near", weight="across")
    assert chosen["n"].tolist() == [0.25, 0.5, 0.5, 1.0]
    assert chosen["n_raw"].tolist() == [1, 1, 1, 1]
    assert weights_of(mentions(), "within").tolist() == [1.0, 0.5, 0.5, 1.0]


def test_counts_without_weight_are_whole_numbers() -> None:
    assert select_mentions(mentions())["n"].dtype == "int64"
    assert select_mentions(mentions(), weight="within")["n"].dtype == "float64"


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"tier": "near"}, "unknown tier 'near'. Allowed: core, core_near."),
        ({"target": "sumit"}, "unknown target 'sumit'. Allowed: all, summit. Did you mean"),
        ({"weight": "half"}, "unknown weight 'half'. Allowed: across, none, within."),
    ],
)
def test_unknown_choices_list_the_allowed(choice: dict[str, str], message: str) -> None:
    with pytest.raises(MeasureError) as fault:
        select_mentions(mentions(), **choice)  # type: ignore[arg-type]
    assert str(fault.value).startswith(f"select_mentions: {message}")


def test_mentions_of_the_study(features: Features) -> None:
    assert len(select_mentions(features.mentions)) == 35
    within = select_mentions(features.mentions, weight="within")
    assert within["n"].sum() == 33.5
    assert within["n_raw"].sum() == 35
