"""Repeats as a parameter: a planted copy counts once, and without repeats nothing changes."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from toy_articles import replace_article

from analysis.annotation import windows
from analysis.annotation.pipeline import annotate
from analysis.measures.collocation import association, association_difference
from analysis.measures.counts import (
    Recipe,
    TermCounts,
    count_ngrams,
    count_terms,
    describe_documents,
)
from analysis.measures.keyness import keyness
from analysis.measures.neighbours import count_cooccurrences, count_once, count_pairs
from analysis.measures.noise_floor import noise_floor
from analysis.measures.resampling import Resampling
from analysis.study.errors import MeasureError
from analysis.study.paths import Layout
from analysis.tables.features import Features, read_features
from analysis.tables.repeats import find_clusters, first_of_repeats
from analysis.tables.schema import Weight

POST = (
    "Königin Ada nannte den Deal um den Hafen einen Erfolg, und Kanzler Bruno dankte den"
    " Gästen aus Nordstadt für den langen Abend am See."
)
SPANS = ["window", "sentence", "segment"]
SIDES = {"target": "sued-2023", "reference": "nord-2019"}


def with_posts(toy: Layout, posts: dict[str, int]) -> Features:
    """Annotate the toy study with the post added to articles so often."""
    for name, times in posts.items():
        data = (toy.raw / f"{name}.txt").read_bytes()
        replace_article(toy, name, data + f"\n\n{POST}\n".encode() * times)
    annotate(toy)
    return read_features(toy.features)


@pytest.fixture(scope="module")
def planted(toy_layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Features]:
    """Give the study with the post once, three times in one article, and in two articles."""
    given = {"once": {"nord_1": 1}, "within": {"nord_1": 3}, "across": {"nord_1": 2, "nord_3": 2}}
    found = {}
    for name, posts in given.items():
        root = tmp_path_factory.mktemp(name) / "toy"
        shutil.copytree(toy_layout.root, root)
        with pytest.MonkeyPatch.context() as patch:
            # What is told of a copy and of its first is another matter: here all words are.
            patch.setattr(windows, "BAG_FLOOR", 1)
            found[name] = with_posts(Layout(root), posts)
    return found


def counted(features: Features, weight: Weight) -> TermCounts:
    return count_terms(features, Recipe(weight=weight, copies="first"))


def frame(counts: TermCounts) -> pd.DataFrame:
    table = pd.DataFrame(counts.matrix.toarray(), counts.rows["doc_id"], counts.terms)
    return table.assign(_total=counts.totals)


@pytest.mark.parametrize("weight", ["within", "across"])
def test_a_planted_copy_counts_once(planted: dict[str, Features], weight: Any) -> None:
    """In terms, keyness and the noise floor, and as much as all copies weigh together."""
    once, copied = counted(planted["once"], "none"), counted(planted[weight], weight)
    seen = counted(planted[weight], "none")
    assert_frame_equal(frame(copied), frame(once))
    assert copied.matrix.dtype.kind == "i"
    assert seen.totals.sum() > once.totals.sum()
    weighed = count_terms(planted[weight], Recipe(weight=weight)).group("event")
    first = copied.group("event")
    np.testing.assert_allclose(weighed.matrix.toarray(), first.matrix.toarray())
    np.testing.assert_allclose(weighed.totals, first.totals)
    tables = [keyness(counts, **SIDES) for counts in (once, copied, seen)]
    assert_frame_equal(tables[0], tables[1])
    assert not tables[0].equals(tables[2])
    assert_frame_equal(*(noise_floor(counts, min_count=2) for counts in (once, copied)))


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("weight", ["within", "across"])
def test_a_planted_copy_counts_once_in_collocation(
    planted: dict[str, Features], weight: Any, span: Any
) -> None:
    def pairs(features: Features, weight: Weight) -> pd.DataFrame:
        return association(count_pairs(features, span=span, weight=weight))

    def differences(features: Features, weight: Weight) -> pd.DataFrame:
        counts = count_cooccurrences(features, node_kind="actor", span=span, weight=weight)
        return association_difference(counts, **SIDES)

    for table in (pairs, differences):
        once, copied = table(planted["once"], "none"), table(planted[weight], weight)
        assert_frame_equal(once, copied)
        assert not once.equals(table(planted[weight], "none"))


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("weight", ["within", "across"])
def test_without_repeats_all_weights_give_the_same(
    toy_features: Features, weight: Any, span: Any
) -> None:
    assert (toy_features.segments["repeat_across"] == "").all()
    assert_frame_equal(frame(counted(toy_features, weight)), frame(counted(toy_features, "none")))
    pairs = [count_pairs(toy_features, span=span, weight=each) for each in ("none", weight)]
    assert_frame_equal(*pairs)
    assert count_ngrams(toy_features, weight=weight).matrix.shape[0] == len(toy_features.documents)


def test_a_document_of_copies_only_is_no_document(planted: dict[str, Features]) -> None:
    features = planted["across"]
    copied = features.segments["doc_id"] == "nord_3"
    segments = features.segments[~copied | (features.segments["repeat_across"] != "")]
    terms = features.terms[features.terms["bag_id"].isin(segments["bag_id"])]
    only = features.with_tables(segments=segments, terms=terms)
    assert "nord_3" in set(counted(only, "within").rows["doc_id"])
    assert "nord_3" not in set(counted(only, "across").rows["doc_id"])
    documents = count_once(only, "across").documents.set_index("doc_id")
    assert documents.loc["nord_3", "n_tokens"] == 0


def test_a_filter_comes_before_the_choice_of_a_copy(planted: dict[str, Features]) -> None:
    """The copy in nord_1 is filtered out; the one in nord_3 then counts."""
    features = planted["across"]
    segments = features.segments
    moved = segments.assign(
        zone=segments["zone"].mask(
            (segments["repeat_across"] != "") & (segments["doc_id"] == "nord_1"), "caption"
        )
    )
    recipe = Recipe(zones=("body",), weight="across", copies="first")
    counts = count_terms(features.with_tables(segments=moved), recipe)
    assert frame(counts).loc["nord_3", "Abend"] == 1


# ---------------------------------------------------------------- clusters


def test_documents_that_share_a_repeat_are_one_cluster(planted: dict[str, Features]) -> None:
    about = describe_documents(planted["across"]).set_index("doc_id")["repeat_cluster"]
    assert about["nord_3"] == about["nord_1"] == "nord_1"
    assert about.nunique() == len(about) - 1
    alone = describe_documents(planted["within"])
    assert (alone["repeat_cluster"] == alone["doc_id"]).all()


def test_clusters_are_what_is_relabelled_and_split(planted: dict[str, Features]) -> None:
    plan = Resampling(cluster="repeat_cluster")
    counts = counted(planted["across"], "none")
    by_cluster, by_document = noise_floor(counts, resampling=plan), noise_floor(counts)
    units = ["n_documents_target", "n_documents_reference"]
    for kind in ("split", "groups"):
        joined, apart = (
            table.loc[table["comparison"] == kind, units].iloc[0].sum()
            for table in (by_cluster, by_document)
        )
        assert joined == apart - 1
    z = [keyness(counts, **SIDES, resampling=each)["z"] for each in (plan, Resampling())]
    assert not np.allclose(*z)


def test_none_marks_every_segment(planted: dict[str, Features]) -> None:
    segments = planted["across"].segments
    assert first_of_repeats(segments, "none").all()
    assert (~first_of_repeats(segments, "within")).sum() == 2
    assert (~first_of_repeats(segments, "across")).sum() == 3


def test_clusters_are_transitive_in_any_order() -> None:
    segments = pd.DataFrame(
        {"doc_id": list("dccbba"), "repeat_across": ["x", "x", "y", "y", "", ""]}
    )
    for turned in (segments, segments[::-1]):
        assert find_clusters(turned).to_dict() == {"a": "a", "b": "b", "c": "b", "d": "b"}


def test_what_cannot_be_is_refused_with_the_way_out(planted: dict[str, Features]) -> None:
    features = planted["within"]
    with pytest.raises(MeasureError, match=r"unknown weight 'inside'\. Allowed: across, none, wi"):
        count_once(features, "inside")  # type: ignore[arg-type]
    with pytest.raises(MeasureError, match=r"unknown copies 'last'\. Allowed: first, weigh"):
        Recipe(copies="last")  # type: ignore[arg-type]
    with pytest.raises(MeasureError, match=r"n-grams are published by document.*weight='none'"):
        count_ngrams(features, weight="within")
    counts = count_terms(features, Recipe(weight="within"))
    with pytest.raises(MeasureError, match=r"came weights.*copies='first'"):
        keyness(counts, **SIDES)
