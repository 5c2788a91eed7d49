"""Ranks of documents: an effect size that one document cannot decide."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

from analysis.measures.inference import FloatArray
from analysis.measures.resampling import BLOCK
from analysis.study.errors import MeasureError


def rank_biserial(
    matrix: sparse.csr_array, sizes: npt.ArrayLike, is_target: npt.NDArray[np.bool_]
) -> FloatArray:
    """Give each term's rank-biserial correlation over documents' relative frequencies.

    It is 2 U / (n1 n2) - 1, with Mann and Whitney's U as Kilgarriff (2001) uses it: the share of
    pairs in which the target's document is higher, minus the share in which it is lower.

    Parameters
    ----------
    matrix : csr_array, shape (n_documents, n_terms)
        Counts.
    sizes : array_like, shape (n_documents,)
        Tokens; documents without any are left out.
    is_target : ndarray of bool, shape (n_documents,)
        Documents of the target.

    Examples
    --------
    >>> counts = sparse.csr_array(np.array([[3, 0], [2, 0], [0, 1], [1, 0]]))
    >>> rank_biserial(counts, [10, 10, 10, 10], np.array([True, True, False, False])).tolist()
    [1.0, -0.5]
    """
    size = np.asarray(sizes, dtype=float)
    kept = np.flatnonzero(size > 0)
    side = is_target[kept]
    if side.all() or not side.any():
        raise MeasureError("rank_biserial: wanted documents with tokens in both groups")
    rates = sparse.csc_array(sparse.diags_array(1 / size[kept]) @ matrix[kept])
    n_target, n_reference = side.sum(), (~side).sum()
    found, step = [], max(1, BLOCK // len(kept))
    for start in range(0, matrix.shape[1], step):
        ranks = stats.rankdata(rates[:, start : start + step].toarray(), axis=0)
        found.append(ranks[side].sum(axis=0) - n_target * (n_target + 1) / 2)
    u = np.concatenate(found) if found else np.zeros(0)
    return np.asarray(2 * u / (n_target * n_reference) - 1)
