"""What stands near a node: by eye in the toy study, and against a slow count."""

from __future__ import annotations

from collections import Counter, defaultdict

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.annotation.annotated import Tools, load_tools
from analysis.annotation.mentions import find_mentions
from analysis.annotation.rows import NEAR, TOKENS, annotate_text
from analysis.annotation.speech.actors import find_actors
from analysis.annotation.windows import add_up_tokens, find_nodes, find_spans, near_rows
from analysis.corpus.sources import read_article, read_sources
from analysis.measures.counts import documents_of_terms
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.features import Features


@pytest.fixture(scope="module")
def tools(toy_layout: Layout) -> Tools:
    return load_tools(toy_layout.root)


#: What one segment counts near its nodes; keys begin with span, kind of node, node.
Counts = dict[str, Counter[tuple[str, ...]]]


def count(text: str, tools: Tools, width: int = 5) -> Counts:
    """Count one segment."""
    sentences = tools.annotator.sentences(text)
    mentions = [m for one in sentences for m in find_mentions(one, tools.lexicon, tools.annotator)]
    actors = [a for one in sentences for a in find_actors(one, tools.actors)]
    words = [(t.lemma, t.pos) for one in sentences for t in one.tokens if t.is_word]
    counts: Counts = defaultdict(Counter)
    for row in near_rows(sentences, find_nodes(mentions, actors), width, "x:0000"):
        key = (row["span"], row["node_kind"], row["node"])
        counts["nodes"][key] += row["n_nodes"]
        counts["node_tokens"][key] += len(row["own"])
        counts["positions"][key] += len(row["near"])
        counts["joint"].update((*key, *words[i]) for i in row["near"])
        counts["in_node"].update((*key, *words[i]) for i in row["own"])
    return counts


def near(counts: Counts, *key: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (*of, lemma, _), n in counts["joint"].items():
        if tuple(of) == key:
            found[lemma] += n
    return dict(found)


def sizes(counts: Counts, *key: str) -> list[int]:
    return [counts[what][key] for what in ("nodes", "node_tokens", "positions")]


@pytest.fixture(scope="module")
def every_word(toy_layout: Layout, tools: Tools) -> pd.DataFrame:
    """What stands near the nodes of nord_3, also where too few words do for an open table."""
    (source,) = [
        one for one in read_sources(toy_layout, read_study(toy_layout)) if one.id == "nord_3"
    ]
    rows = annotate_text(read_article(toy_layout.raw / "nord_3.txt"), source, tools)
    once = {"doc_id": "nord_3", "once_within": True, "once_across": True}
    words = pd.DataFrame([row for row in rows[TOKENS] if row["is_word"]]).assign(**once)
    return add_up_tokens(words, pd.DataFrame(rows[NEAR]), None, "cooccurrences")


def of_document(table: pd.DataFrame, doc_id: str, node: str, span: str) -> dict[str, int]:
    chosen = table[(table["doc_id"] == doc_id) & (table["node"] == node) & (table["span"] == span)]
    sums = chosen[chosen["n_joint"] > 0].groupby("lemma")["n_joint"].sum()
    return {str(lemma): int(n) for lemma, n in sums.items()}


def test_frame_in_the_toy_study(every_word: pd.DataFrame) -> None:
    """nord_3: *Misserfolg* is the second word of its paragraph; sentences have nine words."""
    near = {"ein": 1, "sein": 2, "der": 1, "Treffen": 1, "schreiben": 1}
    assert of_document(every_word, "nord_3", "Erfolg", "L5R5") == near
    in_sentence = near | {"der": 2, "Rat": 1}
    assert of_document(every_word, "nord_3", "Erfolg", "sentence") == in_sentence


def test_actor_in_the_toy_study(toy_features: Features, every_word: pd.DataFrame) -> None:
    """nord_3: *Rat* ends its sentence; the window goes on, the sentence does not."""
    once = dict.fromkeys(("Treffen", "sein", "schreiben", "Fähre", "fahren", "nicht"), 1)
    assert of_document(every_word, "nord_3", "Rat", "L5R5") == {"der": 4} | once
    table = toy_features.windows.query("doc_id == 'nord_3'").set_index(["span", "node"])
    positions = table["n_positions"]
    assert positions["L5R5"].to_dict() == {"Ada": 10, "Bruno": 10, "Erfolg": 6, "Rat": 10}
    assert positions["sentence"].to_dict() == {"Ada": 21, "Bruno": 21, "Erfolg": 8, "Rat": 8}
    assert len(positions) == 8
    assert set(table["n_nodes"]) == {1}
    shown = table["words"] == "shown"
    assert shown[shown].index.tolist() == [("sentence", "Ada"), ("sentence", "Bruno")]


def test_overlapping_windows_count_a_position_once(tools: Tools) -> None:
    counts = count("Ada nennt den Deal einen Deal.", tools)
    key = ("L5R5", "frame", "Deal")
    assert near(counts, *key) == {"Ada": 1, "nennen": 1, "der": 1, "ein": 1}
    assert sizes(counts, *key) == [2, 2, 4]


def test_a_split_verb_is_one_node_of_two_tokens(tools: Tools) -> None:
    counts = count("Bruno mischt sich heute leider in den Streit ein.", tools, width=1)
    key = ("L1R1", "frame", "Einmischung")
    assert near(counts, *key) == {"Bruno": 1, "sich": 1, "Streit": 1}
    assert sizes(counts, *key) == [1, 2, 3]
    assert counts["in_node"][*key, "mischen", "VVFIN"] == 1


def test_near_lexemes_are_no_nodes(tools: Tools) -> None:
    assert not count("Ein Abkommen über den Hafen.", tools)["nodes"]
    assert count("Ein Deal über den Hafen.", tools)["nodes"]


def test_marks_are_no_positions(tools: Tools) -> None:
    with_marks = count("Der „große“ (alte) Deal, sagt man, kommt.", tools)
    assert with_marks["joint"] == count("Der große alte Deal sagt man kommt.", tools)["joint"]


@given(st.data())
def test_spans_are_those_of_a_slow_count(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 8), min_size=1, max_size=4))
    sentences = [number for number, size in enumerate(sizes) for _ in range(size)]
    places = st.integers(0, len(sentences) - 1)
    nodes = data.draw(st.frozensets(places, min_size=1, max_size=4))
    width = data.draw(st.integers(1, 6))
    others = [p for p in range(len(sentences)) if p not in nodes]
    assert find_spans(nodes, sentences, width) == {
        f"L{width}R{width}": {p for p in others if min(abs(p - q) for q in nodes) <= width},
        "sentence": {p for p in others if any(sentences[p] == sentences[q] for q in nodes)},
    }


