"""Readings: numbers come from values, and a reading is shown with its own results only."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from commands import call
from conftest import ROOT

from analysis.figures.readings import make_stamp, read_stamp, word_reading, write_stamp
from analysis.runs.execute import execute_runs
from analysis.runs.job import Settings
from analysis.runs.key import find_parts
from analysis.runs.plan import plan_run
from analysis.study.errors import ExportError
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.features import read_manifest

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
NUMBER_WORDS = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"


def reading_cell(path: Path) -> nbformat.NotebookNode:
    (cell,) = [
        cell
        for cell in nbformat.read(path, as_version=4).cells
        if "reading" in cell.metadata.get("tags", [])
    ]
    return cell


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_no_number_of_a_reading_is_fixed_text(path: Path) -> None:
    """Years, names of notebooks and example commands are no results."""
    (text,) = re.findall(r'"""(.*?)"""', reading_cell(path).source, re.DOTALL)
    text = re.sub(r"\{[^}]*\}|`[^`]*`|\b20[0-9]{2}\b|G²", "", text)
    assert re.findall(rf"\d\S*|\b(?:{NUMBER_WORDS})\b", text) == []


def test_the_readings_of_the_study_are_stamped_for_it() -> None:
    """If this fails: look at the executed notebooks, then `gipfel readings --stamp`."""
    study, layout = read_study(Layout(ROOT)), Layout(ROOT)
    tables = read_manifest(layout.features)["tables"]
    plans = [plan_run(study, layout, name) for name in NAMES]
    wanted = {
        plan.notebook: make_stamp(plan.path, study, tables, plan.parameters) for plan in plans
    }
    assert {path.stem: read_stamp(path) for path in NOTEBOOKS} == wanted


def test_a_value_that_is_not_there_is_named() -> None:
    stamp = {"study": "1"}
    with pytest.raises(ExportError) as caught:
        word_reading("{n_deel}", {"n_deal": 1}, found=stamp, wanted=stamp, notebook="07_voices")
    assert str(caught.value) == (
        "07_voices, reading: unknown value 'n_deel'. Allowed: n_deal. Did you mean 'n_deal'?"
    )


def test_a_reading_without_a_stamp_is_not_shown() -> None:
    told = word_reading("{n}.", {"n": 1}, found={}, wanted={}, notebook="07_voices")
    assert told.startswith("> **No reading.** The study's reading bears no stamp yet")
    assert told.endswith("stamps it with `gipfel readings --stamp 07_voices`.")


@pytest.fixture
def study(toy_layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """The made-up study with the notebook of voices, stamped for it."""
    layout = Layout(tmp_path / "study")
    shutil.copytree(toy_layout.root, layout.root, ignore=shutil.ignore_patterns("*.ipynb"))
    layout.notebooks.mkdir(exist_ok=True)
    for name in ("07_voices", "12_validation"):
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", layout.notebooks)
    monkeypatch.chdir(layout.root)
    runner = call("readings", "--stamp", "07_voices", "12_validation")
    assert runner.exit_code == 0, runner.output
    return layout


def changed(layout: Layout, notebook: str, **parameters: object) -> list[str]:
    """Name the parts of the stamp that no longer fit."""
    study, tables = read_study(layout), read_manifest(layout.features)["tables"]
    plan = plan_run(study, layout, notebook, parameters)
    found = read_stamp(plan.path)
    wanted = make_stamp(plan.path, study, tables, plan.parameters)
    return [part for part in wanted if found[part] != wanted[part]]


def replace(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_stamp_knows_study_tables_and_parameters(study: Layout) -> None:
    assert changed(study, "07_voices") == []
    assert changed(study, "07_voices", width="page", language="en") == []
    assert changed(study, "07_voices", tier="core_near") == ["parameters"]
    replace(study.study_file, 'label_language = "de"', 'label_language = "en"')
    assert changed(study, "07_voices") == []
    replace(study.study_file, "seed = ", "seed = 1")
    assert changed(study, "07_voices") == ["study"]


def test_a_stamp_knows_the_tables_that_the_notebook_reads_and_no_others(study: Layout) -> None:
    manifest = json.loads((study.features / "manifest.json").read_text(encoding="utf-8"))
    manifest["tables"]["ngrams"]["content"] = "0" * 64
    (study.features / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert changed(study, "07_voices") == []
    manifest["tables"]["mentions"]["content"] = "0" * 64
    (study.features / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert changed(study, "07_voices") == ["tables"]
    assert changed(study, "12_validation") == []
    replace(study.validation / "scores.csv", "0.82", "0.28")
    assert changed(study, "12_validation") == ["tables"]


def test_the_command_lists_what_does_not_fit(study: Layout) -> None:
    replace(study.study_file, "seed = ", "seed = 1")
    told = call("readings", "07_voices")
    assert (told.exit_code, told.output) == (1, "07_voices: written for other study\n")


def test_a_new_stamp_makes_a_run_stale(study: Layout) -> None:
    """Else the executed notebook would keep the note in place of its reading."""
    plan = plan_run(read_study(study), study, "07_voices")
    before = find_parts(plan)["notebook"]
    write_stamp(plan.path, {"study": "another"})
    assert find_parts(plan)["notebook"] != before


def test_a_notebook_without_a_reading_is_not_stamped(tmp_path: Path) -> None:
    path = tmp_path / "01_none.ipynb"
    path.write_text('{"cells": []}')
    with pytest.raises(ExportError, match="wanted a code cell tagged 'reading' to stamp, found no"):
        write_stamp(path, {})


def shown(path: Path) -> str:
    (output,) = reading_cell(path).outputs
    return str(output.data["text/markdown"])


@pytest.mark.xdist_group("kernels")
def test_a_run_shows_the_reading_or_a_note(study: Layout) -> None:
    design = read_study(study)
    given: list[dict[str, object]] = [{}, {"tier": "core_near"}]
    plans = [plan_run(design, study, "07_voices", one) for one in given]
    records = execute_runs(plans, settings=Settings(engine="warm", force=True))
    assert [record.state for record in records] == ["succeeded", "succeeded"]
    own, other = (shown(record.folder / "notebook.ipynb") for record in records)
    count = json.loads((records[0].figures / "07_values.json").read_text())["values"]
    assert f"*Erfolg*: {count['n_Erfolg_affirmed']} affirm" in own.replace("\n", " ")
    assert other.startswith("> **No reading.** The study's reading was written for other parameter")
