"""``gipfel run`` and ``gipfel params``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from analysis.cli.commands.running import execute, exit_status, explain_runs
from analysis.cli.commands.sweeping import complete_sweep, planned_sweeps, plans_of, report
from analysis.cli.commands.table_of_parameters import show_declared
from analysis.study.errors import GipfelError
from analysis.study.paths import find_layout
from analysis.study.study import read_study

Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="How many at a time.")]


class Engine(StrEnum):
    """What executes the cells of a notebook."""

    warm = "warm"
    kernel = "kernel"


def complete_notebook(incomplete: str) -> list[str]:
    """Complete the name of a notebook on the command line."""
    try:
        names = [run.notebook for run in read_study().default_runs]
    except GipfelError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def complete_parameter(context: typer.Context, incomplete: str) -> list[str]:
    """Complete ``name=`` of a parameter of the notebook that stands on the command line."""
    from analysis.runs.parameters import read_parameters

    found: list[str] = []
    try:
        layout = find_layout()
        for name in context.params.get("notebooks") or []:
            declared = read_parameters(layout.notebooks / f"{name}.ipynb")
            found += [f"{parameter.name}=" for parameter in declared]
    except GipfelError:
        return []
    return sorted({name for name in found if name.startswith(incomplete)})


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
    jobs: Jobs = 2,
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

    `gipfel run --explain` names the file, function or parameter that has changed.

    `gipfel run --sweep all --scheduler tcp://10.0.0.5:8786` runs on many machines.
    """
    from analysis.runs.limits import Settings
    from analysis.runs.plan import check_has_runs, check_tables, plan_given

    layout = find_layout()
    study, named, given = read_study(layout), notebooks or [], parameter or []
    check_has_runs(study, layout)
    check_tables(layout)
    sweeps = planned_sweeps(study, layout, named, grid=grid or [], fixed=given, names=sweep or [])
    plans = plans_of(sweeps) or plan_given(study, layout, named, given)
    if explain:
        explain_runs(plans, layout)
        return
    settings = Settings(engine=engine.value, deadline=timeout, memory=memory, force=force)
    records = execute(plans, layout, jobs=jobs, settings=settings, scheduler=scheduler)
    report(sweeps, records, layout)
    raise typer.Exit(exit_status(records))


def params(
    notebook: Annotated[str, typer.Argument(autocompletion=complete_notebook)],
) -> None:
    """Show the parameters of a notebook: type, default, allowed values, meaning.

    Example: `gipfel params 03_framing`
    """
    from analysis.runs.parameters import read_parameters
    from analysis.runs.plan import plan_run

    layout = find_layout()
    plan = plan_run(read_study(layout), layout, notebook)
    show_declared(read_parameters(plan.path), plan.parameters)
