"""The run store: finished runs by what they rest on, so that nothing runs twice.

Below ``papermill_runs/<notebook>``::

    <key>/                  the run that stands for its parameters
    earlier/<key>-<hash>/   others with the same parameters: other code, other tables
    failed/<key>/           the last attempt, if it did not succeed
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.runs.folders import move_into_place
from analysis.runs.key import differences, find_parts
from analysis.runs.plan import KEY_LENGTH, PlannedRun, hash_bytes
from analysis.runs.record import RECORD_FILE, RunRecord, read_record
from analysis.study.errors import RunError

EARLIER, FAILED = "earlier", "failed"
#: The only reason of a run that the store does not know at all.
NEVER_RUN = "it has not been run here"


@dataclass(frozen=True)
class Standing:
    """How a planned run stands in the store.

    Attributes
    ----------
    record : RunRecord or None
        The run that can be used as it is; None: it must be run.
    reasons : list of str
        Why it must be run: what has changed since the run that stands.
    """

    record: RunRecord | None
    reasons: list[str]


def find_run(plan: PlannedRun) -> Standing:
    """Find a stored run that rests on just what lies here now.

    Parameters
    ----------
    plan : PlannedRun
        What is to be run.

    Returns
    -------
    Standing
        With the stored run, or else with every difference, the nearest run first.
    """
    parts = find_parts(plan)
    found: list[str] | None = None
    for folder in _candidates(plan.folder):
        try:
            record = read_record(folder)
        except RunError as fault:
            reasons = [str(fault)]
        else:
            reasons = differences(record, plan, parts) + damages(record)
            if not reasons:
                return Standing(record, [])
        found = found or reasons
    return Standing(None, found or [NEVER_RUN])


def _candidates(folder: Path) -> Iterator[Path]:
    """Give the run that stands for some parameters, then the earlier ones, newest first."""
    if (folder / RECORD_FILE).is_file():
        yield folder
    earlier = (folder.parent / EARLIER).glob(f"{folder.name}-*")
    with_time = [(path.stat().st_mtime, path) for path in earlier]
    yield from (path for _, path in sorted(with_time, reverse=True))


def damages(record: RunRecord) -> list[str]:
    """Name the files of a stored run that are not as it left them."""
    now = hash_outputs(record.folder)
    names = sorted({*record.outputs, *now})
    changed = [name for name in names if record.outputs.get(name) != now.get(name)]
    return [f"in the store: {name} is not as the run left it" for name in changed]


def hash_outputs(folder: Path) -> dict[str, str]:
    """Hash every file of a run but its record."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != RECORD_FILE)
    named = {path.relative_to(folder).as_posix(): hash_bytes(path.read_bytes()) for path in files}
    return dict(sorted(named.items()))


def keep_run(part: Path, plan: PlannedRun, record: RunRecord) -> RunRecord:
    """Move a finished run to its place; what it takes the place of is kept among the earlier.

    A run that did not succeed leaves the one that stands where it is.
    """
    failed = plan.folder.parent / FAILED / plan.folder.name
    if record.state != "succeeded":
        failed.parent.mkdir(parents=True, exist_ok=True)
        move_into_place(part, failed)
        return replace(record, folder=failed)
    _put_aside(plan.folder, record.content)
    move_into_place(part, plan.folder)
    shutil.rmtree(failed, ignore_errors=True)
    return replace(record, folder=plan.folder)


def bring_back(record: RunRecord, plan: PlannedRun) -> RunRecord:
    """Let an earlier run stand for its parameters again."""
    if record.folder != plan.folder:
        _put_aside(plan.folder, record.content)
        move_into_place(record.folder, plan.folder)
    shutil.rmtree(plan.folder.parent / FAILED / plan.folder.name, ignore_errors=True)
    return replace(record, folder=plan.folder, is_reused=True)


def _put_aside(folder: Path, content: str) -> None:
    """Keep the run that stands, unless it rests on the same as the one that comes."""
    with suppress(RunError):
        standing = read_record(folder)
        if standing.content and standing.content != content:
            aside = folder.parent / EARLIER / f"{folder.name}-{standing.content[:KEY_LENGTH]}"
            aside.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(aside, ignore_errors=True)
            folder.rename(aside)
