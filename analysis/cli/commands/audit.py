"""``gipfel audit``: every mention in its context, as pages to read and correct by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from analysis.cli import console
from analysis.study.errors import GipfelError
from analysis.study.paths import Layout, find_layout
from analysis.study.study import read_study

if TYPE_CHECKING:
    from analysis.coding.build import Written


def complete_event(incomplete: str) -> list[str]:
    """Complete the id of an event on the command line."""
    try:
        return [event.id for event in read_study().events if event.id.startswith(incomplete)]
    except GipfelError:
        return []


def complete_frame(incomplete: str) -> list[str]:
    """Complete the id of a frame on the command line."""
    try:
        return [frame.id for frame in read_study().frames if frame.id.startswith(incomplete)]
    except GipfelError:
        return []


def audit(
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--event", "-e", help="Only this event; may be repeated.", autocompletion=complete_event
        ),
    ] = None,
    frame: Annotated[
        list[str] | None,
        typer.Option(
            "--frame", "-f", help="Only this frame; may be repeated.", autocompletion=complete_frame
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the pages; by default data/local/audit.")
    ] = None,
    wide: Annotated[
        int, typer.Option(min=0, max=50, help="Paragraphs around each mention, on demand.")
    ] = 3,
) -> None:
    """Write pages that show every mention in its context; needs the articles in data/raw.

    One page per event and one of all: to read, filter, count, and to make lines for
    data/corrections.csv by. The pages hold article text and stay out of git.

    Examples
    --------
    `gipfel audit` writes all pages to data/local/audit.

    `gipfel audit --event alaska-2025 --frame Deal` writes one.
    """
    from analysis.coding.build import write_audit

    layout = find_layout()
    with console.counting("Pages") as told:
        written = write_audit(
            layout, events=event or [], frames=frame or [], out=out, wide=wide, on_pages=told
        )
    show_pages(written, layout)


def show_pages(written: Sequence[Written], layout: Layout) -> None:
    """Show the pages that were written, and what may not be done with them."""
    table = Table("page", "documents", "mentions", box=None, pad_edge=False)
    for page in written:
        table.add_row(escape(layout.show(page.path)), str(page.n_documents), str(page.n_mentions))
    console.out.print(table)
    console.say("They hold article text: open them in a browser, do not publish them.")
