"""``gipfel why``: what happened in a run, and how to look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table

from analysis.cli import console
from analysis.study.errors import GipfelError
from analysis.study.paths import find_layout

if TYPE_CHECKING:
    from analysis.runs.why import Account


def complete_run(incomplete: str) -> list[str]:
    """Complete the name of a run on the command line."""
    from analysis.runs.why import name_runs

    try:
        names = name_runs(find_layout())
    except GipfelError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def why(
    run: Annotated[
        str,
        typer.Argument(
            help="A notebook (its last attempt), notebook/key, or the beginning of a key.",
            autocompletion=complete_run,
        ),
    ],
) -> None:
    """Show how a run ended: cell, source, traceback, parameters, and how to open it there.

    Examples
    --------
    `gipfel why 03_framing` shows the last attempt, successful or not.

    `gipfel why 03_framing/7b836d5764c5` shows that of other parameters.
    """
    from analysis.runs.why import find_account

    layout = find_layout()
    show_account(find_account(layout, run))


def show_account(account: Account) -> None:
    """Show what is known of a run."""
    record = account.record
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_row("run", f"{record.notebook}/{record.key}")
    said = console.state(record.state) + (f": {escape(record.reason)}" if record.reason else "")
    table.add_row("state", said)
    table.add_row("began", f"{record.started}, took {record.seconds:.1f} s, {record.engine}")
    table.add_row("cells", f"{record.n_cells_run} of {record.n_cells} ended without an error")
    for name, value in record.parameters.items():
        table.add_row("parameter", escape(f"{name} = {value!r}"))
    for warning in record.warnings:
        table.add_row("warning", escape(warning))
    console.out.print(table)
    _show_failure(account)
    if account.command:
        where = " at that cell" if "#" in account.command else ""
        console.say(f"Open it in JupyterLab{where}:")
        console.out.print(escape(account.command), soft_wrap=True, highlight=False)


def _show_failure(account: Account) -> None:
    failure = account.record.failure
    if failure is None:
        return
    if failure.source:
        # The reader counts cells from 1, as JupyterLab does.
        title = f"cell {failure.cell + 1}" if failure.cell is not None else "cell"
        console.out.print(Panel(Syntax(failure.source, "python"), title=title, border_style="red"))
    console.out.print(escape(f"{failure.exception}: {failure.message}"), highlight=False)
    if failure.traceback:
        console.out.print(escape(failure.traceback), highlight=False)
