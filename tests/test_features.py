"""Open tables are read checked, written whole, and hold no running text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT

from analysis.study.errors import TableError
from analysis.study.paths import Layout
from analysis.tables.features import (
    Features,
    check_content,
    content_hash,
    read_features,
    read_manifest,
    read_table,
    table_path,
    write_manifest,
    write_table,
)
from analysis.tables.schema import TABLES, VERSION


@pytest.fixture
def folder(toy_layout: Layout, tmp_path: Path) -> Path:
    """A copy of the toy study's open tables."""
    return Path(shutil.copytree(toy_layout.features, tmp_path / "features"))


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
        "windows.parquet, ngrams.parquet. Restore them with `git checkout data/features`, or "
        "rebuild them from the articles with `gipfel annotate`."
    )


def test_a_file_that_is_broken_cut_or_damaged_is_named(folder: Path) -> None:
    path = folder / "terms.parquet"
    whole = path.read_bytes()
    said = r"terms\.parquet: wanted a Parquet file; .* `git checkout"
    for data in (b"", b"no parquet", b"PAR1" + b"\0" * 20 + b"PAR1", whole[:-100]):
        path.write_bytes(data)
        with pytest.raises(TableError, match=said):
            _ = read_features(folder).terms
    path.write_bytes(whole[:40] + b"\xff" * 100 + whole[140:])
    with pytest.raises(TableError, match=r"terms\.parquet: wanted"):
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


def test_a_manifest_that_is_missing_or_broken_is_named(folder: Path) -> None:
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(TableError, match=r"manifest\.json: not valid JSON"):
        read_manifest(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(TableError, match=r"manifest\.json: no such file\. Rebuild"):
        _ = read_features(folder).manifest


REBUILD = "Rebuild them with `gipfel annotate`."
UPDATE = "A newer package wrote them: update this one (`git pull`, then `make setup`)."


@pytest.mark.parametrize(
    ("came", "said", "way_out"),
    [({}, "1", REBUILD), (1, "1", REBUILD), ("2", "'2'", REBUILD), (3, "3", UPDATE)],
)
def test_tables_of_another_version_are_refused_before_they_are_read(
    folder: Path, came: object, said: str, way_out: str
) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | {"schema": came}
    if came == {}:
        del manifest["schema"]
    path.write_text(json.dumps(manifest), "utf-8")
    spoil(folder, "terms", rows_of_old="columns that this version does not know")
    message = f"{path}: wanted open tables of version 2 of the schema, came version {said}. "
    for read in (
        lambda: read_features(folder).terms,
        lambda: read_table("terms", folder),
        lambda: check_content("terms", folder),
        lambda: write_table(pd.DataFrame(), "terms", folder),
    ):
        with pytest.raises(TableError) as caught:
            read()
        assert str(caught.value) == message + way_out


def test_the_committed_tables_are_of_this_version() -> None:
    manifest = read_manifest(ROOT / "data" / "features")
    assert manifest["schema"] == VERSION == 2


# ------------------------------------------------------------------ writing


def test_unchanged_content_leaves_the_file_alone(folder: Path, toy_features: Features) -> None:
    path = table_path("terms", folder)
    before = (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes())
    shuffled = toy_features.terms.sample(frac=1, random_state=1)
    assert write_table(shuffled, "terms", folder) is False
    assert (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes()) == before


@pytest.mark.parametrize("lies_there", [None, b"no parquet"])
def test_changed_content_is_written_and_a_broken_file_replaced(
    folder: Path, toy_features: Features, lies_there: bytes | None
) -> None:
    if lies_there:
        table_path("terms", folder).write_bytes(lies_there)
    changed = toy_features.terms.assign(n=lambda t: t["n"] + 1)
    assert write_table(changed, "terms", folder) is True
    pd.testing.assert_frame_equal(read_table("terms", folder), changed)


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
