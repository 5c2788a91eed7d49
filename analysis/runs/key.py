"""What a run rests on: the key under which the run store keeps it, and what has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import analysis
from analysis.figures.readings import find_reads, read_stamp
from analysis.runs.parameters import TAG, cell_source, read_notebook
from analysis.runs.plan import PlannedRun, hash_all, hash_bytes
from analysis.runs.record import RunRecord, read_versions
from analysis.study.errors import StudyError
from analysis.study.paths import STUDY_FILE
from analysis.study.text_files import read_toml
from analysis.tables.schema import TABLES

LOCK_FILE = "requirements.lock"
#: In place of a hash, which then equals nothing: what lies there now is not what the run read,
#: or nobody would see that it changes.
UNSTABLE = "changed while it ran"
UNDECLARED = "is read, but not named after **Reads** in the notebook's first cell"
PACKAGE = Path(analysis.__file__).resolve().parent
#: Tables of ``study.toml`` that say what is run, not how.
_ONLY_RUNS = ("run",)
#: Below ``data``: read only by who declares it, and made from everything else.
_ASIDE = ("raw", "local")
_LEXICONS = "data/lexicons"

Parts = dict[str, dict[str, str]]
Stamp = frozenset[tuple[str, int, int]]


def find_parts(plan: PlannedRun) -> Parts:
    """Return all that a run rests on.

    Parameters
    ----------
    plan : PlannedRun
        What is to be run.

    Returns
    -------
    dict
        ``notebook`` (each code cell but the parameters, the stamp of the reading), ``code``
        (every file of the package), ``study`` (the tables of study.toml), ``environment``
        (the lock file, versions), ``inputs`` (open tables and files that the notebook
        declares; see `declared_inputs`): names to hashes.
    """
    cells = {f"code cell {at}": hash_bytes(text.encode()) for at, text in code_cells(plan.path)}
    stamp = read_stamp(plan.path)
    return {
        "notebook": cells | ({"stamp of the reading": hash_all(stamp)} if stamp else {}),
        "code": dict(hash_package(stamp_of(PACKAGE))),
        "study": dict(sorted(_study_parts(plan.root / STUDY_FILE))),
        "environment": environment_parts(plan.root),
        "inputs": {name: hash_file(plan.root / name) for name in declared_inputs(plan)},
    }


def content_key(parameters: Mapping[str, Any], parts: Parts) -> str:
    """Return the key of all that a run rests on: equal keys, equal results.

    Examples
    --------
    >>> len(content_key({}, {"inputs": {}}))
    64
    """
    return hash_all({"parameters": dict(parameters), **parts})


def code_cells(path: Path) -> Iterator[tuple[int, str]]:
    """Yield number, from 1, and source of every code cell but the parameters."""
    cells = [cell for cell in read_notebook(path)["cells"] if cell.get("cell_type") == "code"]
    for number, cell in enumerate(cells, start=1):
        text = cell_source(cell).strip()
        if text and TAG not in cell.get("metadata", {}).get("tags", []):
            yield number, text


def declared_inputs(plan: PlannedRun) -> list[str]:
    """List the files that a run may read, as paths below the study's folder.

    A notebook declares open tables, files and folders after **Reads** in its first cell; the
    lexicons always count. One that declares nothing may read all of ``data`` but articles and
    what is kept in ``data/local``.

    Returns
    -------
    list of str
        Sorted; a declared file that is not there stands in it, too.
    """
    declared = find_reads(plan.path)
    if not declared:
        everything = _files_below(plan.root, "data")
        return sorted(name for name in everything if name.split("/")[1] not in _ASIDE)
    tables = [f"data/features/{name}.parquet" for name in declared if name in TABLES]
    others = [name for name in declared if name not in TABLES and "/" in name]
    files = [name for name in others if not (plan.root / name).is_dir()]
    folders = [*others, _LEXICONS]
    return sorted({*tables, *files, *(f for one in folders for f in _files_below(plan.root, one))})


def _files_below(root: Path, folder: str) -> Iterator[str]:
    """Yield the files of a folder, hidden ones and those half written left out."""
    for path in (root / folder).rglob("*"):
        name = path.relative_to(root)
        is_hidden = any(part.startswith(".") or ".part-" in part for part in name.parts)
        if path.is_file() and not is_hidden:
            yield name.as_posix()


def undeclared_inputs(plan: PlannedRun, figures: Path) -> list[str]:
    """List what exports say that they rest on and the notebook does not declare."""
    known = {*declared_inputs(plan), STUDY_FILE}
    notes = [json.loads(path.read_text(encoding="utf-8")) for path in figures.glob("*.json")]
    used = {name for note in notes if isinstance(note, dict) for name in note.get("inputs", {})}
    return sorted(
        name for name in used if name not in known and f"data/features/{name}.parquet" not in known
    )


def hash_file(path: Path) -> str:
    """Hash a file; once as long as it stays as it is.

    Examples
    --------
    >>> hash_file(Path("no such file"))
    'missing'
    """
    try:
        stat = path.stat()
        return _hash_version(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)
    except OSError:
        return "missing"


@lru_cache(maxsize=4096)
def _hash_version(path: Path, *_: int) -> str:
    return hash_bytes(path.read_bytes())


def stamp_of(package: Path) -> Stamp:
    """Return names, times and sizes of all files of a package."""
    files = (path for path in package.rglob("*.*") if path.suffix != ".pyc")
    found = ((str(path), path.stat()) for path in files)
    return frozenset((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)


@lru_cache(maxsize=2)
def hash_package(stamp: Stamp) -> dict[str, str]:
    """Hash every file of the package, by its path; the stamp says whether any has changed."""
    paths = sorted(Path(name) for name, _, _ in stamp)
    home = PACKAGE.parent
    return {path.relative_to(home).as_posix(): hash_bytes(path.read_bytes()) for path in paths}


def code_hash() -> str:
    """Return one hash for all files of the package, as they lie here now."""
    return hash_all(hash_package(stamp_of(PACKAGE)))


def environment_parts(root: Path) -> dict[str, str]:
    """Return the hash of the lock file and the versions of what results rest on."""
    versions = {f"version of {name}": found for name, found in read_versions().items()}
    return {LOCK_FILE: hash_file(root / LOCK_FILE), **versions}


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


def settle(before: Parts, after: Parts) -> Parts:
    """Mark what changed between the start of a run and its end: it equals nothing from now on."""
    return {
        name: {
            key: here.get(key, "missing") if here.get(key) == after[name].get(key) else UNSTABLE
            for key in {**here, **after[name]}
        }
        for name, here in before.items()
    }


def differences(record: RunRecord, plan: PlannedRun, parts: Parts) -> list[str]:
    """Name all that has changed since a run: files, cells, parameters, versions."""
    said = [
        f"parameter {key}: {before!r}, now {now!r}"
        for key, before, now in _unequal(record.parameters, plan.parameters, "not there")
    ]
    for name, now in parts.items():
        for key, old, new in _unequal(record.parts.get(name, {}), now, "missing"):
            said.append(_describe(name, key, old, new))
    return said


def _unequal(
    before: Mapping[str, Any], now: Mapping[str, Any], absent: str
) -> Iterator[tuple[str, Any, Any]]:
    for key in sorted({*before, *now}):
        pair = before.get(key, absent), now.get(key, absent)
        if pair[0] != pair[1]:
            yield key, *pair


def _describe(part: str, key: str, before: str, now: str) -> str:
    if part == "environment":
        return f"{key}: {_short(before)}, now {_short(now)}"
    where = {"notebook": "the notebook: ", "study": "study.toml: "}.get(part, "")
    if before in (UNSTABLE, UNDECLARED):
        return f"{where}{key} {before}"
    word = "is new" if before == "missing" else "is gone" if now == "missing" else "changed"
    return f"{where}{key} {word}"


def _short(value: str) -> str:
    return value[:12] if len(value) == 64 else value
