"""``gipfel why`` and ``gipfel prune``: what happened in a run, and which runs may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from analysis.cli import console
from analysis.study.paths import find_layout

if TYPE_CHECKING:
    from analysis.runs.record import Failure


def _name_runs() -> list[str]:
    from analysis.runs.store import list_attempts

    return list(list_attempts(find_layout()))


complete_run = console.completing(_name_runs)


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
    from analysis.runs.store import command_to_open, find_attempt

    layout = find_layout()
    record = find_attempt(layout, run)
    console.show(
        (),
        [
            ("run", f"{record.notebook}/{record.key}"),
            ("state", console.state(record.state, f": {record.reason}" if record.reason else "")),
            ("began", f"{record.started}, took {record.seconds:.1f} s, {record.engine}"),
            ("cells", f"{record.n_cells_run} of {record.n_cells} ended without an error"),
            *(("parameter", f"{name} = {value!r}") for name, value in record.parameters.items()),
            *(("warning", warning) for warning in record.warnings),
        ],
    )
    if record.failure is not None:
        _show_failure(record.failure)
    command = command_to_open(layout, record)
    if command:
        where = " at that cell" if "#" in command else ""
        console.say(f"Open it in JupyterLab{where}:")
        console.out.print(escape(command), soft_wrap=True, highlight=False)


def _show_failure(failure: Failure) -> None:
    # The reader counts cells from 1, as JupyterLab does.
    title = f"cell {failure.cell + 1}" if failure.cell is not None else "cell"
    console.show_source(failure.source, title, terminal=console.out)
    for text in (f"{failure.exception}: {failure.message}", failure.traceback):
        if text:
            console.out.print(escape(text), highlight=False)


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
    from analysis.runs.store import find_prunable, prune_runs

    layout = find_layout()
    found = find_prunable(layout, keep)
    if found:
        rows = [(layout.show(entry.folder), entry.why, _size(entry.n_bytes)) for entry in found]
        console.show(("run", "why", "size"), rows)
    total = sum(entry.n_bytes for entry in found)
    if yes:
        console.say(f"{_size(prune_runs(found))} are free again.")
    elif found:
        console.say(f"{len(found)} runs, {_size(total)}. Nothing was removed: gipfel prune --yes")
    else:
        console.say("Nothing to remove.")


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB"
