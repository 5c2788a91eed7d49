"""How good the coding was measured to be: the tables in ``data/validation``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.atomic import write_atomically
from analysis.errors import TableError
from analysis.files import read_table
from analysis.paths import find_layout

VALIDATION_COLUMNS = {
    "scores": ("source", "layer", "metric", "value"),
    "confusion": ("source", "layer", "gold", "predicted", "n"),
}


def read_validation(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Read how good the coding was measured to be.

    Parameters
    ----------
    name : str
        scores (source, layer, metric, value) or confusion (source, layer, gold,
        predicted, n); source is mentions or quotes.
    folder : path, optional
        By default ``data/validation`` of the study.

    Raises
    ------
    TableError
        If the file or a column is missing.

    Examples
    --------
    >>> sorted(read_validation("scores")["source"].unique())
    ['mentions', 'quotes']
    """
    path = (folder or find_layout().validation) / f"{name}.csv"
    missing = "no such file. Measure with `gipfel evaluate ... --save`."
    table = read_table(path, TableError, VALIDATION_COLUMNS[name], missing=missing)
    numbers = {"n": "int64", "value": "float64"}
    try:
        return (
            table.replace({"value": {"": "nan"}})
            .astype({column: kind for column, kind in numbers.items() if column in table})
            .reset_index(drop=True)
        )
    except ValueError as fault:
        raise TableError(f"{path}: wanted numbers: {fault}") from None


def write_validation(
    source: str,
    scores: Mapping[str, Mapping[str, float]],
    confusion: pd.DataFrame | None,
    folder: Path,
) -> None:
    """Keep the numbers of one evaluation; those of the other source stay."""
    rows = [
        (source, layer, metric, value)
        for layer, found in scores.items()
        for metric, value in found.items()
    ]
    _replace_source(pd.DataFrame(rows, columns=VALIDATION_COLUMNS["scores"]), "scores", folder)
    if confusion is not None:
        _replace_source(confusion.assign(source=source), "confusion", folder)


def _replace_source(table: pd.DataFrame, name: str, folder: Path) -> None:
    path, columns = folder / f"{name}.csv", list(VALIDATION_COLUMNS[name])
    if path.is_file():
        kept = read_validation(name, folder)
        table = pd.concat([kept[~kept["source"].isin(table["source"])], table])
    text = table.sort_values("source", kind="stable")[columns].to_csv(
        index=False, lineterminator="\n"
    )
    write_atomically(path, text.encode())
