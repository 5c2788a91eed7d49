"""What executed notebooks show, looked at from outside: decoded, and compared pixel by pixel.

Two notebooks are executed by the commands of papermill, of Jupyter and by `gipfel run`; in CI
all of them by that of Jupyter. What all notebooks show that `make figures` has executed is
looked at in CI as well.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import numpy as np
import pytest
from click.testing import CliRunner
from conftest import ROOT
from matplotlib.figure import Figure
from papermill import inspect_notebook
from papermill.cli import papermill as command
from pictures import check_all, check_shown, decode, draw_fresh, shown_pictures
from PIL import Image

from analysis.figures.readings import find_reads
from analysis.figures.workbench import Workbench
from analysis.runs.execute import execute_runs
from analysis.runs.job import Settings
from analysis.runs.parameters import read_parameters
from analysis.runs.plan import plan_run
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.schema import TABLES

NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
COMPARED = ["01_corpus", "03_framing"]
EXECUTED = NAMES if os.environ.get("CI") else COMPARED
pytestmark = pytest.mark.xdist_group("kernels")


@pytest.fixture(scope="module")
def layout(toy_layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The made-up study with the notebooks, for work by hand."""
    copy = Layout(tmp_path_factory.mktemp("pictures") / "toy")
    shutil.copytree(toy_layout.root, copy.root, ignore=shutil.ignore_patterns("papermill_runs"))
    shutil.copytree(ROOT / "notebooks", copy.notebooks, dirs_exist_ok=True)
    return copy


def run(layout: Layout, *command: str) -> str:
    """Run a command of the environment in the study; gives all that it says."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:]],
        cwd=layout.root,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def papermill(layout: Layout, name: str) -> Path:
    """Execute by the command of papermill."""
    out = layout.root / "out.ipynb"
    said = run(layout, "papermill", f"notebooks/{name}.ipynb", str(out), "-p", "width", "column")
    assert "unknown parameter" not in said
    return out


class Shown(NamedTuple):
    """What an executed notebook shows, and the files that it wrote."""

    pictures: list[Image.Image]
    files: dict[str, bytes]


def collect(layout: Layout, name: str, executed: Path) -> Shown:
    """Take the pictures out of an executed notebook, and its files away."""
    folder = layout.runs / name / "interactive"
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(folder)
    pictures = shown_pictures(executed)
    assert len([file for file in files if file.endswith(".png")]) == len(pictures)
    assert pictures or name == "15_many_documents"
    return Shown(pictures, files)


@pytest.fixture(scope="module")
def converted(layout: Layout) -> dict[str, Shown]:
    """All notebooks executed by one command of nbconvert."""
    out = layout.root / "converted"
    notebooks = [f"notebooks/{name}.ipynb" for name in EXECUTED]
    command = ["jupyter", "nbconvert", "--execute", "--to=notebook", f"--output-dir={out}"]
    run(layout, *command, *notebooks)
    return {name: collect(layout, name, out / f"{name}.ipynb") for name in EXECUTED}


@pytest.mark.parametrize("name", EXECUTED)
def test_notebook_shows_what_a_fresh_drawing_gives(
    name: str, layout: Layout, converted: dict[str, Shown], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal to a drawing of a figure that was not exported, and like the files that were."""
    seen = [converted[name]]
    if name in COMPARED:
        seen.append(collect(layout, name, papermill(layout, name)))
        assert seen[0].files == seen[1].files
    with monkeypatch.context() as patch:
        patch.chdir(layout.root)
        fresh = draw_without_export(layout.root / "converted" / f"{name}.ipynb", patch)
    for shown in seen:
        for picture, (file, drawn) in zip(shown.pictures, fresh.items(), strict=True):
            assert np.array_equal(picture, drawn), file
            check_shown(picture, decode(shown.files[f"{file}.png"]), file)
    if name in COMPARED:
        check_warm_worker(layout, name, seen[0])


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in NAMES if name not in COMPARED])
def test_papermill_shows_what_nbconvert_shows(name: str, layout: Layout) -> None:
    """In `make test` two notebooks are executed by papermill, here all others."""
    by_papermill = collect(layout, name, papermill(layout, name))
    out = layout.root / "alone"
    command = ["jupyter", "nbconvert", "--execute", "--to=notebook", f"--output-dir={out}"]
    run(layout, *command, f"notebooks/{name}.ipynb")
    by_nbconvert = collect(layout, name, out / f"{name}.ipynb")
    assert by_papermill.files == by_nbconvert.files
    assert len(by_papermill.pictures) == len(by_nbconvert.pictures)
    for first, second in zip(by_papermill.pictures, by_nbconvert.pictures, strict=True):
        assert np.array_equal(first, second)


