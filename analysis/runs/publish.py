"""Moving figures of default runs to ``figures/``, and how runs and their figures stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.annotation.origin import Line
from analysis.runs.job import FIGURES_FOLDER
from analysis.runs.plan import PlannedRun, hash_bytes, notebook_number, plan_runs
from analysis.runs.record import DEFAULT_KEY, RunRecord, read_record
from analysis.runs.store import FAILED, NEVER_RUN, find_run
from analysis.study.atomic import write_if_changed
from analysis.study.errors import GipfelError, RunError
from analysis.study.paths import Layout
from analysis.study.study import Study


@dataclass(frozen=True)
class Published:
    """What changed in ``figures/``: names of files, sorted."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def publish_figures(record: RunRecord, figures: Path) -> Published:
    """Bring ``figures/`` to what a successful default run gave.

    Only files whose bytes differ are written, one at a time and each in one step;
    files of the notebook that the run no longer gives are removed. A run that is
    not the default one, or did not succeed, changes nothing.

    Parameters
    ----------
    record : RunRecord
        The run; its figures lie in ``figures/`` below its folder.
    figures : path
        The folder that is in git.

    Returns
    -------
    Published
        The names of the files written and removed.

    Raises
    ------
    RunError
        Before anything is written, if a file's name does not begin with the number
        of its notebook (``02_``), or if the run's folder of figures has a folder or a link in it.

    Examples
    --------
    >>> record = RunRecord("02_terms", "0123456789ab", "succeeded", Path("x"), {})
    >>> publish_figures(record, Path("figures"))
    Published(written=(), removed=())
    """
    if not record.is_default or record.state != "succeeded":
        return Published()
    number = notebook_number(record.notebook)
    found = _listed(record)
    _check_names(found, number, record.notebook)
    figures.mkdir(parents=True, exist_ok=True)
    written = [
        path.name for path in found if write_if_changed(figures / path.name, path.read_bytes())
    ]
    names = {path.name for path in found}
    stale = [path for path in sorted(figures.glob(f"{number}*")) if path.name not in names]
    for path in stale:
        path.unlink()
    return Published(tuple(written), tuple(path.name for path in stale))


def publish_checked(records: Sequence[RunRecord], layout: Layout) -> list[Published]:
    """Publish the figures of runs, after the release check of all of them.

    Raises
    ------
    ReleaseError
        Before anything is written, with every file from which text could be read.
    RunError
        As `publish_figures`.
    """
    from analysis.corpus.release import check_release, published_files  # noqa: PLC0415 (needs pandas)

    default = [one for one in records if one.is_default and one.state == "succeeded"]
    numbers = tuple(f"figures/{notebook_number(one.notebook)}" for one in default)
    new = {f"figures/{path.name}": path for one in default for path in _listed(one)}
    old = {n: p for n, p in published_files(layout).items() if not n.startswith(numbers)}
    if default:
        check_release(layout, {**old, **new}, only=set(new))
    return [publish_figures(record, layout.figures) for record in records]


def _listed(record: RunRecord) -> list[Path]:
    return sorted(record.figures.iterdir()) if record.figures.is_dir() else []


def _check_names(found: list[Path], number: str, notebook: str) -> None:
    wrong = [
        path.name
        for path in found
        if not path.name.startswith(number) or path.is_symlink() or not path.is_file()
    ]
    if wrong:
        raise RunError(
            f"{notebook}: cannot publish {', '.join(wrong)}."
            f" Wanted files, no folders or links, with names that begin with {number!r}:"
            f" export them under such a name."
        )


def unpublished(record: RunRecord, figures: Path) -> list[str]:
    """Name the files that `publish_figures` would write or remove, as reasons."""
    if not record.is_default:
        return []
    start = f"{FIGURES_FOLDER}/"
    given = {n.removeprefix(start): h for n, h in record.outputs.items() if n.startswith(start)}
    found = figures.glob(f"{notebook_number(record.notebook)}*")
    here = {path.name: hash_bytes(path.read_bytes()) for path in found}
    changed = [name for name in sorted({*given, *here}) if given.get(name) != here.get(name)]
    return [f"{figures.name}/{name} is not as the run left it" for name in changed]


def run_lines(layout: Layout, study: Study) -> list[Line]:
    """Say of each default run how it and its figures stand, then list the other runs."""
    if not study.default_runs:
        return [Line("no [[run]]", "missing", "gipfel run says what to add to study.toml")]
    lines = [run_line(plan, layout) for plan in plan_runs(study, layout)]
    others = [path for path in layout.runs.glob("*/*/run.json") if path.parent.name != DEFAULT_KEY]
    failed = layout.runs.glob(f"*/{FAILED}/*/run.json")
    return lines + [_record_line(path.parent, layout) for path in sorted([*others, *failed])]


def run_line(plan: PlannedRun, layout: Layout) -> Line:
    """Say of a planned run whether it is up to date, by what the run itself asks: `find_run`.

    Parameters
    ----------
    plan, layout : PlannedRun, Layout
        The run, and its study.

    Returns
    -------
    Line
        With the state skipped, up to date, never run, stale (it would run), or not published
        (it would not run, but its files would be copied to ``figures/``); one reason a line.
    """
    if plan.state == "skipped":
        return Line(plan.notebook, "skipped", plan.reason)
    standing = find_run(plan)
    if standing.record is None:
        word = "never run" if standing.reasons == [NEVER_RUN] else "stale"
        return Line(plan.notebook, word, "\n".join(standing.reasons))
    changed = unpublished(standing.record, layout.figures)
    if changed:
        return Line(plan.notebook, "not published", "\n".join(changed))
    return Line(plan.notebook, "up to date")


def _record_line(folder: Path, layout: Layout) -> Line:
    name = folder.relative_to(layout.runs).as_posix()
    try:
        record = read_record(folder)
    except GipfelError as fault:
        return Line(name, "broken", str(fault))
    chosen = ", ".join(f"{key}={value}" for key, value in record.parameters.items())
    return Line(name, record.state, chosen)
