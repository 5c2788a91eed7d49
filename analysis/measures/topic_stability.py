"""How many topics can be defended: stability over seeds, subsamples and documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.measures import topic_engines, topics
from analysis.measures.counts import TermCounts
from analysis.measures.topic_engines import (
    ENGINES,
    EngineSettings,
    Fit,
    agreement,
    check_engine,
    find_prototype,
    run_engine,
    top_terms,
    unrelated_lists,
)
from analysis.measures.topics import (
    TopicModel,
    TopicRecipe,
    TopicSegments,
    build_model,
    choose_segments,
)
from analysis.measures.verdicts import OK, refuse
from analysis.study.cache import content_key, keep_table
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError
from analysis.tables.cells import rounded

COLUMNS = ["n_topics", "kind", "run", "left_out", "stability"]
#: The last is the floor, lists without a relation.
KINDS = ("seeds", "subsamples", "documents", "unrelated")
#: Runs of an engine of which each seed gives other topics (Rieger et al. 2024).
FEWEST_PROTOTYPE_SEEDS = 20
#: Parcels that jobs are sent in: few enough to cost little, enough to keep processes busy.
CHUNKS = 16


@dataclass(frozen=True)
class StabilityPlan:
    """How often topics are fitted again.

    Attributes
    ----------
    numbers : tuple of int
        Numbers of topics to try.
    n_seeds : int
        Fits from other random starts.
    n_subsamples : int
        Fits on a part of the segments.
    share : float
        That part.
    seed : int
        Seed of the study; those of the fits are drawn from it.
    """

    numbers: tuple[int, ...] = tuple(range(2, 11))
    n_seeds: int = 20
    n_subsamples: int = 20
    share: float = 0.8
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.numbers or min(self.numbers) < 2:
            raise MeasureError(
                f"StabilityPlan: wanted numbers of topics from 2 on, came {list(self.numbers)}"
            )
        if self.n_seeds < 1 or self.n_subsamples < 1:
            raise MeasureError(
                f"StabilityPlan: wanted 1 seed and 1 subsample or more, came {self.n_seeds} and "
                f"{self.n_subsamples}"
            )
        if not 0 < self.share < 1:
            raise MeasureError(f"StabilityPlan: wanted a share between 0 and 1, came {self.share}")


@dataclass(frozen=True)
class Job:
    """One fit, with all that it needs, to be sent to another process.

    ``run`` counts within the kind from 1, ``left_out`` is a document or empty, and the matrix
    has the vocabulary of all segments.
    """

    kind: Literal["reference", "seeds", "subsamples", "documents"]
    run: int
    left_out: str
    matrix: sparse.csr_array
    engine: str
    n_topics: int
    seed: int
    settings: EngineSettings

    @property
    def is_possible(self) -> bool:
        """Whether there are as many segments and terms as topics."""
        n_terms = len(np.unique(self.matrix.nonzero()[1]))
        return bool(min(self.matrix.shape[0], n_terms) >= self.n_topics)

    def fit(self) -> Fit:
        """Fit the topics."""
        return run_engine(
            self.engine, self.matrix, self.n_topics, seed=self.seed, settings=self.settings
        )


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
    check_engine(engine)
    chosen = choose_segments(counts, recipe, max(plan.numbers))
    key = {
        **{f"code of {m.__name__}": Path(str(m.__file__)) for m in (topic_engines, topics)},
        "code": Path(__file__),
        "counts": chosen.matrix,
        "documents": pd.Index(chosen.counts.rows.loc[chosen.fitted, "doc_id"]),
        "engine": engine,
        "n_terms": recipe.n_terms,
        "settings": repr(recipe.settings),
        "plan": repr((plan.n_seeds, plan.n_subsamples, plan.share, plan.seed)),
    }
    tables = []
    for n_topics in sorted(set(plan.numbers)):
        jobs = plan_runs(chosen, engine=engine, n_topics=n_topics, recipe=recipe, plan=plan)
        make = partial(_run_number, jobs, recipe.n_terms, plan, executor)
        name = "" if cache is None else content_key({**key, "n_topics": n_topics})
        tables.append(keep_table(cache, name, make))
    return pd.concat(tables, ignore_index=True)


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

    The arguments and the `MeasureError` are those of `topic_stability`.

    Returns
    -------
    TopicModel
        For ``nmf`` that of `fit_topics`; for an engine of which every seed gives other
        topics, the fit that agrees most with those of the other seeds.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> fit_prototype(counts, n_topics=2).terms["topic"].unique().tolist()
    [1, 2]
    """
    plan, recipe = plan or StabilityPlan(), recipe or TopicRecipe()
    check_engine(engine)
    chosen = choose_segments(counts, recipe, n_topics)
    jobs = plan_runs(chosen, engine=engine, n_topics=n_topics, recipe=recipe, plan=plan)
    jobs = [job for job in jobs if job.kind == jobs[0].kind]
    fit = _reference_of(jobs, fit_jobs(jobs, executor), recipe.n_terms)
    return build_model(fit, chosen, engine=engine, seed=plan.seed, recipe=recipe)


