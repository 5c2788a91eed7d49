"""Sweeps: one notebook with many sets of parameters, and a table of what each gave."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.runs.parameters import parse_assignment
from analysis.runs.plan import PlannedRun, plan_run
from analysis.runs.record import RunRecord
from analysis.study.atomic import write_atomically
from analysis.study.design import Run
from analysis.study.errors import ParameterError, RunError, unknown
from analysis.study.paths import Layout
from analysis.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

#: Columns of a summary before those of the parameters that a sweep varies.
COLUMNS = ("notebook", "sweep", "setting", "key", "state")


@dataclass(frozen=True)
class Sweep:
    """A planned sweep.

    Attributes
    ----------
    notebook, name : str
        Which notebook, and what the sweep is called.
    varied : tuple of str
        The parameters that differ between the settings, in the order of the notebook.
    settings : tuple of str
        A name for each run, such as ``unit=form, tier=core``.
    plans : tuple of PlannedRun
        A run for each setting.
    """

    notebook: str
    name: str
    varied: tuple[str, ...]
    settings: tuple[str, ...]
    plans: tuple[PlannedRun, ...]


def expand_grid(grid: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """List every combination; the last name varies fastest.

    Examples
    --------
    >>> expand_grid({"unit": ["form", "lemma"], "tier": ["core"]})
    [{'unit': 'form', 'tier': 'core'}, {'unit': 'lemma', 'tier': 'core'}]
    """
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def parse_grid(texts: Iterable[str]) -> dict[str, list[Any]]:
    """Read grids as they are typed: ``unit=form,lemma``, or JSON where values are lists.

    Raises
    ------
    ParameterError
        If one is not ``name=value,value`` or a name is given twice.

    Examples
    --------
    >>> parse_grid(["unit=form,lemma", 'pos=[["NN"], ["NN", "NE"]]'])
    {'unit': ['form', 'lemma'], 'pos': [['NN'], ['NN', 'NE']]}
    """
    grid: dict[str, list[Any]] = {}
    for text in texts:
        name, values = parse_assignment(text)
        if name in grid:
            raise ParameterError(f"--grid: {name!r} is given twice; list all values in one")
        grid[name] = _parse_values(values, text)
    return grid


def _parse_values(text: str, whole: str) -> list[Any]:
    if text.startswith("["):
        try:
            values: list[Any] = json.loads(text)
        except json.JSONDecodeError as fault:
            raise ParameterError(f"--grid {whole!r}: not valid JSON: {fault}") from None
        return values
    return [value.strip() for value in text.split(",")]


def plan_sweep(study: Study, layout: Layout, run: Run) -> Sweep:
    """Plan a sweep that ``study.toml`` declares.

    Raises
    ------
    ParameterError
        If a parameter is unknown or of a wrong type, or two settings are the same run.
    """
    points = expand_grid(run.grid) if run.grid else []
    points += [dict(setting) for setting in run.settings]
    given = [{**run.parameters, **point} for point in points or [{}]]
    try:
        return _plan(study, layout, (run.notebook, run.name), given)
    except ParameterError as fault:
        raise ParameterError(f"study.toml, [[run]] {run.name!r}: {fault}") from None


def plan_grid(
    study: Study, layout: Layout, notebook: str, grid: Mapping[str, Sequence[Any]]
) -> Sweep:
    """Plan a sweep that the command line asks for; it has no name."""
    return _plan(study, layout, (notebook, "grid"), expand_grid(grid))


def find_sweeps(study: Study, names: Sequence[str]) -> list[Run]:
    """Find declared sweeps by name; ``all`` means each of them.

    Raises
    ------
    RunError
        If a name is unknown.
    """
    known = {run.name for run in study.sweeps}
    for name in names:
        if name != "all" and name not in known:
            raise RunError(f"study.toml: {unknown('sweep', name, {*known, 'all'})}")
    return [run for run in study.sweeps if "all" in names or run.name in names]


def _plan(
    study: Study, layout: Layout, called: tuple[str, str], given: Sequence[Mapping[str, Any]]
) -> Sweep:
    notebook, name = called
    plans = tuple(plan_run(study, layout, notebook, values) for values in given)
    varied = tuple(
        name
        for name, value in plans[0].parameters.items()
        if any(plan.parameters[name] != value for plan in plans)
    )
    settings = tuple(_name(plan, varied) for plan in plans)
    twice = sorted({setting for setting in settings if settings.count(setting) > 1})
    if twice:
        raise ParameterError(f"{notebook}: the same setting twice: {'; '.join(twice)}")
    return Sweep(notebook, name, varied, settings, plans)


def _name(plan: PlannedRun, varied: Sequence[str]) -> str:
    return ", ".join(f"{name}={plan.parameters[name]}" for name in varied)


def summarise(sweep: Sweep, records: Sequence[RunRecord]) -> pd.DataFrame:
    """Put the numbers of all runs of a sweep into one table.

    Parameters
    ----------
    sweep : Sweep
        What was run.
    records : sequence of RunRecord
        How each of its runs ended, in any order.

    Returns
    -------
    DataFrame
        Long: notebook, sweep, setting, key, state, a column for each parameter that
        varies, then name and value: one row per number that a run exports. A run
        without numbers (failed, skipped) keeps one row, with an empty name.

    Examples
    --------
    >>> summarise(Sweep("01_corpus", "none", (), (), ()), []).columns.tolist()
    ['notebook', 'sweep', 'setting', 'key', 'state', 'name', 'value']
    """
    ended = {(record.notebook, record.key): record for record in records}
    rows = [
        (*_head(sweep, setting, plan, ended), name, value)
        for setting, plan in zip(sweep.settings, sweep.plans, strict=True)
        for name, value in _values(ended.get((plan.notebook, plan.key)))
    ]
    import pandas as pd  # noqa: PLC0415 (only who asks for a sweep waits)

    return pd.DataFrame(rows, columns=[*COLUMNS, *sweep.varied, "name", "value"])


def _head(
    sweep: Sweep, setting: str, plan: PlannedRun, ended: Mapping[tuple[str, str], RunRecord]
) -> tuple[Any, ...]:
    record = ended.get((plan.notebook, plan.key))
    state = record.state if record else "never run"
    varied = (plan.parameters[name] for name in sweep.varied)
    return (sweep.notebook, sweep.name, setting, plan.key, state, *varied)


def _values(record: RunRecord | None) -> list[tuple[str, Any]]:
    """Read the numbers that a run exported: every JSON file with ``values``."""
    if record is None or record.state != "succeeded":
        return [("", None)]
    found = [
        (name, value)
        for path in sorted(record.figures.glob("*.json"))
        for name, value in json.loads(path.read_text(encoding="utf-8")).get("values", {}).items()
    ]
    return found or [("", None)]


def write_summary(table: pd.DataFrame, sweep: Sweep, layout: Layout) -> Path:
    """Write a summary as ``papermill_runs/sweeps/<notebook>-<name>.csv``, in one step."""
    path = layout.runs / "sweeps" / f"{sweep.notebook}-{sweep.name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, table.to_csv(index=False, lineterminator="\n").encode())
    return path
