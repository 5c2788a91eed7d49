"""Notebooks as files: reading one, judging an executed one, and cleaning one for git.

papermill alone does not say whether a run succeeded: after ``sys.exit(0)`` it leaves cells
unrun and reports success, and after a timeout or a dead kernel its notebook calls every
cell "completed". So a run succeeded only if the call returned, every code cell was executed,
and none holds an error.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from analysis.runs.record import Failure
from analysis.study.atomic import write_if_changed
from analysis.study.errors import ParameterError, RunError
from analysis.study.paths import Layout, git

#: The tag of the one cell that holds the parameters.
TAG = "parameters"
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
#: Lines that IPython understands and Python does not.
_MAGIC = re.compile(r"^(\s*)[%!?].*", re.MULTILINE)
#: Tags of cells that papermill adds: they are in no notebook that anybody edits.
_ADDED = {"injected-parameters", "papermill-error-cell-tag"}
#: What front ends and papermill leave in metadata; tags and the like stay.
_CELL_TRACES = ("ExecuteTime", "collapsed", "execution", "jupyter", "papermill", "scrolled")
_NOTEBOOK_TRACES = ("papermill", "signature", "toc", "widgets")

Cell = Mapping[str, Any]


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook file as it lies on disk, without nbformat."""
    try:
        text = path.read_text(encoding="utf-8")
        notebook = json.loads(text)
        if "\\ud" in text.lower():
            json.dumps(notebook, ensure_ascii=False).encode()
    except FileNotFoundError:
        raise ParameterError(f"{path}: no such notebook") from None
    except UnicodeEncodeError as fault:
        odd = ascii(fault.object[fault.start])
        raise ParameterError(
            f"{path}: wanted text, came half a character ({odd}), which no file can hold. "
            f"Delete it, or write it in a string of the code as an escape: {odd}"
        ) from None
    except ValueError as fault:
        raise ParameterError(f"{path}: not a notebook, not valid JSON: {fault}") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ParameterError(f"{path}: not a notebook of format 4; it has no list of cells")
    return notebook


def cell_source(cell: Cell) -> str:
    """Return a cell's source as one string; on disk it is usually a list of lines."""
    return "".join(cell.get("source", ""))


def has_tag(cell: Cell, *tags: str) -> bool:
    """Whether a cell bears one of some tags."""
    return bool({*tags} & {*cell.get("metadata", {}).get("tags", [])})


def read_needs(path: Path) -> dict[str, Any]:
    """Read what a notebook says of itself in its metadata below ``gipfel``."""
    return dict(read_notebook(path).get("metadata", {}).get("gipfel", {}))


def read_language(path: Path) -> tuple[str, str]:
    """Read the language of a notebook, in small letters, and the kernel that it names."""
    about = read_notebook(path).get("metadata", {})
    spec = about.get("kernelspec", {})
    language = spec.get("language") or about.get("language_info", {}).get("name") or "python"
    return ("python" if language.casefold() == "ipython" else language), spec.get("name", "")


def code_cells(path: Path) -> Iterator[tuple[int, str]]:
    """Yield number, from 1, and source of every code cell but the parameters."""
    cells = [cell for cell in read_notebook(path)["cells"] if cell.get("cell_type") == "code"]
    for number, cell in enumerate(cells, start=1):
        text = cell_source(cell).strip()
        if text and not has_tag(cell, TAG):
            yield number, text


