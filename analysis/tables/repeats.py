"""What the groups of repeats say: which segments count once, which documents hang together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from analysis.tables.schema import Weight


def first_of_repeats(segments: pd.DataFrame, weight: Weight) -> pd.Series:
    """Mark one segment of each group of repeats, the first of those given, and all others.

    Where copies are identical and of one event, counting these alone is counting all with
    their weights, but in whole numbers.

    Parameters
    ----------
    segments : DataFrame
        Rows of the open table ``segments``; the first is the first in their order.
    weight : str
        none (every segment), within (groups in a document) or across (in all documents).

    Returns
    -------
    Series of bool
        In the order of the segments.

    Examples
    --------
    >>> segments = pd.DataFrame({"segment_id": ["a:0", "a:1", "b:0"],
    ...     "repeat_within": ["", "", ""], "repeat_across": ["a:0", "", "a:0"]})
    >>> first_of_repeats(segments, "across").tolist()
    [True, True, False]
    """
    if weight == "none":
        return pd.Series(True, index=segments.index)
    group = segments[f"repeat_{weight}"]
    return ~group.where(group != "", segments["segment_id"]).duplicated()


def find_clusters(segments: pd.DataFrame) -> pd.Series:
    """Join documents that share a repeat, however indirectly.

    Parameters
    ----------
    segments : DataFrame
        The open table ``segments``, or its columns doc_id and repeat_across.

    Returns
    -------
    Series of str
        By doc_id, the first doc_id of its cluster.

    Examples
    --------
    >>> segments = pd.DataFrame({"doc_id": list("abbc"), "repeat_across": ["x", "x", "", ""]})
    >>> find_clusters(segments).to_dict()
    {'a': 'a', 'b': 'a', 'c': 'c'}
    """
    documents = pd.Index(segments["doc_id"].unique(), name="doc_id")
    repeated = segments[segments["repeat_across"] != ""]
    group, labels = pd.factorize(repeated["repeat_across"])
    at = (documents.get_indexer(repeated["doc_id"]), len(documents) + group)
    size = len(documents) + len(labels)
    joined = sparse.coo_array((np.ones(len(group)), at), shape=(size, size))
    cluster = csgraph.connected_components(joined, directed=False)[1][: len(documents)]
    first = pd.Series(documents.astype(str), index=documents)
    return first.groupby(cluster).transform("min").rename("repeat_cluster")
