"""Read 10kGNAD (labelled German news articles, one CSV row each) into counts for the benchmarks."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Press(NamedTuple):
    """Counts of word forms in articles, with the tokens and the section of each article."""

    matrix: sparse.csr_array
    sizes: np.ndarray
    sections: np.ndarray
    terms: np.ndarray


def read_press(path: Path) -> Press:
    """Count lower-cased word forms; plain CSV or gzip, ``section;text`` in a row."""
    csv.field_size_limit(10**9)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        articles = [row for row in csv.reader(file, delimiter=";", quotechar="'") if len(row) == 2]
    number: dict[str, int] = {}
    row, column = [], []
    for i, (_, text) in enumerate(articles):
        for word in WORD.findall(text.lower()):
            row.append(i)
            column.append(number.setdefault(word, len(number)))
    matrix = sparse.csr_array(
        (np.ones(len(row)), (row, column)), shape=(len(articles), len(number))
    )
    matrix.sum_duplicates()
    sections = np.array([section for section, _ in articles])
    return Press(matrix, np.asarray(matrix.sum(axis=1)), sections, np.array(list(number)))


def markdown(rows: list[dict[str, object]]) -> str:
    """Write rows as a table in Markdown."""
    lines = [
        list(rows[0]),
        ["---"] * len(rows[0]),
        *([str(v) for v in row.values()] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
