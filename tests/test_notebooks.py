"""What every notebook must be, and that each runs on the made-up study and on the open tables."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from conftest import ROOT

from analysis.runs.execute import execute_runs
from analysis.runs.parameters import read_parameters
from analysis.runs.plan import plan_run
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.features import read_features, read_manifest, write_manifest, write_table

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]


@pytest.fixture(params=NOTEBOOKS, ids=NAMES)
def path(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def cells(path: Path, kind: str) -> list[nbformat.NotebookNode]:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


def test_notebook_is_short(path: Path) -> None:
    code = cells(path, "code")
    assert len(code) <= 15
    assert max(len(cell.source.splitlines()) for cell in code) <= 15


def test_notebook_computes_nothing_itself(path: Path) -> None:
    trees = [ast.parse(cell.source) for cell in cells(path, "code")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    assert not [node for node in nodes if isinstance(node, ast.ClassDef)]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    assert all((f.end_lineno or 0) - f.lineno < 5 for f in functions)
    strings = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    assert not [text for text in strings if re.search(r"(^|\s)[.~]{0,2}/\w|\\\w|\.parquet", text)]


def test_notebook_asks_and_reads(path: Path) -> None:
    text = [cell.source for cell in cells(path, "markdown")]
    assert text[0].startswith(f"# {path.stem[:2]} ")
    assert "**Question.**" in text[0]
    assert "**Reads**" in text[0]
    assert "**Writes**" in text[0]
    assert text[-1].startswith("## Reading")
    reading = cells(path, "code")[-1]
    assert reading.metadata["tags"] == ["reading"]
    assert "**What it shows.**" in reading.source
    assert "**What it does not show.**" in reading.source
    assert reading.source.endswith("\nbench.show_reading(reading, values)")


def test_parameters_reach_the_figures(path: Path) -> None:
    """Every parameter is documented and handed to the workbench, which writes it beside figures."""
    declared = read_parameters(path)
    assert all(parameter.comment for parameter in declared)
    source = "\n".join(cell.source for cell in cells(path, "code"))
    for parameter in declared:
        assert re.search(rf'"{parameter.name}": {parameter.name}\b', source), parameter.name


def test_written_files_are_named(path: Path) -> None:
    """The first cell names what is written: no more, no less."""
    source = "\n".join(cell.source for cell in cells(path, "code"))
    exported = set(re.findall(rf'"({path.stem[:2]}_[a-z0-9_]+)"', source)) - {path.stem}
    if re.search(rf'export_\w+\([^)]*"{path.stem}"', source, re.DOTALL):
        exported.add(path.stem)
    named = set(re.findall(r"`(\d\d_[a-z0-9_]+)`", cells(path, "markdown")[0].source))
    assert exported == named


def test_every_notebook_is_run_by_the_study() -> None:
    assert sorted(run.notebook for run in read_study(Layout(ROOT)).default_runs) == NAMES


def test_many_documents_are_told_of_only_where_there_are_many(annotated_toy: Layout) -> None:
    """Six documents are too few; of eighteen copies the tables are written, with numbers."""
    layout, name = annotated_toy, "15_many_documents"
    shutil.copytree(ROOT / "notebooks", layout.notebooks, dirs_exist_ok=True)
    study = layout.study_file.read_text(encoding="utf-8")
    layout.study_file.write_text(f'{study}\n[[run]]\nnotebook = "{name}"\n', encoding="utf-8")
    plan = plan_run(read_study(layout), layout, name)
    assert plan.reason == "needs 10 documents; the open tables have 6"
    features = read_features(layout.features)
    for table in ("documents", "segments", "mentions"):
        found = getattr(features, table)
        ids = [key for key in ("doc_id", "segment_id", "mention_id") if key in found]
        copies = [found.assign(**{key: found[key] + f"{i}" for key in ids}) for i in "abc"]
        write_table(pd.concat(copies, ignore_index=True), table, layout.features)
    write_manifest(read_manifest(layout.features)["made_from"], layout.features)
    (record,) = execute_runs([plan_run(read_study(layout), layout, name)])
    assert (record.state, record.warnings) == ("succeeded", []), record.failure
    told = {path.stem: pd.read_csv(path) for path in record.figures.glob("*.csv")}
    assert set(told) == {"15_length", "15_together", "15_trend"}
    assert (told["15_length"]["n_documents"] <= 18).all()
    assert (told["15_length"]["status"] == "geschätzt").any()
