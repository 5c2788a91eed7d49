"""Why a figure does not come out as committed: data, parameters, code, environment, machine."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from analysis.runs.compare import compare_values
from analysis.runs.plan import PlannedRun, notebook_number
from analysis.study.errors import StudyError
from analysis.study.paths import STUDY_FILE, Layout
from analysis.study.text_files import BYTE_ORDER_MARK
from analysis.study.toml_files import read_toml
from analysis.tables.features import hash_input
from analysis.tables.schema import TABLES

#: Further causes of a kind are counted, not listed.
MOST = 6

_NOTHING = (
    "nothing differs from what is committed: processor, fonts or libraries below Python, or code"
    " that was committed without new figures"
)

Cause = Literal["data", "parameters", "code", "environment", "machine"]


@dataclass(frozen=True)
class Blame:
    """One thing that is not as it was when the figures were committed."""

    cause: Cause
    detail: str


def find_causes(plan: PlannedRun, layout: Layout, contents: Mapping[str, str]) -> list[Blame]:
    """Say what differs between the committed figures of a notebook and what is here now.

    Data, parameters and versions are compared with what stands beside each figure; the
    code and the design with what is committed.

    Parameters
    ----------
    plan : PlannedRun
        The notebook's default run as it is now.
    layout : Layout
        The study.
    contents : mapping of table name to hash
        The open tables as they are now.

    Returns
    -------
    list of Blame
        Without any other cause, the machine, or code that was committed without new figures.
    """
    notes = list(read_notes(layout.figures, plan.notebook))
    causes = [
        *_unique("data", (found for note in notes for found in _data(note, contents, layout))),
        *_unique("parameters", (found for note in notes for found in _parameters(note, plan))),
        *_unique("environment", (found for note in notes for found in _versions(note))),
        *_unique("parameters", _design(layout)),
        *_unique("code", _code(layout, plan)),
    ]
    return causes or [Blame("machine", _NOTHING)]


def read_notes(figures: Path, notebook: str) -> Iterator[dict[str, Any]]:
    """Read what stands beside each committed figure, table and list of values."""
    for path in sorted(figures.glob(f"{notebook_number(notebook)}*.json")):
        try:
            yield json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue  # the comparison of files has told already that it is broken


def _data(note: Mapping[str, Any], contents: Mapping[str, str], layout: Layout) -> Iterator[str]:
    """Name the inputs that are others; what differs in the design, `_design` says."""
    for name, before in note.get("inputs", {}).items():
        now = contents.get(name) if name in TABLES else hash_input(name, layout)
        if now != before and name != STUDY_FILE:
            what = f"open table {name}" if name in TABLES else name
            yield f"{what} is not the one that the figures were made from"


def _parameters(note: Mapping[str, Any], plan: PlannedRun) -> Iterator[str]:
    before = note.get("parameters", plan.parameters)
    yield from compare_values(before, plan.parameters)


def _versions(note: Mapping[str, Any]) -> Iterator[str]:
    for package, before in note.get("versions", {}).items():
        now = _installed(package)
        if now != before:
            yield f"{package} {before} became {now}"


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _design(layout: Layout) -> Iterator[str]:
    """Compare ``study.toml``; the parameters of runs stand beside the figures."""
    text = _git(layout, "show", "HEAD:./study.toml")
    before = tomllib.loads(text.removeprefix(BYTE_ORDER_MARK))
    now = read_toml(layout.study_file, StudyError)
    if text:
        found = compare_values({**before, "run": []}, {**now, "run": []})
        yield from (f"study.toml, {one}" for one in found)


def _code(layout: Layout, plan: PlannedRun) -> Iterator[str]:
    """Name the files of the package, the notebook and the lexicons that are not committed so."""
    paths = ("analysis", f"notebooks/{plan.notebook}.ipynb", "data/lexicons")
    listed = _git(layout, "diff", "--name-only", "--relative", "HEAD", "--", *paths)
    yield from (f"{name} is not as it is committed" for name in listed.splitlines())


def _git(layout: Layout, *arguments: str) -> str:
    """Ask git; without git, or outside a repository, nothing can be said."""
    try:
        done = subprocess.run(  # noqa: S603 -- fixed command, no shell
            ["git", *arguments],  # noqa: S607
            cwd=layout.root,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def _unique(cause: Cause, details: Iterable[str]) -> list[Blame]:
    found = list(dict.fromkeys(details))
    more = [f"and {len(found) - MOST} more"] if len(found) > MOST else []
    return [Blame(cause, detail) for detail in (*found[:MOST], *more)]
