"""How much of each document a topic takes in many fits, and what that says of the events."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.inference import adjust_p_values, leave_one_out, welch
from analysis.measures.permutation import permute_values
from analysis.measures.topic_reruns import TopicRuns, middle_of
from analysis.measures.topics import topic_prevalence
from analysis.measures.verdicts import OK, VERDICT, Verdict, judge_effect, refuse
from analysis.study.errors import MeasureError, check_known

FloatArray = npt.NDArray[np.float64]


class _Sides(NamedTuple):
    """Which documents stand on which side, and their values in the model."""

    target: npt.NDArray[np.bool_]
    names: npt.NDArray[np.str_]


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
    >>> from analysis.measures.topic_reruns import rerun_topics
    >>> from analysis.measures.topic_runs import StabilityPlan
    >>> from analysis.measures.topics import fit_topics
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> runs = rerun_topics(fit_topics(counts, n_topics=2, seed=1),
    ...     plan=StabilityPlan(n_seeds=1, n_subsamples=2))
    >>> table = topic_contrast(runs, target="helsinki-2018", reference="alaska-2025")
    >>> table[["topic", "p_floor", "status"]].values.tolist()
    [[1, 0.1, 'not_estimable'], [2, 0.1, 'not_estimable']]
    """
    _check_events(runs, target, reference)
    compared = runs.documents["event"].isin([target, reference]).to_numpy()
    documents = runs.documents[compared].reset_index(drop=True)
    sides = _Sides((documents["event"] == target).to_numpy(), documents["doc_id"].to_numpy())
    values, many = _values(runs)[compared], runs.shares[:, compared]
    rows = []
    for topic in range(values.shape[1]):
        value, in_fits = values[:, topic], many[:, :, topic]
        test = _test(value, in_fits.mean(axis=0), sides)
        row = _describe(value, sides, Verdict(*(test[name] for name in VERDICT)))
        row |= _spread(value, in_fits, sides) | test
        row |= {"topic": topic + 1, "stability": float(runs.similarity[:, topic].mean())}
        rows.append(row)
    table = pd.DataFrame(rows).assign(target=target, reference=reference)
    table["p_adjusted"] = adjust_p_values(table["p_value"], "bh")
    effect = judge_effect(documents, "event")
    return table.assign(**effect.under("effect_"))[CONTRAST_COLUMNS]


CONTRAST_COLUMNS = [
    *("topic", "target", "reference", "n_documents_target", "n_documents_reference"),
    *("share_target", "share_reference", "difference"),
    *("n_runs", "runs_low", "runs_high", "runs_same_sign", "stability"),
    *("without_low", "without_high", "sign_holds", "most_influential"),
    *("low", "high", "interval_df", "p_value", "p_floor", "p_adjusted"),
    *VERDICT,
    *OK.under("effect_"),
]


def _check_events(runs: TopicRuns, target: str, reference: str) -> None:
    events = runs.documents["event"].unique()
    check_known("topic_contrast", (target, reference), what="event", allowed=events)
    if target == reference:
        raise MeasureError(f"topic_contrast: wanted two events, came {target!r} twice")


def _values(runs: TopicRuns) -> FloatArray:
    """Give the prevalence in the model itself, documents by topics."""
    table = topic_prevalence(runs.model).query("unit == 'document'")
    wide = table.pivot_table(index="doc_id", columns="topic", values="share")
    return np.asarray(wide.loc[runs.documents["doc_id"]].to_numpy(dtype=float))


def _difference(values: FloatArray, sides: _Sides) -> FloatArray:
    """Mean of the target minus mean of the reference, over the last axis."""
    target, reference = values[..., sides.target], values[..., ~sides.target]
    return np.asarray(target.mean(-1) - reference.mean(-1))


def _describe(values: FloatArray, sides: _Sides, tested: Verdict) -> dict[str, object]:
    one = _without_each(values, sides)
    target, reference = values[sides.target], values[~sides.target]
    difference, low, high, df, *_ = welch(target, reference, refused=tested, largest=1.0)
    return {
        "n_documents_target": int(sides.target.sum()),
        "n_documents_reference": int((~sides.target).sum()),
        "share_target": float(target.mean()),
        "share_reference": float(reference.mean()),
        "difference": difference,
        **one,
        "low": low,
        "high": high,
        "interval_df": df,
    }


def _without_each(values: FloatArray, sides: _Sides) -> dict[str, object]:
    """Give the range of the difference without one document; a side of one has none."""

    def statistic(kept: npt.NDArray[np.bool_]) -> float:
        target, reference = values[kept & sides.target], values[kept & ~sides.target]
        return float(target.mean() - reference.mean()) if len(target) and len(reference) else np.nan

    one = leave_one_out(statistic, len(values))
    return {
        "without_low": one.low,
        "without_high": one.high,
        "sign_holds": one.sign_holds,
        "most_influential": str(sides.names[one.most_influential]),
    }


def _spread(values: FloatArray, many: FloatArray, sides: _Sides) -> dict[str, object]:
    differences = _difference(many, sides)
    low, high = middle_of(differences)
    same = np.sign(differences) == np.sign(_difference(values, sides))
    return {
        "n_runs": len(many),
        "runs_low": float(low),
        "runs_high": float(high),
        "runs_same_sign": float(same.mean()),
    }


def _test(values: FloatArray, means: FloatArray, sides: _Sides) -> dict[str, Any]:
    """Relabel the documents, unless the topic takes the same part of each."""
    test = permute_values(means, sides.target)
    verdict = Verdict(*test[VERDICT])
    if np.ptp(values) == 0 and np.ptp(means) == 0:
        verdict = refuse("topic_share_does_not_vary")
    p_value = test["p_value"] if verdict == OK else np.nan
    return {"p_value": p_value, "p_floor": test["p_floor"], **verdict._asdict()}
