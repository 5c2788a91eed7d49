"""What stands near a node: by eye in the toy study, and against a slow count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

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


@dataclass
class Counts:
    """What one segment counts near its nodes; keys begin with span, kind of node, node."""

    joint: Counter[tuple[str, ...]] = field(default_factory=Counter)
    in_node: Counter[tuple[str, ...]] = field(default_factory=Counter)
    nodes: Counter[tuple[str, ...]] = field(default_factory=Counter)
    node_tokens: Counter[tuple[str, ...]] = field(default_factory=Counter)
    positions: Counter[tuple[str, ...]] = field(default_factory=Counter)


def count(text: str, tools: Tools, width: int = 5) -> Counts:
    """Count one segment."""
    sentences = tools.annotator.sentences(text)
    mentions = [m for one in sentences for m in find_mentions(one, tools.lexicon, tools.annotator)]
    actors = [a for one in sentences for a in find_actors(one, tools.actors)]
    words = [(t.lemma, t.pos) for one in sentences for t in one.tokens if t.is_word]
    counts = Counts()
    for row in near_rows(sentences, find_nodes(mentions, actors), width, "x:0000"):
        key = (row["span"], row["node_kind"], row["node"])
        counts.nodes[key] += row["n_nodes"]
        counts.node_tokens[key] += len(row["own"])
        counts.positions[key] += len(row["near"])
        counts.joint.update((*key, *words[i]) for i in row["near"])
        counts.in_node.update((*key, *words[i]) for i in row["own"])
    return counts


def near(counts: Counts, *key: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (*of, lemma, _), n in counts.joint.items():
        if tuple(of) == key:
            found[lemma] += n
    return dict(found)


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
    assert of_document(every_word, "nord_3", "Erfolg", "L5R5") == {
        "ein": 1,
        "sein": 2,
        "der": 1,
        "Treffen": 1,
        "schreiben": 1,
    }
    assert of_document(every_word, "nord_3", "Erfolg", "sentence") == {
        "ein": 1,
        "sein": 2,
        "der": 2,
        "Treffen": 1,
        "schreiben": 1,
        "Rat": 1,
    }


def test_actor_in_the_toy_study(toy_features: Features, every_word: pd.DataFrame) -> None:
    """nord_3: *Rat* ends its sentence; the window goes on, the sentence does not."""
    assert of_document(every_word, "nord_3", "Rat", "L5R5") == {
        "der": 4,
        "Treffen": 1,
        "sein": 1,
        "schreiben": 1,
        "Fähre": 1,
        "fahren": 1,
        "nicht": 1,
    }
    table = toy_features.windows.query("doc_id == 'nord_3'").set_index(["span", "node"])
    assert table["n_positions"].to_dict() == {
        ("L5R5", "Ada"): 10,
        ("L5R5", "Bruno"): 10,
        ("L5R5", "Erfolg"): 6,
        ("L5R5", "Rat"): 10,
        ("sentence", "Ada"): 21,
        ("sentence", "Bruno"): 21,
        ("sentence", "Erfolg"): 8,
        ("sentence", "Rat"): 8,
    }
    assert set(table["n_nodes"]) == {1}
    shown = table["words"] == "shown"
    assert shown[shown].index.tolist() == [("sentence", "Ada"), ("sentence", "Bruno")]


def test_overlapping_windows_count_a_position_once(tools: Tools) -> None:
    counts = count("Ada nennt den Deal einen Deal.", tools)
    key = ("L5R5", "frame", "Deal")
    assert near(counts, *key) == {"Ada": 1, "nennen": 1, "der": 1, "ein": 1}
    assert (counts.nodes[key], counts.node_tokens[key], counts.positions[key]) == (2, 2, 4)


def test_a_split_verb_is_one_node_of_two_tokens(tools: Tools) -> None:
    counts = count("Bruno mischt sich heute leider in den Streit ein.", tools, width=1)
    key = ("L1R1", "frame", "Einmischung")
    assert near(counts, *key) == {"Bruno": 1, "sich": 1, "Streit": 1}
    assert (counts.nodes[key], counts.node_tokens[key], counts.positions[key]) == (1, 2, 3)
    assert counts.in_node[*key, "mischen", "VVFIN"] == 1


def test_near_lexemes_are_no_nodes(tools: Tools) -> None:
    assert not count("Ein Abkommen über den Hafen.", tools).nodes
    assert count("Ein Deal über den Hafen.", tools).nodes


def test_marks_are_no_positions(tools: Tools) -> None:
    with_marks = count("Der „große“ (alte) Deal, sagt man, kommt.", tools)
    assert with_marks.joint == count("Der große alte Deal sagt man kommt.", tools).joint


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


@pytest.mark.parametrize("which", ["toy", "committed"])
def test_the_tables_fit_one_another(toy_features: Features, features: Features, which: str) -> None:
    given = toy_features if which == "toy" else features
    keys = ["doc_id", "span", "node_kind", "node"]
    windows = given.windows.set_index(keys)
    sums = given.cooccurrences.groupby(keys)[["n_joint", "n_in_node"]].sum()
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


@pytest.mark.parametrize("which", ["toy", "committed"])
def test_no_word_stands_near_a_node_more_often_than_in_the_document(
    toy_features: Features, features: Features, which: str
) -> None:
    given = toy_features if which == "toy" else features
    doc_id = documents_of_terms(given)
    everywhere = given.terms["n"].groupby([doc_id, given.terms["lemma"], given.terms["pos"]]).sum()
    table = given.cooccurrences
    places = pd.MultiIndex.from_frame(table[["doc_id", "lemma", "pos"]])
    near_or_in = table["n_joint"].fillna(0) + table["n_in_node"]
    assert (everywhere.loc[places].to_numpy() >= near_or_in).all()
