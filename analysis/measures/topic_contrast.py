"""The topics of a model in many fits: their spread, and what they say of the events."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.inference import FloatArray, adjust_p_values, leave_one_out, welch
from analysis.measures.permutation import permute_values
from analysis.measures.topic_engines import match_topics, top_terms
from analysis.measures.topic_stability import StabilityPlan, fit_jobs, plan_runs
from analysis.measures.topics import TopicModel, topic_prevalence
from analysis.measures.verdicts import OK, VERDICT, Verdict, judge_effect, refuse
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError, check_known

CONTRAST_COLUMNS = [
    *("topic", "target", "reference", "n_documents_target", "n_documents_reference"),
    *("share_target", "share_reference", "difference"),
    *("n_runs", "runs_low", "runs_high", "runs_same_sign", "stability"),
    *("without_low", "without_high", "sign_holds", "most_influential"),
    *("low", "high", "interval_df", "p_value", "p_floor", "p_adjusted"),
    *VERDICT,
    *OK.under("effect_"),
]


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
    """
    chosen, recipe = model.chosen, model.recipe
    jobs = plan_runs(
        chosen,
        engine=model.engine,
        n_topics=model.n_topics,
        recipe=recipe,
        plan=plan or StabilityPlan(),
    )
    jobs = [job for job in jobs if job.kind in {"seeds", "subsamples"}]
    rows = chosen.counts.rows
    documents = rows[["doc_id", "event", "outlet", "kind"]].drop_duplicates("doc_id")
    documents = documents.sort_values("doc_id").reset_index(drop=True)
    words = (rows["n_words"] * rows["repeat_weight"]).to_numpy(dtype=float)
    adder = (documents["doc_id"].to_numpy()[:, None] == rows["doc_id"].to_numpy()) * words
    adder = adder / adder.sum(axis=1, keepdims=True)
    reference = top_terms(model.fit.topic_terms, recipe.n_terms)
    shares, similarity = [], []
    for fit in fit_jobs(jobs, executor):
        partner, alike = match_topics(reference, top_terms(fit.topic_terms, recipe.n_terms))
        shares.append(adder @ fit.fold(chosen.counts.raw)[:, partner])
        similarity.append(alike)
    return TopicRuns(model, documents, np.array(shares), np.array(similarity))


