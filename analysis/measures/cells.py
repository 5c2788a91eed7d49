"""Frequencies that formulas are computed from, checked once: of terms, and of pairs of words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.measures.inference import FloatArray
from analysis.study.errors import MeasureError

Counts = npt.ArrayLike


class Cells(NamedTuple):
    """Frequencies and sizes, checked, as arrays of floats of one shape."""

    n_target: FloatArray
    n_reference: FloatArray
    size_target: FloatArray
    size_reference: FloatArray

    @property
    def expected(self) -> tuple[FloatArray, FloatArray]:
        """Frequencies in target and reference if the term were equally frequent in both."""
        both = self.n_target + self.n_reference
        size = self.size_target + self.size_reference
        return both * self.size_target / size, both * self.size_reference / size

    @property
    def table(self) -> tuple[FloatArray, FloatArray]:
        """Observed and expected 2 x 2 table, each shaped (4, ...)."""
        size = np.stack([self.size_target, self.size_reference])
        n, e = np.stack([self.n_target, self.n_reference]), np.stack(self.expected)
        return np.concatenate([n, size - n]), np.concatenate([e, size - e])


def check_cells(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> Cells:
    """Check frequencies and sizes.

    Raises
    ------
    MeasureError
        If a frequency is negative, not finite, or above its size, or a size is not above 0.

    Examples
    --------
    >>> [each.tolist() for each in check_cells(10, 5, 100, 200).expected]
    [5.0, 10.0]
    """
    arrays = [
        np.asarray(a, dtype=float) for a in (n_target, n_reference, size_target, size_reference)
    ]
    cells = Cells(*np.broadcast_arrays(*arrays))
    for name, values in zip(Cells._fields, cells, strict=True):
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            raise MeasureError(
                f"scores: {name} must be counts of 0 or more; came {_first_bad(values)}"
            )
    for side in ("target", "reference"):
        count, size = getattr(cells, f"n_{side}"), getattr(cells, f"size_{side}")
        if np.any(size == 0):
            raise MeasureError(f"scores: the {side} has no tokens; wanted a size above 0")
        if np.any(count > size):
            raise MeasureError(f"scores: a term is more frequent than the {side} has tokens")
    return cells


def _first_bad(values: FloatArray) -> float:
    return float(values[~(np.isfinite(values) & (values >= 0))].flat[0])


class Pairs(NamedTuple):
    """Frequencies of pairs of node and collocate, as arrays of one shape."""

    o11: FloatArray
    r1: FloatArray
    c1: FloatArray
    n: FloatArray

    @property
    def e11(self) -> FloatArray:
        """Joint frequency expected by chance."""
        return np.asarray(self.r1 * self.c1 / self.n)

    @property
    def cells(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Frequencies in and outside the windows, and the tokens there."""
        return self.o11, self.c1 - self.o11, self.r1, self.n - self.r1

    @property
    def sign(self) -> FloatArray:
        """1 for attraction, -1 for repulsion."""
        return np.asarray(np.sign(self.o11 - self.e11))


def check_pairs(
    n_joint: npt.ArrayLike, n_node: npt.ArrayLike, n_collocate: npt.ArrayLike, n: npt.ArrayLike
) -> Pairs:
    """Check frequencies of pairs.

    Raises
    ------
    MeasureError
        If one is negative or not finite, or they do not make a 2 x 2 table.

    Examples
    --------
    >>> f"{check_pairs(8, 15828, 4675, 14307668).e11:.3f}"
    '5.172'
    """
    arrays = [np.asarray(a, dtype=float) for a in (n_joint, n_node, n_collocate, n)]
    pairs = Pairs(*np.broadcast_arrays(*arrays))
    if not all(np.all(np.isfinite(a)) and np.all(a >= 0) for a in pairs):
        raise MeasureError("association: wanted frequencies of 0 or more")
    o11, r1, c1, size = pairs
    if np.any(o11 > np.minimum(r1, c1)) or np.any(r1 + c1 - o11 > size):
        raise MeasureError(
            "association: wanted n_joint <= n_node and n_collocate, and both within all tokens"
        )
    if np.any(r1 == 0) or np.any(c1 == 0) or np.any(r1 == size):
        raise MeasureError(
            "association: wanted a node and a collocate that occur, and tokens outside the windows"
        )
    return pairs
