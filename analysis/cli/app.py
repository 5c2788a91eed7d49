"""The command ``gipfel``: its commands, and how it ends when something is wrong."""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from typer.core import TyperCommand, TyperGroup

from analysis.cli import coding, console
from analysis.cli.kwic import collocates, kwic
from analysis.cli.notebooks import clean_notebooks, params, prune, readings, why
from analysis.cli.run import run
from analysis.cli.verify import crate, provenance, verify
from analysis.study.errors import GipfelError
from analysis.study.paths import find_layout

if TYPE_CHECKING:
    import pandas as pd

    from analysis.study.design import Claim


#: Where the specifications go, below the folder of runs.
MULTIVERSE_FILE = "multiverse.csv"


complete_claim = console.completing(lambda: [claim.id for claim in console.open_study()[1].claims])


def multiverse(
    claim: Annotated[list[str] | None, console.only("claim", complete_claim, "-c")] = None,
    permutations: Annotated[
        int, typer.Option(min=99, help="Relabellings, where there are too many to take all.")
    ] = 999,
    csv: Annotated[
        Path | None,
        typer.Option(help="Where all specifications go; by default papermill_runs/multiverse.csv."),
    ] = None,
) -> None:
    """Compute every claim of study.toml under every choice of its [multiverse].

    Shows in how many specifications each claim holds, from where to where, and which choice
    moves it most. Notebook 13_multiverse draws the curves.

    Examples
    --------
    `gipfel multiverse` computes all claims.

    `gipfel multiverse --claim deal-alaska --csv deal.csv` computes one.
    """
    from analysis.measures.multiverse import multiverse as compute
    from analysis.study.design import choose_claims
    from analysis.tables.features import read_features

    layout, study = console.open_study()
    chosen = choose_claims(study.claims, claim or [])
    features, choices = read_features(layout.features), study.multiverse.model_dump()
    with console.counting("Claims") as told:
        found = compute(
            features,
            _counted(chosen, told),
            choices,
            n_permutations=permutations,
            seed=study.general.seed,
        )
    path = csv or layout.runs / MULTIVERSE_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    console.write_table(found.specifications, path)
    show_claims(found.claims)
    console.say(f"{len(found.specifications)} specifications in {layout.show(path)}.")


def _counted(claims: Sequence[Claim], told: Callable[[int, int], None]) -> Iterator[Claim]:
    """Hand out claims, and tell how many are done."""
    for done, claim in enumerate(claims):
        told(done, len(claims))
        yield claim
    told(len(claims), len(claims))


def show_claims(claims: pd.DataFrame) -> None:
    """Show what the specifications of each claim come to; ``holds`` is a share of ``n``."""
    from analysis.figures.words import word_reason

    headings = ("claim", "n", "holds", "lowest", "median", "highest", "default", "moved by", "p")
    shown = Table(*headings, box=None, pad_edge=False, padding=(0, 1, 0, 0))
    shown.columns[0].no_wrap = True
    for row in claims.to_dict("records"):
        levels = (row[name] for name in ("lowest", "median", "highest", "default"))
        numbers = (_written(_floored(row["share_same_sign"])), *map(_written, levels))
        p_value = _written(row["p_value"], digits=3)
        moving = row["most_moving"] or "-"
        shown.add_row(escape(row["claim"]), str(row["n_estimable"]), *numbers, moving, p_value)
    console.out.print(shown)
    refused = claims[claims["status"] != "ok"]
    cells = zip(refused["reason_code"], refused["reason_values"], strict=True)
    told = refused.assign(reason=[word_reason(*pair, "en") for pair in cells])
    for reason, rows in told.groupby("reason", sort=False):
        console.say(f"No p-value for {', '.join(rows['claim'])}: {reason}.")
    missing = claims[claims["n_estimable"] < claims["n_specifications"]]
    for row in missing.to_dict("records"):
        n = row["n_specifications"] - row["n_estimable"]
        console.say(f"{row['claim']}: {n} more specifications cannot be estimated; see the CSV.")


def _floored(share: float) -> float:
    """Round down, so that 1.00 means every specification."""
    return share if math.isnan(share) else math.floor(share * 100 + 1e-9) / 100


def _written(value: float, *, digits: int = 2) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


SETTINGS: dict[str, Any] = {"rich_markup_mode": "markdown", "pretty_exceptions_enable": False}
#: Reasons that ``gipfel status`` shows of a run; ``gipfel run --explain`` shows all.
MOST_REASONS = 3


