"""Topic models: the same for the same seed, and planted topics come back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from keyness_samples import take
from topic_samples import as_counts

from analysis.measures.counts import Recipe, TermCounts, count_terms
from analysis.measures.topic_engines import EngineSettings
from analysis.measures.topics import (
    TopicModel,
    TopicRecipe,
    choose_segments,
    fit_topics,
    top_segments,
    topic_prevalence,
)
from analysis.study.errors import MeasureError
from analysis.tables.features import Features

WORDS = {"sea": ["Fähre", "Hafen", "Insel", "Segel"], "rail": ["Bahn", "Gleis", "Tunnel", "Zug"]}


def planted(n: int = 40, seed: int = 3) -> TermCounts:
    """Make segments of two topics: in event x three in four are of the sea, in y one in four."""
    generator = np.random.default_rng(seed)
    terms = sorted([*WORDS["sea"], *WORDS["rail"], "Tag"])
    rows, matrix = [], []
    for i in range(2 * n):
        event = "x" if i < n else "y"
        topic = "sea" if (i % 4 != 0) == (event == "x") else "rail"
        drawn = generator.choice([*WORDS[topic], "Tag"], size=20)
        matrix.append([int((drawn == term).sum()) for term in terms])
        rows.append((f"{event}{i % 4}:{i:04d}", f"{event}{i % 4}", event, topic, 20, 1, "", 1.0))
    columns = ["bag_id", "doc_id", "event", "planted", "n_words", "n_segments"]
    columns += ["repeat_across", "repeat_weight"]
    return as_counts(np.array(matrix), pd.DataFrame(rows, columns=columns), terms)


@pytest.fixture(scope="module")
def model() -> TopicModel:
    return fit_topics(planted(), n_topics=2, seed=1)


def best_words(model: TopicModel) -> dict[int, set[str]]:
    top = model.terms.query("rank <= 4").groupby("topic")["term"].agg(set)
    return {int(topic): words for topic, words in top.items()}


def sea(model: TopicModel) -> int:
    """Give the number of the topic that holds the words of the sea."""
    return next(topic for topic, words in best_words(model).items() if "Hafen" in words)


def test_planted_topics_and_their_prevalence_are_recovered(model: TopicModel) -> None:
    segments = model.segments
    shares = segments[segments["topic"] == sea(model)].set_index("segment_id")["share"]
    truth = planted().rows.set_index("bag_id")["planted"] == "sea"
    assert shares[truth].min() > 0.8
    assert shares[~truth].max() < 0.2
    assert sorted(map(sorted, best_words(model).values())) == [WORDS["rail"], WORDS["sea"]]
    table = topic_prevalence(model).query("unit == 'mean'")
    table = table[table["topic"] == sea(model)].set_index("event")
    assert table["share"].to_dict() == pytest.approx({"x": 0.75, "y": 0.25}, abs=0.05)


def test_topics_are_numbered_by_prevalence_and_terms_rank_by_weight(model: TopicModel) -> None:
    words = model.segments.assign(w=model.segments["share"] * model.segments["n_words"])
    totals = words.groupby("topic")["w"].sum()
    assert totals.index.tolist() == [1, 2]
    assert totals.is_monotonic_decreasing
    for _, topic in model.terms.groupby("topic"):
        assert topic["weight"].is_monotonic_decreasing
        assert topic["rank"].tolist() == list(range(1, len(topic) + 1))
        assert 0 < topic["weight"].sum() <= 1 + 1e-9


def test_shares_add_up(model: TopicModel) -> None:
    segments = model.segments.groupby("segment_id")["share"].sum()
    assert segments.to_numpy() == pytest.approx(np.ones(len(segments)))
    table = topic_prevalence(model)
    sums = table.groupby(["unit", "event", "doc_id"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(len(sums)))
    documents = table.query("unit == 'document' and topic == 1")
    assert documents["n_segments"].sum() == 80
    assert documents["n_words"].sum() == 1600
    whole = table.query("unit == 'mean' and topic == 1").set_index("event")
    assert whole["n_segments"].to_dict() == {"x": 40, "y": 40}


def test_the_same_input_and_seed_give_the_same_model(features: Features) -> None:
    counts = count_terms(features, Recipe(rows="bag", pos=("NN",))).trim(min_rows=2)
    first, second = (fit_topics(counts, n_topics=4, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(first.terms, second.terms, check_exact=True)
    pd.testing.assert_frame_equal(first.segments, second.segments, check_exact=True)
    np.testing.assert_array_equal(first.fit.topic_terms, second.fit.topic_terms)


def test_the_order_of_segments_does_not_matter(model: TopicModel) -> None:
    turned = take(planted(), np.random.default_rng(1).permutation(80))
    again = fit_topics(turned, n_topics=2, seed=1)
    assert best_words(again) == best_words(model)
    keys = ["segment_id", "topic"]
    first, second = (m.segments.sort_values(keys)["share"].to_numpy() for m in (model, again))
    assert first == pytest.approx(second, abs=1e-3)


def test_topics_of_the_toy_study_part_the_events(toy_features: Features) -> None:
    counts = count_terms(toy_features, Recipe(rows="bag", pos=("NN",)))
    model = fit_topics(counts, n_topics=2, seed=7, recipe=TopicRecipe(min_words=10))
    words = best_words(model).values()
    assert any("Tunnel" in best and "Hafen" not in best for best in words)
    assert any("Hafen" in best and "Tunnel" not in best for best in words)


def test_short_segments_are_left_out(toy_features: Features) -> None:
    counts = count_terms(toy_features, Recipe(rows="bag"))
    model = fit_topics(counts, n_topics=2, seed=7)
    alone = toy_features.segments.groupby("bag_id")["bag_id"].transform("size") == 1
    long_ones = toy_features.segments[alone].query("n_words >= 20")["segment_id"]
    assert set(model.segments["segment_id"]) == set(long_ones)


# ------------------------------------------------------------------ what is refused before a fit


def message(counts: TermCounts, n_topics: int = 2, min_words: int = 20, **how: str) -> str:
    recipe = TopicRecipe(min_words=min_words)
    with pytest.raises(MeasureError) as caught:
        fit_topics(counts, n_topics=n_topics, seed=1, recipe=recipe, **how)
    return str(caught.value).removeprefix("fit_topics: ")


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ({"min_words": 21}, "no segment has 21 words; the longest has 20. Lower min_words."),
        ({"n_topics": 0}, "wanted at least 1 topic, came 0"),
        ({"n_topics": -1}, "wanted at least 1 topic, came -1"),
        (
            {"n_topics": 10},
            "wanted 10 topics, came 80 segments and 9 terms. Ask for fewer topics, or trim less.",
        ),
        (
            {"counts": planted().select(np.arange(80) < 3), "n_topics": 4},
            "wanted 4 topics, came 3 segments and 9 terms",
        ),
        (
            {"counts": planted().trim(min_count=10_000)},
            "no term is left in 80 segments. Trim less, drop fewer words, or count other tags.",
        ),
        (
            {"counts": planted().select((planted().rows["doc_id"] == "x0").to_numpy())},
            "wanted segments of at least 2 documents, came those of x0 alone: its topics would "
            "be its own composition. Add documents, or lower min_words so that the others have "
            "segments.",
        ),
        (
            {"n_topics": 0, "engine": "nfm"},
            "unknown engine 'nfm'. Allowed: lda, lda_online, nmf. Did you mean 'nmf'?",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused(arguments: dict, wanted: str) -> None:
    assert message(**({"counts": planted()} | arguments)).startswith(wanted)


def test_counts_of_documents_are_refused(toy_features: Features) -> None:
    assert message(count_terms(toy_features)) == (
        "wanted counts of bags, came counts of documents. Count with Recipe(rows='bag')."
    )


def test_weights_that_are_no_number_are_refused() -> None:
    counts = planted()
    dense = counts.matrix.toarray().astype(float)
    dense[0, :2] = np.nan
    dense[1, 0] = -1
    assert message(as_counts(dense, counts.rows, list(counts.terms))) == (
        "wanted counts of 0 or more, came 3 that are negative or no number. "
        "Look for empty weights of repeats in the segments."
    )
    assert message(counts.with_rows(counts.rows.assign(repeat_weight=np.nan))) == (
        "wanted a weight for every segment, came 80 without (repeat_weight). "
        "Run gipfel annotate again."
    )
    bare = counts.with_rows(counts.rows.drop(columns="repeat_across"))
    assert "came rows without 'repeat_across'" in message(bare)


# ------------------------------------------------------------------ numbers of topics, segments


@pytest.mark.parametrize("engine", ["lda", "nmf"])
def test_equal_topics_get_equal_numbers_whatever_the_seed(engine: str) -> None:
    recipe = TopicRecipe(settings=EngineSettings(start="random", n_passes=10), n_terms=4)
    found = [
        best_words(fit_topics(planted(), n_topics=2, seed=seed, engine=engine, recipe=recipe))
        for seed in range(3)
    ]
    assert found == [found[0]] * 3


def test_top_segments_are_those_of_the_topic_without_repeats(model: TopicModel) -> None:
    table = top_segments(model, n_segments=5)
    assert table["rank"].tolist() == [1, 2, 3, 4, 5] * 2
    truth = planted().rows.set_index("bag_id")["planted"]
    of_sea = table.loc[table["topic"] == sea(model), "segment_id"]
    assert set(truth[of_sea]) == {"sea"}
    again = top_segments(fit_topics(with_repeats(), n_topics=2, seed=1), n_segments=60)
    assert not again["segment_id"].str.startswith("x0:9").any()


# ------------------------------------------------------------------ repeats


def with_repeats(weight: float = 1.0) -> TermCounts:
    """Repeat the first segment forty times."""
    counts = take(planted(), np.array([*range(80), *[0] * 40]))
    rows = counts.rows
    again = rows.index >= 80
    rows.loc[again, "bag_id"] = [f"x0:{i}" for i in range(9000, 9040)]
    rows.loc[again | (rows.index == 0), "repeat_across"] = "x0:0000"
    rows.loc[again | (rows.index == 0), "repeat_weight"] = weight
    return counts


def test_repeats_do_not_change_the_topics(model: TopicModel) -> None:
    collapsed = fit_topics(with_repeats(), n_topics=2, seed=1)
    keys = ["term", "weight"]
    found, wanted = (
        sorted(map(tuple, m.terms[keys].round(6).to_numpy())) for m in (collapsed, model)
    )
    assert found == wanted
    kept = fit_topics(
        with_repeats(), n_topics=2, seed=1, recipe=TopicRecipe(collapse_repeats=False)
    )
    found = sorted(map(tuple, kept.terms[keys].round(6).to_numpy()))
    assert found != wanted


def test_repeats_count_in_the_prevalence_by_their_weight(model: TopicModel) -> None:
    """Forty-one segments of 1/41 each are as one: the prevalence is that without repeats."""
    once = topic_prevalence(model).query("doc_id == 'x0'")["share"]
    collapsed = topic_prevalence(fit_topics(with_repeats(1 / 41), n_topics=2, seed=1))
    assert sorted(collapsed.query("doc_id == 'x0'")["share"]) == pytest.approx(sorted(once))
    seen = topic_prevalence(fit_topics(with_repeats(), n_topics=2, seed=1)).query("doc_id == 'x0'")
    assert sorted(seen["share"]) != pytest.approx(sorted(once), abs=0.02)
    assert set(seen["n_segments"]) == {50}


def test_terms_of_repeats_alone_are_no_terms_of_topics() -> None:
    counts = planted()
    dense = counts.matrix.toarray()
    dense[:, 0] = 0
    dense[1, 0] = 3
    rows = counts.rows.assign(repeat_across=["g", "g", *[""] * 78])
    chosen = choose_segments(as_counts(dense, rows, list(counts.terms)), TopicRecipe())
    assert chosen.fitted.sum() == 79
    assert chosen.n_terms == len(chosen.counts.terms) - 1
