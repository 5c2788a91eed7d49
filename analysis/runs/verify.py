"""Running the whole study again, beside the one here, and comparing with what is committed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.runs.blame import Blame, find_causes
from analysis.runs.compare import Difference, compare_folders, compare_tables
from analysis.runs.execute import RunEvent, execute_runs
from analysis.runs.plan import PlannedRun, notebook_number, plan_runs
from analysis.runs.record import RunRecord
from analysis.runs.scratch import scratch_prefix
from analysis.study.errors import RunError
from analysis.study.paths import Layout
from analysis.study.study import Study, read_study
from analysis.tables.features import content_hash, read_table
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
