"""Fitting the same topics again and again: other seeds, fewer segments, one document less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.measures.topic_engines import EngineSettings, Fit, find_engine, for_seeds, run_engine
from analysis.measures.topic_matching import find_prototype, top_terms
from analysis.measures.topic_segments import TopicRecipe, TopicSegments
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError

Kind = Literal["reference", "seeds", "subsamples", "documents"]
#: Runs of an engine of which each seed gives other topics (Rieger et al. 2024).
FEWEST_PROTOTYPE_SEEDS = 20
#: The middle share of the fits that low and high enclose.
MIDDLE = LEVEL


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
    """One fit: what it is for, and all that it needs, to be sent to another process.

    Attributes
    ----------
    kind : str
        reference, seeds, subsamples, or documents (one of which is left out).
    run : int
        Its number within the kind, from 1.
    left_out : str
        The document that is left out, or empty.
    matrix : csr_array
        Occurrences that it is fitted on, over the vocabulary of all.
    engine, n_topics, seed, settings
        As for `run_engine`.
    """

    kind: Kind
    run: int
    left_out: str
    matrix: sparse.csr_array
    engine: str
    n_topics: int
    seed: int
    settings: EngineSettings


def plan_runs(
    chosen: TopicSegments, *, engine: str, n_topics: int, recipe: TopicRecipe, plan: StabilityPlan
) -> list[Job]:
    """List the fits that show how stable a number of topics is.

    Seeds start from random numbers even where the engine would start from a
    decomposition: that start is always the same, and would be stable whatever the data.
    An engine of which every seed gives other topics has no reference run; its prototype is
    found among the seeds. The subsamples are the same for every number of topics.

    Returns
    -------
    list of Job
        Reference (if there is one), seeds, subsamples, documents. Parts that have fewer
        segments or terms than topics are left out.

    Raises
    ------
    MeasureError
        If an engine that needs a prototype is to run with fewer than 20 seeds.
    """
    prototype = find_engine(engine).needs_prototype
    if prototype and plan.n_seeds < FEWEST_PROTOTYPE_SEEDS:
        raise MeasureError(
            f"topic_stability: wanted at least {FEWEST_PROTOTYPE_SEEDS} seeds for {engine!r}, "
            f"every one of which gives other topics; came {plan.n_seeds}. Raise n_seeds."
        )
    settings = recipe.settings
    seeds = _seeds(plan.seed, n_topics, plan.n_seeds + plan.n_subsamples + 1)
    jobs = [] if prototype else [
        Job("reference", 1, "", chosen.matrix, engine, n_topics, plan.seed, settings)
    ]  # fmt: skip
    jobs += [
        Job("seeds", i + 1, "", chosen.matrix, engine, n_topics, seeds[i], for_seeds(settings))
        for i in range(plan.n_seeds)
    ]
    for i, part in enumerate(_subsamples(chosen, plan), start=1):
        seed = seeds[plan.n_seeds + i - 1]
        jobs.append(Job("subsamples", i, "", part, engine, n_topics, seed, settings))
    for i, (doc_id, part) in enumerate(_without_documents(chosen), start=1):
        jobs.append(Job("documents", i, doc_id, part, engine, n_topics, seeds[-1], settings))
    return [job for job in jobs if _is_possible(job)]


def fit_job(job: Job) -> Fit:
    """Fit one job; a function of the module, so that processes can be handed it."""
    return run_engine(job.engine, job.matrix, job.n_topics, seed=job.seed, settings=job.settings)


def fit_jobs(jobs: Sequence[Job], executor: Executor | None = None) -> list[Fit]:
    """Fit jobs here or in an executor; the results are those of one process.

    The jobs are what `plan_runs` gives; without an executor they are fitted one after the other
    in this process.

    Returns
    -------
    list of Fit
        In the order of the jobs.
    """
    if executor is None:
        return [fit_job(job) for job in jobs]
    return list(executor.map(fit_job, jobs, chunksize=max(1, len(jobs) // CHUNKS)))


#: Parcels that jobs are sent in: few enough to cost little, enough to keep processes busy.
CHUNKS = 16


def reference_of(jobs: Sequence[Job], fits: Sequence[Fit], depth: int) -> Fit:
    """Give the fit that the others are compared with: that of all, or the prototype of the seeds.

    Raises
    ------
    MeasureError
        If none of the jobs is a reference or a seed.
    """
    for job, fit in zip(jobs, fits, strict=True):
        if job.kind == "reference":
            return fit
    seeds = [fit for job, fit in zip(jobs, fits, strict=True) if job.kind == "seeds"]
    if not seeds:
        raise MeasureError("reference_of: wanted a reference or seeds, came neither")
    return seeds[find_prototype([top_terms(fit.topic_terms, depth) for fit in seeds])]


def _seeds(seed: int, n_topics: int, n: int) -> list[int]:
    return [int(s) for s in np.random.SeedSequence((seed, n_topics)).generate_state(n)]


def _subsamples(chosen: TopicSegments, plan: StabilityPlan) -> Iterator[sparse.csr_array]:
    """Draw parts of the segments, each kept in its order."""
    matrix = chosen.matrix
    rng = np.random.default_rng((plan.seed, 1))
    size = max(1, round(plan.share * matrix.shape[0]))
    for _ in range(plan.n_subsamples):
        drawn = np.sort(rng.choice(matrix.shape[0], size, replace=False))
        yield sparse.csr_array(matrix[drawn])


def _without_documents(chosen: TopicSegments) -> Iterator[tuple[str, sparse.csr_array]]:
    documents: npt.NDArray[np.str_] = chosen.counts.rows.loc[chosen.fitted, "doc_id"].to_numpy()
    for doc_id in sorted(set(documents)):
        yield doc_id, sparse.csr_array(chosen.matrix[np.flatnonzero(documents != doc_id)])


def _is_possible(job: Job) -> bool:
    n_terms = len(np.unique(job.matrix.nonzero()[1]))
    return bool(min(job.matrix.shape[0], n_terms) >= job.n_topics)
