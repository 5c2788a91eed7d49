"""One planned run from beginning to end: the job that any executor can be given."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal

from analysis.runs.folders import hold_folder, make_part, now
from analysis.runs.job import FIGURES_FOLDER, EngineName, Failure, Job, Outcome
from analysis.runs.journal import clear_journal
from analysis.runs.limits import Settings
from analysis.runs.modules import Index
from analysis.runs.parameters import read_notebook
from analysis.runs.parts import content_key, find_parts, notebook_imports
from analysis.runs.plan import PlannedRun
from analysis.runs.process import KernelWorker, run_environment
from analysis.runs.record import RunRecord, read_processor, read_versions, write_record
from analysis.runs.store import bring_back, find_run, hash_outputs, keep_run
from analysis.runs.trace import UNSTABLE, hash_reads, list_inputs
from analysis.runs.warm import WarmWorker, why_not_warm
from analysis.runs.watch import Refused, Stopped, Watch, follow

#: How often a kernel that does not start is tried.
ATTEMPTS = 3
#: What warm workers find loaded already if their notebook imports it; anything else is
#: loaded by the notebook itself: it might start threads, or compute.
_PRELOADED = ("analysis", "matplotlib", "numpy", "pandas", "pyarrow", "scipy", "sklearn")
#: What these libraries load only when they draw, show a table or read one.
_DRAWING = (
    *("fontTools.subset", "matplotlib.style", "matplotlib.backends.backend_agg"),
    *(
        "matplotlib.backends.backend_pdf",
        "matplotlib.backends.backend_svg",
        "IPython.core.pylabtools",
    ),
    *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Png", "Ppm")),
)
_TABLES = ("pandas.io.formats.html", "pandas.io.formats.string")
_LATER = {
    "analysis": (
        "analysis.workbench",
        "pandas.io.formats.style",
        "pyarrow.dataset",
        *_TABLES,
        *_DRAWING,
    ),
    "matplotlib": _DRAWING,
    "pandas": _TABLES,
}


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


def unstarted_record(
    plan: PlannedRun, state: Literal["interrupted", "skipped"], reason: str
) -> RunRecord:
    """Record a run that leaves nothing: it was skipped, or stopped half-way."""
    return RunRecord(plan.notebook, plan.key, state, plan.folder, plan.parameters, reason=reason)


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
    index = Index(plan.folder.parents[1])
    standing = find_run(plan, index)
    index.save()
    return None if standing.record is None else bring_back(standing.record, plan)


def _run(plan: PlannedRun, settings: Settings, watch: Watch) -> RunRecord:
    """Run into a folder beside the run's own, and move it into place at the end."""
    watch.tell({"started": True})
    part = make_part(plan.folder)
    # Not in the part folder: the name of a socket may have about a hundred characters.
    scratch = Path(tempfile.mkdtemp(prefix="gipfel-"))
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
    index = Index(plan.folder.parents[1])
    parts = find_parts(plan, index)
    index.save()
    job = make_job(plan, settings, part, scratch)
    before = _identity(part)
    engine, outcome = _choose_and_run(job, settings, watch)
    outcome = _check_folder(outcome, before, part)
    parts["inputs"] = outcome.reads or hash_reads(plan.root, list_inputs(plan.root))
    stable = UNSTABLE not in parts["inputs"].values()
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
        warnings=outcome.warnings,
        content=content_key(plan.parameters, parts) if stable else "",
        parts=parts,
        outputs=hash_outputs(part),
    )


def make_job(plan: PlannedRun, settings: Settings, part: Path, scratch: Path) -> Job:
    """Put together what a worker is asked to do."""
    language, kernel = notebook_language(plan.path)
    return Job(
        path=str(plan.path.resolve()),
        root=str(plan.root.resolve()),
        part=str(part.resolve()),
        scratch=str(scratch),
        parameters=plan.parameters,
        cell_timeout=settings.cell_timeout,
        deadline=settings.deadline,
        memory=settings.n_bytes,
        environment=run_environment(os.environ, plan, part, scratch),
        imports=_imports_to_load(plan.path) if _is_python(language) else [],
        kernel=kernel if not _is_python(language) else "",
        language="python" if _is_python(language) else language,
    )


def notebook_language(path: Path) -> tuple[str, str]:
    """Give the language of a notebook and the kernel that it names."""
    about = read_notebook(path).get("metadata", {})
    spec = about.get("kernelspec", {})
    language = spec.get("language") or about.get("language_info", {}).get("name") or "python"
    return language, spec.get("name", "")


def _is_python(language: str) -> bool:
    return language.casefold() in ("python", "ipython")


def _imports_to_load(path: Path) -> list[str]:
    """List modules that a notebook imports, those that hold the names of our face included."""
    from analysis import HOME_OF  # noqa: PLC0415 (the face of the package, read where needed)

    names = [name for name in notebook_imports(path) if name.split(".")[0] in _PRELOADED]
    homes = {HOME_OF.get(name.removeprefix("analysis."), name) for name in names}
    later = {
        name
        for library in {name.split(".")[0] for name in names}
        for name in _LATER.get(library, ())
    }
    return sorted(homes | later)


def _choose_and_run(job: Job, settings: Settings, watch: Watch) -> tuple[EngineName, Outcome]:
    """Run in a warm worker, or in a kernel: if that was not asked for, the record says why."""
    why = "" if settings.engine == "kernel" else why_not_warm(job.language)
    if settings.engine == "warm" and not why:
        try:
            return "warm", follow(WarmWorker(job), job, watch)
        except Refused as refused:
            why = str(refused)
        except OSError as fault:
            why = f"the process that forks could not be started: {fault}"
    _empty(Path(job.part))
    clear_journal(Path(job.scratch))
    outcome = _run_in_kernel(job, watch)
    if why:
        outcome.warnings.append(f"ran in a kernel, not in a warm worker: {why}")
    return "kernel", outcome


def _run_in_kernel(job: Job, watch: Watch) -> Outcome:
    """Try again if a kernel does not start, and only then."""
    n_attempts = 1
    outcome = follow(KernelWorker(job), job, watch)
    while not outcome.has_started and n_attempts < ATTEMPTS:
        n_attempts += 1
        outcome = follow(KernelWorker(job), job, watch)
    if n_attempts > 1:
        outcome.warnings.append(f"the kernel was started {n_attempts} times")
    return outcome


def _empty(part: Path) -> None:
    """Remove what a lost worker wrote; the folders stay."""
    for path in sorted(part.rglob("*"), reverse=True):
        if path != part / FIGURES_FOLDER:
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


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
