"""Results are kept under the hash of what they depend on, and damaged ones made anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis.study.cache import content_key, keep_table

TABLE = pd.DataFrame({"name": ["ä", "b"], "share": [0.1 + 0.2, np.nan]}).astype({"name": "str"})


def test_every_part_changes_the_key(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text("a", encoding="utf-8")
    matrix = sparse.csr_array(np.array([[1, 0], [0, 2]]))
    parts = {"seed": 1, "counts": matrix, "code": code, "docs": pd.Index(["a", "b"]), "name": "k"}
    key = content_key(parts)
    assert key == content_key(dict(reversed(parts.items())))
    others = [
        {**parts, "seed": 2},
        {**parts, "seed": "1"},
        {**parts, "counts": sparse.csr_array(np.array([[1, 0], [2, 0]]))},
        {**parts, "counts": matrix.astype(float)},
        {**parts, "docs": pd.Index(["ab", ""])},
    ]
    keys = {content_key(other) for other in others}
    code.write_text("b", encoding="utf-8")
    assert len({key, *keys, content_key(parts)}) == 7


def test_the_versions_of_packages_change_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = content_key({"seed": 1})
    monkeypatch.setattr("analysis.study.cache.metadata.version", lambda _name: "0")
    assert content_key({"seed": 1}) != before


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    made = keep_table(tmp_path / "new", "key", lambda: TABLE)
    kept = keep_table(tmp_path / "new", "key", lambda: TABLE.iloc[:0])
    pd.testing.assert_frame_equal(made, kept)
    assert kept.dtypes.tolist() == TABLE.dtypes.tolist()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["key.kept"]


def test_without_a_folder_nothing_is_kept() -> None:
    assert keep_table(None, "key", lambda: TABLE) is TABLE


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 500])
def test_what_is_damaged_is_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key.kept").write_bytes(content)
    pd.testing.assert_frame_equal(keep_table(tmp_path, "key", lambda: TABLE), TABLE)
    kept = keep_table(tmp_path, "key", lambda: TABLE.iloc[:0])
    pd.testing.assert_frame_equal(kept, TABLE)
