"""``gipfel params``, ``clean-notebooks`` and ``readings``: what stands in the notebooks."""

from __future__ import annotations

from typing import Annotated

import typer
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
    from analysis.runs.parameters import describe_type, read_parameters
    from analysis.runs.plan import plan_run

    layout, study = console.open_study()
    plan = plan_run(study, layout, notebook)
    rows = []
    for one in read_parameters(plan.path):
        own = plan.parameters[one.name]
        in_study = "" if own == one.default else _shown(own)
        name, type_ = Text(one.name, "bold"), describe_type(one.annotation)
        rows.append((name, _shown(one.default), in_study, type_, one.comment))
    console.show(("parameter", "default", "study.toml", "may be", "meaning"), rows)


def _shown(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


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
