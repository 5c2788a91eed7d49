"""How often intervals cover and planted differences are found, by simulation.

    python benchmarks/coverage.py --splits 2000
    python benchmarks/coverage.py --splits 2000 --rare

Documents of 800 words; rates differ from document to document with a coefficient of
variation (CV); no difference between the groups. Nominal coverage .95. Then a term that
is planted to be more frequent in one group: how often the permutation finds it. With
--rare: terms of half an occurrence to two in 1,000 words, texts of 400 to 2,500 words, and the
interval as it was given before few documents were refused (a count of zero: [0, 0]).
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd
from scipy import sparse, stats

from analysis.measures.counts import Recipe, TermCounts
from analysis.measures.inference import welch
from analysis.measures.intervals import rate_intervals
from analysis.measures.permutation import permute_terms
from analysis.measures.resampling import find_units

RATE, WORDS = 0.005, 800
#: Lengths of texts, and rate per 1,000 and spread of rare terms.
LENGTHS = (400, 700, 1200, 2500)
RARE = ((0.5, 0.5), (0.5, 1.0), (1.0, 0.5), (1.0, 1.0), (2.0, 1.0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=int, default=2000)
    parser.add_argument("--rare", action="store_true")
    asked = parser.parse_args()
    n_splits = asked.splits
    if asked.rare:
        print_rare(n_splits)
        return
    print("| documents | CV | Wilson, words | ratio, documents | bootstrap | Welch |")
    print("|---|---|---|---|---|---|")
    for sizes in ((2, 3), (5, 5), (20, 20)):
        for cv in (0.0, 0.5, 1.0):
            shares = coverage(sizes, cv, n_splits)
            cells = " | ".join(f"{share:.2f}" for share in shares)
            print(f"| {sizes[0]} v {sizes[1]} | {cv:g} | {cells} |")
    print("\n| documents | planted ratio | found (p <= .05) |\n|---|---|---|")
    for ratio in (1.0, 1.5, 2.0, 3.0):
        print(f"| 20 v 20 | {ratio:g} | {power(ratio, max(n_splits // 5, 100)):.2f} |")


def draw(rng: np.random.Generator, n: int, cv: float, rate: float = RATE) -> np.ndarray:
    spread = rng.gamma(1 / cv**2, cv**2, n) if cv else np.ones(n)
    return rng.poisson(WORDS * rate * spread)


def coverage(sizes: tuple[int, int], cv: float, n_splits: int) -> list[float]:
    """Give the share of intervals that cover: one group's rate, or the difference of two."""
    rng = np.random.default_rng(20180716)
    inside = np.zeros(4)
    for _ in range(n_splits):
        x, y = (draw(rng, n, cv) for n in sizes)
        counts = counted(y)
        for i, interval in enumerate(("wilson", "documents")):
            row = rate_intervals(counts, interval).iloc[0]
            inside[i] += row["low"] <= 1000 * RATE <= row["high"]
        inside[2] += bootstrap_covers(rng, x, y)
        inside[3] += welch_covers(x, y)
    return list(inside / n_splits)


def print_rare(n_splits: int) -> None:
    """Print how often the interval of a rare term's rate covers, by the number of texts."""
    print("| documents | " + " | ".join(f"{r:g} in 1,000, CV {cv:g}" for r, cv in RARE) + " |")
    print("|---" * (len(RARE) + 1) + "|")
    for n_documents in (3, 4, 7, 10, 20, 40):
        shares = (rare_coverage(n_documents, *how, n_splits) for how in RARE)
        print(f"| {n_documents} | " + " | ".join(f"{share:.2f}" for share in shares) + " |")


def rare_coverage(n_documents: int, rate: float, cv: float, n_splits: int) -> float:
    """Give the share of intervals with documents as units that hold the rate of a rare term."""
    rng = np.random.default_rng(20250815)
    sizes = rng.choice(LENGTHS, (n_splits, n_documents)).astype(float)
    spread = rng.gamma(1 / cv**2, cv**2, sizes.shape)
    n = rng.poisson(sizes * rate / 1000 * spread)
    total = sizes.sum(axis=1)
    found = n.sum(axis=1) / total
    scatter = ((n - found[:, None] * sizes) ** 2).sum(axis=1)
    error = np.sqrt(scatter * n_documents / (n_documents - 1)) / total
    reach = stats.t.ppf(0.975, n_documents - 1) * error
    return float((np.abs(found - rate / 1000) <= reach).mean())


def welch_covers(x: np.ndarray, y: np.ndarray) -> bool:
    """Ask Welch's interval; documents that do not differ at all have none, and cover."""
    if np.ptp(x) == 0 and np.ptp(y) == 0:
        return bool(x[0] == y[0])
    with warnings.catch_warnings():
        # scipy warns where one side does not vary; the interval is right all the same.
        warnings.simplefilter("ignore", RuntimeWarning)
        found = welch(x / WORDS, y / WORDS)
    return bool(found.low <= 0 <= found.high)


def bootstrap_covers(rng: np.random.Generator, x: np.ndarray, y: np.ndarray) -> bool:
    draws = [rng.choice(side, (400, len(side))).mean(axis=1) for side in (x, y)]
    low, high = np.quantile(draws[0] - draws[1], (0.025, 0.975))
    return bool(low <= 0 <= high)


def counted(n: np.ndarray) -> TermCounts:
    rows = pd.DataFrame({"doc_id": [str(i) for i in range(len(n))], "group": "g"})
    matrix = sparse.csr_array(n[:, None])
    return TermCounts(matrix, rows, pd.Index(["t"]), np.full(len(n), WORDS), Recipe())


def power(ratio: float, n_splits: int) -> float:
    """Give how often a planted difference is found between 20 and 20 documents, CV .5."""
    rng = np.random.default_rng(7)
    is_target = np.arange(40) < 20
    found = 0
    for seed in range(n_splits):
        n = np.where(is_target, draw(rng, 40, 0.5, RATE * ratio), draw(rng, 40, 0.5))
        units = find_units(sparse.csr_array(n[:, None]), np.full(40, WORDS), is_target)
        table = permute_terms(units, n_permutations=199, seed=seed)
        found += table["p_value"].iloc[0] <= 0.05
    return found / n_splits


if __name__ == "__main__":
    main()
