"""What topics foretell of words held out: likelihood by document completion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.errors import MeasureError
from analysis.measures.counts import TermCounts
from analysis.measures.topic_engines import EngineSettings, Fit, find_engine, run_engine
from analysis.measures.topic_folding import fold_by_likelihood, to_shares
from analysis.measures.topic_segments import TopicRecipe, check_n_topics, choose_segments

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Weight that a term outside every topic of a segment has in all of them alike.
ALMOST_NOTHING = 1e-12


def held_out_likelihood(
    counts: TermCounts,
    *,
    n_topics: int,
    seed: int,
    engine: str = "nmf",
    recipe: TopicRecipe | None = None,
    n_folds: int = 5,
) -> pd.DataFrame:
    """Score words that a model has not seen, by completing segments (Wallach et al. 2009).

    Topics are fitted on the other folds. Of each segment of a fold, half of the words
    give its shares of the topics, and the other half is scored. Unlike the perplexity
    of scikit-learn's LDA, it does not depend on how many segments are scored.

    Parameters
    ----------
    counts, n_topics, engine, recipe
        As for `fit_topics`. Topics that are no distributions over words (``nmf``) are
        turned into such by the words of the segments that they take.
    seed : int
        Seed of the folds, of the halves, and of the engine.
    n_folds : int
        Parts of the segments.

    Returns
    -------
    DataFrame
        n_topics, unit (fold, all), fold (0 for all), n_segments, n_scored (words),
        log_likelihood (natural, of all words scored), per_word, perplexity (exp of
        -per_word; lower is better).

    Raises
    ------
    MeasureError
        As `fit_topics`, or if there are fewer segments than folds, or less than two.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> held_out_likelihood(counts, n_topics=2, seed=1, n_folds=2)["unit"].tolist()
    ['fold', 'fold', 'all']
    """
    recipe = recipe or TopicRecipe()
    chosen = choose_segments(counts, recipe)
    check_n_topics(chosen, n_topics)
    matrix, rows = chosen.matrix, []
    for fold, held in enumerate(_folds(matrix.shape[0], n_folds, seed), start=1):
        train = sparse.csr_array(matrix[np.setdiff1d(np.arange(matrix.shape[0]), held)])
        fit = run_engine(engine, train, n_topics, seed=seed, settings=recipe.settings)
        known = find_engine(engine).gives_distributions
        words = fit.topic_terms if known else word_shares(fit, train, recipe.settings)
        rng = np.random.default_rng((seed, fold))
        seen, scored = split_words(sparse.csr_array(matrix[held]), rng)
        rows.append((fold, len(held), *score_words(words, seen, scored, recipe.settings)))
    return _likelihood_table(rows, n_topics)


def _folds(n_rows: int, n_folds: int, seed: int) -> Iterator[IntArray]:
    if not 2 <= n_folds <= n_rows:
        raise MeasureError(
            f"held_out_likelihood: wanted from 2 to {n_rows} folds (segments), came {n_folds}"
        )
    order = np.random.default_rng((seed, 0)).permutation(n_rows)
    yield from (np.sort(part) for part in np.array_split(order, n_folds))


def word_shares(fit: Fit, counts: sparse.csr_array, settings: EngineSettings) -> FloatArray:
    """Turn topics into distributions over words: one step of expectation and maximisation.

    Each occurrence is shared out among the topics as its segment and its term have them;
    a topic's words are what it got, plus ``beta``.
    """
    rows, terms = counts.nonzero()
    parts = to_shares(fit.document_topics[rows] * (fit.topic_terms.T[terms] + ALMOST_NOTHING))
    parts *= np.asarray(counts[rows, terms], dtype=float)[:, None]
    words = np.full(fit.topic_terms.shape, settings.beta)
    for topic in range(len(words)):
        words[topic] += np.bincount(terms, parts[:, topic], minlength=counts.shape[1])
    return to_shares(words)


def split_words(
    counts: sparse.csr_array, rng: np.random.Generator
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Split the occurrences of every row at random in halves; an odd one goes to the first.

    Examples
    --------
    >>> halves = split_words(sparse.csr_array(np.array([[2, 3]])), np.random.default_rng(1))
    >>> [int(half.sum()) for half in halves]
    [3, 2]
    """
    rows, terms = counts.nonzero()
    n = np.asarray(counts[rows, terms], dtype=np.int64)
    rows, terms = np.repeat(rows, n), np.repeat(terms, n)
    order = np.lexsort((rng.random(len(rows)), rows))
    rows, terms = rows[order], terms[order]
    starts = np.searchsorted(rows, np.arange(counts.shape[0]))
    sizes = np.bincount(rows, minlength=counts.shape[0])
    first = np.arange(len(rows)) - starts[rows] < (sizes[rows] + 1) // 2
    shape = counts.shape
    return _count(rows[first], terms[first], shape), _count(rows[~first], terms[~first], shape)


def _count(rows: IntArray, terms: IntArray, shape: tuple[int, ...]) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(rows)), (rows, terms)), shape=shape)


def score_words(
    words: FloatArray, seen: sparse.csr_array, scored: sparse.csr_array, settings: EngineSettings
) -> tuple[int, float]:
    """Give how many words were scored, and their log likelihood given those seen."""
    shares = fold_by_likelihood(seen, words, alpha=settings.alpha)
    rows, terms = scored.nonzero()
    n = np.asarray(scored[rows, terms], dtype=float)
    chances = (shares[rows] * words.T[terms]).sum(axis=1)
    return int(n.sum()), float(n @ np.log(chances))


def _likelihood_table(rows: Sequence[tuple[int, int, int, float]], n_topics: int) -> pd.DataFrame:
    columns = ["fold", "n_segments", "n_scored", "log_likelihood"]
    folds = pd.DataFrame(rows, columns=columns).assign(unit="fold")
    together = folds[columns[1:]].sum().to_frame().T.assign(unit="all", fold=0)
    table = pd.concat([folds, together], ignore_index=True).assign(n_topics=n_topics)
    table["per_word"] = table["log_likelihood"] / table["n_scored"]
    table["perplexity"] = np.exp(-table["per_word"])
    whole = dict.fromkeys(("n_topics", "fold", "n_segments", "n_scored"), "int64")
    order = ["n_topics", "unit", *columns, "per_word", "perplexity"]
    return table[order].astype({**whole, "unit": "str"})
