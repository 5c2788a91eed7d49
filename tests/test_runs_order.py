"""In which order runs start."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.runs.execute import RunEvent, execute_runs
from analysis.runs.plan import PlannedRun, longest_first
from analysis.runs.record import RunRecord, write_record
from tests.study_for_runs import plan_notebook


def planned(root: Path, notebook: str, told: object = None) -> PlannedRun:
    plan = plan_notebook(root / notebook, "1 + 1", notebook=notebook)
    if told is not None:
        content = json.loads(plan.path.read_text())
        content["metadata"]["gipfel"] = {"seconds": told}
        plan.path.write_text(json.dumps(content))
    return plan


def took(plan: PlannedRun, seconds: float) -> None:
    plan.folder.mkdir(parents=True)
    record = RunRecord(
        plan.notebook, plan.key, "succeeded", plan.folder, plan.parameters, seconds=seconds
    )
    write_record(record, plan.folder)


def test_what_is_not_known_keeps_the_order_of_the_study(tmp_path: Path) -> None:
    assert longest_first([planned(tmp_path, f"0{i}_x") for i in (1, 2, 3)]) == [0, 1, 2]


def test_what_a_notebook_says_of_itself_counts_until_it_has_run(tmp_path: Path) -> None:
    short, long = planned(tmp_path, "01_x", 2), planned(tmp_path, "02_x", 9.5)
    assert longest_first([short, long]) == [1, 0]
    took(long, 0.1)
    assert longest_first([short, long]) == [0, 1]


def test_new_parameters_take_as_long_as_the_default_run(tmp_path: Path) -> None:
    short, long = planned(tmp_path, "01_x"), planned(tmp_path, "02_x")
    took(short, 1)
    took(long, 3)
    other = replace(long, folder=long.folder.with_name("7b836d5764c5"))
    assert longest_first([short, other, long]) == [1, 2, 0]
    took(other, 0.5)
    assert longest_first([short, other, long]) == [2, 0, 1]


@pytest.mark.parametrize("told", ["long", [3], {"a": 1}])
def test_what_is_no_number_is_not_counted(tmp_path: Path, told: object) -> None:
    plans = [planned(tmp_path, "01_x", told), planned(tmp_path, "02_x", 1)]
    assert longest_first(plans) == [1, 0]


def test_a_broken_record_is_none(tmp_path: Path) -> None:
    broken, told = planned(tmp_path, "01_x"), planned(tmp_path, "02_x", 1)
    broken.folder.mkdir(parents=True)
    (broken.folder / "run.json").write_text("{")
    assert longest_first([broken, told]) == [1, 0]


def test_one_at_a_time_keeps_the_order_of_the_study_and_two_do_not(tmp_path: Path) -> None:
    plans = [planned(tmp_path, "01_x"), planned(tmp_path, "02_x"), planned(tmp_path, "03_x", 9)]
    for jobs, first in ((1, "01_x"), (2, "03_x")):
        started: list[str] = []

        def hear(event: RunEvent, started: list[str] = started) -> None:
            if event.kind == "started":
                started.append(event.plan.notebook)

        records = execute_runs(plans, jobs=jobs, on_event=hear)
        assert [record.notebook for record in records] == ["01_x", "02_x", "03_x"]
        assert first in started[:jobs]
        for plan in plans:
            (plan.folder / "run.json").unlink()