def ingest(
    folder: Annotated[Path, typer.Argument(help="Where the articles lie, as <id>.txt.")],
) -> None:
    """Copy the articles to data/raw and check them against data/sources.toml.

    Example: `gipfel ingest ../shared/corpus`
    """
    from analysis.corpus import sources

    layout, study = console.open_study()
    found = sources.ingest(folder, layout, sources.read_sources(layout, study))
    rows = [(entry.doc_id, console.state(entry.state), entry.detail) for entry in found]
    console.show(("article", "state", ""), rows)
    if any(entry.state in ("changed", "missing", "unreadable") for entry in found):
        raise typer.Exit(1)


def annotate(
    jobs: console.Jobs = 1,
    force: Annotated[
        bool, typer.Option("--force", help="Annotate every article anew, whatever is kept.")
    ] = False,
) -> None:
    """Rebuild the open tables in data/features from the articles in data/raw.

    Annotated articles are kept in data/local/annotated: a run that was killed goes on where it
    was, and what did not change is not annotated again.

    Example: `gipfel annotate --jobs 2`
    """
    from rich.text import Text

    from analysis.annotation.pipeline import annotate as build

    layout = find_layout()
    with console.counting("Articles") as told:
        changed = build(layout, jobs=jobs, force=force, on_documents=told)
    words = {True: Text("changed", "yellow"), False: Text("as before")}
    rows = [(f"{name}.parquet", words[is_new]) for name, is_new in changed.items()]
    console.show(("open table", "content"), rows)
    console.say(f"In {layout.show(layout.features)}. Next: gipfel run")


def status() -> None:
    """Show articles, open tables, runs and figures, and what is stale.

    Example: `gipfel status`
    """
    from analysis.annotation.parts import article_lines, table_lines
    from analysis.runs.store import run_lines

    layout, study = console.open_study()
    for title, lines in (
        (f"Articles ({layout.show(layout.raw)})", article_lines(layout, study)),
        (f"Open tables ({layout.show(layout.features)})", table_lines(layout)),
        ("Runs and figures", run_lines(layout, study)),
    ):
        rows = []
        for line in lines:
            reasons = line.detail.splitlines()
            if len(reasons) > MOST_REASONS:
                n_more = len(reasons) - MOST_REASONS
                reasons[MOST_REASONS:] = [f"and {n_more} more: gipfel run --explain"]
            rows.append((line.name, console.state(line.state), "; ".join(reasons)))
        console.show((), rows, title=title)


def release_check(
    staged: Annotated[
        bool, typer.Option("--staged", help="Only what is staged for a commit, as it is staged.")
    ] = False,
) -> None:
    """Refuse files from which running text could be read, and all that no study publishes.

    Everything that git tracks and everything that `gipfel crate` writes is checked.
    `gipfel run`, `gipfel crate` and the hook for git call the same check.

    Example: `gipfel release-check`
    """
    from analysis.corpus.release import check_release, published_files, staged_copy, staged_files

    layout = find_layout()
    if staged:
        with staged_copy(layout) as copy:
            files = {**published_files(copy), **{n: copy.root / n for n in staged_files(layout)}}
            names = check_release(copy, files, only=staged_files(layout), raw=layout.raw)
    else:
        names = check_release(layout)
    console.say(f"{len(names)} files: no running text; may be published.")


COMMANDS: dict[str, Callable[..., None] | typer.Typer] = {
    "run": run,
    "params": params,
    "verify": verify,
    "provenance": provenance,
    "crate": crate,
    "clean-notebooks": clean_notebooks,
    "readings": readings,
    "audit": coding.audit,
    "kwic": kwic,
    "multiverse": multiverse,
    "why": why,
    "prune": prune,
    "ingest": ingest,
    "annotate": annotate,
    "collocates": collocates,
    "status": status,
    "release-check": release_check,
    "evaluate": coding.evaluate,
    "code": coding.code,
}


class Summary(TyperCommand):
    """What the list of commands shows of one; its options are read when it is called."""

    def whole(self) -> Any:
        """Return the command with its options, or the group with its commands."""
        called = COMMANDS[str(self.name)]
        if not isinstance(called, typer.Typer):
            function, called = called, typer.Typer(add_completion=False, **SETTINGS)
            called.command(self.name)(function)
        command = typer.main.get_command(called)
        command.name = self.name
        return command

    def make_context(self, *args: Any, **more: Any) -> Any:
        """Read the options of the command, and parse its arguments."""
        return self.whole().make_context(*args, **more)


class Commands(TyperGroup):
    """All commands by their summaries: reading the options of all takes a third of the start."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, called in COMMANDS.items():
            text = called.info.help if isinstance(called, typer.Typer) else called.__doc__
            self.add_command(Summary(name, help=text))


app = typer.Typer(
    name="gipfel",
    cls=Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    **SETTINGS,
)


@app.callback()
def gipfel() -> None:
    """Compare two sets of German coverage: from articles to open tables to figures."""


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
