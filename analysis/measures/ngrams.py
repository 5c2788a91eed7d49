"""Counting words in a row: documents by the n-grams that recur in the corpus."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.measures.counts import Recipe, TermCounts, describe_documents
from analysis.study.errors import MeasureError, unknown
from analysis.tables.features import Features
from analysis.tables.repeats import first_of_repeats
from analysis.tables.schema import WEIGHTS, Weight


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
    if weight not in WEIGHTS:
        raise MeasureError(f"count_ngrams: {unknown('weight', weight, WEIGHTS)}")
    if not first_of_repeats(features.segments, weight).all():
        raise MeasureError(
            f"count_ngrams: n-grams are published by document, so that weight {weight!r} cannot"
            " choose among repeated segments. Count with weight='none', or count terms."
        )
