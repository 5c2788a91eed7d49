"""Scores of the coding on cases counted by hand; `gipfel evaluate` checks, scores and lists."""

from __future__ import annotations

import json
import math
import re
import shutil
from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from analysis.cli import app as cli
from analysis.coding.agreement import quality_table
from analysis.coding.mention_scores import (
    COLUMNS,
    confusion,
    evaluate_mentions,
    read_gold,
    score_codes,
    score_finding,
)
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
from analysis.figures.layout import look_of
from analysis.figures.plots import plot_quality
from analysis.study.errors import TableError, TextError
from analysis.study.paths import Layout, find_layout
from analysis.study.study import read_study
from analysis.tables.codings import read_validation


def quote(first: int, last: int, kind: str = "Indirect", **roles: set[int]) -> Quote:
    named = {name: frozenset(ids) for name, ids in roles.items()}
    return Quote(frozenset(range(first, last)), kind, named)


def cut(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r"\w+|[^\w\s]", text)]


def annotation(text: str, quoted: str, kind: str, speaker: str) -> dict[str, object]:
    """An annotation as the data set writes it."""

    def role(words: str) -> dict[str, object]:
        begin = text.index(words) if words else len(text)
        ids = [
            i
            for i, (first, last) in enumerate(cut(text))
            if begin <= first and last <= begin + len(words)
        ]
        return {"text": words, "spans": [], "tokenIds": ids}

    roles = {"quote": quoted, "speaker": speaker, "cue": "", "frame": "", "addressee": ""}
    return {"type": kind, **{name: role(words) for name, words in roles.items()}}


def document(text: str, *annotations: dict[str, object]) -> str:
    table = {
        "documentName": "eigen",
        "originalText": text,
        "tokens": [{"charBegin": first, "charEnd": last} for first, last in cut(text)],
        "annotations": annotations,
    }
    return json.dumps(table, ensure_ascii=False)


# ---------------------------------------------------------------- quotations


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


spans = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda s: quote(s[0], s[0] + s[1])),
    min_size=1,
    max_size=4,
)


@given(spans, spans)
@example([quote(0, 10), quote(8, 12)], [quote(8, 12), quote(0, 8)])  # not the first pair it meets
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


def test_damaged_lines_and_missing_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "eigen.jsonl"
    path.write_text('{"documentName": "a"}\n', encoding="utf-8")
    with pytest.raises(TextError, match=r"eigen.jsonl, line 1: not an annotated document"):
        read_quotes(path)
    with pytest.raises(TextError, match="no such file"):
        read_quotes(tmp_path / "none.jsonl.gz")


# ---------------------------------------------------------------- mentions, and the commands


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


FRAMES = ("Erfolg", "Deal", "Einmischung")
TEXT = "Bruno sagte, es gebe keinen Deal. Die Ware ist ideal. Das war ein Erfolg."


def row(surface: str, *codes: str, doc: str = "a", text: str = TEXT) -> list[str]:
    begin = text.index(surface)
    return [doc, str(begin), str(begin + len(surface)), surface, *codes]


def write(path: Path, *rows: list[str]) -> Path:
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(path, index=False)
    return path


RIGHT = row("Deal", "Deal", "negated", "indirect", "Bruno", "event")
FRIEND = row("ideal", "none", "", "", "", "")
WRONG = row("Erfolg", "Erfolg", "open", "narrator", "", "event")


@pytest.fixture
def study(toy: Layout, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.chdir(toy.root)
    (toy.root / "texts").mkdir()
    (toy.root / "texts" / "a.txt").write_text(TEXT, encoding="utf-8")
    shutil.rmtree(toy.validation, ignore_errors=True)
    return toy


SAVED = ("--save", "theirs", "--seen", "unseen", "--coded-by", "people")


def evaluate(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["evaluate", *arguments])


def test_scores_errors_and_saved_numbers(study: Layout) -> None:
    gold = write(study.root / "gold.csv", RIGHT, FRIEND, WRONG)
    result = evaluate(
        *("mentions", str(gold), "--texts", "texts", "--json", "s.json"),
        *("--errors", "e.csv", "--save", "ours", "--seen", "read", "--coded-by", "people"),
    )
    assert result.exit_code == 0, result.exception
    scores = json.loads((study.root / "s.json").read_text())
    assert (scores["frame"]["precision"], scores["frame"]["recall"]) == (1.0, 1.0)
    assert scores["polarity"]["accuracy"] == 0.5
    assert scores["voice"]["accuracy"] == scores["speaker"]["accuracy"] == 1.0
    assert scores["polarity"]["floor"] == 0.5
    errors = pd.read_csv(study.root / "e.csv")
    assert errors[["layer", "gold", "predicted"]].to_numpy().tolist() == [
        ["polarity", "open", "affirmed"]
    ]
    saved = read_validation("scores", study.validation)
    quality = quality_table(saved)
    assert quality["layer"].tolist() == ["frame", "polarity", "voice", "speaker", "about"]
    assert quality.loc[1, ["set", "tier", "seen", "coded_by", "n"]].tolist() == [
        *("ours", "core", "read", "people", 2.0)
    ]
    confusion = read_validation("confusion", study.validation)
    assert confusion.query("layer == 'polarity'")["n"].sum() == 2


def test_a_missed_and_a_false_mention_count() -> None:
    wanted = {("a", 0): "Deal", ("a", 9): "Deal", ("b", 3): "Erfolg"}
    found = {("a", 0): "Deal", ("a", 9): "Erfolg", ("b", 7): "Erfolg"}
    scores = score_finding(wanted, found)
    assert scores["precision"] == scores["recall"] == scores["f1"] == pytest.approx(1 / 3)


CODES = ("Deal", "open", "narrator", "", "event")


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (
            [["a", "x", "4", "Deal", "Deel", "maybe", "narrator", "", "event"]],
            [
                "line 2, column 'frame': unknown label 'Deel'",
                "line 2, column 'polarity': unknown label 'maybe'",
                "line 2, column 'begin': wanted a whole number, came 'x'",
            ],
        ),
        (
            [["a", "0", "5", "abcde", *CODES], ["a", "4", "9", "efghi", *CODES]],
            ["a: rows at 0 and 4 overlap"],
        ),
    ],
)
def test_faults_of_gold_are_named(rows: list[list[str]], wanted: list[str], tmp_path: Path) -> None:
    with pytest.raises(TableError) as caught:
        read_gold(write(tmp_path / "g.csv", *rows), FRAMES)
    assert [said for said in wanted if said not in str(caught.value)] == []


