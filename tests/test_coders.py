"""Agreement code by code: values, intervals, refusals."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.coding.coders import Intervals, agreement, label_confusion, label_table
from analysis.study.errors import MeasureError


def coding(coder: str, polarity: str, *, right: str = "", doc: str = "x") -> pd.DataFrame:
    """Code mentions one letter each: a(ffirmed), n(egated), o(pen); ``right`` says y or n."""
    words = {"a": "affirmed", "n": "negated", "o": "open"}
    said = ["yes" if letter == "y" else "no" for letter in right or "y" * len(polarity)]
    table = pd.DataFrame(
        {
            "coder": coder,
            "mention_id": [f"{doc}{i % 5}:{i}" for i in range(len(polarity))],
            "frame_right": said,
            "target": "summit",
            "polarity": [words[letter] for letter in polarity],
            "voice": "narrator",
            "speaker": "",
        }
    )
    table.loc[table["frame_right"] == "no", ["target", "polarity", "voice"]] = ""
    return table


def row(table: pd.DataFrame, layer: str, metric: str) -> pd.Series:
    (found,) = [r for _, r in table.query("layer == @layer and metric == @metric").iterrows()]
    return found


TWO = pd.concat([coding("a", "aaaaannnnnooooo" * 2), coding("b", "aaaannnnnnoooon" * 2)])


def test_values_by_hand() -> None:
    """26 of 30 agree; labels a 10/8, n 10/14, o 10/8: chance (80 + 140 + 80) / 900 = 1/3."""
    table = agreement(TWO, Intervals(n_resamples=200))
    share, kappa = row(table, "polarity", "share_agreed"), row(table, "polarity", "kappa")
    assert share["value"] == pytest.approx(26 / 30)
    assert kappa["value"] == pytest.approx((26 / 30 - 1 / 3) / (2 / 3))
    # pooled labels 18, 24, 18 of 60: expected agreement (18*17 + 24*23 + 18*17) / (60*59)
    chance = (18 * 17 + 24 * 23 + 18 * 17) / (60 * 59)
    assert row(table, "polarity", "alpha")["value"] == pytest.approx(
        (26 / 30 - chance) / (1 - chance)
    )
    # AC1: pooled shares .3, .4, .3; chance (.21 + .24 + .21) / 2
    assert row(table, "polarity", "ac1")["value"] == pytest.approx((26 / 30 - 0.33) / 0.67)
    assert share["low"] < share["value"] < share["high"]
    assert (share["n_units"], share["n_clusters"], share["coders"]) == (30, 30, "a+b")


def test_documents_as_clusters_are_too_few_for_an_interval() -> None:
    found = row(agreement(TWO, Intervals("doc_id")), "polarity", "alpha")
    assert pd.isna(found["low"])
    assert found["status"] == "ok"
    assert found["reason_code"] == "too_few_units_of_interval"
    assert found["reason_values"] == "20;5"


def test_few_mentions_have_no_interval() -> None:
    few = pd.concat([coding("a", "aanno"), coding("b", "aaann")])
    found = row(agreement(few), "polarity", "kappa")
    assert found["reason_code"] == "too_few_units_of_interval"
    assert found["reason_values"] == "20;5"
    assert pd.isna(found["high"])


def test_one_label_is_refused() -> None:
    table = agreement(TWO, Intervals(n_resamples=20))
    for metric in ("alpha", "kappa"):
        found = row(table, "target", metric)
        assert pd.isna(found["value"])
        assert found["status"] == "not_estimable"
        assert found["reason_code"] == "one_label_only"
    assert row(table, "target", "ac1")["value"] == 1.0


def test_perfect_agreement_has_no_interval_of_no_width() -> None:
    same = pd.concat([coding("a", "aano" * 6), coding("b", "aano" * 6)])
    found = row(agreement(same), "polarity", "alpha")
    assert found["value"] == 1.0
    assert pd.isna(found["low"])
    assert found[["reason_code", "reason_values"]].tolist() == ["no_disagreement", "0.12"]


def test_one_coder_or_none_cannot_agree() -> None:
    alone = agreement(coding("a", "aano"))
    assert set(alone["status"]) == {"not_estimable"}
    assert set(alone["reason_code"]) == {"too_few_coders"}
    assert set(alone["reason_values"]) == {"1"}
    none = agreement(coding("a", "aano").iloc[:0])
    assert none["layer"].tolist() == ["frame", "target", "polarity", "voice", "speaker"]
    assert set(none["reason_code"]) == {"too_few_coders"}
    assert set(none["reason_values"]) == {"0"}


def test_what_a_coder_calls_no_mention_is_missing_in_other_layers() -> None:
    mixed = pd.concat([coding("a", "aano"), coding("b", "aano", right="yyny")])
    table = agreement(mixed)
    assert row(table, "frame", "share_agreed")["value"] == 0.75
    assert row(table, "polarity", "share_agreed")["n_units"] == 3
    assert label_table(mixed, "polarity")["b"].tolist() == ["affirmed", "affirmed", None, "open"]


def test_coders_without_a_common_mention() -> None:
    apart = pd.concat([coding("a", "aano"), coding("b", "aano", doc="y")])
    assert set(agreement(apart)["reason_code"]) == {"no_mention_coded_twice"}


def test_three_coders_give_one_alpha_and_three_pairs() -> None:
    three = pd.concat([TWO, coding("c", "aaaaannnnnooooo" * 2)])
    table = agreement(three, Intervals(n_resamples=20)).query("layer == 'polarity'")
    assert table.loc[table["metric"] == "alpha", "coders"].tolist() == ["a+b+c"]
    assert table.loc[table["metric"] == "kappa", "coders"].tolist() == ["a+b", "a+c", "b+c"]
    assert row(table[table["coders"] == "a+c"], "polarity", "kappa")["value"] == 1.0


def test_the_same_seed_gives_the_same_table_and_the_order_of_rows_does_not_matter() -> None:
    how = Intervals(n_resamples=50, seed=2)
    first = agreement(TWO, how)
    pd.testing.assert_frame_equal(first, agreement(TWO.sample(frac=1, random_state=1), how))


def test_confusion_counts_every_pair_of_labels() -> None:
    found = label_confusion(TWO).query("layer == 'polarity'")
    assert found[["label_1", "label_2", "n"]].to_numpy().tolist() == [
        ["affirmed", "affirmed", 8],
        ["affirmed", "negated", 2],
        ["negated", "negated", 10],
        ["open", "negated", 2],
        ["open", "open", 8],
    ]


def test_unknown_cluster() -> None:
    with pytest.raises(MeasureError, match=r"unknown cluster 'outlet'\. Allowed: doc_id, mention"):
        agreement(TWO, Intervals("outlet"))
