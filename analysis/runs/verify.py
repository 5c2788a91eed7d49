"""Running the whole study again beside the one here, and saying why a figure is another one."""

from __future__ import annotations

import json
import math
import shutil
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.image import imread, imsave

from analysis.runs.execute import RunEvent, execute_runs
from analysis.runs.plan import PlannedRun, notebook_number, plan_runs
from analysis.runs.record import installed
from analysis.runs.store import hold_folder
from analysis.study.errors import RunError, StudyError
from analysis.study.paths import STUDY_FILE, Layout, git
from analysis.study.study import Study, read_study
from analysis.study.text_files import BYTE_ORDER_MARK, read_toml
from analysis.tables.features import content_hash, hash_input, read_table
from analysis.tables.schema import TABLES

#: What a study consists of, but for figures and runs.
PARTS = (STUDY_FILE, "notebooks", "data")
#: Relative and absolute tolerance of a number: some units of the last digit that is written.
RELATIVE, ABSOLUTE = 1e-6, 1e-9
#: How many differing cells, and how many causes of a kind, are named; others are counted.
NAMED, MOST = 3, 6
#: What a figure's JSON says beside numbers; `find_causes` judges it.
NOTED = ("versions", "inputs", "parameters", "seed")

_NOTHING = (
    "nothing differs from what is committed: processor, fonts or libraries below Python, or code"
    " that was committed without new figures"
)


@dataclass(frozen=True)
class Difference:
    """How one file stands against the committed one."""

    name: str
    verdict: Literal["same", "same numbers", "same picture", "differs", "missing", "new"]
    detail: str = ""
    picture: Path | None = None

    @property
    def fails(self) -> bool:
        """Whether this must not pass."""
        return not self.verdict.startswith("same")


@dataclass(frozen=True)
class Blame:
    """One thing that is not as it was when the figures were committed."""

    cause: str  # data, parameters, environment, code or machine
    detail: str


@dataclass(frozen=True)
class Verified:
    """How one notebook, or the open tables, stand against what is committed."""

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

    @property
    def n_equal_bytes(self) -> int:
        """How many files are equal byte for byte; the others may still hold equal numbers."""
        return sum(one.verdict == "same" for one in self.differences)


@contextmanager
def beside(layout: Layout) -> Iterator[Layout]:
    """Copy a study, but for figures and runs, to a folder that goes away in the end.

    It lies among the runs, out of git, and what a killed process left of it goes, too.
    """
    root = layout.runs / "verify" / "study"
    with hold_folder(root):
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        for part in PARTS:
            source = layout.root / part
            if source.is_dir():
                leave = shutil.ignore_patterns("local", ".ipynb_checkpoints")
                shutil.copytree(source, root / part, ignore=leave)
            elif source.is_file():
                shutil.copyfile(source, root / part)
        try:
            yield Layout(root)
        finally:
            shutil.rmtree(root, ignore_errors=True)


def check_figures(study: Study, layout: Layout) -> None:
    """Refuse to verify a study without committed figures: everything would be new."""
    if not any(layout.figures.glob("*.json")):
        runs = len(study.default_runs)
        raise RunError(
            f"verify: {layout.show(layout.figures)} holds no figure of {runs} notebooks. "
            "Make them with `gipfel run`, or restore them with `git checkout figures`."
        )


def verify_figures(
    layout: Layout,
    fresh: Layout,
    *,
    jobs: int,
    pictures: Path,
    on_event: Callable[[RunEvent], None],
) -> list[Verified]:
    """Run every notebook of a copy of the study and compare its figures."""
    plans = plan_runs(read_study(fresh), fresh)
    contents = {name: content_hash(read_table(name, fresh.features)) for name in TABLES}
    verified = []
    for plan, record in zip(plans, execute_runs(plans, jobs=jobs, on_event=on_event), strict=True):
        found: tuple[Difference, ...] = ()
        if record.state != "skipped":
            number = notebook_number(plan.notebook)
            found = tuple(compare_folders(layout.figures, record.figures, number, pictures))
        one = Verified(plan.notebook, record.state, found)
        causes = tuple(find_causes(plan, layout, contents)) if one.fails else ()
        verified.append(Verified(plan.notebook, record.state, found, causes))
    return verified


