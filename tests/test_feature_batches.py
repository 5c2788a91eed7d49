"""Batches hold the whole table, in order, and part no segment or document."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import TableError
from analysis.feature_batches import find_documents, read_batches
from analysis.features import Features, table_path, write_manifest


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 700), st.sampled_from(["segment", "document"]))
def test_batches_are_the_table(toy_features: Features, n_rows: int, whole: str) -> None:
    parts = list(
        read_batches("terms", toy_features.folder, columns=["n"], n_rows=n_rows, whole=whole)
    )
    joined = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(joined, toy_features.terms[["bag_id", "n"]], check_dtype=False)
    units = [
        set(part["bag_id"] if whole == "segment" else find_documents(part["bag_id"]))
        for part in parts
    ]
    assert sum(map(len, units)) == len(set().union(*units))
    assert all(units)


def fault(folder: Path, **changes: object) -> str:
    usual = {"columns": ["n"], "n_rows": 50}
    with pytest.raises(TableError) as caught:
        list(read_batches("terms", folder, **(usual | changes)))
    return str(caught.value)


def test_rows_that_stand_apart(toy_features: Features, tmp_path: Path) -> None:
    terms = toy_features.terms
    pd.concat([terms.iloc[40:], terms.iloc[:40]]).to_parquet(table_path("terms", tmp_path))
    write_manifest({}, tmp_path, ["terms"])
    assert "beside one another, came some apart. Rebuild the table with" in fault(
        tmp_path, n_rows=10_000
    )


def test_what_cannot_be_read(toy_features: Features, tmp_path: Path) -> None:
    assert "terms.parquet: no such file. Rebuild it with `gipfel annotate`." in fault(tmp_path)
    table_path("terms", tmp_path).write_bytes(b"no table")
    assert "terms.parquet: wanted a Parquet file; " in fault(tmp_path)
    folder = toy_features.folder
    assert "unknown column 'nn'" in fault(folder, columns=["nn"])
    assert "wanted n_rows of at least 1, came 0" in fault(folder, n_rows=0)
