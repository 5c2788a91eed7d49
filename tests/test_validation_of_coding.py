"""The evaluate commands: gold is checked, scores are right, errors are listed."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from typer.testing import CliRunner

from analysis.cli import app as cli
from analysis.coding.mention_scores import COLUMNS, read_gold, score_finding
from analysis.figures.look import look_of
from analysis.figures.plots import plot_quality
from analysis.measures.quality import quality_table
from analysis.study.errors import TableError, TextError
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.evaluations import read_validation

FRAMES = ("Erfolg", "Deal", "Einmischung")
TEXT = "Bruno sagte, es gebe keinen Deal. Die Ware ist ideal. Das war ein Erfolg."


def row(surface: str, *codes: str, doc: str = "a", text: str = TEXT) -> list[str]:
    begin = text.index(surface)
    return [doc, str(begin), str(begin + len(surface)), surface, *codes]


def write(path: Path, *rows: list[str]) -> Path:
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(path, index=False)
    return path


RIGHT = row("Deal", "Deal", "negated", "indirect", "Bruno", "summit")
FRIEND = row("ideal", "none", "", "", "", "")
WRONG = row("Erfolg", "Erfolg", "open", "narrator", "", "summit")


@pytest.fixture
def study(toy: Layout, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.chdir(toy.root)
    (toy.root / "texts").mkdir()
    (toy.root / "texts" / "a.txt").write_text(TEXT, encoding="utf-8")
    shutil.rmtree(toy.validation, ignore_errors=True)
    return toy


SAVED = ("--save", "theirs", "--seen", "unseen", "--coded-by", "people")


def evaluate(*arguments: str):  # type: ignore[no-untyped-def]
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
    assert quality["layer"].tolist() == ["frame", "polarity", "voice", "speaker", "target"]
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


CODES = ("Deal", "open", "narrator", "", "summit")


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (
            [["a", "x", "4", "Deal", "Deel", "maybe", "narrator", "", "summit"]],
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


QUOTED = "Bruno sagte: „Der Hafen ist wieder offen.“"


def document() -> dict[str, object]:
    words, at, tokens = ["Bruno", "sagte", ":", "„", "Der", "Hafen"], 0, []
    for number, word in enumerate([*words, "ist", "wieder", "offen", ".", "“"]):
        begin = QUOTED.index(word, at)
        at = begin + len(word)
        tokens.append({"id": number, "text": word, "charBegin": begin, "charEnd": at})
    empty = {"tokenIds": [], "spans": [], "text": ""}
    annotation = {
        "id": 0,
        "type": "Direct",
        "quote": {**empty, "tokenIds": list(range(3, 11))},
        "speaker": {**empty, "tokenIds": [0]},
        "cue": {**empty, "tokenIds": [1]},
        "frame": {**empty, "tokenIds": [0, 1]},
        "addressee": empty,
    }
    return {
        "documentName": "eins",
        "originalText": QUOTED,
        "tokens": tokens,
        "sentences": [],
        "annotations": [annotation],
    }


def test_quotes_are_scored_and_written_in_the_schema_of_the_data(study: Layout) -> None:
    path = study.root / "q.jsonl"
    path.write_text(json.dumps(document(), ensure_ascii=False) + "\n", encoding="utf-8")
    result = evaluate("quotes", "q.jsonl", "--json", "s.json", "--predictions", "p.jsonl", *SAVED)
    assert result.exit_code == 0, result.exception
    scores = json.loads((study.root / "s.json").read_text())
    assert scores["quotes"]["f1"] > 0.8
    assert scores["speaker"]["f1"] == 1.0
    predicted = json.loads((study.root / "p.jsonl").read_text(encoding="utf-8"))
    assert set(predicted) == set(document())
    (annotation,) = predicted["annotations"]
    assert annotation["type"] == "Direct"
    assert annotation["speaker"]["tokenIds"] == [0]
    assert annotation["quote"]["spans"][0]["charBegin"] == QUOTED.index("„")
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
    from analysis.coding.mention_scores import evaluate_mentions

    gold = read_gold(shared / "gold" / "mentions_dev.csv", FRAMES)
    scores = evaluate_mentions(gold, shared / "corpus", load_tools(ROOT)).scores
    assert scores["frame"]["f1"] == 1.0
    wanted = {"polarity": 0.92, "voice": 0.92, "speaker": 0.85, "target": 0.90}
    assert {layer: scores[layer]["accuracy"] >= least for layer, least in wanted.items()} == (
        dict.fromkeys(wanted, True)
    )


@pytest.mark.shared
def test_quotations_of_others_come_out_as_wanted(shared: Path) -> None:
    """Forty articles of the training part; docs/explanation/coding-quality.md has all."""
    from analysis.coding.quotes import evaluate_quotes

    path = shared / "quotes" / "train.jsonl.gz"
    scores = evaluate_quotes(path, Layout(ROOT), first=40).scores
    assert scores["quotes"]["f1"] >= 0.70
    assert scores["speaker"]["f1"] >= 0.50
    assert scores["token_direct"]["f1"] >= 0.90
    assert scores["token_indirect"]["f1"] >= 0.70
