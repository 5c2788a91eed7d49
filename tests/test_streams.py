"""Open tables in batches: the same file and the same hash however rows are cut."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.study.errors import TableError
from analysis.tables import streams
from analysis.tables.features import Features, content_hash, read_table, write_manifest
from analysis.tables.schema import TABLES, empty_table
from analysis.tables.streams import describe_table, hash_frames, write_rows


def cut(frame: pd.DataFrame, *places: int) -> Iterator[pd.DataFrame]:
    ends = [0, *sorted(places), len(frame)]
    return (frame.iloc[a:b].reset_index(drop=True) for a, b in pairwise(ends))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(max_size=5),
            st.none() | st.integers(-9, 9),
            st.floats(allow_infinity=False),
            st.none() | st.datetimes(pd.Timestamp(1990, 1, 1), pd.Timestamp(2030, 1, 1)),
        ),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.integers(0, 12), max_size=4),
)
def test_the_hash_of_batches_is_that_of_the_whole(
    rows: list[tuple[object, ...]], places: list[int]
) -> None:
    types = {"text": "str", "n": "Int64", "share": "float64", "at": "datetime64[us]"}
    frame = pd.DataFrame(rows, columns=list(types)).astype(types)
    batches = cut(frame, *(min(place, len(frame)) for place in places))
    assert hash_frames(batches) == (len(frame), content_hash(frame))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_manifest_describes_what_reading_gives(
    name: str, toy_features: Features, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = getattr(toy_features, name)
    monkeypatch.setattr(streams, "ROWS", 7)
    write_rows(cut(frame, len(frame) // 2), name, tmp_path / "t.parquet")
    described = describe_table(tmp_path / "t.parquet", name)
    assert described == (len(frame), content_hash(frame))
    (tmp_path / "t.parquet").rename(tmp_path / f"{name}.parquet")
    write_manifest({}, tmp_path, [name])
    pd.testing.assert_frame_equal(read_table(name, tmp_path), frame)


@pytest.mark.parametrize("rows", [5, 64, 1 << 17])
def test_the_file_does_not_depend_on_batches(
    toy_features: Features, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(streams, "ROWS", rows)
    frame = toy_features.segments
    places = np.random.default_rng(1).integers(0, len(frame), 4)
    for number, batches in enumerate(
        ([frame], cut(frame, *places), cut(frame, *range(len(frame))))
    ):
        write_rows(batches, "segments", tmp_path / f"{number}.parquet")
    first, second, third = ((tmp_path / f"{n}.parquet").read_bytes() for n in range(3))
    assert first == second == third
    groups = pq.ParquetFile(tmp_path / "0.parquet").metadata.num_row_groups
    assert groups == -(-len(frame) // rows)


def test_a_table_without_rows_is_a_file(tmp_path: Path) -> None:
    assert write_rows([], "terms", tmp_path / "terms.parquet")
    write_manifest({}, tmp_path, ["terms"])
    pd.testing.assert_frame_equal(read_table("terms", tmp_path), empty_table("terms"))
    assert describe_table(tmp_path / "terms.parquet", "terms")[0] == 0


def test_other_row_groups_of_the_same_content_are_left_alone(
    toy_features: Features, tmp_path: Path
) -> None:
    path = tmp_path / "terms.parquet"
    write_rows([toy_features.terms], "terms", path)
    pq.write_table(pq.read_table(path), path, compression="none", row_group_size=10)
    before = path.read_bytes()
    assert write_rows([toy_features.terms], "terms", path) is False
    assert path.read_bytes() == before
    assert write_rows([toy_features.terms[1:]], "terms", path) is True
    assert [one.name for one in tmp_path.iterdir()] == ["terms.parquet"]


def test_batches_in_the_wrong_order_are_refused(toy_features: Features, tmp_path: Path) -> None:
    frame = toy_features.documents
    turned = [*cut(frame, 3)][::-1]
    with pytest.raises(TableError) as caught:
        write_rows(turned, "documents", tmp_path / "documents.parquet")
    assert str(caught.value) == (
        "open table 'documents': wanted batches sorted by doc_id; "
        "came ('nord_1',) after ('sued_3',)"
    )
    twice = [frame[:3], frame[2:].reset_index(drop=True)]
    with pytest.raises(TableError, match=r"came \('nord_3',\) after \('nord_3',\)"):
        write_rows(twice, "documents", tmp_path / "documents.parquet")
    assert not list(tmp_path.iterdir())


def test_a_batch_that_breaks_the_schema_is_refused(toy_features: Features, tmp_path: Path) -> None:
    frame = toy_features.segments
    wrong = [frame[:2], frame[2:].assign(zone="attic")]
    with pytest.raises(TableError, match="'attic' is not one of"):
        write_rows(wrong, "segments", tmp_path / "segments.parquet")
    assert not list(tmp_path.iterdir())
