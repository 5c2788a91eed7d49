import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.runs.folders import hold_folder, make_part, move_into_place, part_of
from analysis.study.errors import RunError

HOLD = """
import sys, pathlib
from analysis.runs.folders import hold_folder
with hold_folder(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_that_another_process_holds(tmp_path: Path) -> None:
    folder = tmp_path / "01_probe" / "default"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        for _ in range(2):
            message = (
                rf"01_probe/default: another run holds this folder, by process {other.pid}"
                r" on .* since 20..-..-..T..:..:..\+00:00\. Wait for it, stop it, or run with other"
            )
            with pytest.raises(RunError, match=message), hold_folder(folder):
                pytest.fail("both hold it")
    with hold_folder(folder):
        assert (tmp_path / "01_probe" / "default.holder").exists()


def test_a_folder_is_held_once_in_one_process(tmp_path: Path) -> None:
    folder = tmp_path / "01_probe" / "default"
    with hold_folder(folder):
        with (
            pytest.raises(RunError, match=f"by process {os.getpid()} on .* since"),
            hold_folder(folder),
        ):
            pytest.fail("held twice")
        assert (tmp_path / "01_probe" / "default.holder").exists()
        with hold_folder(tmp_path / "01_probe" / "0123456789ab"):
            pass


def test_an_unreadable_holder_is_no_hindrance(tmp_path: Path) -> None:
    folder = tmp_path / "01_probe" / "default"
    with hold_folder(folder):
        (tmp_path / "01_probe" / "default.holder").write_text("{")
        with pytest.raises(RunError, match="has only just started or is ending"):
            hold_folder(folder).__enter__()


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    for name in ("default.part-1", "default.part-99999", "default.previous", "other.part-1"):
        (tmp_path / name / "figures").mkdir(parents=True)
    (tmp_path / "default").mkdir()
    with hold_folder(tmp_path / "default"):
        folders = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert folders == ["default", "other.part-1"]


def test_a_run_killed_between_two_moves_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "default.previous").mkdir()
    (tmp_path / "default.previous" / "run.json").write_text("alt")
    with hold_folder(tmp_path / "default"):
        assert (tmp_path / "default" / "run.json").read_text() == "alt"


def test_a_finished_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "default"
    for content in ("alt", "neu"):
        part = make_part(folder)
        assert part == part_of(folder)
        (part / content).write_text(content)
        move_into_place(part, folder)
        assert sorted(path.name for path in folder.iterdir()) == sorted(["figures", content])
        assert [path.name for path in tmp_path.iterdir()] == ["default"]
