"""Measures on frame mentions: rates and emphasis shares, by document and event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import MeasureError, unknown
from analysis.schema import WEIGHTS, Weight

Tier = Literal["core", "core_near"]
TIERS: dict[str, tuple[str, ...]] = {"core": ("core",), "core_near": ("core", "near")}
SIZES = ("n_tokens", "n_words", "n_words_file")
NOT_ESTIMABLE = "not_estimable"
#: Sizes that hold words outside segments, which no weight of repeats reaches.
UNWEIGHTED_SIZES = ("n_words_file",)
COLUMNS = ("frame", "event", "unit", "doc_id", "n", "n_raw", "size", "value", "status", "reason")


def frame_rates(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    tier: Tier = "core",
    size: str = "n_tokens",
    weight: Weight = "none",
) -> pd.DataFrame:
    r"""Give the mentions of each frame per 1,000 tokens.

    Parameters
    ----------
    mentions, documents : DataFrame
        Open tables.
    frames : sequence of str
        The ids of the frames, in the order wanted; a frame without mentions counts 0.
    tier : str
        core, or core_near for both tiers.
    size : str
        The column of ``documents`` to relate to: n_tokens, n_words (``\w+``), or
        n_words_file (``\w+`` of the whole file, boilerplate included).
    weight : str
        How repeats count: none (each segment 1), within or across (1 over the size of
        its group of repeats, in the document or over all documents). Weights mentions and
        sizes alike.

    Returns
    -------
    DataFrame
        Long: frame, event, unit (document, pooled, mean), doc_id (empty but for
        documents), n (mentions, weighted), n_raw (mentions, whatever the weight), n_tokens
        (of the size asked for, which counted_as names, weighted), per_1000, status, reason,
        counted_as, weight. *pooled* relates the
        mentions of an event to its tokens, *mean* is the mean of its documents' rates,
        so that a long ticker weighs no more than a short article.

    Raises
    ------
    MeasureError
        If tier, size or weight is unknown, or the size cannot be weighted.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> f = read_features()
    >>> table = frame_rates(f.mentions, f.documents, ["Deal"], size="n_words_file")
    >>> table.query("unit == 'pooled'")["per_1000"].round(2).tolist()
    [2.58, 0.58]
    """
    if size not in SIZES:
        raise MeasureError(f"frame_rates: {unknown('size', size, SIZES)}")
    n = _count(mentions, documents, frames, tier, weight)
    sizes = documents.set_index("doc_id")[_weighted_size(size, weight)]
    table = _by_unit(n, sizes, documents, scale=1e3, nothing="no token")
    table = table.rename(columns={"value": "per_1000", "size": "n_tokens"})
    return table.assign(counted_as=size, weight=weight)


def _weighted_size(size: str, weight: str) -> str:
    """Name the column of documents that holds a size under a weight."""
    if weight != "none" and size in UNWEIGHTED_SIZES:
        raise MeasureError(
            f"frame_rates: {size!r} counts words outside segments, too, which no weight of "
            f"repeats reaches; came weight {weight!r}. Relate to n_tokens or n_words."
        )
    return size if weight == "none" else f"{size}_{weight}"


def frame_shares(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    tier: Tier = "core",
    weight: Weight = "none",
) -> pd.DataFrame:
    """Give the share of each frame among the mentions of all frames (emphasis share).

    Parameters
    ----------
    mentions, documents : DataFrame
        Open tables.
    frames : sequence of str
        The ids of the frames.
    tier : str
        core, or core_near for both tiers.
    weight : str
        How repeats count: none, within or across, as in `frame_rates`.

    Returns
    -------
    DataFrame
        Long, as `frame_rates`, with share and n_mentions (of all frames) instead of
        per_1000 and n_tokens, and without counted_as. A document without any
        mention has no shares: its status is not_estimable, and it does not enter the mean.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> f = read_features()
    >>> table = frame_shares(f.mentions, f.documents, ["Erfolg", "Deal", "Einmischung"])
    >>> table.query("unit == 'pooled' and frame == 'Deal'")["share"].round(3).tolist()
    [0.778, 0.059]
    """
    n = _count(mentions, documents, frames, tier, weight)
    sizes = n.groupby("doc_id", sort=False)["n"].sum()
    table = _by_unit(n, sizes, documents, scale=1.0, nothing="no mention of any frame")
    return table.rename(columns={"value": "share", "size": "n_mentions"}).assign(weight=weight)


def _count(  # noqa: PLR0917 -- the arguments of both measures, as they come
    mentions: pd.DataFrame, documents: pd.DataFrame, frames: Sequence[str], tier: str, weight: str
) -> pd.DataFrame:
    """Count mentions, weighted and raw: one row per frame and document."""
    if tier not in TIERS:
        raise MeasureError(f"frame measures: {unknown('tier', tier, TIERS)}")
    if weight not in WEIGHTS:
        raise MeasureError(f"frame measures: {unknown('weight', weight, WEIGHTS)}")
    wanted = mentions[mentions["tier"].isin(TIERS[tier])]
    n = 1 if weight == "none" else wanted[f"weight_{weight}"]
    counted = wanted[["frame", "doc_id"]].assign(n=n, n_raw=1)
    every = pd.MultiIndex.from_product([frames, documents["doc_id"]], names=["frame", "doc_id"])
    sums = counted.groupby(["frame", "doc_id"]).sum().reindex(every, fill_value=0)
    kind = "int64" if weight == "none" else "float64"
    return sums.astype({"n": kind, "n_raw": "int64"}).reset_index("frame")


def _by_unit(
    n: pd.DataFrame, sizes: pd.Series, documents: pd.DataFrame, *, scale: float, nothing: str
) -> pd.DataFrame:
    """Relate counts to sizes by document, pooled over an event, and as mean of documents."""
    event = documents.set_index("doc_id")["event"]
    rows = []
    for frame, counted in n.groupby("frame", sort=False):
        single = counted[["n", "n_raw"]].assign(doc_id=counted.index, event=event, size=sizes)
        single["value"] = _ratio(single["n"], single["size"], scale)
        groups = single.groupby("event", as_index=False)
        pooled = groups[["n", "n_raw", "size"]].sum()
        pooled["value"] = _ratio(pooled["n"], pooled["size"], scale)
        mean = pooled.assign(value=groups["value"].mean()["value"])
        units = {"document": single, "pooled": pooled, "mean": mean}
        rows += [table.assign(unit=unit, frame=frame) for unit, table in units.items()]
    table = pd.concat(rows, ignore_index=True)
    table["doc_id"] = table["doc_id"].fillna("")
    empty = table["value"].isna()
    table["status"] = np.where(empty, NOT_ESTIMABLE, "ok")
    table["reason"] = np.where(empty, nothing, "")
    return table.loc[:, list(COLUMNS)].astype({"frame": "str", "unit": "str"})


def _ratio(n: pd.Series, size: pd.Series, scale: float) -> pd.Series:
    return (n / size.where(size > 0)) * scale


def profile_distance(shares: pd.DataFrame, first: str, second: str) -> dict[str, float]:
    """Compare the pooled emphasis profiles of two events.

    Parameters
    ----------
    shares : DataFrame
        What `frame_shares` gives.
    first, second : str
        Ids of events.

    Returns
    -------
    dict
        total_variation in [0, 1]: half the sum of absolute differences; jensen_shannon
        in bits, in [0, 1] (Lin 1991).

    Raises
    ------
    MeasureError
        If an event is unknown or has no mention.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> f = read_features()
    >>> shares = frame_shares(f.mentions, f.documents, ["Erfolg", "Deal", "Einmischung"])
    >>> {k: round(v, 3) for k, v in
    ...  profile_distance(shares, "helsinki-2018", "alaska-2025").items()}
    {'total_variation': 0.719, 'jensen_shannon': 0.533}
    """
    pooled = shares[shares["unit"] == "pooled"].pivot_table(
        index="frame", columns="event", values="share", sort=False, dropna=False
    )
    for event in (first, second):
        if event not in pooled.columns:
            raise MeasureError(f"profile_distance: {unknown('event', event, pooled.columns)}")
        if pooled[event].isna().any():
            raise MeasureError(
                f"profile_distance: {event!r} has no mention of any frame, and so no profile. "
                "Compare other events or frames, or count both tiers."
            )
    p, q = pooled[first].to_numpy(float), pooled[second].to_numpy(float)
    middle = (p + q) / 2
    divergence = (_kullback_leibler(p, middle) + _kullback_leibler(q, middle)) / 2
    return {"total_variation": float(np.abs(p - q).sum() / 2), "jensen_shannon": divergence}


def _kullback_leibler(p: np.ndarray, q: np.ndarray) -> float:
    held = p > 0
    return float(np.sum(p[held] * np.log2(p[held] / q[held])))
