"""What takes many documents: how frames are spread, stand together, and hang on length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.measures.cells import check_pairs
from analysis.measures.dispersion_measures import MEASURES, check_parts
from analysis.measures.document_values import KEYS
from analysis.measures.formulas import npmi
from analysis.measures.frame_table import count_by_unit, stamp
from analysis.measures.intervals import correlate
from analysis.measures.selection import CORE, Selection, select_mentions, sizes_of, weights_of
from analysis.measures.verdicts import OK, VERDICT, Verdict, judge_edge, refuse
from analysis.study.errors import MeasureError

PAIR_COUNTS = ["n_segments", "n_frame", "n_with_frame", "n_joint"]
PAIR_COLUMNS = ["frame", "with_frame", "event", "unit", *PAIR_COUNTS]
PAIR_COLUMNS += ["n_raw", "n_expected", "npmi", "edge", *VERDICT]
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
        reason_values, counted_as, tier, target, weight. Formulas: `dispersion_measures`.

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
    return stamp(table.assign(counted_as=size)[columns].astype({"unit": "str"}), selection)


def _spread(group: pd.DataFrame) -> dict[str, object]:
    """Measure the spread of one frame over some documents; those without tokens are left out."""
    kept = group[group["size"] > 0]
    verdict = _judge_spread(len(kept), int(kept["n_raw"].sum()))
    values = dict.fromkeys(SPREADS, np.nan)
    if verdict.status == OK.status:
        parts = check_parts(kept["n"].to_numpy(float), kept["size"].to_numpy(float))
        values = {name: float(MEASURES[name](parts)[0]) for name in SPREADS}
    return {
        "n": kept["n"].sum(),
        "n_raw": int(kept["n_raw"].sum()),
        "n_documents": int((kept["n_raw"] > 0).sum()),
        "n_documents_total": len(kept),
        **values,
        **verdict._asdict(),
    }


def _judge_spread(n_documents: int, n: int) -> Verdict:
    if n_documents < 2:
        return refuse("one_document_dispersion")
    return OK if n else refuse("frame_absent")


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
        segments with both), tier, target, weight.

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
    rows = segments[["segment_id", "doc_id"]].assign(n=weights_of(segments, selection.weight))
    rows = rows.merge(documents[["doc_id", "event"]], on="doc_id", validate="many_to_one")
    holds = {
        frame: rows["segment_id"].isin(chosen.loc[chosen["frame"] == frame, "segment_id"])
        for frame in frames
    }
    events = sorted(documents["event"].unique())
    parts = {(event, "pooled"): rows["event"] == event for event in events}
    parts["", "corpus"] = rows["event"] != ""
    found = [
        {"frame": one, "with_frame": other, "event": event, "unit": unit}
        | _pair(rows["n"], part, holds[one], holds[other])
        for one, other in combinations(frames, 2)
        for (event, unit), part in parts.items()
    ]
    table = pd.DataFrame(found, columns=PAIR_COLUMNS)
    return stamp(table.astype(dict.fromkeys(PAIR_COUNTS, rows["n"].dtype)), selection)


def _pair(n: pd.Series, part: pd.Series, one: pd.Series, other: pd.Series) -> dict[str, object]:
    """Relate the segments with both frames to those with each; only segments of one part."""
    both = part & one & other
    total, first, second, joint = (n[at].sum() for at in (part, part & one, part & other, both))
    verdict = judge_edge(int(both.sum()))
    edge = verdict.status == OK.status
    value = float(npmi(check_pairs(joint, first, second, total))) if edge else np.nan
    return {
        "n_segments": total,
        "n_frame": first,
        "n_with_frame": second,
        "n_joint": joint,
        "n_raw": int(both.sum()),
        "n_expected": first * second / total if total else 0.0,
        "npmi": value,
        "edge": edge,
        **verdict._asdict(),
    }


def check_length(
    tables: Mapping[str, pd.DataFrame], documents: pd.DataFrame, *, size: str = "n_tokens"
) -> pd.DataFrame:
    """Correlate the documents' values of every measure with their length.

    Dictionary counts hang on the length of texts more often than is checked (Chan et al.
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
        correlation, low, high (Fisher's z), rests_on, status, reason_code, reason_values,
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
