"""The attack on what is published: how much of the order of words it finds."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from analysis.tables.features import Features
from benchmarks import attack

ROOT = Path(__file__).resolve().parent.parent


def test_runs_are_counted_where_they_stand_in_the_text() -> None:
    text = [list("abcdefghij"), list("klmno")]
    assert attack.right_runs(list("xabcdey"), text) == (5, 5)
    assert attack.right_runs(list("abcklm"), text) == (0, 0)
    assert attack.right_runs(list("abcdklmno"), text) == (9, 5)
    assert attack.right_runs(list("abcdefghij"), text) == (10, 10)


def test_the_attack_finds_what_it_has_read() -> None:
    """A sentence of the training texts comes out whole: the search can find an order."""
    sentence = "die Fähre fuhr am Abend ohne Licht durch den engen Kanal"
    words = sentence.split()
    model = attack.Bigrams([words] * 5 + [["der", "Hafen", "war", "leer"]] * 5)
    bag = attack.Bag("terms", "x", sorted(words), sorted(words))
    order = [bag.words[i] for i in attack.put_in_order(bag.words, model)]
    assert attack.right_runs(order, [words])[1] >= 8


def test_the_committed_figures_are_those_of_these_tables(features: Features) -> None:
    figures = json.loads(attack.FIGURES.read_text(encoding="utf-8"))
    assert figures["tables"] == attack.tables_hash(features), (
        "data/validation/attack.json was measured on other tables: run "
        "`python -m benchmarks.attack` where the articles are"
    )
    _check(figures["outcomes"])
    said = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for name, one in figures["outcomes"].items():
        row = f"| `{name}` | {one['n_bags']} | {100 * one['share']:.1f} | {one['longest']} |"
        assert row in said, f"data/README.md lacks the row {row}"


def test_the_attack_itself_stays_under_its_bound(shared: Path) -> None:
    """Half a minute: the tables of before and `terms` of today; the command attacks all."""
    from analysis.study.paths import Layout
    from analysis.tables.features import read_features

    layout = Layout(ROOT)
    if not list(layout.raw.glob("*.txt")):
        pytest.skip("needs the articles in data/raw: `gipfel ingest ../shared/corpus`")
    try:
        before = attack.terms_before()
    except subprocess.CalledProcessError:
        pytest.skip(f"needs commit {attack.BEFORE} in the history; this clone is shallow")
    model, texts = attack.Bigrams(attack.other_texts(shared)), attack.articles_in_order(layout)
    bags = {"before": before, "terms": read_features(layout.features).terms}
    found = {
        name: attack.attack(attack.bags_of_words(terms, "terms"), model, texts)
        for name, terms in bags.items()
    }
    _check({name: {"share": one.share, "longest": one.longest} for name, one in found.items()})


def _check(outcomes: dict[str, dict[str, float]]) -> None:
    assert outcomes["before"]["share"] >= attack.LEAST_BEFORE
    for name, one in outcomes.items():
        if name != "before":
            assert one["longest"] < attack.REBUILT
        if name not in ("before", "terms_with_ngrams"):
            assert one["share"] <= attack.MOST_NOW
