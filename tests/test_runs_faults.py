"""What a notebook can do to its run, and what happens then; each with a warm worker."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from pathlib import Path
from unittest.mock import Mock

import pytest
from study_for_runs import (
    failure_of,
    plan_notebook,
    read_cells,
    run_cells,
    write_notebook,
    write_study,
)

from analysis.runs import execute, job, worker
from analysis.runs.execute import execute_runs
from analysis.runs.job import Settings, find_memory
from analysis.runs.plan import plan_runs
from analysis.runs.server import count_threads
from analysis.study.errors import RunError

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
pytestmark = needs_fork


def test_a_cell_that_never_ends_says_where_it_stood(tmp_path: Path) -> None:
    record = run_cells(tmp_path, "print('Brot')", "n = 0\nwhile True:\n    n += 1", deadline=2)
    failure = failure_of(record)
    assert (record.state, failure.cell, failure.exception) == ("timed_out", 2, "DeadlineError")
    assert failure.message == "the deadline of the run passed"
    assert "Cell In[4]" in failure.traceback
    assert read_cells(record)[0]["outputs"][0]["text"] == ["Brot\n"]


def test_a_cell_that_will_not_be_stopped_is_killed_and_leaves_its_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(worker.GRACE, "warm", 0.5)
    stubborn = (
        "import time\nwhile True:\n    try:\n        time.sleep(9)\n"
        "    except BaseException:\n        pass"
    )
    record = run_cells(tmp_path, "'Brot'", stubborn, "1", cell_timeout=1)
    failure = failure_of(record)
    assert (record.state, failure.cell, failure.exception) == ("timed_out", 2, "CellTimeoutError")
    assert "did not end by itself" in failure.message
    assert (record.n_cells, record.n_cells_run) == (4, 2)
    assert [cell["execution_count"] for cell in read_cells(record)] == [3, None, None]


@pytest.mark.parametrize(
    ("source", "message", "trace"),
    [
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "ended with code -9; it", ""),
        ("import ctypes\nctypes.string_at(0)", "ended with code -11; it", "Segmentation fault"),
    ],
)
def test_a_cell_that_ends_its_process(
    tmp_path: Path, source: str, message: str, trace: str
) -> None:
    record = run_cells(tmp_path, "'Brot'", source)
    failure = failure_of(record)
    assert (record.state, failure.cell, failure.source) == ("died", 2, source)
    assert message in failure.message
    assert trace in failure.traceback
    assert (record.n_cells, record.n_cells_run) == (3, 2)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory so")
def test_a_cell_that_fills_memory_gets_an_error(tmp_path: Path) -> None:
    fill = "rows = []\nwhile True:\n    rows.append(bytearray(10_000_000))"
    record = run_cells(tmp_path, fill, memory=0.3)
    failure = failure_of(record)
    assert (record.state, failure.cell, failure.exception) == ("failed", 1, "MemoryError")


def test_memory_is_that_of_the_machine_unless_it_is_given() -> None:
    assert Settings(memory=2).n_bytes == 2_000_000_000
    found = find_memory()
    assert found is not None
    assert Settings().n_bytes == int(found * 0.75)


@pytest.mark.parametrize("name", ["cell_timeout", "deadline", "memory"])
def test_limits_are_positive(name: str) -> None:
    with pytest.raises(RunError, match=f"Settings: wanted {name} above 0, came 0"):
        Settings(**{name: 0})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "source",
    [
        "for _ in range(100):\n    print('x' * 999_999)",
        "import os\nfor _ in range(100):\n    os.write(1, b'x' * 999_999 + b'\\n')",
    ],
    ids=["by Python", "past Python"],
)
def test_a_cell_that_prints_100_mb_keeps_the_beginning(tmp_path: Path, source: str) -> None:
    began = time.monotonic()
    record = run_cells(tmp_path, source, "'Brot'")
    assert record.state == "succeeded"
    assert time.monotonic() - began < 20
    assert record.warnings == ["a cell gave more output than is kept; see the notebook"]
    kept, said = read_cells(record)[0]["outputs"]
    assert len("".join(kept["text"])) == 1_000_000
    assert said["text"] == ["[gipfel: 99,000,000 more characters were printed and are left out]\n"]
    assert (record.folder / "notebook.ipynb").stat().st_size < 1_100_000


def test_a_cell_that_changes_directory_changes_no_other_run(tmp_path: Path) -> None:
    record = run_cells(tmp_path, "import os\nos.chdir('/')", "os.getcwd()")
    assert record.state == "succeeded"
    assert read_cells(record)[1]["outputs"][0]["data"]["text/plain"] == ["'/'"]
    after = run_cells(tmp_path, "import os\nos.getcwd()")
    assert read_cells(after)[0]["outputs"][0]["data"]["text/plain"] == [repr(str(tmp_path))]


def test_a_run_that_loses_its_folder_is_no_success(tmp_path: Path) -> None:
    lose = "import os, shutil\nshutil.rmtree(os.path.dirname(os.environ['GIPFEL_RUN_FOLDER']))"
    record = run_cells(tmp_path, lose)
    failure = failure_of(record)
    assert (record.state, failure.exception) == ("failed", "FolderLost")
    assert "the folder of the run was deleted while it ran" in failure.message
    assert (record.folder / "notebook.ipynb").exists()


def test_every_run_is_fresh(tmp_path: Path) -> None:
    source = (
        "import numpy, random, sys\nseen = getattr(sys, 'brot', None)\nsys.brot = 1\n"
        "[seen, numpy.random.random(), random.random()]"
    )
    given = [
        read_cells(run_cells(tmp_path, source, f"{number}"))[0]["outputs"][0]["data"]["text/plain"]
        for number in range(2)
    ]
    assert all(text[0].startswith("[None, ") for text in given)
    assert given[0] != given[1]


def test_a_full_disk_in_a_run(tmp_path: Path) -> None:
    fill = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))"
    record = run_cells(tmp_path, fill, "'x' * 5000")
    assert record.state == "failed"
    assert "the executed notebook could not be saved: File too large" in failure_of(record).message


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_store_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    refused = OSError(code, os.strerror(code), "run.json")
    plan = plan_notebook(tmp_path, "1")
    (good,) = execute_runs([plan])
    monkeypatch.setattr(execute, "write_record", Mock(side_effect=refused))
    (record,) = execute_runs([plan], settings=Settings(force=True))
    assert (record.state, record.folder) == ("failed", plan.folder)
    assert record.failure is not None
    assert record.failure.message.startswith(
        f"the run store cannot be written: {os.strerror(code)}: run.json. Make room, or make"
    )
    monkeypatch.undo()
    assert execute_runs([plan])[0].content == good.content
    assert execute_runs([plan])[0].is_reused
    shutil.rmtree(tmp_path / "papermill_runs")
    (tmp_path / "papermill_runs").write_text("")
    (record,) = execute_runs([plan])
    assert record.failure is not None
    assert "the run store cannot be written: Not a directory" in record.failure.message


def test_importing_that_starts_threads_leads_to_a_kernel_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True)"
    (tmp_path / "has_threads.py").write_text(f"{module}.start()")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(job, "imports_to_load", lambda path: ["has_threads"])
    worker.stop_server()
    (record,) = execute_runs([plan_notebook(tmp_path, "1")])
    worker.stop_server()
    assert (record.state, record.engine) == ("succeeded", "kernel")
    assert record.warnings == ["ran in a kernel, not in a warm worker: importing started 1 threads"]
    assert count_threads() >= 1


def test_a_notebook_of_another_language_asks_for_its_kernel(tmp_path: Path) -> None:
    both = write_study(tmp_path, {"01_r": "{}"})
    spec = {"name": "no-such-kernel", "display_name": "R", "language": "R"}
    path = both[1].notebooks / "01_r.ipynb"
    write_notebook(path, "1", parameters="top: int = 1", metadata={"kernelspec": spec})
    (record,) = execute_runs(plan_runs(*both))
    assert (record.state, record.engine) == ("died", "kernel")
    assert "ran in a kernel, not in a warm worker: the notebook is written in R" in record.warnings
    assert "No such kernel named no-such-kernel" in failure_of(record).message


def test_changed_modules_get_a_new_parent_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    before = worker.current_server()
    assert worker.current_server() is before
    monkeypatch.setattr(worker, "stamp_of", lambda package: frozenset())
    assert worker.current_server() is not before
    worker.stop_server()
