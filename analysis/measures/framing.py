"""How often frames are mentioned, and where: rates, shares, the distance of profiles, places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import entropy

from analysis.measures.frame_table import (
    KEYS,
    SELECTED,
    add_selection,
    count_by_unit,
    frame_table,
    sort_rows,
    totals_of,
)
from analysis.measures.inference import INTERVAL_BASIS, with_rate
from analysis.measures.selection import CORE, Selection, select_mentions, sizes_of, weights_of
from analysis.measures.verdicts import OK, VERDICT
from analysis.study.errors import MeasureError, check_known

UNITS_SHOWN = ("document", "pooled")
#: Place -> zones of the articles.
PLACES: dict[str, tuple[str, ...]] = {
    "headline_lead": ("headline", "lead"),
    "subheading": ("subheading",),
    "body": ("body", "post", "caption"),
}
PLACE_OF = {zone: place for place, zones in PLACES.items() for zone in zones}


def frame_rates(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
    size: str = "n_tokens",
) -> pd.DataFrame:
    r"""Return the mentions of each frame per 1,000 tokens.

    Parameters
    ----------
    mentions, documents : DataFrame
        Open tables.
    frames : sequence of str
        The ids of the frames, in the order wanted; a frame without mentions counts 0.
    selection : Selection, optional
        Tier, about and weight; by default all core mentions, each as 1. Weights reach
        mentions and sizes alike.
    size : str
        The column of ``documents`` to relate to: n_tokens, n_words (``\w+``), or
        n_words_file (``\w+`` of the whole file, boilerplate included).

    Returns
    -------
    DataFrame
        Long: frame, event, unit (document, pooled, mean), doc_id (empty but for
        documents), n (mentions, weighted), n_raw (mentions, whatever the weight), n_tokens
        (of the size asked for, which counted_as names, weighted), per_1000, low, high
        (Wilson's with words as units, for a count of zero an upper bound; see interval_basis),
        interval_basis, status, reason_code, reason_values, counted_as, tier, about, weight.
        *pooled* relates the mentions of an event to its tokens, *mean* is the mean of its
        documents' rates, so that a long ticker weighs no more than a short article; it has no
        interval.

    Raises
    ------
    MeasureError
        If the size is unknown or cannot be weighted.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> table = frame_rates(f.mentions, f.documents, ["Deal"], size="n_words_file")
    >>> table.query("unit == 'pooled'")["per_1000"].round(2).tolist()
    [2.58, 0.58]
    """
    sizes = sizes_of(documents, size, selection)
    chosen = select_mentions(mentions, frames, selection)
    table = count_by_unit(chosen, documents, {"frame": frames}, units=UNITS_SHOWN)
    of_event = sizes.groupby(documents.set_index("doc_id")["event"]).sum()
    own = table["doc_id"].map(sizes)
    table["n_tokens"] = own.fillna(table["event"].map(of_event)).astype(sizes.dtype)
    table = _with_means(with_rate(table, "n_tokens"), "per_1000", frames)
    return add_selection(table.assign(counted_as=size), selection)


def frame_shares(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Return the share of each frame among the mentions of all frames (emphasis share).

    The arguments are those of `frame_rates`.

    Returns
    -------
    DataFrame
        Long, as `frame_rates`, with share and n_mentions (of all frames) instead of
        per_1000 and n_tokens, Wilson's intervals with mentions as units, and without
        counted_as. A document without any mention has no shares: its status is
        not_estimable, and it does not enter the mean.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> table = frame_shares(f.mentions, f.documents, ["Erfolg", "Deal", "Einmischung"])
    >>> deal = table.query("unit == 'pooled' and frame == 'Deal'")
    >>> deal[["share", "low", "high"]].round(3).to_numpy().tolist()
    [[0.778, 0.548, 0.91], [0.059, 0.01, 0.27]]
    """
    chosen = select_mentions(mentions, frames, selection)
    keys = {"frame": frames}
    table = frame_table(chosen, documents, keys, selection, of=[], units=UNITS_SHOWN)
    return _with_means(table, "share", frames)


def _with_means(table: pd.DataFrame, value: str, frames: Sequence[str]) -> pd.DataFrame:
    """Add the mean of the documents' values to each event, beside what its documents add up to."""
    single = table[table["unit"] == "document"]
    means = single.groupby(["frame", "event"])[value].mean()
    mean = table[table["unit"] == "pooled"].assign(unit="mean", low=np.nan, high=np.nan)
    mean[value] = means.reindex(pd.MultiIndex.from_frame(mean[["frame", "event"]])).to_numpy()
    nothing = mean[value].isna()
    mean["interval_basis"], mean[VERDICT] = INTERVAL_BASIS["mean"], list(OK)
    if nothing.any():
        refused = table.loc[table["status"] != OK.status, VERDICT]
        mean.loc[nothing, VERDICT] = refused.iloc[0].tolist()
    both = sort_rows(pd.concat([table, mean], ignore_index=True), ["frame"], {"frame": frames})
    return both.astype(dict.fromkeys(["unit", "interval_basis", *VERDICT], "str"))


def frame_position(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    segments: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Return the share of each frame's mentions in headline and lead, sub-headings, and body.

    The arguments are those of `frame_rates`, and segments, an open table.

    Returns
    -------
    DataFrame
        Long: frame, place (headline_lead, subheading, body: with posts and captions),
        event (empty: all events), unit, doc_id, n, n_raw, n_mentions (of the frame), share,
        low, high (Wilson), interval_basis, status, reason_code, reason_values, n_tokens (of the
        place, weighted), share_tokens (of all tokens: the share if position meant nothing), tier,
        about, weight.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> table = frame_position(f.mentions, f.documents, f.segments, ["Erfolg"])
    >>> table.query("unit == 'corpus'")[["place", "n", "n_mentions", "share_tokens"]].round(3)
                place  n  n_mentions  share_tokens
    7   headline_lead  3          12         0.033
    15     subheading  0          12         0.046
    23           body  9          12         0.921
    """
    chosen = select_mentions(mentions, frames, selection)
    placed = chosen.assign(place=chosen["zone"].map(PLACE_OF))
    places = {"place": list(PLACES)}
    table = frame_table(placed, documents, {"frame": frames, **places}, selection)
    n = segments["n_tokens"] * weights_of(segments, selection.weight)
    held = segments.assign(place=segments["zone"].map(PLACE_OF), n=n)
    lengths = count_by_unit(held, documents, places, counts=["n"])
    total = totals_of(lengths, [])
    lengths["share_tokens"] = lengths["n"] / total.where(total > 0)
    lengths = lengths.rename(columns={"n": "n_tokens"})
    table = table.merge(lengths, on=["place", *KEYS], how="left", validate="many_to_one")
    return table[[*table.columns.drop(SELECTED), *SELECTED]]


def profile_distance(shares: pd.DataFrame, first: str, second: str) -> dict[str, float]:
    """Compare the pooled emphasis profiles of two events.

    The shares are what `frame_shares` gives; first and second are ids of events.

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
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> shares = frame_shares(f.mentions, f.documents, ["Erfolg", "Deal", "Einmischung"])
    >>> {k: round(v, 3) for k, v in
    ...  profile_distance(shares, "helsinki-2018", "alaska-2025").items()}
    {'total_variation': 0.719, 'jensen_shannon': 0.533}
    """
    pooled = shares[shares["unit"] == "pooled"].pivot_table(
        index="frame", columns="event", values="share", sort=False, dropna=False
    )
    check_known("profile_distance", (first, second), what="event", allowed=pooled.columns)
    for event in (first, second):
        if pooled[event].isna().any():
            raise MeasureError(
                f"profile_distance: {event!r} has no mention of any frame, and so no profile. "
                "Compare other events or frames, or count both tiers."
            )
    p, q = pooled[first].to_numpy(float), pooled[second].to_numpy(float)
    divergence = (entropy(p, (p + q) / 2, base=2) + entropy(q, (p + q) / 2, base=2)) / 2
    variation = np.abs(p - q).sum() / 2
    return {"total_variation": float(variation), "jensen_shannon": float(divergence)}
