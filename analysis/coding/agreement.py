"""Agreement of coders, code by code: alpha, kappa, AC1, with intervals and refusals.

How well the rules code stands here, too, from the committed numbers of evaluations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.inference import FloatArray, wilson_interval
from analysis.measures.resampling import draw_weights
from analysis.measures.verdicts import FEWEST_CLUSTERS, OK, VERDICT, Verdict, refuse
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError, check_known, unknown
from analysis.tables.schema import ABOUT, POLARITIES, VOICES

#: Codes that are compared, and the labels each may have; None: those that were used.
LAYERS: dict[str, tuple[str, ...] | None] = {
    "frame": ("yes", "no"),
    "about": ABOUT,
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


def agreement(codings: pd.DataFrame, intervals: Intervals | None = None) -> pd.DataFrame:
    """Compare coders, code by code.

    Parameters
    ----------
    codings : DataFrame
        What `analysis.tables.codings.read_codings` returns: coder, mention_id, frame_right,
        about, polarity, voice, speaker.
    intervals : Intervals, optional
        How the bounds are drawn.

    Returns
    -------
    DataFrame
        Long: layer (frame: is it a mention of the frame; then about, polarity, voice,
        speaker of the mentions that coders called right), coders (joined by +), metric
        (alpha of all coders; share_agreed, kappa, ac1 of each pair), value, low, high
        (percentiles of the bootstrap), n_units (mentions with at least two labels),
        n_labels, n_clusters, unit, status, reason_code, reason_values. Without two coders there is
        one row a layer that says so.

    Raises
    ------
    MeasureError
        If the cluster is unknown, or a label that its layer cannot have.

    Examples
    --------
    >>> from analysis.tables.codings import read_codings
    >>> from analysis.tables.features import read_features
    >>> table = agreement(read_codings(read_features()), Intervals(n_resamples=100))
    >>> table["metric"].unique().tolist()
    ['alpha', 'share_agreed', 'kappa', 'ac1']
    """
    how = intervals or Intervals()
    check_known("agreement", [how.cluster], what="cluster", allowed=UNITS)
    rows = [
        _row(layer, labels, metric, how)
        for layer in LAYERS
        for labels, metrics in _comparisons(codings, layer)
        for metric in metrics
    ]
    numbers = dict.fromkeys(["value", "low", "high"], "float64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(numbers)


def _comparisons(
    codings: pd.DataFrame, layer: str
) -> Iterator[tuple[pd.DataFrame, tuple[str, ...]]]:
    """Put all coders together, and every two; a unit counts if two of them coded it."""
    labels = label_table(codings, layer)
    sets: list[tuple[tuple[str, ...], tuple[str, ...]]] = [(tuple(labels.columns), OF_ALL)]
    sets += [(pair, OF_PAIRS) for pair in combinations(labels.columns, 2)]
    for chosen, metrics in sets:
        part = labels.loc[:, list(chosen)]
        yield part[part.notna().sum(axis=1) > 1], metrics


def label_table(codings: pd.DataFrame, layer: str) -> pd.DataFrame:
    """Return one row per mention and one column per coder; None where there is no label.

    The speaker of the narrator's own words is the label "", no missing one; a mention
    that a coder called wrong has labels in layer frame alone.
    """
    column = "frame_right" if layer == "frame" else layer
    kept = codings if layer == "frame" else codings[codings["frame_right"] == "yes"]
    wide = kept.set_index(["mention_id", "coder"])[column].unstack()  # noqa: PD010 -- nothing adds up
    return wide.astype("object").where(wide.notna(), None).sort_index()


def _row(layer: str, labels: pd.DataFrame, metric: str, how: Intervals) -> dict[str, Any]:
    hot, used = one_hot(labels.to_numpy(dtype=object).T)
    allowed = LAYERS[layer]
    for label in used:
        if allowed is not None and label not in allowed:
            raise MeasureError(f"agreement, {layer}: {unknown('label', label, allowed)}")
    n_labels = max(2, len(used)) if allowed is None else len(allowed)
    ids = labels.index
    clusters, names = pd.factorize(
        ids if how.cluster == "mention_id" else ids.str.rsplit(":").str[0]
    )
    verdict = _judge(labels, len(used), metric)
    row = {
        "layer": layer,
        "coders": "+".join(labels.columns),
        "metric": metric,
        "n_units": len(labels),
        "n_labels": n_labels,
        "n_clusters": len(names),
        "unit": how.cluster,
        **verdict._asdict(),
    }
    if verdict.status != "ok":
        return row
    formula = METRICS[metric]
    row["value"] = float(formula(hot, np.ones((len(labels), 1)), n_labels)[0])
    why = _no_interval(hot, how, len(names))
    if why is None:
        rng = np.random.default_rng(how.seed)
        drawn = formula(hot, draw_weights(len(names), how.n_resamples, rng)[clusters], n_labels)
        if np.isnan(drawn).mean() <= MOST_UNDEFINED:
            row["low"], row["high"] = np.nanquantile(
                drawn, [(1 - how.level) / 2, (1 + how.level) / 2]
            )
            return row
        why = refuse("one_label_in_resamples")
    # The value stays, and its status.
    return row | {"reason_code": why.reason_code, "reason_values": why.reason_values}


def _judge(labels: pd.DataFrame, n_used: int, metric: str) -> Verdict:
    if len(labels.columns) < 2:
        return refuse("too_few_coders", len(labels.columns))
    if labels.empty:
        return refuse("no_mention_coded_twice")
    if n_used < 2 and metric in ("alpha", "kappa"):
        return refuse("one_label_only")  # agreement by chance is certain, none beyond it shows
    return OK


def _no_interval(hot: FloatArray, how: Intervals, n_clusters: int) -> Verdict | None:
    """Say why the bootstrap cannot bound a value, if it cannot."""
    if n_clusters < FEWEST_CLUSTERS:
        return refuse("too_few_units_of_interval", FEWEST_CLUSTERS, n_clusters)
    if (hot.any(axis=0).sum(axis=-1) == 1).all():
        could = 1 - (1 - how.level) ** (1 / n_clusters)
        return refuse("no_disagreement", round(could, 2))
    return None


def label_confusion(codings: pd.DataFrame) -> pd.DataFrame:
    """Count which labels two coders gave to the same mentions.

    Returns
    -------
    DataFrame
        layer, coder_1, coder_2, label_1, label_2, n; every pair of coders once.

    Examples
    --------
    >>> codings = pd.DataFrame({"coder": ["a", "b"], "mention_id": "x:1", "frame_right": "yes",
    ...     "about": "event", "polarity": ["open", "negated"], "voice": "direct",
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


def one_hot(
    labels: Sequence[Sequence[str | None]] | npt.NDArray[np.object_],
) -> tuple[FloatArray, list[str]]:
    """Return 1 where a coder gave a label: (coders, units, labels); and the labels in order.

    Examples
    --------
    >>> hot, used = one_hot([["x", "y"], ["x", None]])
    >>> hot[1].tolist(), used
    ([[1.0, 0.0], [0.0, 0.0]], ['x', 'y'])
    """
    cells = np.array([list(row) for row in labels], dtype=object)
    used = sorted({label for label in cells.ravel() if label is not None})
    hot = [np.asarray(cells == label, dtype=float) for label in used]
    return np.stack(hot, axis=-1) if hot else np.zeros((*cells.shape, 0)), used


def _agreed(hot: FloatArray, weights: FloatArray, _: int) -> FloatArray:
    """Return the share of units with the same label, one for each column of weights."""
    return np.asarray((hot[0] * hot[1]).sum(axis=-1) @ weights / weights.sum(axis=0))


def _ac1(hot: FloatArray, weights: FloatArray, n_labels: int) -> FloatArray:
    """Return Gwet's (2008) AC1 of two coders, which is stable where one label prevails."""
    share = hot.mean(axis=0).T @ weights / weights.sum(axis=0)
    chance = (share * (1 - share)).sum(axis=0) / (n_labels - 1)
    return np.asarray((_agreed(hot, weights, n_labels) - chance) / (1 - chance))


def _kappa(hot: FloatArray, weights: FloatArray, _: int) -> FloatArray:
    """Return Cohen's (1960) kappa of two coders; NaN where only one label was used."""
    size = weights.sum(axis=0)
    chance = ((hot[0].T @ weights / size) * (hot[1].T @ weights / size)).sum(axis=0)
    return _beyond_chance(_agreed(hot, weights, 0), chance)


def _alpha(hot: FloatArray, weights: FloatArray, _: int) -> FloatArray:
    """Return Krippendorff's (2011) alpha for nominal labels; NaN where only one was used.

    Units with fewer than two labels do not count.
    """
    counts = hot.sum(axis=0)
    m = counts.sum(axis=1)
    kept = m > 1
    counts, m, weights = counts[kept], m[kept], weights[kept]
    apart = (m**2 - (counts**2).sum(axis=1)) / (m - 1)
    by_label = counts.T @ weights
    n = by_label.sum(axis=0)
    expected = n**2 - (by_label**2).sum(axis=0)
    return _beyond_chance(1 - (apart @ weights) / n, 1 - expected / (n * (n - 1)))


def _beyond_chance(agreed: FloatArray, chance: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (agreed - chance) / (1 - chance)
    return np.where(np.isclose(chance, 1), np.nan, found)


#: Metric -> its formula: (one-hot labels, weights (units, resamples), n_labels) -> values, one
#: for each resample; with weights of 1 the published coefficients (tested against NLTK).
METRICS: dict[str, Callable[[FloatArray, FloatArray, int], FloatArray]] = {
    "alpha": _alpha,
    "share_agreed": _agreed,
    "kappa": _kappa,
    "ac1": _ac1,
}


#: What is shown of each source, in this order: layer and metric.
QUALITY_SHOWN = {
    "mentions": (
        *(("frame", "f1"), ("polarity", "accuracy"), ("polarity_harder", "accuracy")),
        *(("voice", "accuracy"), ("speaker", "accuracy"), ("speaker_quoted", "accuracy")),
        *(("about", "accuracy"), ("about_elsewhere", "accuracy")),
    ),
    "quotes": (
        *(("quotes", "f1"), ("speaker", "f1")),
        *(("token_direct", "f1"), ("token_indirect", "f1")),
    ),
}
#: What was never seen comes first: it alone says something of other texts.
QUALITY_ORDER = ("unseen", "scored", "read")
QUALITY_KEYS = ("set", "source", "tier", "seen", "coded_by", "commit", "layer", "metric")
QUALITY_COLUMNS = (*QUALITY_KEYS, "value", "low", "high", "floor", "kappa", "n")


def quality_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Return one row per set and layer of the coding, unseen text first.

    The scores are what `analysis.tables.codings.read_validation` gives.

    Returns
    -------
    DataFrame
        set, source (mentions, quotes), tier, seen (unseen, scored, read), coded_by, commit,
        layer, metric, value, low, high (95 % Wilson interval of an accuracy, mentions as
        units), floor (share of the commonest label), kappa, n (mentions, or articles of
        quotes); empty where it was not noted.

    Raises
    ------
    MeasureError
        If none of the layers is among the scores.

    Examples
    --------
    >>> row = dict.fromkeys(QUALITY_KEYS, "") | {"source": "mentions", "seen": "unseen",
    ...     "layer": "voice", "metric": "accuracy"}
    >>> scores = pd.DataFrame([row | {"value": 0.9, "n": 40.0, "floor": 0.5, "kappa": 0.8}])
    >>> quality_table(scores)[["layer", "value", "n"]].to_dict("records")
    [{'layer': 'voice', 'value': 0.9, 'n': 40.0}]
    """
    ranks = {
        (source, *one): at
        for source, shown in QUALITY_SHOWN.items()
        for at, one in enumerate(shown)
    }
    keys = zip(scores["source"], scores["layer"], scores["metric"], strict=True)
    rank = pd.Series([ranks.get(key) for key in keys], index=scores.index, dtype="float64")
    table = scores.assign(rank=rank, seen_rank=scores["seen"].map(QUALITY_ORDER.index)).dropna(
        subset="rank"
    )
    if table.empty:
        raise MeasureError(
            "quality_table: no layer of the coding among the scores. "
            "Measure with `gipfel evaluate mentions ... --save NAME`."
        )
    table = table.sort_values(["seen_rank", "source", "set", "rank"], ignore_index=True)
    counted = table["n"].where(table["metric"] == "accuracy")
    known = counted.notna()
    table = table.assign(low=float("nan"), high=float("nan"))
    low, high = wilson_interval(table["value"][known] * counted[known], counted[known])
    table.loc[known, "low"], table.loc[known, "high"] = low, high
    return table[list(QUALITY_COLUMNS)]
