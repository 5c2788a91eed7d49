"""Who reads open tables waits neither for the German models nor for papermill."""

from __future__ import annotations

import ast
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import analysis

ROOT = Path(__file__).resolve().parents[1]
MEASURES = sorted(path.stem for path in (ROOT / "analysis" / "measures").glob("[a-z]*.py"))
HEAVY = ("somajo", "HanTa", "papermill", "nbclient", "jupyter_client", "matplotlib")


def loaded_by(statement: str, names: tuple[str, ...]) -> set[str]:
    """Give which of some modules a statement loads in a fresh interpreter."""
    code = f"{statement}; import sys; print(*(n for n in {names!r} if n in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_who_reads_annotated_articles_waits_for_no_model() -> None:
    assert loaded_by("from analysis.annotation.parts import read_parts", HEAVY) == set()


def test_figures_plans_and_commands_load_no_model_and_no_papermill() -> None:
    """In one process: what one of them loaded would be found as well."""
    statement = "from analysis import open_workbench, read_features; read_features().mentions"
    statement += "; import analysis.runs.plan, analysis.cli.app"
    assert loaded_by(statement, ("somajo", "HanTa", "papermill")) == set()


def test_reading_and_measuring_loads_no_german_model() -> None:
    parts = [f"import analysis.measures.{name}" for name in MEASURES]
    statement = "; ".join(["from analysis.tables.features import read_features", *parts])
    assert loaded_by(statement, (*HEAVY, "analysis.annotation", "analysis.corpus")) == set()


def test_the_check_sees_what_is_loaded() -> None:
    statement = "from analysis.annotation.tokens import Annotator; Annotator()"
    assert loaded_by(statement, HEAVY) >= {"somajo", "HanTa"}


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda p: p.stem)
def test_benchmarks_import_what_is_there(path: Path) -> None:
    """They are not called in CI, and some need programs that are not installed."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analysis"):
            exec(f"from {node.module} import {', '.join(one.name for one in node.names)}", {})  # noqa: S102


@pytest.mark.parametrize("name", MEASURES)
def test_measures_know_open_tables_only(name: str) -> None:
    """Which measures may import which is kept by import-linter, in pyproject.toml."""
    tree = ast.parse((ROOT / "analysis" / "measures" / f"{name}.py").read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    own = {module.split(".")[1] for module in modules if module.startswith("analysis.")}
    assert own <= {"measures", "study", "tables"}


def test_completion_offers_the_public_names_and_nothing_else() -> None:
    code = (
        "import analysis; analysis.read_study; import analysis.tables.schema; print(*dir(analysis))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == sorted(analysis.__all__)
    assert len(analysis.__all__) <= 60
    assert all(getattr(analysis, name).__doc__ for name in analysis.__all__)


def test_help_begins_with_one_page_of_the_public_names_in_groups() -> None:
    page = pydoc.plain(pydoc.render_doc(analysis)).partition("PACKAGE CONTENTS")[0]
    assert len(page.splitlines()) <= 50
    listed = re.findall(r"^ {8}(\S.*)$", page, re.M)
    names = [name.strip() for line in listed for name in line.strip(",").split(",")]
    assert sorted(names) == sorted(analysis.__all__)
    assert {"Reading", "Framing", "Topics", "Concordance", "Figures"} <= {
        line.strip() for line in page.splitlines()
    }


def test_notebooks_import_public_names_from_the_package_alone() -> None:
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
        nodes = [node for cell in cells for node in ast.walk(ast.parse(cell.source))]
        for node in (node for node in nodes if isinstance(node, ast.ImportFrom)):
            public = {alias.name for alias in node.names} & set(analysis.__all__)
            assert node.module == "analysis" or not public, (path.name, node.module, public)


def test_no_public_name_is_that_of_a_room() -> None:
    """A room that is imported would take the place of the function."""
    rooms = {path.name for path in (ROOT / "analysis").iterdir()}
    assert not rooms & set(analysis.__all__)
