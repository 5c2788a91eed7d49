"""``gipfel verify``, ``provenance`` and ``crate``: where figures come from, and made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from analysis.cli import console
from analysis.cli.run import run_bar
from analysis.study.errors import GipfelError, RunError, unknown
from analysis.study.paths import Layout, find_layout

if TYPE_CHECKING:
    from analysis.runs.verify import Verified

complete_figure = console.completing(
    lambda: [path.stem for path in find_layout().figures.glob("*.json")]
)


def verify(
    from_articles: Annotated[
        bool, typer.Option("--from-articles", help="Build the open tables anew, too.")
    ] = False,
    jobs: console.Jobs = 2,
    equal_bytes: Annotated[
        bool, typer.Option("--bytes", help="Fail, too, if bytes alone differ.")
    ] = False,
    pictures: Annotated[Path | None, typer.Option(help="Where pictures of differences go.")] = None,
) -> None:
    """Run the study again in a clean place and compare with the committed figures.

    Tables and values are compared by tolerance, figures by pixels; how many files are equal
    byte for byte is said beside it. Ends with status 1 if numbers or pixels differ, and says
    whether data, parameters, code, environment or machine do.

    Examples
    --------
    `gipfel verify` runs everything below the open tables.

    `gipfel verify --bytes` refuses other bytes of equal numbers, too.

    `gipfel verify --from-articles` starts from the articles in data/raw.
    """
    from analysis.runs.plan import check_has_runs, check_tables, plan_runs
    from analysis.runs.verify import (
        beside,
        check_figures,
        verify_figures,
        verify_tables,
    )

    layout, study = console.open_study()
    check_has_runs(study, layout)
    check_tables(layout)
    check_figures(study, layout)
    pictures = pictures or layout.runs / "verify"
    verified: list[Verified] = []
    with beside(layout) as fresh:
        if from_articles:
            verified.append(verify_tables(layout, fresh, _annotate))
        with run_bar(plan_runs(study, fresh)) as on_event:
            verified += verify_figures(
                layout, fresh, jobs=jobs, pictures=pictures, on_event=on_event
            )
    rows = (row for one in verified for row in _verified_rows(one, layout))
    console.show(("", "files", "bytes", "state", ""), rows)
    n_equal = sum(one.n_equal_bytes for one in verified)
    n_files = sum(len(one.differences) for one in verified)
    console.say(f"Byte for byte equal: {n_equal} of {n_files} files.")
    fails = any(one.fails for one in verified) or (equal_bytes and n_equal < n_files)
    raise typer.Exit(int(fails))


def _annotate(fresh: Layout) -> None:
    from analysis.annotation.pipeline import annotate

    with console.counting("Articles") as told:
        annotate(fresh, on_documents=told)


def _verified_rows(one: Verified, layout: Layout) -> Iterator[Sequence[str | Text]]:
    """List how one notebook or the open tables stand, below it each file that differs."""
    same = sum(not difference.fails for difference in one.differences)
    state = "differs" if one.fails and one.state == "succeeded" else one.state
    word = "as committed" if state == "succeeded" else state
    n = len(one.differences)
    yield one.name, f"{same}/{n}", f"{one.n_equal_bytes}/{n}", console.state(word), ""
    for difference in one.differences:
        if difference.verdict != "same":
            yield "", difference.name, "", difference.verdict, difference.detail
        if difference.picture:
            yield "", "", "", "", layout.show(difference.picture)
    for cause in one.causes:
        yield "", "", "", Text(cause.cause, "red"), cause.detail


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
    import json

    layout = find_layout()
    path = find_note(figure, layout)
    note = json.loads(path.read_text(encoding="utf-8"))
    rows = describe_note(path, note, layout)
    console.show((), ((Text(name, "bold"), value) for name, value in rows))


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
    """Say in rows what stands beside a figure, and whether its inputs are as they were."""
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
    """Write the command that makes a figure again, with the parameters that are no defaults."""
    import json
    import shlex

    from analysis.runs.parameters import check_parameters, read_parameters
    from analysis.runs.plan import plan_run
    from analysis.study.study import read_study

    plan = plan_run(read_study(layout), layout, note["notebook"])
    if plan.parameters == note["parameters"]:
        return f"gipfel run {plan.notebook}"
    declared = read_parameters(plan.path)
    checked = check_parameters(declared, note["parameters"])
    command = f"gipfel run {plan.notebook}"
    for one in declared:
        value = checked[one.name]
        typed = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
        command += f" -p {one.name}={shlex.quote(typed)}" if value != one.default else ""
    return command


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

    layout, study = console.open_study()
    written = write_crate(study, layout, target)
    console.say(f"{written}: {len(open_files(layout))} files and ro-crate-metadata.json.")
