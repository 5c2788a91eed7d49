"""Runs on a Dask cluster: the same records, faults of the cluster said, nothing lost."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster
from study_for_runs import plan_notebook, write_notebook, write_study

from analysis.runs import cluster, fitness
from analysis.runs.cluster import check_address, execute_there, open_cluster
from analysis.runs.execute import RunEvent, TellingExecutor, execute_runs
from analysis.runs.fitness import check_fit, describe_fitness
from analysis.runs.limits import Settings
from analysis.runs.plan import PlannedRun, plan_runs
from analysis.runs.record import RunRecord, read_record
from analysis.runs.watch import Watch
from analysis.study.errors import RunError

pytestmark = [pytest.mark.xdist_group("cluster"), pytest.mark.long]


@pytest.fixture(scope="module")
def dask() -> Iterator[LocalCluster]:
    """A cluster of two workers, as somebody could have started it by hand."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as started:
        yield started


def plan_many(root: Path, *sources: str, n: int) -> list[PlannedRun]:
    names = [f"{number:02}_probe" for number in range(1, n + 1)]
    study, layout = write_study(root, dict.fromkeys(names, "{}"))
    for name in names:
        write_notebook(layout.notebooks / f"{name}.ipynb", *sources)
    return plan_runs(study, layout)


def leftovers(root: Path) -> list[str]:
    names = [path.name for path in (root / "papermill_runs").rglob("*")]
    return [name for name in names if re.search(r"\.part-|\.holder|\.previous|\.seen-", name)]


def wait_for_text(path: Path) -> str:
    for _ in range(1200):  # a machine that others use may be slow
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.1)
    raise AssertionError(f"nothing was written to {path}")


def is_alive(pid: int) -> bool:
    stat = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return stat.stdout.strip()[:1] not in (b"", b"Z")


def has_ended(pid: int) -> bool:
    for _ in range(600):
        if not is_alive(pid):
            return True
        time.sleep(0.1)
    return False


def test_a_cluster_gives_the_records_that_local_runs_give(
    dask: LocalCluster, tmp_path: Path
) -> None:
    plans = plan_many(tmp_path, "1 + 1", n=2)
    fails = plan_notebook(tmp_path / "b", "{}['Brot']")
    events: list[RunEvent] = []
    with open_cluster(dask.scheduler_address, jobs=1, plans=[*plans, fails]) as executor:
        records = execute_runs([*plans, fails], on_event=events.append, executor=executor)
        stored = [read_record(record.folder) for record in records]
        again = execute_runs(plans, executor=executor)
        forced = execute_runs(plans, executor=executor, settings=Settings(force=True))
    assert [record.state for record in records] == ["succeeded", "succeeded", "failed"]
    assert [record.engine for record in records] == ["warm"] * 3
    assert records[2].failure is not None
    assert records[2].failure.exception == "KeyError"
    assert stored == records
    assert [record.is_reused for record in again] == [True, True]
    assert [record.is_reused for record in forced] == [False, False]
    (local,) = execute_runs(plans[:1])
    assert (local.is_reused, local.content) == (True, records[0].content)
    kinds = [event.kind for event in events if event.plan == plans[0]]
    assert kinds[0] == "started"
    assert kinds[-1] == "finished"
    assert leftovers(tmp_path) == []


def test_a_killed_worker_costs_nothing_but_time(dask: LocalCluster, tmp_path: Path) -> None:
    source = (
        "import pathlib, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        "with pathlib.Path('papermill_runs/pids').open('a') as file:\n"
        "    print(child.pid, file=file)\n"
        "time.sleep(1)"
    )
    plans = plan_many(tmp_path, source, n=4)
    killed: list[int] = []
    with Client(dask, set_as_default=False) as client:
        pids = client.run(os.getpid)

        def kill_one(event: RunEvent) -> None:
            if event.kind == "cell" and not killed:
                busy = next(address for address, keys in client.processing().items() if keys)
                time.sleep(0.3)
                os.kill(pids[busy], signal.SIGKILL)
                killed.append(pids[busy])

        with open_cluster(dask.scheduler_address, jobs=1, plans=plans) as executor:
            records = execute_runs(plans, on_event=kill_one, executor=executor)
    assert len(killed) == 1
    assert [record.state for record in records] == ["succeeded"] * 4
    stored = sorted((tmp_path / "papermill_runs").glob("*/*/run.json"))
    assert [path.parent.name for path in stored] == ["default"] * 4
    assert leftovers(tmp_path) == []
    assert has_ended(killed[0])
    children = (tmp_path / "papermill_runs" / "pids").read_text().split()
    assert all(has_ended(int(pid)) for pid in children)