def test_gold_that_does_not_fit_the_text_is_refused(study: Layout) -> None:
    moved = [*WRONG]
    moved[1:3] = ["0", "6"]
    result = evaluate("mentions", str(write(study.root / "g.csv", moved)), "--texts", "texts")
    assert isinstance(result.exception, TextError)
    assert "wanted 'Erfolg', the text has 'Bruno '" in str(result.exception)


def test_quotes_are_scored_and_written_in_the_schema_of_the_data(study: Layout) -> None:
    text = "Bruno sagte: „Der Hafen ist wieder offen.“"
    line = document(text, annotation(text, text[text.index("„") :], "Direct", "Bruno"))
    (study.root / "q.jsonl").write_text(line, encoding="utf-8")
    result = evaluate("quotes", "q.jsonl", "--json", "s.json", "--predictions", "p.jsonl", *SAVED)
    assert result.exit_code == 0, result.exception
    scores = json.loads((study.root / "s.json").read_text())
    assert scores["quotes"]["f1"] > 0.8
    assert scores["speaker"]["f1"] == 1.0
    predicted = json.loads((study.root / "p.jsonl").read_text(encoding="utf-8"))
    assert set(predicted) == set(json.loads(line))
    (found,) = predicted["annotations"]
    assert found["type"] == "Direct"
    assert found["speaker"]["tokenIds"] == [0]
    assert found["quote"]["spans"][0]["charBegin"] == text.index("„")
    saved = read_validation("scores", study.validation)
    assert saved[["set", "source", "seen", "n"]].drop_duplicates().to_numpy().tolist() == [
        ["theirs", "quotes", "unseen", 1.0]
    ]


def test_numbers_are_not_kept_without_saying_what_was_known(study: Layout) -> None:
    gold = write(study.root / "gold.csv", RIGHT)
    result = evaluate("mentions", str(gold), "--texts", "texts", "--save", "ours")
    assert "--save ours needs --seen, so that nobody takes what was read before" in str(
        result.exception
    )
    options = ("--save", "ours", "--seen", "maybe", "--coded-by", "people")
    result = evaluate("mentions", str(gold), "--texts", "texts", *options)
    assert "unknown seen 'maybe'. Allowed: read, scored, unseen" in str(result.exception)


def test_unseen_text_comes_first_and_every_row_says_its_n_and_who_coded() -> None:
    quality = quality_table(read_validation("scores", ROOT / "data" / "validation"))
    assert quality["seen"].drop_duplicates().tolist() == ["unseen", "scored", "read"]
    unseen = quality.query("layer == 'polarity' and set == 'other_outlets_core'").iloc[0]
    assert (unseen["value"], unseen["n"], unseen["kappa"]) == (0.82, 301, 0.68)
    assert (round(unseen["low"], 2), round(unseen["high"], 2)) == (0.77, 0.86)
    drawn = plot_quality(quality, look_of(read_study(Layout(ROOT)), language="en"))
    titles = [axes.get_title(loc="left") for axes in drawn.axes]
    assert titles[0] == "Unseen text\nFrame mentions (core)\nsecond coding (language model)"
    assert titles[-1].startswith("Read while rules were written\nFrame mentions (near words)")
    rows = [tick.get_text() for axes in drawn.axes for tick in axes.get_yticklabels()]
    assert all(re.search(r"n\s=\s\d|n not\snoted", row) for row in rows)


@pytest.mark.shared
def test_the_coded_mentions_come_out_as_wanted(shared: Path) -> None:
    from analysis.annotation.annotated import load_tools

    gold = read_gold(shared / "gold" / "mentions_dev.csv", FRAMES)
    scores = evaluate_mentions(gold, shared / "corpus", load_tools(ROOT)).scores
    assert scores["frame"]["f1"] == 1.0
    wanted = {"polarity": 0.92, "voice": 0.92, "speaker": 0.85, "about": 0.90}
    assert {layer: scores[layer]["accuracy"] >= least for layer, least in wanted.items()} == (
        dict.fromkeys(wanted, True)
    )


@pytest.mark.shared
def test_quotations_of_others_come_out_as_wanted(shared: Path) -> None:
    """Forty articles of the training part; docs/explanation/coding-quality.md has all."""
    path = shared / "quotes" / "train.jsonl.gz"
    scores = evaluate_quotes(path, Layout(ROOT), first=40).scores
    assert scores["quotes"]["f1"] >= 0.70
    assert scores["speaker"]["f1"] >= 0.50
    assert scores["token_direct"]["f1"] >= 0.90
    assert scores["token_indirect"]["f1"] >= 0.70
