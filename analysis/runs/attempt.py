"""Executing one job: in a warm worker, or else in a kernel, and saying which and why."""

from __future__ import annotations

from pathlib import Path

from analysis.runs.job import FIGURES_FOLDER, EngineName, Job, Outcome
from analysis.runs.journal import clear_journal
from analysis.runs.limits import Settings
from analysis.runs.process import KernelWorker
from analysis.runs.warm import WarmWorker, why_not_warm
from analysis.runs.watch import Refused, Watch, follow

#: How often a kernel that does not start is tried.
ATTEMPTS = 3


def run_job(job: Job, settings: Settings, watch: Watch) -> tuple[EngineName, Outcome]:
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