def plan_runs(
    chosen: TopicSegments, *, engine: str, n_topics: int, recipe: TopicRecipe, plan: StabilityPlan
) -> list[Job]:
    """List the fits that show how stable a number of topics is: reference or seeds first.

    Seeds start from random numbers even where the engine would start from a
    decomposition: that start is always the same, and would be stable whatever the data.
    An engine of which every seed gives other topics has no reference run; its prototype is
    found among the seeds. The subsamples are the same for every number of topics. Parts that
    have fewer segments or terms than topics are left out. An engine
    with a prototype wants 20 seeds or more.
    """
    is_lda = bool(ENGINES[engine])
    if is_lda and plan.n_seeds < FEWEST_PROTOTYPE_SEEDS:
        raise MeasureError(
            f"topic_stability: wanted at least {FEWEST_PROTOTYPE_SEEDS} seeds for {engine!r}, "
            f"every one of which gives other topics; came {plan.n_seeds}. Raise n_seeds."
        )
    n_drawn = plan.n_seeds + plan.n_subsamples + 1
    states = np.random.SeedSequence((plan.seed, n_topics)).generate_state(n_drawn)
    seeds = [int(state) for state in states]
    whole = Job("reference", 1, "", chosen.matrix, engine, n_topics, plan.seed, recipe.settings)
    jobs = [] if is_lda else [whole]
    random = replace(recipe.settings, start="random")
    for i, seed in enumerate(seeds[: plan.n_seeds], start=1):
        jobs.append(replace(whole, kind="seeds", run=i, seed=seed, settings=random))
    parts = zip(_subsamples(chosen, plan), seeds[plan.n_seeds : -1], strict=True)
    for i, (part, seed) in enumerate(parts, start=1):
        jobs.append(replace(whole, kind="subsamples", run=i, matrix=part, seed=seed))
    last = replace(whole, kind="documents", seed=seeds[-1])
    of_row = chosen.counts.rows.loc[chosen.fitted, "doc_id"].to_numpy()
    for i, doc_id in enumerate(sorted(set(of_row)), start=1):
        part = sparse.csr_array(chosen.matrix[np.flatnonzero(of_row != doc_id)])
        jobs.append(replace(last, run=i, left_out=doc_id, matrix=part))
    return [job for job in jobs if job.is_possible]


