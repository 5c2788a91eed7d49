"""The run store: finished runs by what they rest on, so that nothing runs twice.

Below ``papermill_runs/<notebook>``::

    <key>/                  the run that stands for its parameters
    earlier/<key>-<hash>/   others with the same parameters: other code, other tables
    failed/<key>/           the last attempt, if it did not succeed

A run writes to ``<key>.part-<pid>`` while it holds ``<key>.lock``. The figures of default runs
are published from here to ``figures/``, which is in git.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from analysis.runs.key import differences, find_parts, unequal
from analysis.runs.notebook import is_added, read_notebook
from analysis.runs.plan import KEY_LENGTH, PlannedRun, hash_bytes, notebook_number, plan_runs
from analysis.runs.record import (
    DEFAULT_KEY,
    FIGURES_FOLDER,
    NOTEBOOK_FILE,
    RECORD_FILE,
    RunRecord,
    read_record,
)
from analysis.study.atomic import write_if_changed
from analysis.study.errors import GipfelError, RunError, unknown
from analysis.study.paths import Layout
from analysis.study.study import Study

if TYPE_CHECKING:
    from analysis.annotation.parts import Line


EARLIER, FAILED = "earlier", "failed"
#: The only reason of a run that the store does not know at all.
NEVER_RUN = "it has not been run here"
#: Seconds between two attempts to hold a folder that another run holds.
PATIENCE = 0.1


@contextmanager
def hold_folder(folder: Path, wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold a run's folder against every other run, in this process or another one.

    What an earlier run left unfinished is cleared as soon as the folder is held.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f"{folder.name}.lock"))
    while not lock.is_locked:
        if wait is not None:
            wait()
        try:
            lock.acquire(timeout=0 if wait is None else PATIENCE, poll_interval=PATIENCE / 4)
        except Timeout:
            if wait is None:
                name = f"{folder.parent.name}/{folder.name}"
                raise RunError(f"{name}: another run holds this folder") from None
    try:
        _clear_leftovers(folder)
        yield
    finally:
        lock.release()


def _clear_leftovers(folder: Path) -> None:
    """Clear what a killed process left; only who holds the folder may write beside it."""
    previous = folder.with_name(f"{folder.name}.previous")
    if previous.exists() and not folder.exists():
        previous.rename(folder)
    for left in (previous, *folder.parent.glob(f"{folder.name}.part-*")):
        shutil.rmtree(left, ignore_errors=True)


def make_part(folder: Path) -> Path:
    """Make a fresh folder beside a run's folder, with an empty folder for figures."""
    part = folder.with_name(f"{folder.name}.part-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    (part / FIGURES_FOLDER).mkdir(parents=True)
    return part


def move_into_place(part: Path, folder: Path) -> None:
    """Put a finished folder where the old one is; at any moment one of them can be found."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    previous = folder.with_name(f"{folder.name}.previous")
    if folder.exists():
        folder.rename(previous)
    part.rename(folder)
    shutil.rmtree(previous, ignore_errors=True)


def find_run(plan: PlannedRun) -> tuple[RunRecord | None, list[str]]:
    """Find a stored run that rests on just what lies here now, or all that has changed since."""
    parts = find_parts(plan)
    found: list[str] = []
    earlier = (plan.folder.parent / EARLIER).glob(f"{plan.folder.name}-*")
    newest_first = sorted(earlier, key=lambda path: path.stat().st_mtime, reverse=True)
    stands = (plan.folder / RECORD_FILE).is_file()
    for folder in (*([plan.folder] if stands else []), *newest_first):
        try:
            record = read_record(folder)
        except RunError as fault:
            found = found or [str(fault)]
            continue
        changed = unequal(record.outputs, hash_outputs(folder))
        damages = [f"in the store: {name} is not as the run left it" for name, _, _ in changed]
        reasons = differences(record, plan, parts) + damages
        if not reasons:
            return record, []
        found = found or reasons
    return None, found or [NEVER_RUN]


def hash_outputs(folder: Path) -> dict[str, str]:
    """Hash every file of a run but its record."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != RECORD_FILE)
    named = {path.relative_to(folder).as_posix(): hash_bytes(path.read_bytes()) for path in files}
    return dict(sorted(named.items()))


def keep_run(part: Path, plan: PlannedRun, record: RunRecord) -> RunRecord:
    """Move a finished run to its place; what it takes the place of is kept among the earlier.

    A run that did not succeed leaves the one that stands where it is.
    """
    failed = plan.folder.parent / FAILED / plan.folder.name
    if record.state != "succeeded":
        move_into_place(part, failed)
        return replace(record, folder=failed)
    if part != plan.folder:
        _put_aside(plan.folder, record.content)
        move_into_place(part, plan.folder)
    shutil.rmtree(failed, ignore_errors=True)
    return replace(record, folder=plan.folder)


def _put_aside(folder: Path, content: str) -> None:
    """Keep the run that stands, unless it rests on the same as the one that comes."""
    with suppress(RunError):
        standing = read_record(folder)
        if standing.content and standing.content != content:
            aside = folder.parent / EARLIER / f"{folder.name}-{standing.content[:KEY_LENGTH]}"
            aside.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(aside, ignore_errors=True)
            folder.rename(aside)


@dataclass(frozen=True)
class StoredRun:
    """One folder of the store."""

    folder: Path
    notebook: str
    key: str
    why: str  # why it may go: earlier, failed, other parameters, unreadable; empty: it stays
    began: str  # empty if unreadable

    @property
    def n_bytes(self) -> int:
        """What it takes."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


def list_runs(layout: Layout) -> list[StoredRun]:
    """List every run of the store that is finished, by folder."""
    places = ("*", f"{EARLIER}/*", f"{FAILED}/*")
    paths = (path for at in places for path in layout.runs.glob(f"*/{at}/{RECORD_FILE}"))
    found = []
    for path in sorted(paths):
        notebook, *place, name = path.parent.relative_to(layout.runs).parts
        if ".part-" in name or name.endswith(".previous"):
            continue
        key = name.rpartition("-")[0] if place == [EARLIER] else name
        why = place[0] if place else "" if name == DEFAULT_KEY else "other parameters"
        try:
            began = read_record(path.parent).started
        except GipfelError:
            why, began = why and "unreadable", ""
        found.append(StoredRun(path.parent, notebook, key, why, began))
    return found


def list_attempts(layout: Layout) -> dict[str, list[StoredRun]]:
    """List the last attempts of all runs by name: ``03_framing`` and ``03_framing/default``."""
    named: dict[str, list[StoredRun]] = {}
    for run in list_runs(layout):
        if run.folder.parent.name != EARLIER:
            for name in (run.notebook, f"{run.notebook}/{run.key}"):
                named.setdefault(name, []).append(run)
    return dict(sorted(named.items()))


def find_attempt(layout: Layout, run: str) -> RunRecord:
    """Find the last attempt of a run."""
    named = list_attempts(layout)
    begin = {name for name in named if len(run) >= 4 and name.partition("/")[2].startswith(run)}
    found = [one for name in ({run} & {*named}) | begin for one in named[name]]
    notebooks = {one.notebook for one in found}
    if len(notebooks) != 1:
        names = [name for name in named if name.split("/")[0] in notebooks and "/" in name]
        raise RunError(unknown("run", run, names or named))
    return max((read_record(one.folder) for one in found), key=lambda record: record.started)


def command_to_open(layout: Layout, record: RunRecord) -> str:
    """Say how to open an executed notebook in JupyterLab at the cell that is to blame.

    Empty if no cell was reached.
    """
    path = record.folder / NOTEBOOK_FILE
    if not path.is_file():
        return ""
    anchor = ""
    # The record counts cells as in the notebook that is edited.
    with suppress(GipfelError, IndexError, TypeError, AttributeError, KeyError):
        edited = [cell for cell in read_notebook(path)["cells"] if not is_added(cell)]
        anchor = f"#cell-id={edited[record.failure.cell]['id']}"  # type: ignore[union-attr,index]
    return f'jupyter lab --LabApp.default_url="/lab/tree/{layout.show(path)}{anchor}"'


def find_prunable(layout: Layout, keep: int = 0) -> list[StoredRun]:
    """Find the runs that may go: all but the default run of each notebook."""
    if keep < 0:
        raise RunError(f"prune: wanted keep of 0 or more, came {keep}")
    by_notebook: dict[str, list[StoredRun]] = {}
    for run in list_runs(layout):
        if run.why:
            by_notebook.setdefault(run.notebook, []).append(run)
    for runs in by_notebook.values():
        runs.sort(key=lambda run: (run.began, str(run.folder)), reverse=True)
    return [run for runs in by_notebook.values() for run in runs[keep:]]


def prune_runs(runs: Iterable[StoredRun]) -> int:
    """Remove runs, and return how many bytes are free again; one that is held stays."""
    n_bytes = 0
    for run in runs:
        size, home = run.n_bytes, run.folder.parent
        home = home.parent if home.name in (EARLIER, FAILED) else home
        with suppress(RunError), hold_folder(home / run.key):
            shutil.rmtree(run.folder)
            n_bytes += size
    return n_bytes


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
