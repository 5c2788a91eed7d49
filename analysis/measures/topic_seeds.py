"""Topics anchored on given words: what stands around them beyond the general themes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize, sparse
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfTransformer

from analysis.measures.counts import TermCounts
from analysis.measures.inference import FloatArray
from analysis.measures.topic_engines import IntArray, to_shares
from analysis.measures.topics import TopicRecipe, TopicSegments, choose_segments
from analysis.measures.verdicts import OK, VERDICT, Verdict, refuse
from analysis.study.errors import MeasureError
from analysis.tables.cells import rounded

#: Fewer segments with a word of the list say nothing of what stands around it.
FEWEST_SEGMENTS = 5
#: A term must stand beside the words of the list in so many segments.
FEWEST_JOINT = 2
#: Rounds of alternating least squares, and the relative gain that ends them.
MOST_ROUNDS, SMALLEST_GAIN = 200, 1e-5
#: Rounds of the factorisation that free topics start from.
MOST_START_ROUNDS = 5000

COLUMNS = [
    *("seed_id", "rank", "term", "weight", "n_joint", "n_documents_joint", "n_term"),
    *("n_segments", "n_documents", "n_seed_terms"),
    *VERDICT,
]


def seeded_topics(
    counts: TermCounts,
    *,
    seeds: Mapping[str, Sequence[str]],
    n_free: int = 2,
    recipe: TopicRecipe | None = None,
) -> pd.DataFrame:
    """Find what stands around given words that free topics do not account for.

    Non-negative factorisation of tf-idf weights with a part of it fixed (semi-supervised
    as in Lee, Yoo & Choi 2010): one topic for each list of words, whose share in
    a segment **is** the weight of these words in it, beside free topics. Least squares give
    the terms of the anchored topics and all of the free ones, in alternation (Kim & Park
    2008). What a term has with a list only because both belong to a general theme
    goes to the free topics.

    Such a topic is a neighbourhood of words, not a frame.

    Parameters
    ----------
    counts : TermCounts
        Counts in segments. Count with ``unit="head"`` to have compounds with their heads.
    seeds : mapping of str to sequence of str
        Name of each list -> its words, compared whatever their case.
    n_free : int
        Topics beside the anchored ones; 0 or more.
    recipe : TopicRecipe, optional
        As for `fit_topics`; no seed is needed, the start is a decomposition.

    Returns
    -------
    DataFrame
        seed_id, rank, term, weight (share of the anchored topic outside its own words),
        n_joint (segments with the term and a word of the list), n_documents_joint, n_term
        (segments with the term), n_segments, n_documents (with a word of the list),
        n_seed_terms (words of the list that occur), status, reason_code, reason_values. Terms stand
        beside the list in two segments or more. A list that occurs in fewer than five segments has
        one row, not estimable, without a term.

    Raises
    ------
    MeasureError
        If no list is given, a list matches no term, two lists share a term, n_free is
        negative or too large, or as `fit_topics`.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",), unit="head"))
    >>> table = seeded_topics(counts, seeds={"Deal": ["Deal", "Abkommen"]})
    >>> bool((table["n_joint"] >= 2).all())
    True
    """
    recipe = recipe or TopicRecipe()
    chosen = choose_segments(counts, recipe)
    found = _match_seeds(chosen.counts.terms, seeds)
    matrix = chosen.matrix
    weights = sparse.csr_array(TfidfTransformer().fit_transform(matrix))
    anchored = np.column_stack(
        [np.asarray(weights[:, at].sum(axis=1)).ravel() for at in found.values()]
    )
    others = np.setdiff1d(np.arange(matrix.shape[1]), np.concatenate(list(found.values())))
    most = max(0, min(len(anchored), len(others)) - 1)
    if not 0 <= n_free <= most:
        raise MeasureError(
            f"seeded_topics: wanted from 0 to {most} free topics for {len(anchored)} segments and "
            f"{len(others)} other terms, came {n_free}"
        )
    around = np.zeros((len(found), matrix.shape[1]))
    around[:, others] = _fit_around(weights[:, others].toarray(), anchored, n_free)
    parts = [
        _describe(name, at, topic, chosen=chosen, n_terms=recipe.n_terms)
        for (name, at), topic in zip(found.items(), to_shares(around), strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def _match_seeds(terms: pd.Index, seeds: Mapping[str, Sequence[str]]) -> dict[str, IntArray]:
    """Find the terms that each list names, by their numbers; whatever their case."""
    if not seeds:
        raise MeasureError("seeded_topics: wanted at least one list of words, came none")
    folded = [str(term).casefold() for term in terms]
    found: dict[str, IntArray] = {}
    for name, words in seeds.items():
        wanted = {word.casefold() for word in words}
        found[name] = np.flatnonzero([term in wanted for term in folded])
        if len(found[name]) == 0:
            raise MeasureError(
                f"seeded_topics: no word of the list {name!r} is among {len(terms)} terms: "
                f"{', '.join(sorted(words)[:5])}. Trim less, count the tags of these words, "
                "or leave the list out."
            )
    taken = np.concatenate(list(found.values()))
    if len(set(taken)) < len(taken):
        term = terms[np.flatnonzero(np.bincount(taken) > 1)[0]]
        raise MeasureError(f"seeded_topics: two lists share {term!r}; leave it to one of them")
    return found


def _fit_around(weights: FloatArray, anchored: FloatArray, n_free: int) -> FloatArray:
    """Fit the terms of all topics, and the segments' shares of the free ones, in turns.

    Free topics start from a factorisation without anchors.
    """
    if n_free == 0:
        return _solve(anchored, weights)
    # The decomposition is found by random projections; their seed changes the last digits only.
    model = NMF(n_free, init="nndsvd", random_state=0, max_iter=MOST_START_ROUNDS)
    n = anchored.shape[1]
    topics, before = _solve(np.hstack([anchored, model.fit_transform(weights)]), weights), np.inf
    for _ in range(MOST_ROUNDS):
        rest = weights - anchored @ topics[:n]
        free = _solve(topics[n:].T, rest.T).T
        # The size of a free topic may stand in its terms or in its shares: keep it in one.
        free = free / np.maximum(free.max(axis=0), np.finfo(float).tiny)
        design = np.hstack([anchored, free])
        topics = _solve(design, weights)
        loss = float(np.square(weights - design @ topics).sum())
        if before - loss <= SMALLEST_GAIN * loss:
            break
        before = loss
    return topics[:n]


def _solve(design: FloatArray, values: FloatArray) -> FloatArray:
    """Return the non-negative least squares of each column of values (Lawson & Hanson 1974)."""
    basis, small = np.linalg.qr(design)
    aims = (basis.T @ values).T
    return np.array([optimize.nnls(small, aim)[0] for aim in aims]).T


def _describe(
    name: str, at: IntArray, topic: FloatArray, *, chosen: TopicSegments, n_terms: int
) -> pd.DataFrame:
    """Rank the terms around one list, with the segments that they share with it."""
    holds = chosen.matrix > 0
    with_seed = np.asarray(holds[:, at].sum(axis=1)).ravel() > 0
    documents = chosen.counts.rows.loc[chosen.fitted, "doc_id"].to_numpy()
    about: dict[str, Any] = {
        "seed_id": name,
        "n_segments": int(with_seed.sum()),
        "n_documents": len(set(documents[with_seed])),
        "n_seed_terms": len(at),
    }
    if with_seed.sum() < FEWEST_SEGMENTS:
        few = refuse("too_few_segments_of_list", about["n_segments"], FEWEST_SEGMENTS)
        return _refused(about, few)
    joint = np.asarray(holds[np.flatnonzero(with_seed)].sum(axis=0)).ravel()
    order = np.argsort(-rounded(topic), kind="stable")
    best = [i for i in order if topic[i] > 0 and joint[i] >= FEWEST_JOINT][:n_terms]
    if not best:
        return _refused(about, refuse("no_term_beside_list"))
    table = pd.DataFrame({"rank": np.arange(len(best)) + 1, "term": chosen.counts.terms[best]})
    table["weight"], table["n_joint"] = topic[best], joint[best]
    beside = [set(documents[with_seed & holds[:, [i]].toarray()[:, 0]]) for i in best]
    table["n_documents_joint"] = [len(names) for names in beside]
    table["n_term"] = np.asarray(holds[:, best].sum(axis=0)).ravel()
    return table.assign(**about, **OK._asdict())[COLUMNS]


def _refused(about: Mapping[str, object], verdict: Verdict) -> pd.DataFrame:
    """Return the one row of a list that cannot be judged, with the reason."""
    row = {"rank": 1, "term": "", "weight": np.nan, "n_joint": 0, "n_documents_joint": 0}
    return pd.DataFrame([{**row, "n_term": 0, **about, **verdict._asdict()}])[COLUMNS]
