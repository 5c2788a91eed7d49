"""What takes many documents: how frames are spread, stand together, and depend on length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.measures.cells import Pairs, check_parts
from analysis.measures.formulas import DISPERSION, npmi
from analysis.measures.frame_comparison import KEYS
from analysis.measures.frame_table import (
    add_selection,
    count_by_unit,
    pair_table,
    segments_with_frames,
)
from analysis.measures.inference import correlate
from analysis.measures.selection import CORE, Selection, select_mentions, sizes_of
from analysis.measures.verdicts import OK, VERDICT, judge_edge, refuse, verdict_table
from analysis.study.errors import MeasureError

PAIR_COLUMNS = ["frame", "with_frame", "event", "unit", "n_segments", "n_frame", "n_with_frame"]
PAIR_COLUMNS += ["n_joint", "n_raw", "n_expected", "npmi", "edge", *VERDICT]
SPREADS = ("dp", "dp_norm", "dp_egbert")
#: Values of documents that a length check can take.
CHECKED = ("per_1000", "share", "net")


def frame_dispersion(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
    size: str = "n_tokens",
) -> pd.DataFrame:
    """Measure how evenly the mentions of each frame are spread over the documents.

    The arguments are those of `frame_rates`; ``size`` says how long the documents are.

    Returns
    -------
    DataFrame
        Long: frame, event (empty: all events), unit (pooled, corpus), n, n_raw,
        n_documents (with a mention), n_documents_total, dp, dp_norm (0: as the lengths of
        the documents), dp_egbert (1: as the lengths, 0: in one document), status, reason_code,
        reason_values, counted_as, tier, about, weight. Formulas: `formulas`.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> table = frame_dispersion(f.mentions, f.documents, ["Deal", "Einmischung"])
    >>> table.query("unit == 'corpus'")[["n_documents", "n_documents_total"]].to_numpy().tolist()
    [[4, 5], [2, 5]]
    """
    sizes = sizes_of(documents, size, selection)
    chosen = select_mentions(mentions, frames, selection)
    single = count_by_unit(chosen, documents, {"frame": frames}, units=["document"])
    single["size"] = single["doc_id"].map(sizes)
    rows = []
    for frame, part in single.groupby("frame", sort=False):
        groups = [*part.groupby("event"), ("", part)]
        rows += [{"frame": frame, "event": event, **_spread(group)} for event, group in groups]
    table = pd.DataFrame(rows)
    table["unit"] = np.where(table["event"] == "", "corpus", "pooled")
    columns = ["frame", "event", "unit", "n", "n_raw", "n_documents", "n_documents_total"]
    columns += [*SPREADS, *VERDICT, "counted_as"]
    return add_selection(table.assign(counted_as=size)[columns].astype({"unit": "str"}), selection)


def _spread(group: pd.DataFrame) -> dict[str, object]:
    """Measure the spread of one frame over some documents; those without tokens are left out."""
    kept = group[group["size"] > 0]
    verdict = OK if kept["n_raw"].any() else refuse("frame_absent")
    if len(kept) < 2:
        verdict = refuse("one_document_dispersion")
    values = dict.fromkeys(SPREADS, np.nan)
    if verdict.status == OK.status:
        parts = check_parts(kept["n"].to_numpy(float), kept["size"].to_numpy(float))
        values = {name: float(DISPERSION[name](parts)[0]) for name in SPREADS}
    return {
        "n": kept["n"].sum(),
        "n_raw": int(kept["n_raw"].sum()),
        "n_documents": int((kept["n_raw"] > 0).sum()),
        "n_documents_total": len(kept),
        **values,
        **verdict._asdict(),
    }


def frame_pairs(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    segments: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Count the segments that hold two frames together, against what chance would give.

    The arguments are those of `frame_rates`, and segments, an open table. Every pair of
    frames has a row, the earlier frame first; segments count by their weight.

    Returns
    -------
    DataFrame
        Long: frame, with_frame, event (empty: all events), unit (pooled, corpus),
        n_segments, n_frame, n_with_frame, n_joint (segments, weighted), n_raw (segments
        with both, whatever the weight), n_expected, npmi (Bouma 2009; from -1, never
        together, to 1), edge, status, reason_code, reason_values (no npmi and no edge under 5
        segments with both), tier, about, weight.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> table = frame_pairs(f.mentions, f.documents, f.segments, ["Erfolg", "Deal"])
    >>> row = table.query("unit == 'corpus'").iloc[0]
    >>> print(row["n_segments"], row["n_joint"], row["edge"], row["reason_code"])
    214 0 False too_few_joint_segments
    """
    chosen = select_mentions(mentions, frames, selection)
    held, framed = segments_with_frames(segments, chosen, selection)
    others = framed.rename(columns={"frame": "with_frame"})
    rows = {
        "n_joint": framed.merge(others[["segment_id", "with_frame"]], on="segment_id"),
        "n_segments": held,
        "n_frame": framed,
        "n_with_frame": others,
    }
    keys = {"frame": frames, "with_frame": frames}
    table = pair_table(rows, documents, keys, units=("pooled", "corpus"))
    rank = {frame: place for place, frame in enumerate(frames)}
    table = table[table["frame"].map(rank) < table["with_frame"].map(rank)].reset_index(drop=True)
    total, first, second = (table[name] for name in ("n_segments", "n_frame", "n_with_frame"))
    table["n_expected"] = (first * second / total.where(total > 0)).fillna(0.0)
    table[VERDICT] = verdict_table(judge_edge(n) for n in table["n_raw"])
    table["edge"] = table["status"] == OK.status
    fine = table[table["edge"]]
    pairs = Pairs(*fine[["n_joint", "n_frame", "n_with_frame", "n_segments"]].to_numpy(float).T)
    table["npmi"] = pd.Series(npmi(pairs), index=fine.index, dtype="float64")
    return add_selection(table[PAIR_COLUMNS], selection)


