"""Words in a row: from a floor on, which copies of one text do not reach."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.annotation import ngrams
from analysis.annotation.ngrams import count_sequences, ngram_rows, word_runs
from analysis.annotation.tokens import Annotator
from analysis.corpus import duplicates
from analysis.measures.counts import Recipe, count_ngrams, count_terms
from analysis.study.errors import MeasureError
from analysis.tables.features import Features
from analysis.tables.schema import empty_table
from analysis.tables.streams import check_table, coerce_table

Corpus = dict[str, list[list[str]]]


def counted(corpus: Corpus) -> pd.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        sequences = count_sequences(corpus.values(), Path(folder))
        assert not list(Path(folder).iterdir())
    rows = [
        row
        for number, (doc_id, runs) in enumerate(corpus.items())
        for row in ngram_rows(sequences, number, doc_id, runs)
    ]
    frame = pd.DataFrame(rows) if rows else empty_table("ngrams")
    return check_table(coerce_table(frame, "ngrams"), "ngrams")


def slowly(corpus: Corpus) -> dict[tuple[str, str], tuple[int, int]]:
    """Count by dictionaries: (document, n-gram) to occurrences and surroundings."""
    n: Counter[tuple[str, str]] = Counter()
    around: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for doc_id, runs in corpus.items():
        words = ["", *(word for run in runs for word in run), ""]
        at = 1
        for run in runs:
            for first in range(len(run)):
                for end in range(first + 2, min(first + 5, len(run)) + 1):
                    gram = " ".join(run[first:end])
                    n[doc_id, gram] += 1
                    around[gram].add((words[at + first - 1], words[at + end]))
            at += len(run)
    documents = Counter(gram for _, gram in n)
    return {
        (doc_id, gram): (times, len(around[gram]))
        for (doc_id, gram), times in n.items()
        if len(around[gram]) >= 5 and documents[gram] >= 2
    }


def test_marks_and_sentences_part_runs(annotator: Annotator) -> None:
    sentences = annotator.sentences("Der „große“ Hafen ist leer. Ada lacht – Bruno auch.")
    runs = "|".join(" ".join(run) for run in word_runs(sentences))
    assert runs == "der|große|hafen ist leer|ada lacht|bruno auch"


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["d1", "d2", "d3", "d4"]),
        st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), max_size=6),
        max_size=4,
    )
)
def test_ngrams_are_those_of_a_slow_count(corpus: Corpus) -> None:
    found = counted(corpus)
    rows = {(t.doc_id, t.ngram): (t.n, t.n_surroundings) for t in found.itertuples()}
    assert rows == slowly(corpus)
    assert (found["ngram"].str.split().str.len() == found["n_words"]).all()


def test_blocks_and_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    corpus = {
        f"d{i}": [list(rng.choice(list("abcd"), rng.integers(1, 9))) for _ in range(6)]
        for i in range(7)
    }
    whole = counted(corpus)
    assert len(whole) > 50
    for block, chunk in ((10, 7), (25, 1), (1, 40)):
        monkeypatch.setattr(duplicates, "BLOCK", block)
        monkeypatch.setattr(ngrams, "CHUNK", chunk)
        pd.testing.assert_frame_equal(counted(corpus), whole)


def test_copies_of_a_text_are_not_published() -> None:
    """Thirty papers print one report; each copy has its own headline and close."""
    rng = np.random.default_rng(5)
    report = [f"w{i}" for i in rng.permutation(200)]
    corpus = {f"d{i:02d}": [[f"kopf{i}", *report, f"schluss{i}"]] for i in range(30)}
    grams = set(counted(corpus)["ngram"])
    assert len(grams) == 8  # its first and last two to five words, where surroundings vary
    assert all(gram.split()[0] == report[0] or gram.split()[-1] == report[-1] for gram in grams)


def test_a_phrase_of_many_surroundings_is_published() -> None:
    corpus = {f"d{i}": [[f"vor{i}", "am", "alten", "hafen", f"nach{i}"]] for i in range(5)}
    found = counted(corpus)
    assert set(found["ngram"]) == {"am alten", "alten hafen", "am alten hafen"}
    assert set(found["n_surroundings"]) == {5}
    corpus.popitem()
    assert counted(corpus).empty


def test_one_document_is_not_enough() -> None:
    runs = [[f"vor{i}", "am", "hafen", f"nach{i}"] for i in range(9)]
    assert counted({"a": runs, "b": []}).empty
    assert set(counted({"a": runs[:8], "b": runs[8:]})["ngram"]) == {"am hafen"}
    assert counted({}).empty


def test_counts_of_ngrams(features: Features) -> None:
    assert set(features.ngrams["n_words"]) == {2, 3, 4, 5}
    counts = count_ngrams(features, n=3)
    table = features.ngrams.query("n_words == 3")
    assert counts.recipe == Recipe(unit="form", n=3)
    sums = table.groupby("ngram")["n"].sum()
    assert counts.terms.tolist() == sorted(sums.index)
    assert dict(zip(counts.terms, counts.frequencies(), strict=True)) == sums.to_dict()
    assert counts.rows["doc_id"].tolist() == features.documents["doc_id"].tolist()
    assert counts.totals.tolist() == features.documents["n_tokens"].tolist()
    assert counts.group("event").matrix.sum() == table["n"].sum()


def test_no_ngram_is_more_frequent_than_its_words(features: Features) -> None:
    words = count_terms(features, Recipe(unit="form"))
    frequency = dict(zip(words.terms, words.frequencies(), strict=True))
    pairs = count_ngrams(features)
    for gram, n in zip(pairs.terms, pairs.frequencies(), strict=True):
        assert n <= min(frequency[word] for word in gram.split())


def test_a_wrong_length_is_refused(features: Features) -> None:
    with pytest.raises(MeasureError, match=r"wanted n of 2, 3, 4 or 5, came 6"):
        count_ngrams(features, n=6)
    with pytest.raises(MeasureError, match="wanted n of 1, came 2; see count_ngrams"):
        count_terms(features, Recipe(unit="form", n=2))
