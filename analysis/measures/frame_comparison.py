"""Two events compared by one measure, document by document, and what depends on one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.measures.frame_table import copy_selection
from analysis.measures.inference import (
    INTERVAL_BASIS,
    FloatArray,
    LeaveOneOut,
    adjust_p_values,
    leave_one_out,
    welch,
)
from analysis.measures.permutation import permute_terms, permute_values
from analysis.measures.resampling import bootstrap_terms, find_units
from analysis.measures.verdicts import OK, VERDICT, Verdict, judge_effect, refuse
from analysis.study.errors import check_known

#: Value -> what it relates to, and the factor of the ratio.
VALUES: dict[str, tuple[str, float]] = {"per_1000": ("n_tokens", 1e3), "share": ("n_mentions", 1)}
#: Columns that tell the rows of a table of one measure apart.
KEYS = ("measure", "frame", "polarity", "place")
NOTHING_LEFT = "nothing_left_without_one"


class Documents(NamedTuple):
    """The documents of one row of comparison: their counts, sizes, and which are of the target."""

    names: list[str]
    n: FloatArray
    size: FloatArray
    is_target: np.ndarray
    scale: float

    def select(self, kept: np.ndarray) -> Documents:
        """Keep the documents marked in a boolean array."""
        names = [name for name, stays in zip(self.names, kept, strict=True) if stays]
        return Documents(names, self.n[kept], self.size[kept], self.is_target[kept], self.scale)

    @property
    def values(self) -> FloatArray:
        """The documents' own values; NaN where there is nothing to relate to."""
        return np.asarray(self.scale * self.n / np.where(self.size > 0, self.size, np.nan))


def leave_documents_out(table: pd.DataFrame, value: str) -> pd.DataFrame:
    """Say how far each event's value depends on one document.

    The table and the value are those of `compare_events`.

    Returns
    -------
    DataFrame
        One row per key (such as frame), event, unit (pooled, mean) and document left out:
        keys, event, unit, without (doc_id), n_documents, estimate (with all), value
        (without this one), low, high (range over all left out), status, reason_code, reason_values,
        tier, about, weight.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.framing import frame_shares
    >>> f = read_features()
    >>> shares = frame_shares(f.mentions, f.documents, ["Erfolg", "Deal", "Einmischung"])
    >>> table = leave_documents_out(shares, "share").query(
    ...     "frame == 'Einmischung' and event == 'helsinki-2018' and unit == 'pooled'")
    >>> table[["estimate", "value"]].round(3).to_numpy().tolist()
    [[0.471, 0.2], [0.471, 0.583]]
    """
    rows = []
    for given, found in documents_of(table, value, [*keys_of(table), "event"]):
        for unit in ("pooled", "mean"):
            rows += [{**given, "unit": unit, **row} for row in _left_out(found, unit)]
    wanted = ["unit", "without", "n_documents", "estimate", "value", "low", "high"]
    return finish_rows(rows, [*keys_of(table), "event", *wanted, *VERDICT], table)


def _left_out(found: Documents, unit: str) -> Iterator[dict[str, Any]]:
    """Return the rows of one event, one for each document left out."""
    n = len(found.names)
    everything = np.ones(n, dtype=bool)
    if n < 2:
        why = refuse("one_document_left_out")
        span = LeaveOneOut(summarise(found, everything, unit), np.nan, np.nan, False, 0)
    else:
        span = leave_one_out(lambda kept: summarise(found, kept, unit), n)
        why = refuse(NOTHING_LEFT) if np.isnan(span.low) else OK
    for i, name in enumerate(found.names):
        yield {
            "without": name,
            "n_documents": n,
            "estimate": span.estimate,
            "value": summarise(found, np.arange(n) != i, unit),
            "low": span.low,
            "high": span.high,
            **why._asdict(),
        }


def summarise(found: Documents, kept: np.ndarray, unit: str) -> float:
    """Return the pooled value of some documents, or the mean of theirs; NaN if there is none."""
    if unit == "pooled":
        size = found.size[kept].sum()
        return float(found.scale * found.n[kept].sum() / size) if size > 0 else np.nan
    values = found.values[kept]
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else np.nan


