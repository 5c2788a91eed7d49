"""Counting the lines of a concordance; what comes out holds no text and may be published."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.study.errors import MeasureError, unknown

#: What hits may be counted by.
COUNTED_BY = (
    "doc_id", "event", "frame", "kind", "lemma", "node", "outlet", "polarity", "pos",
    "speaker", "target", "tier", "voice", "zone",
)  # fmt: skip


def count_hits(lines: pd.DataFrame, by: Sequence[str] = ("event", "doc_id")) -> pd.DataFrame:
    """Count what `concordance_lines` gives.

    Parameters
    ----------
    lines : DataFrame
        A concordance.
    by : sequence of str
        Columns, of `COUNTED_BY`; several count their combinations.

    Returns
    -------
    DataFrame
        The columns of ``by``, n (hits), share (of all lines); sorted by the columns. A
        combination that no line has is missing, not 0.

    Raises
    ------
    MeasureError
        If a column is unknown.

    Examples
    --------
    >>> lines = pd.DataFrame({"event": ["a", "b", "a", "a"]})
    >>> count_hits(lines, ["event"])
      event  n  share
    0     a  3   0.75
    1     b  1   0.25
    """
    for name in by:
        if name not in COUNTED_BY:
            raise MeasureError(f"count_hits: {unknown('column', name, COUNTED_BY)}")
    counted = lines.groupby(list(by), sort=True).size().rename("n").reset_index()
    return counted.assign(share=counted["n"] / max(len(lines), 1))


def hits_by_document(lines: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Count the hits in every document, those without any included.

    Parameters
    ----------
    lines, documents : DataFrame
        What `concordance_lines` gives without a sample, and the open table.

    Returns
    -------
    DataFrame
        doc_id, event, n (hits), n_tokens (word tokens of the document), per_1000 (hits per
        1,000 word tokens); in the order of the documents.

    Raises
    ------
    MeasureError
        If the lines are a sample, or of a document that the table does not have.

    Examples
    --------
    >>> lines = pd.DataFrame({"doc_id": ["a", "a"], "inclusion": 1.0})
    >>> documents = pd.DataFrame({"doc_id": ["a", "b"], "event": "e", "n_tokens": [500, 800]})
    >>> hits_by_document(lines, documents)["per_1000"].tolist()
    [4.0, 0.0]
    """
    _check_lines(lines, documents, "hits_by_document")
    table = documents[["doc_id", "event", "n_tokens"]].reset_index(drop=True)
    n = table["doc_id"].map(lines["doc_id"].value_counts()).fillna(0).astype("int64")
    table.insert(2, "n", n)
    return table.assign(per_1000=1000 * table["n"] / table["n_tokens"])


def hit_places(lines: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Say where in its document each hit begins.

    Parameters
    ----------
    lines, documents : DataFrame
        As in `hits_by_document`, with the same `MeasureError`.

    Returns
    -------
    DataFrame
        doc_id, event, place (share of the file before the hit, in [0, 1)); in the order of
        the documents and of the text. A document without hits has one row without a place.
    """
    _check_lines(lines, documents, "hit_places")
    ordered = lines[["doc_id", "begin"]].sort_values(["doc_id", "begin"], kind="stable")
    table = documents[["doc_id", "event", "n_characters"]].merge(ordered, "left", "doc_id")
    return table.assign(place=table["begin"] / table["n_characters"])[["doc_id", "event", "place"]]


def _check_lines(lines: pd.DataFrame, documents: pd.DataFrame, who: str) -> None:
    if not (lines["inclusion"] == 1).all():
        raise MeasureError(f"{who}: the lines are a sample; wanted all hits, so leave `sample` out")
    odd = sorted(set(lines["doc_id"]) - set(documents["doc_id"]))
    if odd:
        raise MeasureError(f"{who}: {unknown('document', odd[0], documents['doc_id'])}")