def fit_jobs(jobs: Sequence[Job], executor: Executor | None = None) -> list[Fit]:
    """Fit jobs here or in an executor, in their order; the results are those of one process."""
    if executor is None:
        return [job.fit() for job in jobs]
    return list(executor.map(Job.fit, jobs, chunksize=max(1, len(jobs) // CHUNKS)))


def _reference_of(jobs: Sequence[Job], fits: Sequence[Fit], depth: int) -> Fit:
    """Return the fit that the others are compared with: of all, or the prototype of the seeds."""
    if jobs[0].kind == "reference":
        return fits[0]
    seeds = [fit for job, fit in zip(jobs, fits, strict=True) if job.kind == "seeds"]
    return seeds[find_prototype([top_terms(fit.topic_terms, depth) for fit in seeds])]


def _subsamples(chosen: TopicSegments, plan: StabilityPlan) -> Iterator[sparse.csr_array]:
    """Draw parts of the segments, each kept in its order."""
    matrix = chosen.matrix
    rng = np.random.default_rng((plan.seed, 1))
    size = max(1, round(plan.share * matrix.shape[0]))
    for _ in range(plan.n_subsamples):
        drawn = np.sort(rng.choice(matrix.shape[0], size, replace=False))
        yield sparse.csr_array(matrix[drawn])


def _run_number(
    jobs: Sequence[Job], depth: int, plan: StabilityPlan, executor: Executor | None
) -> pd.DataFrame:
    """Fit one number of topics in every way, and compare each fit with the reference."""
    fits, n_topics = fit_jobs(jobs, executor), jobs[0].n_topics
    reference = top_terms(_reference_of(jobs, fits, depth).topic_terms, depth)
    rows: list[tuple[int, str, int, str, float]] = [
        (n_topics, job.kind, job.run, job.left_out,
         agreement(reference, top_terms(fit.topic_terms, depth)))
        for job, fit in zip(jobs, fits, strict=True)
        if job.kind != "reference"
    ]  # fmt: skip
    totals = np.asarray(jobs[0].matrix.sum(axis=0), dtype=float).ravel()
    rng = np.random.default_rng((plan.seed, n_topics, 2))
    for run in range(1, plan.n_seeds + 1):
        pair = (unrelated_lists(totals, n_topics, depth, rng=rng) for _ in range(2))
        rows.append((n_topics, "unrelated", run, "", agreement(*pair)))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"kind": "str", "left_out": "str"})


class Choice(NamedTuple):
    """How many topics can be defended (None: no number is stable), and why there are none.

    The status is ``"ok"`` or ``"not_estimable"``, with its reason as in `verdicts.Verdict`.
    """

    n_topics: int | None
    status: str
    reason_code: str
    reason_values: str


def stability_curve(runs: pd.DataFrame) -> pd.DataFrame:
    """Sum up the runs of `topic_stability`.

    Returns
    -------
    DataFrame
        n_topics, kind, n_runs, stability (their mean), low, high (the middle 95 % of
        the runs: the spread of the fits, not an interval of the mean). Kinds in the order
        seeds, subsamples, documents, unrelated.

    Examples
    --------
    >>> runs = pd.DataFrame({"n_topics": 2, "kind": "seeds", "run": [1, 2], "left_out": "",
    ...     "stability": [0.5, 1.0]})
    >>> stability_curve(runs)[["n_topics", "kind", "n_runs", "stability"]].values.tolist()
    [[2, 'seeds', 2, 0.75]]
    """
    groups = runs.groupby(["n_topics", "kind"])["stability"]
    curve = pd.DataFrame({"n_runs": groups.size(), "stability": groups.mean()})
    curve["low"] = groups.quantile((1 - LEVEL) / 2)
    curve["high"] = groups.quantile((1 + LEVEL) / 2)
    curve = curve.reset_index()
    order = np.lexsort((curve["kind"].map(KINDS.index), curve["n_topics"]))
    return curve.iloc[order].reset_index(drop=True)


def choose_n_topics(
    curve: pd.DataFrame, *, subsamples: float = 0.6, documents: float = 0.5, margin: float = 1.0
) -> Choice:
    """Return the largest number of topics that is stable, or say that none is.

    Parameters
    ----------
    curve : DataFrame
        From `stability_curve`.
    subsamples, documents : float
        Lowest mean stability over subsamples, and with one document left out.
    margin : float
        How far below the best of the numbers above both a number may stay over
        subsamples. 1: the thresholds alone decide. They alone choose too many topics
        in a corpus with clear ones, where even a topic too many leaves the mean high.

    Returns
    -------
    Choice
        Status ``not_estimable`` with the reason if no number reaches both.

    Raises
    ------
    MeasureError
        If a threshold is not in (0, 1], the margin not in [0, 1], or the curve lacks one
        of the two kinds.

    Examples
    --------
    >>> curve = pd.DataFrame({"n_topics": [2, 2, 3, 3], "kind": ["subsamples", "documents"] * 2,
    ...     "stability": [0.8, 0.7, 0.7, 0.4]})
    >>> choose_n_topics(curve)
    Choice(n_topics=2, status='ok', reason_code='', reason_values='')
    """
    wanted = {"subsamples": subsamples, "documents": documents}
    for kind, least in wanted.items():
        if not 0 < least <= 1:
            raise MeasureError(f"choose_n_topics: wanted {kind} in (0, 1], came {least}")
    if not 0 <= margin <= 1:
        raise MeasureError(f"choose_n_topics: wanted margin in [0, 1], came {margin}")
    table = rounded(curve.pivot_table(index="n_topics", columns="kind", values="stability"))
    missing = sorted(set(wanted) - set(table.columns))
    if missing:
        raise MeasureError(
            f"choose_n_topics: no stability over {' and '.join(missing)} in the curve. "
            "Give the table of stability_curve."
        )
    stable = table[(table["subsamples"] >= subsamples) & (table["documents"] >= documents)]
    if len(stable):
        near = stable[stable["subsamples"] >= stable["subsamples"].max() - margin]
        return Choice(int(near.index.max()), *OK)
    best = (round(float(table[kind].max()), 2) for kind in wanted)
    span = (int(table.index.min()), int(table.index.max()))
    return Choice(None, *refuse("no_stable_number", *span, *best))
