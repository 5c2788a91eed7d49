"""Frequencies that formulas take, checked once.

They are those of terms in two groups (`Cells`), of pairs of words (`Pairs`) with the counts of
documents that pairs are added up from (`CoOccurrences`), and of terms in parts (`Parts`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.measures.inference import FloatArray
from analysis.study.errors import MeasureError, unknown

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


#: Columns of `Pairs` in tables, in this order.
PAIR_COLUMNS = ("n_joint", "n_node", "n_collocate", "n_tokens")


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


@dataclass(frozen=True)
class CoOccurrences:
    """Counts of words near nodes, document by document; what is not listed is zero.

    Attributes
    ----------
    joint : DataFrame
        doc_id, node, collocate, n_joint: occurrences of the collocate in the node's windows;
        if known, n_in_node: those inside the node itself (*Union* in *Europäische Union*).
    windows : DataFrame
        doc_id, node, n_node: tokens in the node's windows, each counted once, nodes excluded;
        if known, n_node_tokens: the tokens of the node itself.
    frequencies : DataFrame
        doc_id, collocate, n_collocate: occurrences of the collocate anywhere.
    documents : DataFrame
        doc_id, n_tokens and the columns to group and cluster by; every document once.
    hidden : DataFrame
        doc_id, node: documents of which nobody knows the words near the node, because the
        open tables do not tell so few. They do not count for that node.
    """

    joint: pd.DataFrame
    windows: pd.DataFrame
    frequencies: pd.DataFrame
    documents: pd.DataFrame
    hidden: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["doc_id", "node"]))

    def __post_init__(self) -> None:
        wanted = {
            "joint": ["doc_id", "node", "collocate", "n_joint"],
            "windows": ["doc_id", "node", "n_node"],
            "frequencies": ["doc_id", "collocate", "n_collocate"],
            "documents": ["doc_id", "n_tokens"],
            "hidden": ["doc_id", "node"],
        }
        for table in fields(self):
            frame = getattr(self, table.name)
            for column in wanted[table.name]:
                if column not in frame.columns:
                    text = unknown("column", column, frame.columns)
                    raise MeasureError(f"CoOccurrences: table {table.name} lacks it: {text}")
            strangers = set(frame["doc_id"]) - set(self.documents["doc_id"])
            if strangers:
                listed = ", ".join(sorted(map(str, strangers))[:3])
                raise MeasureError(f"CoOccurrences: {table.name} has unknown documents: {listed}")
        if self.documents["doc_id"].duplicated().any():
            raise MeasureError("CoOccurrences: a document stands twice in documents")


class NodeSums:
    """The counts of one node and its collocates in the documents of one side.

    The node's own tokens, where they are known, are part of no count.
    """

    def __init__(
        self, counts: CoOccurrences, node: str, collocates: pd.Index, side: pd.DataFrame
    ) -> None:
        hidden = counts.hidden.loc[counts.hidden["node"] == node, "doc_id"]
        known = ~side["doc_id"].isin(hidden)
        self.n_hidden = int((~known).sum())
        place = pd.Series(np.arange(len(side)), index=side["doc_id"]).where(known.to_numpy())
        joint = counts.joint[counts.joint["node"] == node]
        windows = counts.windows[counts.windows["node"] == node]
        self.joint = _by_collocate(joint, "n_joint", collocates, place)
        self.frequencies = _by_collocate(counts.frequencies, "n_collocate", collocates, place)
        if "n_in_node" in joint:
            self.frequencies -= _by_collocate(joint, "n_in_node", collocates, place)
        sums = windows.groupby("doc_id").sum(numeric_only=True).reindex(side["doc_id"])
        sums = sums.fillna(0).mul(known.to_numpy(), axis=0)
        self.windows = sums["n_node"].to_numpy(dtype=float)
        self.tokens = side["n_tokens"].where(known, 0).to_numpy(dtype=float)
        if "n_node_tokens" in sums:
            self.tokens = self.tokens - sums["n_node_tokens"].to_numpy(dtype=float)

    @property
    def whole(self) -> Pairs:
        """The sums over all documents, one value for each collocate."""
        return Pairs(*(each[:, 0] for each in self.total(np.ones((len(self.tokens), 1)))))

    def total(self, weights: FloatArray) -> Pairs:
        """Add up documents, each as often as drawn; shaped (n_collocates, n_resamples)."""
        parts = (
            self.joint @ weights,
            (self.windows @ weights)[None],
            self.frequencies @ weights,
            (self.tokens @ weights)[None],
        )
        return Pairs(*np.broadcast_arrays(*(np.asarray(part) for part in parts)))


def _by_collocate(
    table: pd.DataFrame, column: str, collocates: pd.Index, place: pd.Series
) -> sparse.csr_array:
    """Return the counts of a column as collocates by documents, which have a place or none."""
    places = table["doc_id"].map(place)
    kept = table["collocate"].isin(collocates) & places.notna()
    rows = collocates.get_indexer(pd.Index(table.loc[kept, "collocate"]))
    values = table.loc[kept, column].to_numpy(dtype=float)
    shape = (len(collocates), len(place))
    return sparse.csr_array((values, (rows, places[kept].to_numpy(dtype=int))), shape=shape)


@dataclass(frozen=True)
class Parts:
    """Frequencies of terms in parts, checked.

    Attributes
    ----------
    x : ndarray, shape (n_parts, n_terms)
        Frequencies.
    w : ndarray, shape (n_parts, 1)
        Each part's share of all tokens.
    sizes : ndarray, shape (n_parts, 1)
        Tokens of each part.
    """

    x: FloatArray
    w: FloatArray
    sizes: FloatArray

    @cached_property
    def t(self) -> FloatArray:
        """Share of the term's occurrences in each part; NaN for a term without any."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.x / self.x.sum(axis=0))

    @cached_property
    def deviation(self) -> FloatArray:
        """Half the sum of |t - w|."""
        return np.asarray(np.abs(self.t - self.w).sum(axis=0) / 2)


def check_parts(frequencies: npt.ArrayLike, sizes: npt.ArrayLike) -> Parts:
    """Check frequencies in parts; one term may be given as a vector.

    Raises
    ------
    MeasureError
        If the shapes differ, a size is not above 0, or a frequency is negative or above it.
    """
    x, size = np.asarray(frequencies, dtype=float), np.asarray(sizes, dtype=float)
    x = x[:, None] if x.ndim == 1 else x
    if x.shape[0] != size.size or size.size == 0:
        raise MeasureError(
            f"dispersion: wanted a size for each part, came {x.shape[0]} parts, {size.size} sizes"
        )
    if not np.all(size > 0):
        raise MeasureError("dispersion: a part has no tokens; leave empty parts out")
    if not np.all((x >= 0) & (x <= size[:, None])):
        raise MeasureError("dispersion: wanted frequencies from 0 up to the size of the part")
    return Parts(x, (size / size.sum())[:, None], size[:, None])
