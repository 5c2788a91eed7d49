"""Concordances of the made-up study: what is found, what stands around it, what is counted."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, SHARED
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.annotation import pipeline
from analysis.annotation.mentions import find_particles
from analysis.concordance.hits import alphabetic, sample_hits
from analysis.concordance.lines import (
    COLUMNS,
    PASSAGE,
    TYPES,
    concordance_lines,
    count_hits,
    hit_places,
    hits_by_document,
    readable,
)
from analysis.concordance.texts import Texts, open_texts
from analysis.study.errors import MeasureError, QueryError, SourceError
from analysis.study.paths import Layout
from analysis.tables.features import Features
from analysis.tables.schema import VOICES


@pytest.fixture(scope="module")
def texts(toy_layout: Layout) -> Texts:
    return open_texts(toy_layout)


def nodes(lines: pd.DataFrame) -> list[str]:
    return lines["node"].tolist()


def test_forms_lemmas_parts_and_frames_of_a_deal(texts: Texts) -> None:
    assert nodes(concordance_lines("Bahndeal", texts=texts)) == ["Bahndeal", "Bahndeal"]
    assert set(nodes(concordance_lines('[lemma="Deal"]', texts=texts))) == {"Deal"}
    parts = nodes(concordance_lines('[part="deal"]', texts=texts))
    assert {"Hafendeal", "Bahndeal", "Deal"} <= set(parts)
    frames = nodes(concordance_lines('[frame="Deal" & tier="core"]', texts=texts))
    assert {"Dealbreaker", "Hafendeal"} <= set(frames)
    assert nodes(concordance_lines("kein", texts=texts)) == []
    assert nodes(concordance_lines('"kein"%c', texts=texts)) == ["Kein", "Kein", "Kein"]


def test_a_row_of_words(texts: Texts) -> None:
    found = concordance_lines('"kein.*"%c []{0,3} [lemma="Deal"] within s', texts=texts)
    assert sorted(nodes(found)) == ["Kein Deal", "Kein Deal", "keinen Deal"]
    assert set(found["lemma"].str.split().str[-1]) == {"Deal"}


def test_a_split_verb_is_found_with_both_parts_marked(texts: Texts) -> None:
    found = concordance_lines(
        '[lemma="einmischen"]', texts=texts, context="sentence", sort="document"
    )
    assert nodes(found) == ["mischt", "einmischen", "mischte"]
    assert found["particle"].tolist() == ["ein", "", "ein"]
    assert found["gap"].tolist()[0] == " sich in den Streit um den Hafen "
    assert found["lemma"].tolist() == ["einmischen"] * 3
    assert found["begin_2"].notna().tolist() == [True, False, True]
    for row in found.itertuples():
        text = (texts.layout.raw / f"{row.doc_id}.txt").read_text("utf-8")
        assert text[row.begin : row.end] == row.node
        if row.particle:
            assert text[row.begin_2 : row.end_2] == "ein"
    assert nodes(concordance_lines('[lemma="mischen"]', texts=texts)) == ["mischt", "mischte"]


@pytest.mark.parametrize(
    ("text", "verbs"),
    [
        ("Der Rat lehnt den Bau ab und stellt ihn ein.", "ablehnen einstellen"),
        ("Ada kommt heute an, wenn die Fähre fährt.", "ankommen"),
        ("Ada lehnt, wie der Rat schreibt, den Bau ab.", "ablehnen"),
        ("Der Rat lehnt den Bau, sagt Ada, entschieden ab.", "ablehnen"),
        ("Ada rät dem Rat: „Schließ den Handel ab“.", "abschließen"),
        ("Ada sagt, sie lehne den Bau ab.", "ablehnen"),
        ("Die Fähre ist am Abend abgefahren.", ""),
    ],
)
def test_a_particle_belongs_to_one_verb(annotator, text: str, verbs: str) -> None:
    """Split verbs that no frame names, past the verbs of other clauses."""
    (sentence,) = annotator.sentences(text)
    tokens = sentence.tokens
    found = [tokens[p].form + tokens[v].lemma for v, p in sorted(find_particles(sentence).items())]
    assert " ".join(found) == verbs


def test_the_passage_is_what_stands_in_the_file(texts: Texts) -> None:
    lines = concordance_lines('[pos="V.*"]', texts=texts, context="segment")
    assert len(lines) > 30
    for row in lines.itertuples():
        text = re.sub(r"\s+", " ", (texts.layout.raw / f"{row.doc_id}.txt").read_text("utf-8"))
        assert row.left + row.node + row.gap + row.particle + row.right in text
        assert bool(row.particle) == bool(row.gap)


def test_context_by_words_never_leaves_the_segment(texts: Texts) -> None:
    for context, n in ((1, 1), (3, 3), ("narrow", 5)):
        lines = concordance_lines("Tunnel", texts=texts, context=context)
        for side in ("left", "right"):
            assert lines[side].map(lambda text: len(re.findall(r"\w+", text))).max() == n
    whole = concordance_lines("Ende", texts=texts, context=200)
    assert (whole["left"] + whole["node"] + whole["right"]).tolist() == ["Ende des Gipfels"]


def test_context_by_sentence(texts: Texts) -> None:
    lines = concordance_lines("Gäste", {"doc_id": "nord_2"}, texts=texts, context="sentence")
    row = lines[list(PASSAGE)].iloc[-1].to_dict()
    assert row == {"left": "Die ", "node": "Gäste", "gap": "", "particle": "", "right": " sind da."}


def test_lemmas_count_as_in_the_open_table(texts: Texts, toy_features: Features) -> None:
    """A split verb counts under its own lemma, too: these hits are the ones with a particle."""
    terms = toy_features.terms
    bag_of = toy_features.segments.set_index("segment_id")["bag_id"]
    for lemma in ("Tunnel", "Deal", "der", "mischen", "einmischen", "Erfolg"):
        found = concordance_lines(f'[lemma="{lemma}"]', texts=texts, context="narrow")
        own = found[(found["particle"] == "") | (lemma == "mischen")]
        per_bag = terms[terms["lemma"] == lemma].groupby("bag_id")["n"].sum()
        found_in = own["segment_id"].map(bag_of)
        assert found_in.value_counts().to_dict() == per_bag.to_dict(), lemma


def test_every_word_and_voice_counts_as_in_the_open_table(
    texts: Texts, toy_features: Features
) -> None:
    words = concordance_lines(r'".*[\w].*"', texts=texts, context="narrow")
    by_document = hits_by_document(words, toy_features.documents)
    assert by_document["n"].tolist() == toy_features.documents["n_tokens"].tolist()
    assert by_document["per_1000"].tolist() == [1000.0] * 6
    sizes = toy_features.segments[[f"n_tokens_{voice}" for voice in VOICES]].sum()
    voices = {voice: sizes[f"n_tokens_{voice}"] for voice in VOICES}
    counted = count_hits(words, ["voice"])
    assert dict(zip(counted["voice"], counted["n"], strict=True)) == voices


def test_mentions_are_those_of_the_open_table(texts: Texts, toy_features: Features) -> None:
    mentions = toy_features.mentions
    found = concordance_lines('[frame=".*"]', texts=texts)
    assert found["hit_id"].tolist() == mentions["mention_id"].tolist()
    same = ["frame", "tier", "about", "polarity", "voice", "speaker", "zone", "event", "begin_2"]
    for name in same:
        assert found[name].fillna(-1).tolist() == mentions[name].fillna(-1).tolist(), name


def test_order_of_documents_and_context_do_not_change_counts(texts: Texts) -> None:
    query = '[pos="ADJA"]* [pos="NN"]'
    narrow = concordance_lines(query, texts=texts, context=1, sort="5R,node")
    wide = concordance_lines(query, texts=texts, context="segment")
    pd.testing.assert_frame_equal(count_hits(narrow), count_hits(wide))
    assert count_hits(wide)["n"].sum() == len(wide)
    assert count_hits(wide)["share"].sum() == pytest.approx(1)
    parts = [concordance_lines(query, {"event": e.id}, texts=texts) for e in texts.study.events]
    assert sum(map(len, parts)) == len(wide)


def test_filters(texts: Texts) -> None:
    deals = concordance_lines('[frame="Deal"]', texts=texts)
    for name in ("event", "outlet", "zone", "voice", "polarity", "doc_id", "kind"):
        value = deals[name].iloc[0]
        kept = concordance_lines('[frame="Deal"]', {name: value}, texts=texts)
        assert kept["hit_id"].tolist() == deals.loc[deals[name] == value, "hit_id"].tolist()
    both = concordance_lines('[frame="Deal"]', {"polarity": ["negated", "open"]}, texts=texts)
    assert set(both["polarity"]) == {"negated", "open"}
    asked = concordance_lines('[frame="Deal" & polarity!="affirmed"]', texts=texts)
    assert both["hit_id"].tolist() == asked["hit_id"].tolist()


def test_wrong_filters_are_named_all_at_once(texts: Texts) -> None:
    with pytest.raises(MeasureError) as caught:
        concordance_lines("a", {"event": "nord", "polarty": "open", "voice": "direkt"}, texts=texts)
    said = str(caught.value)
    assert "3 faults" in said
    assert "unknown event 'nord'. Allowed: nord-2019, sued-2023." in said
    assert "unknown filter 'polarty'" in said
    assert "Did you mean 'polarity'?" in said
    assert "Did you mean 'direct'?" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"context": "page"}, "unknown context 'page'. Allowed: a number, narrow, segment"),
        ({"context": 0}, "context: wanted 1 to 200 words, came 0"),
        ({"sort": "1L,0R"}, "unknown sort key '0R'. Allowed: 1L, 1R, 2L"),
        ({"sample": 0}, "sample: wanted at least 1, came 0"),
    ],
)
def test_wrong_options(texts: Texts, options: dict, said: str) -> None:
    with pytest.raises(MeasureError, match=re.escape(said)):
        concordance_lines("Tunnel", texts=texts, **options)
    with pytest.raises(QueryError, match="unknown attribute 'lema'"):
        concordance_lines("[lema=a]", texts=texts)


def test_sorting_by_neighbours(texts: Texts) -> None:
    def outer(row: pd.Series, side: str) -> str:
        words = re.findall(r"[\w-]+", row[side])
        return alphabetic((words[-1] if side == "left" else words[0]) if words else "")

    for key, side in (("1L", "left"), ("1R", "right")):
        lines = concordance_lines("Tunnel", texts=texts, sort=key)
        keys = [outer(row, side) for _, row in lines.iterrows()]
        assert keys == sorted(keys)
        assert len(set(keys)) > 3
    nouns = concordance_lines('[pos="NN"]', texts=texts, sort="node,1L")
    assert [alphabetic(node) for node in nodes(nouns)] == sorted(map(alphabetic, nodes(nouns)))
    text_order = concordance_lines('[pos="NN"]', texts=texts)
    assert text_order.equals(concordance_lines('[pos="NN"]', texts=texts, sort="document"))


def test_a_sample_is_even_and_comes_out_again(texts: Texts) -> None:
    every = concordance_lines('[pos="NN"]', texts=texts)
    drawn = concordance_lines('[pos="NN"]', texts=texts, sample=20)
    assert drawn.equals(concordance_lines('[pos="NN"]', texts=texts, sample=20))
    assert set(drawn["hit_id"]) < set(every["hit_id"])
    sizes = drawn["doc_id"].value_counts()
    assert sizes.sum() == 20
    assert sizes.max() - sizes.min() == 1
    of = every["doc_id"].value_counts()
    for doc_id, rows in drawn.groupby("doc_id"):
        assert rows["inclusion"].tolist() == [len(rows) / of[doc_id]] * len(rows)
    assert (concordance_lines("Tunnel", texts=texts, sample=999)["inclusion"] == 1).all()


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(1, 40), st.integers(0, 9))
def test_no_document_gives_less_than_another_unless_it_has_less(
    sizes: list[int], n: int, seed: int
) -> None:
    hits = pd.DataFrame({"doc_id": [f"d{i}" for i, size in enumerate(sizes) for _ in range(size)]})
    hits["doc_id"] = hits["doc_id"].astype("str")
    drawn = sample_hits(hits, n, seed)
    assert len(drawn) == min(n, sum(sizes))
    assert drawn.index.is_monotonic_increasing
    got = np.array([(drawn["doc_id"] == f"d{i}").sum() for i in range(len(sizes))])
    more = got.max()
    assert all(g >= more - 1 or g == size for g, size in zip(got, sizes, strict=True))


def test_same_columns_whatever_is_found(texts: Texts) -> None:
    for query in ("Tunnel", "Zeppelin", '[lemma="einmischen"]'):
        for options in ({}, {"sample": 2}, {"sort": "1L"}, {"context": "segment"}):
            lines = concordance_lines(query, texts=texts, **options)
            assert {name: str(kind) for name, kind in lines.dtypes.items()} == TYPES
            assert tuple(lines.columns) == COLUMNS


def test_places_name_documents_without_hits(texts: Texts, toy_features: Features) -> None:
    documents = toy_features.documents
    places = hit_places(concordance_lines("Ende", texts=texts), documents)
    assert places["doc_id"].tolist() == documents["doc_id"].tolist()
    assert places["place"].notna().sum() == 1
    assert places["place"].dropna().between(0, 1).all()
    with pytest.raises(MeasureError, match="hit_places: the lines are a sample"):
        hit_places(concordance_lines("Tunnel", texts=texts, sample=1), documents)
    with pytest.raises(MeasureError, match="hits_by_document: unknown document 'sued_1'"):
        hits_by_document(concordance_lines("Tunnel", texts=texts), documents.head(2))
    with pytest.raises(MeasureError, match=r"unknown column 'right'. Allowed: about, doc_id"):
        count_hits(concordance_lines("Tunnel", texts=texts), ["right"])


def test_control_characters_reach_no_terminal() -> None:
    assert readable("a\x1b[2Jb\r\n\tc\u202ed\ufffe") == "a[2Jb cd"


def test_without_articles_it_says_how_to_get_them(toy: Layout) -> None:
    shutil.rmtree(toy.raw)
    with pytest.raises(SourceError) as caught:
        open_texts(toy)
    said = str(caught.value)
    assert "concordance: 1 fault\n  - none of the 6 articles lies in data/raw\n" in said
    assert "gipfel ingest FOLDER" in said
    assert not toy.local.exists()


def test_every_missing_or_changed_article_is_named(toy: Layout) -> None:
    (toy.raw / "nord_1.txt").unlink()
    (toy.raw / "sued_1.txt").unlink()
    (toy.raw / "sued_3.txt").write_text("Der Berg ist ein anderer.", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        open_texts(toy)
    assert re.search(r"nord_1: missing, not in data/raw\n.*sued_1: missing", str(caught.value))
    assert "sued_3: changed, wanted sha256 1282c02208" in str(caught.value)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Lists which articles are annotated, batch by batch."""
    asked: list[list[str]] = []
    real = pipeline.annotate_batch

    def count(batch, root: Path) -> int:
        asked.append([source.id for source, _ in batch])
        return real(batch, root)

    monkeypatch.setattr(pipeline, "annotate_batch", count)
    return asked


