"""A table of counts: documents, segments or groups of them by terms, with its recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from nltk.stem.snowball import GermanStemmer
from scipy import sparse

from analysis.study.errors import MeasureError, check_known
from analysis.tables.schema import WEIGHTS, Weight

Unit = Literal["form", "stem", "lemma", "lemma_pos", "head"]
Rows = Literal["document", "bag"]
Copies = Literal["weigh", "first"]

COPIES: dict[str, str] = {
    "weigh": "each segment by its weight: real numbers",
    "first": "one segment of each group of repeats: whole numbers",
}
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
        document, or bag: a segment of 20 tokens or more, or shorter ones counted together.
    pos : tuple of str
        Only tags that begin with one of these; empty: all.
    zones, kinds, voices : tuple of str
        Only these parts of articles, kinds of article, and words in these voices
        (narrator, direct, indirect); empty: all. Words by voice are known of whole
        documents only, without weights and zones.
    weight : str
        How repeats count: none (each segment 1), within or across (1 over the size of
        its group of repeats, in the document or over all documents).
    copies : str
        weigh, or first: of a group of repeats only the first segment counts, and that 1.
        So counts stay whole, as keyness needs them; the same where copies are identical.
    n : int
        Words in a row; more than 1 is counted by `analysis.measures.counts.count_ngrams`.
    """

    unit: Unit = "lemma"
    rows: Rows = "document"
    pos: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    weight: Weight = "none"
    n: int = 1
    voices: tuple[str, ...] = ()
    copies: Copies = "weigh"

    @property
    def weighs(self) -> bool:
        """Whether counts are weighted, and so not whole."""
        return self.weight != "none" and self.copies == "weigh"

    def __post_init__(self) -> None:
        choices = {"unit": UNITS, "rows": get_args(Rows), "weight": WEIGHTS, "copies": COPIES}
        for name, allowed in choices.items():
            check_known("count_terms", [getattr(self, name)], what=name, allowed=allowed)
        if self.voices and (self.rows == "bag" or self.weight != "none" or self.zones):
            raise MeasureError(
                "count_terms: words by voice are known of whole documents only: in smaller bags"
                " they would be sentences. Wanted rows 'document', weight 'none' and no zones,"
                f" came {self}"
            )


