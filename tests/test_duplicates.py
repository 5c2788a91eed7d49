"""Repeats: planted copies come back, nothing else does, and the order of segments is no matter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.corpus import duplicates
from analysis.corpus.cleaning import read_boilerplate
from analysis.corpus.duplicates import find_repeats, hash_words
from analysis.corpus.segmentation import segment
from analysis.corpus.sources import read_sources
from analysis.study.errors import TableError
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.features import Features

FRONTS, BACKS = ("Berg", "Tal", "See", "Wald", "Dorf"), ("weg", "hof", "tor")
STEMS, ENDS = ("wander", "sammel", "klett", "feier"), ("n", "te", "nd")
SMALL = ("der", "die", "das", "und", "in", "mit", "am", "ein", "auf", "für", "von", "zu", "ist")
WORDS = [front + back for front in FRONTS for back in BACKS]
WORDS += [*SMALL, *(stem + end for stem in STEMS for end in ENDS)]


def table(segments: dict[str, Sequence[str]]) -> tuple[pd.DataFrame, np.ndarray]:
    """Give segments and hashes as `find_repeats` takes them; ids are ``document:number``."""
    frame = pd.DataFrame(
        {
            "segment_id": list(segments),
            "doc_id": [name.split(":")[0] for name in segments],
            "n_tokens": [len(words) for words in segments.values()],
        }
    )
    return frame, hash_words(word for words in segments.values() for word in words)


def repeats_of(segments: dict[str, Sequence[str]]) -> pd.DataFrame:
    return find_repeats(*table(segments)).set_index("segment_id")


def made_up(n: int, generator: np.random.Generator) -> list[str]:
    return [str(word) for word in generator.choice(WORDS, size=n)]


def edited(words: Sequence[str], generator: np.random.Generator) -> list[str]:
    """Change one word in ten, anywhere."""
    changed = list(words)
    for at in generator.choice(len(words), size=round(len(words) / 10), replace=False):
        changed[at] = f"{changed[at]}x"
    return changed


# ------------------------------------------------------------------ planted copies


@pytest.fixture(scope="module")
def planted() -> tuple[dict[str, list[str]], dict[str, tuple[str, str]]]:
    """Make 1,500 segments of 16 to 80 words, and copies of 300 of them: kind and original."""
    generator = np.random.default_rng(11)
    sizes = generator.integers(16, 81, 1500)
    segments = {f"a{i:04d}:0": made_up(int(n), generator) for i, n in enumerate(sizes)}
    copies = {}
    for i in range(300):
        kind, words = ("exact", "edited", "truncated")[i % 3], segments[f"a{i:04d}:0"]
        segments[f"b{i:04d}:0"] = {
            "exact": list(words),
            "edited": edited(words, generator),
            "truncated": words[: (len(words) + 1) // 2],
        }[kind]
        copies[f"b{i:04d}:0"] = (kind, f"a{i:04d}:0")
    return segments, copies


def test_planted_copies_are_found_and_nothing_else(
    planted: tuple[dict[str, list[str]], dict[str, tuple[str, str]]],
) -> None:
    segments, copies = planted
    group = repeats_of(segments)["repeat_across"]
    for kind in ("exact", "edited", "truncated"):
        found = [
            group[copy] == group[original] != ""
            for copy, (of, original) in copies.items()
            if of == kind
        ]
        assert np.mean(found) >= 0.95, kind
    groups = group[group != ""].groupby(group).groups.values()
    pairs = {pair for names in groups for pair in combinations(sorted(names), 2)}
    true = {(original, copy) for copy, (_, original) in copies.items()}
    assert len(pairs & true) / len(pairs) >= 0.98


def test_a_phrase_found_everywhere_makes_no_group_and_no_square() -> None:
    generator = np.random.default_rng(2)
    phrase = ["alle", "weiteren", "Berichte", "zum", "großen", "Fest"]
    segments = {f"a{i:04d}:0": [*made_up(30, generator), *phrase] for i in range(2000)}
    frame, words = table(segments)
    owner = np.repeat(np.arange(2000), frame["n_tokens"])
    candidates = duplicates.find_candidates(words, owner, np.ones(2000, dtype=bool))
    assert candidates.shape[1] < 2 * duplicates.NEIGHBOURS * 2000
    assert (find_repeats(frame, words)["n_across"] == 1).all()


def test_a_text_in_very_many_documents_is_one_group() -> None:
    words = made_up(40, np.random.default_rng(3))
    repeats = repeats_of({f"a{i:03d}:0": words for i in range(200)})
    assert set(repeats["repeat_across"]) == {"a000:0"}
    assert set(repeats["n_across"]) == {200}


# ------------------------------------------------------------------ groups and weights


def test_groups_within_and_across_and_their_weights() -> None:
    generator = np.random.default_rng(5)
    post, other = made_up(20, generator), made_up(20, generator)
    repeats = repeats_of(
        {"a:0": post, "a:1": other, "a:2": post, "b:0": post, "b:1": made_up(20, generator)}
    )
    assert repeats["repeat_within"].tolist() == ["a:0", "", "a:0", "", ""]
    assert repeats["repeat_across"].tolist() == ["a:0", "", "a:0", "a:0", ""]
    assert repeats["n_across"].tolist() == [3, 1, 3, 3, 1]
    assert repeats["weight_within"].tolist() == [0.5, 1.0, 0.5, 1.0, 1.0]
    assert repeats["weight_across"].tolist() == pytest.approx([1 / 3, 1.0, 1 / 3, 1 / 3, 1.0])
    assert repeats["n_repeated_within"].tolist() == [20, 0, 20, 0, 0]
    assert repeats["n_repeated_across"].tolist() == [20, 0, 20, 20, 0]


def test_repeats_of_repeats_are_one_group() -> None:
    words = made_up(48, np.random.default_rng(6))
    repeats = repeats_of({"a:0": words[:30], "a:1": words, "a:2": words[30:]})
    assert set(repeats["repeat_within"]) == {"a:0"}


def test_only_words_in_a_run_of_eight_count_as_repeated() -> None:
    generator = np.random.default_rng(7)
    run = [f"Wort{i}" for i in range(9)]
    first = [*made_up(15, generator), *run]
    second = [*run, *(f"Rest{i}" for i in range(30))]
    assert repeats_of({"a:0": first, "a:1": second})["n_repeated_within"].tolist() == [9, 9]
    shorter = repeats_of({"a:0": first[:-2], "a:1": second})
    assert shorter["n_repeated_within"].tolist() == [0, 0]


def test_a_segment_under_eight_words_repeats_nothing() -> None:
    assert find_repeats(*table({})).empty
    repeats = repeats_of({"a:0": WORDS[:7], "a:1": WORDS[:7], "a:2": []})
    assert set(repeats["repeat_across"]) == {""}
    assert set(repeats["weight_across"]) == {1.0}


def test_half_of_a_headline_in_common_is_no_repeat() -> None:
    """Eight words of which five stand in a row elsewhere: a turn of phrase, not a copy."""
    rest = [f"Rest{i}" for i in range(20)]
    repeats = repeats_of({"a:0": [*WORDS[:5], "x", "y", "z"], "a:1": [*WORDS[:5], *rest]})
    assert set(repeats["repeat_within"]) == {""}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(WORDS[:3]), max_size=14), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_the_order_of_segments_does_not_matter(texts: list[list[str]], chance: object) -> None:
    segments = {f"{'ab'[i % 2]}:{i}": words for i, words in enumerate(texts)}
    names = list(segments)
    chance.shuffle(names)  # type: ignore[attr-defined]
    turned = repeats_of({name: segments[name] for name in names})
    pd.testing.assert_frame_equal(turned.sort_index(), repeats_of(segments).sort_index())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS[:3]), max_size=14), min_size=1, max_size=8))
def test_weights_sum_to_the_number_of_groups(texts: list[list[str]]) -> None:
    repeats = repeats_of({f"{'ab'[i % 2]}:{i}": words for i, words in enumerate(texts)})
    repeats["doc_id"] = repeats.index.str[0]
    alone = repeats["repeat_across"] == ""
    groups = repeats.loc[~alone, "repeat_across"].nunique() + alone.sum()
    assert repeats["weight_across"].sum() == pytest.approx(groups)
    for _, rows in repeats.groupby("doc_id"):
        alone = rows["repeat_within"] == ""
        groups = rows.loc[~alone, "repeat_within"].nunique() + alone.sum()
        assert rows["weight_within"].sum() == pytest.approx(groups)
    assert (repeats["n_within"] <= repeats["n_across"]).all()


def brute_force(texts: dict[str, Sequence[str]]) -> set[tuple[str, str]]:
    """Compare every segment with every other, by sets of tuples."""

    def shingles(words: Sequence[str], size: int) -> set[tuple[str, ...]]:
        return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}

    pairs = set()
    names = sorted(name for name, words in texts.items() if len(words) >= 8)
    for one, other in combinations(names, 2):
        a, b = texts[one], texts[other]
        shared, short = (len(shingles(a, k) & shingles(b, k)) for k in (8, 3))
        least = min(len(shingles(a, 8)), len(shingles(b, 8)))
        whole = len(shingles(a, 8) | shingles(b, 8))
        triples = short / min(len(shingles(a, 3)), len(shingles(b, 3)))
        common = shingles(a, 5) & shingles(b, 5) and min(len(a), len(b)) >= 12
        if shared / least >= 0.5 or shared / whole >= 0.3 or (common and triples >= 0.5):
            pairs.add((one, other))
    return pairs


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS[:4]), max_size=20), min_size=1, max_size=10))
def test_the_index_finds_what_comparing_all_finds(texts: list[list[str]]) -> None:
    segments = {f"a:{i}": words for i, words in enumerate(texts)}
    frame, words = table(segments)
    owner = np.repeat(np.arange(len(frame)), frame["n_tokens"])
    found = duplicates.repeating_pairs(words, owner, frame["n_tokens"].to_numpy())
    names = frame["segment_id"].to_numpy()
    assert set(zip(names[found[0]], names[found[1]], strict=True)) == brute_force(segments)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.lists(st.sampled_from(WORDS[:6]), max_size=30), min_size=1, max_size=12),
    st.integers(1, 60),
    st.integers(1, 40),
)
def test_blocks_change_nothing(
    monkeypatch: pytest.MonkeyPatch, texts: list[list[str]], block: int, chunk: int
) -> None:
    segments = {f"{'ab'[i % 2]}:{i}": words for i, words in enumerate(texts)}
    whole = repeats_of(segments)
    with monkeypatch.context() as patched:
        patched.setattr(duplicates, "BLOCK", block)
        patched.setattr(duplicates, "CHUNK", chunk)
        patched.setattr(duplicates, "COMPARED", chunk)
        pd.testing.assert_frame_equal(repeats_of(segments), whole)


# ------------------------------------------------------------------ the five articles


def test_repeated_tokens_of_the_study(features: Features) -> None:
    """A good quarter of one ticker stands twice; nothing is repeated across the articles."""
    repeated = features.segments.groupby("doc_id")[["n_repeated_within", "n_repeated_across"]].sum()
    table = features.documents.set_index("doc_id").join(repeated)
    ticker = table[table.index.str.startswith("001_")].iloc[0]
    assert ticker["n_repeated_within"] / ticker["n_tokens"] == pytest.approx(0.277, abs=5e-4)
    assert set(table["n_repeated_across"]) == {0}
    group = features.segments.query("repeat_across != ''").groupby("repeat_across")["doc_id"]
    assert group.nunique().max() == 1


@pytest.mark.shared
def test_a_quarter_of_the_words_of_one_file_is_repeated(shared: Path) -> None:
    r"""Counted as \w+ and related to the whole file: 26 %."""
    layout = Layout(ROOT)
    rules = read_boilerplate(layout.lexicons / "boilerplate.toml")
    source = next(s for s in read_sources(layout, read_study(layout)) if s.id.startswith("001_"))
    text = (shared / "corpus" / f"{source.id}.txt").read_bytes().decode()
    found = segment(text, source, rules).segments
    parts = {f"a:{i:03d}": re.findall(r"\w+", text[s.begin : s.end]) for i, s in enumerate(found)}
    share = repeats_of(parts)["n_repeated_within"].sum() / len(re.findall(r"\w+", text))
    assert share == pytest.approx(0.26, abs=0.005)


# ------------------------------------------------------------------ messages


def test_words_that_do_not_fit_and_segments_that_stand_twice_are_refused() -> None:
    frame, words = table({"a:0": WORDS[:9]})
    with pytest.raises(TableError, match="find_repeats: wanted 9 words, by n_tokens, came 8"):
        find_repeats(frame, words[:-1])
    with pytest.raises(TableError, match="segment_id 'a:0' stands more than once"):
        find_repeats(pd.concat([frame, frame]), np.concatenate([words, words]))