def find_imports(path: Path) -> list[str]:
    """List the dotted names that the cells of a notebook import; magic commands do not count."""
    found: set[str] = set()
    for _, source in code_cells(path):
        with suppress(SyntaxError, ValueError):
            for node in ast.walk(ast.parse(_MAGIC.sub(r"\1pass", source))):
                if isinstance(node, ast.Import):
                    found.update(name.name for name in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.update(f"{node.module}.{name.name}" for name in node.names)
    return sorted(found)


def count_cells(cells: Sequence[Cell]) -> tuple[int, int]:
    """Count the code cells of an executed notebook: all, and those that ended without an error."""
    code = [cell for cell in cells if _has_code(cell) and not is_added(cell)]
    done = [cell for cell in code if cell.get("execution_count") and _find_error(cell) is None]
    return len(code), len(done)


def find_failure(cells: Sequence[Cell]) -> Failure | None:
    """Find what kept an executed notebook from success, if anything."""
    for index, cell in enumerate(cells):
        error = _find_error(cell)
        if error is not None:
            text = strip_colours("\n".join(error.get("traceback", [])))
            return blame_cell(cells, index, (error["ename"], error["evalue"], text))
    for index, cell in enumerate(cells):
        if _has_code(cell) and not cell.get("execution_count"):
            message = "papermill returned, but this cell and those after it were not executed"
            return blame_cell(cells, index, ("CellNotRun", message, ""))
    return None


def blame_cell(cells: Sequence[Cell], index: int | None, error: tuple[str, str, str]) -> Failure:
    """Blame a cell of an executed notebook, counted as in the notebook that is edited.

    ``error`` holds the exception's name, its text and the traceback.
    """
    if index is None or not cells:
        return Failure(None, "", *error)
    edited = sum(not is_added(cell) for cell in cells[:index])
    return Failure(edited, cell_source(cells[index]), *error)


def strip_colours(text: str) -> str:
    """Remove the escape sequences that colour a terminal."""
    return _ANSI.sub("", text)


def is_added(cell: Cell) -> bool:
    """Whether papermill added a cell: the parameters given, or a mark of an error."""
    return has_tag(cell, *_ADDED)


def _has_code(cell: Cell) -> bool:
    return cell.get("cell_type") == "code" and bool(cell_source(cell).strip())


def _find_error(cell: Cell) -> Mapping[str, Any] | None:
    outputs = cell.get("outputs", [])
    return next((output for output in outputs if output["output_type"] == "error"), None)


def clean_notebook(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Take out what executing a notebook leaves; sources, tags and ids stay."""
    cells = []
    for cell in notebook["cells"]:
        kept = {**cell, "metadata": _without(cell.get("metadata", {}), _CELL_TRACES)}
        is_code = cell.get("cell_type") == "code"
        cells.append(kept | ({"execution_count": None, "outputs": []} if is_code else {}))
    metadata = _without(notebook.get("metadata", {}), _NOTEBOOK_TRACES)
    if "language_info" in metadata:
        metadata["language_info"] = {"name": metadata["language_info"].get("name", "python")}
    return {**notebook, "cells": cells, "metadata": metadata}


def _without(fields: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def clean_file(path: Path) -> bool:
    """Clean one notebook in place and format it, where ruff is installed; say if it changed."""
    text = json.dumps(clean_notebook(read_notebook(path)), indent=1, ensure_ascii=False) + "\n"
    ruff = Path(sys.executable).with_name("ruff")
    if not ruff.is_file():
        return write_if_changed(path, text.encode())
    done = subprocess.run(  # noqa: S603 -- fixed command, no shell
        [ruff, "format", "--stdin-filename", str(path), "-"],
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RunError(f"{path}: cannot be formatted: {done.stderr.decode().strip()}")
    return write_if_changed(path, done.stdout)


def staged_notebooks(layout: Layout) -> list[Path]:
    """List the notebooks whose changes are staged for a commit."""
    options = ("--name-only", "--relative", "--diff-filter=ACMR", "-z", "--", "*.ipynb")
    both = [
        git(layout.root, RunError, "diff", *which, *options).split("\0")
        for which in (["--cached"], [])
    ]
    staged, unstaged = ([name for name in names if name] for names in both)
    half = sorted({*staged} & {*unstaged})
    if half:
        raise RunError(
            f"{', '.join(half)}: staged in part; stage all of it (git add) or put the rest away"
            " (git stash --keep-index), then commit again"
        )
    return [layout.root / name for name in staged]


def stage(paths: list[Path], layout: Layout) -> None:
    """Stage notebooks again after they were cleaned."""
    if paths:
        git(layout.root, RunError, "add", "--", *(str(path) for path in paths))


def forget_paths(notebook: Mapping[str, Any]) -> None:
    """Remove the paths of this machine that papermill notes in an executed notebook."""
    for key in ("input_path", "output_path"):
        notebook["metadata"].get("papermill", {}).pop(key, None)
