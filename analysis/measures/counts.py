"""Counting terms: always documents, segments or groups of them, by terms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from nltk.stem.snowball import GermanStemmer
from scipy import sparse

from analysis.errors import MeasureError, unknown
from analysis.features import Features

Unit = Literal["form", "stem", "lemma", "lemma_pos", "head"]
Rows = Literal["document", "segment"]

UNITS: dict[str, str] = {
    "form": "word as written, lower case",
    "stem": "NLTK's German Snowball stem of the form",
    "lemma": "base form",
    "lemma_pos": "base form and tag",
    "head": "base form, compounds under their last part",
}


@dataclass(frozen=True)
class Recipe:
    """What is counted: the settings that a table of counts was made with.

    Attributes
    ----------
    unit : str
        form (lower case), stem, lemma, lemma_pos (``Deal/NN``) or head
        (``Immobiliendeal`` counted as ``Deal``).
    rows : str
        document or segment.
    pos : tuple of str
        Only tags that begin with one of these; empty: all.
    zones, kinds : tuple of str
        Only these parts of articles and kinds of article; empty: all.
    n : int
        Words in a row; more than 1 is counted by `analysis.measures.ngrams.count_ngrams`.
    """

    unit: Unit = "lemma"
    rows: Rows = "document"
    pos: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    n: int = 1

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise MeasureError(f"count_terms: {unknown('unit', self.unit, UNITS)}")
        if self.rows not in ("document", "segment"):
            raise MeasureError(
                f"count_terms: {unknown('rows', self.rows, ['document', 'segment'])}"
            )


@dataclass(frozen=True)
class TermCounts:
    """A sparse matrix of counts with its rows, its terms and its recipe.

    Attributes
    ----------
    matrix : csr_array, shape (n_rows, n_terms)
        Occurrences of each term in each row.
    rows : DataFrame
        One row per row of the matrix; columns doc_id, event, outlet, kind and,
        for segments, segment_id, zone and n_words.
    terms : Index
        The terms, sorted.
    totals : ndarray, shape (n_rows,)
        Tokens of each row **before** trimming: the size to relate counts to.
    recipe : Recipe
        What was counted.
    """

    matrix: sparse.csr_array
    rows: pd.DataFrame
    terms: pd.Index
    totals: np.ndarray
    recipe: Recipe

    def __post_init__(self) -> None:
        shape = (len(self.rows), len(self.terms))
        if self.matrix.shape != shape or len(self.totals) != shape[0]:
            raise MeasureError(
                f"TermCounts: wanted a matrix of {shape} and {shape[0]} totals,"
                f" came {self.matrix.shape} and {len(self.totals)}"
            )

    def group(self, by: str) -> TermCounts:
        """Add up the rows that share a value of a column of `rows`, such as event.

        Examples
        --------
        >>> from analysis.features import read_features
        >>> count_terms(read_features()).group("event").matrix.shape[0]
        2
        """
        if by not in self.rows.columns:
            raise MeasureError(f"group: {unknown('column', by, self.rows.columns)}")
        codes, labels = pd.factorize(self.rows[by], sort=True)
        adder = sparse.csr_array(
            (np.ones(len(codes), dtype=self.matrix.dtype), (codes, np.arange(len(codes)))),
            shape=(len(labels), len(codes)),
        )
        return replace(
            self,
            matrix=sparse.csr_array(adder @ self.matrix),
            rows=pd.DataFrame({by: labels}),
            totals=np.bincount(codes, weights=self.totals).astype(self.totals.dtype),
        )

    def select(self, keep: np.ndarray) -> TermCounts:
        """Keep the rows marked in a boolean array."""
        return replace(
            self,
            matrix=self.matrix[np.flatnonzero(keep)],
            rows=self.rows[keep].reset_index(drop=True),
            totals=self.totals[keep],
        )

    def with_rows(self, rows: pd.DataFrame) -> TermCounts:
        """Describe the same rows by another table."""
        return replace(self, rows=rows)

    def occurrence(self) -> TermCounts:
        """Set every count above zero to one: whether a term occurs, not how often."""
        return replace(self, matrix=sparse.csr_array(self.matrix > 0).astype(np.int64))

    def trim(self, *, min_count: int = 1, min_rows: int = 1) -> TermCounts:
        """Drop terms that are rarer; totals stay those before trimming."""
        frequent = self.frequencies() >= min_count
        spread = self.row_frequencies() >= min_rows
        return self._with_terms(np.flatnonzero(frequent & spread))

    def drop(self, terms: frozenset[str]) -> TermCounts:
        """Drop the terms of a list, such as stop words, whatever their case."""
        kept = [i for i, term in enumerate(self.terms) if term.casefold() not in terms]
        return self._with_terms(np.array(kept, dtype=int))

    def frequencies(self) -> np.ndarray:
        """Give each term's occurrences over all rows, shape (n_terms,)."""
        return np.asarray(self.matrix.sum(axis=0)).ravel()

    def row_frequencies(self) -> np.ndarray:
        """Give the number of rows that each term occurs in, shape (n_terms,)."""
        return np.bincount(self.matrix.nonzero()[1], minlength=len(self.terms))

    def _with_terms(self, kept: np.ndarray) -> TermCounts:
        return replace(self, matrix=sparse.csr_array(self.matrix[:, kept]), terms=self.terms[kept])


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
        without a counted term stays, as a row of zeros.

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
    number = pd.Series(np.arange(len(rows.segments)), index=rows.segments["segment_id"])
    at = terms["segment_id"].map(number)
    terms, at = terms[at.notna()], at[at.notna()].astype(int)
    row = rows.of_segment[at.to_numpy()]
    codes, labels = pd.factorize(_unit_of(terms, recipe.unit), sort=True)
    matrix = sparse.csr_array(
        (terms["n"].to_numpy(), (row, codes)), shape=(len(rows.table), len(labels))
    )
    totals = np.bincount(row, weights=terms["n"], minlength=len(rows.table)).astype(np.int64)
    return TermCounts(matrix, rows.table, pd.Index(labels), totals, recipe)


