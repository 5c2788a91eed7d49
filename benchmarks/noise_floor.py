"""How many keywords two random halves of the same news have: false alarms of each test.

Articles are split at random, so that no word has a right to be key. Measured are the
share of terms that each test calls significant, and how often any is called so.

    python benchmarks/noise_floor.py 10kgnad_test.csv.gz --splits 400
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from press import Press, markdown, read_press
from scipy import sparse

from analysis.measures.formulas import g2_four_cell, lrc, p_of_chi2
from analysis.measures.inference import adjust_p_values
from analysis.measures.permutation import permute_terms
from analysis.measures.resampling import find_units


class Design(NamedTuple):
    """A way to split: articles a side, from one section or all, copies put in, texts merged."""

    name: str
    n_target: int
    n_reference: int
    one_section: bool = False
    n_copied: int = 0
    as_clusters: bool = True
    copies_stay: bool = True
    n_merged: int = 1


DESIGNS = [
    Design("72 v 72, one section", 72, 72, one_section=True),
    Design("72 v 72", 72, 72),
    Design("500 v 500", 500, 500),
    Design("72 v 500", 72, 500),
    Design("72 v 72 texts of 4 articles each", 72, 288, n_merged=4),
    Design("500 v 18 texts of 4 articles each", 500, 72, n_merged=4),
    Design("200 v 200", 200, 200),
    Design("200 v 200, 20 articles copied 4 times, copies as documents", 200, 200,
           n_copied=20, as_clusters=False),
    Design("200 v 200, 20 articles copied 4 times, copies as clusters", 200, 200, n_copied=20),
    Design("200 v 200, 20 articles copied 4 times, clusters on both sides", 200, 200,
           n_copied=20, copies_stay=False),
]  # fmt: skip


def main() -> None:
    arguments = read_arguments()
    press = read_press(arguments.articles)
    n_tokens = int(press.sizes.sum())
    print(f"{len(press.sizes)} articles, {n_tokens} tokens, {arguments.splits} splits a row\n")
    rows = []
    for design in DESIGNS:
        if re.search(arguments.only, design.name):
            rows.append(measure_design(press, design, arguments))
            print(rows[-1], flush=True)
    table = markdown(rows)
    print("\n" + table)
    if arguments.write:
        arguments.write.write_text(table + "\n", encoding="utf-8")


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help="10kGNAD as CSV, plain or gzip")
    parser.add_argument("--splits", type=int, default=400)
    parser.add_argument("--permutations", type=int, default=999)
    parser.add_argument("--min-count", type=int, default=5, help="occurrences of a term")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="designs whose name matches this")
    parser.add_argument("--write", type=Path, help="file for the table, in Markdown")
    return parser.parse_args()


def measure_design(press: Press, design: Design, arguments: argparse.Namespace) -> dict:
    start = time.perf_counter()
    splits = pd.DataFrame(
        measure_split(press, design, arguments, np.random.default_rng([arguments.seed, split]))
        for split in range(arguments.splits)
    )
    low, high = np.quantile(splits["per_term"], [0.05, 0.95])
    return {
        "articles a side": design.name,
        "terms": round(splits["n_terms"].mean()),
        "testable": round(splits["n_testable"].mean()),
        "G2: p<.05": f"{splits['g2'].mean():.3f}",
        "G2: Bonferroni keywords": f"{splits['g2_bonferroni'].mean():.1f}",
        "G2: BH keywords": f"{splits['g2_bh'].mean():.1f}",
        "LRC not 0": f"{splits['lrc'].mean():.1f}",
        "documents: p<=.05": f"{splits['per_term'].mean():.4f}",
        "(5-95 % of splits)": f"{low:.3f}-{high:.3f}",
        "splits with a max-T keyword": f"{splits['any_max_t'].mean():.4f}",
        "splits with a BH keyword": f"{splits['any_bh'].mean():.4f}",
        "seconds a split": f"{(time.perf_counter() - start) / len(splits):.2f}",
    }


def measure_split(
    press: Press, design: Design, arguments: argparse.Namespace, rng: np.random.Generator
) -> dict[str, float]:
    article, side = draw_split(press, design, rng)
    matrix = press.matrix[article]
    frequent = np.flatnonzero(matrix.sum(axis=0) >= arguments.min_count)
    matrix, sizes = sparse.csr_array(matrix[:, frequent]), press.sizes[article]
    clusters = article if design.as_clusters else None
    if design.n_merged > 1:
        clusters = np.where(side, article, -1 - np.arange(len(article)) // design.n_merged)
    units = find_units(matrix, sizes, side, clusters=clusters)
    test = permute_terms(
        units, n_permutations=arguments.permutations, seed=int(rng.integers(2**31))
    )
    testable = test[test["status"] == "ok"]
    return measure_words(matrix, sizes, side) | {
        "n_terms": len(test),
        "n_testable": len(testable),
        "per_term": float((testable["p_value"] <= 0.05).mean()),
        "any_max_t": float((testable["p_max_t"] <= 0.05).any()),
        "any_bh": float((adjust_p_values(testable["p_value"], "bh") <= 0.05).any()),
    }


def draw_split(
    press: Press, design: Design, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Give the articles of a split, copies included, and which are the target."""
    pool = np.arange(len(press.sizes))
    if design.one_section:
        names, counts = np.unique(press.sections, return_counts=True)
        large = names[counts >= design.n_target + design.n_reference]
        pool = np.flatnonzero(press.sections == rng.choice(large))
    article = rng.choice(pool, design.n_target + design.n_reference, replace=False)
    side = np.arange(len(article)) < design.n_target
    copied = rng.choice(len(article), design.n_copied, replace=False)
    copies = np.repeat(copied, 4)
    sides = side[copies] if design.copies_stay else rng.random(len(copies)) < side.mean()
    return np.append(article, article[copies]), np.append(side, sides)


def measure_words(matrix: sparse.csr_array, sizes: np.ndarray, side: np.ndarray) -> dict:
    """Count what the tests find that take words as units."""
    target, reference = np.flatnonzero(side), np.flatnonzero(~side)
    cells = (
        matrix[target].sum(axis=0),
        matrix[reference].sum(axis=0),
        sizes[target].sum(),
        sizes[reference].sum(),
    )
    p = p_of_chi2(g2_four_cell(*cells))
    return {
        "g2": float((p < 0.05).mean()),
        "g2_bonferroni": int((adjust_p_values(p, "bonferroni") < 0.05).sum()),
        "g2_bh": int((adjust_p_values(p, "bh") < 0.05).sum()),
        "lrc": int((lrc(*cells, n_tests=len(p)) != 0).sum()),
    }


if __name__ == "__main__":
    main()
