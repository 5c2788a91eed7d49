"""The command ``gipfel``: it parses arguments and hands on, nothing more."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis import console
from analysis.commands import code
from analysis.commands.audit import audit
from analysis.commands.evaluate import evaluate_app
from analysis.commands.kwic import kwic
from analysis.commands.multiverse import multiverse
from analysis.commands.notebooks import clean_notebooks
from analysis.commands.provenance import crate, provenance
from analysis.commands.sweeping import complete_sweep, planned_sweeps, plans_of, report
from analysis.commands.table_of_parameters import show_declared
from analysis.commands.verify import verify
from analysis.errors import GipfelError
from analysis.paths import find_layout
from analysis.study import read_study

app = typer.Typer(
    name="gipfel",
    help="Compare two sets of German coverage: from articles to open tables to figures.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(evaluate_app, name="evaluate")
app.command()(verify)
app.command()(provenance)
app.command()(crate)
app.command()(clean_notebooks)
app.command()(audit)
app.add_typer(code.app, name="code")
app.command()(kwic)
app.command()(multiverse)

Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="How many at a time.")]


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


@app.command()
def ingest(
    folder: Annotated[Path, typer.Argument(help="Where the articles lie, as <id>.txt.")],
) -> None:
    """Copy the articles to data/raw and check them against data/sources.toml.

    Example: `gipfel ingest ../shared/corpus`
    """
    from analysis.corpus.sources import ingest as bring_in
    from analysis.corpus.sources import read_sources

    layout = find_layout()
    found = bring_in(folder, layout, read_sources(layout, read_study(layout)))
    console.show_articles(found)
    if any(entry.state in ("changed", "missing", "unreadable") for entry in found):
        raise typer.Exit(1)


@app.command()
def annotate(jobs: Jobs = 1) -> None:
    """Rebuild the open tables in data/features from the articles in data/raw.

    Example: `gipfel annotate --jobs 2`
    """
    from analysis.annotation.pipeline import annotate as build

    layout = find_layout()
    with console.counting("Articles") as told:
        changed = build(layout, jobs=jobs, on_documents=told)
    console.show_tables(changed, layout)


@app.command()
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
) -> None:
    """Execute notebooks; the default runs bring figures/ up to date.

    Examples
    --------
    `gipfel run` regenerates everything.

    `gipfel run 03_framing` regenerates one notebook's figures.

    `gipfel run 02_term_frequency -p unit=form -p top=30` leaves figures/ alone.

    `gipfel run 03_framing --grid tier=core,core_near --grid weight=none,within` runs all four.
    """
    from analysis.runs.plan import plan_given

    layout = find_layout()
    study, named, given = read_study(layout), notebooks or [], parameter or []
    sweeps = planned_sweeps(study, layout, named, grid=grid or [], fixed=given, names=sweep or [])
    plans = plans_of(sweeps) or plan_given(study, layout, named, given)
    records = console.execute(plans, layout, jobs=jobs, deadline=timeout)
    report(sweeps, records, layout)
    raise typer.Exit(console.exit_status(records))


@app.command("params")
def show_parameters(
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


@app.command()
def collocates(
    lemma: Annotated[str, typer.Argument(help="A lemma, such as Waffenstillstand.")],
    top: Annotated[int, typer.Option(min=1, help="How many for each event.")] = 15,
    min_joint: Annotated[int, typer.Option(min=1, help="Least occurrences together.")] = 2,
    csv: Annotated[Path | None, typer.Option(help="Write the whole table as CSV.")] = None,
) -> None:
    """Show the collocates of any lemma in each event; needs the articles in data/raw.

    Those of frames and actors need no articles: see notebook 05_collocation.

    Example: `gipfel collocates Waffenstillstand`
    """
    from analysis.annotation.any_node import count_near_lemma
    from analysis.features import read_features
    from analysis.lexicons import read_stop_words
    from analysis.measures.collocation import association
    from analysis.measures.neighbours import count_pairs

    layout = find_layout()
    features = read_features(layout.features)
    near = features.with_tables(**count_near_lemma(layout, lemma, features.segments))
    table = association(count_pairs(near, node_kind="lemma"))
    console.write_table(table, csv)
    known = ~table["collocate"].str.casefold().isin(read_stop_words())
    console.show_collocates(table[known & (table["n_joint"] >= min_joint)], top)


@app.command()
def status() -> None:
    """Show articles, open tables, runs and figures, and what is stale."""
    layout = find_layout()
    console.show_status(layout, read_study(layout))


@app.command("release-check")
def release_check() -> None:
    """Refuse open tables from which running text could be read."""
    from analysis.release import check_codings, check_release

    layout = find_layout()
    names = [*check_release(layout.features), *check_codings(layout.coding)]
    console.say(f"{', '.join(names)}: no running text; may be published.")


def main() -> None:
    """Run the command; errors that a user can mend end in one message and status 1."""
    try:
        app()
    except GipfelError as fault:
        console.complain(str(fault))
        sys.exit(1)
    except OSError as fault:
        console.complain(f"{fault.strerror or fault}: {fault.filename or ''}".strip())
        sys.exit(1)