def check_warm_worker(layout: Layout, name: str, shown: Shown) -> None:
    """Check that `gipfel run` shows the same pictures and writes the same files."""
    plan = plan_run(read_study(layout), layout, name)
    (record,) = execute_runs([plan], settings=Settings(force=True))
    assert (record.state, record.warnings) == ("succeeded", []), record.failure
    warm = shown_pictures(record.folder / "notebook.ipynb")
    for first, second in zip(shown.pictures, warm, strict=True):
        assert np.array_equal(first, second)
    assert {path.name: path.read_bytes() for path in record.figures.iterdir()} == shown.files
    assert {Path(file).suffix for file in shown.files} >= {".pdf", ".svg", ".png", ".csv"}


@pytest.mark.skipif("GIPFEL_MADE" not in os.environ, reason="after make figures, in .ci/run")
@pytest.mark.parametrize("name", NAMES)
def test_notebooks_of_make_figures_show_the_files(name: str) -> None:
    layout = Layout(ROOT)
    if (plan := plan_run(read_study(layout), layout, name)).reason:
        pytest.skip(plan.reason)
    folder = layout.runs / name / "default"
    check_all(shown_pictures(folder / "notebook.ipynb"), folder / "figures")
    tables = set(inputs_of(folder / "figures")) & set(TABLES)
    reads = find_reads(ROOT / "notebooks" / f"{name}.ipynb")
    assert tables <= set(reads), "the first cell names all tables read"


def inputs_of(figures: Path) -> Iterator[str]:
    """List what the files beside the figures say that they rest on."""
    for path in figures.glob("*.json"):
        yield from json.loads(path.read_text(encoding="utf-8"))["inputs"]


def draw_without_export(path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Image.Image]:
    """Execute cells up to each export of a figure, and draw the figure in its place."""
    drawn: dict[str, Image.Image] = {}

    def draw(_: Workbench, figure: Figure, name: str, *__: object, **___: object) -> None:
        drawn[name] = draw_fresh(figure)

    monkeypatch.setattr(Workbench, "export_figure", draw)
    names: dict[str, object] = {"display": lambda *_: None}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)  # noqa: S102 - a notebook of this repository
    return drawn


def call_papermill(*arguments: str) -> str:
    """Call papermill's command in this process; gives all that it says."""
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("name", NAMES)
def test_the_command_of_papermill_tells_and_takes_parameters(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notebook, out = str(ROOT / "notebooks" / f"{name}.ipynb"), str(tmp_path / "out.ipynb")
    declared = read_parameters(Path(notebook))
    given = [text for p in declared for text in ("-p", p.name, str(p.default))]
    caplog.set_level("WARNING")
    said = call_papermill("--prepare-only", notebook, out, *given) + caplog.text
    assert "unknown parameter" not in said
    assert "Unable to parse" not in said
    told = call_papermill("--help-notebook", notebook)
    assert list(inspect_notebook(notebook)) == [parameter.name for parameter in declared]
    for parameter in declared:
        line = f"  {parameter.name}: {parameter.annotation} (default {parameter.default!r})"
        assert line in told
        assert parameter.comment in told
    assert told.count("(default") == len(declared)


def test_papermill_warns_of_a_parameter_that_does_not_exist(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notebook, out = str(ROOT / "notebooks" / "03_framing.ipynb"), str(tmp_path / "out.ipynb")
    call_papermill("--prepare-only", notebook, out, "-p", "teir", "core")
    assert "Passed unknown parameter: teir" in caplog.text


def test_papermill_reads_other_notebooks_as_before(tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell(
        "import os\ntop = 3  # terms", metadata={"tags": ["parameters"]}
    )
    other = nbformat.v4.new_notebook(cells=[cell])
    other.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python"}
    nbformat.write(other, tmp_path / "other.ipynb")
    told = call_papermill("--help-notebook", str(tmp_path / "other.ipynb"))
    assert "top: Unknown type (default 3)" in told
