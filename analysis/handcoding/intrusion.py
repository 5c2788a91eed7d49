"""Intrusion sheets: what a coder sees, and how filled-in sheets are read and checked."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.codings import NAME, find_samples
from analysis.corpus.readers import checksum, read_text
from analysis.errors import SourceError, TableError, join_faults, unknown
from analysis.features import Features
from analysis.handcoding.workbook import SheetColumn, SheetRow, read_sheet
from analysis.intrusions import Tasks, read_tasks, task_columns
from analysis.paths import Layout

KEYS = ("sheet", "drawn_from", "task")
INSTRUCTIONS = (
    "Each row is a task. All items but one belong together; one was put in from elsewhere. Say in "
    "the coloured column which one: its number.",
    "Decide alone, at first sight, without looking anything up, at other sheets or at the "
    "project's tables. If you cannot tell, guess: every row needs a number.",
    "Change nothing else. Save as XLSX or CSV, and: gipfel code score SHEET",
)
WIDTH = {"word": 18, "segment": 60}
#: Rows that a fault names before it counts the rest.
NAMED = 12


class Answers(NamedTuple):
    """What one coder named: task, choice."""

    path: Path
    tasks: Tasks
    coder: str
    table: pd.DataFrame


def item_columns(kind: str) -> list[str]:
    """Name the columns of the items.

    Examples
    --------
    >>> item_columns("segment")
    ['item_1', 'item_2', 'item_3', 'item_4']
    """
    return [name for name in task_columns(kind) if name.startswith("item_")]


def sheet_columns(kind: str) -> list[SheetColumn]:
    """Give the columns of a sheet; the last one offers the numbers of the items."""
    items = item_columns(kind)
    numbers = tuple(str(i) for i in range(1, len(items) + 1))
    return [
        *(SheetColumn(name) for name in KEYS),
        *(SheetColumn(name, width=WIDTH[kind]) for name in items),
        SheetColumn("choice", numbers, is_filled_in=True),
    ]


def sheet_rows(tasks: Tasks, texts: Mapping[str, str], coder: str) -> Iterator[dict[str, str]]:
    """Give the rows of one coder's sheet, in an order of the coder's own.

    Parameters
    ----------
    tasks : Tasks
        With their key, which does not go into the sheet.
    texts : mapping
        segment_id -> its text; empty for words, which are shown as they are.
    coder : str
        Whose sheet it is.
    """
    rng = np.random.default_rng([int(tasks.design["seed"]), zlib.crc32(coder.encode())])
    rows = tasks.rows.to_dict("records")
    for i in rng.permutation(len(rows)):
        items = {name: str(rows[i][name]) for name in item_columns(tasks.design["kind"])}
        yield {
            "sheet": f"{tasks.name}/{coder}",
            "drawn_from": tasks.digest,
            "task": str(rows[i]["task"]),
            **{name: texts.get(item, item) for name, item in items.items()},
        }


def find_segment_texts(
    layout: Layout, features: Features, segment_ids: Sequence[str]
) -> dict[str, str]:
    """Find the text of segments in the articles.

    Raises
    ------
    SourceError
        With every article that is missing, or that is not the one annotated.
    """
    rows = features.segments[features.segments["segment_id"].isin(segment_ids)]
    known = dict(zip(features.documents["doc_id"], features.documents["sha256"], strict=True))
    faults, found = [], {}
    for doc_id, of_document in rows.groupby("doc_id"):
        path = layout.raw / f"{doc_id}.txt"
        if not path.is_file():
            faults.append(f"{layout.show(path)} is missing")
        elif checksum(path) != known[doc_id]:
            faults.append(f"{layout.show(path)} is not the article that was annotated")
        else:
            text = read_text(path)
            for row in of_document.to_dict("records"):
                found[str(row["segment_id"])] = text[int(row["begin"]) : int(row["end"])]
    if faults:
        raise SourceError(
            join_faults(
                "code intrusion",
                faults,
                "A sheet of segments shows their text, and needs the articles: bring them in with "
                "`gipfel ingest FOLDER`.",
            )
        )
    return found


def read_intrusion_sheets(paths: Sequence[Path], folder: Path) -> list[Answers]:
    """Read the sheets of one or more coders of one set of tasks.

    Parameters
    ----------
    paths : sequence of path
        XLSX or CSV files that `gipfel code intrusion` wrote and coders filled in.
    folder : path
        ``data/coding/intrusion``, which holds the tasks.

    Returns
    -------
    list of Answers
        In the order of ``paths``.

    Raises
    ------
    TableError
        With every fault of every file: nothing is given then.
    """
    sheets, messages = [], []
    for path in paths:
        try:
            sheets.append(_read_one(path, folder))
        except TableError as fault:
            messages.append(str(fault))
    names = sorted({sheet.tasks.name for sheet in sheets})
    if len(names) > 1:
        messages.append(f"sheets of several sets: {', '.join(names)}. Score each set by itself.")
    messages += [
        f"{n} sheets are of coder {coder!r} of {name!r}. Each coder needs a sheet of their own."
        for (name, coder), n in Counter((s.tasks.name, s.coder) for s in sheets).items()
        if n > 1
    ]
    if messages:
        raise TableError("\n".join([*messages, "Nothing was stored."]))
    return sheets


def _read_one(path: Path, folder: Path) -> Answers:
    headings, rows = read_sheet(path)
    wanted = (*KEYS, "choice")
    _complain(path, [f"column {name!r} is missing" for name in wanted if name not in headings])
    _complain(path, list(_origin_faults(rows, folder)))
    name, _, coder = rows[0].cells["sheet"].partition("/")
    tasks = read_tasks(name, folder)
    _complain(path, list(_model_faults(rows, tasks)))
    _complain(path, [*_task_faults(rows, tasks), *_choice_faults(rows, tasks)])
    cells = [(row.cells["task"], int(row.cells["choice"])) for row in rows]
    return Answers(path, tasks, coder, pd.DataFrame(cells, columns=["task", "choice"]))


def _complain(path: Path, faults: Sequence[str]) -> None:
    if faults:
        raise TableError(join_faults(str(path), faults))


def _origin_faults(rows: Sequence[SheetRow], folder: Path) -> Iterator[str]:
    if not rows:
        yield "no row: wanted the tasks of a set"
        return
    for key in KEYS[:2]:
        named = sorted({row.cells[key] for row in rows})
        if len(named) > 1:
            yield f"column {key!r}: rows of several sheets are mixed up: {', '.join(named)}"
    name, _, coder = rows[0].cells["sheet"].partition("/")
    if name not in find_samples(folder):
        yield f"column 'sheet': {unknown('set of tasks', name, find_samples(folder))}"
    if not NAME.fullmatch(coder):
        yield f"column 'sheet': wanted name/coder, came {rows[0].cells['sheet']!r}"


def _model_faults(rows: Sequence[SheetRow], tasks: Tasks) -> Iterator[str]:
    came = rows[0].cells["drawn_from"]
    if came != tasks.digest:
        yield (
            f"column 'drawn_from': the sheet is of another model or draw: wanted {tasks.digest}, "
            f"as the tasks {tasks.name!r} are, came {came or 'nothing'}"
        )


def _task_faults(rows: Sequence[SheetRow], tasks: Tasks) -> Iterator[str]:
    wanted = set(tasks.rows["task"])
    places = Counter(row.cells["task"] for row in rows)
    for row in rows:
        if row.cells["task"] not in wanted:
            yield (
                f"row {row.number}, column 'task': {row.cells['task']!r} is none of "
                f"{tasks.name!r}; was it changed?"
            )
    for task, n in places.items():
        if n > 1 and task in wanted:
            yield f"task {task!r} has {n} rows"
    missing = sorted(wanted - set(places))
    if missing:
        yield f"no row for {len(missing)} of {len(wanted)} tasks: {_some(missing)}"


def _choice_faults(rows: Sequence[SheetRow], tasks: Tasks) -> Iterator[str]:
    allowed = [str(i) for i in range(1, len(item_columns(tasks.design["kind"])) + 1)]
    blank = [str(row.number) for row in rows if not row.cells["choice"]]
    if blank:
        yield f"rows {_some(blank)}, column 'choice': empty. Allowed: {', '.join(allowed)}."
    for row in rows:
        choice = row.cells["choice"]
        if choice and choice not in allowed:
            yield f"row {row.number}, column 'choice': {unknown('label', choice, allowed)}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (" ..." if len(names) > NAMED else "")