def keys_of(table: pd.DataFrame) -> list[str]:
    """Name the columns that tell the rows of a table of one measure apart."""
    return [name for name in KEYS if name in table.columns]


def documents_of(
    table: pd.DataFrame, value: str, by: list[str], target: str = ""
) -> Iterator[tuple[dict[str, Any], Documents]]:
    """Return the keys and the documents of every group of rows, in the order of the table."""
    check_known("values of documents", [value], what="value", allowed=VALUES)
    total, scale = VALUES[value]
    wanted = ("unit", "doc_id", "event", "n", total)
    check_known("values of documents", wanted, what="column", allowed=table.columns)
    single = table[table["unit"] == "document"]
    for given, rows in single.groupby(by, sort=False):
        part = rows.sort_values("doc_id")
        n, size = part["n"].to_numpy(float), part[total].to_numpy(float)
        side = (part["event"] == target).to_numpy()
        yield (
            dict(zip(by, given, strict=True)),
            Documents(part["doc_id"].tolist(), n, size, side, scale),
        )


def finish_rows(
    rows: list[dict[str, Any]], columns: list[str], table: pd.DataFrame
) -> pd.DataFrame:
    """Make the table, with its columns in order and the selection beside."""
    return copy_selection(pd.DataFrame(rows, columns=columns), table)


