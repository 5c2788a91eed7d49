"""Intrusion tasks as they are kept: which item is the intruder, and what people named; no text.

``data/coding/intrusion`` holds, for each set of tasks, ``<name>.json`` (how it was drawn, and
from which model), ``<name>.csv`` (terms or segment_ids, and the intruder) and one
``<name>_<coder>.csv`` for each coder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.atomic import write_if_changed
from analysis.codings import check_name, find_samples, read_csv_as
from analysis.errors import TableError, unknown
from analysis.files import read_json

FOLDER = "intrusion"
#: Items of a task, intruder included.
N_ITEMS = {"word": 6, "segment": 4}
ANSWER_COLUMNS = ("task", "choice")
#: Characters of the hash that a sheet carries.
DIGEST = 12


@dataclass(frozen=True)
class Tasks:
    """A set of intrusion tasks.

    Attributes
    ----------
    name : str
        Of the set.
    design : mapping
        kind, n_tasks, seed, and the model: engine, n_topics, model (hash of its terms).
    rows : DataFrame
        task, topic, item_1, ..., intruder.
    """

    name: str
    design: Mapping[str, Any]
    rows: pd.DataFrame

    @property
    def digest(self) -> str:
        """What tells these tasks from others: a hash of model, design and rows."""
        text = json.dumps(dict(self.design), sort_keys=True) + self.rows.to_csv(index=False)
        return hashlib.sha256(text.encode()).hexdigest()[:DIGEST]


def task_columns(kind: str) -> tuple[str, ...]:
    """Name the columns of tasks of a kind.

    Examples
    --------
    >>> task_columns("segment")
    ('task', 'topic', 'item_1', 'item_2', 'item_3', 'item_4', 'intruder')
    """
    items = (f"item_{i}" for i in range(1, N_ITEMS[kind] + 1))
    return ("task", "topic", *items, "intruder")


def check_write(tasks: Tasks, folder: Path) -> None:
    """Check that no other set has the name; raises `TableError`."""
    check_name("set of tasks", tasks.name)
    if tasks.name in find_samples(folder) and read_tasks(tasks.name, folder).digest != tasks.digest:
        raise TableError(
            f"{folder / tasks.name}.json: other tasks have this name, and answers may hang on "
            "them. Choose another name with --name, or delete its files."
        )


def write_tasks(tasks: Tasks, folder: Path) -> None:
    """Keep tasks and their key; raises `TableError` if others have the name."""
    check_write(tasks, folder)
    design = json.dumps(dict(tasks.design), indent=1, sort_keys=True, ensure_ascii=False)
    rows = tasks.rows.to_csv(index=False, lineterminator="\n")
    write_if_changed(folder / f"{tasks.name}.csv", rows.encode())
    write_if_changed(folder / f"{tasks.name}.json", f"{design}\n".encode())


def read_tasks(name: str, folder: Path) -> Tasks:
    """Read a set of tasks.

    Raises
    ------
    TableError
        If there is none of this name, or its files do not fit together.
    """
    if name not in find_samples(folder):
        raise TableError(f"{folder}: {unknown('set of tasks', name, find_samples(folder))}")
    path = folder / f"{name}.json"
    try:
        design = read_json(path, TableError)
        columns = task_columns(design["kind"])
    except (KeyError, TypeError) as fault:
        raise TableError(f"{path}: wanted the design of intrusion tasks in JSON: {fault}") from None
    rows = read_csv_as(path.with_suffix(".csv"), columns)
    try:
        rows = rows.astype({"topic": "int64", "intruder": "int64"})
    except ValueError as fault:
        raise TableError(f"{path.with_suffix('.csv')}: wanted numbers: {fault}") from None
    return Tasks(name, design, rows)


def write_answers(answers: pd.DataFrame, tasks: Tasks, coder: str, folder: Path) -> bool:
    """Keep what one coder named; say whether the file changed."""
    table = answers.loc[:, list(ANSWER_COLUMNS)].sort_values("task")
    path = folder / f"{tasks.name}_{check_name('coder', coder)}.csv"
    return write_if_changed(path, table.to_csv(index=False, lineterminator="\n").encode())


def read_answers(tasks: Tasks, folder: Path) -> pd.DataFrame:
    """Read what all coders named: coder, task, choice.

    Raises
    ------
    TableError
        If a coder's file does not hold the tasks, each once, or a choice is no number.
    """
    parts = []
    for path in sorted(folder.glob(f"{tasks.name}_*.csv")):
        table = read_csv_as(path, ANSWER_COLUMNS)
        numbers = {str(i) for i in range(1, N_ITEMS[tasks.design["kind"]] + 1)}
        if (
            sorted(table["task"]) != sorted(tasks.rows["task"])
            or not set(table["choice"]) <= numbers
        ):
            raise TableError(
                f"{path}: wanted a choice from 1 to {len(numbers)} for each of the "
                f"{len(tasks.rows)} tasks. Score the coder's sheet anew with `gipfel code score`."
            )
        coder = path.stem.removeprefix(f"{tasks.name}_")
        parts.append(table.astype({"choice": "int64"}).assign(coder=coder))
    columns = ["coder", *ANSWER_COLUMNS]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
