"""A tiny study on disk, for the tests of analysis.runs: only what a run looks at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT

from analysis.runs.execute import execute_runs
from analysis.runs.job import Settings
from analysis.runs.plan import PlannedRun, plan_run
from analysis.runs.record import EngineName, Failure, RunRecord
from analysis.study.paths import Layout
from analysis.study.study import Study, read_study

PARAMETERS = 'top: int = 3  # terms a side\nunit: str = "lemma"  # what is counted'

STUDY = """
[study]
title = "Probe"
language = "de"
label_language = "de"
seed = 1

[topics]
most_topics = 4
n_seeds = 3
n_subsamples = 3

[[event]]
id = "a"
label = "A"
date = 2020-01-01
colour = "#000000"

[[event]]
id = "b"
label = "B"
date = 2021-01-01
colour = "#FFFFFF"

[[frame]]
id = "Brot"
label = "Brot"
colour = "#009E73"
core = { nouns = ["Brot"] }
"""


def code_cell(source: str, tags: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": list(tags)},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def write_notebook(
    path: Path,
    *sources: str,
    parameters: str | None = PARAMETERS,
    metadata: Mapping[str, Any] | None = None,
) -> Path:
    """Write a notebook; its kernel's name is one that nobody has installed."""
    cells = [] if parameters is None else [code_cell(parameters, ["parameters"])]
    cells += [code_cell(source) for source in sources]
    kernel = {"name": "no-such-kernel", "display_name": "No such kernel", "language": "python"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, **(metadata or {})},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def write_study(root: Path, runs: Mapping[str, str]) -> tuple[Study, Layout]:
    """Write a study with runs: a notebook's name to its parameters as an inline TOML table."""
    tables = [
        f'[[run]]\nnotebook = "{notebook}"\nparameters = {parameters}\n'
        for notebook, parameters in runs.items()
    ]
    root.mkdir(parents=True, exist_ok=True)
    (root / "study.toml").write_text("\n".join([STUDY, *tables]), encoding="utf-8")
    layout = Layout(root.resolve())
    return read_study(layout), layout


def plan_notebook(root: Path, *sources: str, notebook: str = "01_probe") -> PlannedRun:
    """Plan the default run of a study whose only notebook has these cells."""
    study, layout = write_study(root, {notebook: "{}"})
    write_notebook(layout.notebooks / f"{notebook}.ipynb", *sources)
    return plan_run(study, layout, notebook)


def run_cells(root: Path, *cells: str, engine: EngineName = "warm", **limits: Any) -> RunRecord:
    """Execute a notebook of these cells by an engine, which leaves nothing half done."""
    settings = Settings(engine=engine, **limits)
    (record,) = execute_runs([plan_notebook(root, *cells)], settings=settings)
    assert record.engine == engine, record.warnings
    assert leftovers(root) == []
    return record


def leftovers(root: Path) -> list[str]:
    names = [path.name for path in (root / "papermill_runs").rglob("*")]
    return [name for name in names if ".part-" in name or name.endswith(".previous")]


def failure_of(record: RunRecord) -> Failure:
    assert record.failure is not None
    assert record.folder.parent.name == "failed"
    return record.failure


def read_cells(record: RunRecord) -> list[dict[str, Any]]:
    """Read the executed code cells but those of parameters."""
    cells = json.loads((record.folder / "notebook.ipynb").read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return [cell for cell in code if "parameters" not in str(cell["metadata"].get("tags"))]


PARENT = """
import pathlib, sys
from analysis.study.paths import Layout
from analysis.runs.execute import execute_runs
from analysis.runs.job import Settings
from analysis.runs.plan import plan_runs
from analysis.study.study import read_study

def show(event):
    if event.cell == 3:
        print("asleep", flush=True)

layout = Layout(pathlib.Path(sys.argv[1]))
settings = Settings(engine=sys.argv[2])
plans = plan_runs(read_study(layout), layout)
for record in execute_runs(plans, on_event=show, settings=settings):
    print(record.notebook, record.state, record.reason)
"""


def start_parent(root: Path, engine: str = "warm") -> subprocess.Popen[str]:
    """Start a process that executes the runs, and wait until the second cell of one begins."""
    (root / "tmp").mkdir()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(root), engine],
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(root / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "asleep\n"
    return parent


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and that nobody asked after does not."""
    stat = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return stat.stdout.strip()[:1] not in (b"", b"Z")


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait for something that takes long only on a busy machine."""
    for _ in range(1200):
        if is_so():
            return
        time.sleep(0.1)
    pytest.fail("waited in vain")


def shown_cells(path: Path) -> list[tuple[str, int | None, list[object]]]:
    """Give what cells are and show, without times, ids, and where a stream was cut."""
    shown = []
    for cell in nbformat.read(path, as_version=4).cells:
        outputs: list[object] = []
        for output in cell.get("outputs", []):
            previous = outputs[-1] if outputs else None
            is_stream = output.output_type == "stream"
            if is_stream and isinstance(previous, list) and previous[0] == output.name:
                previous[1] += output.text
            else:
                outputs.append([output.name, output.text] if is_stream else output)
        shown.append((cell.source, cell.get("execution_count"), outputs))
    return shown
