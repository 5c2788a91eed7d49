"""What the command shows in the terminal: tables, progress, complaints."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from analysis.study.paths import Layout
from analysis.tables.cells import rounded

if TYPE_CHECKING:
    import pandas as pd

    from analysis.corpus.sources import Found
    from analysis.study.study import Study

out = Console()
err = Console(stderr=True)

Scores = Mapping[str, Mapping[str, float]]

COLOURS = {
    "recognised": "green",
    "copied": "green",
    "up to date": "green",
    "succeeded": "green",
    "as committed": "green",
    "unknown": "yellow",
    "not here": "yellow",
    "stale": "yellow",
    "skipped": "yellow",
    "interrupted": "yellow",
    "never run": "yellow",
    "not published": "yellow",
}


def say(text: str) -> None:
    """Say one thing."""
    out.print(escape(text))


def complain(text: str) -> None:
    """Say what went wrong, on standard error."""
    err.print(f"[bold red]gipfel:[/] {escape(text)}", highlight=False)


def state(word: str) -> str:
    """Colour the word that says how something stands; what is not known as good is red."""
    return f"[{COLOURS.get(word, 'red')}]{word}[/]"


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar; what is yielded takes how many of how many are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=out) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show_articles(found: Sequence[Found]) -> None:
    """Show every known article and unknown file."""
    table = Table("article", "state", "", box=None, pad_edge=False)
    for entry in found:
        table.add_row(entry.doc_id, state(entry.state), escape(entry.detail))
    out.print(table)


def show_tables(changed: Mapping[str, bool], layout: Layout) -> None:
    """Show which open tables a new annotation changed."""
    table = Table("open table", "content", box=None, pad_edge=False)
    for name, is_new in changed.items():
        table.add_row(f"{name}.parquet", "[yellow]changed[/]" if is_new else "as before")
    out.print(table)
    say(f"In {layout.show(layout.features)}. Next: gipfel run")


def show_status(layout: Layout, study: Study) -> None:
    """Show articles, open tables, runs and figures, and what is stale."""
    from analysis.annotation.origin import article_lines, table_lines
    from analysis.runs.standing import run_lines

    for title, lines in (
        (f"Articles ({layout.show(layout.raw)})", article_lines(layout, study)),
        (f"Open tables ({layout.show(layout.features)})", table_lines(layout)),
        ("Runs and figures", run_lines(layout, study)),
    ):
        table = Table(box=None, pad_edge=False, show_header=False)
        for line in lines:
            table.add_row(escape(line.name), state(line.state), escape(_in_short(line.detail)))
        out.print(f"[bold]{title}[/]", table, "", sep="\n")


def _in_short(reasons: str, most: int = 3) -> str:
    """Put the first reasons into one line; all of them are told by ``gipfel run --explain``."""
    lines = reasons.splitlines()
    more = [f"and {len(lines) - most} more: gipfel run --explain"] if len(lines) > most else []
    return "; ".join(lines[:most] + more)


def show_scores(scores: Scores) -> None:
    """Show every layer with its metrics, three digits."""
    table = Table("layer", "metric", "value", box=None, pad_edge=False)
    for layer, metrics in scores.items():
        for i, (metric, value) in enumerate(metrics.items()):
            shown = f"{value:.0f}" if metric.startswith("n") else f"{value:.3f}"
            table.add_row(layer if i == 0 else "", metric, shown)
    out.print(table)


def write_scores(scores: Scores, path: Path | None) -> None:
    """Write scores as one JSON object; what is not a number is null."""
    if path is None:
        return
    from analysis.study.atomic import write_atomically

    whole = {
        layer: {metric: None if math.isnan(value) else value for metric, value in metrics.items()}
        for layer, metrics in scores.items()
    }
    write_atomically(path, (json.dumps(whole, indent=1, allow_nan=False) + "\n").encode())


def write_table(table: pd.DataFrame, path: Path | None) -> None:
    """Write a table as CSV, harmless for spreadsheets."""
    if path is not None:
        from analysis.figures.tables import csv_text
        from analysis.study.atomic import write_atomically

        write_atomically(path, csv_text(table).encode())


def write_lines(lines: Sequence[str], path: Path | None) -> None:
    """Write lines of JSON."""
    if path is not None:
        from analysis.study.atomic import write_atomically

        write_atomically(path, "".join(f"{line}\n" for line in lines).encode())


def show_collocates(table: pd.DataFrame, top: int) -> None:
    """Show the strongest collocates of each event, with the counts that they rest on."""
    by, falling = ["g2", "collocate"], [False, True]
    table = table.sort_values(by, ascending=falling, key=rounded)
    for event, ranked in table.groupby("event"):
        shown = Table("collocate", "together", "log ratio", "G2", box=None, pad_edge=False)
        for row in ranked.head(top).to_dict("records"):
            scores = (f"{row['n_joint']}", f"{row['log_ratio']:.2f}", f"{row['g2']:.1f}")
            shown.add_row(escape(row["collocate"]), *scores)
        out.print(f"[bold]{event}[/]", shown, "", sep="\n")
    say("A ranking, no test: words are not independent, and few documents carry no claim.")
