"""How long keyness takes on real news, at 1, 10 and 40 times their size.

    python benchmarks/bench_keyness.py 10kgnad_test.csv.gz --times 1 10 40

Copies of the articles are taken as further documents: that is a test of speed only.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from press import Press, markdown, read_press
from scipy import sparse

from analysis.measures.counts import Recipe, TermCounts
from analysis.measures.dispersion import dispersion
from analysis.measures.formulas import KEYNESS, g2_four_cell, log_ratio
from analysis.measures.keyness import keyness
from analysis.measures.permutation import permute_terms
from analysis.measures.resampling import Resampling, bootstrap_terms, find_units

SLOW = ("fisher_p",)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help="10kGNAD as CSV, plain or gzip")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 40])
    parser.add_argument("--repeats", type=int, default=3, help="runs; the median is given")
    arguments = parser.parse_args()
    press = read_press(arguments.articles)
    rows = [measure_size(press, times, arguments.repeats) for times in arguments.times]
    print(markdown(rows))


def measure_size(press: Press, times: int, repeats: int) -> dict[str, object]:
    counts = enlarge(press, times)
    side = (counts.rows["event"] == "x").to_numpy()
    units = find_units(counts.matrix, counts.totals, side)
    cells = (
        *(units.matrix[np.flatnonzero(s)].sum(axis=0) for s in (side, ~side)),
        *(units.sizes[s].sum() for s in (side, ~side)),
    )
    measures = tuple(name for name in KEYNESS if name not in SLOW)
    groups = {"target": "x", "reference": "y"}
    tasks = {
        "G2": partial(g2_four_cell, *cells),
        "dispersion (range, DPnorm, D_P)": partial(dispersion, counts),
        "999 relabellings, max-T": partial(permute_terms, units),
        "1,000 resamples of log ratio": partial(bootstrap_terms, units, log_ratio),
        "keyness, default": partial(keyness, counts, **groups),
        f"keyness, {len(measures)} measures, 99 and 100 draws": partial(
            keyness,
            counts,
            **groups,
            measures=measures,
            resampling=Resampling(n_permutations=99, n_resamples=100),
        ),
    }
    row = {
        "times": times,
        "documents": f"{len(side):,}",
        "terms": f"{len(counts.terms):,}",
        "tokens": f"{int(counts.totals.sum()):,}",
    }
    for name, task in tasks.items():
        row[f"{name} (s)"] = f"{median_seconds(task, repeats):.3f}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return row | {"peak memory so far (MB)": f"{peak:.0f}"}


def enlarge(press: Press, times: int) -> TermCounts:
    matrix = sparse.csr_array(sparse.vstack([press.matrix] * times)).astype(np.int64)
    n_documents = matrix.shape[0]
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(
        {
            "doc_id": [f"d{i:06}" for i in range(n_documents)],
            "event": np.where(rng.permutation(n_documents) < n_documents // 2, "x", "y"),
        }
    )
    totals = np.tile(press.sizes, times).astype(np.int64)
    counts = TermCounts(matrix, rows, pd.Index(press.terms), totals, Recipe())
    return counts.trim(min_count=5)


def median_seconds(task: Callable[[], object], repeats: int) -> float:
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
