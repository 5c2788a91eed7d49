"""The multiverse: planted claims, an independent count, exchanged labels, and what it refuses."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from analysis.measures.multiverse import multiverse
from analysis.measures.specifications import CHOICES, Evidences, list_specifications
from analysis.study.design import Claim, MultiverseDesign
from analysis.study.errors import MeasureError, StudyError
from analysis.study.study import parse_study, read_study
from analysis.tables.features import Features
from analysis.tables.schema import VOICES

EVERY = MultiverseDesign().model_dump()
ONE = {name: options[:1] for name, options in EVERY.items()}


def claim(measure: str, frame: str = "Deal", **fields: object) -> Claim:
    return Claim.model_validate(
        {"id": "c", "label": "c", "measure": measure, "frame": frame, **fields}
    )


def planted(features: Features, per_document: dict[str, int], n_documents: int) -> Features:
    """Give each event documents that are alike, but for how often they mention Deal."""
    documents, segments, mentions = [], [], []
    for event, number in itertools.product(per_document, range(n_documents)):
        doc_id = f"{event}_{number:02d}"
        documents.append({"doc_id": doc_id, "event": event})
        about = {"doc_id": doc_id, "segment_id": doc_id, "zone": "body"}
        weights = {"weight_within": 1.0, "weight_across": 1.0}
        sizes = {f"n_{what}_{v}": 0 for what in ("tokens", "stop_words") for v in VOICES}
        segments.append({**about, **weights, **sizes, "n_tokens_narrator": 500})
        codes = {"tier": "core", "about": "event", "polarity": "affirmed", "voice": "narrator"}
        for frame, n in (("Deal", per_document[event]), ("Erfolg", 2)):
            mentions += [
                {"mention_id": f"{doc_id}{frame}{i}", "frame": frame, **about, **weights, **codes}
                for i in range(n)
            ]
    tables = {"documents": documents, "segments": segments, "mentions": mentions}
    return features.with_tables(**{name: pd.DataFrame(rows) for name, rows in tables.items()})


def test_every_combination_once() -> None:
    settings = list_specifications(EVERY, "rate")
    assert len(settings) == 2**7 * 3
    assert len({tuple(setting.values()) for setting in settings}) == len(settings)
    assert settings[0] == {name: options[0] for name, options in EVERY.items()}
    assert len(list_specifications(EVERY, "share")) == len(settings) / 2


def test_the_defaults_equal_counting_by_hand(features: Features) -> None:
    """Of the summit, Einmischung has 8 of 15 core mentions in Helsinki and none in Alaska."""
    claims = [
        claim("share", "Einmischung", higher_in="helsinki-2018"),
        claim("net_assertion", direction="below"),
        claim("frame_setting", against=0.5),
    ]
    found = multiverse(features, claims, ONE).specifications
    assert found["raw"].tolist() == [8 / 15, -7 / 14, 3 / 14]
    assert found["estimate"].tolist()[1:] == pytest.approx([7 / 14, 3 / 14 - 0.5])
    means = multiverse(features, claims[:1], ONE | {"pooling": ("mean",)}).specifications
    assert means["raw"][0] == pytest.approx((7 / 10 + 1 / 5) / 2)


def test_a_planted_difference_holds_everywhere(toy_features: Features) -> None:
    features = planted(toy_features, {"x": 6, "y": 1}, 6)
    choices = EVERY | {"unit": ("mention",)}
    found = multiverse(features, [claim("share", higher_in="x")], choices)
    row = found.claims.iloc[0]
    assert row["share_same_sign"] == 1
    assert row["status"] == "ok"
    assert row["p_value"] == row["p_floor"] == 1 / 924  # 12 documents, 6 of them
    assert row["n_relabellings"] == 924
    assert row["default"] == pytest.approx(6 / 8 - 1 / 3)


def test_swapping_the_events_flips_the_sign(toy_features: Features) -> None:
    features = planted(toy_features, {"x": 6, "y": 1}, 3)
    few = ONE | {name: EVERY[name] for name in ("unit", "weight", "pooling", "headlines")}
    for measure in ("rate", "share"):
        pair = [
            multiverse(features, [claim(measure, higher_in=event)], few).specifications["raw"]
            for event in ("x", "y")
        ]
        np.testing.assert_allclose(pair[0], -pair[1])


def test_no_difference_is_no_claim(toy_features: Features) -> None:
    features = planted(toy_features, {"x": 3, "y": 3}, 6)
    row = multiverse(features, [claim("rate", higher_in="x")], EVERY).claims.iloc[0]
    assert row["share_same_sign"] == 0
    assert row["p_value"] == 1


def test_the_unit_counts_a_segment_once(toy_features: Features) -> None:
    features = planted(toy_features, {"x": 6, "y": 1}, 2)
    find = Evidences(features).find
    setting = {name: options[0] for name, options in EVERY.items()}
    assert find("rate", "Deal", setting).numerator.tolist() == [6, 6, 1, 1]
    once = find("rate", "Deal", setting | {"unit": "segment"})
    assert once.numerator.tolist() == pytest.approx([1, 1, 1, 1])
    assert once.n_mentions == 14


def test_what_is_left_out_leaves_the_tokens_too(toy_features: Features) -> None:
    features = planted(toy_features, {"x": 6, "y": 1}, 2)
    segments = features.segments.assign(zone=["headline", "body", "body", "body"])
    features = features.with_tables(
        documents=features.documents,
        segments=segments,
        mentions=features.mentions,
    )
    setting = {name: options[0] for name, options in EVERY.items()} | {"headlines": "out"}
    found = Evidences(features).find("rate", "Deal", setting)
    assert found.denominator.tolist() == [0, 0.5, 0.5, 0.5]
    stops = features.with_tables(
        documents=features.documents,
        segments=segments.assign(n_stop_words_narrator=200),
        mentions=features.mentions,
    )
    none = Evidences(stops).find("rate", "Deal", setting | {"stop_words": "out"})
    assert none.denominator.tolist() == [0, 0.3, 0.3, 0.3]


def test_the_choice_that_moves_most(toy_features: Features) -> None:
    features = planted(toy_features, {"x": 6, "y": 1}, 2)
    found = multiverse(features, [claim("share", higher_in="x")], EVERY)
    assert found.claims["most_moving"].tolist() == ["unit"]
    spread = found.choices.groupby("choice")["spread"].first()
    assert spread["unit"] == pytest.approx(6 / 8 - 1 / 3)
    assert spread.drop("unit").abs().max() == pytest.approx(0)
    assert set(spread.index) == set(CHOICES)


def test_random_labels_repeat_by_seed(
    toy_features: Features, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.measures.multiverse.MOST_EXACT", 10)
    features = planted(toy_features, {"x": 6, "y": 1}, 6)
    claims = [claim("share", higher_in="x")]
    first, again = (
        multiverse(features, claims, ONE, n_permutations=99, seed=3).claims for _ in range(2)
    )
    assert first.equals(again)
    assert first["p_floor"].tolist() == [0.01]
    assert first["p_value"][0] <= 0.03


def test_no_mentions_at_all(toy_features: Features) -> None:
    features = planted(toy_features, {"x": 6, "y": 1}, 2)
    tables = {name: getattr(features, name) for name in ("documents", "segments")}
    bare = features.with_tables(**tables, mentions=features.mentions.head(0))
    found = multiverse(bare, [claim("share", higher_in="x")], EVERY)
    assert set(found.specifications["status"]) == {"not_estimable"}
    assert found.claims["n_estimable"].tolist() == [0]
    assert np.isnan(found.claims["share_same_sign"][0])


def test_claims_are_asked_for_one_by_one(toy_features: Features) -> None:
    features = planted(toy_features, {"x": 6, "y": 1}, 2)
    asked = []

    def told() -> Iterator[Claim]:
        for measure in ("share", "rate"):
            asked.append(measure)
            yield claim(measure, higher_in="x")

    assert len(multiverse(features, told(), ONE).claims) == len(asked) == 2


def test_claims_of_the_study_are_checked() -> None:
    table = read_study().model_dump(by_alias=True)
    table["claim"] = [
        {"id": "a", "label": "a", "measure": "share", "frame": "Dael", "higher_in": "alaska"},
        {"id": "a", "label": "a", "measure": "share", "frame": "Deal"},
    ]
    with pytest.raises(StudyError) as caught:
        parse_study(table)
    said = str(caught.value)
    assert "[[claim]] 'a': unknown frame 'Dael'" in said
    assert "unknown event 'alaska'" in said
    assert "'a' stands twice" in said
    table["claim"] = [{**table["claim"][1], "higher_in": "alaska-2025", "against": 0.5}]
    with pytest.raises(StudyError, match="a claim has one of the two"):
        parse_study(table)
    table["claim"] = [{"id": "values", "label": "v", "measure": "share", "frame": "Deal"}]
    with pytest.raises(StudyError, match="are names of tables of 13_multiverse"):
        parse_study(table)


def test_without_headlines_means_without_sub_headings(features: Features) -> None:
    """Counted by hand: without any heading, and with it; tokens as well as mentions."""
    deal = features.mentions.query("frame == 'Deal' and tier == 'core'")
    heading = deal["zone"].isin(["headline", "subheading"])
    evidences = Evidences(features)
    choices = {name: options[0] for name, options in read_study().multiverse.model_dump().items()}
    choices |= {"about": "all"}
    found = [
        evidences.find("rate", "Deal", choices | {"headlines": option}) for option in ("in", "out")
    ]
    assert [each.n_mentions for each in found] == [len(deal), (~heading).sum()]
    in_headings = features.segments["zone"].isin(["headline", "subheading"])
    tokens = features.segments.loc[in_headings, "n_tokens"].sum()
    difference = found[0].denominator.sum() - found[1].denominator.sum()
    assert 1000 * difference == pytest.approx(tokens)


def test_few_documents_levels_and_no_mentions_are_refused(toy_features: Features) -> None:
    features = planted(toy_features, {"x": 6, "y": 1}, 2)
    row = multiverse(features, [claim("share", higher_in="x")], ONE).claims.iloc[0]
    assert np.isnan(row["p_value"])
    assert row["p_floor"] == pytest.approx(1 / 6)
    assert (row["reason_code"], row["reason_values"]) == ("p_floor_too_high", "0.167;0.05")
    found = multiverse(planted(toy_features, {"x": 0, "y": 0}, 2), [claim("net_assertion")], ONE)
    row = found.claims.iloc[0]  # a level has no labels to exchange
    assert (row["status"], row["reason_code"]) == ("not_estimable", "no_events_compared")
    row = found.specifications.iloc[0]
    assert (row["status"], row["reason_code"]) == ("not_estimable", "nothing_to_relate_to")


def test_no_claims_and_unknown_choices(toy_features: Features) -> None:
    with pytest.raises(MeasureError, match=r"declares no \[\[claim\]\]"):
        multiverse(toy_features, [], EVERY)
    with pytest.raises(MeasureError, match=r"unknown choice 'untis'.*Did you mean 'unit'"):
        list_specifications({"untis": ("a",)}, "rate")
