"""Counting terms: what is counted, and what counting must not depend on."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.measures.counts import UNITS, Recipe, TermCounts, count_terms
from analysis.study.errors import MeasureError
from analysis.tables.features import Features


def as_table(counts: TermCounts) -> pd.DataFrame:
    """Write counts densely, rows and columns named."""
    key = "bag_id" if "bag_id" in counts.rows else counts.rows.columns[0]
    table = pd.DataFrame(counts.matrix.toarray(), index=counts.rows[key], columns=counts.terms)
    return table.sort_index()


def frequency(counts: TermCounts, term: str, row: str) -> int:
    return int(as_table(counts).loc[row].get(term, 0))


@pytest.mark.parametrize(
    ("recipe", "term", "wanted"),
    [
        (Recipe(), "Hafen", {"nord-2019": 8, "sued-2023": 0}),
        (Recipe(), "Tunnel", {"nord-2019": 0, "sued-2023": 14}),
        (Recipe(), "Deal", {"nord-2019": 1, "sued-2023": 5}),
        (Recipe(unit="head"), "Deal", {"nord-2019": 2, "sued-2023": 7}),
        (Recipe(unit="form"), "hafens", {"nord-2019": 1, "sued-2023": 0}),
        (Recipe(unit="stem"), "haf", {"nord-2019": 8, "sued-2023": 0}),
        (Recipe(unit="lemma_pos"), "Deal/NN", {"nord-2019": 1, "sued-2023": 5}),
        (Recipe(zones=("headline",)), "Deal", {"nord-2019": 0, "sued-2023": 1}),
        (Recipe(kinds=("live_ticker",)), "Hafen", {"nord-2019": 2}),
        (Recipe(pos=("VV",)), "Deal", {"nord-2019": 0, "sued-2023": 0}),
    ],
)
def test_counts_of_the_toy_study(
    small_bags: Features, recipe: Recipe, term: str, wanted: dict[str, int]
) -> None:
    """Counted by eye in tests/toy/data/raw."""
    counts = count_terms(small_bags, recipe).group("event")
    assert {event: frequency(counts, term, event) for event in wanted} == wanted


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("rows", ["document", "bag"])
def test_every_token_is_counted_once(toy_features: Features, unit: str, rows: str) -> None:
    counts = count_terms(toy_features, Recipe(unit=unit, rows=rows))  # type: ignore[arg-type]
    assert counts.matrix.sum() == counts.totals.sum() == toy_features.documents["n_tokens"].sum()
    assert list(counts.terms) == sorted(set(counts.terms))
    sizes = toy_features.documents if rows == "document" else toy_features.segments
    sums = sizes.groupby("doc_id" if rows == "document" else "bag_id")["n_tokens"].sum()
    key = "doc_id" if rows == "document" else "bag_id"
    assert dict(zip(counts.rows[key], counts.totals, strict=True)) == sums.to_dict()


@pytest.mark.parametrize("rows", ["document", "bag"])
@pytest.mark.parametrize("unit", UNITS)
def test_the_order_of_rows_does_not_matter(toy_features: Features, rows: str, unit: str) -> None:
    recipe = Recipe(unit=unit, rows=rows)  # type: ignore[arg-type]
    names = ("documents", "segments", "terms")
    turned = {n: getattr(toy_features, n).sample(frac=1, random_state=5) for n in names}
    shuffled = toy_features.with_tables(**turned)
    pd.testing.assert_frame_equal(
        as_table(count_terms(shuffled, recipe)), as_table(count_terms(toy_features, recipe))
    )


def test_splitting_a_row_of_the_open_table_does_not_matter(toy_features: Features) -> None:
    terms = toy_features.terms
    halves = [terms.assign(n=terms["n"] // 2), terms.assign(n=terms["n"] - terms["n"] // 2)]
    split = toy_features.with_tables(terms=pd.concat(halves).query("n > 0"))
    pd.testing.assert_frame_equal(as_table(count_terms(split)), as_table(count_terms(toy_features)))


def test_merging_the_segments_of_a_document_does_not_matter(toy_features: Features) -> None:
    doc_ids = toy_features.terms["bag_id"].str.split(":").str[0]
    merged = toy_features.with_tables(
        terms=toy_features.terms.assign(bag_id=doc_ids + ":0000"),
        segments=toy_features.segments.query("position == 0").assign(
            bag_id=lambda table: table["segment_id"]
        ),
    )
    pd.testing.assert_frame_equal(
        as_table(count_terms(merged)), as_table(count_terms(toy_features))
    )


@pytest.mark.parametrize("by", ["event", "outlet", "kind"])
def test_grouping_then_counting_equals_counting_then_grouping(
    toy_features: Features, by: str
) -> None:
    counted = count_terms(toy_features).group(by)
    documents = toy_features.documents
    renamed = toy_features.segments.merge(documents[["doc_id", by]], on="doc_id")
    grouped = toy_features.with_tables(
        segments=renamed.assign(doc_id=renamed[by]).drop(columns=by),
        documents=documents.drop_duplicates(by).assign(doc_id=lambda t: t[by]),
    )
    again = count_terms(grouped)
    pd.testing.assert_frame_equal(as_table(again), as_table(counted), check_names=False)
    assert dict(zip(again.rows["doc_id"], again.totals, strict=True)) == dict(
        zip(counted.rows[by], counted.totals, strict=True)
    )


def test_segments_add_up_to_documents_and_documents_to_groups(toy_features: Features) -> None:
    segments = count_terms(toy_features, Recipe(rows="bag"))
    documents = count_terms(toy_features)
    pd.testing.assert_frame_equal(as_table(segments.group("doc_id")), as_table(documents))
    pd.testing.assert_frame_equal(
        as_table(segments.group("event")), as_table(documents.group("event"))
    )


def test_heads_hold_at_least_what_their_lemmas_hold(features: Features) -> None:
    nouns = Recipe(pos=("NN",))
    lemmas = count_terms(features, nouns)
    heads = count_terms(features, replace(nouns, unit="head"))
    by_head = pd.Series(heads.frequencies(), index=heads.terms)
    terms = features.terms.query("pos == 'NN' and lemma == head")
    simple = terms.groupby("lemma")["n"].sum()
    assert len(simple) > 100
    assert (by_head.loc[simple.index] >= simple).all()
    assert len(heads.terms) < len(lemmas.terms)
    assert heads.totals.tolist() == lemmas.totals.tolist()


def test_a_document_without_a_counted_term_stays_as_zeros(small_bags: Features) -> None:
    counts = count_terms(small_bags, Recipe(pos=("NN",), zones=("headline",)))
    assert counts.rows["doc_id"].tolist() == ["nord_1", "sued_1", "sued_3"]
    none = count_terms(small_bags, Recipe(pos=("NONE",)))
    assert none.matrix.shape == (6, 0)
    assert none.totals.tolist() == [0] * 6


def test_totals_are_those_before_trimming(toy_features: Features) -> None:
    counts = count_terms(toy_features)
    rare = counts.trim(min_count=5, min_rows=3)
    dropped = counts.drop(frozenset(["der", "hafen"]))
    assert rare.totals.tolist() == dropped.totals.tolist() == counts.totals.tolist()
    assert 0 < len(rare.terms) < len(counts.terms)
    assert (rare.frequencies() >= 5).all()
    assert (rare.row_frequencies() >= 3).all()
    common = (counts.frequencies() >= 5) & (counts.row_frequencies() >= 3)
    assert list(rare.terms) == list(counts.terms[common])
    assert set(counts.terms) - set(dropped.terms) == {"der", "Hafen"}


def test_occurrence_is_one_where_a_term_stands(toy_features: Features) -> None:
    counts = count_terms(toy_features)
    once = counts.occurrence()
    assert set(once.matrix.data.tolist()) == {1}
    assert once.frequencies().tolist() == counts.row_frequencies().tolist()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"unit": "lema"},
            "count_terms: unknown unit 'lema'. Allowed: form, head, lemma, lemma_pos, stem. "
            "Did you mean 'lemma'?",
        ),
        ({"rows": "docs"}, "count_terms: unknown rows 'docs'. Allowed: bag, document."),
        ({"weight": "groups"}, "count_terms: unknown weight 'groups'. Allowed: across, none, w"),
    ],
)
def test_unknown_settings_list_the_known_ones(settings: dict[str, str], message: str) -> None:
    with pytest.raises(MeasureError, match=f"^{re.escape(message)}"):
        Recipe(**settings)  # type: ignore[arg-type]


# ------------------------------------------------------------------ repeats


@pytest.mark.parametrize("rows", ["document", "bag"])
@pytest.mark.parametrize("weight", ["none", "within", "across"])
def test_weighted_counts_are_tokens_by_the_weight_of_their_segment(
    features: Features, rows: str, weight: str
) -> None:
    counts = count_terms(features, Recipe(rows=rows, weight=weight))  # type: ignore[arg-type]
    column = "n_tokens" if weight == "none" else f"n_tokens_{weight}"
    assert counts.matrix.sum() == pytest.approx(features.documents[column].sum())
    assert counts.group("event").totals.sum() == pytest.approx(features.documents[column].sum())
    assert counts.raw.sum() == features.documents["n_tokens"].sum()
    assert counts.trim(min_rows=3).raw.dtype.kind == "i"


def test_a_repeated_segment_counts_half(small_bags: Features) -> None:
    """Say that the paragraphs of sued_3 repeat one another: their tokens count half."""
    segments = small_bags.segments
    twins = segments["segment_id"].isin(["sued_3:0001", "sued_3:0002"])
    said = segments.assign(weight_within=segments["weight_within"].mask(twins, 0.5))
    counts = count_terms(small_bags.with_tables(segments=said), Recipe(rows="bag", weight="within"))
    by_segment = dict(zip(counts.rows["bag_id"], counts.totals, strict=True))
    for row in segments.itertuples():
        share = 0.5 if row.segment_id in ("sued_3:0001", "sued_3:0002") else 1.0
        assert by_segment[row.segment_id] == share * row.n_tokens


def test_weights_do_not_touch_what_is_not_repeated(toy_features: Features) -> None:
    plain, weighted = (
        count_terms(toy_features, Recipe(weight=weight)) for weight in ("none", "across")
    )
    pd.testing.assert_frame_equal(as_table(plain), as_table(weighted), check_dtype=False)


def test_selecting_and_grouping_keep_rows_with_their_totals(toy_features: Features) -> None:
    counts = count_terms(toy_features)
    chosen = counts.select((counts.rows["event"] == "sued-2023").to_numpy())
    assert chosen.rows["doc_id"].tolist() == ["sued_1", "sued_2", "sued_3"]
    assert chosen.totals.tolist() == counts.totals[3:].tolist()
    assert (chosen.matrix.toarray() == counts.matrix.toarray()[3:]).all()
    grouped = counts.group("event")
    assert grouped.rows.to_dict("list") == {"event": ["nord-2019", "sued-2023"]}


def test_what_does_not_fit_is_refused(toy_features: Features) -> None:
    with pytest.raises(MeasureError, match=r"no bag is left to count in, by Recipe.*'attic'"):
        count_terms(toy_features, Recipe(zones=("attic",)))
    counts = count_terms(toy_features)
    with pytest.raises(MeasureError, match=r"TermCounts: wanted a matrix of \(6, \d+\) and 6 tot"):
        replace(counts, totals=np.array([1]))
    with pytest.raises(MeasureError, match=r"group: unknown column 'evnt'\. Allowed: doc_id, ev"):
        counts.group("evnt")
