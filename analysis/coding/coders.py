"""Agreement of coders, code by code, with intervals and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from analysis.coding.agreement import (
    RESAMPLED,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    one_hot,
)
from analysis.measures.inference import FloatArray
from analysis.measures.resampling import draw_weights
from analysis.measures.verdicts import FEWEST_CLUSTERS, OK, VERDICT, Verdict, refuse
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError, unknown
from analysis.tables.schema import POLARITIES, TARGETS, VOICES

#: Codes that are compared, and the labels each may have; None: those that were used.
LAYERS: dict[str, tuple[str, ...] | None] = {
    "frame": ("yes", "no"),
    "target": TARGETS,
    "polarity": POLARITIES,
    "voice": VOICES,
    "speaker": None,
}
UNITS = ("mention_id", "doc_id")
COLUMNS = ("layer", "coders", "metric", "value", "low", "high", "n_units", "n_labels", "n_clusters",
           "unit", *VERDICT)  # fmt: skip
#: Share of resamples in which a coefficient may be undefined.
MOST_UNDEFINED = 0.05
OF_ALL, OF_PAIRS = ("alpha",), ("share_agreed", "kappa", "ac1")


@dataclass(frozen=True)
class Intervals:
    """How the bootstrap draws.

    Attributes
    ----------
    cluster : str
        What is resampled: mention_id, for these texts; doc_id, where documents are a
        sample of others.
    n_resamples, seed, level
        Bootstrap samples, seed of the random draws, nominal coverage.
    """

    cluster: str = "mention_id"
    n_resamples: int = 1000
    seed: int = 0
    level: float = LEVEL


@dataclass(frozen=True)
class _Comparison:
    """What some coders said of the same units in one layer."""

    layer: str
    coders: tuple[str, ...]
    metrics: tuple[str, ...]
    table: pd.DataFrame

    @property
    def columns(self) -> list[Sequence[str | None]]:
        """Labels of each coder; None where there is none."""
        return [self.table[coder].tolist() for coder in self.coders]

    @property
    def units(self) -> list[tuple[str | None, ...]]:
        """Labels of each mention."""
        return list(zip(*self.columns, strict=True))

    @property
    def n_labels(self) -> int:
        """Labels that could be used; of names those that were, and at least two."""
        allowed = LAYERS[self.layer]
        used = {label for column in self.columns for label in column if label is not None}
        return len(allowed) if allowed is not None else max(2, len(used))


def agreement(codings: pd.DataFrame, intervals: Intervals | None = None) -> pd.DataFrame:
    """Compare coders, code by code.

    Parameters
    ----------
    codings : DataFrame
        What `analysis.tables.codings.read_codings` gives: coder, mention_id, frame_right,
        target, polarity, voice, speaker.
    intervals : Intervals, optional
        How the bounds are drawn.

    Returns
    -------
    DataFrame
        Long: layer (frame: is it a mention of the frame; then target, polarity, voice,
        speaker of the mentions that coders called right), coders (joined by +), metric
        (alpha of all coders; share_agreed, kappa, ac1 of each pair), value, low, high
        (percentiles of the bootstrap), n_units (mentions with at least two labels),
        n_labels, n_clusters, unit, status, reason_code, reason_values. Without two coders there is
        one row a layer that says so.

    Raises
    ------
    MeasureError
        If the cluster is unknown.

    Examples
    --------
    >>> from analysis.tables.codings import read_codings
    >>> from analysis.tables.features import read_features
    >>> table = agreement(read_codings(read_features()), Intervals(n_resamples=100))
    >>> table["metric"].unique().tolist()
    ['alpha', 'share_agreed', 'kappa', 'ac1']
    """
    how = intervals or Intervals()
    if how.cluster not in UNITS:
        raise MeasureError(f"agreement: {unknown('cluster', how.cluster, UNITS)}")
    rows = [
        _row(of, metric, how)
        for layer in LAYERS
        for of in _comparisons(codings, layer)
        for metric in of.metrics
    ]
    numbers = dict.fromkeys(["value", "low", "high"], "float64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(numbers)


def _comparisons(codings: pd.DataFrame, layer: str) -> list[_Comparison]:
    """Put all coders together, and every two; a unit counts if two of them coded it."""
    labels = label_table(codings, layer)
    coders = tuple(labels.columns)
    pairs = combinations(coders, 2)
    sets = [(coders, OF_ALL), *((pair, OF_PAIRS) for pair in pairs)]
    found = []
    for chosen, metrics in sets:
        part = labels.loc[:, list(chosen)]
        kept = part[part.notna().sum(axis=1) > 1]
        found.append(_Comparison(layer, chosen, metrics, kept))
    return found


def label_table(codings: pd.DataFrame, layer: str) -> pd.DataFrame:
    """Give one row per mention and one column per coder; empty where there is no label.

    The speaker of the narrator's own words is the label "", no missing one; a mention
    that a coder called wrong has labels in layer frame alone.
    """
    column = "frame_right" if layer == "frame" else layer
    kept = codings if layer == "frame" else codings[codings["frame_right"] == "yes"]
    wide = kept.set_index(["mention_id", "coder"])[column].unstack()  # noqa: PD010 -- nothing adds up
    return wide.astype("object").where(wide.notna(), None).sort_index()


def _row(of: _Comparison, metric: str, how: Intervals) -> dict[str, Any]:
    verdict = _judge(of, metric)
    clusters, names = pd.factorize(_clusters(of.table.index, how.cluster))
    row = {
        "layer": of.layer,
        "coders": "+".join(of.coders),
        "metric": metric,
        "value": float("nan"),
        "low": float("nan"),
        "high": float("nan"),
        "n_units": len(of.table),
        "n_labels": of.n_labels,
        "n_clusters": len(names),
        "unit": how.cluster,
        **verdict._asdict(),
    }
    if verdict.status != "ok":
        return row
    row["value"] = _value(of, metric)
    if why := _no_interval(of, how, len(names)):
        return row | _without_bounds(why)
    weights = draw_weights(len(names), how.n_resamples, np.random.default_rng(how.seed))[clusters]
    drawn = RESAMPLED[metric](one_hot(of.columns), weights, of.n_labels)
    return row | _bounds(drawn, how.level)


def _no_interval(of: _Comparison, how: Intervals, n_clusters: int) -> Verdict | None:
    """Say why the bootstrap cannot bound a value, if it cannot."""
    if n_clusters < FEWEST_CLUSTERS:
        return refuse("too_few_units_of_interval", FEWEST_CLUSTERS, n_clusters)
    if all(len({label for label in unit if label is not None}) == 1 for unit in of.units):
        could = 1 - (1 - how.level) ** (1 / n_clusters)
        return refuse("no_disagreement", round(could, 2))
    return None


def _without_bounds(why: Verdict) -> dict[str, Any]:
    """Give the reason why a value has no bounds; the value stays, and its status."""
    return {"reason_code": why.reason_code, "reason_values": why.reason_values}


def _clusters(mention_ids: pd.Index, cluster: str) -> pd.Index:
    return mention_ids if cluster == "mention_id" else mention_ids.str.rsplit(":").str[0]


def _judge(of: _Comparison, metric: str) -> Verdict:
    if len(of.coders) < 2:
        return refuse("too_few_coders", len(of.coders))
    if of.table.empty:
        return refuse("no_mention_coded_twice")
    used = {label for column in of.columns for label in column if label is not None}
    if len(used) < 2 and metric in ("alpha", "kappa"):
        return refuse("one_label_only")  # agreement by chance is certain, none beyond it shows
    return OK


def _value(of: _Comparison, metric: str) -> float:
    if metric == "alpha":
        return krippendorff_alpha(of.columns)
    first, second = ([str(label) for label in column] for column in of.columns)
    if metric == "kappa":
        return cohen_kappa(first, second)
    if metric == "ac1":
        return gwet_ac1(first, second, of.n_labels)
    return float(np.mean([a == b for a, b in zip(first, second, strict=True)]))


def _bounds(drawn: FloatArray, level: float) -> dict[str, Any]:
    """Give the bounds of a value, or say why it has none; the value stays."""
    if np.isnan(drawn).mean() > MOST_UNDEFINED:
        return _without_bounds(refuse("one_label_in_resamples"))
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return {"low": float(low), "high": float(high)}


def label_confusion(codings: pd.DataFrame) -> pd.DataFrame:
    """Count which labels two coders gave to the same mentions.

    Returns
    -------
    DataFrame
        layer, coder_1, coder_2, label_1, label_2, n; every pair of coders once.

    Examples
    --------
    >>> codings = pd.DataFrame({"coder": ["a", "b"], "mention_id": "x:1", "frame_right": "yes",
    ...     "target": "summit", "polarity": ["open", "negated"], "voice": "direct",
    ...     "speaker": "Anna"})
    >>> table = label_confusion(codings).query("layer == 'polarity'")
    >>> table[["label_1", "label_2", "n"]].to_numpy().tolist()
    [['open', 'negated', 1]]
    """
    columns = ["layer", "coder_1", "coder_2", "label_1", "label_2"]
    rows = [
        (layer, first, second, *pair)
        for layer in LAYERS
        for labels in [label_table(codings, layer)]
        for first, second in combinations(labels.columns, 2)
        for pair in labels[[first, second]].dropna().itertuples(index=False)
    ]
    table = pd.DataFrame(rows, columns=columns, dtype="str")
    return table.value_counts(sort=False).sort_index().rename("n").reset_index()
