"""What is to be run: a notebook of the study with a full set of parameters, or a sweep of many."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.runs.notebook import read_needs
from analysis.runs.parameters import Parameter, check_parameters, parse_assignment, read_parameters
from analysis.runs.record import DEFAULT_KEY, RunRecord, read_record
from analysis.study.atomic import write_atomically
from analysis.study.design import FEWEST_CORRELATED, Run
from analysis.study.errors import GipfelError, ParameterError, RunError, unknown
from analysis.study.paths import Layout
from analysis.study.study import Study
from analysis.tables.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

KEY_LENGTH = 12
#: What a notebook may ask for in its metadata, such as ``"gipfel": {"needs": "articles"}``;
#: many documents are so many that a correlation over them is estimated.
NEEDS = ("articles", "many documents")


@dataclass(frozen=True)
class PlannedRun:
    """One run that could start now."""

    notebook: str
    path: Path
    parameters: dict[str, Any]  # the full set: defaults, those of study.toml, those given
    key: str  # default, or the beginning of a hash of other parameters
    folder: Path  # papermill_runs/<notebook>/<key>
    root: Path  # the study's folder
    reason: str = ""  # why it is skipped


def plan_run(
    study: Study, layout: Layout, notebook: str, given: Mapping[str, Any] | None = None
) -> PlannedRun:
    """Plan one run of one notebook."""
    run = _find_run(study, layout, notebook)
    path = layout.notebooks / f"{notebook}.ipynb"
    declared = read_parameters(path)
    default = {parameter.name: parameter.default for parameter in declared}
    default |= _check(f"study.toml, [[run]] {run.notebook!r}", declared, run.parameters, text=False)
    parameters = default | _check(notebook, declared, given or {}, text=True)
    _check_text(parameters, notebook)
    key = DEFAULT_KEY if parameters == default else key_of(parameters)
    folder = layout.runs / notebook / key
    reason = _missing_need(layout, path)
    return PlannedRun(notebook, path, parameters, key, folder, layout.root, reason)


def _check(
    who: str, declared: list[Parameter], given: Mapping[str, Any], *, text: bool
) -> dict[str, Any]:
    try:
        return check_parameters(declared, given, text=text)
    except ParameterError as fault:
        raise ParameterError(f"{who}: {fault}") from None


def _check_text(parameters: Mapping[str, Any], notebook: str) -> None:
    """Refuse half characters, such as a shell gives that is not set to UTF-8."""
    for name, value in parameters.items():
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ParameterError(
                f"{notebook}: {name!r}: wanted text in UTF-8, came {value!a}. "
                "Set the terminal to UTF-8 (such as LC_ALL=C.UTF-8), and type it again."
            ) from None


def _find_run(study: Study, layout: Layout, notebook: str) -> Run:
    """Find a notebook that ``study.toml`` and ``notebooks/`` have, with a number of its own."""
    listed = {run.notebook: run for run in study.default_runs}
    present = {path.stem for path in layout.notebooks.glob("*.ipynb")}
    if notebook not in listed or notebook not in present:
        message = unknown("notebook", notebook, present & set(listed))
        if notebook in listed:
            message += f" study.toml lists it, but there is no notebooks/{notebook}.ipynb."
        elif notebook in present:
            message += f" notebooks/{notebook}.ipynb is there, but no [[run]] of study.toml."
        raise RunError(message)
    number = notebook_number(notebook)
    same = sorted(name for name in listed if name.startswith(number))
    if len(same) > 1:
        raise RunError(
            f"study.toml: {', '.join(same)} share the number {number!r};"
            f" figures belong to a notebook by its number. Renumber all but one."
        )
    return listed[notebook]


def _missing_need(layout: Layout, path: Path) -> str:
    """Say what a notebook needs and the study lacks; empty if it has all."""
    needs = read_needs(path).get("needs")
    if needs is None:
        return ""
    if needs not in NEEDS:
        raise RunError(f"{path.name}, metadata gipfel.needs: {unknown('need', str(needs), NEEDS)}")
    if needs == "articles":
        has_articles = any(not found.name.startswith(".") for found in layout.raw.glob("*"))
        return "" if has_articles else "needs the articles"
    manifest = layout.features / "manifest.json"
    tables = json.loads(manifest.read_bytes())["tables"] if manifest.is_file() else {}
    n = tables.get("documents", {}).get("rows", 0)
    enough = n >= FEWEST_CORRELATED
    return "" if enough else f"needs {FEWEST_CORRELATED} documents; the open tables have {n}"


def plan_runs(
    study: Study, layout: Layout, notebooks: Iterable[str] | None = None
) -> list[PlannedRun]:
    """Plan the default runs of some notebooks, or of all, in the order of ``study.toml``."""
    listed = [run.notebook for run in study.default_runs]
    chosen = listed if notebooks is None else list(dict.fromkeys(notebooks))
    return [plan_run(study, layout, notebook) for notebook in chosen]


def plan_given(
    study: Study, layout: Layout, notebooks: Sequence[str], assignments: Sequence[str]
) -> list[PlannedRun]:
    """Plan what the command line asks for: names of notebooks, none for all, and ``name=value``."""
    if not assignments:
        return plan_runs(study, layout, notebooks or None)
    if len(set(notebooks)) != 1:
        raise RunError(
            f"run: parameters belong to one notebook, came {len(set(notebooks)) or 'none'}. "
            "Name it: gipfel run NOTEBOOK -p name=value"
        )
    given = [parse_assignment(text) for text in assignments]
    names = [name for name, _ in given]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ParameterError(f"{notebooks[0]}: given twice: {', '.join(twice)}")
    return [plan_run(study, layout, notebooks[0], dict(given))]


def check_has_runs(study: Study, layout: Layout) -> None:
    """Refuse a study without a run: nothing would be done, and that would look like success."""
    if study.default_runs:
        return
    names = sorted(path.stem for path in layout.notebooks.glob("*.ipynb"))
    raise RunError(
        f"{layout.show(layout.study_file)}: wanted at least one [[run]], came none, so there is "
        f"nothing to run. Add for each notebook of notebooks/ ({', '.join(names) or 'none yet'}): "
        f'[[run]], and below it: notebook = "{names[0] if names else "01_corpus"}"'
    )


def check_tables(layout: Layout) -> None:
    """Refuse open tables that are missing or do not belong together: every run would fail.

    They are read again, for which pandas has to be loaded, only when their bytes have changed.
    """
    paths = [path for path in sorted(layout.features.glob("*")) if path.is_file()]
    found = hash_all({path.name: hash_bytes(path.read_bytes()) for path in paths})
    noted = layout.runs / ".tables"
    if noted.is_file() and noted.read_text(encoding="utf-8") == found:
        return
    from analysis.tables.features import check_content, read_features  # noqa: PLC0415 (see above)

    folder = read_features(layout.features).folder
    for name in TABLES:
        check_content(name, folder)
    with suppress(OSError):
        write_atomically(noted, found.encode())


def longest_first(plans: Sequence[PlannedRun]) -> list[int]:
    """Return the places of some plans in the order in which they are best started.

    How long a run takes is known from the last time, or else from the default run of its
    notebook, or from what that says itself: ``"gipfel": {"seconds": 12}`` in its metadata.
    """
    return sorted(range(len(plans)), key=lambda place: -_expect_seconds(plans[place]))


def _expect_seconds(plan: PlannedRun) -> float:
    for folder in (plan.folder, plan.folder.with_name(DEFAULT_KEY)):
        with suppress(RunError):
            if seconds := read_record(folder).seconds:
                return seconds
    with suppress(GipfelError):
        told = read_needs(plan.path).get("seconds", 0)
        return float(told) if isinstance(told, (int, float)) else 0.0
    return 0.0


def notebook_number(notebook: str) -> str:
    """Return what the files of a notebook begin with: ``02_`` for ``02_term_frequency``."""
    return notebook.partition("_")[0] + "_"


def key_of(parameters: Mapping[str, Any]) -> str:
    """Return the key of a set of parameters: the same for the same values in any order."""
    return hash_all(parameters)[:KEY_LENGTH]


def hash_bytes(content: bytes) -> str:
    """Return the SHA-256 of some bytes, as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def hash_all(fields: Mapping[str, Any] | list[Any]) -> str:
    """Hash what JSON can hold, whatever the order of its keys."""
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hash_bytes(text.encode())


