"""One planned run from beginning to end: the job that any executor can be given."""

from __future__ import annotations

import platform
import shutil
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal

from analysis.runs.assign import make_job
from analysis.runs.folders import hold_folder, make_part, make_scratch, now
from analysis.runs.job import FIGURES_FOLDER, Failure, Outcome
from analysis.runs.key import (
    UNDECLARED,
    UNSTABLE,
    code_hash,
    content_key,
    find_parts,
    settle,
    undeclared_inputs,
)
from analysis.runs.limits import Settings
from analysis.runs.plan import PlannedRun
from analysis.runs.record import RECORD_FILE, RunRecord, read_processor, read_versions, write_record
from analysis.runs.store import bring_back, find_run, hash_outputs, keep_run
from analysis.runs.watch import Stopped, Watch, run_job
from analysis.study.errors import RunError


def execute_run(
    plan: PlannedRun, settings: Settings | None = None, watch: Watch | None = None
) -> RunRecord:
    """Execute one planned run, unless the store holds it; the whole of it, and its record.

    Plain data go in and come out: a pool of threads or processes, or a cluster, may be
    given this function, a plan and settings. What the run writes lies in its folder,
    which everybody has to see. Whoever is second with the same run waits, and takes
    what the first has done.

    Parameters
    ----------
    plan : PlannedRun
        What to run.
    settings : Settings, optional
        How.
    watch : Watch, optional
        Who is told of its progress and may stop it; only within one process.

    Returns
    -------
    RunRecord
        However the run ended; ``is_reused`` if nothing had to be run.

    Examples
    --------
    >>> plan = PlannedRun("01_x", Path("x"), {}, True, "default", Path("x"), Path("x"), "skipped")
    >>> execute_run(plan).state
    'skipped'
    """
    settings, watch = settings or Settings(), watch or Watch()
    if plan.state == "skipped":
        return unstarted_record(plan, "skipped", plan.reason)
    try:
        with hold_folder(plan.folder, watch.check):
            found = None if settings.force else _find(plan)
            return found if found is not None else _run(plan, settings, watch)
    except Stopped:
        return unstarted_record(plan, "interrupted", "stopped while it ran")
    except OSError as fault:
        return _unwritten_record(plan, fault)


def execute_elsewhere(plan: PlannedRun, settings: Settings, code: str) -> RunRecord:
    """Execute a run in another process or on another machine, if its code is that of the caller.

    Raises
    ------
    RunError
        If the package there is another one: the run would give something else.
    """
    if code_hash() != code:
        raise RunError(
            f"{platform.node()}: the package there is not the one here, so nothing ran there."
            " Install the same version, and start the workers anew"
        )
    return execute_run(plan, settings)


def check_here(plan: PlannedRun, record: RunRecord) -> RunRecord:
    """Refuse a run whose folder is not here: it was written on a machine that shares none."""
    if record.state not in ("succeeded", "failed") or (record.folder / RECORD_FILE).is_file():
        return record
    fault = RunError(
        f"the run was written elsewhere: {record.folder} is not here. All machines must share"
        " the study's folder under the same path"
    )
    return lost_record(plan, fault)


def unstarted_record(
    plan: PlannedRun, state: Literal["interrupted", "skipped"], reason: str
) -> RunRecord:
    """Record a run that leaves nothing: it was skipped, or stopped half-way."""
    return RunRecord(plan.notebook, plan.key, state, plan.folder, plan.parameters, reason=reason)


def lost_record(plan: PlannedRun, fault: BaseException) -> RunRecord:
    """Record a run whose executor lost it, and whatever it had done."""
    failure = Failure(None, "", type(fault).__name__, str(fault) or "the executor lost the run")
    return RunRecord(plan.notebook, plan.key, "died", plan.folder, plan.parameters, failure=failure)


def _unwritten_record(plan: PlannedRun, fault: OSError) -> RunRecord:
    """Record a run whose folder cannot be written: the disk is full, or it is read-only."""
    where = f": {fault.filename}" if fault.filename else ""
    message = (
        f"the run store cannot be written: {fault.strerror or fault}{where}."
        f" Make room, or make {plan.folder.parent} writable; what stood there still stands."
    )
    failure = Failure(None, "", type(fault).__name__, message)
    return RunRecord(
        plan.notebook, plan.key, "failed", plan.folder, plan.parameters, failure=failure
    )


def _find(plan: PlannedRun) -> RunRecord | None:
    standing = find_run(plan)
    return None if standing.record is None else bring_back(standing.record, plan)


def _run(plan: PlannedRun, settings: Settings, watch: Watch) -> RunRecord:
    """Run into a folder beside the run's own, and move it into place at the end."""
    watch.tell({"started": True})
    part = make_part(plan.folder)
    scratch = make_scratch()
    try:
        record = _execute(plan, settings, watch, (part, scratch))
        write_record(record, part)
        return keep_run(part, plan, record)
    finally:
        for folder in (part, scratch):
            shutil.rmtree(folder, ignore_errors=True)


def _execute(
    plan: PlannedRun, settings: Settings, watch: Watch, folders: tuple[Path, Path]
) -> RunRecord:
    part, scratch = folders
    started, clock = now(), time.monotonic()
    parts = find_parts(plan)
    job = make_job(plan, settings, part, scratch)
    before = _identity(part)
    engine, outcome = run_job(job, watch)
    outcome = _check_folder(outcome, before, part)
    parts = settle(parts, find_parts(plan))
    undeclared = undeclared_inputs(plan, part / FIGURES_FOLDER)
    parts["inputs"] |= dict.fromkeys(undeclared, UNDECLARED)
    is_stable = not any({UNSTABLE, UNDECLARED} & {*found.values()} for found in parts.values())
    return RunRecord(
        notebook=plan.notebook,
        key=plan.key,
        state=outcome.state,
        folder=plan.folder,
        parameters=plan.parameters,
        started=started,
        seconds=round(time.monotonic() - clock, 3),
        n_cells=outcome.n_cells,
        n_cells_run=outcome.n_cells_run,
        versions=read_versions(),
        failure=outcome.failure,
        engine=engine,
        processor=read_processor(),
        warnings=[*outcome.warnings, *(f"{name} {UNDECLARED}" for name in undeclared)],
        content=content_key(plan.parameters, parts) if is_stable else "",
        parts=parts,
        outputs=hash_outputs(part),
    )


def _identity(part: Path) -> tuple[int, int]:
    stat = (part / FIGURES_FOLDER).stat()
    return stat.st_dev, stat.st_ino


def _check_folder(outcome: Outcome, before: tuple[int, int], part: Path) -> Outcome:
    """Refuse success to a run that lost its folder: figures would seem to be gone on purpose."""
    with suppress(OSError):
        if _identity(part) == before:
            return outcome
    (part / FIGURES_FOLDER).mkdir(parents=True, exist_ok=True)
    if outcome.state != "succeeded":
        return outcome
    message = "the folder of the run was deleted while it ran; what it had written is lost"
    failure = Failure(None, "", "FolderLost", message)
    return replace(outcome, state="failed", failure=failure)