def check_length(
    tables: Mapping[str, pd.DataFrame], documents: pd.DataFrame, *, size: str = "n_tokens"
) -> pd.DataFrame:
    """Correlate the documents' values of every measure with their length.

    Dictionary counts depend on the length of texts more often than is checked (Chan et al.
    2021). A correlation over few documents says nothing, and is refused.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        Result tables with rows of documents and a column per_1000, share or net.
    documents : DataFrame
        Open table.
    size : str
        The length: n_tokens, n_words or n_words_file, not weighted.

    Returns
    -------
    DataFrame
        Long: checked (the name), what tells its rows apart (measure, frame, polarity,
        place; empty where it has none), coefficient (pearson, spearman), n_documents,
        correlation, low, high (Fisher's z), interval_basis, status, reason_code, reason_values,
        counted_as.

    Raises
    ------
    MeasureError
        If a table has no value that can be checked, or the size is unknown.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.framing import frame_rates
    >>> f = read_features()
    >>> rates = frame_rates(f.mentions, f.documents, ["Deal"])
    >>> check_length({"rate": rates}, f.documents)["reason_code"].iloc[0]
    'too_few_correlated'
    """
    sizes = sizes_of(documents, size, CORE)
    parts = []
    for name, table in tables.items():
        value = next((column for column in CHECKED if column in table.columns), "")
        if not value:
            raise MeasureError(
                f"check_length: table {name!r} has no value; wanted one of {', '.join(CHECKED)};"
                f" came: {', '.join(table.columns)}"
            )
        keys = [key for key in KEYS if key in table.columns]
        for given, rows in table[table["unit"] == "document"].groupby(keys, sort=False):
            found = correlate(rows[value], rows["doc_id"].map(sizes))
            told = {**dict.fromkeys(KEYS, ""), **dict(zip(keys, map(str, given), strict=True))}
            parts.append(found.assign(checked=name, counted_as=size).assign(**told))
    done = pd.concat(parts, ignore_index=True)
    done = done[["checked", *KEYS, *(c for c in done.columns if c not in ("checked", *KEYS))]]
    return done.astype(dict.fromkeys(["checked", *KEYS, "counted_as"], "str"))