def test_a_run_that_nobody_waits_for_any_more_is_stopped(
    dask: LocalCluster, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    source = (
        f"import os, pathlib, time\npathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(60)"
    )
    plan = plan_notebook(tmp_path, source)
    with open_cluster(dask.scheduler_address, jobs=1, plans=[plan]) as executor:
        future: Future[RunRecord] = executor.submit(cluster.execute_run, plan, Settings(), Watch())
        pid = int(wait_for_text(pid_file))
        assert is_alive(pid)
        future.cancel()
        assert has_ended(pid)
    assert not plan.folder.exists()


def test_ctrl_c_stops_a_local_cluster_with_all_its_processes(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    source = (
        f"import os, pathlib, time\npathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(60)"
    )
    plan_notebook(tmp_path, source)
    (tmp_path / "data" / "features").mkdir(parents=True)
    command = [sys.executable, "-c", _RUN]
    started = subprocess.Popen(command, cwd=tmp_path, start_new_session=True)
    try:
        pid = int(wait_for_text(pid_file))
        # As a terminal does: to the whole group.
        os.killpg(started.pid, signal.SIGINT)
        assert started.wait(120) == 130
        assert has_ended(pid)
        group = subprocess.run(["pgrep", "-g", str(started.pid)], capture_output=True, check=False)
        assert all(has_ended(int(pid)) for pid in group.stdout.split())
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


_RUN = """
from pathlib import Path
from analysis.cli.commands.running import execute, exit_status
from analysis.study.paths import Layout
from analysis.runs.limits import Settings
from analysis.runs.plan import plan_runs
from analysis.study.study import read_study

if __name__ == "__main__":
    layout = Layout(Path.cwd())
    plans = plan_runs(read_study(layout), layout)
    records = execute(plans, layout, jobs=1, settings=Settings(), scheduler="local")
    raise SystemExit(exit_status(records))
"""


def test_a_scheduler_that_is_lost_ends_the_call_with_every_run_on_record(tmp_path: Path) -> None:
    plans = plan_many(tmp_path, "import time\ntime.sleep(60)", n=2)
    about = tmp_path / "scheduler.json"
    options = ["--port", "0", "--host", "127.0.0.1", "--no-dashboard"]
    options += ["--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(about)]
    dask_command = [sys.executable, "-m", "dask"]
    scheduler = subprocess.Popen(
        [*dask_command, "scheduler", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    options = ["--scheduler-file", str(about), "--nthreads", "1", "--no-dashboard", "--no-nanny"]
    worker = subprocess.Popen(
        [*dask_command, "worker", *options, "--local-directory", str(tmp_path / "dask")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = json.loads(wait_for_text(about))["address"]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(1)
        with open_cluster(address, jobs=1, plans=plans) as executor:
            records = execute_runs(
                plans, on_event=lambda event: scheduler.kill(), executor=executor
            )
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.wait()
    assert [record.state for record in records] == ["died", "died"]
    assert records[0].failure is not None
    assert "lost" in records[0].failure.message


class _LosingExecutor(TellingExecutor):
    """Loses every run, as a cluster does whose workers all die of it."""

    def submit(self, fn: Any, /, *given: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(ConnectionError("the worker died 4 times"))
        return future


def test_a_run_that_the_cluster_loses_is_on_record(tmp_path: Path) -> None:
    plans = plan_many(tmp_path, "1", n=2)
    records = execute_runs(plans, executor=_LosingExecutor())
    assert [record.state for record in records] == ["died", "died"]
    assert records[0].failure is not None
    assert records[0].failure.exception == "ConnectionError"
    assert records[0].failure.message == "the worker died 4 times"


def test_a_scheduler_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    plan = plan_notebook(tmp_path, "1")
    wanted = (
        r"nothing answers as a Dask scheduler at tcp://127\.0\.0\.1:9 within .* \(dask scheduler"
    )
    with (
        pytest.raises(RunError, match=wanted),
        open_cluster("tcp://127.0.0.1:9", jobs=1, plans=[plan]),
    ):
        pass


@pytest.mark.parametrize("address", ["", "tcp://", "remote", "10.0.0.5:8786", "tcp://host:port"])
def test_an_address_that_is_none(address: str) -> None:
    wanted = f"scheduler: wanted 'local' or 'tcp://host:port', came '{re.escape(address)}'"
    with pytest.raises(RunError, match=wanted):
        check_address(address)


def test_workers_with_other_code_are_refused(
    dask: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_notebook(tmp_path, "1")
    monkeypatch.setattr(fitness, "describe_code", lambda: "0" * 64)
    wanted = r"2 faults\n  - tcp.*: code of analysis/ is [0-9a-f]{12} there, and 000000000000 here"
    with (
        pytest.raises(RunError, match=wanted),
        open_cluster(dask.scheduler_address, jobs=1, plans=[plan]),
    ):
        pass
    assert leftovers(tmp_path) == []


def test_a_worker_that_joined_later_with_other_code_runs_nothing(
    dask: LocalCluster, tmp_path: Path
) -> None:
    plan = plan_notebook(tmp_path, "1")
    with Client(dask, set_as_default=False) as client:
        future = client.submit(execute_there, plan, Settings(), ("topic", 0), "0" * 64, pure=False)
        with pytest.raises(RunError, match=r"joined with other code of analysis/; nothing ran"):
            future.result()
    assert not plan.folder.exists()


class _Cluster:
    """Answers as workers would that are set up otherwise."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.scheduler = self
        self.address = "tcp://10.0.0.5:8786"

    def run(self, describe: Any, store: str, mark: str, *, on_error: str) -> dict[str, Any]:
        assert (Path(store) / mark).is_file()
        here = describe_fitness(store, mark)
        return {
            name: {**here, **answer} if isinstance(answer, dict) else answer
            for name, answer in self.answers.items()
        }


def test_a_cluster_without_workers(tmp_path: Path) -> None:
    plan = plan_notebook(tmp_path, "1")
    with pytest.raises(RunError, match=r"has no workers\. .* dask worker tcp://10\.0\.0\.5:8786"):
        check_fit(_Cluster(), [plan])


def test_every_worker_that_is_not_fit_is_named_with_its_reasons(tmp_path: Path) -> None:
    plan = plan_notebook(tmp_path, "1")
    store = str(plan.folder.parents[1])
    found = _Cluster(
        a={},
        b={"run store": "not seen", "requirements.lock": "missing"},
        c={"version of pandas": "1.0", "requirements.lock": "0" * 64},
        d=ModuleNotFoundError("No module named 'analysis'"),
        e={"run store": "not writable"},
    )
    with pytest.raises(RunError) as fault:
        check_fit(found, [plan])
    text = str(fault.value)
    assert f"b: not seen from there: {store}. All machines must share this folder" in text
    assert "b: requirements.lock" not in text
    assert "c: requirements.lock is 000000000000 there, and missing here" in text
    assert "c: version of pandas is 1.0 there, and" in text
    assert "d: cannot load this package (No module named 'analysis'). Install" in text
    assert "e: not writable from there" in text
    assert "a:" not in text.replace("pandas:", "")
    assert text.endswith("Stop that worker, or start it as docs/how-to/many-machines.md says.")


def test_dask_is_loaded_only_for_a_cluster() -> None:
    code = (
        "import sys, analysis, analysis.cli.app, analysis.runs.execute;"
        "import analysis.cli.commands.running;"
        "print(json.dumps(sorted({'dask', 'distributed'} & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import json; {code}"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