@dataclass(frozen=True)
class TermCounts:
    """A sparse matrix of counts with its rows, its terms and its recipe.

    Attributes
    ----------
    matrix : csr_array, shape (n_rows, n_terms)
        Occurrences of each term in each row; real numbers if the recipe weights them.
    rows : DataFrame
        One row per row of the matrix; columns doc_id, event, outlet, kind,
        repeat_cluster (documents joined by repeats) and, for bags, bag_id, zone (of its
        first segment), n_segments, n_words, repeat_across, repeat_weight.
    terms : Index
        The terms, sorted.
    totals : ndarray, shape (n_rows,)
        Tokens of each row **before** trimming: the size to relate counts to.
    recipe : Recipe
        What was counted.
    unweighted : csr_array, optional
        The occurrences before weighting; none: `matrix` is not weighted.
    n_hidden : int
        Tokens that the recipe asks for and the open tables do not tell, because a bag or
        voice would have fewer than 20; they are in no row. A document of which nothing is
        told is no row.
    """

    matrix: sparse.csr_array
    rows: pd.DataFrame
    terms: pd.Index
    totals: np.ndarray
    recipe: Recipe
    unweighted: sparse.csr_array | None = None
    n_hidden: int = 0

    @property
    def raw(self) -> sparse.csr_array:
        """The occurrences, whatever the weight of repeats."""
        return self.matrix if self.unweighted is None else self.unweighted

    def __post_init__(self) -> None:
        shape = (len(self.rows), len(self.terms))
        if self.matrix.shape != shape or self.raw.shape != shape or len(self.totals) != shape[0]:
            raise MeasureError(
                f"TermCounts: wanted a matrix of {shape} and {shape[0]} totals,"
                f" came {self.matrix.shape} and {len(self.totals)}"
            )

    def group(self, by: str) -> TermCounts:
        """Add up the rows that share a value of a column of `rows`, such as event.

        Examples
        --------
        >>> rows = pd.DataFrame({"doc_id": list("abc"), "event": ["x", "y", "x"]})
        >>> matrix = sparse.csr_array(np.array([[1], [2], [3]]))
        >>> counts = TermCounts(matrix, rows, pd.Index(["Deal"]), np.full(3, 10), Recipe())
        >>> counts.group("event").matrix.toarray().tolist()
        [[4], [2]]
        """
        check_known("group", [by], what="column", allowed=self.rows.columns)
        codes, labels = pd.factorize(self.rows[by], sort=True)
        adder = sparse.csr_array(
            (np.ones(len(codes), dtype=np.int64), (codes, np.arange(len(codes)))),
            shape=(len(labels), len(codes)),
        )
        matrix, unweighted = self._each(lambda held: adder @ held)
        return replace(
            self,
            matrix=matrix,
            unweighted=unweighted,
            rows=pd.DataFrame({by: labels}),
            totals=np.bincount(codes, weights=self.totals).astype(self.totals.dtype),
        )

    def by_document(self) -> TermCounts:
        """Add up the bags of each document."""
        whole = "doc_id" not in self.rows.columns or self.rows["doc_id"].is_unique
        return self if whole else self.group("doc_id")

    def select(self, keep: np.ndarray) -> TermCounts:
        """Keep the rows marked in a boolean array."""
        matrix, unweighted = self._each(lambda held: held[np.flatnonzero(keep)])
        return replace(
            self,
            matrix=matrix,
            unweighted=unweighted,
            rows=self.rows[keep].reset_index(drop=True),
            totals=self.totals[keep],
        )

    def with_rows(self, rows: pd.DataFrame) -> TermCounts:
        """Describe the same rows by another table."""
        return replace(self, rows=rows)

    def occurrence(self) -> TermCounts:
        """Set every count above zero to one: whether a term occurs, not how often."""
        once = sparse.csr_array(self.matrix > 0).astype(np.int64)
        return replace(self, matrix=once, unweighted=None)

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

    def require_whole(self, who: str) -> None:
        """Refuse weights and negative numbers; `who` complains."""
        values = self.matrix.data
        if np.any(values < 0):
            raise MeasureError(f"{who}: wanted counts of 0 or more, came {values.min()}")
        if np.any(values != np.round(values)):
            raise MeasureError(
                f"{who}: wanted whole counts, came weights. Count repeats once with"
                " Recipe(weight=..., copies='first'), or every segment with weight='none'."
            )

    def _with_terms(self, kept: np.ndarray) -> TermCounts:
        matrix, unweighted = self._each(lambda held: held[:, kept])
        return replace(self, matrix=matrix, unweighted=unweighted, terms=self.terms[kept])

    def _each(
        self, change: Callable[[sparse.csr_array], sparse.csr_array]
    ) -> tuple[sparse.csr_array, sparse.csr_array | None]:
        """Change the matrix, and the unweighted one alike if there is one."""
        unweighted = self.unweighted
        changed = None if unweighted is None else sparse.csr_array(change(unweighted))
        return sparse.csr_array(change(self.matrix)), changed


def terms_of(terms: pd.DataFrame, unit: Unit) -> pd.Series:
    """Give the term that each row of the open table is counted under.

    Examples
    --------
    >>> terms_of(pd.DataFrame({"form": ["Deals"]}), "stem").tolist()
    ['deal']
    """
    if unit == "form":
        return terms["form"].str.lower()
    if unit == "stem":
        stemmer = GermanStemmer()
        forms = {form: stemmer.stem(form) for form in terms["form"].unique()}
        return terms["form"].map(forms)
    if unit == "lemma_pos":
        return terms["lemma"] + "/" + terms["pos"]
    return terms[unit]