@pytest.mark.parametrize("which", ["toy_features", "features"])
def test_the_tables_fit_one_another(request: pytest.FixtureRequest, which: str) -> None:
    given: Features = request.getfixturevalue(which)
    keys = ["doc_id", "span", "node_kind", "node"]
    windows = given.windows.set_index(keys)
    table = given.cooccurrences
    sums = table.groupby(keys)[["n_joint", "n_in_node"]].sum()
    shown = windows["words"] == "shown"
    assert (sums.loc[~shown, "n_joint"] == 0).all()
    assert windows.loc[shown, "n_positions"].to_dict() == sums.loc[shown, "n_joint"].to_dict()
    assert windows["n_node_tokens"].to_dict() == sums["n_in_node"].to_dict()
    doc_id = given.nodes["segment_id"].map(given.segments.set_index("segment_id")["doc_id"])
    named = given.nodes.assign(doc_id=doc_id).groupby(["doc_id", "node_kind", "node"])
    for span in ("L5R5", "sentence"):
        of_span = windows.xs(span, level="span")
        for column in ("n_nodes", "n_node_tokens"):
            assert of_span[column].to_dict() == named[column].sum().to_dict()
    core = given.mentions[given.mentions["tier"] == "core"].groupby(["doc_id", "frame"]).size()
    frames = windows.xs("L5R5", level="span").xs("frame", level="node_kind")
    assert frames["n_nodes"].to_dict() == core.to_dict()
    # No word stands near a node more often than in the document.
    words = given.terms.assign(doc_id=documents_of_terms(given)).groupby(["doc_id", "lemma", "pos"])
    places = pd.MultiIndex.from_frame(table[["doc_id", "lemma", "pos"]])
    near_or_in = table["n_joint"].fillna(0) + table["n_in_node"]
    assert (words["n"].sum().loc[places].to_numpy() >= near_or_in).all()
