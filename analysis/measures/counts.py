"""Counts of terms in documents or bags of the open tables, and of words in a row in documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from nltk.stem.snowball import GermanStemmer
from scipy import sparse

from analysis.study.design import BAG_FLOOR
from analysis.study.errors import MeasureError, check_known
from analysis.tables.features import Features
from analysis.tables.repeats import find_clusters, first_of_repeats
from analysis.tables.schema import SHOWN, WEIGHTS, ZONES, Weight

Unit = Literal["form", "stem", "lemma", "lemma_pos", "head"]
Rows = Literal["document", "bag"]
Copies = Literal["weigh", "first"]
UNITS = get_args(Unit)


@dataclass(frozen=True)
class Recipe:
    """What is counted: the settings that a table of counts was made with.

    Attributes
    ----------
    unit : str
        form (lower case), stem (NLTK's German Snowball stem of the form), lemma, lemma_pos
        (``Deal/NN``) or head (``Immobiliendeal`` counted as ``Deal``).
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
        Words in a row; more than 1 is counted by `count_ngrams`.
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
        choices = {"unit": UNITS, "rows": get_args(Rows), "weight": WEIGHTS}
        for name, allowed in {**choices, "copies": get_args(Copies)}.items():
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
        """Add up the rows that share a value of a column of `rows`, such as event."""
        check_known("group", [by], what="column", allowed=self.rows.columns)
        codes, labels = pd.factorize(self.rows[by], sort=True)
        ones, at = np.ones(len(codes), dtype=np.int64), (codes, np.arange(len(codes)))
        adder = sparse.csr_array((ones, at), shape=(len(labels), len(codes)))
        matrix, unweighted = self._each(lambda held: adder @ held)
        totals = np.bincount(codes, weights=self.totals).astype(self.totals.dtype)
        rows = pd.DataFrame({by: labels})
        return replace(self, matrix=matrix, unweighted=unweighted, rows=rows, totals=totals)

    def by_document(self) -> TermCounts:
        """Add up the bags of each document."""
        whole = "doc_id" not in self.rows.columns or self.rows["doc_id"].is_unique
        return self if whole else self.group("doc_id")

    def select(self, keep: np.ndarray) -> TermCounts:
        """Keep the rows marked in a boolean array."""
        matrix, unweighted = self._each(lambda held: held[np.flatnonzero(keep)])
        rows, totals = self.rows[keep].reset_index(drop=True), self.totals[keep]
        return replace(self, matrix=matrix, unweighted=unweighted, rows=rows, totals=totals)

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
        """Return each term's occurrences over all rows, shape (n_terms,)."""
        return np.asarray(self.matrix.sum(axis=0)).ravel()

    def row_frequencies(self) -> np.ndarray:
        """Count the rows that each term occurs in, shape (n_terms,)."""
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


def count_terms(features: Features, recipe: Recipe | None = None) -> TermCounts:
    """Count terms in documents or bags; by default lemmas in documents.

    Returns
    -------
    TermCounts
        Rows in the order of the documents (bags), terms sorted. A document
        without a counted term stays, as a row of zeros; one without a bag counted,
        such as a copy under ``copies="first"``, does not, nor does one whose words the
        open tables do not tell (`TermCounts.n_hidden`).

    Raises
    ------
    MeasureError
        If the recipe leaves no bag to count in, or wants a part of a bag that holds
        short segments of several zones.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> counts = count_terms(read_features(), Recipe(unit="head"))
    >>> "Deal" in counts.terms
    True
    """
    recipe = recipe or Recipe()
    if recipe.n != 1:
        raise MeasureError(f"count_terms: wanted n of 1, came {recipe.n}; see count_ngrams")
    about = describe_documents(features)
    if recipe.voices:
        bags, terms, n_hidden = _words_of_voices(features, about, recipe)
        key = "doc_id"
    else:
        bags, n_hidden = _chosen_bags(features.segments.merge(about, on="doc_id"), recipe)
        terms, key = features.terms, "bag_id"
    if recipe.rows == "bag":
        columns = ["bag_id", *about.columns, "zone", "n_segments", "n_words"]
        weight = bags[f"weight_{recipe.weight}"] if recipe.weighs else 1.0
        rows = bags[[*columns, "repeat_across"]].assign(repeat_weight=weight)
        bags["row"] = np.arange(len(bags))
    else:
        rows = about[about["doc_id"].isin(bags["doc_id"])].reset_index(drop=True)
        bags["row"] = bags["doc_id"].map(pd.Series(rows.index, index=rows["doc_id"]))
    if recipe.pos:
        terms = terms[terms["pos"].str.startswith(recipe.pos)]
    terms = terms[terms[key].isin(bags[key])]
    bag = bags.set_index(key).loc[terms[key]]
    codes, labels = pd.factorize(_terms_of(terms, recipe.unit), sort=True)
    at, shape = (bag["row"].to_numpy(), codes), (len(rows), len(labels))
    n = terms["n"].to_numpy(np.int64)
    matrix = sparse.csr_array((n, at), shape=shape)
    if not recipe.weighs:
        totals = np.bincount(at[0], weights=n, minlength=shape[0]).astype(np.int64)
        return TermCounts(matrix, rows, pd.Index(labels), totals, recipe, n_hidden=n_hidden)
    weighted = n * bag[f"weight_{recipe.weight}"].to_numpy()
    totals = np.bincount(at[0], weights=weighted, minlength=shape[0])
    counted = sparse.csr_array((weighted, at), shape=shape)
    return TermCounts(counted, rows, pd.Index(labels), totals, recipe, matrix, n_hidden)


def describe_documents(features: Features) -> pd.DataFrame:
    """Describe the documents for rows of counts: doc_id, event, outlet, kind, repeat_cluster.

    Documents of one cluster share a repeat: to be resampled and relabelled as one.
    """
    about = features.documents[["doc_id", "event", "outlet", "kind"]]
    cluster = about["doc_id"].map(find_clusters(features.segments))
    return about.assign(repeat_cluster=cluster.fillna(about["doc_id"]))


def documents_of_terms(features: Features) -> pd.Series:
    """Return the document of each row of the open table ``terms``."""
    of_bag = features.segments.drop_duplicates("bag_id").set_index("bag_id")["doc_id"]
    return features.terms["bag_id"].map(of_bag).rename("doc_id")


def _terms_of(terms: pd.DataFrame, unit: Unit) -> pd.Series:
    """Return the term that each row of the open table is counted under."""
    if unit == "form":
        return terms["form"].str.lower()
    if unit == "stem":
        stemmer = GermanStemmer()
        return terms["form"].map({form: stemmer.stem(form) for form in terms["form"].unique()})
    if unit == "lemma_pos":
        return terms["lemma"] + "/" + terms["pos"]
    return terms[unit]


def _chosen_bags(segments: pd.DataFrame, recipe: Recipe) -> tuple[pd.DataFrame, int]:
    """Find the bags that a recipe counts, and how many of its tokens stand in none.

    A bag has the columns of its first segment, n_tokens and n_words of all its segments,
    n_segments, and no repeat_across where it holds more than one.
    """
    if recipe.kinds:
        segments = segments[segments["kind"].isin(recipe.kinds)]
    chosen = segments["zone"].isin(recipe.zones or ZONES)
    if recipe.copies == "first":
        first = first_of_repeats(segments[chosen], recipe.weight)
        chosen &= first.reindex(segments.index, fill_value=False)
    found = segments[chosen & (segments["bag_id"] != "")]
    if found.empty:
        raise MeasureError(f"count_terms: no bag is left to count in, by {recipe}")
    n_hidden = int(segments.loc[chosen & (segments["bag_id"] == ""), "n_tokens"].sum())
    _require_whole_bags(segments[~chosen], found)
    grouped = found.groupby("bag_id", sort=False)
    size = grouped["bag_id"].transform("size")
    # What holds several segments repeats no single one.
    repeats = found["repeat_across"].where(size == 1, "")
    sizes = {name: grouped[name].transform("sum") for name in ("n_tokens", "n_words")}
    bags = found.assign(**sizes, repeat_across=repeats, n_segments=size)
    return bags.drop_duplicates("bag_id").reset_index(drop=True), n_hidden


def _require_whole_bags(left_out: pd.DataFrame, found: pd.DataFrame) -> None:
    parted = found["bag_id"].isin(left_out["bag_id"])
    if not parted.any():
        return
    bag_id = str(found.loc[parted, "bag_id"].iloc[0])
    others = left_out.loc[left_out["bag_id"] == bag_id, "zone"].unique()
    raise MeasureError(
        f"count_terms: wanted a part of bag {bag_id!r}, in which short segments are counted"
        f" together, also those of {', '.join(sorted(others))}. Count these zones together"
        " (zones=...), or leave zones out."
    )


def _words_of_voices(
    features: Features, about: pd.DataFrame, recipe: Recipe
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Find the documents that tell all words of the voices asked for, and these words.

    The number is that of tokens in these voices that the others do not tell.
    """
    documents = features.documents
    if recipe.kinds:
        documents = documents[documents["kind"].isin(recipe.kinds)]
    shown = (documents[[f"words_{voice}" for voice in recipe.voices]] == SHOWN[0]).all(axis=1)
    told = about[about["doc_id"].isin(documents.loc[shown, "doc_id"])].reset_index(drop=True)
    if told.empty:
        raise MeasureError(
            "count_terms: no document tells its words by these voices, because they would be"
            f" fewer than {BAG_FLOOR}; by {recipe}"
        )
    terms = features.voices[features.voices["voice"].isin(recipe.voices)]
    columns = [f"n_tokens_{voice}" for voice in recipe.voices]
    segments = features.segments[features.segments["doc_id"].isin(documents["doc_id"])]
    counted = int(terms.loc[terms["doc_id"].isin(told["doc_id"]), "n"].sum())
    return told, terms, int(segments[columns].to_numpy().sum()) - counted


def count_ngrams(features: Features, *, n: int = 2, weight: Weight = "none") -> TermCounts:
    """Count n-grams in documents.

    Parameters
    ----------
    features : Features
        Open tables; they hold n-grams from a floor on, so that rarer ones are missing.
    n : int
        Words in a row, 2 to 5.
    weight : str
        How repeats count. N-grams are published by document, because rarer ones of single
        segments would give the text back; so within and across are refused unless no
        segment is repeated there.

    Returns
    -------
    TermCounts
        Documents by n-grams in lower case, both sorted; totals are the documents' tokens,
        to which rates relate.

    Raises
    ------
    MeasureError
        If `n` is not 2, 3, 4 or 5, or the weight is unknown or would need segments.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> "donald trump" in count_ngrams(read_features()).terms
    True
    """
    if n not in (2, 3, 4, 5):
        raise MeasureError(f"count_ngrams: wanted n of 2, 3, 4 or 5, came {n!r}")
    check_known("count_ngrams", [weight], what="weight", allowed=WEIGHTS)
    if not first_of_repeats(features.segments, weight).all():
        raise MeasureError(
            f"count_ngrams: n-grams are published by document, so that weight {weight!r} cannot"
            " choose among repeated segments. Count with weight='none', or count terms."
        )
    rows = describe_documents(features)
    chosen = features.ngrams[features.ngrams["n_words"] == n]
    codes, labels = pd.factorize(chosen["ngram"], sort=True)
    at = (pd.Index(rows["doc_id"]).get_indexer(pd.Index(chosen["doc_id"])), codes)
    matrix = sparse.csr_array((chosen["n"].to_numpy(), at), shape=(len(rows), len(labels)))
    totals = features.documents["n_tokens"].to_numpy()
    return TermCounts(matrix, rows, pd.Index(labels), totals, Recipe(unit="form", n=n))
