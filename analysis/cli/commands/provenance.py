"""``gipfel provenance`` and ``gipfel crate``: where a figure comes from; the study as a crate."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from analysis.cli import console
from analysis.study.errors import GipfelError, RunError, unknown
from analysis.study.paths import Layout, find_layout
from analysis.study.study import read_study


def complete_figure(incomplete: str) -> list[str]:
    """Complete the name of a figure, table or list of values."""
    try:
        names = sorted(path.stem for path in find_layout().figures.glob("*.json"))
    except GipfelError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def provenance(
    figure: Annotated[
        str,
        typer.Argument(
            help="A name such as 03_frame_rates, or a file.", autocompletion=complete_figure
        ),
    ],
) -> None:
    """Show what a figure, table or list of values was made from, and how to make it again.

    Examples
    --------
    `gipfel provenance 03_frame_rates`

    `gipfel provenance papermill_runs/03_framing/default/figures/03_values.json`
    """
    layout = find_layout()
    path = find_note(figure, layout)
    note = json.loads(path.read_text(encoding="utf-8"))
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in describe_note(path, note, layout):
        table.add_row(f"[bold]{name}[/]", escape(value))
    console.out.print(table)


def find_note(figure: str, layout: Layout) -> Path:
    """Find the JSON file beside a figure, by name in ``figures/`` or by path.

    Raises
    ------
    RunError
        If there is none, with the nearest name.
    """
    given = Path(figure)
    for path in (given.with_suffix(".json"), layout.figures / f"{given.stem}.json"):
        if path.is_file():
            return path
    names = [path.stem for path in layout.figures.glob("*.json")]
    raise RunError(f"provenance: {unknown('figure', given.stem, names)}")


def describe_note(path: Path, note: dict[str, Any], layout: Layout) -> list[tuple[str, str]]:
    """Say in rows what stands beside a figure, and how it stands against what is here."""
    from analysis.tables.features import hash_input
    from analysis.tables.schema import TABLES

    files = sorted(one.name for one in path.parent.glob(f"{path.stem}.*"))
    rows = [("files", ", ".join(files)), ("notebook", f"notebooks/{note['notebook']}.ipynb")]
    rows += [("parameters", f"{name} = {value!r}") for name, value in note["parameters"].items()]
    rows += [("seed", str(note["seed"]))]
    for name, before in note["inputs"].items():
        is_now = hash_input(name, layout) == before
        state = "as it is now" if is_now else "has changed since"
        what = ("open table", f"data/features/{name}.parquet") if name in TABLES else ("file", name)
        rows.append((what[0], f"{what[1]} {before[:16]}, {state}"))
    rows += [("version", f"{name} {number}") for name, number in note["versions"].items()]
    return [*rows, ("run", _run_of(note, layout)), ("make again", _command(note, layout))]


def _run_of(note: dict[str, Any], layout: Layout) -> str:
    """Find the run in the store that has these parameters."""
    from analysis.runs.record import read_record

    for path in sorted((layout.runs / note["notebook"]).glob("*/run.json")):
        try:
            record = read_record(path.parent)
        except GipfelError:
            continue
        if record.parameters == note["parameters"]:
            return layout.show(record.folder)
    return "not in papermill_runs; make it again"


def _command(note: dict[str, Any], layout: Layout) -> str:
    from analysis.runs.parameters import check_parameters, read_parameters
    from analysis.runs.plan import plan_run

    plan = plan_run(read_study(layout), layout, note["notebook"])
    if plan.parameters == note["parameters"]:
        return f"gipfel run {plan.notebook}"
    declared = read_parameters(plan.path)
    checked = check_parameters(declared, note["parameters"])
    given = [
        f" -p {one.name}={_typed(checked[one.name])}"
        for one in declared
        if checked[one.name] != one.default
    ]
    return f"gipfel run {plan.notebook}{''.join(given)}"


def _typed(value: object) -> str:
    is_list = isinstance(value, list)
    return shlex.quote(json.dumps(value, ensure_ascii=False) if is_list else str(value))


def crate(
    target: Annotated[Path, typer.Argument(help="A new folder, or a file ending in .zip.")],
) -> None:
    """Write the study as an RO-Crate: its open files, what they are, and the runs.

    Articles, and what holds their text, stay out.

    Examples
    --------
    `gipfel crate gipfeldiskurs.zip`
    """
    from analysis.corpus.release import open_files
    from analysis.runs.crate import write_crate

    layout = find_layout()
    written = write_crate(read_study(layout), layout, target)
    console.say(f"{written}: {len(open_files(layout))} files and ro-crate-metadata.json.")
