"""The table that measures of frames share: mentions counted by unit, with shares and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from analysis.measures.intervals import with_share
from analysis.measures.selection import Selection

#: What a row of counts is of: a document, an event's documents together, all documents.
UNITS = ("document", "pooled", "corpus")
#: The columns that say which unit a row is of, and which mentions it counts.
KEYS = ["event", "unit", "doc_id"]
SELECTED = ["tier", "target", "weight"]


def share_table(
    chosen: pd.DataFrame,
    documents: pd.DataFrame,
    keys: Mapping[str, Sequence[str]],
    *,
    of: Iterable[str] = ("frame",),
    units: Sequence[str] = UNITS,
) -> pd.DataFrame:
    """Give the share of every group of mentions in each unit, with Wilson's interval.

    The arguments are those of `count_by_unit`; ``of`` names the keys within which the
    shares add up to 1.

    Returns
    -------
    DataFrame
        The columns and rows of `count_by_unit`, then n_mentions (what n is a share of) and
        the columns of `with_share`.

    Examples
    --------
    >>> from analysis.measures.selection import CORE, select_mentions
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> frames = ["Erfolg", "Deal"]
    >>> chosen = select_mentions(f.mentions, frames, CORE)
    >>> table = share_table(chosen, f.documents, {"frame": frames}, of=[], units=["corpus"])
    >>> table[["frame", "n", "n_mentions", "share"]].round(2).to_numpy().tolist()
    [['Erfolg', 12, 27, 0.44], ['Deal', 15, 27, 0.56]]
    """
    table = count_by_unit(chosen, documents, keys, units=units)
    return with_share(table.assign(n_mentions=totals_of(table, of)), "n_mentions")


def count_by_unit(
    chosen: pd.DataFrame,
    documents: pd.DataFrame,
    keys: Mapping[str, Sequence[str]],
    *,
    units: Sequence[str] = UNITS,
) -> pd.DataFrame:
    """Count mentions by document, by event, and in all documents.

    Parameters
    ----------
    chosen : DataFrame
        What `select_mentions` gives, with a column for each key.
    documents : DataFrame
        Open table; a document without a mention counts 0.
    keys : mapping of column to values
        What is counted apart, such as frame and polarity; every combination has a row.
    units : sequence of str
        Which of `UNITS`.

    Returns
    -------
    DataFrame
        Long, sorted by the keys in their order, unit, event, document: the keys, event
        (empty: all events), unit, doc_id (empty but for documents), n (weighted), n_raw.

    Examples
    --------
    >>> from analysis.measures.selection import select_mentions
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> chosen = select_mentions(f.mentions, ["Deal"], Selection(weight="within"))
    >>> count_by_unit(chosen, f.documents, {"frame": ["Deal"]}, units=["corpus"])
      frame event    unit doc_id     n  n_raw
    0  Deal        corpus         14.5     15
    """
    known = documents.sort_values("doc_id")[["doc_id", "event"]]
    grid = pd.MultiIndex.from_product([*keys.values(), known["doc_id"]], names=[*keys, "doc_id"])
    sums = chosen.groupby([*keys, "doc_id"])[["n", "n_raw"]].sum().reindex(grid, fill_value=0)
    single = sums.reset_index().merge(known, on="doc_id", validate="many_to_one")
    names = list(keys)
    tables = {
        "document": single,
        "pooled": _add_up(single, [*names, "event"]).assign(doc_id=""),
        "corpus": _add_up(single, names).assign(event="", doc_id=""),
    }
    table = pd.concat([tables[unit].assign(unit=unit) for unit in units], ignore_index=True)
    order = [*names, "unit", "event", "doc_id"]
    places = {name: {value: i for i, value in enumerate(keys[name])} for name in names}
    places["unit"] = {unit: i for i, unit in enumerate(UNITS)}
    table = table.sort_values(
        order,
        key=lambda column: column.map(places[column.name]) if column.name in places else column,
        ignore_index=True,
    )
    kind = "int64" if pd.api.types.is_integer_dtype(chosen["n"]) else "float64"
    columns = [*names, *KEYS, "n", "n_raw"]
    texts = dict.fromkeys(columns[:-2], "str")
    return table[columns].astype({**texts, "n": kind, "n_raw": "int64"})


def _add_up(single: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return single.groupby(by, as_index=False)[["n", "n_raw"]].sum()


def totals_of(table: pd.DataFrame, of: Iterable[str]) -> pd.Series:
    """Add up n over all keys but those named, within each unit: what shares relate to.

    Examples
    --------
    >>> table = pd.DataFrame({"frame": ["A", "B"], "event": "x", "unit": "pooled",
    ...     "doc_id": "", "n": [3, 1]})
    >>> totals_of(table, []).tolist()
    [4, 4]
    """
    return table.groupby([*of, *KEYS])["n"].transform("sum")


def stamp(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Write beside every row which mentions it counts.

    Examples
    --------
    >>> stamp(pd.DataFrame({"n": [1]}), Selection())
       n  tier target weight
    0  1  core    all   none
    """
    return table.assign(
        tier=selection.tier, target=selection.target, weight=selection.weight
    ).astype({"tier": "str", "target": "str", "weight": "str"})


def stamp_as(table: pd.DataFrame, source: pd.DataFrame) -> pd.DataFrame:
    """Write the selection of the table that the rows were made from beside them."""
    return table.assign(**{name: source[name].iloc[0] for name in SELECTED if name in source})