def verify_tables(layout: Layout, fresh: Layout, annotate: Callable[[Layout], object]) -> Verified:
    """Build the open tables anew from the articles and compare them, cell by cell."""
    if not any(layout.raw.glob("*.txt")):
        raise RunError(
            f"verify --from-articles: no articles in {layout.show(layout.raw)}. "
            "Bring them in with `gipfel ingest FOLDER`, or leave the option out."
        )
    shutil.rmtree(fresh.features)
    annotate(fresh)
    found = []
    for name in TABLES:
        before, after = (read_table(name, folder) for folder in (layout.features, fresh.features))
        detail = ""
        if content_hash(before) != content_hash(after):
            texts = [table.astype(object).map(str) for table in (before, after)]
            detail = "; ".join(compare_tables(*texts))
        found.append(Difference(f"{name}.parquet", "differs" if detail else "same", detail))
    why = "the open tables are not those that these articles and lexicons give"
    causes = (Blame("data", why),) if any(one.fails for one in found) else ()
    return Verified("open tables", "succeeded", tuple(found), causes)


def compare_folders(committed: Path, made: Path, number: str, pictures: Path) -> list[Difference]:
    """Compare the files of one notebook."""
    names = {path.name for folder in (committed, made) for path in folder.glob(f"{number}*")}
    found = [compare_files(committed / name, made / name, pictures) for name in sorted(names)]
    equal = {Path(one.name).stem for one in found if one.name.endswith(".png") and not one.fails}
    return [
        Difference(one.name, "same picture", "other bytes; its PNG has equal pixels")
        if one.name.endswith((".pdf", ".svg"))
        and one.verdict == "differs"
        and Path(one.name).stem in equal
        else one
        for one in found
    ]


def compare_files(committed: Path, made: Path, pictures: Path) -> Difference:
    """Compare two files of one name: bytes first, then by what they hold."""
    name = committed.name
    if not made.is_file():
        return Difference(name, "missing", "committed, but no longer made")
    if not committed.is_file():
        return Difference(name, "new", "made, but not committed")
    if committed.read_bytes() == made.read_bytes():
        return Difference(name, "same")
    if committed.suffix == ".png":
        return compare_pictures(committed, made, pictures)
    detail = _describe(committed, made)
    if detail:
        return Difference(name, "differs", detail)
    return Difference(name, "same numbers", "other bytes, numbers within the tolerance")


def _describe(committed: Path, made: Path) -> str:
    """Say how two files differ; empty if all numbers are equal within the tolerance."""
    both = (committed, made)
    if committed.suffix == ".csv":
        tables = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in both]
        return "; ".join(compare_tables(*tables))
    if committed.suffix == ".json":
        notes = [json.loads(path.read_text(encoding="utf-8")) for path in both]
        said = [{key: note[key] for key in note if key not in NOTED} for note in notes]
        found = list(compare_values(said[0], said[1]))
        return "; ".join(found[:NAMED]) + _more(len(found))
    if committed.suffix == ".tex":
        lines = [path.read_text(encoding="utf-8").splitlines() for path in both]
        for number, (before, after) in enumerate(zip(*lines, strict=False), start=1):
            if before != after:
                return f"line {number}: {before.strip()} became {after.strip()}"
        return f"{len(lines[0])} lines became {len(lines[1])}"
    return "other bytes"


def compare_tables(committed: pd.DataFrame, made: pd.DataFrame) -> list[str]:
    """Compare two tables of text cell by cell; numbers by tolerance."""
    if list(committed.columns) != list(made.columns):
        return [f"columns {', '.join(committed.columns)} became {', '.join(made.columns)}"]
    if len(committed) != len(made):
        return [f"{len(committed)} rows became {len(made)}"]
    cells = [
        f"row {row + 1}, column {name!r}: {before} became {after}"
        for name in committed.columns
        for row, (before, after) in enumerate(zip(committed[name], made[name], strict=True))
        if not is_close(before, after)
    ]
    said = f"{len(cells)} of {committed.size} cells: {'; '.join(cells[:NAMED])}{_more(len(cells))}"
    return [said] if cells else []


