"""Counts of words near nodes, document by document, and their sums over drawn documents."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.measures.cells import Pairs
from analysis.measures.inference import FloatArray
from analysis.study.errors import MeasureError, unknown


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
        row = pd.Series(np.arange(len(side)), index=side["doc_id"])[known.to_numpy()]
        joint = counts.joint[counts.joint["node"] == node]
        windows = counts.windows[counts.windows["node"] == node]
        n = len(side)
        self.joint = _by_collocate(joint, "n_joint", collocates, row, n_documents=n)
        self.frequencies = _by_collocate(
            counts.frequencies, "n_collocate", collocates, row, n_documents=n
        )
        if "n_in_node" in joint:
            inside = _by_collocate(joint, "n_in_node", collocates, row, n_documents=n)
            self.frequencies = self.frequencies - inside
        sums = windows.groupby("doc_id").sum(numeric_only=True).reindex(side["doc_id"])
        sums = sums.fillna(0).mul(known.to_numpy(), axis=0)
        self.windows = sums["n_node"].to_numpy(dtype=float)
        self.tokens = side["n_tokens"].where(known, 0).to_numpy(dtype=float)
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
    table: pd.DataFrame, column: str, collocates: pd.Index, row: pd.Series, *, n_documents: int
) -> sparse.csr_array:
    """Return the counts of a column as collocates by documents of one side."""
    table = table[table["collocate"].isin(collocates) & table["doc_id"].isin(row.index)]
    at = (collocates.get_indexer(pd.Index(table["collocate"])), table["doc_id"].map(row).to_numpy())
    values = table[column].to_numpy(dtype=float)
    return sparse.csr_array((values, at), shape=(len(collocates), n_documents))