#: Columns of a summary before those of the parameters that a sweep varies.
COLUMNS = ("notebook", "sweep", "setting", "key", "state")


@dataclass(frozen=True)
class Sweep:
    """A planned sweep."""

    notebook: str
    name: str
    varied: tuple[str, ...]  # the parameters that differ, in the order of the notebook
    plans: dict[str, PlannedRun]  # by the name of each setting, such as unit=form, tier=core


def expand_grid(grid: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """List every combination; the last name varies fastest."""
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def parse_grid(texts: Iterable[str]) -> dict[str, list[Any]]:
    """Read grids as they are typed: ``unit=form,lemma``, or JSON where values are lists."""
    grid: dict[str, list[Any]] = {}
    for text in texts:
        name, values = parse_assignment(text)
        if name in grid:
            raise ParameterError(f"--grid: {name!r} is given twice; list all values in one")
        try:
            is_json = values.startswith("[")
            grid[name] = json.loads(values) if is_json else [v.strip() for v in values.split(",")]
        except json.JSONDecodeError as fault:
            raise ParameterError(f"--grid {text!r}: not valid JSON: {fault}") from None
    return grid


def plan_sweep(study: Study, layout: Layout, run: Run) -> Sweep:
    """Plan a sweep that ``study.toml`` declares."""
    points = [*(expand_grid(run.grid) if run.grid else ()), *map(dict, run.settings)]
    given = [{**run.parameters, **point} for point in points or [{}]]
    try:
        return _plan_sweep(study, layout, (run.notebook, run.name), given)
    except ParameterError as fault:
        raise ParameterError(f"study.toml, [[run]] {run.name!r}: {fault}") from None


def plan_grid(
    study: Study, layout: Layout, notebook: str, grid: Mapping[str, Sequence[Any]]
) -> Sweep:
    """Plan a sweep that the command line asks for; it has no name."""
    return _plan_sweep(study, layout, (notebook, "grid"), expand_grid(grid))


def _plan_sweep(
    study: Study, layout: Layout, called: tuple[str, str], given: Sequence[Mapping[str, Any]]
) -> Sweep:
    plans = [plan_run(study, layout, called[0], values) for values in given]
    varied = tuple(
        name
        for name, value in plans[0].parameters.items()
        if any(plan.parameters[name] != value for plan in plans)
    )
    settings = [", ".join(f"{name}={plan.parameters[name]}" for name in varied) for plan in plans]
    twice = sorted({setting for setting in settings if settings.count(setting) > 1})
    if twice:
        raise ParameterError(f"{called[0]}: the same setting twice: {'; '.join(twice)}")
    return Sweep(*called, varied, dict(zip(settings, plans, strict=True)))


def find_sweeps(study: Study, names: Sequence[str]) -> list[Run]:
    """Find declared sweeps by name; ``all`` means each of them."""
    known = {run.name for run in study.sweeps}
    for name in names:
        if name != "all" and name not in known:
            raise RunError(f"study.toml: {unknown('sweep', name, {*known, 'all'})}")
    return [run for run in study.sweeps if "all" in names or run.name in names]


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
    single = [parse_assignment(text) for text in fixed]
    varied = parse_grid(grid)
    both = sorted({name for name, _ in single} & set(varied))
    if both or len(dict(single)) < len(single):
        listed = ", ".join(both) or "one of -p"
        raise ParameterError(f"run: given twice: {listed}; a parameter stands in -p or in --grid")
    return {**{name: [value] for name, value in single}, **varied}


def plans_of(sweeps: Sequence[Sweep]) -> list[PlannedRun]:
    """List the runs of some sweeps, each once."""
    plans = (plan for sweep in sweeps for plan in sweep.plans.values())
    return list({(plan.notebook, plan.key): plan for plan in plans}.values())


def summarise(sweep: Sweep, records: Sequence[RunRecord]) -> pd.DataFrame:
    """Put the numbers of all runs of a sweep, in any order, into one long table.

    Its columns are notebook, sweep, setting, key, state, one for each parameter that varies,
    name and value: a row per number that a run exports. A run without numbers (failed, skipped)
    keeps one row, with an empty name.
    """
    import pandas as pd  # noqa: PLC0415 (only who asks for a sweep waits)

    ended = {(record.notebook, record.key): record for record in records}
    rows = []
    for setting, plan in sweep.plans.items():
        record = ended.get((plan.notebook, plan.key))
        state = record.state if record else "never run"
        varied = (plan.parameters[name] for name in sweep.varied)
        head = (sweep.notebook, sweep.name, setting, plan.key, state, *varied)
        rows += [(*head, name, value) for name, value in _values(record)]
    return pd.DataFrame(rows, columns=[*COLUMNS, *sweep.varied, "name", "value"])


def _values(record: RunRecord | None) -> list[tuple[str, Any]]:
    """Read the numbers that a run exported: every JSON file with ``values``."""
    has_ended_well = record is not None and record.state == "succeeded"
    paths = sorted(record.figures.glob("*.json")) if record and has_ended_well else []
    notes = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    found = [pair for note in notes for pair in note.get("values", {}).items()]
    return found or [("", None)]


def write_summary(table: pd.DataFrame, sweep: Sweep, layout: Layout) -> Path:
    """Write a summary as ``papermill_runs/sweeps/<notebook>-<name>.csv``, in one step."""
    path = layout.runs / "sweeps" / f"{sweep.notebook}-{sweep.name}.csv"
    write_atomically(path, table.to_csv(index=False, lineterminator="\n").encode())
    return path
