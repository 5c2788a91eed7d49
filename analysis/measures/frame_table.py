"""The table that measures of frames share: mentions counted by unit, with shares and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from analysis.measures.inference import INTERVAL_BASIS, with_share
from analysis.measures.selection import Selection, weights_of
from analysis.measures.verdicts import VERDICT

#: What a row of counts is of: a document, an event's documents together, all documents.
UNITS = ("document", "pooled", "corpus")
#: The columns that say which unit a row is of, and which mentions it counts.
KEYS = ["event", "unit", "doc_id"]
COUNTS = ("n", "n_raw")
SELECTED = ["tier", "about", "weight"]
#: Columns of measures below one another, and those of result tables that n relates to.
MEASURED = ("frame", *KEYS, "speaker", "n", "n_raw", "n_total", "value", "low", "high")
MEASURED += ("interval_basis", *VERDICT)
TOTALS = ("n_tokens", "n_mentions", "n_documents_total")


def frame_table(
    chosen: pd.DataFrame,
    documents: pd.DataFrame,
    keys: Mapping[str, Sequence[str]],
    selection: Selection,
    *,
    of: Iterable[str] = ("frame",),
    units: Sequence[str] = UNITS,
) -> pd.DataFrame:
    """Return the share of every group of mentions in each unit, with Wilson's interval.

    The arguments are those of `count_by_unit`, and the selection that chose the mentions;
    ``of`` names the keys within which the shares add up to 1.

    Returns
    -------
    DataFrame
        The columns and rows of `count_by_unit`, then n_mentions (what n is a share of), the
        columns of `with_share`, tier, about, weight.

    Examples
    --------
    >>> from analysis.measures.selection import CORE, select_mentions
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> frames = ["Erfolg", "Deal"]
    >>> chosen = select_mentions(f.mentions, frames, CORE)
    >>> keys = {"frame": frames}
    >>> table = frame_table(chosen, f.documents, keys, CORE, of=[], units=["corpus"])
    >>> table[["frame", "n", "n_mentions", "share"]].round(2).to_numpy().tolist()
    [['Erfolg', 12, 27, 0.44], ['Deal', 15, 27, 0.56]]
    """
    table = count_by_unit(chosen, documents, keys, units=units)
    table = table.assign(n_mentions=totals_of(table, of))
    return add_selection(with_share(table, "n_mentions"), selection)


def count_by_unit(
    chosen: pd.DataFrame,
    documents: pd.DataFrame,
    keys: Mapping[str, Sequence[str]],
    *,
    units: Sequence[str] = UNITS,
    counts: Sequence[str] = COUNTS,
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
    counts : sequence of str
        The columns to add up.

    Returns
    -------
    DataFrame
        Long, sorted by the keys in their order, unit, event, document: the keys, event
        (empty: all events), unit, doc_id (empty but for documents), and the counts: n
        (weighted), n_raw.

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
    known, names = documents.sort_values("doc_id")[["doc_id", "event"]], list(keys)
    single = count_in_places(chosen, known, keys, by=["doc_id"], counts=counts)
    rows = {"document": single, "pooled": single.assign(doc_id="")}
    rows["corpus"] = rows["pooled"].assign(event="")
    table = pd.concat([rows[unit].assign(unit=unit) for unit in units], ignore_index=True)
    columns = [*names, *KEYS]
    table = table.astype(dict.fromkeys(columns, "str"))
    table = table.groupby(columns, as_index=False, sort=False)[list(counts)].sum()
    return sort_rows(table, [*names, "unit", "event", "doc_id"], {**keys, "unit": UNITS})


def count_in_places(
    chosen: pd.DataFrame,
    places: pd.DataFrame,
    keys: Mapping[str, Sequence[str]],
    *,
    by: list[str],
    counts: Sequence[str] = COUNTS,
) -> pd.DataFrame:
    """Add up the counts of every combination of keys in every place; it may be 0.

    Examples
    --------
    >>> chosen = pd.DataFrame({"frame": ["A"], "doc_id": ["x"], "n": 2, "n_raw": 2})
    >>> places = pd.DataFrame({"doc_id": ["x", "y"]})
    >>> count_in_places(chosen, places, {"frame": ["A"]}, by=["doc_id"])
      frame doc_id  n  n_raw
    0     A      x  2      2
    1     A      y  0      0
    """
    for name in reversed(list(keys)):
        places = pd.DataFrame({name: list(keys[name])}, dtype="str").merge(places, how="cross")
    sums = chosen.groupby([*keys, *by])[list(counts)].sum()
    table = places.merge(sums.reset_index(), on=[*keys, *by], how="left")
    return table.fillna(dict.fromkeys(counts, 0)).astype(sums.dtypes.to_dict())


def pair_table(
    rows: Mapping[str, pd.DataFrame],
    documents: pd.DataFrame,
    keys: Mapping[str, Sequence[str]],
    *,
    units: Sequence[str],
) -> pd.DataFrame:
    """Count pairs, such as of frame and actor, and what each count relates to.

    The rows of every count have n and those of the two keys that they are counted by; those of
    n_joint, the first, also n_raw, and n_unclear if some of them are uncertain.

    Returns
    -------
    DataFrame
        The keys, event, unit, doc_id; n_joint, n_unclear, n_raw, n_documents (with the pair),
        and the other counts.
    """
    joint = rows["n_joint"].assign(n_unclear=rows["n_joint"].get("n_unclear", 0))
    joint = joint.groupby([*keys, "doc_id"], as_index=False)[["n", "n_unclear", "n_raw"]].sum()
    joint["n_documents"] = (joint["n_raw"] > 0).astype("int64")
    counts = ["n", "n_unclear", "n_raw", "n_documents"]
    table = count_by_unit(joint, documents, keys, units=units, counts=counts)
    table = table.rename(columns={"n": "n_joint"})
    for name in list(rows)[1:]:
        own = {key: keys[key] for key in keys if key in rows[name]}
        part = count_by_unit(rows[name], documents, own, units=units, counts=["n"])
        table = table.merge(part.rename(columns={"n": name}), on=[*own, *KEYS])
    return table


def segments_with_frames(
    segments: pd.DataFrame, chosen: pd.DataFrame, selection: Selection
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Weigh all segments, and find those that mention each frame: one row a frame and segment."""
    n = weights_of(segments, selection.weight)
    held = segments[["segment_id", "doc_id"]].assign(n=n, n_raw=1)
    framed = chosen[["segment_id", "frame"]].drop_duplicates()
    return held, framed.merge(held, on="segment_id")


