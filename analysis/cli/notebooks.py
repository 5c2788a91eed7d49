"""What stands in the notebooks, and what became of their runs.

``gipfel params``, ``clean-notebooks`` and ``readings``; ``why`` and ``prune``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.markup import escape
from rich.text import Text

from analysis.cli import console
from analysis.cli.run import complete_notebook
from analysis.study.paths import find_layout


def params(
    notebook: Annotated[str, typer.Argument(autocompletion=complete_notebook)],
) -> None:
    """Show the parameters of a notebook: type, default, allowed values, meaning.

    Example: `gipfel params 03_framing`
    """
    import json

    from analysis.runs.parameters import describe_type, read_parameters
    from analysis.runs.plan import plan_run

    layout, study = console.open_study()
    plan = plan_run(study, layout, notebook)
    rows = []
    for one in read_parameters(plan.path):
        own, default = (
            json.dumps(value, ensure_ascii=False)
            for value in (plan.parameters[one.name], one.default)
        )
        name, type_ = Text(one.name, "bold"), describe_type(one.annotation)
        rows.append((name, default, "" if own == default else own, type_, one.comment))
    console.show(("parameter", "default", "study.toml", "may be", "meaning"), rows)


def clean_notebooks(
    staged: Annotated[
        bool, typer.Option("--staged", help="Only those staged for a commit; stage them again.")
    ] = False,
) -> None:
    """Take outputs out of the notebooks in notebooks/, and format them.

    The hook for git, which `make setup` turns on, calls it before every commit.

    Example: `gipfel clean-notebooks`
    """
    from analysis.runs.notebook import clean_file, stage, staged_notebooks

    layout = find_layout()
    paths = staged_notebooks(layout) if staged else sorted(layout.notebooks.glob("*.ipynb"))
    changed = [path for path in paths if clean_file(path)]
    if staged:
        stage(changed, layout)
    for path in changed:
        console.say(f"{layout.show(path)}: cleaned")


def readings(
    notebooks: Annotated[list[str] | None, typer.Argument(help="By default all.")] = None,
    stamp: Annotated[
        bool, typer.Option("--stamp", help="Stamp them for the study as it is now.")
    ] = False,
) -> None:
    """Say which readings were written for the study's present tables and default parameters.

    A reading that was not is replaced by a note when its notebook runs. Run the notebook,
    compare the reading with what it shows, mend the text, then stamp it.

    Example: `gipfel readings --stamp 03_framing`
    """
    from analysis.figures.readings import make_stamp, read_stamp, write_stamp
    from analysis.runs.plan import plan_runs
    from analysis.tables.features import read_manifest

    layout, study = console.open_study()
    tables = read_manifest(layout.features)["tables"]
    others = 0
    for plan in plan_runs(study, layout, notebooks or None):
        wanted = make_stamp(plan.path, study, tables, plan.parameters)
        before = read_stamp(plan.path)
        if stamp:
            state = "stamped" if write_stamp(plan.path, wanted) else "as it was"
        else:
            changed = [part for part in wanted if before.get(part) != wanted[part]]
            state = f"written for other {' and '.join(changed)}" if changed else "fits"
            others += bool(changed)
        console.say(f"{plan.notebook}: {state}")
    if others:
        raise typer.Exit(1)


def _name_runs() -> Iterable[str]:
    from analysis.runs.store import list_attempts

    return list_attempts(find_layout())


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
    if (failure := record.failure) is not None:
        # The reader counts cells from 1, as JupyterLab does.
        title = f"cell {failure.cell + 1}" if failure.cell is not None else "cell"
        texts = f"{failure.exception}: {failure.message}", failure.traceback
        console.show_failure(failure.source, title, *texts, terminal=console.out)
    if command := command_to_open(layout, record):
        where = " at that cell" if "#" in command else ""
        console.say(f"Open it in JupyterLab{where}:")
        console.out.print(escape(command), soft_wrap=True, highlight=False)


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