@dataclass(frozen=True)
class _CountRows:
    """The rows of a count: their table, the segments in them, and the row of each segment."""

    table: pd.DataFrame
    segments: pd.DataFrame
    of_segment: np.ndarray


def _count_rows(features: Features, recipe: Recipe) -> _CountRows:
    about = features.documents[["doc_id", "event", "outlet", "kind"]]
    segments = features.segments.merge(about, on="doc_id", validate="many_to_one")
    for column, wanted in (("zone", recipe.zones), ("kind", recipe.kinds)):
        if wanted:
            segments = segments[segments[column].isin(wanted)]
    if segments.empty:
        raise MeasureError(f"count_terms: no segment is left to count in, by {recipe}")
    if recipe.rows == "segment":
        columns = ["segment_id", "doc_id", "event", "outlet", "kind", "zone", "n_words"]
        table = segments[columns].reset_index(drop=True)
        return _CountRows(table, segments, np.arange(len(table)))
    table = about[about["doc_id"].isin(segments["doc_id"])].reset_index(drop=True)
    number = pd.Series(np.arange(len(table)), index=table["doc_id"])
    return _CountRows(table, segments, segments["doc_id"].map(number).to_numpy())


def _unit_of(terms: pd.DataFrame, unit: Unit) -> pd.Series:
    """Give the term that each row of the open table is counted under."""
    if unit == "form":
        return terms["form"].str.lower()
    if unit == "stem":
        stemmer = GermanStemmer()
        forms = {form: stemmer.stem(form) for form in terms["form"].unique()}
        return terms["form"].map(forms)
    if unit == "lemma_pos":
        return terms["lemma"] + "/" + terms["pos"]
    return terms[unit]
