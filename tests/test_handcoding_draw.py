"""Random samples: known inclusion probabilities, the same for the same seed, none left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.coding.sheet import ALLOCATIONS, Design, allocate, draw_sample
from analysis.study.errors import MeasureError, TableError
from analysis.tables.codings import find_population, hash_population
from analysis.tables.features import Features

SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=6)


@given(SIZES, st.data(), st.sampled_from(sorted(ALLOCATIONS)))
def test_allocation_keeps_its_bounds(sizes: list[int], data: st.DataObject, how: str) -> None:
    n = data.draw(st.integers(len(sizes), sum(sizes)))
    given_ = allocate(sizes, n, how)
    assert sum(given_) == n
    assert all(1 <= k <= size for k, size in zip(given_, sizes, strict=True))


def test_proportional_and_equal_allocation_by_hand() -> None:
    assert allocate([50, 30, 20], 10, "proportional") == [5, 3, 2]
    assert allocate([50, 30, 20], 9, "equal") == [3, 3, 3]
    assert allocate([14, 4, 1, 8, 8], 20, "proportional") == [8, 2, 1, 5, 4]
    assert allocate([5, 5], 10, "equal") == [5, 5]
    assert allocate([9, 9, 9], 3, "proportional") == [1, 1, 1]


def test_probabilities_are_drawn_over_there(features: Features) -> None:
    draw = draw_sample(features.mentions, Design(20, ("event", "frame"), seed=1))
    core = features.mentions[features.mentions["tier"] == "core"]
    sizes = core.groupby(["event", "frame"]).size()
    for stratum, rows in draw.rows.groupby("stratum"):
        assert len(rows) == rows["n_drawn"].iloc[0]
        assert rows["n_stratum"].iloc[0] == sizes[tuple(str(stratum).split("|"))]
    drawn = draw.rows["n_drawn"] / draw.rows["n_stratum"]
    assert drawn.tolist() == draw.rows["inclusion_probability"].tolist()
    assert (1 / drawn).sum() == pytest.approx(len(core))
    assert draw.rows["mention_id"].is_unique


def test_the_seed_alone_decides(features: Features) -> None:
    design = Design(12, ("event",), seed=3)
    mixed = features.mentions.sample(frac=1, random_state=0)
    first = draw_sample(features.mentions, design).rows
    pd.testing.assert_frame_equal(first, draw_sample(mixed, design).rows)
    other = draw_sample(features.mentions, Design(12, ("event",), seed=4)).rows
    assert set(first["mention_id"]) != set(other["mention_id"])


def test_every_mention_is_drawn_as_often_as_its_probability_says(features: Features) -> None:
    n_draws = 80
    seen = pd.concat(
        draw_sample(features.mentions, Design(20, ("event",), seed=seed)).rows
        for seed in range(n_draws)
    )
    wanted = seen.drop_duplicates("mention_id").set_index("mention_id")["inclusion_probability"]
    share = (seen["mention_id"].value_counts() / n_draws).reindex(wanted.index)
    spread = np.sqrt(wanted * (1 - wanted) / n_draws)
    assert len(wanted) == 35
    assert ((share - wanted).abs() < 4 * spread).all()


def test_the_hash_is_of_the_mentions_and_not_of_their_codes(features: Features) -> None:
    population = find_population(features.mentions, ["core"])
    recoded = features.mentions.assign(polarity="open", speaker="Anna")
    assert hash_population(population) == hash_population(find_population(recoded, ["core"]))
    assert hash_population(population) != hash_population(population.iloc[1:])
    moved = population.assign(begin=population["begin"] + 1)
    assert hash_population(population) != hash_population(moved)


@pytest.mark.parametrize(
    ("design", "said"),
    [
        (Design(20, ("frames",)), r"unknown column 'frames'.*Did you mean 'frame'"),
        (Design(20, (), "optimal"), r"unknown allocation 'optimal'\. Allowed: equal, prop"),
        (Design(20, (), tier="far"), r"unknown tier 'far'\. Allowed: core, core_near"),
        (Design(36), "between 1 and the 35 mentions there are, came 36"),
        (Design(4, ("event", "frame")), "n of at least 5, one for each stratum, came 4"),
    ],
)
def test_wrong_designs_name_the_way_out(features: Features, design: Design, said: str) -> None:
    with pytest.raises(MeasureError, match=said):
        draw_sample(features.mentions, design)
    with pytest.raises(TableError, match="wanted small letters a to z, digits and hyphens"):
        draw_sample(features.mentions, Design(20), name="Meine Stichprobe")
