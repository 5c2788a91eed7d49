"""Counting terms in documents or segments of the open tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.errors import MeasureError
from analysis.features import Features
from analysis.measures.term_counts import UNITS, Recipe, TermCounts, terms_of
from analysis.repeats import find_clusters, first_of_repeats

__all__ = ["UNITS", "Recipe", "TermCounts", "count_terms", "describe_documents"]


def count_terms(features: Features, recipe: Recipe | None = None) -> TermCounts:
    """Count terms in documents or segments.

    Parameters
    ----------
    features : Features
        The open tables.
    recipe : Recipe, optional
        What to count; by default lemmas in documents.

    Returns
    -------
    TermCounts
        Rows in the order of the documents (segments), terms sorted. A document
        without a counted term stays, as a row of zeros; one without a segment counted,
        such as a copy under ``copies="first"``, does not.

    Raises
    ------
    MeasureError
        If the recipe leaves no segment to count in.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> counts = count_terms(read_features(), Recipe(unit="head"))
    >>> "Deal" in counts.terms
    True
    """
    recipe = recipe or Recipe()
    if recipe.n != 1:
        raise MeasureError(f"count_terms: wanted n of 1, came {recipe.n}; see count_ngrams")
    rows = _count_rows(features, recipe)
    terms = features.terms
    if recipe.pos:
        terms = terms[terms["pos"].str.startswith(recipe.pos)]
    if recipe.voices:
        terms = terms[terms["voice"].isin(recipe.voices)]
    number = pd.Series(np.arange(len(rows.segments)), index=rows.segments["segment_id"])
    at = terms["segment_id"].map(number)
    terms, at = terms[at.notna()], at[at.notna()].astype(int)
    row = rows.of_segment[at.to_numpy()]
    codes, labels = pd.factorize(terms_of(terms, recipe.unit), sort=True)
    shape = (len(rows.table), len(labels))
    n = terms["n"].to_numpy()
    matrix = sparse.csr_array((n, (row, codes)), shape=shape)
    if not recipe.weighs:
        totals = np.bincount(row, weights=n, minlength=shape[0]).astype(np.int64)
        return TermCounts(matrix, rows.table, pd.Index(labels), totals, recipe)
    weighted = n * rows.segments[f"weight_{recipe.weight}"].to_numpy()[at]
    totals = np.bincount(row, weights=weighted, minlength=shape[0])
    counted = sparse.csr_array((weighted, (row, codes)), shape=shape)
    return TermCounts(counted, rows.table, pd.Index(labels), totals, recipe, matrix)


def describe_documents(features: Features) -> pd.DataFrame:
    """Describe the documents for rows of counts: doc_id, event, outlet, kind, repeat_cluster.

    Documents of one cluster share a repeat: to be resampled and relabelled as one.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> describe_documents(read_features())["repeat_cluster"].nunique()
    5
    """
    about = features.documents[["doc_id", "event", "outlet", "kind"]]
    cluster = about["doc_id"].map(find_clusters(features.segments))
    return about.assign(repeat_cluster=cluster.fillna(about["doc_id"]))


@dataclass(frozen=True)
class _CountRows:
    """The rows of a count: their table, the segments in them, and the row of each segment."""

    table: pd.DataFrame
    segments: pd.DataFrame
    of_segment: np.ndarray


def _count_rows(features: Features, recipe: Recipe) -> _CountRows:
    about = describe_documents(features)
    segments = features.segments.merge(about, on="doc_id", validate="many_to_one")
    for column, wanted in (("zone", recipe.zones), ("kind", recipe.kinds)):
        if wanted:
            segments = segments[segments[column].isin(wanted)]
    if recipe.copies == "first":
        segments = segments[first_of_repeats(segments, recipe.weight)]
    if segments.empty:
        raise MeasureError(f"count_terms: no segment is left to count in, by {recipe}")
    if recipe.rows == "segment":
        columns = ["segment_id", *about.columns, "zone", "n_words"]
        weight = segments[f"weight_{recipe.weight}"] if recipe.weighs else 1.0
        table = segments[[*columns, "repeat_across"]].assign(repeat_weight=weight)
        table = table.reset_index(drop=True)
        return _CountRows(table, segments, np.arange(len(table)))
    table = about[about["doc_id"].isin(segments["doc_id"])].reset_index(drop=True)
    number = pd.Series(np.arange(len(table)), index=table["doc_id"])
    return _CountRows(table, segments, segments["doc_id"].map(number).to_numpy())
