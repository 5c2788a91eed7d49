import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from analysis.runs import scratch
from analysis.runs.scratch import clear_scratch, is_abandoned, make_scratch


def make_owned(parent: Path, name: str, owner: str) -> Path:
    folder = parent / name
    folder.mkdir()
    (folder / ".owner").write_text(owner)
    (folder / "journal").mkdir()
    return folder


def ended_pid() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_only_what_a_killed_process_of_this_machine_left_is_cleared(tmp_path: Path) -> None:
    here, gone = platform.node(), ended_pid()
    stale = make_owned(tmp_path, "gipfel-a", json.dumps({"pid": gone, "host": here}))
    kept = [
        make_owned(tmp_path, "gipfel-b", json.dumps({"pid": os.getpid(), "host": here})),
        make_owned(tmp_path, "gipfel-c", json.dumps({"pid": gone, "host": "another machine"})),
        make_owned(tmp_path, "gipfel-d", "{"),
        make_owned(tmp_path, "gipfel-e", "[]"),
        make_owned(tmp_path, "brot-f", json.dumps({"pid": gone, "host": here})),
    ]
    (tmp_path / "gipfel-verify-x").mkdir()
    assert clear_scratch(tmp_path) == [stale]
    assert not stale.exists()
    assert all(folder.is_dir() for folder in kept)
    assert (tmp_path / "gipfel-verify-x").is_dir()


def test_the_first_folder_of_a_process_clears_what_a_killed_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import os, signal\nfrom analysis.runs.scratch import make_scratch\n"
        "print(make_scratch(), flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    left = Path(killed.stdout.strip())
    assert is_abandoned(left)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scratch._clear_once.cache_clear()
    fresh = make_scratch()
    assert not left.exists()
    assert list(tmp_path.iterdir()) == [fresh]
    assert not is_abandoned(fresh)
