"""The command ``gipfel``: it parses arguments and hands on, nothing more."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from analysis import console
from analysis.commands.prune import prune
from analysis.commands.why import why
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

evaluate_app = typer.Typer(help="Measure how good the coding is.", no_args_is_help=True)
app.add_typer(evaluate_app, name="evaluate")
app.command()(why)
app.command()(prune)

JsonOut = Annotated[
    Path | None, typer.Option(help="Write all figures as one JSON object: layer, metric, value.")
]


class Engine(StrEnum):
    """What executes the cells of a notebook."""

    warm = "warm"
    kernel = "kernel"


Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="How many at a time.")]


def complete_notebook(incomplete: str) -> list[str]:
    """Complete the name of a notebook on the command line."""
    try:
        names = [run.notebook for run in read_study().runs]
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

    `gipfel run --explain` names the file, function or parameter that has changed.
    """
    from analysis.runs.limits import Settings
    from analysis.runs.plan import plan_given

    layout = find_layout()
    plans = plan_given(read_study(layout), layout, notebooks or [], parameter or [])
    if explain:
        console.explain(plans, layout)
        return
    settings = Settings(engine=engine.value, deadline=timeout, memory=memory, force=force)
    raise typer.Exit(console.execute(plans, layout, jobs=jobs, settings=settings))


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
    near = read_features(layout.features).with_tables(**count_near_lemma(layout, lemma))
    table = association(count_pairs(near, node_kind="lemma"))
    console.write_table(table, csv)
    known = ~table["collocate"].str.casefold().isin(read_stop_words())
    console.show_collocates(table[known & (table["n_joint"] >= min_joint)], top)


@app.command()
def status() -> None:
    """Show articles, open tables, runs and figures, and what is stale."""
    layout = find_layout()
    console.show_status(layout, read_study(layout))


@evaluate_app.command("mentions")
def evaluate_mentions(
    gold: Annotated[Path, typer.Argument(help="Hand-coded mentions as CSV.")],
    texts: Annotated[Path, typer.Option(help="Folder with <doc>.txt for each document.")],
    json: JsonOut = None,
    errors: Annotated[Path | None, typer.Option(help="Write every error as CSV.")] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the numbers in data/validation for 12_validation.")
    ] = False,
) -> None:
    """Measure the coding of mentions: frame, polarity, voice, speaker, target.

    Example: `gipfel evaluate mentions ../shared/gold/mentions_dev.csv --texts ../shared/corpus`
    """
    from analysis.annotation.gold import read_gold
    from analysis.annotation.rows import load_tools
    from analysis.annotation.validation import evaluate_mentions as measure
    from analysis.features import write_validation

    layout = find_layout()
    frames = tuple(frame.id for frame in read_study(layout).frames)
    found = measure(read_gold(gold, frames), texts, load_tools(layout.root))
    console.show_scores(found.scores)
    console.write_scores(found.scores, json)
    console.write_table(found.errors, errors)
    if save:
        write_validation("mentions", found.scores, found.confusion, layout.validation)


@evaluate_app.command("quotes")
def evaluate_quotes(
    file: Annotated[Path, typer.Argument(help="Annotated quotations, JSON lines (.gz).")],
    json: JsonOut = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write what was predicted, in the data's own schema.")
    ] = None,
    errors: Annotated[Path | None, typer.Option(help="Write every error as CSV.")] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Only the first documents.")] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the numbers in data/validation for 12_validation.")
    ] = False,
) -> None:
    """Measure the coding of speech against annotated quotations.

    Example: `gipfel evaluate quotes ../shared/quotes/dev.jsonl.gz --json scores.json`
    """
    from analysis.annotation.quote_run import evaluate_quotes as measure
    from analysis.features import write_validation

    layout = find_layout()
    with console.counting("Articles") as told:
        found = measure(file, layout, first=first, on_documents=told)
    console.show_scores(found.scores)
    console.write_scores(found.scores, json)
    console.write_table(found.errors, errors)
    console.write_lines(found.predictions, predictions)
    if save:
        write_validation("quotes", found.scores, None, layout.validation)


@app.command("release-check")
def release_check() -> None:
    """Refuse open tables from which running text could be read."""
    from analysis.release import check_release

    layout = find_layout()
    names = check_release(layout.features)
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
