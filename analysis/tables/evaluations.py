"""How good the coding was measured to be: the tables in ``data/validation``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from analysis.study.atomic import write_atomically
from analysis.study.errors import TableError, unknown
from analysis.study.paths import find_layout
from analysis.study.text_files import read_csv

#: What a set of coded text is known to be; the first columns of ``scores.csv``.
ALLOWED = {
    "source": ("mentions", "quotes"),
    "tier": ("core", "near", ""),
    "seen": ("unseen", "scored", "read"),
    "coded_by": ("language_model", "people"),
}
METRICS = ("accuracy", "precision", "recall", "f1")
NUMBERS = ("value", "n", "floor", "kappa")
VALIDATION_COLUMNS = {
    "scores": ("set", *ALLOWED, "commit", "layer", "metric", *NUMBERS),
    "confusion": ("set", "layer", "gold", "predicted", "n"),
}


@dataclass(frozen=True)
class CodedSet:
    """Text that was coded to measure the rules by.

    Attributes
    ----------
    set : str
        Its name.
    source : str
        mentions or quotes.
    tier : str
        core or near; of quotes empty.
    seen : str
        What was known of it when it was scored: unseen (nothing), scored (the rules were
        changed after earlier scores), read (its text was read while rules were written).
    coded_by : str
        language_model or people.
    commit : str
        The version that was scored.
    """

    set: str
    source: str
    tier: str
    seen: str
    coded_by: str
    commit: str

    def __post_init__(self) -> None:
        for column, allowed in ALLOWED.items():
            if getattr(self, column) not in allowed:
                raise TableError(
                    f"data/validation: {unknown(column, getattr(self, column), allowed)}"
                )


def read_validation(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Read how good the coding was measured to be.

    Parameters
    ----------
    name : str
        scores (a row per set, layer and metric: `CodedSet`, layer, metric, value, n
        mentions or articles, floor, kappa) or confusion (set, layer, gold, predicted, n).
    folder : path, optional
        By default ``data/validation`` of the study.

    Raises
    ------
    TableError
        If the file or a column is missing.

    Examples
    --------
    >>> sorted(read_validation("scores")["seen"].unique())
    ['read', 'scored', 'unseen']
    """
    path = (folder or find_layout().validation) / f"{name}.csv"
    missing = "no such file. Measure with `gipfel evaluate ... --save NAME`."
    table = read_csv(path, TableError, VALIDATION_COLUMNS[name], missing=missing)
    try:
        numbers = {
            column: pd.to_numeric(table[column].mask(table[column] == ""))
            for column in NUMBERS
            if column in table
        }
    except ValueError as fault:
        raise TableError(f"{path}: wanted numbers: {fault}") from None
    return table.assign(**numbers).reset_index(drop=True)


def write_validation(
    about: CodedSet,
    scores: Mapping[str, Mapping[str, float]],
    confusion: pd.DataFrame | None,
    folder: Path,
) -> None:
    """Keep the numbers of one set; those of the others stay."""
    rows = [asdict(about) | row for row in _rows(scores)]
    _replace_set(pd.DataFrame(rows, columns=list(VALIDATION_COLUMNS["scores"])), "scores", folder)
    if confusion is not None:
        _replace_set(confusion.assign(set=about.set), "confusion", folder)


def _rows(scores: Mapping[str, Mapping[str, float]]) -> Iterator[dict[str, object]]:
    for layer, found in scores.items():
        for metric in METRICS:
            if metric in found:
                known = {name: found.get(name) for name in NUMBERS}
                yield known | {"layer": layer, "metric": metric, "value": found[metric]}


def _replace_set(table: pd.DataFrame, name: str, folder: Path) -> None:
    path, columns = folder / f"{name}.csv", list(VALIDATION_COLUMNS[name])
    if path.is_file():
        kept = read_validation(name, folder)
        table = pd.concat([kept[~kept["set"].isin(table["set"])], table[columns]])
    text = table.sort_values("set", kind="stable")[columns].to_csv(index=False, lineterminator="\n")
    write_atomically(path, text.encode())
