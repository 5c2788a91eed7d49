"""``gipfel run``: executing notebooks as the study says, with other parameters, or in sweeps.

A bar shows what goes on, a table how each run ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.cli import console
from analysis.study.paths import Layout, find_layout

if TYPE_CHECKING:
    from analysis.runs.execute import RunEvent
    from analysis.runs.job import Settings
    from analysis.runs.plan import PlannedRun, Sweep
    from analysis.runs.record import RunRecord

#: What a shell expects of a command that Ctrl-C ended.
INTERRUPTED = 130
#: Rows of a sweep that are printed; the CSV file has all.
SHOWN = 40


class Engine(StrEnum):
    """What executes the cells of a notebook."""

    warm = "warm"
    kernel = "kernel"


complete_notebook = console.completing(
    lambda: [run.notebook for run in console.open_study()[1].default_runs]
)
complete_sweep = console.completing(
    lambda: ["all", *(run.name for run in console.open_study()[1].sweeps)]
)


def complete_parameter(context: typer.Context, incomplete: str) -> list[str]:
    """Complete ``name=`` of a parameter of the notebook that stands on the command line."""
    from analysis.runs.parameters import read_parameters

    def names() -> Iterator[str]:
        folder = find_layout().notebooks
        for notebook in context.params.get("notebooks") or []:
            for one in read_parameters(folder / f"{notebook}.ipynb"):
                yield f"{one.name}="

    return console.completing(lambda: set(names()))(incomplete)


def run(
    notebooks: Annotated[
        list[str] | None,
        typer.Argument(help="Notebooks; none: all.", autocompletion=complete_notebook),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            "-p",
            help="name=value; goes into a run folder of its own.",
            autocompletion=complete_parameter,
        ),
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            help="name=value,value; every combination is run.", autocompletion=complete_parameter
        ),
    ] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option(help="A sweep of study.toml, or all.", autocompletion=complete_sweep),
    ] = None,
    jobs: console.Jobs = 2,
    timeout: Annotated[
        float | None, typer.Option(min=1, help="Seconds that one run may take.")
    ] = None,
    memory: Annotated[
        float | None,
        typer.Option(min=0.1, help="GB that one run may take; else 3/4 of the machine's."),
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="warm: forked, fast; kernel: a Jupyter kernel for each run.")
    ] = Engine.warm,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Run on a Dask cluster: local, or where its scheduler listens, tcp://host:port.",
            autocompletion=lambda: ["local", "tcp://"],
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Run also what is up to date.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what would run, and what has changed; stop.")
    ] = False,
) -> None:
    """Execute notebooks that are not up to date; the default runs bring figures/ up to date.

    Examples
    --------
    `gipfel run` regenerates everything.

    `gipfel run 03_framing` regenerates one notebook's figures.

    `gipfel run 02_term_frequency -p unit=form -p top=30` leaves figures/ alone.

    `gipfel run 03_framing --grid tier=core,core_near --grid weight=none,within` runs all four.

    `gipfel run --explain` names the file or parameter that has changed.

    `gipfel run --sweep all --scheduler tcp://10.0.0.5:8786` runs on many machines.
    """
    from analysis.runs.job import Settings
    from analysis.runs.plan import (
        check_has_runs,
        check_tables,
        plan_given,
        planned_sweeps,
        plans_of,
    )

    layout, study = console.open_study()
    named, given = notebooks or [], parameter or []
    check_has_runs(study, layout)
    check_tables(layout)
    sweeps = planned_sweeps(study, layout, named, grid=grid or [], fixed=given, names=sweep or [])
    plans = plans_of(sweeps) or plan_given(study, layout, named, given)
    if explain:
        explain_runs(plans, layout)
        return
    settings = Settings(engine=engine.value, deadline=timeout, memory=memory, force=force)
    records = execute(plans, layout, jobs=jobs, settings=settings, scheduler=scheduler)
    show_sweeps(sweeps, records, layout)
    states = {record.state for record in records}
    if "interrupted" in states:
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(int(not states <= {"succeeded", "skipped"}))


def show_sweeps(sweeps: Sequence[Sweep], records: Sequence[RunRecord], layout: Layout) -> None:
    """Print the numbers of every sweep, and write them as CSV."""
    from analysis.runs.plan import summarise, write_summary

    for sweep in sweeps:
        table = summarise(sweep, records)
        path = write_summary(table, sweep, layout)
        rows = (
            (
                *(str(row[name]) for name in sweep.varied),
                row["name"] or console.state(row["state"]),
                "" if row["value"] is None else str(row["value"]),
            )
            for row in table.head(SHOWN).to_dict("records")
        )
        console.show((*sweep.varied, "number", "value"), rows)
        console.say(f"{len(table)} rows in {layout.show(path)}.")


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
    from analysis.runs.store import publish_checked
    from analysis.study.executor import open_executor

    cluster = nullcontext() if scheduler is None else open_executor(scheduler, jobs=jobs)
    with cluster as executor, run_bar(plans) as on_event:
        records = execute_runs(
            plans, jobs=jobs, on_event=on_event, settings=settings, executor=executor
        )
    for record in records:
        if (failure := record.failure) is not None:
            title, text = f"{record.notebook}: {record.state}", failure.traceback or failure.message
            more = f"More: gipfel why {record.notebook}/{record.key}" if record.started else ""
            console.show_failure(failure.source, title, text, more, terminal=console.err)
    _show_records(records, layout)
    published = publish_checked(records, layout)
    n_changed = sum(len(files.written) + len(files.removed) for files in published)
    if any(record.is_default and record.state == "succeeded" for record in records):
        news = "as they were" if not n_changed else f"{n_changed} files changed"
        console.say(f"Figures in {layout.show(layout.figures)}/: {news}.")
    return records


def explain_runs(plans: Sequence[PlannedRun], layout: Layout) -> int:
    """Say of each run whether it would run, and why; return the number of those that would."""
    from analysis.runs.store import run_line

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
