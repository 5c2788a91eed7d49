"""Fits one engine in a process of its own, for bench_topic_engines.py.

    python benchmarks/topic_engines_apart.py NAME FOLDER SEED

Reads FOLDER/train.npz; leaves FOLDER/fit.npz: topics, seconds of CPU, megabytes that memory
rose. What it imports is imported where it is used: the Python of tomotopy and gensim has
nothing of this project, and that of the project has neither.
"""
# ruff: noqa: PLC0415 -- see above

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path

import numpy as np
from scipy import sparse

N_TOPICS, ALPHA = 20, 0.1
#: Name -> engine of this project and its settings, or a function below.
OURS: dict[str, tuple[str, dict[str, object]]] = {
    "nmf": ("nmf", {}),
    "lda": ("lda", {}),
    "lda, 1/k": ("lda", {"alpha": 1 / N_TOPICS, "beta": 1 / N_TOPICS}),
    "lda, .1": ("lda", {"beta": 0.1}),
    "lda_online": ("lda_online", {}),
    "lda_online, 1/k": ("lda_online", {"alpha": 1 / N_TOPICS, "beta": 1 / N_TOPICS}),
    "lda_online, .1": ("lda_online", {"beta": 0.1}),
    "lda_em, 50": ("lda_em", {"n_iterations": 50}),
    "lda_em, 100": ("lda_em", {"n_iterations": 100}),
    "lda_em, 200": ("lda_em", {"n_iterations": 200}),
}


def fit_ours(counts: sparse.csr_matrix, name: str, seed: int):
    from analysis.measures.topic_engines import EngineSettings, find_engine, run_engine
    from analysis.measures.topic_likelihood import word_shares

    engine, changes = OURS[name]
    settings = EngineSettings(**changes)
    rows = sparse.csr_array(counts)
    start = time.process_time()
    fit = run_engine(engine, rows, N_TOPICS, seed=seed, settings=settings)
    fitted = time.process_time()
    find_engine(engine).fold(fit, rows, settings)  # again, to know how long it took
    took = 2 * fitted - start - time.process_time()
    words = word_shares(fit, rows, settings) if engine == "nmf" else fit.topic_terms
    return took, fit.topic_terms, words


def fit_tomotopy(counts: sparse.csr_matrix, _name: str, seed: int):
    import tomotopy

    model = tomotopy.LDAModel(k=N_TOPICS, alpha=ALPHA, eta=0.01, seed=seed)
    for row in counts:
        model.add_doc(list(np.repeat(row.indices.astype(str), row.data.astype(int))))
    start = time.process_time()
    model.train(1000, workers=1)
    took = time.process_time() - start
    topics = np.full((N_TOPICS, counts.shape[1]), 1e-9)
    used = np.array(list(model.used_vocabs), dtype=int)
    for topic in range(N_TOPICS):
        topics[topic, used] = model.get_topic_word_dist(topic)
    topics /= topics.sum(axis=1, keepdims=True)
    return took, topics, topics


def fit_gensim(counts: sparse.csr_matrix, name: str, seed: int):
    import gensim

    corpus = gensim.matutils.Sparse2Corpus(counts.astype(int), documents_columns=False)
    names = {i: str(i) for i in range(counts.shape[1])}
    usual = {"id2word": names, "num_topics": N_TOPICS, "random_state": seed}
    start = time.process_time()
    if "NMF" in name:
        weighted = gensim.models.TfidfModel(corpus)[corpus]
        topics = gensim.models.Nmf(list(weighted), passes=10, **usual).get_topics()
    else:
        topics = gensim.models.LdaModel(list(corpus), passes=50, **usual).get_topics()
    return time.process_time() - start, topics.astype(float), topics.astype(float)


OTHERS = {
    "tomotopy LDA": ("tomotopy", fit_tomotopy),
    "gensim LDA": ("gensim", fit_gensim),
    "gensim NMF": ("gensim", fit_gensim),
}


def reset_peak() -> int:
    """Forget the peak of memory (Linux); give what is held now, in kilobytes.

    The peak that getrusage knows is at first that of the process that started this one.
    """
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak()


def peak() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def work(name: str, folder: Path, seed: int) -> None:
    """Fit one engine in this process and leave its topics, seconds and megabytes."""
    counts = sparse.load_npz(folder / "train.npz").tocsr()
    package, fit = OTHERS.get(name, ("analysis.measures.topic_likelihood", fit_ours))
    importlib.import_module(package)  # its size is no part of the fit
    before = reset_peak()
    took, topics, words = fit(counts, name, seed)
    rose = (peak() - before) / 1024
    np.savez(folder / "fit.npz", took=took, rose=rose, topics=topics, words=words)


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
