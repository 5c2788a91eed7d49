"""The waist: open tables are read checked, written whole, and hold no running text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.errors import ReleaseError, TableError
from analysis.features import (
    Features,
    content_hash,
    read_features,
    read_manifest,
    read_table,
    table_path,
    write_manifest,
    write_table,
)
from analysis.paths import Layout
from analysis.release import check_release, release_faults
from analysis.schema import TABLES


@pytest.fixture
def folder(toy_layout: Layout, tmp_path: Path) -> Path:
    """A copy of the toy study's open tables."""
    return Path(shutil.copytree(toy_layout.features, tmp_path / "features"))


def release_message(folder: Path) -> str:
    with pytest.raises(ReleaseError) as caught:
        check_release(folder)
    return str(caught.value)


def spoil(folder: Path, name: str, **columns: object) -> None:
    """Write a table with changed columns past every check."""
    frame = pq.read_table(folder / f"{name}.parquet").to_pandas().assign(**columns)
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), folder / f"{name}.parquet")


# ------------------------------------------------------------------ reading


def test_no_open_tables_say_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(TableError) as caught:
        read_features(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: no open table documents.parquet, segments.parquet, terms.parquet, "
        "voices.parquet, mentions.parquet, nodes.parquet, cooccurrences.parquet, "
        "windows.parquet, ngrams.parquet. Restore them with `git checkout data/features`, or rebuild them "
        "from the articles with `gipfel annotate`."
    )


def test_one_missing_table_is_named(folder: Path) -> None:
    (folder / "terms.parquet").unlink()
    with pytest.raises(TableError, match=r"no open table terms\.parquet\. Restore"):
        read_features(folder)


@pytest.mark.parametrize("data", [b"", b"no parquet", b"PAR1" + b"\0" * 20 + b"PAR1"])
def test_a_broken_file_is_named(folder: Path, data: bytes) -> None:
    (folder / "terms.parquet").write_bytes(data)
    with pytest.raises(
        TableError, match=r"terms\.parquet: wanted a Parquet file; .* `git checkout"
    ):
        _ = read_features(folder).terms


def test_a_cut_file_is_named(folder: Path) -> None:
    path = folder / "terms.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(TableError, match=r"terms\.parquet: wanted a Parquet file"):
        _ = read_features(folder).terms


def test_a_damaged_page_is_named(folder: Path) -> None:
    path = folder / "terms.parquet"
    data = bytearray(path.read_bytes())
    data[40:140] = b"\xff" * 100
    path.write_bytes(bytes(data))
    with pytest.raises(TableError, match=r"terms\.parquet"):
        _ = read_features(folder).terms


def test_a_table_of_another_form_is_refused(folder: Path) -> None:
    spoil(folder, "terms", n="many")
    with pytest.raises(TableError, match="column 'n': wanted type int64, came str"):
        _ = read_features(folder).terms


def test_tables_are_read_when_they_are_asked_for(folder: Path) -> None:
    features = read_features(folder)
    (folder / "terms.parquet").write_bytes(b"")
    assert len(features.documents) == 6
    with pytest.raises(TableError):
        _ = features.terms


def test_reading_gives_what_was_written(folder: Path, toy_features: Features) -> None:
    for name in TABLES:
        pd.testing.assert_frame_equal(read_table(name, folder), getattr(toy_features, name))


