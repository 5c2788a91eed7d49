import json
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from study_for_runs import (
    failure_of,
    is_alive,
    leftovers,
    plan_notebook,
    run_cells,
    start_parent,
    wait_until,
    write_notebook,
    write_study,
)

from analysis.runs.execute import RunEvent, execute_runs
from analysis.runs.job import Settings
from analysis.runs.plan import PlannedRun, plan_run, plan_runs
from analysis.runs.record import EngineName, RunRecord, read_record
from analysis.runs.store import Published, hold_folder, publish_figures
from analysis.runs.worker import read_log
from analysis.study.errors import RunError
from analysis.study.paths import Layout
from analysis.study.study import Study

PARAMETERS = (
    'word: str = "Käse"  # with what JSON and Python write differently\nnone: int | None = 1'
)

#: In one process, so that its runs are made once.
pytestmark = pytest.mark.xdist_group("runs")

#: Writes what a run must be able to rely on; the order of a set depends on the hash seed.
GOOD = """
import json, os, sys
from analysis.study.paths import find_layout, run_folder
names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "MPLBACKEND"]
seen = {
    "word": word, "none": none, "set": list({"Brot", "Käse", "Wein", "Salz"}),
    "python": sys.executable, "folder": os.getcwd(), "root": str(find_layout().root),
    "environment": {name: os.environ.get(name) for name in names},
}
folder = run_folder(find_layout(), "01_good")
(folder / "01_seen.json").write_text(json.dumps(seen))
os.write(1, b"noise that is no message\\n")
"""
SOURCES = {
    "01_good": (GOOD, "   ", "1 + 1"),
    "02_fails": ("1", "brot = {}\nbrot['Käse']", "2"),
    "03_exits": ("1", "import sys\nsys.exit(0)", "2"),
    "04_dies": ("1", "import os\nos._exit(0)", "2"),
    "05_sleeps": ("1", "import time\ntime.sleep(60)", "2"),
    "07_articles": ("1",),
}
ODD = "Käse \"mit\" \\ {top}\n'Brot'"


@dataclass(frozen=True)
class Endings:
    """Runs that end in every way, from one call."""

    engine: EngineName
    study: Study
    layout: Layout
    records: dict[str, RunRecord]
    events: list[RunEvent]


@pytest.fixture(scope="module", params=["warm", "kernel"])
def endings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Endings]:
    root = tmp_path_factory.mktemp("a {study}")
    both = write_study(root, dict.fromkeys(SOURCES, "{}"))
    for name, sources in SOURCES.items():
        needs = {"gipfel": {"needs": "articles"}} if name == "07_articles" else None
        path = both[1].notebooks / f"{name}.ipynb"
        write_notebook(path, *sources, parameters=PARAMETERS, metadata=needs)
    kernel = root / "jupyter" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text('{"argv": ["false"], "display_name": "wrong", "language": "python"}')
    events: list[RunEvent] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(root / "jupyter"))
        patch.setenv("MPLBACKEND", "agg")
        settings = Settings(engine=request.param, cell_timeout=2)
        plans = plan_runs(*both)
        records = execute_runs(plans, jobs=2, on_event=events.append, settings=settings)
        named = {record.notebook: record for record in records}
        yield Endings(request.param, *both, named, events)


def notebook_cells(record: RunRecord) -> list[dict[str, object]]:
    notebook = json.loads((record.folder / "notebook.ipynb").read_text())
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_each_run_ends_in_its_own_way(endings: Endings) -> None:
    assert {name: record.state for name, record in endings.records.items()} == {
        "01_good": "succeeded",
        "02_fails": "failed",
        "03_exits": "failed",
        "04_dies": "died",
        "05_sleeps": "timed_out",
        "07_articles": "skipped",
    }
    assert leftovers(endings.layout.root) == []


