"""Files that are whole or not there."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analysis.study.atomic import atomically, write_atomically


def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, target: Path) -> None:
        raise OSError(f"disk full: {self.name} to {target.name}")

    path = tmp_path / "x.json"
    path.write_text("alt")
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, b"neu")
    assert path.read_text() == "alt"
    assert list(tmp_path.iterdir()) == [path]


def test_threads_that_write_one_file_do_not_take_each_others_part(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    both_have_written = threading.Barrier(2, timeout=10)

    def write(content: str) -> None:
        with atomically(path) as beside:
            beside.write_text(content)
            both_have_written.wait()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ["Brot", "Salz"]))
    assert path.read_text() in ("Brot", "Salz")
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_while_writing_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "neu" / "x.json"

    def write() -> None:
        with atomically(path) as beside:
            beside.write_text("halb")
            raise ValueError("mittendrin")

    with pytest.raises(ValueError, match="mittendrin"):
        write()
    assert list(path.parent.iterdir()) == []


def test_what_was_written_and_is_gone_is_an_error(tmp_path: Path) -> None:
    def write() -> None:
        with atomically(tmp_path / "x.json") as beside:
            beside.write_text("neu")
            beside.unlink()

    with pytest.raises(FileNotFoundError):
        write()
