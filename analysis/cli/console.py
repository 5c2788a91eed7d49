"""What commands share: the terminal, the study that they are called in, completion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from analysis.study.errors import GipfelError
from analysis.study.paths import Layout, find_layout

if TYPE_CHECKING:
    import pandas as pd
    from rich.progress import Progress

    from analysis.study.study import Study

out = Console()
err = Console(stderr=True)

Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="How many at a time.")]

GREEN = ("recognised", "copied", "up to date", "succeeded", "as committed")
YELLOW = ("unknown", "not here", "stale", "skipped", "interrupted", "never run", "not published")


def group(text: str) -> typer.Typer:
    """Make a command that has commands of its own, such as ``gipfel code``."""
    return typer.Typer(
        help=text, no_args_is_help=True, add_completion=False, rich_markup_mode="markdown"
    )


def open_study() -> tuple[Layout, Study]:
    """Find the study of the working directory and read its design."""
    from analysis.study.study import read_study

    layout = find_layout()
    return layout, read_study(layout)


def completing(
    names: Callable[[], Iterable[str]], *, in_list: bool = False
) -> Callable[[str], list[str]]:
    """Make a function that completes one of some names on the command line.

    ``names`` is called only when a shell asks; where the study cannot be read, nothing is
    completed. With ``in_list`` commas separate several names, of which the last is completed.
    """

    def complete(incomplete: str) -> list[str]:
        head, comma, last = incomplete.rpartition(",") if in_list else ("", "", incomplete)
        try:
            found = sorted(name for name in names() if name and name.startswith(last))
        except GipfelError:
            return []
        return [f"{head}{comma}{name}" for name in found]

    return complete


def completing_names(
    module: str, names: str, *, in_list: bool = False
) -> Callable[[str], list[str]]:
    """Make a function that completes what a constant of a module lists; it is loaded then."""
    return completing(lambda: getattr(import_module(module), names), in_list=in_list)


def only(name: str, complete: Callable[[str], list[str]], *short: str) -> typer.models.OptionInfo:
    """Make an option that keeps only rows of some values, such as ``--event``."""
    option: typer.models.OptionInfo = typer.Option(
        f"--{name}", *short, help=f"Only this {name}; may be repeated.", autocompletion=complete
    )
    return option


complete_event = completing(lambda: [event.id for event in open_study()[1].events])
complete_frame = completing(lambda: [frame.id for frame in open_study()[1].frames])
Events = Annotated[list[str] | None, only("event", complete_event, "-e")]
Frames = Annotated[list[str] | None, only("frame", complete_frame, "-f")]


def split_names(names: str) -> list[str]:
    """Split a list at its commas; a name that stands twice counts once.

    Examples
    --------
    >>> split_names("anna, ben,anna")
    ['anna', 'ben']
    """
    return list(dict.fromkeys(part.strip() for part in names.split(",") if part.strip()))


def say(text: str) -> None:
    """Print one sentence."""
    out.print(escape(text))


def complain(text: str) -> None:
    """Print what went wrong on standard error."""
    err.print(f"[bold red]gipfel:[/] {escape(text)}", highlight=False)


def state(word: str, more: str = "") -> Text:
    """Colour the word for a state; a word that is not known as good is red."""
    colour = "green" if word in GREEN else "yellow" if word in YELLOW else "red"
    return Text.assemble((word, colour), more)


def show(headings: Sequence[str], rows: Iterable[Iterable[object]], *, title: str = "") -> None:
    """Print a table; a cell that looks like markup is printed as it stands."""
    table = Table(*headings, box=None, pad_edge=False, show_header=bool(headings))
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    if title:
        out.print(Text(title, "bold"), table, "", sep="\n")
    else:
        out.print(table)


def show_failure(source: str, title: str, *texts: str, terminal: Console) -> None:
    """Print the source of a cell that failed in a red frame, if there is any, and what it said."""
    from rich.panel import Panel
    from rich.syntax import Syntax

    if source:
        terminal.print(Panel(Syntax(source, "python"), title=title, border_style="red"))
    for text in texts:
        if text:
            terminal.print(escape(text), highlight=False)


def open_bar(description: str = "{task.description}") -> Progress:
    """Open a progress bar that shows how many of how many are done, and the time."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(description), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=out)


@contextmanager
def counting(what: str, *, at_once: bool = True) -> Iterator[Callable[[int, int], None]]:
    """Show a bar, if not ``at_once`` then when it is told that something is left to do.

    The function that is yielded takes the number done and the number of all.
    """
    bar = open_bar()
    task = bar.add_task(what, total=None)

    def told(done: int, total: int) -> None:
        if done < total:
            bar.start()
        bar.update(task, completed=done, total=total)

    if at_once:
        bar.start()
    try:
        yield told
    finally:
        if bar.live.is_started:
            bar.stop()


def write(text: str, path: Path | None) -> None:
    """Write text to a file, if one is asked for."""
    if path is not None:
        from analysis.study.atomic import write_atomically

        write_atomically(path, text.encode())


def write_table(table: pd.DataFrame, path: Path | None) -> None:
    """Write a table as CSV in which no cell is a formula to a spreadsheet, if it is asked for."""
    if path is not None:
        from analysis.figures.tables import csv_text

        write(csv_text(table), path)