def prevalence_in_runs(runs: TopicRuns) -> pd.DataFrame:
    """Return the prevalence of each topic, with its spread over the fits of `rerun_topics`.

    Returns
    -------
    DataFrame
        The columns of `topic_prevalence`, and low, high (the middle (`design.LEVEL`) of the fits),
        n_runs. The spread says how far the shares depend on seed and segments, not how
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
    for unit, by in (("document", "doc_id"), ("mean", "event")):
        for name, at in runs.documents.groupby(by).indices.items():
            rows = (table["unit"] == unit) & (table[by] == name)
            low, high = _middle(runs.shares[:, at].mean(axis=1))
            topics = table.loc[rows, "topic"].to_numpy() - 1
            table.loc[rows, "low"], table.loc[rows, "high"] = low[topics], high[topics]
    return table.assign(n_runs=len(runs.shares))


def _middle(values: FloatArray) -> FloatArray:
    """Return the bounds of the middle (`design.LEVEL`) of the first axis."""
    return np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)


def topic_contrast(runs: TopicRuns, *, target: str, reference: str) -> pd.DataFrame:
    """Compare how much of the documents of two events each topic takes.

    The runs are what `rerun_topics` gives; target and reference are events.

    Returns
    -------
    DataFrame
        One row per topic:

        - topic, target, reference, n_documents_target, n_documents_reference
        - share_target, share_reference, difference: means of the documents in the model
        - n_runs, runs_low, runs_high (middle 95 % of the fits), runs_same_sign (share of
          the fits whose difference has the sign of the model's), stability (mean average
          Jaccard of the topic with its partners)
        - without_low, without_high, sign_holds, most_influential: without each document
        - low, high, interval_df: Welch's interval of the documents' values; empty where the
          p-value is refused
        - p_value, p_floor, p_adjusted: two-sided, by relabelling the documents, whose
          values are the means over the fits, so that no single fit decides;
          Benjamini-Hochberg over the topics
        - status, reason_code, reason_values: of the p-value; the same under effect_: whether the
          difference may be called one of the events

    Raises
    ------
    MeasureError
        If an event is unknown, or both are the same.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> from analysis.measures.topics import fit_topics
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> runs = rerun_topics(fit_topics(counts, n_topics=2, seed=1),
    ...     plan=StabilityPlan(n_seeds=1, n_subsamples=2))
    >>> table = topic_contrast(runs, target="helsinki-2018", reference="alaska-2025")
    >>> table[["topic", "p_floor", "status"]].values.tolist()
    [[1, 0.1, 'not_estimable'], [2, 0.1, 'not_estimable']]
    """
    events = runs.documents["event"]
    check_known("topic_contrast", (target, reference), what="event", allowed=events.unique())
    if target == reference:
        raise MeasureError(f"topic_contrast: wanted two events, came {target!r} twice")
    compared = events.isin([target, reference]).to_numpy()
    documents = runs.documents[compared].reset_index(drop=True)
    single = topic_prevalence(runs.model).query("unit == 'document'")
    values = single.pivot_table(index="doc_id", columns="topic", values="share")
    values = values.loc[documents["doc_id"]]
    is_target = (documents["event"] == target).to_numpy()
    rows = [
        {
            "topic": at + 1,
            "stability": runs.similarity[:, at].mean(),
            **_compare(values[at + 1], runs.shares[:, compared, at], is_target),
        }
        for at in range(runs.model.n_topics)
    ]
    table = pd.DataFrame(rows).assign(target=target, reference=reference)
    table["p_adjusted"] = adjust_p_values(table["p_value"], "bh")
    effect = judge_effect(documents, "event")
    return table.assign(**effect.under("effect_"))[CONTRAST_COLUMNS]


def _compare(
    shares: pd.Series, in_fits: FloatArray, is_target: npt.NDArray[np.bool_]
) -> dict[str, object]:
    """Compare one topic's shares of the documents, in the model and in the fits."""
    values, means = shares.to_numpy(dtype=float), in_fits.mean(axis=0)
    test = permute_values(means, is_target)
    verdict = Verdict(*test[VERDICT])
    if np.ptp(values) == 0 and np.ptp(means) == 0:
        verdict = refuse("topic_share_does_not_vary")
    target, reference = values[is_target], values[~is_target]
    difference, low, high, df, *_ = welch(target, reference, refused=verdict, largest=1.0)
    one = leave_one_out(lambda kept: _difference(values, is_target, kept), len(values))
    differences = in_fits[:, is_target].mean(-1) - in_fits[:, ~is_target].mean(-1)
    runs_low, runs_high = _middle(differences)
    same_sign = np.sign(differences) == np.sign(target.mean() - reference.mean())
    return {
        "n_documents_target": len(target),
        "n_documents_reference": len(reference),
        "share_target": target.mean(),
        "share_reference": reference.mean(),
        "difference": difference,
        "n_runs": len(in_fits),
        "runs_low": runs_low,
        "runs_high": runs_high,
        "runs_same_sign": same_sign.mean(),
        "without_low": one.low,
        "without_high": one.high,
        "sign_holds": one.sign_holds,
        "most_influential": str(shares.index[one.most_influential]),
        "low": low,
        "high": high,
        "interval_df": df,
        "p_value": test["p_value"] if verdict == OK else np.nan,
        "p_floor": test["p_floor"],
        **verdict._asdict(),
    }


def _difference(
    values: FloatArray, is_target: npt.NDArray[np.bool_], kept: npt.NDArray[np.bool_]
) -> float:
    """Return the difference of the means of the documents kept; a side of none has none."""
    target, reference = values[kept & is_target], values[kept & ~is_target]
    return float(target.mean() - reference.mean()) if len(target) and len(reference) else np.nan