def test_every_run_leaves_its_record(endings: Endings) -> None:
    for name, record in endings.records.items():
        if name == "07_articles":
            assert record.reason == "needs the articles"
            assert not record.folder.exists()
        else:
            place = "default" if record.state == "succeeded" else "failed/default"
            assert read_record(endings.layout.runs / name / place) == record
            assert record.engine == endings.engine, (name, record.warnings)
            assert record.processor
            assert set(record.parts) == {"notebook", "code", "study", "environment", "inputs"}
            assert set(record.outputs) >= {"notebook.ipynb"}
            assert record.seconds > 0
            assert record.started.endswith("+00:00")
            assert record.versions["papermill"][0].isdigit()


def test_a_run_gets_what_it_may_rely_on(endings: Endings) -> None:
    record = endings.records["01_good"]
    assert (record.n_cells, record.n_cells_run, record.failure) == (3, 3, None)
    seen = json.loads((record.figures / "01_seen.json").read_text())
    assert seen["word"] == "Käse"
    assert seen["python"] == sys.executable
    assert seen["folder"] == seen["root"] == str(endings.layout.root)
    assert seen["environment"] == {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


def test_the_executed_notebook_holds_no_paths_of_papermill(endings: Endings) -> None:
    text = (endings.records["01_good"].folder / "notebook.ipynb").read_text()
    about = json.loads(text)["metadata"]["papermill"]
    assert about["parameters"] == {"word": "Käse", "none": 1}
    assert "input_path" not in about
    assert ".part-" not in text


def test_a_failing_cell_is_told_with_its_traceback(endings: Endings) -> None:
    record = endings.records["02_fails"]
    assert (record.n_cells, record.n_cells_run) == (4, 2)
    failure = failure_of(record)
    assert (failure.cell, failure.source) == (2, "brot = {}\nbrot['Käse']")
    assert (failure.exception, failure.message) == ("KeyError", "'Käse'")
    assert "----> 2 brot['Käse']" in failure.traceback
    assert "\x1b" not in failure.traceback
    not_run = [cell["execution_count"] is None for cell in notebook_cells(record)]
    assert not_run == [False, False, False, False, True]
    names = sorted(path.name for path in record.folder.iterdir())
    assert names == ["figures", "notebook.ipynb", "run.json"]


STOPPED = {
    ("warm", "03_exits"): ("SystemExit", "0"),
    ("kernel", "03_exits"): ("SystemExit", "0"),
    ("warm", "04_dies"): ("WorkerDied", "the worker process ended with code 0"),
    ("warm", "05_sleeps"): ("CellTimeoutError", "the cell took longer than one cell may"),
    ("kernel", "04_dies"): ("DeadKernelError", "the kernel died"),
    ("kernel", "05_sleeps"): ("CellTimeoutError", "A cell timed out while it was being executed"),
}


@pytest.mark.parametrize("name", ["03_exits", "04_dies", "05_sleeps"])
def test_a_stopped_run_leaves_its_notebook(endings: Endings, name: str) -> None:
    record = endings.records[name]
    exception, message = STOPPED[endings.engine, name]
    assert (record.n_cells, record.n_cells_run) == (4, 2)
    failure = failure_of(record)
    assert (failure.cell, failure.exception) == (2, exception)
    assert failure.message.startswith(message)
    last = notebook_cells(record)[-1]
    assert last["execution_count"] is None
    assert last["metadata"]["papermill"]["status"] == "pending"  # type: ignore[index]


#: Kills as soon as the other run is under way, which goes on until this one has ended.
KILLS = """
import os, pathlib, signal, time
while not pathlib.Path("seen").exists():
    time.sleep(0.02)
os.kill(os.getppid(), signal.SIGKILL)
time.sleep(9)
"""
WAITS = """
import pathlib, time
pathlib.Path("seen").touch()
while not list(pathlib.Path("papermill_runs/01_kills").glob("failed/*/run.json")):
    time.sleep(0.02)
"""


def test_who_kills_the_parent_takes_no_other_run_with_it(tmp_path: Path) -> None:
    """A run that loses the guard of its warm worker runs again, in a kernel."""
    both = write_study(tmp_path, {"01_kills": "{}", "02_waits": "{}"})
    write_notebook(both[1].notebooks / "01_kills.ipynb", KILLS)
    write_notebook(both[1].notebooks / "02_waits.ipynb", WAITS)
    killer, other = execute_runs(plan_runs(*both), jobs=2)
    warning = "ran in a kernel, not in a warm worker: the process that forks workers ended"
    assert (killer.state, killer.engine, killer.warnings) == ("died", "kernel", [warning])
    failure = failure_of(killer)
    assert (failure.cell, failure.exception) == (1, "WorkerDied")
    assert len(notebook_cells(killer)) == 3
    assert failure.message.startswith("the worker process ended with code -9")
    assert (other.state, other.engine, other.warnings) == ("succeeded", "warm", [])


def test_events_tell_start_cells_and_end(endings: Endings) -> None:
    told = {name: [e for e in endings.events if e.plan.notebook == name] for name in SOURCES}
    assert [(e.kind, e.cell, e.of) for e in told["02_fails"]] == [
        ("started", 0, 0),
        ("cell", 1, 4),
        ("cell", 2, 4),
        ("cell", 3, 4),
        ("finished", 0, 0),
    ]
    assert [e.kind for e in told["07_articles"]] == ["finished"]
    for name, record in endings.records.items():
        assert told[name][-1].record == record


def test_a_second_run_gives_the_same_figures_and_another_one_leaves_them(
    endings: Endings,
) -> None:
    layout = endings.layout
    first = publish_figures(endings.records["01_good"], layout.figures)
    assert first == Published(written=("01_seen.json",))
    before = (layout.figures / "01_seen.json").read_bytes()
    default = plan_run(endings.study, layout, "01_good")
    other = plan_run(endings.study, layout, "01_good", {"word": ODD, "none": "None"})
    force = Settings(engine=endings.engine, force=True)
    again, varied = execute_runs([default, other], jobs=2, settings=force)
    assert (again.state, varied.state) == ("succeeded", "succeeded")
    assert publish_figures(varied, layout.figures) == Published()
    assert publish_figures(again, layout.figures) == Published()
    assert (layout.figures / "01_seen.json").read_bytes() == before
    seen = json.loads((varied.figures / "01_seen.json").read_text())
    assert (seen["word"], seen["none"]) == (ODD, None)


def test_a_kernel_that_does_not_start_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit(1)")
    record = run_cells(tmp_path, "1", engine="kernel")
    failure = failure_of(record)
    assert (record.state, failure.cell) == ("died", None)
    assert record.warnings == ["the kernel was started 3 times"]
    assert failure.message.startswith("the kernel did not start: ")
    assert "Traceback" in failure.traceback
    assert not (record.folder / "notebook.ipynb").exists()


def test_the_deadline_of_a_run_in_a_kernel(tmp_path: Path) -> None:
    record = run_cells(tmp_path, "import time\ntime.sleep(60)", engine="kernel", deadline=1)
    failure = failure_of(record)
    assert (record.state, failure.exception) == ("timed_out", "DeadlineError")
    assert failure.message == "the deadline of the run passed"
    assert record.seconds < 40


def test_who_is_second_with_a_run_waits_and_takes_what_the_first_has_done(tmp_path: Path) -> None:
    plan = plan_notebook(tmp_path, "import pathlib\npathlib.Path('n').open('a').write('x')")
    events: list[RunEvent] = []
    first, second = execute_runs([plan, plan], jobs=2, on_event=events.append)
    assert {first.is_reused, second.is_reused} == {False, True}
    assert first.content == second.content
    assert (tmp_path / "n").read_text() == "x"
    assert [event.kind for event in events].count("started") == 1


def test_jobs_are_positive() -> None:
    with pytest.raises(RunError, match="execute_runs: wanted jobs above 0, came 0"):
        execute_runs([], jobs=0)


def test_an_error_of_the_caller_stops_what_runs(tmp_path: Path) -> None:
    plan = plan_notebook(tmp_path, NOTE_PID, "import time\ntime.sleep(60)")

    def fail(event: RunEvent) -> None:
        if event.cell == 3:
            raise ValueError("no bar")

    with pytest.raises(ValueError, match="no bar"):
        execute_runs([plan], on_event=fail)
    wait_until(lambda: not is_alive(int((tmp_path / "pid").read_text())))
    assert leftovers(tmp_path) == []
    assert not plan.folder.exists()


NOTE_PID = "import os, pathlib\npathlib.Path('pid').write_text(str(os.getpid()))"


def write_sleepers(root: Path) -> list[PlannedRun]:
    """Write a study of two notebooks: the first one sleeps until a file says that it need not."""
    study, layout = write_study(root, {"01_sleeps": "{}", "02_good": "{}"})
    sleep = "import time\nwhile not pathlib.Path('awake').exists():\n    time.sleep(0.05)"
    write_notebook(layout.notebooks / "01_sleeps.ipynb", NOTE_PID, sleep)
    write_notebook(layout.notebooks / "02_good.ipynb", "1")
    return plan_runs(study, layout)


def test_an_interruption_leaves_nothing_half_written(tmp_path: Path) -> None:
    plans = write_sleepers(tmp_path)
    (plans[0].folder / "figures").mkdir(parents=True)
    (plans[0].folder / "run.json").write_text("of an earlier run")
    with start_parent(tmp_path) as parent:
        parent.send_signal(signal.SIGINT)
        out, _ = parent.communicate(timeout=30)
    assert parent.returncode == 0
    assert out.splitlines() == [
        "01_sleeps interrupted stopped while it ran",
        "02_good interrupted not started",
    ]
    wait_until(lambda: not is_alive(int((tmp_path / "pid").read_text())))
    assert leftovers(tmp_path) == []
    assert (plans[0].folder / "run.json").read_text() == "of an earlier run"
    assert not plans[1].folder.exists()
    (tmp_path / "awake").touch()
    assert [record.state for record in execute_runs(plans[:1])] == ["succeeded"]
    assert read_record(plans[0].folder).state == "succeeded"


def test_another_process_waits_for_a_run_and_takes_it(tmp_path: Path) -> None:
    plans = write_sleepers(tmp_path)
    with start_parent(tmp_path) as parent:
        threading.Timer(0.5, (tmp_path / "awake").touch).start()
        (record,) = execute_runs(plans[:1])
        out, _ = parent.communicate(timeout=30)
    assert (record.state, record.is_reused) == ("succeeded", True)
    assert out.splitlines() == ["01_sleeps succeeded ", "02_good succeeded "]


@pytest.mark.parametrize("engine", ["warm", pytest.param("kernel", marks=pytest.mark.long)])
def test_a_parent_that_is_killed_takes_its_runs_with_it(tmp_path: Path, engine: str) -> None:
    """Afterwards only what is missing runs."""
    plans = write_sleepers(tmp_path)
    (done,) = execute_runs(plans[1:])
    with start_parent(tmp_path, engine) as parent:
        with (
            pytest.raises(RunError, match="01_sleeps/default: another run holds this folder"),
            hold_folder(plans[0].folder),
        ):
            pytest.fail("held twice")
        parent.kill()
    wait_until(lambda: not is_alive(int((tmp_path / "pid").read_text())))
    wait_until(lambda: not list((tmp_path / "tmp").iterdir()))
    assert not plans[0].folder.exists()
    with hold_folder(plans[0].folder):
        assert [name for name in leftovers(tmp_path) if ".part-" in name] == []
    (tmp_path / "awake").touch()
    first, second = execute_runs(plans)
    assert (first.state, first.is_reused) == ("succeeded", False)
    assert second == replace(done, is_reused=True)


def test_the_log_of_a_crash_keeps_its_first_line_and_its_end(tmp_path: Path) -> None:
    (tmp_path / "stderr").write_text("Fatal: crash\n" + "module\n" * 2000 + "the end")
    text = read_log(tmp_path)
    assert text.startswith("Fatal: crash")
    assert text.endswith("the end")
    assert len(text) < 4020
