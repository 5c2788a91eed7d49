"""One choice of mentions for every measure."""

from __future__ import annotations

import itertools

import pytest
from framing_samples import FRAMES

from analysis.measures.frame_table import count_by_unit, totals_of
from analysis.measures.selection import ABOUT, TIERS, Selection, select_mentions, sizes_of
from analysis.study.errors import MeasureError
from analysis.tables.features import Features
from analysis.tables.schema import WEIGHTS

EVERY = [Selection(*chosen) for chosen in itertools.product(TIERS, ABOUT, WEIGHTS)]


def test_the_mentions_of_the_study(features: Features) -> None:
    """By hand: 35 core mentions, of which 3 of Erfolg and 1 of Deal speak of other things."""
    n = {
        (tier, about): len(select_mentions(features.mentions, FRAMES, Selection(tier, about)))
        for tier in TIERS
        for about in ABOUT
    }
    assert n["core", "all"] == 35
    assert n["core", "event"] == 31
    assert n["core_near", "all"] == len(features.mentions)
    summit = select_mentions(features.mentions, ["Erfolg"], Selection(about="event"))
    assert len(summit) == 9


@pytest.mark.parametrize("selection", EVERY, ids=str)
def test_units_add_up(features: Features, selection: Selection) -> None:
    chosen = select_mentions(features.mentions, FRAMES, selection)
    table = count_by_unit(chosen, features.documents, {"frame": FRAMES})
    for column in ("n", "n_raw"):
        sums = table.pivot_table(index="frame", columns="unit", values=column, aggfunc="sum")
        assert sums["document"].tolist() == pytest.approx(sums["pooled"].tolist())
        assert sums["document"].tolist() == pytest.approx(sums["corpus"].tolist())
    assert (table["n"] <= table["n_raw"]).all()
    assert table["n_raw"].sum() == 3 * len(chosen)
    assert str(table["n"].dtype) == ("int64" if selection.weight == "none" else "float64")


def test_weighted_counts_are_the_sum_of_weights(features: Features) -> None:
    """By hand: of the mentions of Einmischung in 000 two stand in a segment said twice."""
    chosen = select_mentions(features.mentions, ["Einmischung"], Selection(weight="within"))
    assert chosen["n"].sum() == 6 + 2 * 0.5
    assert chosen["n_raw"].sum() == 8


def test_totals_relate_to_the_keys_named(features: Features) -> None:
    chosen = select_mentions(features.mentions, FRAMES, Selection())
    table = count_by_unit(chosen, features.documents, {"frame": FRAMES}, units=["corpus"])
    assert totals_of(table, []).tolist() == [35, 35, 35]
    assert totals_of(table, ["frame"]).tolist() == [12, 15, 8]
    none = select_mentions(features.mentions, ["Wetter"], Selection())
    table = count_by_unit(none, features.documents, {"frame": ["Wetter"]})
    assert len(table) == 5 + 2 + 1
    assert set(table["n"]) == {0}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"tier": "all"}, r"Selection: unknown tier 'all'\. Allowed: core, core_near\."),
        ({"about": "evnt"}, r"unknown about 'evnt'\. Allowed: all, event\. Did you mean 'ev"),
        ({"weight": "x"}, r"unknown weight 'x'\. Allowed: across, none, within\."),
    ],
)
def test_unknown_choices_list_the_known_ones(wrong: dict[str, str], message: str) -> None:
    with pytest.raises(MeasureError, match=message):
        Selection(**wrong)  # type: ignore[arg-type]


def test_sizes_follow_the_weight_or_are_refused(features: Features) -> None:
    documents = features.documents
    plain = sizes_of(documents, "n_tokens", Selection())
    within = sizes_of(documents, "n_tokens", Selection(weight="within"))
    assert plain.sum() == documents["n_tokens"].sum()
    assert within.sum() == documents["n_tokens_within"].sum() < plain.sum()
    with pytest.raises(MeasureError, match=r"unknown size 'words'\. Allowed: n_tokens, n_words"):
        sizes_of(documents, "words", Selection())
    with pytest.raises(MeasureError, match="no weight of repeats reaches; came weight 'across'"):
        sizes_of(documents, "n_words_file", Selection(weight="across"))
    for frames in ([], ["Deal", "Deal"]):
        with pytest.raises(MeasureError, match="wanted one frame or more, each once; came"):
            select_mentions(features.mentions, frames, Selection())