def sort_rows(
    table: pd.DataFrame, by: list[str], order: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Sort rows by columns; those that have an order of their own, by it."""

    def rank(column: pd.Series) -> pd.Series:
        places = {value: i for i, value in enumerate(order.get(str(column.name), ()))}
        return column.map(places) if places else column

    return table.sort_values(by, key=rank, kind="stable", ignore_index=True)


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


def add_selection(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Write beside every row which mentions it counts.

    Examples
    --------
    >>> add_selection(pd.DataFrame({"n": [1]}), Selection())
       n  tier about weight
    0  1  core    all   none
    """
    return table.assign(tier=selection.tier, about=selection.about, weight=selection.weight).astype(
        {"tier": "str", "about": "str", "weight": "str"}
    )


def copy_selection(table: pd.DataFrame, source: pd.DataFrame) -> pd.DataFrame:
    """Write the selection of the table that the rows were made from beside them."""
    return table.assign(**{name: source[name].iloc[0] for name in SELECTED if name in source})


def stack_tables(tables: Mapping[str, pd.DataFrame], by: str) -> pd.DataFrame:
    """Put result tables below one another, with the name of each in a column.

    Returns
    -------
    DataFrame
        The column ``by``, then all columns of the tables, the selection last. What a table
        does not have is empty; numbers n_* stay whole where they are.

    Examples
    --------
    >>> tables = {"a": pd.DataFrame({"n": [1], "x": ["y"]}), "b": pd.DataFrame({"n_b": [2]})}
    >>> stack_tables(tables, "table").to_numpy().tolist()
    [['a', 1, 'y', <NA>], ['b', <NA>, '', 2]]
    """
    parts = [table.assign(**{by: name}) for name, table in tables.items()]
    table = pd.concat(parts, ignore_index=True)
    texts = {name for part in parts for name in part if pd.api.types.is_string_dtype(part[name])}
    counts = [
        name for name in table.filter(regex="^n($|_)") if (table[name].dropna() % 1 == 0).all()
    ]
    table = table.fillna(dict.fromkeys(texts, "")).astype(dict.fromkeys(counts, "Int64"))
    last = [name for name in SELECTED if name in table]
    return table[[by, *table.columns.drop([by, *last]), *last]]


def stack_measures(measures: Mapping[str, tuple[pd.DataFrame, str]]) -> pd.DataFrame:
    """Put measures of frames below one another, each with its counts, interval and verdict.

    Parameters
    ----------
    measures : mapping of name to table and column
        Which column of a result table holds the measure. A verdict under the measure's own
        name, such as media_status, goes before the table's, which is one on another column.

    Returns
    -------
    DataFrame
        Long: measure, frame, event (empty: all events), unit, doc_id, speaker, n (mentions
        counted), n_raw, n_total (what a rate or share relates n to; of dispersion, the
        documents), value, low, high, interval_basis, status, reason_code, reason_values, tier,
        about, weight. What a measure does not have is empty.

    Examples
    --------
    >>> table = pd.DataFrame({"n": [3], "n_mentions": [4], "share": [0.75], "status": "ok"})
    >>> told = stack_measures({"narrator": (table, "share")})
    >>> told[["measure", "n", "n_total", "value", "interval_basis"]].to_numpy().tolist()
    [['narrator', 3, 4, 0.75, 'no_interval']]
    """
    parts = {name: _measure_rows(name, *found) for name, found in measures.items()}
    table = stack_tables(parts, "measure").reindex(columns=["measure", *MEASURED, *SELECTED])
    texts = ["doc_id", "speaker", "interval_basis"]
    table[texts] = table[texts].astype("object").fillna("").astype("str")
    return table.assign(interval_basis=table["interval_basis"].replace("", INTERVAL_BASIS["none"]))


def _measure_rows(name: str, table: pd.DataFrame, value: str) -> pd.DataFrame:
    """Name the columns of one measure as `stack_measures` does."""
    total = next((column for column in TOTALS if column in table), None)
    rows = table.assign(value=table[value])
    if total:
        rows = rows.assign(n=rows.get("n", rows[total]), n_total=rows[total])
    if f"{name}_status" in table:
        rows[VERDICT] = table[[f"{name}_{column}" for column in VERDICT]]
        rows["value"] = rows["value"].where(rows["status"] == "ok")
        rows = rows.drop(columns=["low", "high", "interval_basis", "speaker"], errors="ignore")
    kept = [column for column in (*MEASURED, *SELECTED) if column in rows]
    return rows[kept]