def test_articles_are_annotated_once_for_tables_and_queries(toy: Layout, counted: list) -> None:
    told = []
    pipeline.annotate(toy)
    first = open_texts(toy, on_documents=lambda done, total: told.append((done, total)))
    pipeline.annotate(toy)
    pd.testing.assert_frame_equal(first.tokens, open_texts(toy).tokens)
    assert len(counted) == 1
    assert told == [(6, 6)]


def test_a_query_annotates_what_is_new_and_drops_what_is_gone(toy: Layout, counted: list) -> None:
    assert "gräbt" in set(open_texts(toy).tokens["form"].cat.categories)
    assert list(toy.local.iterdir()) == [toy.annotated]
    text = toy.sources_file.read_text("utf-8")
    left = text[: text.index('[[source]]\nid = "sued_3"')]
    toy.sources_file.write_text(left.replace('"Nordbote"', '"Nordost"', 1), "utf-8")
    tokens = open_texts(toy).tokens
    assert counted[1:] == [["nord_1"]]
    assert "sued_3" not in set(tokens["doc_id"])
    assert "gräbt" not in set(tokens["form"].cat.categories)
    assert len(list(toy.annotated.glob("*/*"))) == 5


@pytest.fixture(scope="module")
def study_texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    if not (SHARED / "corpus").is_dir():
        pytest.skip("needs ../shared/corpus, the articles in copyright, which is not here")
    layout = Layout(tmp_path_factory.mktemp("study"))
    shutil.copy(ROOT / "study.toml", layout.study_file)
    shutil.copytree(ROOT / "data", layout.root / "data", dirs_exist_ok=True)
    shutil.copytree(SHARED / "corpus", layout.raw, dirs_exist_ok=True)
    return open_texts(layout)


