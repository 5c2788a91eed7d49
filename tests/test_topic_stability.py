"""Stability finds planted topics, says when there are none, and repeats itself exactly."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from topic_samples import planted, structureless

from analysis.measures.counts import TermCounts
from analysis.measures.topic_engines import EngineSettings
from analysis.measures.topic_stability import (
    StabilityPlan,
    choose_n_topics,
    fit_jobs,
    fit_prototype,
    plan_runs,
    stability_curve,
    topic_stability,
)
from analysis.measures.topics import TopicRecipe, choose_segments
from analysis.study.errors import MeasureError

PLAN = StabilityPlan((2, 3, 4, 5, 6), n_seeds=1, n_subsamples=6, seed=1)
SMALL = StabilityPlan((2, 3), n_seeds=2, n_subsamples=2, seed=1)


def curve(counts: TermCounts, plan: StabilityPlan = PLAN) -> pd.DataFrame:
    return stability_curve(topic_stability(counts, plan=plan))


@pytest.mark.parametrize("n_topics", [2, 5])
def test_the_number_of_planted_topics_is_found(n_topics: int) -> None:
    table = curve(planted(n_topics, 8, noise=0.6, seed=n_topics))
    assert choose_n_topics(table, margin=0.03).n_topics == n_topics


def test_text_without_topics_has_no_stable_number() -> None:
    choice = choose_n_topics(curve(structureless()))
    assert choice.n_topics is None
    assert choice.status == "not_estimable"
    assert choice.reason_code == "no_stable_number"
    assert choice.reason_values.startswith("2;6;0.")


def test_the_table_has_every_run_and_names_who_is_left_out() -> None:
    counts = planted(2, 4)
    runs = topic_stability(counts, plan=SMALL)
    sizes = runs[runs["n_topics"] == 2].groupby("kind").size()
    assert sizes.to_dict() == {"documents": 4, "seeds": 2, "subsamples": 2, "unrelated": 2}
    assert runs.loc[runs["left_out"] != "", "left_out"].unique().tolist() == [
        "x00", "x01", "y02", "y03",
    ]  # fmt: skip
    assert runs["stability"].between(0, 1).all()


def test_a_second_run_and_any_executor_give_the_same_table() -> None:
    counts = planted(2, 4)
    first = topic_stability(counts, plan=SMALL)
    pd.testing.assert_frame_equal(first, topic_stability(counts, plan=SMALL))
    for executor in (ProcessPoolExecutor(2), ThreadPoolExecutor(2)):
        with executor:
            again = topic_stability(counts, plan=SMALL, executor=executor)
        pd.testing.assert_frame_equal(first, again, check_exact=True)


def test_subsamples_are_those_of_every_number_and_have_the_share_asked_for() -> None:
    chosen = choose_segments(planted(2, 5), TopicRecipe())
    jobs = {
        n: plan_runs(chosen, engine="nmf", n_topics=n, recipe=TopicRecipe(), plan=SMALL)
        for n in (2, 3)
    }
    drawn = {
        n: [job.matrix.toarray() for job in found if job.kind == "subsamples"]
        for n, found in jobs.items()
    }
    assert [part.shape[0] for part in drawn[2]] == [48, 48]
    for first, second in zip(drawn[2], drawn[3], strict=True):
        np.testing.assert_array_equal(first, second)
    seeds = [job.seed for job in jobs[2] if job.kind == "seeds"]
    assert len(set(seeds)) == 2


def test_parts_with_fewer_segments_than_topics_are_left_out() -> None:
    counts = planted(2, 2)
    few = counts.select(np.isin(np.arange(24), [0, 1, 2, 3, 12]))
    jobs = plan_runs(
        choose_segments(few, TopicRecipe()),
        engine="nmf", n_topics=4, recipe=TopicRecipe(), plan=SMALL,
    )  # fmt: skip
    assert [job.left_out for job in jobs if job.kind == "documents"] == ["y01"]


# ------------------------------------------------------------------ what is kept


def test_what_is_kept_is_given_again_without_a_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = planted(2, 4)
    first = topic_stability(counts, plan=SMALL, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2

    def fail(*_: object) -> None:
        raise AssertionError("fitted again")

    monkeypatch.setattr("analysis.measures.topic_stability.fit_jobs", fail)
    pd.testing.assert_frame_equal(first, topic_stability(counts, plan=SMALL, cache=tmp_path))
    one = topic_stability(counts, plan=replace(SMALL, numbers=(3,)), cache=tmp_path)
    assert one["stability"].tolist() == first.query("n_topics == 3")["stability"].tolist()
    changed = [
        {"counts": counts.select(np.arange(48) > 0), "plan": SMALL},
        {"counts": counts, "plan": replace(SMALL, seed=2)},
        {"counts": counts, "plan": SMALL, "recipe": TopicRecipe(n_terms=9)},
        {"counts": counts, "plan": SMALL, "recipe": TopicRecipe(settings=EngineSettings("random"))},
    ]
    for arguments in changed:
        with pytest.raises(AssertionError, match="fitted again"):
            topic_stability(**arguments, cache=tmp_path)


def test_a_damaged_file_is_computed_anew(tmp_path: Path) -> None:
    counts = planted(2, 4)
    first = topic_stability(counts, plan=SMALL, cache=tmp_path)
    whole, cut = sorted(tmp_path.iterdir())
    content = bytearray(whole.read_bytes())
    content[-20] ^= 1
    whole.write_bytes(content)
    cut.write_bytes(cut.read_bytes()[:10])
    pd.testing.assert_frame_equal(first, topic_stability(counts, plan=SMALL, cache=tmp_path))
    assert len(whole.read_bytes()) == len(content)
    assert whole.read_bytes() != bytes(content)


# ------------------------------------------------------------------ LDA and its prototype


def test_lda_needs_twenty_seeds() -> None:
    with pytest.raises(MeasureError) as caught:
        topic_stability(planted(2, 4), plan=SMALL, engine="lda")
    assert str(caught.value) == (
        "topic_stability: wanted at least 20 seeds for 'lda', every one of which gives other "
        "topics; came 2. Raise n_seeds."
    )


def test_the_prototype_of_lda_is_one_of_its_seeds() -> None:
    counts, recipe = planted(2, 4), TopicRecipe(settings=EngineSettings(n_passes=3))
    plan = StabilityPlan((2,), n_seeds=20, n_subsamples=1, seed=1)
    model = fit_prototype(counts, n_topics=2, plan=plan, engine="lda", recipe=recipe)
    jobs = plan_runs(model.chosen, engine="lda", n_topics=2, recipe=recipe, plan=plan)
    assert "reference" not in {job.kind for job in jobs}
    fits = fit_jobs([job for job in jobs if job.kind == "seeds"])
    sums = [sorted(fit.topic_terms.max(axis=1)) for fit in fits]
    assert sorted(model.fit.topic_terms.max(axis=1)) in sums


# ------------------------------------------------------------------ the choice


def points(*rows: tuple[int, float, float]) -> pd.DataFrame:
    long = [
        (n, kind, value)
        for n, subsamples, documents in rows
        for kind, value in (("subsamples", subsamples), ("documents", documents))
    ]
    return pd.DataFrame(long, columns=["n_topics", "kind", "stability"])


def test_the_largest_number_above_both_thresholds_is_chosen() -> None:
    table = points((2, 0.9, 0.9), (3, 0.7, 0.6), (4, 0.61, 0.49), (5, 0.59, 0.9))
    assert choose_n_topics(table).n_topics == 3
    assert choose_n_topics(table, documents=0.4).n_topics == 4
    assert choose_n_topics(table, margin=0.05).n_topics == 2
    assert choose_n_topics(table, subsamples=0.95) == (
        None, "not_estimable", "no_stable_number", "2;5;0.9;0.9",
    )  # fmt: skip
    # The margin counts from the best of those above both.
    table = points((2, 0.95, 0.2), (3, 0.7, 0.6), (4, 0.68, 0.6))
    assert choose_n_topics(table, margin=0.03).n_topics == 4


def test_plans_thresholds_and_curves_that_cannot_be() -> None:
    table = points((2, 0.9, 0.9))
    with pytest.raises(MeasureError, match=r"wanted subsamples in \(0, 1\], came 0"):
        choose_n_topics(table, subsamples=0)
    with pytest.raises(MeasureError, match=r"wanted margin in \[0, 1\], came 2"):
        choose_n_topics(table, margin=2)
    with pytest.raises(MeasureError, match="no stability over documents in the curve"):
        choose_n_topics(table[table["kind"] == "subsamples"])
    with pytest.raises(MeasureError, match=r"wanted numbers of topics from 2 on, came \[1, 2\]"):
        StabilityPlan(numbers=(1, 2))
    with pytest.raises(MeasureError, match="wanted 1 seed and 1 subsample or more, came 0 and 20"):
        StabilityPlan(n_seeds=0)
    with pytest.raises(MeasureError, match=r"wanted a share between 0 and 1, came 1\.0"):
        StabilityPlan(share=1.0)
