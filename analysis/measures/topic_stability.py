"""How many topics can be defended: stability over seeds, subsamples and documents."""

from __future__ import annotations

from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.measures import topic_engines, topic_matching, topic_runs
from analysis.measures.counts import TermCounts
from analysis.measures.topic_engines import find_engine
from analysis.measures.topic_matching import agreement, top_terms, unrelated_lists
from analysis.measures.topic_runs import StabilityPlan, fit_jobs, plan_runs, reference_of
from analysis.measures.topic_segments import (
    TopicRecipe,
    TopicSegments,
    check_n_topics,
    choose_segments,
)
from analysis.measures.topics import TopicModel, build_model
from analysis.study.cache import content_key, keep_table

COLUMNS = ["n_topics", "kind", "run", "left_out", "stability"]


def topic_stability(
    counts: TermCounts,
    *,
    plan: StabilityPlan | None = None,
    engine: str = "nmf",
    recipe: TopicRecipe | None = None,
    executor: Executor | None = None,
    cache: Path | None = None,
) -> pd.DataFrame:
    """Fit every number of topics again and again, and compare with the topics of all segments.

    Parameters
    ----------
    counts : TermCounts
        Counts in segments, as for `fit_topics`.
    plan : StabilityPlan, optional
        Numbers of topics, seeds, subsamples.
    engine : str
        As for `fit_topics`.
    recipe : TopicRecipe, optional
        As for `fit_topics`; ``n_terms`` is the length of the lists compared.
    executor : concurrent.futures.Executor, optional
        Any; by default fits run in this process. The result is the same.
    cache : path, optional
        Folder where the result of each number is kept under the hash of counts,
        settings, package versions and code; without one nothing is kept.

    Returns
    -------
    DataFrame
        One row per fit: n_topics, kind (seeds, subsamples, documents, unrelated), run,
        left_out (the document that is missing, or empty), stability: mean average
        Jaccard of the matched topics (Greene et al. 2014), in [0, 1]. The rows
        *unrelated* compare lists drawn by the terms' frequency: the floor.

    Raises
    ------
    MeasureError
        As `fit_topics`; or if LDA is to run with fewer than 20 seeds.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> runs = topic_stability(counts, plan=StabilityPlan((2,), n_seeds=1, n_subsamples=1))
    >>> runs["kind"].unique().tolist()
    ['seeds', 'subsamples', 'documents', 'unrelated']
    """
    plan, recipe = plan or StabilityPlan(), recipe or TopicRecipe()
    find_engine(engine)
    chosen = choose_segments(counts, recipe)
    check_n_topics(chosen, max(plan.numbers))
    tables = []
    for n_topics in sorted(set(plan.numbers)):
        trial = _Trial(chosen, engine, n_topics, recipe, plan)
        key = "" if cache is None else _key(trial)
        tables.append(keep_table(cache, key, partial(_run_trial, trial, executor)))
    return pd.concat(tables, ignore_index=True)


class _Trial(NamedTuple):
    """One number of topics, with all that its stability depends on."""

    chosen: TopicSegments
    engine: str
    n_topics: int
    recipe: TopicRecipe
    plan: StabilityPlan


def _key(trial: _Trial) -> str:
    """Hash a trial: what is counted, how it is fitted and compared, and by which code."""
    chosen, plan = trial.chosen, trial.plan
    modules = (topic_engines, topic_matching, topic_runs)
    code = {f"code of {m.__name__}": Path(str(m.__file__)) for m in modules}
    return content_key(
        {
            **code,
            "code": Path(__file__),
            "counts": chosen.matrix,
            "documents": pd.Index(chosen.counts.rows.loc[chosen.fitted, "doc_id"]),
            "engine": trial.engine,
            "n_topics": trial.n_topics,
            "n_terms": trial.recipe.n_terms,
            "settings": repr(trial.recipe.settings),
            "plan": repr((plan.n_seeds, plan.n_subsamples, plan.share, plan.seed)),
        }
    )


def fit_prototype(
    counts: TermCounts,
    *,
    n_topics: int,
    plan: StabilityPlan | None = None,
    engine: str = "nmf",
    recipe: TopicRecipe | None = None,
    executor: Executor | None = None,
) -> TopicModel:
    """Fit the model that `topic_stability` compares all others with.

    The arguments are those of `topic_stability`.

    Returns
    -------
    TopicModel
        For ``nmf`` that of `fit_topics`; for an engine of which every seed gives other
        topics, the fit that agrees most with those of the other seeds.

    Raises
    ------
    MeasureError
        As `topic_stability`.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> fit_prototype(counts, n_topics=2).terms["topic"].unique().tolist()
    [1, 2]
    """
    plan, recipe = plan or StabilityPlan(), recipe or TopicRecipe()
    find_engine(engine)
    chosen = choose_segments(counts, recipe)
    check_n_topics(chosen, n_topics)
    jobs = plan_runs(chosen, engine=engine, n_topics=n_topics, recipe=recipe, plan=plan)
    wanted = "reference" if jobs[0].kind == "reference" else "seeds"
    jobs = [job for job in jobs if job.kind == wanted]
    fit = reference_of(jobs, fit_jobs(jobs, executor), recipe.n_terms)
    return build_model(fit, chosen, engine=engine, seed=plan.seed, recipe=recipe)


def _run_trial(trial: _Trial, executor: Executor | None) -> pd.DataFrame:
    """Fit one number of topics in every way, and compare each fit with the reference."""
    chosen, engine, n_topics, recipe, plan = trial
    jobs = plan_runs(chosen, engine=engine, n_topics=n_topics, recipe=recipe, plan=plan)
    fits = fit_jobs(jobs, executor)
    reference = top_terms(reference_of(jobs, fits, recipe.n_terms).topic_terms, recipe.n_terms)
    rows: list[tuple[int, str, int, str, float]] = [
        (n_topics, job.kind, job.run, job.left_out,
         agreement(reference, top_terms(fit.topic_terms, recipe.n_terms)))
        for job, fit in zip(jobs, fits, strict=True)
        if job.kind != "reference"
    ]  # fmt: skip
    rows += [
        (n_topics, "unrelated", run, "", value) for run, value in enumerate(_floor(trial), start=1)
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"kind": "str", "left_out": "str"})


def _floor(trial: _Trial) -> list[float]:
    """Compare pairs of models whose topics are drawn by the terms' frequency alone."""
    totals = np.asarray(trial.chosen.matrix.sum(axis=0), dtype=float).ravel()
    rng = np.random.default_rng((trial.plan.seed, trial.n_topics, 2))
    depth, n = trial.recipe.n_terms, trial.n_topics
    return [
        agreement(*(unrelated_lists(totals, n, depth, rng=rng) for _ in range(2)))
        for _ in range(trial.plan.n_seeds)
    ]