@pytest.mark.shared
def test_deals_of_the_study(study_texts: Texts, features: Features) -> None:
    """The 15 hand-coded mentions: 1, 0, 4, 6, 4 in 000, 004, 001, 002, 003; none affirmed."""
    deals = concordance_lines('[frame="Deal" & tier="core"]', texts=study_texts)
    by_document = hits_by_document(deals, features.documents)
    numbers = dict(zip(by_document["doc_id"].str[:3], by_document["n"], strict=True))
    assert numbers == {"000": 1, "001": 4, "002": 6, "003": 4, "004": 0}
    assert count_hits(deals, ["polarity"])["n"].tolist() == [7, 8]
    parts = concordance_lines('[part="deal"]', texts=study_texts)
    assert parts["hit_id"].tolist() == deals["hit_id"].tolist()
    core = features.mentions.query("frame == 'Deal' and tier == 'core'")
    assert deals["hit_id"].tolist() == core["mention_id"].tolist()


@pytest.mark.shared
def test_interference_of_the_study(study_texts: Texts) -> None:
    verbs = concordance_lines('[lemma="einmischen"]', texts=study_texts)
    parts = concordance_lines('[part="misch"]', texts=study_texts)
    assert verbs["begin"].tolist() == parts["begin"].tolist() == [818, 1954, 5529]
    every = concordance_lines('[frame="Einmischung" & tier="core"]', texts=study_texts)
    assert every["doc_id"].str[:3].value_counts().to_dict() == {"000": 7, "004": 1}
    assert (every["lemma"] == "einmischen").sum() == 3