def test_a_manifest_that_is_missing_or_broken_is_named(folder: Path) -> None:
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(TableError, match=r"manifest\.json: not valid JSON"):
        read_manifest(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(TableError, match=r"manifest\.json: no such file\. Rebuild"):
        _ = read_features(folder).manifest


# ------------------------------------------------------------------ writing


def test_unchanged_content_leaves_the_file_alone(folder: Path, toy_features: Features) -> None:
    path = table_path("terms", folder)
    before = (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes())
    shuffled = toy_features.terms.sample(frac=1, random_state=1)
    assert write_table(shuffled, "terms", folder) is False
    assert (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes()) == before


def test_changed_content_is_written(folder: Path, toy_features: Features) -> None:
    changed = toy_features.terms.assign(n=lambda t: t["n"] + 1)
    assert write_table(changed, "terms", folder) is True
    pd.testing.assert_frame_equal(read_table("terms", folder), changed)


def test_a_broken_file_is_replaced(folder: Path, toy_features: Features) -> None:
    table_path("terms", folder).write_bytes(b"no parquet")
    assert write_table(toy_features.terms, "terms", folder) is True
    pd.testing.assert_frame_equal(read_table("terms", folder), toy_features.terms)


def test_the_same_content_gives_the_same_bytes(
    tmp_path: Path, folder: Path, toy_features: Features
) -> None:
    write_table(toy_features.mentions.iloc[::-1], "mentions", tmp_path / "new")
    written = table_path("mentions", tmp_path / "new").read_bytes()
    assert written == table_path("mentions", folder).read_bytes()


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_killed_run_leaves_the_old_table_whole(
    folder: Path,
    toy_features: Features,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def break_off(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pq.ParquetWriter, "write_table", break_off)
    with pytest.raises(error):
        write_table(toy_features.terms.assign(n=7), "terms", folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_wrong_table_is_not_written(folder: Path, toy_features: Features) -> None:
    before = table_path("segments", folder).read_bytes()
    with pytest.raises(TableError, match="'attic' is not one of"):
        write_table(toy_features.segments.assign(zone="attic"), "segments", folder)
    assert table_path("segments", folder).read_bytes() == before


def test_the_hash_depends_on_content_only(toy_features: Features, folder: Path) -> None:
    frame = toy_features.terms
    known = content_hash(frame)
    assert content_hash(read_table("terms", folder)) == known
    assert content_hash(frame.set_index(frame.index + 5)) == known
    path = table_path("terms", folder)
    pq.write_table(pq.read_table(path), path, compression="none", row_group_size=10)
    assert content_hash(read_table("terms", folder)) == known


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.iloc[::-1],
        lambda t: t.assign(n=t["n"] + (t.index == 0)),
        lambda t: t.rename(columns={"n": "m"}),
        lambda t: t.astype({"n": "int32"}),
        lambda t: t.iloc[:-1],
        lambda t: t.assign(form=t["lemma"], lemma=t["form"]),
    ],
)
def test_the_hash_sees_every_change(toy_features: Features, change: object) -> None:
    assert callable(change)
    assert content_hash(change(toy_features.terms)) != content_hash(toy_features.terms)


def test_the_manifest_describes_every_table(folder: Path, toy_features: Features) -> None:
    write_manifest({"files": {}}, folder)
    manifest = read_manifest(folder)
    assert manifest["made_from"] == {"files": {}}
    for name in TABLES:
        frame = getattr(toy_features, name)
        assert manifest["tables"][name] == {"rows": len(frame), "content": content_hash(frame)}
    assert not list(folder.glob("*.part-*"))
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    assert text == json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


# ------------------------------------------------------------------ release


def test_the_toy_tables_may_be_published(folder: Path) -> None:
    assert check_release(folder) == sorted(TABLES)


def test_the_committed_tables_may_be_published(features: Features) -> None:
    assert check_release(features.folder) == sorted(TABLES)


def test_a_folder_without_tables_has_nothing_to_publish(tmp_path: Path) -> None:
    assert check_release(tmp_path) == []


def test_a_sentence_in_a_word_column_is_refused(folder: Path) -> None:
    frame = pq.read_table(folder / "mentions.parquet").to_pandas()
    frame.loc[0, "surface"] = "Das ist ein Satz"
    pq.write_table(pa.Table.from_pandas(frame), folder / "mentions.parquet")
    assert release_message(folder) == (
        f"{folder}: 1 fault\n"
        "  - mentions.parquet: column 'surface': a cell of more than one word\n"
        "Leave the column out, or shorten what it holds to words."
    )


@pytest.mark.parametrize(
    "space", ["\n", "\t", "\u00a0", "\u2009"], ids=["line", "tab", "fixed", "thin"]
)
def test_any_white_space_parts_words(folder: Path, space: str) -> None:
    spoil(folder, "mentions", surface=f"ein{space}Satz")
    assert "column 'surface': a cell of more than one word" in release_message(folder)


def test_a_long_cell_is_refused(folder: Path) -> None:
    spoil(folder, "mentions", lemma="EinSatzOhneLeerzeichen" * 4)
    assert "column 'lemma': a cell of more than 80 characters" in release_message(folder)


def test_a_title_may_have_spaces_and_not_be_an_article(folder: Path) -> None:
    spoil(folder, "documents", title="Ein Titel " * 20)
    assert check_release(folder)
    spoil(folder, "documents", title="Ein Titel " * 21)
    assert "column 'title': a cell of more than 200 characters" in release_message(folder)


@pytest.mark.parametrize(
    "name", ["token_index", "word_position", "sentence_order", "first_token_id", "word_nr"]
)
def test_a_column_of_word_order_is_refused(folder: Path, name: str) -> None:
    spoil(folder, "terms", **{name: 1})
    assert f"terms.parquet: column {name!r} would give back the order of words" in release_message(
        folder
    )


@pytest.mark.parametrize("name", ["post_order", "position", "n_words", "segment_id"])
def test_columns_that_tell_nothing_of_word_order_pass(name: str) -> None:
    assert release_faults(pd.DataFrame({name: [1]}), "other") == []


def test_an_unknown_text_column_is_judged_as_words(folder: Path) -> None:
    spoil(folder, "segments", note="Hier steht ein Satz")
    assert "column 'note': a cell of more than one word" in release_message(folder)


def test_unsorted_terms_follow_the_text_and_are_refused(
    folder: Path, toy_features: Features
) -> None:
    shuffled = toy_features.terms.sample(frac=1, random_state=3)
    pq.write_table(pa.Table.from_pandas(shuffled, preserve_index=False), folder / "terms.parquet")
    assert "terms.parquet: rows are not sorted by bag_id, form, lemma, pos" in release_message(
        folder
    )


def test_a_table_that_the_schema_does_not_know_is_refused(folder: Path) -> None:
    shutil.copy(folder / "terms.parquet", folder / "words.parquet")
    assert "words.parquet: not a table of the schema" in release_message(folder)


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        ({"bigram": ["a b"] * 2}, "word sequences without a frequency floor of 5"),
        ({"bigram": ["a b", "a b"], "n": [2, 2]}, "without a frequency floor of 5"),
        ({"ngram": ["a b"] * 2, "n": [9, 9], "doc_id": "x"}, "that are not in 2 documents"),
        ({"ngram": ["a b"] * 2, "n": [9, 9], "n_surroundings": 4}, "fewer than 5 surroundings"),
        ({"ngram": ["a b c d e f"] * 2, "n": [5, 5]}, "a sequence of more than 5 words"),
    ],
)
def test_word_sequences_need_a_floor(frame: dict[str, list[object]], fault: str) -> None:
    given = pd.DataFrame({"doc_id": ["x", "y"], **frame})
    assert [fault in said for said in release_faults(given, "other")] == [True]


