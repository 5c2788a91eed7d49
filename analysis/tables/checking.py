"""Checking an open table against the schema: all faults in one message."""

from __future__ import annotations

import pandas as pd

from analysis.study.errors import TableError, join_faults
from analysis.tables.schema import PANDAS_TYPES, Column, Table, find_table


def coerce_table(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Order columns and rows as the schema says and set the types, before a table is written."""
    table = find_table(name)
    types = {column.name: PANDAS_TYPES[column.dtype] for column in table.columns}
    ordered = frame.loc[:, list(table.names)].astype(types)
    return ordered.sort_values(list(table.sort), kind="stable", ignore_index=True)


def check_table(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Check an open table against the schema.

    Parameters
    ----------
    frame : DataFrame
        The table as read.
    name : str
        Its name: a key of `analysis.tables.schema.TABLES`.

    Returns
    -------
    DataFrame
        The same table, so that calls can be chained.

    Raises
    ------
    TableError
        With every missing or surplus column, wrong type, empty cell, value that is
        not allowed and repeated key, each with up to three rows.

    Examples
    --------
    >>> from analysis.tables.schema import empty_table
    >>> len(check_table(empty_table("mentions"), "mentions"))
    0
    """
    table = find_table(name)
    faults = _column_faults(frame, table)
    if not faults:
        faults = [fault for column in table.columns for fault in _cell_faults(frame, column)]
        faults += _key_faults(frame, table)
    if faults:
        raise TableError(
            join_faults(f"open table {name!r}", faults, "Rebuild it with `gipfel annotate`.")
        )
    return frame


def _column_faults(frame: pd.DataFrame, table: Table) -> list[str]:
    wanted, came = set(table.names), set(frame.columns)
    faults = [f"missing column {name!r}" for name in table.names if name not in came]
    faults += [f"column {name!r} is not in the schema" for name in sorted(came - wanted)]
    for column in table.columns:
        if column.name in came:
            found = str(frame[column.name].dtype)
            expected = PANDAS_TYPES[column.dtype]
            if found != expected:
                faults.append(f"column {column.name!r}: wanted type {expected}, came {found}")
    return faults


def _cell_faults(frame: pd.DataFrame, column: Column) -> list[str]:
    values = frame[column.name]
    faults = []
    if not column.dtype.endswith("?") and values.isna().any():
        faults.append(f"column {column.name!r}: empty cells in {_rows(values.isna())}")
    if column.allowed:
        odd = ~values.isin(column.allowed)
        if odd.any():
            allowed = ", ".join(sorted(column.allowed))
            faults.append(
                f"column {column.name!r}: {values[odd].iloc[0]!r} is not one of {allowed},"
                f" in {_rows(odd)}"
            )
    return faults


def _key_faults(frame: pd.DataFrame, table: Table) -> list[str]:
    repeated = frame.duplicated(list(table.key))
    return [f"key {', '.join(table.key)} repeated in {_rows(repeated)}"] if repeated.any() else []


def _rows(marked: pd.Series) -> str:
    """Name up to three rows of those marked."""
    numbers = [str(number) for number in marked.to_numpy().nonzero()[0]]
    more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(numbers[:3])}{more}"