def compare_events(
    table: pd.DataFrame,
    documents: pd.DataFrame,
    *,
    value: str,
    target: str,
    reference: str,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare two events by one value, with documents as units.

    Parameters
    ----------
    table : DataFrame
        A result table with rows of documents, such as that of `frame_rates`.
    documents : DataFrame
        Open table; outlets and kinds say whether the event can be told from them.
    value : str
        per_1000 or share.
    target, reference : str
        Events; a difference above 0 says that the target has more.
    seed : int
        Of the random draws.

    Returns
    -------
    DataFrame
        Two rows per key (such as frame). *mean*: difference of the means of the documents'
        values, Welch's interval with its degrees of freedom (interval_df; refused where the
        p-value is, and cut at the largest possible difference), exact
        permutation of the documents' labels. *pooled*: difference of the pooled values,
        bootstrap of documents, permutation of the pooled surplus. Columns: keys, unit,
        n_target, n_reference (mentions, weighted), n_documents_target,
        n_documents_reference (with a value), value_target, value_reference, difference,
        low, high, interval_basis, interval_df, status, reason_code, reason_values; p_value,
        p_adjusted (Benjamini-Hochberg over the rows of a unit), n_extreme, n_relabellings, p_floor,
        p_status, p_reason_code, p_reason_values; loo_low, loo_high (difference without one
        document), sign_holds, most_influential (doc_id), loo_status, loo_reason_code,
        loo_reason_values; the same under effect_ (whether a difference may be called the event's);
        tier, about, weight.

    Raises
    ------
    MeasureError
        If an event, the value or a column is unknown.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.framing import frame_rates
    >>> f = read_features()
    >>> rates = frame_rates(f.mentions, f.documents, ["Erfolg", "Deal", "Einmischung"])
    >>> table = compare_events(rates, f.documents, value="per_1000",
    ...     target="alaska-2025", reference="helsinki-2018").query("unit == 'mean'")
    >>> table[["n_extreme", "n_relabellings", "p_floor", "p_status"]].to_numpy().tolist()
    [[1, 10, 0.1, 'not_estimable'], [2, 10, 0.1, 'not_estimable'], [1, 10, 0.1, 'not_estimable']]
    """
    check_known("compare_events", (target, reference), what="event", allowed=set(table["event"]))
    both = table[table["event"].isin([target, reference])]
    compared = documents[documents["event"].isin([target, reference])]
    effect = judge_effect(compared, "event")
    rows = [
        {**given, "unit": unit, **_compare(found, unit, seed), **effect.under("effect_")}
        for given, found in documents_of(both, value, keys_of(table), target)
        for unit in ("mean", "pooled")
    ]
    compared_rows = finish_rows(rows, [*keys_of(table), "unit", *COMPARED], table)
    p_values = compared_rows.groupby("unit")["p_value"]
    adjusted = p_values.transform(lambda values: adjust_p_values(values, "bh"))
    return compared_rows.assign(p_adjusted=adjusted)


COMPARED = (
    "n_target", "n_reference", "n_documents_target", "n_documents_reference", "value_target",
    "value_reference", "difference", "low", "high", "interval_basis", "interval_df", *VERDICT,
    "p_value", "p_adjusted", "n_extreme", "n_relabellings", "p_floor", *OK.under("p_"),
    "loo_low", "loo_high", "sign_holds", "most_influential", *OK.under("loo_"),
    *OK.under("effect_"),
)  # fmt: skip


def _compare(found: Documents, unit: str, seed: int) -> dict[str, Any]:
    """Return one row of the comparison, but for its keys."""
    there = found.size > 0
    sides = {"target": found.is_target & there, "reference": ~found.is_target & there}
    values = {name: summarise(found, side, unit) for name, side in sides.items()}
    row: dict[str, Any] = {
        **{f"n_{name}": found.n[side].sum() for name, side in sides.items()},
        **{f"n_documents_{name}": int(side.sum()) for name, side in sides.items()},
        **{f"value_{name}": each for name, each in values.items()},
        "difference": values["target"] - values["reference"],
        "p_adjusted": np.nan,
        **_without_one(found, unit),
    }
    if not all(side.any() for side in sides.values()):
        why = refuse("nothing_to_relate_to")
        row |= dict.fromkeys(("low", "high", "interval_df", "p_value", "p_floor"), np.nan)
        row |= {"n_extreme": 0, "n_relabellings": 0, "interval_basis": INTERVAL_BASIS["none"]}
        return {**row, **why._asdict(), **why.under("p_")}
    kept = found.select(there)
    return {**row, **(_by_means(kept, seed) if unit == "mean" else _by_sums(kept, seed))}


def _by_means(kept: Documents, seed: int) -> dict[str, Any]:
    """Compare the documents' values: the permutation of labels, and Welch's interval."""
    values, side = kept.values, kept.is_target
    test = permute_values(values, side, seed=seed)
    tested = Verdict(*test[VERDICT])
    found = welch(values[side], values[~side], refused=tested, largest=kept.scale)
    rests = INTERVAL_BASIS["welch" if found.status == OK.status else "none"]
    interval = {name: getattr(found, name) for name in ("low", "high", *VERDICT)}
    return {**interval, "interval_df": found.df, "interval_basis": rests, **_tested(test)}


def _by_sums(kept: Documents, seed: int) -> dict[str, Any]:
    """Compare the pooled values: bootstrap of documents, and the permutation of the surplus."""
    units = find_units(sparse.csr_array(kept.n[:, None]), kept.size, kept.is_target)

    def score(n_target: Any, n_reference: Any, target: Any, reference: Any) -> FloatArray:
        return np.asarray(kept.scale * (n_target / target - n_reference / reference))

    drawn = bootstrap_terms(units, score, seed=seed).iloc[0]
    rests = INTERVAL_BASIS["bootstrap"] if drawn["status"] == OK.status else INTERVAL_BASIS["none"]
    test = permute_terms(units, seed=seed, symmetric=False).iloc[0]
    interval = {name: drawn[name] for name in ("low", "high", *VERDICT)}
    return {**interval, "interval_df": np.nan, "interval_basis": rests, **_tested(test)}


def _tested(test: pd.Series) -> dict[str, Any]:
    counts = {name: test[name] for name in ("p_value", "n_extreme", "n_relabellings", "p_floor")}
    return {**counts, **Verdict(*test[VERDICT]).under("p_")}


def _without_one(found: Documents, unit: str) -> dict[str, Any]:
    """Measure how far the difference of two events depends on one document."""

    def difference(kept: np.ndarray) -> float:
        target, reference = kept & found.is_target, kept & ~found.is_target
        return summarise(found, target, unit) - summarise(found, reference, unit)

    span = leave_one_out(difference, len(found.names))
    why = refuse(NOTHING_LEFT) if np.isnan(span.low) else OK
    return {
        "loo_low": span.low,
        "loo_high": span.high,
        "sign_holds": span.sign_holds,
        "most_influential": found.names[span.most_influential],
        **why.under("loo_"),
    }
