"""Scores against annotated quotations and hand-coded mentions, on cases counted by hand."""

from __future__ import annotations

import json
import math
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.coding.mention_scores import confusion, score_codes
from analysis.coding.quotes import (
    Quote,
    evaluate_quotes,
    f1,
    pair_quotes,
    quote_errors,
    read_quotes,
    score_pairs,
    score_tokens,
)
from analysis.study.errors import TextError
from analysis.study.paths import find_layout


def quote(first: int, last: int, kind: str = "Indirect", **roles: set[int]) -> Quote:
    return Quote(
        frozenset(range(first, last)), kind, {name: frozenset(ids) for name, ids in roles.items()}
    )


def annotation(text: str, quoted: str, kind: str, speaker: str) -> dict[str, object]:
    """An annotation as the data set writes it, over tokens cut at spaces."""

    def role(words: str) -> dict[str, object]:
        begin = text.index(words) if words else -1
        ids = [
            i
            for i, (first, last) in enumerate(cut(text))
            if words and begin <= first and last <= begin + len(words)
        ]
        return {"text": words, "spans": [], "tokenIds": ids}

    roles = {"quote": quoted, "speaker": speaker, "cue": "", "frame": "", "addressee": ""}
    return {"type": kind, **{name: role(words) for name, words in roles.items()}}


def cut(text: str) -> list[tuple[int, int]]:
    found = []
    begin = 0
    for word in text.split(" "):
        found.append((begin, begin + len(word)))
        begin += len(word) + 1
    return found


def document(text: str, *annotations: dict[str, object]) -> str:
    tokens = [{"charBegin": first, "charEnd": last} for first, last in cut(text)]
    return json.dumps(
        {
            "documentName": "eigen",
            "originalText": text,
            "tokens": tokens,
            "annotations": annotations,
        }
    )


def test_one_found_well_one_half_one_missed_one_made_up() -> None:
    assert f1(frozenset({1, 2, 3}), frozenset({2, 3, 4, 5})) == pytest.approx(4 / 7)
    gold = [quote(0, 4), quote(10, 14), quote(20, 24)]
    predicted = [quote(0, 4), quote(12, 16), quote(30, 34), quote(40, 44)]
    scores = score_pairs(pair_quotes("a", gold, predicted))["quotes"]
    assert scores["precision"] == pytest.approx((1 + 0.5 + 0 + 0) / 4)
    assert scores["recall"] == pytest.approx((1 + 0.5 + 0) / 3)
    p, r = scores["precision"], scores["recall"]
    assert scores["f1"] == pytest.approx(2 * p * r / (p + r))
    assert pair_quotes("a", [], []) == []
    assert score_pairs([])["quotes"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0}


def test_the_pairing_is_the_best_and_not_the_first() -> None:
    """A greedy pairing would take the first pair it meets."""
    gold = [quote(0, 10), quote(8, 12)]
    predicted = [quote(8, 12), quote(0, 8)]
    pairs = pair_quotes("a", gold, predicted)
    assert {(min(p.gold.tokens), min(p.predicted.tokens)) for p in pairs} == {(0, 0), (8, 8)}


spans = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda s: quote(s[0], s[0] + s[1])),
    min_size=1,
    max_size=4,
)


@given(spans, spans)
@example([quote(7, 9), quote(9, 13), quote(10, 14)], [quote(7, 12), quote(10, 16), quote(13, 16)])
def test_the_pairing_maximises_the_sum_of_f1(gold: list[Quote], predicted: list[Quote]) -> None:
    pairs = pair_quotes("a", gold, predicted)
    total = sum(f1(*pair.tokens("quote")) for pair in pairs)
    short, long = sorted((gold, predicted), key=len)
    best = max(
        sum(f1(one.tokens, other.tokens) for one, other in zip(short, chosen, strict=True))
        for chosen in permutations(long, len(short))
    )
    assert total == pytest.approx(best)


@given(spans)
def test_a_perfect_prediction_is_perfect_in_any_order(gold: list[Quote]) -> None:
    scores = score_pairs(pair_quotes("a", gold, gold[::-1]))["quotes"]
    assert scores == {"precision": 1.0, "recall": 1.0, "f1": 1.0}


def test_roles_and_joint() -> None:
    gold = [quote(0, 2, speaker={5, 6}, cue={7})]
    predicted = [quote(0, 2, speaker={6}, frame={8})]
    scores = score_pairs(pair_quotes("a", gold, predicted))
    assert scores["speaker"] == pytest.approx({"precision": 1, "recall": 0.5, "f1": 2 / 3})
    assert scores["roles"]["precision"] == pytest.approx((1 + 0) / 2)
    assert scores["roles"]["recall"] == pytest.approx((0.5 + 0) / 2)
    assert scores["joint"]["precision"] == pytest.approx((1 + 1 + 0) / 3)


