"""LDA and NMF by engine: held-out perplexity, seconds, coherence, stability, memory.

    PYTHONPATH=. python benchmarks/bench_topic_engines.py 10kgnad_test.csv.gz \
        --times 1 10 --seeds 3 --other OTHER_PYTHON

Articles are 10kGNAD's; forms in at least five and at most half of them, without stop words.
A fifth is held out and scored by document completion, in the same way for every engine. At
10x the others are drawn ten times as often, with their words drawn anew from each: time and
memory are those of ten times the data, the information is that of once.

Every fit runs in a process of its own with one thread, and says how far its memory rose;
engines are alternated, so that a ratio compares neighbours in time. Seconds are those of the
CPU for the topics; the shares of the articles come after, in the same way for the engines of
this project. tomotopy and gensim run in OTHER_PYTHON, which needs them, numpy and scipy, and
nothing of this project.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from press import read_press
from scipy import sparse
from topic_engines_apart import ALPHA, OTHERS, OURS

from analysis import read_stop_words
from analysis.measures.topic_engines import EngineSettings
from analysis.measures.topic_likelihood import score_words, split_words
from analysis.measures.topic_matching import agreement, top_terms
from analysis.measures.topic_quality import document_counts, npmi_coherence


def read_counts(path: Path) -> sparse.csr_matrix:
    press, stop = read_press(path), read_stop_words()
    rows = np.bincount(press.matrix.nonzero()[1], minlength=len(press.terms))
    usual = (rows >= 5) & (rows <= press.matrix.shape[0] / 2)
    kept = [i for i, term in enumerate(press.terms) if usual[i] and term not in stop]
    return sparse.csr_matrix(press.matrix[:, kept])


def draw(counts: sparse.csr_matrix, times: int, seed: int) -> sparse.csr_matrix:
    """Draw documents with replacement, and the words of each from its own."""
    if times == 1:
        return counts
    rng = np.random.default_rng(seed)
    drawn = counts[rng.integers(0, counts.shape[0], times * counts.shape[0])].tocsr()
    for begin, end in itertools.pairwise(drawn.indptr):
        values = drawn.data[begin:end]
        if len(values):
            drawn.data[begin:end] = rng.multinomial(int(values.sum()), values / values.sum())
    drawn.eliminate_zeros()
    return drawn


def score(words: np.ndarray, held: sparse.csr_matrix) -> float:
    halves = split_words(sparse.csr_array(held), np.random.default_rng(7))
    n, total = score_words(words + 1e-9, *halves, EngineSettings(alpha=ALPHA))
    return float(np.exp(-total / n))


def coherence(topics: np.ndarray, counts: sparse.csr_matrix) -> float:
    rows = sparse.csr_array(counts)
    found = [document_counts(rows, best[best >= 0]) for best in top_terms(topics, 10)]
    return float(np.mean([npmi_coherence(*pair, rows.shape[0]) for pair in found]))


def stability(fits: list[np.ndarray]) -> float:
    lists = [top_terms(topics, 10) for topics in fits]
    pairs = itertools.combinations(lists, 2)
    return float(np.mean([agreement(*pair) for pair in pairs]))


def installed(python: str, package: str) -> bool:
    if not python:
        return False
    asked = subprocess.run([python, "-c", f"import {package}"], capture_output=True, check=False)
    return asked.returncode == 0


def fit_apart(name: str, folder: Path, seed: int, python: str) -> dict[str, np.ndarray]:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    worker = Path(__file__).with_name("topic_engines_apart.py")
    command = [python, str(worker), name, str(folder), str(seed)]
    subprocess.run(command, check=True, env={**os.environ, **threads})
    with np.load(folder / "fit.npz") as kept:
        return dict(kept)


def compare(asked: argparse.Namespace, times: int) -> None:
    seeds, other, only = asked.seeds, asked.other, asked.only
    counts = read_counts(asked.news)
    order = np.random.default_rng(1).permutation(counts.shape[0])
    held, rest = counts[order[: len(order) // 5]], counts[order[len(order) // 5 :]]
    train = draw(rest, times, 1)
    print(
        f"\n{times}x: {train.shape[0]} articles, {train.shape[1]} forms, {train.nnz} cells, ",
        end="",
    )
    print(f"{int(train.sum())} tokens; {held.shape[0]} held out; {seeds} seeds")
    missing = [name for name, (package, _) in OTHERS.items() if not installed(other, package)]
    names = [
        name for name in (*OURS, *OTHERS) if name not in missing and (not only or name in only)
    ]
    found: dict[str, list[dict[str, np.ndarray]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sparse.save_npz(folder / "train.npz", train)
        for seed, name in itertools.product(range(1, seeds + 1), names):
            python = other if name in OTHERS else sys.executable
            found[name].append(fit_apart(name, folder, seed, python))
            print(f"{seed} {name} {float(found[name][-1]['took']):.2f} s", file=sys.stderr)
    show(found, held, rest)
    for name in missing:
        print(f"| {name} | not installed |")


def show(found: dict, held: sparse.csr_matrix, rest: sparse.csr_matrix) -> None:
    took = {name: np.array([float(fit["took"]) for fit in fits]) for name, fits in found.items()}
    print("| engine | perplexity | seconds | of lda | of lda_online | NPMI | stability | MB |")
    print("|---|---|---|---|---|---|---|---|")
    for name, fits in found.items():
        ratios = [
            f"{np.median(took[base] / took[name]):.1f}" if base in took else ""
            for base in ("lda", "lda_online")
        ]
        cells = (
            f"{np.median([score(fit['words'], held) for fit in fits]):,.0f}",
            f"{np.median(took[name]):.2f}",
            *ratios,
            f"{np.median([coherence(fit['topics'], rest) for fit in fits]):.3f}",
            f"{stability([fit['topics'] for fit in fits]):.2f}" if len(fits) > 1 else "",
            f"{np.median([float(fit['rose']) for fit in fits]):.0f}",
        )
        print(f"| {name} | {' | '.join(cells)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("news", type=Path, help="10kgnad_test.csv.gz")
    parser.add_argument("--times", type=int, nargs="+", default=[1])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--other", default="", help="Python with tomotopy and gensim")
    parser.add_argument("--only", nargs="*", default=[])
    asked = parser.parse_args()
    for times in asked.times:
        compare(asked, times)


if __name__ == "__main__":
    main()
