"""Sweeps: which runs a grid makes, what they are called, and the table of their numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from study_for_runs import write_notebook, write_study

from analysis.runs.plan import (
    PlannedRun,
    expand_grid,
    find_sweeps,
    parse_grid,
    plan_grid,
    plan_sweep,
    planned_sweeps,
    plans_of,
    summarise,
    write_summary,
)
from analysis.runs.record import RunRecord
from analysis.study.errors import ParameterError, RunError, StudyError
from analysis.study.paths import Layout
from analysis.study.study import Study, parse_study, read_study

SWEEPS = """
[[run]]
notebook = "01_probe"
name = "units"
parameters = { top = 7 }
grid = { unit = ["form", "lemma"], top = [1, 2] }

[[run]]
notebook = "01_probe"
name = "chosen"
settings = [{ top = 1 }, { unit = "form" }]
"""


@pytest.fixture
def probe(tmp_path: Path) -> tuple[Study, Layout]:
    _, layout = write_study(tmp_path, {"01_probe": "{}"})
    write_notebook(layout.notebooks / "01_probe.ipynb", "x = 1")
    layout.study_file.write_text(layout.study_file.read_text() + SWEEPS)
    return read_study(layout), layout


def record_of(plan: PlannedRun, state: str = "succeeded", **numbers: float) -> RunRecord:
    figures = plan.folder / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    (figures / "01_values.json").write_text(json.dumps({"values": numbers}))
    (figures / "01_probe.json").write_text(json.dumps({"parameters": {}}))
    return RunRecord(plan.notebook, plan.key, state, plan.folder, plan.parameters)  # type: ignore[arg-type]


def test_a_grid_is_every_combination(probe: tuple[Study, Layout]) -> None:
    assert expand_grid({"a": [1, 2], "b": [3]}) == [{"a": 1, "b": 3}, {"a": 2, "b": 3}]
    given = parse_grid(["unit=form, lemma", 'pos=[["NN"], ["NN", "NE"]]'])
    assert given == {"unit": ["form", "lemma"], "pos": [["NN"], ["NN", "NE"]]}
    sweep = plan_sweep(*probe, find_sweeps(probe[0], ["units"])[0])
    assert sweep.varied == ("top", "unit")
    assert tuple(sweep.plans) == (
        "top=1, unit=form",
        "top=2, unit=form",
        "top=1, unit=lemma",
        "top=2, unit=lemma",
    )
    assert len({plan.key for plan in sweep.plans.values()}) == 4


def test_all_sweeps_share_equal_runs(probe: tuple[Study, Layout]) -> None:
    sweeps = [plan_sweep(*probe, run) for run in find_sweeps(probe[0], ["all"])]
    assert [sweep.name for sweep in sweeps] == ["units", "chosen"]
    assert tuple(sweeps[1].plans) == ("top=1, unit=lemma", "top=3, unit=form")
    assert [run.notebook for run in probe[0].default_runs] == ["01_probe"]
    assert len(plans_of(sweeps)) == 5  # top=1, unit=lemma is in both


def test_unknown_sweep(probe: tuple[Study, Layout]) -> None:
    with pytest.raises(RunError, match=r"unknown sweep 'unit'.*Did you mean 'units'"):
        find_sweeps(probe[0], ["unit"])


def test_a_grid_needs_a_name(probe: tuple[Study, Layout]) -> None:
    table = probe[0].model_dump(by_alias=True)
    table["run"] = [{"notebook": "01_probe", "grid": {"top": [1]}}]
    with pytest.raises(StudyError, match=r"a grid or settings are a sweep.*name it"):
        parse_study(table)


def test_a_wrong_value_says_which_sweep(probe: tuple[Study, Layout]) -> None:
    run = probe[0].sweeps[0].model_copy(update={"grid": {"top": ("many",)}})
    with pytest.raises(ParameterError, match=r"study.toml, \[\[run\]\] 'units': .*wanted int"):
        plan_sweep(*probe, run)


def test_equal_settings_are_refused(probe: tuple[Study, Layout]) -> None:
    with pytest.raises(ParameterError, match="the same setting twice"):
        plan_grid(*probe, "01_probe", {"top": ["1", 1]})


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["unit"], "wanted a parameter as name=value, came 'unit'"),
        (["unit=a", "unit=b"], "'unit' is given twice; list all values in one"),
        (["pos=[a"], "not valid JSON"),
    ],
)
def test_a_grid_that_cannot_be_read(texts: list[str], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        parse_grid(texts)


def test_the_command_line_joins_fixed_and_varied(probe: tuple[Study, Layout]) -> None:
    (sweep,) = planned_sweeps(*probe, ["01_probe"], grid=["top=1,2"], fixed=["unit=form"], names=[])
    assert tuple(sweep.plans) == ("top=1", "top=2")
    assert {plan.parameters["unit"] for plan in sweep.plans.values()} == {"form"}


@pytest.mark.parametrize(
    ("notebooks", "options", "message"),
    [
        ([], {"grid": ["top=1"]}, "--grid belongs to one notebook, came none"),
        (["01_probe"], {"grid": ["top=1"], "fixed": ["top=2"]}, "given twice: top"),
        ([], {"grid": ["top=1"], "names": ["units"]}, "--grid and --sweep exclude each other"),
        (["01_probe"], {"names": ["units"]}, "--sweep says all of notebook and parameters"),
    ],
)
def test_options_that_do_not_go_together(
    probe: tuple[Study, Layout], notebooks: list[str], options: dict[str, list[str]], message: str
) -> None:
    every = {"grid": [], "fixed": [], "names": [], **options}
    with pytest.raises(ParameterError, match=message):
        planned_sweeps(*probe, notebooks, **every)


def test_the_summary_has_every_number_and_every_failure(probe: tuple[Study, Layout]) -> None:
    sweep = plan_grid(*probe, "01_probe", {"top": [1, 2, 4]})
    records = [
        record_of(sweep.plans["top=2"], share=0.5, n=3),
        record_of(sweep.plans["top=1"], state="failed", share=9),
    ]
    table = summarise(sweep, records)
    assert table[["setting", "state", "top", "name"]].to_numpy().tolist() == [
        ["top=1", "failed", 1, ""],
        ["top=2", "succeeded", 2, "share"],
        ["top=2", "succeeded", 2, "n"],
        ["top=4", "never run", 4, ""],
    ]
    assert table["value"].tolist()[1:3] == [0.5, 3]
    path = write_summary(table, sweep, probe[1])
    assert path.name == "01_probe-grid.csv"
    assert path.read_text().startswith("notebook,sweep,setting,key,state,top,name,value\n")