def test_the_floor_of_documents_needs_to_be_seen() -> None:
    (fault,) = release_faults(pd.DataFrame({"ngram": ["a b"], "n": [9]}), "other")
    assert fault == "column 'ngram': word sequences that are not in 2 documents"


def test_a_rarer_sequence_in_the_table_is_refused(folder: Path, features: Features) -> None:
    frame = features.ngrams.assign(n=1)
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), folder / "ngrams.parquet")
    assert "ngrams.parquet: column 'ngram': word sequences without a frequency floor of 5" in (
        release_message(folder)
    )


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        ({"span": ["L2R2"]}, "column 'span': a window of fewer than 3 words to a side"),
        (
            {"span": ["L5R0"]},
            "column 'span': a window that is not as wide to the left as to the right",
        ),
        ({"span": ["L5R5", "L4R4"]}, "column 'span': windows of more than one width"),
        (
            {"span": ["sentence"], "segment_id": ["a:0001"]},
            "column 'segment_id': what stands near a node is published by document only",
        ),
    ],
)
def test_windows_must_not_tell_the_order_of_words(
    frame: dict[str, list[object]], fault: str
) -> None:
    assert fault in release_faults(pd.DataFrame(frame), "other")


def test_one_wide_window_and_sentences_pass() -> None:
    frame = pd.DataFrame({"doc_id": ["a", "a"], "span": ["L5R5", "sentence"]})
    assert release_faults(frame, "other") == []


def test_frequent_short_sequences_pass() -> None:
    frame = pd.DataFrame({"doc_id": ["x", "y"], "ngram": "der große Hafen", "n": [4, 1]})
    assert release_faults(frame, "other") == []


def test_lists_in_a_cell_are_judged_as_what_they_hold(folder: Path, toy_features: Features) -> None:
    words = ["ein", "ganzer", "Satz"]
    spoil(folder, "terms", context=[words] * len(toy_features.terms))
    assert "column 'context'" in release_message(folder)


def test_categories_do_not_hide_sentences(folder: Path, toy_features: Features) -> None:
    note = pd.Series(["Hier steht ein Satz"] * len(toy_features.segments), dtype="category")
    spoil(folder, "segments", note=note)
    assert "column 'note': a cell of more than one word" in release_message(folder)


def test_bytes_do_not_hide_sentences(folder: Path) -> None:
    spoil(folder, "segments", note=b"Hier steht ein Satz")
    assert "column 'note': a cell of more than one word" in release_message(folder)


def test_a_broken_table_is_not_published(folder: Path) -> None:
    (folder / "terms.parquet").write_bytes(b"no parquet")
    with pytest.raises(TableError, match=r"terms\.parquet: wanted a Parquet file"):
        check_release(folder)


def test_all_faults_stand_in_one_message(folder: Path) -> None:
    spoil(folder, "terms", token_index=1, lemma="zwei Worte")
    spoil(folder, "mentions", surface="zwei Worte")
    assert release_message(folder).startswith(f"{folder}: 3 faults\n")
