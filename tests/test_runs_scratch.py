import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from analysis.runs import folders
from analysis.runs.folders import clear_scratch, is_abandoned, make_scratch, scratch_prefix
from analysis.runs.verify import beside
from analysis.study.paths import Layout


def ended_pid() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_only_what_a_killed_process_of_this_machine_left_is_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    mine, gone = make_scratch(), ended_pid()
    stale = tmp_path / mine.name.replace(str(os.getpid()), str(gone), 1)
    (stale / "journal").mkdir(parents=True)
    here = mine.name.split("-")[2]
    others = ("gipfel-x", "gipfel-verify-x", f"brot-{gone}-{here}-f", f"gipfel-{gone}-000000-f")
    for name in others:
        (tmp_path / name).mkdir()
    assert clear_scratch(tmp_path) == [stale]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([mine.name, *others])


def test_a_folder_has_an_owner_from_the_moment_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed right after the folder was made: before, it had no owner and stayed for ever."""
    code = (
        "import os, signal, tempfile\nfrom analysis.runs.folders import make_scratch\n"
        "make = tempfile.mkdtemp\n"
        "tempfile.mkdtemp = lambda **given: (make(**given), os.kill(os.getpid(), signal.SIGKILL))\n"
        "make_scratch()"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    (left,) = tmp_path.iterdir()
    assert is_abandoned(left)


def test_the_copy_of_a_study_that_verify_makes_has_an_owner(tmp_path: Path) -> None:
    with beside(Layout(tmp_path)) as copy:
        assert copy.root.name.startswith(scratch_prefix())


def test_the_first_folder_of_a_process_clears_what_a_killed_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import os, signal\nfrom analysis.runs.folders import make_scratch\n"
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
    folders._clear_once.cache_clear()
    fresh = make_scratch()
    assert not left.exists()
    assert list(tmp_path.iterdir()) == [fresh]
    assert not is_abandoned(fresh)
