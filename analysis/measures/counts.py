"""Counting terms in documents or bags of the open tables, and words in a row in documents."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.measures.term_counts import UNITS, Recipe, TermCounts, terms_of
from analysis.study.design import BAG_FLOOR
from analysis.study.errors import MeasureError, check_known
from analysis.tables.features import Features
from analysis.tables.repeats import find_clusters, first_of_repeats
from analysis.tables.schema import SHOWN, WEIGHTS, ZONES, Weight

__all__ = ["UNITS", "Recipe", "TermCounts", "count_ngrams", "count_terms", "describe_documents"]


def count_terms(features: Features, recipe: Recipe | None = None) -> TermCounts:
    """Count terms in documents or bags.

    Parameters
    ----------
    features : Features
        The open tables.
    recipe : Recipe, optional
        What to count; by default lemmas in documents.

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
    rows = _count_voices(features, recipe) if recipe.voices else _count_rows(features, recipe)
    terms = rows.terms
    if recipe.pos:
        terms = terms[terms["pos"].str.startswith(recipe.pos)]
    at = terms[rows.key].map(pd.Series(np.arange(len(rows.bags)), index=rows.bags[rows.key]))
    terms, at = terms[at.notna()], at[at.notna()].astype(int)
    row = rows.of_bag[at.to_numpy()]
    codes, labels = pd.factorize(terms_of(terms, recipe.unit), sort=True)
    shape = (len(rows.table), len(labels))
    n = terms["n"].to_numpy()
    matrix = sparse.csr_array((n, (row, codes)), shape=shape)
    if not recipe.weighs:
        totals = np.bincount(row, weights=n, minlength=shape[0]).astype(np.int64)
        counts = TermCounts(matrix, rows.table, pd.Index(labels), totals, recipe)
        return replace(counts, n_hidden=rows.n_hidden)
    weighted = n * rows.bags[f"weight_{recipe.weight}"].to_numpy()[at]
    totals = np.bincount(row, weights=weighted, minlength=shape[0])
    counted = sparse.csr_array((weighted, (row, codes)), shape=shape)
    return TermCounts(
        counted, rows.table, pd.Index(labels), totals, recipe, matrix, n_hidden=rows.n_hidden
    )


def describe_documents(features: Features) -> pd.DataFrame:
    """Describe the documents for rows of counts: doc_id, event, outlet, kind, repeat_cluster.

    Documents of one cluster share a repeat: to be resampled and relabelled as one.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> describe_documents(read_features())["repeat_cluster"].nunique()
    5
    """
    about = features.documents[["doc_id", "event", "outlet", "kind"]]
    cluster = about["doc_id"].map(find_clusters(features.segments))
    return about.assign(repeat_cluster=cluster.fillna(about["doc_id"]))


def documents_of_terms(features: Features) -> pd.Series:
    """Give the document of each row of the open table ``terms``.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> documents_of_terms(read_features()).nunique()
    5
    """
    of_bag = features.segments.drop_duplicates("bag_id").set_index("bag_id")["doc_id"]
    return features.terms["bag_id"].map(of_bag).rename("doc_id")


@dataclass(frozen=True)
class _CountRows:
    """The rows of a count: their table, the bags in them, and the row of each bag.

    Terms have the bag's id in the column `key`; that of a voice is its document's.
    """

    table: pd.DataFrame
    bags: pd.DataFrame
    of_bag: np.ndarray
    terms: pd.DataFrame
    key: str
    n_hidden: int


