"""Agreement code by code: published numbers, NLTK's, intervals, refusals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask

from analysis.coding.agreement import (
    METRICS,
    Intervals,
    agreement,
    label_confusion,
    label_table,
    one_hot,
)
from analysis.study.errors import MeasureError

#: Krippendorff (2011), example C: four coders, twelve units, five labels; a point: missing.
WITH_MISSING = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
PAIRS = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("xyz")), min_size=2, max_size=12)
#: 970 of 1,000 agree.
CHECKED = ["x" * 40 + "y" * 960, "x" * 30 + "y" * 10 + "x" * 20 + "y" * 940]


def measure(
    metric: str, rows: Sequence[Sequence[str]], n_labels: int = 3, times: Sequence[int] = ()
) -> float:
    """Compute a coefficient of coders, a label each letter; ``times`` weighs the units."""
    hot, _ = one_hot([[None if label == "." else label for label in row] for row in rows])
    weights = np.array(times or [1] * len(rows[0]), dtype=float)[:, np.newaxis]
    return float(METRICS[metric](hot, weights, n_labels)[0])


@pytest.mark.parametrize(
    ("metric", "rows", "value"),
    [
        ("alpha", ["0100000010", "1110010000"], 2 / 21),
        ("alpha", ["aabbdcccedda", "babbbccceddd"], 0.692),
        ("alpha", WITH_MISSING, 0.743),
        ("alpha", [row + more for row, more in zip(WITH_MISSING, "7...", strict=True)], 0.743),
        ("kappa", CHECKED, 0.651163),
        ("ac1", CHECKED, 0.967179),
    ],
)
def test_published_and_check_values(metric: str, rows: list[str], value: float) -> None:
    """A unit with one label, such as the last one of the fourth line, does not count."""
    digits = 5e-4 if metric == "alpha" else 1e-6
    assert measure(metric, rows, n_labels=2) == pytest.approx(value, abs=digits)


def test_alpha_and_kappa_of_one_label_are_not_defined() -> None:
    """NLTK says 1 for both."""
    assert math.isnan(measure("alpha", ["xxxxx", "xxxxx"]))
    assert math.isnan(measure("kappa", ["xxxxx", "xxxxx"]))
    assert measure("ac1", ["xxxxx", "xxxxx"]) == 1.0


@settings(deadline=None)
@given(PAIRS)
def test_the_coefficients_are_those_of_nltk(pairs: list[tuple[str, str]]) -> None:
    assume(len({label for pair in pairs for label in pair}) > 1)
    rows = ["".join(pair[i] for pair in pairs) for i in (0, 1)]
    data = [(i, at, label) for i, row in enumerate(rows) for at, label in enumerate(row)]
    assert measure("alpha", rows) == pytest.approx(AnnotationTask(data).alpha())
    assert measure("kappa", rows) == pytest.approx(AnnotationTask(data).kappa())
    for metric in METRICS:
        assert measure(metric, rows) == pytest.approx(measure(metric, rows[::-1]), nan_ok=True)


def test_a_unit_drawn_twice_counts_twice() -> None:
    times = [2, 0, *[1] * 10]
    twice = [row[0] * 2 + row[2:] for row in WITH_MISSING]
    assert measure("alpha", WITH_MISSING, times=times) == pytest.approx(measure("alpha", twice))


def coding(coder: str, polarity: str, *, right: str = "", doc: str = "x") -> pd.DataFrame:
    """Code mentions one letter each: a(ffirmed), n(egated), o(pen); ``right`` says y or n."""
    words = {"a": "affirmed", "n": "negated", "o": "open"}
    said = ["yes" if letter == "y" else "no" for letter in right or "y" * len(polarity)]
    ids = [f"{doc}{i % 5}:{i}" for i in range(len(polarity))]
    table = pd.DataFrame({"mention_id": ids, "frame_right": said}).assign(
        coder=coder, about="event", polarity=[words[letter] for letter in polarity],
        voice="narrator", speaker="",
    )  # fmt: skip
    table.loc[table["frame_right"] == "no", ["about", "polarity", "voice"]] = ""
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


def test_few_documents_or_mentions_have_no_interval() -> None:
    few = pd.concat([coding("a", "aanno"), coding("b", "aaann")])
    for table in (agreement(TWO, Intervals("doc_id")), agreement(few)):
        told = reason(table, "polarity", "alpha")
        assert told == ["ok", "too_few_units_of_interval", "20;5"]
        assert row(table, "polarity", "alpha")[["low", "high"]].isna().all()


def reason(table: pd.DataFrame, layer: str, metric: str) -> list[str]:
    return row(table, layer, metric)[["status", "reason_code", "reason_values"]].tolist()


def test_one_label_is_refused() -> None:
    table = agreement(TWO, Intervals(n_resamples=20))
    for metric in ("alpha", "kappa"):
        assert pd.isna(row(table, "about", metric)["value"])
        assert reason(table, "about", metric)[:2] == ["not_estimable", "one_label_only"]
    assert row(table, "about", "ac1")["value"] == 1.0


def test_perfect_agreement_has_no_interval_of_no_width() -> None:
    same = agreement(pd.concat([coding("a", "aano" * 6), coding("b", "aano" * 6)]))
    assert row(same, "polarity", "alpha")["value"] == 1.0
    assert pd.isna(row(same, "polarity", "alpha")["low"])
    assert reason(same, "polarity", "alpha")[1:] == ["no_disagreement", "0.12"]


def test_one_coder_or_none_or_no_common_mention_cannot_agree() -> None:
    for n in (1, 0):
        table = agreement(coding("a", "aano").iloc[: 4 * n])
        assert table["layer"].tolist() == ["frame", "about", "polarity", "voice", "speaker"]
        told = table[["status", "reason_code", "reason_values"]].drop_duplicates()
        assert told.to_numpy().tolist() == [["not_estimable", "too_few_coders", str(n)]]
    apart = pd.concat([coding("a", "aano"), coding("b", "aano", doc="y")])
    assert set(agreement(apart)["reason_code"]) == {"no_mention_coded_twice"}


def test_what_a_coder_calls_no_mention_is_missing_in_other_layers() -> None:
    mixed = pd.concat([coding("a", "aano"), coding("b", "aano", right="yyny")])
    table = agreement(mixed)
    assert row(table, "frame", "share_agreed")["value"] == 0.75
    assert row(table, "polarity", "share_agreed")["n_units"] == 3
    assert label_table(mixed, "polarity")["b"].tolist() == ["affirmed", "affirmed", None, "open"]


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


def test_unknown_cluster_and_label() -> None:
    with pytest.raises(MeasureError, match=r"unknown cluster 'outlet'\. Allowed: doc_id, mention"):
        agreement(TWO, Intervals("outlet"))
    with pytest.raises(MeasureError, match=r"agreement, voice: unknown label 'choir'\. Allowed: "):
        agreement(TWO.assign(voice="choir"))
