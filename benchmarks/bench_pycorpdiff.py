"""The same keyness by this package and by pycorpdiff, and the bootstrap against a pandas loop.

    pip install pycorpdiff        # into the environment, for this comparison only
    python benchmarks/bench_pycorpdiff.py 10kgnad_test.csv.gz

Both get the same articles in two halves and give G2 with Benjamini-Hochberg, an effect
size and dispersion for every term with five or more occurrences; counting is included in
neither. Alternating runs in one process: medians, and the ratio of each pair of runs.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from press import Press, read_press

from analysis.measures.counts import Recipe, TermCounts
from analysis.measures.dispersion import dispersion
from analysis.measures.formulas import KEYNESS, log_ratio
from analysis.measures.keyness import keyness
from analysis.measures.resampling import Resampling, bootstrap_terms, find_units

SLOW = ("fisher_p",)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help="10kGNAD as CSV, plain or gzip")
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    press = read_press(arguments.articles)
    counts = in_halves(press).trim(min_count=5)
    runs = pairs(counts, press, arguments.repeats)
    ours, theirs = (statistics.median(times) for times in zip(*runs, strict=True))
    ratios = sorted(theirs / ours for ours, theirs in runs)
    print(
        f"keyness, {len(counts.terms)} terms: ours {ours:.3f} s, pycorpdiff {theirs:.3f} s,"
        f" ratio {statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"
    )
    fast, slow = bootstrap(counts, arguments.repeats)
    print(
        f"1,000 resamples, 5,000 terms: ours {fast:.2f} s, pandas loop {slow:.1f} s"
        f" (from 20 resamples), ratio {slow / fast:.0f}"
    )


def in_halves(press: Press) -> TermCounts:
    event = np.where(np.arange(press.matrix.shape[0]) % 2 == 0, "x", "y")
    rows = pd.DataFrame({"doc_id": [str(i) for i in range(len(event))], "event": event})
    return TermCounts(press.matrix, rows, pd.Index(press.terms), press.sizes, Recipe("form"))


def pairs(counts: TermCounts, press: Press, repeats: int) -> list[tuple[float, float]]:
    import pycorpdiff  # noqa: PLC0415 -- in no environment of ours

    names = press.terms
    dense = press.matrix
    texts = [
        " ".join(np.repeat(names[row.indices], row.data.astype(int)))
        for row in (dense[[i]] for i in range(dense.shape[0]))
    ]
    table = pd.DataFrame({"text": texts, "half": counts.rows["event"]})
    x, y = (pycorpdiff.from_dataframe(table[table["half"] == half]) for half in "xy")
    measures = tuple(name for name in KEYNESS if name not in SLOW)
    plan = Resampling(n_permutations=0, n_resamples=0)  # as pycorpdiff by default

    def ours() -> None:
        keyness(
            counts, target="x", reference="y", measures=measures, correction="bh", resampling=plan
        ).merge(dispersion(counts, measures=("dp_norm",)), on="term")

    def theirs() -> None:
        pycorpdiff.compare(x, y).keyness(dispersion=True)

    ours(), theirs()  # first runs tokenize and load
    return [(seconds(ours), seconds(theirs)) for _ in range(repeats)]


def bootstrap(counts: TermCounts, repeats: int) -> tuple[float, float]:
    order = np.argsort(-counts.frequencies(), kind="stable")[:5000]
    kept = counts.drop(frozenset(counts.terms[np.setdiff1d(np.arange(len(counts.terms)), order)]))
    side = (kept.rows["event"] == "x").to_numpy()
    units = find_units(kept.matrix, kept.totals, side)
    fast = statistics.median(
        seconds(lambda: bootstrap_terms(units, log_ratio, n_resamples=1000)) for _ in range(repeats)
    )
    frame = pd.DataFrame(kept.matrix.toarray(), columns=kept.terms)
    return fast, seconds(lambda: loop(frame, kept.totals, side, 20)) * 50


def loop(frame: pd.DataFrame, sizes: np.ndarray, side: np.ndarray, n: int) -> None:
    """Resample as one writes it down first: draw rows, sum, divide."""
    rng = np.random.default_rng(1)
    x, y = np.flatnonzero(side), np.flatnonzero(~side)
    for _ in range(n):
        first, second = rng.choice(x, len(x)), rng.choice(y, len(y))
        a, b = frame.iloc[first].sum(), frame.iloc[second].sum()
        np.log2(
            (a.clip(lower=0.5) / sizes[first].sum()) / (b.clip(lower=0.5) / sizes[second].sum())
        )


def seconds(task: Callable[[], object]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
