"""Time and peak memory of topics fitted from Parquet in batches, as the corpus grows.

    PYTHONPATH=. python benchmarks/bench_topics_at_scale.py 10kgnad_test.csv.gz --times 1 10 100

Documents are drawn from 10kGNAD's with replacement, and the words of each anew from its own:
the time and memory of so many documents, with the information of 1,028. Tables are written to
a temporary folder in row groups of at most 200,000 rows; every size is measured in a process of
its own, memory as its peak above what it held after its imports.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from press import read_press
from topic_engines_apart import peak, reset_peak

from analysis.measures.count_batches import BatchPlan
from analysis.measures.topics_at_scale import fit_topics_at_scale, prevalence_in_batches

FIXED = {"pos": "NN", "voice": "narrator"}


def write_tables(news: Path, times: int, folder: Path) -> tuple[int, int]:
    """Write terms and segments of so many times the articles, one segment an article."""
    press, rng, n_cells = read_press(news), np.random.default_rng(1), 0
    matrix = press.matrix.tocsr()
    words = press.terms.astype(str)
    segments, writer = [], None
    for block in range(times):
        parts = []
        for i in range(matrix.shape[0]):
            row = rng.integers(matrix.shape[0])
            begin, end = matrix.indptr[row], matrix.indptr[row + 1]
            size = matrix.data[begin:end]
            n = rng.multinomial(int(size.sum()), size / size.sum())
            segment_id = f"d{block:04d}-{i:04d}:0000"
            parts.append((segment_id, matrix.indices[begin:end][n > 0], n[n > 0]))
            segments.append((segment_id, "body", int(size.sum()), ""))
        table = pd.DataFrame({
            "segment_id": np.repeat([p[0] for p in parts], [len(p[1]) for p in parts]),
            "lemma": words[np.concatenate([p[1] for p in parts])],
            "n": np.concatenate([p[2] for p in parts]),
        }).assign(**FIXED)  # fmt: skip
        n_cells += len(table)
        held = pa.Table.from_pandas(table, preserve_index=False)
        writer = writer or pq.ParquetWriter(folder / "terms.parquet", held.schema)
        writer.write_table(held, row_group_size=200_000)
    writer.close()
    columns = ["segment_id", "zone", "n_words", "repeat_across"]
    pd.DataFrame(segments, columns=columns).to_parquet(folder / "segments.parquet")
    return len(segments), n_cells


def measure(folder: Path, n_passes: int, n_rows: int) -> None:
    """Fit and fold in this process, and print seconds and megabytes."""
    plan = BatchPlan(min_rows=20, n_rows=n_rows)
    before, start = reset_peak(), time.perf_counter()
    topics = fit_topics_at_scale(folder, n_topics=20, seed=1, plan=plan, n_passes=n_passes)
    fitted = time.perf_counter()
    n = sum(table["doc_id"].nunique() for table in prevalence_in_batches(topics))
    took = (fitted - start, time.perf_counter() - fitted)
    rose = (peak() - before) / 1024
    sizes = f"{n:,} | {len(topics.vocabulary.terms):,}"
    print(f"{sizes} | {took[0]:.1f} | {took[1]:.1f} | {rose:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("news", type=Path, help="10kgnad_test.csv.gz, or a folder with --measure")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--measure", action="store_true", help="used by itself")
    asked = parser.parse_args()
    if asked.measure:
        measure(asked.news, asked.passes, asked.rows)
        return
    print("| times | rows of terms | documents | terms | fit, s | shares, s | MB above start |")
    print("|---|---|---|---|---|---|---|")
    for times in asked.times:
        with tempfile.TemporaryDirectory() as place:
            _, n_cells = write_tables(asked.news, times, Path(place))
            print(f"| {times} | {n_cells:,} | ", end="", flush=True)
            options = ["--measure", "--passes", str(asked.passes), "--rows", str(asked.rows)]
            subprocess.run([sys.executable, __file__, place, *options], check=True)


if __name__ == "__main__":
    main()
