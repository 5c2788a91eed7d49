"""Dispersion: how evenly each term is spread over the documents or segments counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.measures.cells import check_parts
from analysis.measures.counts import TermCounts
from analysis.measures.formulas import DISPERSION
from analysis.measures.verdicts import OK, VERDICT, refuse
from analysis.study.errors import MeasureError, check_known

#: Cells filled in at once: as many as the processor's cache can hold.
BLOCK = 200_000


def dispersion(
    counts: TermCounts, *, measures: tuple[str, ...] = ("range", "dp_norm", "dp_egbert")
) -> pd.DataFrame:
    """Measure how evenly each term is spread over the rows of its counts.

    Parameters
    ----------
    counts : TermCounts
        Terms in documents or segments; rows without tokens are left out.
    measures : tuple of str
        Names of `formulas.DISPERSION`.

    Returns
    -------
    DataFrame
        One row per term, in their order: term, n, n_parts, one column per measure, and
        status, reason_code and reason_values, which explain NaN. Merge it on term with what
        `keyness` gives.

    Raises
    ------
    MeasureError
        If a measure is unknown or no row has a token.

    Examples
    --------
    >>> from analysis.measures.counts import Recipe
    >>> rows = pd.DataFrame({"doc_id": ["a", "b", "c"]})
    >>> matrix = sparse.csr_array(np.array([[2, 1], [1, 1], [0, 1]]))
    >>> counts = TermCounts(matrix, rows, pd.Index(["Deal", "und"]), np.full(3, 10), Recipe())
    >>> dispersion(counts, measures=("range", "dp_norm"))
       term  n  n_parts  range  dp_norm status reason_code reason_values
    0  Deal  3        3    2.0      0.5     ok
    1   und  3        3    3.0      0.0     ok
    """
    check_known("dispersion", measures, what="measure", allowed=DISPERSION)
    kept = np.flatnonzero(counts.totals > 0)
    if len(kept) == 0:
        raise MeasureError("dispersion: no document has a token; choose texts or a wider recipe")
    table = pd.DataFrame({"term": counts.terms, "n": counts.frequencies(), "n_parts": len(kept)})
    # Some terms at a time: quicker, and memory stays bounded.
    columns, step = sparse.csc_array(counts.matrix[kept], dtype=float), max(1, BLOCK // len(kept))
    found = np.empty((len(table), len(measures)))
    for start in range(0, len(table), step):
        at = slice(start, start + step)
        parts = check_parts(columns[:, at].toarray(), counts.totals[kept])
        found[at] = np.column_stack([DISPERSION[name](parts) for name in measures])
    table[list(measures)] = found
    table[VERDICT] = list(OK)
    if len(kept) < 2:
        table[VERDICT] = list(refuse("one_document_dispersion"))
    table.loc[table["n"] == 0, VERDICT] = list(refuse("term_absent"))
    return table


def leading_dispersion(
    counts: TermCounts,
    *,
    target: str,
    reference: str,
    group: str = "event",
    measure: str = "dp_egbert",
) -> pd.DataFrame:
    """Measure dispersion over the documents of the side that has the term more often.

    Over all documents a term of one side is unevenly spread by that alone; here the
    question is whether one text carries it (Gries 2021 asks it of the target).

    Parameters
    ----------
    counts : TermCounts
        Terms in documents or segments; segments are added up to documents.
    target, reference : str
        Values of the column `group`.
    group : str
        Column of the rows.
    measure : str
        One of `formulas.DISPERSION`. By default Egbert et al.'s (2020) DP: 0 for a term in one
        document only, 1 for one spread as the lengths of the documents.

    Returns
    -------
    DataFrame
        One row per term: term, leading (target or reference), n_documents (with the term,
        of that side), n_documents_total, evenness (the measure), evenness_status,
        evenness_reason_code, evenness_reason_values. Merge it on term with what `keyness` gives.

    Raises
    ------
    MeasureError
        If the measure, the column or a group is unknown, or a side has no token.

    Examples
    --------
    >>> from analysis.measures.counts import Recipe
    >>> rows = pd.DataFrame({"doc_id": list("abcd"), "event": ["x", "x", "y", "y"]})
    >>> matrix = sparse.csr_array(np.array([[3, 0], [3, 0], [1, 4], [0, 0]]))
    >>> counts = TermCounts(matrix, rows, pd.Index(["Deal", "Nato"]), np.full(4, 10), Recipe())
    >>> table = leading_dispersion(counts, target="x", reference="y")
    >>> table[["term", "leading", "n_documents", "n_documents_total", "evenness"]]
       term    leading  n_documents  n_documents_total  evenness
    0  Deal     target            2                  2       1.0
    1  Nato  reference            1                  2       0.0
    """
    check_known("leading_dispersion", [group], what="column", allowed=counts.rows.columns)
    groups = counts.rows[group]
    known = set(groups.dropna())
    check_known("leading_dispersion", (target, reference), what=group, allowed=known)
    sides, rates = {}, []
    for name, value in (("target", target), ("reference", reference)):
        side = counts.select((groups == value).to_numpy())
        sides[name] = side.by_document()
        rates.append(side.frequencies() / max(1, side.totals.sum()))
    leading = np.where(rates[0] >= rates[1], "target", "reference")
    table = pd.DataFrame({"term": counts.terms, "leading": leading})
    parts = []
    for name, side in sides.items():
        spread = dispersion(side, measures=(measure,))
        spread["n_documents"] = side.row_frequencies()
        parts.append(spread[leading == name])
    told = {"n_parts": "n_documents_total", measure: "evenness"}
    told |= {name: f"evenness_{name}" for name in VERDICT}
    spread = pd.concat(parts).sort_index().rename(columns=told)
    columns = ["n_documents", *told.values()]
    return table.join(spread[columns])
