"""Moving the figures of default runs to ``figures/``, which is in git, and how they stand there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.runs.key import unequal
from analysis.runs.plan import PlannedRun, hash_bytes, notebook_number, plan_runs
from analysis.runs.record import FIGURES_FOLDER, RunRecord, read_record
from analysis.runs.store import EARLIER, NEVER_RUN, find_run, list_runs
from analysis.study.atomic import write_if_changed
from analysis.study.errors import GipfelError, RunError
from analysis.study.paths import Layout
from analysis.study.study import Study

if TYPE_CHECKING:
    from analysis.annotation.parts import Line


@dataclass(frozen=True)
class Published:
    """What changed in ``figures/``: names of files, sorted."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def publish_figures(record: RunRecord, figures: Path) -> Published:
    """Bring ``figures/`` to what a successful default run gave.

    Only files whose bytes differ are written, each in one step; files of the notebook that the
    run no longer gives are removed. Other runs, and those that did not succeed, change nothing.
    """
    if not _is_published(record):
        return Published()
    number = notebook_number(record.notebook)
    found = {path.name: path for path in _list_figures(record)}
    wrong = [
        name
        for name, path in found.items()
        if not name.startswith(number) or path.is_symlink() or not path.is_file()
    ]
    if wrong:
        raise RunError(
            f"{record.notebook}: cannot publish {', '.join(wrong)}."
            f" Wanted files, no folders or links, with names that begin with {number!r}:"
            f" export them under such a name."
        )
    figures.mkdir(parents=True, exist_ok=True)
    written = [
        name for name, path in found.items() if write_if_changed(figures / name, path.read_bytes())
    ]
    stale = [path for path in sorted(figures.glob(f"{number}*")) if path.name not in found]
    for path in stale:
        path.unlink()
    return Published(tuple(written), tuple(path.name for path in stale))


def publish_checked(records: Sequence[RunRecord], layout: Layout) -> list[Published]:
    """Publish the figures of runs, after the release check of those that would change."""
    new = [one for one in records if _is_published(one) and _unpublished(one, layout.figures)]
    if not new:
        return [Published() for _ in records]
    from analysis.corpus.release import check_release, published_files  # noqa: PLC0415 (needs pandas)

    numbers = tuple(f"figures/{notebook_number(one.notebook)}" for one in new)
    files = {f"figures/{path.name}": path for one in new for path in _list_figures(one)}
    old = {n: p for n, p in published_files(layout).items() if not n.startswith(numbers)}
    check_release(layout, {**old, **files}, only=set(files))
    return [publish_figures(record, layout.figures) for record in records]


def _is_published(record: RunRecord) -> bool:
    return record.is_default and record.state == "succeeded"


def _list_figures(record: RunRecord) -> list[Path]:
    return sorted(record.figures.iterdir()) if record.figures.is_dir() else []


def _unpublished(record: RunRecord, figures: Path) -> list[str]:
    """Name the files that `publish_figures` would write or remove, as reasons."""
    start = f"{FIGURES_FOLDER}/"
    given = {n.removeprefix(start): h for n, h in record.outputs.items() if n.startswith(start)}
    found = figures.glob(f"{notebook_number(record.notebook)}*")
    here = {path.name: hash_bytes(path.read_bytes()) for path in found}
    changed = unequal(given, here)
    return [f"{figures.name}/{name} is not as the run left it" for name, _, _ in changed]


def run_lines(layout: Layout, study: Study) -> list[Line]:
    """Say of each default run how it and its figures stand, then list the other runs."""
    from analysis.annotation.parts import Line  # noqa: PLC0415 (needs pandas)

    if not study.default_runs:
        return [Line("no [[run]]", "missing", "gipfel run says what to add to study.toml")]
    lines = [run_line(plan, layout) for plan in plan_runs(study, layout)]
    for run in list_runs(layout):
        if run.why and run.folder.parent.name != EARLIER:
            name = run.folder.relative_to(layout.runs).as_posix()
            try:
                record = read_record(run.folder)
            except GipfelError as fault:
                lines.append(Line(name, "broken", str(fault)))
                continue
            chosen = ", ".join(f"{key}={value}" for key, value in record.parameters.items())
            lines.append(Line(name, record.state, chosen))
    return lines


def run_line(plan: PlannedRun, layout: Layout) -> Line:
    """Say of a planned run whether it is up to date, by what the run itself asks: `find_run`."""
    from analysis.annotation.parts import Line  # noqa: PLC0415 (needs pandas)

    if plan.reason:
        return Line(plan.notebook, "skipped", plan.reason)
    record, reasons = find_run(plan)
    if record is None:
        word = "never run" if reasons == [NEVER_RUN] else "stale"
        return Line(plan.notebook, word, "\n".join(reasons))
    changed = _unpublished(record, layout.figures) if record.is_default else []
    if changed:
        return Line(plan.notebook, "not published", "\n".join(changed))
    return Line(plan.notebook, "up to date")