def compare_values(before: object, after: object, at: str = "") -> Iterator[str]:
    """Compare two JSON contents; yield each place that differs."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            if key not in before or key not in after:
                yield f"{at}{key}: {'no longer there' if key in before else 'new'}"
            else:
                yield from compare_values(before[key], after[key], f"{at}{key}.")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from compare_values(one, other, f"{at}{number}.")
    elif not is_close(before, after):
        yield f"{at.rstrip('.')}: {before} became {after}"


def is_close(before: object, after: object) -> bool:
    """Whether two cells are equal, or numbers within the tolerance."""
    if before == after:
        return True
    with suppress(ValueError):
        first, second = float(str(before)), float(str(after))
        return math.isclose(first, second, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return False


def compare_pictures(committed: Path, made: Path, pictures: Path) -> Difference:
    """Compare two PNG files by pixels; draw the new one in grey, in red where they differ."""
    before, after = imread(committed)[..., :3], imread(made)[..., :3]
    if before.shape != after.shape:
        sizes = [f"{shape[1]} x {shape[0]}" for shape in (before.shape, after.shape)]
        return Difference(committed.name, "differs", f"{sizes[0]} pixels became {sizes[1]}")
    differs = np.any(before != after, axis=2)
    if not differs.any():
        return Difference(committed.name, "same picture", "other bytes, equal pixels")
    shown = np.repeat(0.5 + after.mean(axis=2, keepdims=True) / 2, 3, axis=2)
    shown[differs] = (0.8, 0.0, 0.0)
    pictures.mkdir(parents=True, exist_ok=True)
    path = pictures / f"{committed.stem}-difference.png"
    imsave(path, shown)
    share = f"{differs.mean():.2%} of the pixels"
    return Difference(committed.name, "differs", share, path)


def _more(n: int) -> str:
    return f"; and {n - NAMED} more" if n > NAMED else ""


def find_causes(plan: PlannedRun, layout: Layout, contents: Mapping[str, str]) -> list[Blame]:
    """Say what differs between the committed figures of a notebook and what is here now.

    `contents` has the hashes of the open tables as they are now. Without any other cause it is
    the machine, or code that was committed without new figures.
    """
    notes = read_notes(layout.figures, plan.notebook)
    found: dict[Blame, None] = {}
    for blame in (*_find_noted(notes, plan, layout, contents), *_find_uncommitted(plan, layout)):
        found.setdefault(blame)
    causes = []
    for cause in ("data", "parameters", "environment", "code"):
        same = [blame for blame in found if blame.cause == cause]
        more = [Blame(cause, f"and {len(same) - MOST} more")] if len(same) > MOST else []
        causes += [*same[:MOST], *more]
    return causes or [Blame("machine", _NOTHING)]


def read_notes(figures: Path, notebook: str) -> list[dict[str, Any]]:
    """Read what stands beside each committed figure, table and list of values."""
    notes = []
    for path in sorted(figures.glob(f"{notebook_number(notebook)}*.json")):
        with suppress(ValueError):  # the comparison of files has told already that it is broken
            notes.append(json.loads(path.read_text(encoding="utf-8")))
    return notes


def _find_noted(
    notes: Iterable[Mapping[str, Any]],
    plan: PlannedRun,
    layout: Layout,
    contents: Mapping[str, str],
) -> Iterator[Blame]:
    """Compare what stands beside figures; what differs in the design, git says."""
    for note in notes:
        for name, before in note.get("inputs", {}).items():
            now = contents.get(name) if name in TABLES else hash_input(name, layout)
            if now != before and name != STUDY_FILE:
                what = f"open table {name}" if name in TABLES else name
                yield Blame("data", f"{what} is not the one that the figures were made from")
        for one in compare_values(note.get("parameters", plan.parameters), plan.parameters):
            yield Blame("parameters", one)
        for package, before in note.get("versions", {}).items():
            if installed(package) != before:
                yield Blame("environment", f"{package} {before} became {installed(package)}")


def _find_uncommitted(plan: PlannedRun, layout: Layout) -> Iterator[Blame]:
    """Compare ``study.toml``, the package, the notebook and the lexicons with what is committed."""
    paths = ("analysis", f"notebooks/{plan.notebook}.ipynb", "data/lexicons")
    # Without git, or outside a repository, nothing can be said.
    with suppress(RunError):
        text = git(layout.root, RunError, "show", f"HEAD:./{STUDY_FILE}").removeprefix(
            BYTE_ORDER_MARK
        )
        before, now = tomllib.loads(text), read_toml(layout.study_file, StudyError)
        # The parameters of runs stand beside the figures.
        for one in compare_values({**before, "run": []}, {**now, "run": []}):
            yield Blame("parameters", f"study.toml, {one}")
        listed = git(
            layout.root, RunError, "diff", "--name-only", "--relative", "HEAD", "--", *paths
        )
        for name in listed.splitlines():
            yield Blame("code", f"{name} is not as it is committed")
