"""What a run rests on, part by part: the key under which the run store keeps it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from analysis.figures.readings import read_stamp
from analysis.runs.modules import Index, find_imports, hash_modules
from analysis.runs.parameters import TAG, cell_source, read_notebook
from analysis.runs.plan import PlannedRun
from analysis.runs.record import read_versions
from analysis.runs.trace import hash_all, hash_bytes, hash_read
from analysis.study.errors import StudyError
from analysis.study.paths import STUDY_FILE
from analysis.study.toml_files import read_toml

LOCK_FILE = "requirements.lock"
#: Tables of ``study.toml`` that say what is run, not how.
_ONLY_RUNS = ("run",)

Parts = dict[str, dict[str, str]]


def find_parts(plan: PlannedRun, index: Index) -> Parts:
    """Give all that a run rests on and that is known before it.

    Returns
    -------
    dict
        ``notebook`` (each code cell but the parameters, the stamp of the reading), ``code``
        (our modules), ``study`` (the tables of study.toml), ``environment`` (lock file,
        versions): names to hashes.
        What the run reads is the fifth part, ``inputs``; it is known after a run.
    """
    sources = code_cells(plan.path)
    cells = {f"code cell {at}": hash_bytes(text.encode()) for at, text in sources}
    stamp = read_stamp(plan.path)
    return {
        "notebook": cells | ({"stamp of the reading": hash_all(stamp)} if stamp else {}),
        "code": hash_modules(notebook_imports(plan.path), index),
        "study": dict(sorted(_study_parts(plan.root / STUDY_FILE))),
        "environment": environment_parts(plan.root),
    }


def content_key(parameters: Mapping[str, Any], parts: Parts) -> str:
    """Give the key of all that a run rests on: equal keys, equal results.

    Examples
    --------
    >>> len(content_key({}, {"inputs": {}}))
    64
    """
    return hash_all({"parameters": dict(parameters), **parts})


def code_cells(path: Path) -> Iterator[tuple[int, str]]:
    """Give number, from 1, and source of every code cell but the parameters."""
    cells = [cell for cell in read_notebook(path)["cells"] if cell.get("cell_type") == "code"]
    for number, cell in enumerate(cells, start=1):
        text = cell_source(cell).strip()
        if text and TAG not in cell.get("metadata", {}).get("tags", []):
            yield number, text


def notebook_imports(path: Path) -> list[str]:
    """List the dotted names that a notebook imports.

    A cell that is no plain Python, such as one with a magic command, is read line by line.
    """
    found: set[str] = set()
    for _, source in code_cells(path):
        for piece in _pieces(source):
            with suppress(SyntaxError, ValueError):
                found.update(find_imports(ast.parse(piece)))
    return sorted(found)


def _pieces(source: str) -> Iterable[str]:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return [line.strip() for line in source.splitlines()]
    return [source]


def environment_parts(root: Path) -> dict[str, str]:
    """Give the hash of the lock file and the versions of what results rest on."""
    versions = {f"version of {name}": found for name, found in read_versions().items()}
    return {LOCK_FILE: hash_read(root, LOCK_FILE), **versions}


def _study_parts(path: Path) -> Iterator[tuple[str, str]]:
    """Hash the tables of study.toml; those with an id one by one, and their order."""
    for name, value in read_toml(path, StudyError).items():
        if name in _ONLY_RUNS:
            continue
        if isinstance(value, list) and all(isinstance(v, dict) and "id" in v for v in value):
            yield from ((f"{name} {table['id']}", _hash_toml(table)) for table in value)
            yield f"order of {name}", _hash_toml([table["id"] for table in value])
        else:
            yield name, _hash_toml(value)


def _hash_toml(value: Any) -> str:
    """Hash a value of TOML; dates are written as text."""
    return hash_bytes(repr(value).encode())
