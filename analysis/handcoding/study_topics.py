"""The topics that people judge: those of the study, as the notebook of topics fits them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from analysis.errors import MeasureError
from analysis.features import Features
from analysis.lexicons import read_stop_words
from analysis.measures.counts import Recipe, TermCounts, count_terms
from analysis.measures.topic_choice import choose_n_topics, stability_curve
from analysis.measures.topic_runs import StabilityPlan
from analysis.measures.topic_segments import TopicRecipe
from analysis.measures.topic_stability import fit_prototype, topic_stability
from analysis.measures.topics import TopicModel
from analysis.study import Study


def fit_study_topics(
    study: Study,
    features: Features,
    *,
    n_topics: int | None = None,
    engine: str = "",
    cache: Path | None = None,
) -> TopicModel:
    """Fit the topics of a study by its ``[topics]``.

    Parameters
    ----------
    study : Study
        Engine, numbers, thresholds, word classes, seed.
    features : Features
        The open tables.
    n_topics : int, optional
        How many; by default the number that is chosen by stability.
    engine : str
        By default that of the study.
    cache : path, optional
        Where stability is kept; the notebook's folder spares the time.

    Returns
    -------
    TopicModel

    Raises
    ------
    MeasureError
        If no number is stable and none is asked for, or as `topic_stability`.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> from analysis.study import read_study
    >>> fit_study_topics(read_study(), read_features(), n_topics=2).n_topics
    2
    """
    design = study.topics
    recipe, engine = TopicRecipe(min_words=design.min_words), engine or design.engine
    plan = StabilityPlan(
        design.numbers,
        n_seeds=design.n_seeds,
        n_subsamples=design.n_subsamples,
        share=design.subsample_share,
        seed=study.seed,
    )
    counts = _count(study, features)
    if n_topics is None:
        runs = topic_stability(counts, plan=plan, engine=engine, recipe=recipe, cache=cache)
        n_topics = _choose(stability_curve(runs), study)
    return fit_prototype(counts, n_topics=n_topics, plan=plan, engine=engine, recipe=recipe)


def _count(study: Study, features: Features) -> TermCounts:
    design = study.topics
    names = study.actor_words() if design.exclude_actors else frozenset()
    counts = count_terms(features, Recipe(rows="bag", pos=design.pos))
    return counts.drop(read_stop_words() | names).trim(min_rows=design.min_segments)


def _choose(curve: pd.DataFrame, study: Study) -> int:
    design = study.topics
    choice = choose_n_topics(
        curve,
        subsamples=design.stable_subsamples,
        documents=design.stable_documents,
        margin=design.stable_margin,
    )
    if choice.n_topics is None:
        raise MeasureError(
            f"topics: {choice.reason}. Name a number with --topics to judge it anyway."
        )
    return choice.n_topics


def hash_topics(model: TopicModel) -> str:
    """Hash which topics there are: their best terms in order, and the segments fitted.

    Weights are left out: they differ in the last digit from machine to machine.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> from analysis.study import read_study
    >>> len(hash_topics(fit_study_topics(read_study(), read_features(), n_topics=2)))
    64
    """
    terms = model.terms[["topic", "rank", "term"]].to_csv(index=False)
    segments = "\n".join(sorted(model.segments["segment_id"].unique()))
    return hashlib.sha256(f"{model.engine}\n{terms}\n{segments}".encode()).hexdigest()
