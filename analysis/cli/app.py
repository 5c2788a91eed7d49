"""The command ``gipfel``: it parses arguments and hands on, nothing more."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.cli import console
from analysis.cli.commands import code
from analysis.cli.commands.audit import audit
from analysis.cli.commands.evaluate import evaluate_app
from analysis.cli.commands.kwic import kwic
from analysis.cli.commands.multiverse import multiverse
from analysis.cli.commands.notebooks import clean_notebooks, readings
from analysis.cli.commands.provenance import crate, provenance
from analysis.cli.commands.prune import prune
from analysis.cli.commands.run import Jobs, params, run
from analysis.cli.commands.verify import verify
from analysis.cli.commands.why import why
from analysis.study.errors import GipfelError
from analysis.study.paths import find_layout
from analysis.study.study import read_study

app = typer.Typer(
    name="gipfel",
    help="Compare two sets of German coverage: from articles to open tables to figures.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(evaluate_app, name="evaluate")
app.command()(run)
app.command()(params)
app.command()(verify)
app.command()(provenance)
app.command()(crate)
app.command()(clean_notebooks)
app.command()(readings)
app.command()(audit)
app.add_typer(code.app, name="code")
app.command()(kwic)
app.command()(multiverse)
app.command()(why)
app.command()(prune)


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
def annotate(
    jobs: Jobs = 1,
    force: Annotated[
        bool, typer.Option("--force", help="Annotate every article anew, whatever is kept.")
    ] = False,
) -> None:
    """Rebuild the open tables in data/features from the articles in data/raw.

    Annotated articles are kept in data/local/annotated: a run that was killed goes on where it
    was, and what did not change is not annotated again.

    Example: `gipfel annotate --jobs 2`
    """
    from analysis.annotation.pipeline import annotate as build

    layout = find_layout()
    with console.counting("Articles") as told:
        changed = build(layout, jobs=jobs, force=force, on_documents=told)
    console.show_tables(changed, layout)


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
    from analysis.annotation.pipeline import count_near_lemma
    from analysis.measures.collocation import association
    from analysis.measures.neighbours import count_pairs
    from analysis.study.lexicons import read_stop_words
    from analysis.tables.features import read_features

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
def release_check(
    staged: Annotated[
        bool, typer.Option("--staged", help="Only what is staged for a commit, as it is staged.")
    ] = False,
) -> None:
    """Refuse files from which running text could be read, and all that no study publishes.

    Checked is everything that git tracks and everything that `gipfel crate` gives out.
    `gipfel run`, `gipfel crate` and the hook for git call the same check.

    Example: `gipfel release-check`
    """
    from analysis.runs.release import check_release, published_files, staged_copy, staged_files

    layout = find_layout()
    if staged:
        with staged_copy(layout) as copy:
            files = {**published_files(copy), **{n: copy.root / n for n in staged_files(layout)}}
            names = check_release(copy, files, only=staged_files(layout), raw=layout.raw)
    else:
        names = check_release(layout)
    console.say(f"{len(names)} files: no running text; may be published.")


def main() -> None:
    """Run the command; errors that a user can mend end in one message and status 1."""
    for stream in (sys.stdout, sys.stderr):
        # What a terminal cannot show must not end the command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except GipfelError as fault:
        console.complain(str(fault))
        sys.exit(1)
    except OSError as fault:
        console.complain(f"{fault.strerror or fault}: {fault.filename or ''}".strip())
        sys.exit(1)
