"""How evenly frames are spread over documents, and whether a measure hangs on their length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.measures.cells import check_parts
from analysis.measures.document_values import KEYS
from analysis.measures.formulas import DISPERSION
from analysis.measures.frame_table import count_by_unit, stamp
from analysis.measures.intervals import correlate
from analysis.measures.selection import CORE, Selection, select_mentions, sizes_of
from analysis.measures.verdicts import OK, VERDICT, Verdict, refuse
from analysis.study.errors import MeasureError

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
        reason_values, counted_as, tier, target, weight. Formulas: `formulas`.

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
        values = {name: float(DISPERSION[name](parts)[0]) for name in SPREADS}
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
