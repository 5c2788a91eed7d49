"""What ``gipfel run`` does with ``--grid`` and ``--sweep``: plan many runs, show their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from analysis.cli import console
from analysis.study.errors import GipfelError, ParameterError
from analysis.study.paths import Layout
from analysis.study.study import Study, read_study

if TYPE_CHECKING:
    import pandas as pd

    from analysis.runs.plan import PlannedRun
    from analysis.runs.record import RunRecord
    from analysis.runs.sweeps import Sweep

#: More rows than this are for the CSV file.
SHOWN = 40


def complete_sweep(incomplete: str) -> list[str]:
    """Complete the name of a sweep on the command line."""
    try:
        names = ["all", *(run.name for run in read_study().sweeps)]
    except GipfelError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def planned_sweeps(
    study: Study,
    layout: Layout,
    notebooks: Sequence[str],
    *,
    grid: Sequence[str],
    fixed: Sequence[str],
    names: Sequence[str],
) -> list[Sweep]:
    """Plan the sweeps that the command line asks for; none, if it asks for none."""
    from analysis.runs.sweeps import find_sweeps, plan_grid, plan_sweep

    if grid and names:
        raise ParameterError("run: --grid and --sweep exclude each other")
    if names and (notebooks or fixed):
        raise ParameterError("run: --sweep says all of notebook and parameters; leave them out")
    if grid and len(set(notebooks)) != 1:
        raise ParameterError(
            f"run: --grid belongs to one notebook, came {len(set(notebooks)) or 'none'}. "
            "Name it: gipfel run NOTEBOOK --grid name=value,value"
        )
    if grid:
        return [plan_grid(study, layout, notebooks[0], _grid_of(fixed, grid))]
    return [plan_sweep(study, layout, run) for run in find_sweeps(study, names)]


def _grid_of(fixed: Sequence[str], grid: Sequence[str]) -> dict[str, list[Any]]:
    from analysis.runs.parameters import parse_assignment
    from analysis.runs.sweeps import parse_grid

    single = [parse_assignment(text) for text in fixed]
    varied = parse_grid(grid)
    both = sorted({name for name, _ in single} & set(varied))
    if both or len(dict(single)) < len(single):
        listed = ", ".join(both) or "one of -p"
        raise ParameterError(f"run: given twice: {listed}; a parameter stands in -p or in --grid")
    return {**{name: [value] for name, value in single}, **varied}


def plans_of(sweeps: Sequence[Sweep]) -> list[PlannedRun]:
    """Give the runs of some sweeps, each once."""
    plans = (plan for sweep in sweeps for plan in sweep.plans)
    return list({(plan.notebook, plan.key): plan for plan in plans}.values())


def report(sweeps: Sequence[Sweep], records: Sequence[RunRecord], layout: Layout) -> None:
    """Show the numbers of every sweep, and write them as CSV."""
    from analysis.runs.sweeps import summarise, write_summary

    for sweep in sweeps:
        table = summarise(sweep, records)
        path = write_summary(table, sweep, layout)
        _show(table, sweep)
        console.say(f"{len(table)} rows in {layout.show(path)}.")


def _show(table: pd.DataFrame, sweep: Sweep) -> None:
    shown = Table(*sweep.varied, "number", "value", box=None, pad_edge=False)
    for row in table.head(SHOWN).to_dict("records"):
        varied = (escape(str(row[name])) for name in sweep.varied)
        name = escape(row["name"]) or console.state(row["state"])
        shown.add_row(*varied, name, "" if row["value"] is None else escape(str(row["value"])))
    console.out.print(shown)
