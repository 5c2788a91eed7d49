"""Counts of made-up documents for the tests of measures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.measures.counts import Recipe, TermCounts

GOLD = Path(__file__).parent / "gold"


def draw_counts(
    n_target: int = 25, n_reference: int = 30, *, seed: int = 3, factor: float = 1.0
) -> TermCounts:
    """Draw documents of uneven length and bursty terms; the first term is `factor` as frequent."""
    rng = np.random.default_rng(seed)
    n_documents, n_terms = n_target + n_reference, 40
    rates = 0.3 / np.arange(1, n_terms + 1) ** 1.1
    sizes = rng.integers(150, 600, n_documents)
    bursts = rng.gamma(2, 0.5, (n_documents, n_terms))
    bursts[:n_target, 0] *= factor
    matrix = rng.poisson(sizes[:, None] * rates * bursts * 0.2)
    rows = pd.DataFrame(
        {
            "doc_id": [f"d{i:03}" for i in range(n_documents)],
            "event": ["x"] * n_target + ["y"] * n_reference,
            "outlet": np.array(["Blatt", "Post", "Welle"])[np.arange(n_documents) % 3],
            "kind": "article",
        }
    )
    terms = pd.Index([f"wort{i:02}" for i in range(n_terms)])
    totals = np.maximum(sizes, matrix.sum(axis=1))
    return TermCounts(sparse.csr_array(matrix), rows, terms, totals, Recipe())


def small_counts(matrix: list[list[int]], events: str, *, total: int = 100) -> TermCounts:
    """Counts written out: a row of the matrix and a letter of `events` for each document."""
    values = sparse.csr_array(np.array(matrix))
    rows = pd.DataFrame(
        {"doc_id": [f"d{i}" for i in range(len(events))], "event": list(events), "outlet": "o"}
    )
    terms = pd.Index([f"t{i}" for i in range(values.shape[1])])
    return TermCounts(values, rows, terms, np.full(len(events), total), Recipe())


def near(value: float, text: str) -> None:
    """Check that a value agrees with a printed one in all its digits."""
    decimals = len(text.split(".")[1]) if "." in text else 0
    assert abs(float(value) - float(text)) <= 0.5001 * 10.0**-decimals, (value, text)


def take(counts: TermCounts, at: np.ndarray, **columns: object) -> TermCounts:
    """Take rows by their places, in this order and as often as named; write columns anew."""
    rows = counts.rows.iloc[at].reset_index(drop=True).assign(**columns)
    matrix = sparse.csr_array(counts.matrix[at])
    return replace(counts, matrix=matrix, rows=rows, totals=counts.totals[at])
