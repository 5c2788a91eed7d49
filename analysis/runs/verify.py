"""Running the whole study again beside the one here, and saying why a figure is another one."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis.runs.compare import Difference, compare_folders, compare_tables, compare_values
from analysis.runs.execute import RunEvent, execute_runs
from analysis.runs.folders import scratch_prefix
from analysis.runs.plan import PlannedRun, notebook_number, plan_runs
from analysis.runs.record import RunRecord
from analysis.study.errors import RunError, StudyError
from analysis.study.paths import STUDY_FILE, Layout
from analysis.study.study import Study, read_study
from analysis.study.text_files import BYTE_ORDER_MARK, read_toml
from analysis.tables.features import content_hash, hash_input, read_table
from analysis.tables.schema import TABLES

#: What a study consists of, but for figures and runs.
PARTS = ("study.toml", "notebooks", "data")


@dataclass(frozen=True)
class Verified:
    """How one notebook, or the open tables, stand against what is committed.

    Attributes
    ----------
    name : str
        The notebook, or ``open tables``.
    state : str
        How its run ended.
    differences : tuple of Difference
        One for each file.
    causes : tuple of Blame
        Why; empty if nothing fails.
    """

    name: str
    state: str
    differences: tuple[Difference, ...]
    causes: tuple[Blame, ...] = ()

    @property
    def fails(self) -> bool:
        """Whether a file differs, or the run did not succeed; a skipped one proves nothing."""
        if self.state == "skipped":
            return False
        return self.state != "succeeded" or any(one.fails for one in self.differences)


@contextmanager
def beside(layout: Layout) -> Iterator[Layout]:
    """Copy a study, but for figures and runs, to a folder that goes away in the end."""
    with tempfile.TemporaryDirectory(prefix=scratch_prefix()) as folder:
        root = Path(folder).resolve()
        for part in PARTS:
            _copy(layout.root / part, root / part)
        yield Layout(root)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        leave = shutil.ignore_patterns("local", ".ipynb_checkpoints")
        shutil.copytree(source, target, ignore=leave)
    elif source.is_file():
        shutil.copyfile(source, target)


def verify_figures(
    layout: Layout,
    fresh: Layout,
    *,
    jobs: int,
    pictures: Path,
    on_event: Callable[[RunEvent], None],
) -> list[Verified]:
    """Run every notebook of a copy of the study and compare its figures.

    Parameters
    ----------
    layout, fresh : Layout
        The study with the committed figures, and its copy as `beside` gives it.
    jobs : int
        How many at a time.
    pictures : path
        Where pictures of differences go.
    on_event : callable
        Hears of every run and cell.

    Returns
    -------
    list of Verified
        One for each notebook, in the order of ``study.toml``.
    """
    study = read_study(fresh)
    plans = plan_runs(study, fresh)
    records = execute_runs(plans, jobs=jobs, on_event=on_event)
    contents = {name: content_hash(read_table(name, fresh.features)) for name in TABLES}
    return [
        _verified(plan, record, layout, contents=contents, pictures=pictures)
        for plan, record in zip(plans, records, strict=True)
    ]


def _verified(
    plan: PlannedRun, record: RunRecord, layout: Layout, *, contents: dict[str, str], pictures: Path
) -> Verified:
    number = notebook_number(plan.notebook)
    found = tuple(compare_folders(layout.figures, record.figures, number, pictures))
    if record.state == "skipped":
        return Verified(plan.notebook, record.state, ())
    result = Verified(plan.notebook, record.state, found)
    if not result.fails:
        return result
    return Verified(plan.notebook, record.state, found, tuple(find_causes(plan, layout, contents)))


def verify_tables(layout: Layout, fresh: Layout, annotate: Callable[[Layout], object]) -> Verified:
    """Build the open tables anew from the articles and compare them, cell by cell.

    Parameters
    ----------
    layout, fresh : Layout
        The study with the committed tables, and its copy, whose tables are built anew.
    annotate : callable
        Builds the open tables of a study.

    Raises
    ------
    RunError
        If the articles are not there.
    """
    if not any(layout.raw.glob("*.txt")):
        raise RunError(
            f"verify --from-articles: no articles in {layout.show(layout.raw)}. "
            "Bring them in with `gipfel ingest FOLDER`, or leave the option out."
        )
    shutil.rmtree(fresh.features)
    annotate(fresh)
    found = tuple(_compare_table(name, layout.features, fresh.features) for name in TABLES)
    causes = (
        (Blame("data", "the open tables are not those that these articles and lexicons give"),)
        if any(one.fails for one in found)
        else ()
    )
    return Verified("open tables", "succeeded", found, causes)


def _compare_table(name: str, committed: Path, made: Path) -> Difference:
    before, after = (read_table(name, folder) for folder in (committed, made))
    if content_hash(before) == content_hash(after):
        return Difference(f"{name}.parquet", "same")
    detail = "; ".join(compare_tables(_as_text(before), _as_text(after)))
    return Difference(f"{name}.parquet", "differs" if detail else "same", detail)


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(object).map(str)


def failing(verified: Sequence[Verified]) -> list[Verified]:
    """Give those that do not stand."""
    return [one for one in verified if one.fails]


def count_equal_bytes(verified: Sequence[Verified]) -> int:
    """Count the files that are equal byte for byte; the others may still hold equal numbers."""
    return sum(file.verdict == "same" for one in verified for file in one.differences)


def count_files(verified: Sequence[Verified]) -> int:
    """Count the files that were compared."""
    return sum(len(one.differences) for one in verified)


def check_figures(study: Study, layout: Layout) -> None:
    """Refuse to verify a study without committed figures: everything would be new."""
    if not any(layout.figures.glob("*.json")):
        runs = len(study.default_runs)
        raise RunError(
            f"verify: {layout.show(layout.figures)} holds no figure of {runs} notebooks. "
            "Make them with `gipfel run`, or restore them with `git checkout figures`."
        )


#: Further causes of a kind are counted, not listed.
MOST = 6

_NOTHING = (
    "nothing differs from what is committed: processor, fonts or libraries below Python, or code"
    " that was committed without new figures"
)

Cause = Literal["data", "parameters", "code", "environment", "machine"]


@dataclass(frozen=True)
class Blame:
    """One thing that is not as it was when the figures were committed."""

    cause: Cause
    detail: str


def find_causes(plan: PlannedRun, layout: Layout, contents: Mapping[str, str]) -> list[Blame]:
    """Say what differs between the committed figures of a notebook and what is here now.

    Data, parameters and versions are compared with what stands beside each figure; the
    code and the design with what is committed.

    Parameters
    ----------
    plan : PlannedRun
        The notebook's default run as it is now.
    layout : Layout
        The study.
    contents : mapping of table name to hash
        The open tables as they are now.

    Returns
    -------
    list of Blame
        Without any other cause, the machine, or code that was committed without new figures.
    """
    notes = list(read_notes(layout.figures, plan.notebook))
    causes = [
        *_unique("data", (found for note in notes for found in _data(note, contents, layout))),
        *_unique("parameters", (found for note in notes for found in _parameters(note, plan))),
        *_unique("environment", (found for note in notes for found in _versions(note))),
        *_unique("parameters", _design(layout)),
        *_unique("code", _code(layout, plan)),
    ]
    return causes or [Blame("machine", _NOTHING)]


def read_notes(figures: Path, notebook: str) -> Iterator[dict[str, Any]]:
    """Read what stands beside each committed figure, table and list of values."""
    for path in sorted(figures.glob(f"{notebook_number(notebook)}*.json")):
        try:
            yield json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue  # the comparison of files has told already that it is broken


def _data(note: Mapping[str, Any], contents: Mapping[str, str], layout: Layout) -> Iterator[str]:
    """Name the inputs that are others; what differs in the design, `_design` says."""
    for name, before in note.get("inputs", {}).items():
        now = contents.get(name) if name in TABLES else hash_input(name, layout)
        if now != before and name != STUDY_FILE:
            what = f"open table {name}" if name in TABLES else name
            yield f"{what} is not the one that the figures were made from"


def _parameters(note: Mapping[str, Any], plan: PlannedRun) -> Iterator[str]:
    before = note.get("parameters", plan.parameters)
    yield from compare_values(before, plan.parameters)


def _versions(note: Mapping[str, Any]) -> Iterator[str]:
    for package, before in note.get("versions", {}).items():
        now = _installed(package)
        if now != before:
            yield f"{package} {before} became {now}"


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _design(layout: Layout) -> Iterator[str]:
    """Compare ``study.toml``; the parameters of runs stand beside the figures."""
    text = _git(layout, "show", "HEAD:./study.toml")
    before = tomllib.loads(text.removeprefix(BYTE_ORDER_MARK))
    now = read_toml(layout.study_file, StudyError)
    if text:
        found = compare_values({**before, "run": []}, {**now, "run": []})
        yield from (f"study.toml, {one}" for one in found)


def _code(layout: Layout, plan: PlannedRun) -> Iterator[str]:
    """Name the files of the package, the notebook and the lexicons that are not committed so."""
    paths = ("analysis", f"notebooks/{plan.notebook}.ipynb", "data/lexicons")
    listed = _git(layout, "diff", "--name-only", "--relative", "HEAD", "--", *paths)
    yield from (f"{name} is not as it is committed" for name in listed.splitlines())


def _git(layout: Layout, *arguments: str) -> str:
    """Ask git; without git, or outside a repository, nothing can be said."""
    try:
        done = subprocess.run(  # noqa: S603 -- fixed command, no shell
            ["git", *arguments],  # noqa: S607
            cwd=layout.root,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def _unique(cause: Cause, details: Iterable[str]) -> list[Blame]:
    found = list(dict.fromkeys(details))
    more = [f"and {len(found) - MOST} more"] if len(found) > MOST else []
    return [Blame(cause, detail) for detail in (*found[:MOST], *more)]
