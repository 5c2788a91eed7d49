"""Counted in batches, a corpus is what it is when counted in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import MeasureError
from analysis.features import Features, table_path, write_manifest
from analysis.measures.count_batches import (
    BatchPlan,
    count_batches,
    find_vocabulary,
    index_segments,
)
from analysis.measures.counts import Recipe, count_terms
from analysis.measures.topic_folding import fold_by_likelihood
from analysis.measures.topic_segments import TopicRecipe, TopicSegments, choose_segments
from analysis.measures.topics_at_scale import fit_topics_at_scale, prevalence_in_batches

STOP = frozenset({"sagen", "treffen"})
RECIPES = [
    Recipe(rows="bag", pos=("NN", "VV")),
    Recipe(rows="bag", unit="form"),
    Recipe(rows="bag", unit="head", pos=("NN",)),
    Recipe(
        rows="bag", unit="lemma_pos", zones=("headline", "body", "post", "caption", "subheading")
    ),
]


def in_memory(features: Features, recipe: Recipe) -> TopicSegments:
    counts = count_terms(features, recipe).drop(STOP).trim(min_rows=2)
    return choose_segments(counts, TopicRecipe())


def in_batches(folder: Path, plan: BatchPlan) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Give counts by segment and term, words, and whether fitted on, of all batches."""
    index = index_segments(folder, plan)
    words = find_vocabulary(folder, plan, index)
    parts = list(count_batches(folder, plan, index, words))
    ids = np.concatenate([part.segment_ids for part in parts])
    dense = np.vstack([part.matrix.toarray() for part in parts])
    table = pd.DataFrame(dense, index=ids, columns=words.terms)
    n_words = pd.Series(np.concatenate([part.n_words for part in parts]), index=ids)
    return table, n_words, pd.Series(np.concatenate([p.is_fitted for p in parts]), index=ids)


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
@pytest.mark.parametrize("n_rows", [97, 100_000])
def test_the_same_vocabulary_and_counts(features: Features, recipe: Recipe, n_rows: int) -> None:
    plan = BatchPlan(recipe, STOP, n_rows=n_rows)
    table, n_words, fitted = in_batches(features.folder, plan)
    chosen = in_memory(features, recipe)
    rows = chosen.counts.rows
    wanted = pd.DataFrame(
        chosen.counts.matrix.toarray(), index=rows["segment_id"], columns=chosen.counts.terms
    )
    # Words of short segments alone are in the vocabulary of the batches, without a count.
    assert set(wanted.columns) <= set(table.columns)
    assert table.drop(columns=list(wanted.columns)).to_numpy().sum() == 0
    # A segment without any row of terms has no counts in either.
    assert wanted.drop(index=table.index).to_numpy().sum() == 0
    found = table.loc[[i for i in wanted.index if i in set(table.index)], list(wanted.columns)]
    np.testing.assert_array_equal(found.to_numpy(), wanted.loc[found.index].to_numpy())
    about = rows.set_index("segment_id").loc[found.index]
    np.testing.assert_array_equal(n_words[found.index], about["n_words"])
    is_first = pd.Series(chosen.fitted, index=rows["segment_id"])
    np.testing.assert_array_equal(fitted[found.index], is_first[found.index])


def test_the_vocabulary_knows_how_far_terms_spread(features: Features) -> None:
    plan = BatchPlan(RECIPES[0], STOP, n_rows=150)
    words = find_vocabulary(features.folder, plan, index_segments(features.folder, plan))
    counts = count_terms(features, RECIPES[0]).drop(STOP).trim(min_rows=2)
    assert words.terms.tolist() == counts.terms.tolist()
    np.testing.assert_array_equal(words.n_segments, counts.row_frequencies())


