"""Planted differences are found, copies give none, and few documents give no p-value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from topic_samples import planted, twice

from analysis.measures.counts import TermCounts
from analysis.measures.topic_contrast import (
    TopicRuns,
    prevalence_in_runs,
    rerun_topics,
    topic_contrast,
)
from analysis.measures.topic_stability import StabilityPlan
from analysis.measures.topics import fit_topics, topic_prevalence
from analysis.study.errors import MeasureError


def runs_of(counts: TermCounts, seed: int = 1, n_topics: int = 3) -> TopicRuns:
    model = fit_topics(counts, n_topics=n_topics, seed=seed)
    return rerun_topics(model, plan=StabilityPlan(n_seeds=1, n_subsamples=2, seed=seed))


def contrast(counts: TermCounts, seed: int = 1) -> pd.DataFrame:
    return topic_contrast(runs_of(counts, seed), target="x", reference="y")


def test_a_planted_difference_is_found_in_its_topic() -> None:
    table = contrast(planted(3, 16, tilt=0.5, noise=0.2))
    first = table.loc[table["difference"].idxmax()]
    assert first["difference"] == pytest.approx(0.5, abs=0.15)
    assert first["low"] < 0.5 < first["high"]
    assert first["runs_low"] <= first["difference"] + 0.05
    assert first["runs_same_sign"] == 1
    assert first["stability"] > 0.8
    assert first["p_adjusted"] < 0.01
    assert first["status"] == "ok"
    assert first["effect_status"] == "ok"


def test_copies_give_no_difference_and_no_alarm() -> None:
    for seed in range(5):
        table = contrast(twice(planted(3, 8, seed=seed)), seed)
        assert table["difference"].abs().max() < 1e-9
        assert table[["runs_low", "runs_high"]].abs().to_numpy().max() < 1e-9
        assert not (table["p_adjusted"] <= 0.05).any()


def test_events_that_do_not_differ_give_few_alarms() -> None:
    """Twenty corpora with a family of three topics each; at .05 one alarm is expected."""
    alarms = [
        (contrast(planted(3, 12, seed=seed), seed)["p_adjusted"] <= 0.05).any()
        for seed in range(20)
    ]
    assert sum(alarms) <= 3


def test_five_documents_are_refused_and_every_value_stands() -> None:
    counts = planted(2, 5)
    runs = runs_of(counts, n_topics=2)
    table = topic_contrast(runs, target="x", reference="y")
    assert table["p_floor"].tolist() == [0.1, 0.1]
    assert table["p_value"].isna().all()
    assert table["p_adjusted"].isna().all()
    assert set(table["reason_code"]) == {"p_floor_too_high"}
    assert set(table["reason_values"]) == {"0.1;0.05"}
    prevalence = prevalence_in_runs(runs)
    documents = prevalence.query("unit == 'document' and topic == 1").set_index("doc_id")["share"]
    assert len(documents) == 5
    x, y = documents[:3], documents[3:]
    first = table.iloc[0]
    without = [x.drop(d).mean() - y.mean() for d in x.index]
    without += [x.mean() - y.drop(d).mean() for d in y.index]
    assert first["difference"] == pytest.approx(x.mean() - y.mean())
    assert (first["without_low"], first["without_high"]) == pytest.approx(
        (min(without), max(without))
    )
    assert first["sign_holds"] == (len({np.sign(value) for value in without}) == 1)


def test_events_may_be_exchanged_and_must_be_two() -> None:
    counts = planted(3, 8, tilt=0.4)
    rows = counts.rows.assign(outlet=counts.rows["event"])
    runs = runs_of(counts.with_rows(rows))
    one = topic_contrast(runs, target="x", reference="y")
    two = topic_contrast(runs, target="y", reference="x")
    assert one["difference"].to_numpy() == pytest.approx(-two["difference"].to_numpy())
    assert one["runs_low"].to_numpy() == pytest.approx(-two["runs_high"].to_numpy())
    assert one["p_value"].tolist() == two["p_value"].tolist()
    assert set(one["effect_status"]) == {"not_estimable"}
    assert set(one["effect_reason_code"]) == {"no_common_outlet"}
    with pytest.raises(MeasureError, match=r"topic_contrast: unknown event 'z'. Allowed: x, y."):
        topic_contrast(runs, target="x", reference="z")
    with pytest.raises(MeasureError, match="wanted two events, came 'x' twice"):
        topic_contrast(runs, target="x", reference="x")


def test_prevalence_keeps_its_table_and_topics_their_number_in_every_fit() -> None:
    """With clear topics, the first topic of every fit is the first topic of the model."""
    runs = runs_of(planted(3, 8, noise=0.2))
    assert runs.similarity.min() > 0.6
    assert runs.shares.sum(axis=2) == pytest.approx(np.ones((3, 8)))
    table, plain = prevalence_in_runs(runs), topic_prevalence(runs.model)
    keys = ["unit", "topic", "event", "doc_id"]
    both = table.merge(plain, on=keys, suffixes=("", "_plain"), validate="one_to_one")
    assert len(both) == len(plain) == len(table)
    assert both["share"].tolist() == both["share_plain"].tolist()
    assert (table["low"] <= table["high"]).all()
    assert set(table["n_runs"]) == {3}
    documents = table.query("unit == 'document'")
    assert (documents["high"] - documents["low"]).max() < 0.1
