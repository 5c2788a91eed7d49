"""What a run rests on: the key under which the run store keeps it, and what has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import analysis
from analysis.figures.readings import find_reads, read_stamp
from analysis.runs.notebook import code_cells
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
#: Below ``data``: read only by who declares it, and made from everything else.
_ASIDE = ("raw", "local")
_LEXICONS = "data/lexicons"

Parts = dict[str, dict[str, str]]
Stamp = frozenset[tuple[str, int, int]]


def find_parts(plan: PlannedRun) -> Parts:
    """Return all that a run rests on, by kind: names to hashes.

    The kinds are ``notebook`` (each code cell but the parameters, the stamp of the reading),
    ``code`` (every file of the package), ``study`` (the tables of study.toml), ``environment``
    (the lock file, versions) and ``inputs`` (see `declared_inputs`).
    """
    cells = {f"code cell {at}": hash_bytes(text.encode()) for at, text in code_cells(plan.path)}
    stamp = read_stamp(plan.path)
    versions = {f"version of {name}": found for name, found in read_versions().items()}
    return {
        "notebook": cells | ({"stamp of the reading": hash_all(stamp)} if stamp else {}),
        "code": dict(hash_package(stamp_of(PACKAGE))),
        "study": dict(sorted(_study_parts(plan.root / STUDY_FILE))),
        "environment": {LOCK_FILE: _hash_file(plan.root / LOCK_FILE), **versions},
        "inputs": {name: _hash_file(plan.root / name) for name in declared_inputs(plan)},
    }


def content_key(parameters: Mapping[str, Any], parts: Parts) -> str:
    """Return the key of all that a run rests on; empty if something does not stay as it was."""
    if any({UNSTABLE, UNDECLARED} & {*found.values()} for found in parts.values()):
        return ""
    return hash_all({"parameters": dict(parameters), **parts})


def declared_inputs(plan: PlannedRun) -> list[str]:
    """List the files that a run may read, as paths below the study's folder.

    A notebook declares open tables, files and folders after **Reads** in its first cell; the
    lexicons always count. One that declares nothing may read all of ``data`` but articles and
    what is kept in ``data/local``.
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
    return sorted(name for name in used if not known & {name, f"data/features/{name}.parquet"})


def _hash_file(path: Path) -> str:
    """Hash a file; once as long as it stays as it is."""
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


def _study_parts(path: Path) -> Iterator[tuple[str, str]]:
    """Hash the tables of study.toml but the runs; those with an id one by one, and their order."""
    for name, value in read_toml(path, StudyError).items():
        if name == "run":
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
    settled = {name: {**here, **after[name]} for name, here in before.items()}
    for name, found in settled.items():
        for key, _, _ in unequal(before[name], after[name], "missing"):
            found[key] = UNSTABLE
    return settled


def differences(record: RunRecord, plan: PlannedRun, parts: Parts) -> list[str]:
    """Name all that has changed since a run: files, cells, parameters, versions."""
    said = [
        f"parameter {key}: {before!r}, now {now!r}"
        for key, before, now in unequal(record.parameters, plan.parameters, "not there")
    ]
    for name, found in parts.items():
        for key, before, now in unequal(record.parts.get(name, {}), found, "missing"):
            said.append(_describe(name, key, before, now))
    return said


def unequal(
    before: Mapping[str, Any], now: Mapping[str, Any], absent: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    """Yield each name whose values differ, sorted, with both; one may be absent."""
    for key in sorted({*before, *now}):
        pair = before.get(key, absent), now.get(key, absent)
        if pair[0] != pair[1]:
            yield key, *pair


def _describe(part: str, key: str, before: str, now: str) -> str:
    if part == "environment":
        short = [value[:12] if len(value) == 64 else value for value in (before, now)]
        return f"{key}: {short[0]}, now {short[1]}"
    where = {"notebook": "the notebook: ", "study": "study.toml: "}.get(part, "")
    words = {"missing": "is new", UNSTABLE: UNSTABLE, UNDECLARED: UNDECLARED}
    word = words.get(before) or ("is gone" if now == "missing" else "changed")
    return f"{where}{key} {word}"