def made_up(folder: Path, n_documents: int = 60, seed: int = 1) -> None:
    """Write tables of documents that are each of one of three themes."""
    rng = np.random.default_rng(seed)
    terms, segments = [], []
    for document in range(n_documents):
        theme = ("Acker", "Bahn", "Hafen")[document % 3]
        for number in range(4):
            segment_id = f"d{document:03d}:{number:04d}"
            words = [f"{theme}wort{i}" for i in rng.integers(0, 12, 25)]
            words += [f"Allwort{i}" for i in rng.integers(0, 12, 10)]
            for word, n in sorted(pd.Series(words).value_counts().items()):
                terms.append((segment_id, word, word, "NN", word, n))
            segments.append((segment_id, segment_id, "body", 35, 35, ""))
    columns = ["bag_id", "form", "lemma", "pos", "head", "n"]
    pd.DataFrame(terms, columns=columns).to_parquet(table_path("terms", folder))
    columns = ["segment_id", "bag_id", "zone", "n_tokens", "n_words", "repeat_across"]
    pd.DataFrame(segments, columns=columns).to_parquet(table_path("segments", folder))
    write_manifest({}, folder, ["segments", "terms"])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made_up")
    made_up(folder)
    return folder


PLAN = BatchPlan(n_rows=800)


def test_planted_topics_and_shares_come_back(corpus: Path) -> None:
    topics = fit_topics_at_scale(corpus, n_topics=3, seed=1, plan=PLAN, n_passes=15)
    top = topics.terms(8).groupby("topic")["term"].agg(set)
    themes = [{term.split("wort")[0] for term in found} for found in top]
    assert sorted(themes, key=str) == [{"Acker"}, {"Bahn"}, {"Hafen"}]
    parts = list(prevalence_in_batches(topics))
    assert len(parts) > 3
    table = pd.concat(parts, ignore_index=True)
    assert len(table) == 180
    assert table.groupby("doc_id")["share"].sum().to_numpy() == pytest.approx(np.ones(60))
    assert set(table["n_segments"]) == {4}
    assert set(table["n_words"]) == {140}
    best = table.loc[table.groupby("doc_id")["share"].idxmax()].set_index("doc_id")["topic"]
    assert [best.iloc[i::3].nunique() for i in range(3)] == [1, 1, 1]
    assert best.nunique() == 3


def test_shares_are_those_of_one_batch(corpus: Path) -> None:
    topics = fit_topics_at_scale(corpus, n_topics=3, seed=1, plan=PLAN, n_passes=2)
    table = pd.concat(prevalence_in_batches(topics), ignore_index=True)
    counted = in_batches(corpus, BatchPlan())[0]
    dense = counted[topics.vocabulary.terms].iloc[:4].to_numpy()
    from scipy import sparse

    shares = fold_by_likelihood(sparse.csr_array(dense), topics.topic_terms).mean(axis=0)
    first = table[table["doc_id"] == "d000"].sort_values("topic")["share"]
    assert first.to_numpy() == pytest.approx(shares, abs=1e-6)


def test_a_seed_gives_the_same_twice(corpus: Path) -> None:
    first, again = (
        fit_topics_at_scale(corpus, n_topics=3, seed=4, plan=PLAN, n_passes=2) for _ in range(2)
    )
    np.testing.assert_array_equal(first.topic_terms, again.topic_terms)


def fault(folder: Path, plan: BatchPlan, **changes: int) -> str:
    with pytest.raises(MeasureError) as caught:
        fit_topics_at_scale(folder, plan=plan, **({"n_topics": 2, "seed": 1} | changes))
    return str(caught.value)


def test_what_cannot_be_fitted(corpus: Path) -> None:
    assert fault(corpus, BatchPlan(min_words=99)) == (
        "count_batches: no segment has 99 words. Lower min_words."
    )
    assert fault(corpus, BatchPlan(min_rows=999)) == (
        "count_batches: no term is left of 48. Lower min_rows, drop fewer words, or count "
        "other tags."
    )
    assert fault(corpus, BatchPlan(), n_topics=49) == (
        "fit_topics_at_scale: wanted 49 topics, came 240 segments and 48 terms. "
        "Ask for fewer topics, or trim less."
    )
    assert "of at least 1, came 2 and 0" in fault(corpus, BatchPlan(), n_passes=0)
    with pytest.raises(MeasureError, match=r"wanted Recipe\(rows='bag'\) with weight 'none'"):
        BatchPlan(Recipe())
