"""Annotated articles on disk: a killed run goes on, and nothing stale is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from toy_articles import replace_article

from analysis.annotation import joining, parts, pipeline
from analysis.annotation.annotated import load_tools
from analysis.annotation.parts import BY_ARTICLE, fingerprints, frame_of, read_part, read_parts
from analysis.annotation.pipeline import annotate
from analysis.annotation.rows import annotate_text
from analysis.corpus.sources import Source, read_article, read_sources
from analysis.study.errors import TableError
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.codings import CORRECTION_COLUMNS
from analysis.tables.features import Features, content_hash, read_features
from analysis.tables.schema import TABLES
from analysis.tables.streams import coerce_table

NAMES = ["nord_1", "nord_2", "nord_3", "sued_1", "sued_2", "sued_3"]


def contents(features: Features) -> dict[str, str]:
    return {name: content_hash(getattr(features, name)) for name in TABLES}


def kept(layout: Layout) -> list[Path]:
    return sorted(layout.annotated.glob("*/*"))


@pytest.fixture
def annotated(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Lists which articles are annotated."""
    found: list[str] = []
    real = annotate_text

    def note(text: str, source: Source, tools: object) -> object:
        found.append(source.id)
        return real(text, source, tools)

    monkeypatch.setattr(parts, "annotate_text", note)
    return found


