"""Counts of words near nodes, document by document, and their sums over drawn documents."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.errors import MeasureError, unknown
from analysis.measures.cells import Pairs
from analysis.measures.inference import FloatArray


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
    """

    joint: pd.DataFrame
    windows: pd.DataFrame
    frequencies: pd.DataFrame
    documents: pd.DataFrame

    def __post_init__(self) -> None:
        wanted = {
            "joint": ["doc_id", "node", "collocate", "n_joint"],
            "windows": ["doc_id", "node", "n_node"],
            "frequencies": ["doc_id", "collocate", "n_collocate"],
            "documents": ["doc_id", "n_tokens"],
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
        row = pd.Series(np.arange(len(side)), index=side["doc_id"])
        joint = counts.joint[counts.joint["node"] == node]
        windows = counts.windows[counts.windows["node"] == node]
        self.joint = _by_collocate(joint, "n_joint", collocates, row)
        self.frequencies = _by_collocate(counts.frequencies, "n_collocate", collocates, row)
        if "n_in_node" in joint:
            self.frequencies = self.frequencies - _by_collocate(joint, "n_in_node", collocates, row)
        sums = windows.groupby("doc_id").sum(numeric_only=True).reindex(side["doc_id"]).fillna(0)
        self.windows = sums["n_node"].to_numpy(dtype=float)
        self.tokens = side["n_tokens"].to_numpy(dtype=float)
        if "n_node_tokens" in sums:
            self.tokens = self.tokens - sums["n_node_tokens"].to_numpy(dtype=float)

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
    table: pd.DataFrame, column: str, collocates: pd.Index, row: pd.Series
) -> sparse.csr_array:
    """Give counts as collocates by documents of one side."""
    table = table[table["collocate"].isin(collocates) & table["doc_id"].isin(row.index)]
    at = (collocates.get_indexer(pd.Index(table["collocate"])), table["doc_id"].map(row).to_numpy())
    values = table[column].to_numpy(dtype=float)
    return sparse.csr_array((values, at), shape=(len(collocates), len(row)))
