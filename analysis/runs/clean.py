"""Notebooks as they belong in git: without outputs and numbers of execution, formatted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.runs.parameters import read_notebook
from analysis.study.atomic import write_atomically
from analysis.study.errors import RunError
from analysis.study.paths import Layout

#: What front ends and papermill leave in a cell's metadata; tags and the like stay.
_CELL_TRACES = ("ExecuteTime", "collapsed", "execution", "jupyter", "papermill", "scrolled")
_NOTEBOOK_TRACES = ("papermill", "signature", "toc", "widgets")


def clean_notebook(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Take out what executing a notebook leaves; sources, tags and ids stay.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "1", "execution_count": 3, "outputs": [1]}
    >>> clean_notebook({"cells": [{**cell, "metadata": {"tags": ["parameters"]}}]})["cells"]
    ... # doctest: +ELLIPSIS
    [{'cell_type': 'code', ... 'outputs': [], 'metadata': {'tags': ['parameters']}}]
    """
    cells = [_clean_cell(cell) for cell in notebook["cells"]]
    metadata = _without(notebook.get("metadata", {}), _NOTEBOOK_TRACES)
    if "language_info" in metadata:
        metadata["language_info"] = {"name": metadata["language_info"].get("name", "python")}
    return {**notebook, "cells": cells, "metadata": metadata}


def _clean_cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    kept = {**cell, "metadata": _without(cell.get("metadata", {}), _CELL_TRACES)}
    if cell.get("cell_type") == "code":
        kept |= {"execution_count": None, "outputs": []}
    return kept


def _without(fields: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def clean_file(path: Path) -> bool:
    """Clean and format one notebook in place; say whether it changed.

    Raises
    ------
    ParameterError
        If the file is no notebook.
    RunError
        If its code cannot be formatted; the file is then as it was.
    """
    before = path.read_bytes()
    text = json.dumps(clean_notebook(read_notebook(path)), indent=1, ensure_ascii=False) + "\n"
    cleaned = _format(text, path)
    if cleaned == before:
        return False
    write_atomically(path, cleaned)
    return True


def _format(text: str, path: Path) -> bytes:
    """Format by ruff, which is there for who works on the project; else leave the layout."""
    ruff = Path(sys.executable).with_name("ruff")
    if not ruff.is_file():
        return text.encode()
    done = subprocess.run(  # noqa: S603 -- fixed command, no shell
        [ruff, "format", "--stdin-filename", str(path), "-"],
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RunError(f"{path}: cannot be formatted: {done.stderr.decode().strip()}")
    return done.stdout


def staged_notebooks(layout: Layout) -> list[Path]:
    """List the notebooks whose changes are staged for a commit.

    Raises
    ------
    RunError
        If one has further changes that are not staged: cleaning would stage them, too.
    """
    staged = _names(layout, "--cached")
    half = sorted(set(staged) & set(_names(layout)))
    if half:
        raise RunError(
            f"{', '.join(half)}: staged in part; stage all of it (git add) or put the rest away"
            " (git stash --keep-index), then commit again"
        )
    return [layout.root / name for name in staged]


def _names(layout: Layout, *options: str) -> list[str]:
    arguments = ("diff", *options, "--name-only", "--relative", "--diff-filter=ACMR", "-z")
    listed = _git(layout, *arguments, "--", "*.ipynb")
    return [name for name in listed.split("\0") if name]


def stage(paths: list[Path], layout: Layout) -> None:
    """Stage notebooks again after they were cleaned."""
    if paths:
        _git(layout, "add", "--", *(str(path) for path in paths))


def _git(layout: Layout, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 -- fixed command, no shell
        ["git", *arguments],  # noqa: S607
        cwd=layout.root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        check=False,
    )
    if done.returncode:
        raise RunError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
