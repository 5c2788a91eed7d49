"""The topics of a model in many fits, each matched, and their spread over documents."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.topic_engines import find_engine
from analysis.measures.topic_matching import match_topics, top_terms
from analysis.measures.topic_runs import MIDDLE, StabilityPlan, fit_jobs, plan_runs
from analysis.measures.topics import TopicModel, topic_prevalence

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TopicRuns:
    """The topics of a model in many fits, each topic with the number that it has in the model.

    Attributes
    ----------
    model : TopicModel
        The model.
    documents : DataFrame
        doc_id, event, outlet, kind; one row per document, sorted.
    shares : ndarray, shape (n_fits, n_documents, n_topics)
        Prevalence of each topic in each document, by fit; seeds first, then subsamples.
    similarity : ndarray, shape (n_fits, n_topics)
        How alike the topic is to that of the model, in [0, 1].
    """

    model: TopicModel
    documents: pd.DataFrame
    shares: FloatArray
    similarity: FloatArray


def rerun_topics(
    model: TopicModel, *, plan: StabilityPlan | None = None, executor: Executor | None = None
) -> TopicRuns:
    """Fit a model again with other seeds and on subsamples, and match its topics.

    Seeds and subsamples are those of the plan, whose numbers of topics are not used; without an
    executor fits run in this process.

    Returns
    -------
    TopicRuns
        Shares in **all** segments of the model, also of those that a subsample lacks.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> from analysis.measures.topics import fit_topics
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> model = fit_topics(counts, n_topics=2, seed=1)
    >>> rerun_topics(model, plan=StabilityPlan(n_seeds=1, n_subsamples=2)).shares.shape
    (3, 5, 2)
    """
    plan = plan or StabilityPlan()
    jobs = plan_runs(
        model.chosen, engine=model.engine, n_topics=model.n_topics, recipe=model.recipe, plan=plan
    )
    jobs = [job for job in jobs if job.kind in {"seeds", "subsamples"}]
    documents, adder = _documents(model)
    counts, depth = model.chosen.counts.raw, model.recipe.n_terms
    reference, fold = top_terms(model.fit.topic_terms, depth), find_engine(model.engine).fold
    shares, similarity = [], []
    for fit in fit_jobs(jobs, executor):
        partner, alike = match_topics(reference, top_terms(fit.topic_terms, depth))
        shares.append(adder @ fold(fit, counts, model.recipe.settings)[:, partner])
        similarity.append(alike)
    return TopicRuns(model, documents, np.array(shares), np.array(similarity))


def _documents(model: TopicModel) -> tuple[pd.DataFrame, FloatArray]:
    """Give the documents, and the matrix that takes the mean of their segments by words."""
    rows = model.chosen.counts.rows
    documents = rows[["doc_id", "event", "outlet", "kind"]].drop_duplicates("doc_id")
    documents = documents.sort_values("doc_id").reset_index(drop=True)
    words = (rows["n_words"] * rows["repeat_weight"]).to_numpy(dtype=float)
    adder = (documents["doc_id"].to_numpy()[:, None] == rows["doc_id"].to_numpy()) * words
    return documents, adder / adder.sum(axis=1, keepdims=True)


def prevalence_in_runs(runs: TopicRuns) -> pd.DataFrame:
    """Give the prevalence of each topic, with its spread over the fits.

    The runs are what `rerun_topics` gives.

    Returns
    -------
    DataFrame
        The columns of `topic_prevalence`, and low, high (the middle (`design.LEVEL`) of the fits),
        n_runs. The spread says how far the shares hang on seed and segments, not how
        far other texts would differ.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> from analysis.measures.topics import fit_topics
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> model = fit_topics(counts, n_topics=2, seed=1)
    >>> runs = rerun_topics(model, plan=StabilityPlan(n_seeds=1, n_subsamples=2))
    >>> prevalence_in_runs(runs).columns[-4:].tolist()
    ['share', 'low', 'high', 'n_runs']
    """
    table = topic_prevalence(runs.model)
    topics = np.arange(runs.shares.shape[2]) + 1
    parts = []
    for by, unit in (("doc_id", "document"), ("event", "mean")):
        for name, where in runs.documents.groupby(by).indices.items():
            values = runs.shares[:, where].mean(axis=1)
            spread = pd.DataFrame({"topic": topics}).assign(**{"unit": unit, by: str(name)})
            spread["low"], spread["high"] = middle_of(values)
            parts.append(spread)
    keys = {"document": ["topic", "unit", "doc_id"], "mean": ["topic", "unit", "event"]}
    spreads = pd.concat(parts, ignore_index=True)
    merged = [
        part.merge(
            spreads.loc[spreads["unit"] == unit, [*keys[str(unit)], "low", "high"]],
            on=keys[str(unit)],
            validate="one_to_one",
        )
        for unit, part in table.groupby("unit", sort=True)
    ]
    return pd.concat(merged, ignore_index=True).assign(n_runs=len(runs.shares))


def middle_of(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the bounds of the middle 95 % of the first axis.

    Examples
    --------
    >>> [round(float(bound), 1) for bound in middle_of(np.arange(101.0))]
    [2.5, 97.5]
    """
    low, high = np.quantile(values, [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2], axis=0)
    return low, high