def _count_rows(features: Features, recipe: Recipe) -> _CountRows:
    about = describe_documents(features)
    bags, n_hidden = chosen_bags(features.segments.merge(about, on="doc_id"), recipe)
    if bags.empty:
        raise MeasureError(f"count_terms: no bag is left to count in, by {recipe}")
    if recipe.rows == "bag":
        columns = ["bag_id", *about.columns, "zone", "n_segments", "n_words"]
        weight = bags[f"weight_{recipe.weight}"] if recipe.weighs else 1.0
        table = bags[[*columns, "repeat_across"]].assign(repeat_weight=weight)
        of_bag = np.arange(len(table))
    else:
        table = about[about["doc_id"].isin(bags["doc_id"])].reset_index(drop=True)
        number = pd.Series(np.arange(len(table)), index=table["doc_id"])
        of_bag = bags["doc_id"].map(number).to_numpy()
    return _CountRows(table, bags, of_bag, features.terms, "bag_id", n_hidden)


def chosen_bags(segments: pd.DataFrame, recipe: Recipe) -> tuple[pd.DataFrame, int]:
    """Give the bags that a recipe counts, and how many of its tokens stand in none.

    The segments are rows of the open table of whole documents, with their ``kind`` if the recipe
    asks for kinds.

    Returns
    -------
    bags : DataFrame
        One row per bag: the columns of its first segment, n_tokens and n_words of all its
        segments, n_segments; repeat_across is empty where it holds more than one.
    n_hidden : int
        Tokens of segments without a bag.

    Raises
    ------
    MeasureError
        If the recipe wants some segments of a bag and leaves out others.
    """
    if recipe.kinds:
        segments = segments[segments["kind"].isin(recipe.kinds)]
    chosen = segments["zone"].isin(recipe.zones or ZONES)
    if recipe.copies == "first":
        chosen &= first_of_repeats(segments[chosen], recipe.weight).reindex(
            segments.index, fill_value=False
        )
    found = segments[chosen & (segments["bag_id"] != "")]
    n_hidden = int(segments.loc[chosen & (segments["bag_id"] == ""), "n_tokens"].sum())
    _require_whole_bags(segments[~chosen], found)
    grouped = found.groupby("bag_id", sort=False)
    # What holds several segments repeats no single one.
    repeats = found["repeat_across"].where(grouped["bag_id"].transform("size") == 1, "")
    sizes = {name: grouped[name].transform("sum") for name in ("n_tokens", "n_words")}
    bags = found.assign(**sizes, repeat_across=repeats, n_segments=1)
    bags["n_segments"] = grouped["bag_id"].transform("size")
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


def _count_voices(features: Features, recipe: Recipe) -> _CountRows:
    """Take the words of the voices asked for, of the documents that tell them all."""
    about = describe_documents(features)
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
    asked = int(segments[columns].to_numpy().sum())
    counted = int(terms.loc[terms["doc_id"].isin(told["doc_id"]), "n"].sum())
    return _CountRows(told, told, np.arange(len(told)), terms, "doc_id", asked - counted)


def count_ngrams(features: Features, *, n: int = 2, weight: Weight = "none") -> TermCounts:
    """Count n-grams in documents.

    Parameters
    ----------
    features : Features
        The open tables. They hold n-grams from a floor on, so that rarer ones are missing.
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
    _check_weight(features, weight)
    documents = features.documents
    chosen = features.ngrams[features.ngrams["n_words"] == n]
    row = pd.Series(np.arange(len(documents)), index=documents["doc_id"])
    codes, labels = pd.factorize(chosen["ngram"], sort=True)
    matrix = sparse.csr_array(
        (chosen["n"].to_numpy(), (chosen["doc_id"].map(row).to_numpy(dtype=int), codes)),
        shape=(len(documents), len(labels)),
    )
    rows = describe_documents(features)
    totals = documents["n_tokens"].to_numpy()
    return TermCounts(matrix, rows, pd.Index(labels), totals, Recipe(unit="form", n=n))


def _check_weight(features: Features, weight: Weight) -> None:
    check_known("count_ngrams", [weight], what="weight", allowed=WEIGHTS)
    if not first_of_repeats(features.segments, weight).all():
        raise MeasureError(
            f"count_ngrams: n-grams are published by document, so that weight {weight!r} cannot"
            " choose among repeated segments. Count with weight='none', or count terms."
        )
