"""Runs in processes and on a Dask cluster: the same records, faults of the cluster said."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from study_for_runs import plan_notebook, write_notebook, write_study

from analysis.runs.execute import RunEvent, execute_elsewhere, execute_run, execute_runs
from analysis.runs.job import Settings
from analysis.runs.key import code_hash
from analysis.runs.plan import PlannedRun, plan_runs
from analysis.runs.record import read_record
from analysis.study import executor as executors
from analysis.study.errors import RunError
from analysis.study.executor import check_address, open_executor

pytestmark = pytest.mark.xdist_group("cluster")


@pytest.mark.parametrize(
    ("modules", "not_loaded"),
    [
        (
            "analysis.cli.app, analysis.cli.run, analysis.runs.execute, analysis.study.executor",
            {"dask", "distributed"},
        ),
        (
            "analysis.runs.execute, analysis.runs.store",
            {"papermill", "matplotlib", "pandas", "IPython"},
        ),
    ],
)
def test_dask_and_what_executes_notebooks_are_loaded_where_they_work(
    modules: str, not_loaded: set[str]
) -> None:
    code = f"import sys, analysis, {modules};print({not_loaded} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def plan_many(root: Path, *sources: str, n: int) -> list[PlannedRun]:
    names = [f"{number:02}_probe" for number in range(1, n + 1)]
    study, layout = write_study(root, dict.fromkeys(names, "{}"))
    for name in names:
        write_notebook(layout.notebooks / f"{name}.ipynb", *sources)
    return plan_runs(study, layout)


@pytest.mark.parametrize("address", [None, pytest.param("local", marks=pytest.mark.long)])
def test_an_executor_gives_the_records_that_runs_here_give(
    tmp_path: Path, address: str | None
) -> None:
    plans = plan_many(tmp_path, "1 + 1", n=2)
    fails = plan_notebook(tmp_path / "b", "{}['Brot']")
    events: list[RunEvent] = []
    with open_executor(address, jobs=2) as executor:
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
    assert [event.kind for event in events] == ["finished"] * 3
    names = [path.name for path in (tmp_path / "papermill_runs").rglob("*")]
    assert not [name for name in names if re.search(r"\.part-|\.holder|\.previous", name)]


class _OtherExecutor(ThreadPoolExecutor):
    """Does with every run what a test asks for."""

    def __init__(self, act: Any) -> None:
        super().__init__(1)
        self.act = act

    def submit(self, fn: Any, /, *given: Any, **_: Any) -> Future[Any]:
        return super().submit(self.act, *given)


def lose(*_: Any) -> None:
    """Lose a run, as a cluster does whose workers all die of it."""
    raise ConnectionError("the worker died 4 times")


def test_a_run_that_the_cluster_loses_is_on_record(tmp_path: Path) -> None:
    plans = plan_many(tmp_path, "1", n=2)
    records = execute_runs(plans, executor=_OtherExecutor(lose))
    assert [record.state for record in records] == ["died", "died"]
    assert records[0].failure is not None
    assert records[0].failure.exception == "ConnectionError"
    assert records[0].failure.message == "the worker died 4 times"


def test_a_run_in_a_folder_that_is_not_shared_is_no_success(tmp_path: Path) -> None:
    plan = plan_notebook(tmp_path, "1")

    def run_there(plan: PlannedRun, settings: Settings, code: str) -> Any:
        assert code == code_hash()
        record = execute_run(plan, settings)
        shutil.rmtree(record.folder)
        return record

    (record,) = execute_runs([plan], executor=_OtherExecutor(run_there))
    assert record.state == "died"
    assert record.failure is not None
    assert "is not here. All machines must share the study's folder" in record.failure.message


def test_a_machine_with_another_package_runs_nothing(tmp_path: Path) -> None:
    plan = plan_notebook(tmp_path, "1")
    with pytest.raises(RunError, match="the package there is not the one here, so nothing ran"):
        execute_elsewhere(plan, Settings(), "0" * 64)
    assert not plan.folder.exists()


@pytest.mark.long
def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 0.5)
    wanted = (
        r"nothing answers as a Dask scheduler at tcp://127\.0\.0\.1:9 within .* \(dask scheduler"
    )
    with pytest.raises(RunError, match=wanted), open_executor("tcp://127.0.0.1:9"):
        pass


@pytest.mark.long
def test_a_scheduler_without_workers_says_how_to_start_some() -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as empty:
        address = empty.scheduler_address
        wanted = f"scheduler: {address} has no workers.*dask worker {address} --nthreads 1"
        with pytest.raises(RunError, match=wanted), open_executor(address):
            pass


@pytest.mark.parametrize("address", ["", "tcp://", "remote", "10.0.0.5:8786", "tcp://host:port"])
def test_an_address_that_is_none(address: str) -> None:
    wanted = f"scheduler: wanted 'local' or 'tcp://host:port', came '{re.escape(address)}'"
    with pytest.raises(RunError, match=wanted):
        check_address(address)
