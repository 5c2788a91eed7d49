"""Executing runs in the terminal: a bar while they go on, a table of how each ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.markup import escape

from analysis.cli import console
from analysis.study.paths import Layout

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from analysis.runs.execute import RunEvent
    from analysis.runs.job import Settings
    from analysis.runs.plan import PlannedRun
    from analysis.runs.record import RunRecord

#: What a shell expects of a command that Ctrl-C ended.
INTERRUPTED = 130


def execute(
    plans: Sequence[PlannedRun],
    layout: Layout,
    *,
    jobs: int,
    settings: Settings,
    scheduler: str | None = None,
) -> list[RunRecord]:
    """Execute runs with a bar, here or on a cluster, publish figures, and say how each ended."""
    from analysis.runs.execute import execute_runs
    from analysis.runs.publish import publish_checked

    with _open_executor(scheduler, jobs) as executor, run_bar(plans) as on_event:
        records = execute_runs(
            plans, jobs=jobs, on_event=on_event, settings=settings, executor=executor
        )
    for record in records:
        _show_failure(record)
    _show_records(records, layout)
    published = publish_checked(records, layout)
    n_changed = sum(len(files.written) + len(files.removed) for files in published)
    if any(record.is_default and record.state == "succeeded" for record in records):
        news = "as they were" if not n_changed else f"{n_changed} files changed"
        console.say(f"Figures in {layout.show(layout.figures)}/: {news}.")
    return records


@contextmanager
def _open_executor(scheduler: str | None, jobs: int) -> Iterator[Executor | None]:
    """Open a cluster if one is asked for; Dask is not loaded otherwise."""
    if scheduler is None:
        yield None
        return
    from analysis.study.executor import open_executor

    with open_executor(scheduler, jobs=jobs) as executor:
        yield executor


def exit_status(records: Sequence[RunRecord]) -> int:
    """Return the status of the command: 0, 1 after a failure, 130 after Ctrl-C."""
    states = {record.state for record in records}
    if "interrupted" in states:
        return INTERRUPTED
    return int(not states <= {"succeeded", "skipped"})


def explain_runs(plans: Sequence[PlannedRun], layout: Layout) -> int:
    """Say of each run whether it would run, and why; return the number of those that would."""
    from analysis.runs.publish import run_line

    lines = [run_line(plan, layout) for plan in plans]
    console.show(
        ("notebook", "run", "state", "why"),
        (
            (plan.notebook, plan.key, console.state(line.state), line.detail)
            for plan, line in zip(plans, lines, strict=True)
        ),
    )
    return sum(line.state in ("stale", "never run") for line in lines)


@contextmanager
def run_bar(plans: Sequence[PlannedRun]) -> Iterator[Callable[[RunEvent], None]]:
    """Show a bar for all runs and one for each that goes on; what is yielded takes events."""
    with console.open_bar("{task.description:<24}") as bar:
        whole = bar.add_task("Notebooks", total=len(plans))
        tasks = {}

        def on_event(event: RunEvent) -> None:
            key = event.plan.folder
            if event.kind == "started":
                tasks[key] = bar.add_task(event.plan.notebook, total=None)
            elif event.kind == "cell":
                bar.update(tasks[key], completed=event.cell, total=event.of)
            else:
                bar.advance(whole)
                if key in tasks:
                    bar.remove_task(tasks.pop(key))

        yield on_event


def _show_records(records: Sequence[RunRecord], layout: Layout) -> None:
    rows = []
    for record in records:
        ran = record.started and not record.is_reused
        word = "up to date" if record.is_reused else record.state
        said = console.state(word, f": {record.reason}" if record.reason else "")
        seconds = f"{record.seconds:.1f}" if ran else ""
        rows.append((record.notebook, record.key, said, seconds, layout.show(record.folder)))
    console.show(("notebook", "run", "state", "seconds", "where"), rows)
    for record in records:
        for warning in record.warnings if not record.is_reused else []:
            console.say(f"{record.notebook}: {warning}")


def _show_failure(record: RunRecord) -> None:
    failure = record.failure
    if failure is None:
        return
    title = f"{record.notebook}: {record.state}"
    console.show_source(failure.source, title, terminal=console.err)
    console.err.print(escape(failure.traceback or failure.message), highlight=False)
    if record.started:
        console.err.print(f"More: gipfel why {record.notebook}/{record.key}", highlight=False)
