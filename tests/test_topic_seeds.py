"""Around given words stands what was planted around them, beyond what is general."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from topic_samples import as_counts, planted

from analysis.measures.counts import TermCounts
from analysis.measures.topic_seeds import seeded_topics
from analysis.study.errors import MeasureError


def with_neighbours(seed: int = 1) -> TermCounts:
    """Put "Anker" and its neighbours into a third of the segments, whatever their theme."""
    counts = planted(2, 6, noise=0.3, seed=seed)
    rng = np.random.default_rng(seed)
    near = (rng.random(len(counts.rows)) < 1 / 3).astype(int)
    beside = [near * rng.integers(1, 3, len(near)) for _ in range(3)]
    rare = np.zeros_like(near)
    rare[:3] = 1
    dense = np.column_stack([counts.matrix.toarray(), 2 * near, *beside, rare])
    terms = [*counts.terms, "Anker", "Boje", "Kette", "Leine", "Selten"]
    return as_counts(dense, counts.rows, terms)


def test_planted_neighbours_are_found_and_themes_are_not() -> None:
    table = seeded_topics(with_neighbours(), seeds={"Schiff": ["anker"]})
    assert set(table["term"][:3]) == {"Boje", "Kette", "Leine"}
    assert table["weight"].is_monotonic_decreasing
    assert table["weight"][2] > 3 * table["weight"][3]
    assert "Anker" not in set(table["term"])
    first = table.iloc[0]
    assert first["n_joint"] == first["n_segments"] == first["n_term"]
    assert first["n_documents"] == first["n_documents_joint"] == 6
    assert first["n_seed_terms"] == 1


def test_free_topics_take_up_what_is_general() -> None:
    """Beside a word that stands with one theme by its nature, free topics make the theme less."""
    counts = with_neighbours()
    with_free = seeded_topics(counts, seeds={"Schiff": ["Anker"]}, n_free=2)
    without = seeded_topics(counts, seeds={"Schiff": ["Anker"]}, n_free=0)
    neighbours = ["Boje", "Kette", "Leine"]
    shares = [t.loc[t["term"].isin(neighbours), "weight"].sum() for t in (with_free, without)]
    assert shares[0] > shares[1]


def test_the_same_twice() -> None:
    seeds = {"Schiff": ["Anker"], "Acker": ["Ackerwort00"]}
    first, second = (seeded_topics(with_neighbours(), seeds=seeds) for _ in range(2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    assert first["seed_id"].unique().tolist() == ["Schiff", "Acker"]


def test_lists_that_cannot_be_are_refused_with_their_numbers() -> None:
    counts = with_neighbours()
    row = seeded_topics(counts, seeds={"Rares": ["Selten"]}).iloc[0]
    assert (row["status"], row["term"], row["n_segments"]) == ("not_estimable", "", 3)
    assert (row["reason_code"], row["reason_values"]) == ("too_few_segments_of_list", "3;5")
    assert np.isnan(row["weight"])
    with pytest.raises(MeasureError) as caught:
        seeded_topics(counts, seeds={"Schiff": ["Anker"], "Luft": ["Wolke", "Wind"]})
    assert str(caught.value) == (
        f"seeded_topics: no word of the list 'Luft' is among {len(counts.trim().terms)} terms: "
        "Wind, Wolke. Trim less, count the tags of these words, or leave the list out."
    )
    with pytest.raises(MeasureError, match="wanted at least one list of words, came none"):
        seeded_topics(counts, seeds={})
    with pytest.raises(MeasureError, match="two lists share 'Anker'; leave it to one of them"):
        seeded_topics(counts, seeds={"a": ["Anker"], "b": ["anker", "Boje"]})
    with pytest.raises(MeasureError, match=r"wanted from 0 to 71 free topics for 72 segments"):
        seeded_topics(counts, seeds={"a": ["Anker"]}, n_free=-1)