def test_a_killed_run_goes_on_where_it_was(
    toy: Layout, toy_features: Features, annotated: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.make_part

    def killed(source: Source, *rest: object) -> None:
        if source.id == "sued_1":
            raise KeyboardInterrupt
        real(source, *rest)

    monkeypatch.setattr(pipeline, "make_part", killed)
    with pytest.raises(KeyboardInterrupt):
        annotate(toy)
    assert annotated == NAMES[:3]
    assert not toy.features.exists()
    monkeypatch.setattr(pipeline, "make_part", real)
    told: list[tuple[int, int]] = []
    annotate(toy, on_documents=lambda done, n: told.append((done, n)))
    assert annotated == NAMES
    assert told == [(3, 6), (6, 6)]
    assert contents(read_features(toy.features)) == contents(toy_features)


def test_what_is_kept_is_not_annotated_again_unless_forced(
    annotated_toy: Layout, annotated: list[str]
) -> None:
    before = {path: path.read_bytes() for path in kept(annotated_toy)}
    annotate(annotated_toy)
    assert annotated == []
    annotate(annotated_toy, force=True)
    assert annotated == NAMES
    assert {path: path.read_bytes() for path in kept(annotated_toy)} == before


def test_a_changed_article_is_annotated_anew_and_so_is_what_the_list_says_of_another(
    annotated_toy: Layout, annotated: list[str]
) -> None:
    replace_article(annotated_toy, "nord_2", b"Treffen im Norden\n\nEs war ein Erfolg.\n")
    text = annotated_toy.sources_file.read_text(encoding="utf-8")
    note = text.replace('id = "sued_2"', 'id = "sued_2"\nnote = "neu"')
    annotated_toy.sources_file.write_text(note, encoding="utf-8")
    annotate(annotated_toy)
    assert annotated == ["nord_2", "sued_2"]
    assert len(kept(annotated_toy)) == 6, "the parts of before are gone"


def test_a_correction_annotates_its_article_anew(
    annotated_toy: Layout, annotated: list[str]
) -> None:
    mention = read_features(annotated_toy.features).mentions.iloc[0]
    line = f"{mention.doc_id},{mention.begin},{mention.end},{mention.frame},polarity,open,"
    annotated_toy.corrections_file.write_text(
        f"{','.join(CORRECTION_COLUMNS)}\n{line}\n", encoding="utf-8"
    )
    annotate(annotated_toy)
    assert annotated == [mention.doc_id]
    assert read_features(annotated_toy.features).mentions.iloc[0]["polarity_rule"] == "hand"


@pytest.mark.parametrize("change", ["lexicon", "frames", "width", "code"])
def test_what_all_articles_depend_on_annotates_all(
    toy: Layout, change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = read_sources(toy, read_study(toy))
    before = fingerprints(sources, (), toy)
    study = toy.study_file.read_text(encoding="utf-8")
    if change == "lexicon":
        with (toy.lexicons / "speech.toml").open("a", encoding="utf-8") as file:
            file.write("# ein Wort mehr\n")
    elif change == "frames":
        toy.study_file.write_text(study.replace("Misserfolg", "Reinfall"), encoding="utf-8")
    elif change == "width":
        toy.study_file.write_text(f"{study}\n[collocation]\nwidth = 4\n", encoding="utf-8")
    else:
        (tmp_path / "rule.py").write_text("", encoding="utf-8")
        monkeypatch.setattr(parts, "CODE", (*parts.CODE, tmp_path))
    after = fingerprints(sources, (), toy)
    assert all(before[name] != after[name] for name in NAMES)


def test_colours_and_labels_annotate_nothing(toy: Layout) -> None:
    sources = read_sources(toy, read_study(toy))
    before = fingerprints(sources, (), toy)
    study = toy.study_file.read_text(encoding="utf-8")
    changed = re.sub('colour = "#......"', 'colour = "#123456"', study)
    changed = changed.replace("seed = ", "seed = 1")
    assert changed != study
    toy.study_file.write_text(changed, encoding="utf-8")
    assert fingerprints(sources, (), toy) == before


def test_broken_parts_are_made_anew(
    annotated_toy: Layout, annotated: list[str], toy_features: Features
) -> None:
    paths = kept(annotated_toy)
    data = paths[1].read_bytes()
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 1
    for path, spoilt in zip(paths, (data[:-9], flipped, b"", b"no part" * 9), strict=False):
        path.write_bytes(spoilt)
    annotate(annotated_toy)
    assert len(annotated) == 4
    assert contents(read_features(annotated_toy.features)) == contents(toy_features)
    assert len(kept(annotated_toy)) == 6


def test_a_part_that_vanishes_while_tables_are_made_is_named(annotated_toy: Layout) -> None:
    path = kept(annotated_toy)[0]
    path.unlink()
    with pytest.raises(TableError, match=rf"{path.name}: .* Run `gipfel annotate` again"):
        read_parts([path], ["terms"])


def test_a_part_gives_back_the_rows(toy: Layout) -> None:
    (source, *_) = read_sources(toy, read_study(toy))
    rows = annotate_text(read_article(toy.raw / f"{source.id}.txt"), source, load_tools(toy.root))
    path = toy.local / "part.arrow"
    parts.write_part(rows, path)
    part = read_part(path)
    assert part is not None
    for name in BY_ARTICLE:
        found = frame_of(part, name)
        wanted = pd.DataFrame(rows[name]).drop(columns="hashes", errors="ignore")
        assert set(found.columns) == set(wanted.columns)
        assert len(found) == len(rows[name]) > 0
        found, wanted = (coerce_table(frame, name) for frame in (found, wanted))
        pd.testing.assert_frame_equal(found[list(wanted)], wanted, check_dtype=False)
    assert not list(path.parent.glob("*.part-*"))


def test_some_articles_at_a_time_give_the_same_tables(
    toy: Layout, toy_layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "TOGETHER", 2)
    annotate(toy, jobs=2)
    for path in sorted(toy_layout.features.iterdir()):
        assert (toy.features / path.name).read_bytes() == path.read_bytes(), path.name
    assert not [path for path in toy.local.rglob("*") if path.is_file() and path not in kept(toy)]


def test_names_that_begin_alike_are_sorted_as_each_table_is(
    toy: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hyphen and a digit sort before the colon of segment_id, the end of a name before both."""
    text = toy.sources_file.read_text(encoding="utf-8")
    for old, new in (("nord_1", "nord"), ("nord_2", "nord-2"), ("nord_3", "nord3")):
        (toy.raw / f"{old}.txt").rename(toy.raw / f"{new}.txt")
        text = text.replace(f'"{old}"', f'"{new}"')
    toy.sources_file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(joining, "TOGETHER", 1)
    annotate(toy)
    features = read_features(toy.features)
    for name, table in TABLES.items():
        frame = getattr(features, name)
        ordered = frame.sort_values(list(table.sort), kind="stable", ignore_index=True)
        pd.testing.assert_frame_equal(frame, ordered)
    assert list(features.documents["doc_id"][:3]) == ["nord", "nord-2", "nord3"]
    assert features.terms["bag_id"].iloc[0] == "nord-2:0000"
