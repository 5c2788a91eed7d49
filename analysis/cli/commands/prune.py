"""``gipfel prune``: removing runs that no figure rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from analysis.cli import console
from analysis.study.paths import Layout, find_layout

if TYPE_CHECKING:
    from analysis.runs.prune import Prunable


def prune(
    keep: Annotated[
        int, typer.Option(min=0, help="Newest runs of each notebook to keep besides its default.")
    ] = 0,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove them; else only show.")] = False,
) -> None:
    """Remove runs from the store, but for the default run of each notebook.

    Examples
    --------
    `gipfel prune` shows what would go.

    `gipfel prune --keep 20 --yes` removes all but the defaults and 20 runs of each notebook.
    """
    from analysis.runs.prune import find_prunable, prune_runs

    layout = find_layout()
    found = find_prunable(layout, keep)
    _show(found, layout)
    total = sum(entry.n_bytes for entry in found)
    if yes:
        console.say(f"{_size(prune_runs(found))} are free again.")
    elif found:
        console.say(f"{len(found)} runs, {_size(total)}. Nothing was removed: gipfel prune --yes")
    else:
        console.say("Nothing to remove.")


def _show(found: Sequence[Prunable], layout: Layout) -> None:
    table = Table("run", "why", "size", box=None, pad_edge=False)
    for entry in found:
        table.add_row(escape(layout.show(entry.folder)), entry.why, _size(entry.n_bytes))
    if found:
        console.out.print(table)


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB"