def test_types_are_counted_over_all_quotations() -> None:
    gold = [quote(0, 4, "Direct"), quote(10, 14, "Indirect")]
    predicted = [quote(0, 4, "Direct"), quote(10, 14, "Direct"), quote(30, 34, "Direct")]
    scores = score_pairs(pair_quotes("a", gold, predicted))["type"]
    assert (scores["precision"], scores["recall"]) == pytest.approx((1 / 3, 1 / 2))


def test_tokens_by_voice() -> None:
    gold = [quote(0, 4, "Direct"), quote(10, 14, "Indirect"), quote(20, 22, "Reported")]
    predicted = [quote(2, 6, "Direct"), quote(10, 14, "IndirectFreeIndirect")]
    scores = score_tokens([(gold, predicted, 30)])
    assert scores["token_direct"]["f1"] == pytest.approx(0.5)
    assert scores["token_indirect"]["f1"] == 1.0
    assert scores["token_indirect_with_reported"]["recall"] == pytest.approx(4 / 6)
    assert scores["token_narrator"]["precision"] == pytest.approx(20 / 22)


def test_errors_name_the_rule_and_hold_no_words() -> None:
    pairs = pair_quotes("a", [quote(0, 4, "Direct")], [Quote(frozenset({9}), "Indirect", {}, "I5")])
    errors = quote_errors(pairs)
    assert errors["error"].tolist() == ["missed", "spurious"]
    assert errors["rule"].tolist() == ["", "I5"]
    assert list(quote_errors([]).columns) == list(errors.columns)


def test_a_document_from_its_line_to_its_score(tmp_path: Path) -> None:
    text = "Merz sagte , die Lage sei ernst . Sie werde besser ."
    line = document(
        text,
        annotation(text, "die Lage sei ernst", "Indirect", "Merz"),
        annotation(text, "Sie werde besser .", "IndirectFreeIndirect", "Merz"),
    )
    path = tmp_path / "eigen.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    found = evaluate_quotes(path, find_layout())
    assert found.scores["quotes"]["f1"] == 1.0
    assert found.scores["type"]["f1"] == 1.0
    assert found.scores["speaker"]["recall"] == 1.0
    assert found.errors.empty


def test_consecutive_continued_sentences_are_one_quotation(tmp_path: Path) -> None:
    text = "Merz sagte , er gehe bald . Sie werde kommen . Es sei spät ."
    path = tmp_path / "eigen.jsonl"
    path.write_text(document(text), encoding="utf-8")
    (line,) = evaluate_quotes(path, find_layout()).predictions
    found = json.loads(line)["annotations"]
    assert [one["type"] for one in found] == ["Indirect", "IndirectFreeIndirect"]
    assert len(found[1]["quote"]["tokenIds"]) == 8


def test_damaged_lines_and_missing_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "eigen.jsonl"
    path.write_text('{"documentName": "a"}\n', encoding="utf-8")
    with pytest.raises(TextError, match=r"eigen.jsonl, line 1: not an annotated document"):
        read_quotes(path)
    with pytest.raises(TextError, match="no such file"):
        read_quotes(tmp_path / "none.jsonl.gz")


def test_score_codes_by_hand() -> None:
    """Cohen's kappa: observed .75, expected by chance .5."""
    scores = score_codes(["a", "b", "a", "b"], ["a", "b", "a", "a"])
    assert scores["kappa"] == pytest.approx(0.5)
    assert scores["accuracy_low"] < 0.75 < scores["accuracy_high"]
    assert scores["kappa_low"] < 0.5 < scores["kappa_high"] <= 1.0
    assert score_codes(["a", "b"], ["a", "b"])["kappa"] == 1.0
    assert math.isnan(score_codes(["a", "a"], ["a", "a"])["kappa"])
    table = confusion(["a", "a", "b"], ["a", "b", "b"])
    assert table.to_numpy().tolist() == [["a", "a", 1], ["a", "b", 1], ["b", "b", 1]]


def test_scores_do_not_depend_on_the_order_of_documents(tmp_path: Path) -> None:
    texts = ["Merz sagte , er gehe bald .", "Laut Polizei ist es kalt ."]
    lines = [
        document(texts[0], annotation(texts[0], "er gehe bald", "Indirect", "Merz")),
        document(texts[1], annotation(texts[1], "ist es", "Indirect", "Polizei")),
    ]
    path, scores = tmp_path / "eigen.jsonl", []
    for order in (lines, lines[::-1]):
        path.write_text("\n".join(order), encoding="utf-8")
        scores.append(evaluate_quotes(path, find_layout()).scores)
    assert scores[0] == {layer: pytest.approx(values) for layer, values in scores[1].items()}
