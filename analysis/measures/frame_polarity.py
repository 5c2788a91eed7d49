"""Whether frames are affirmed, negated or left open, and in whose voice they stand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.measures.intervals import RESTS_ON, net_interval, with_share
from analysis.measures.selection import (
    Selection,
    count_by_unit,
    select_mentions,
    stamp,
    totals_of,
)
from analysis.measures.verdicts import OK, VERDICT, judge_own_voice, judge_share, verdict_table
from analysis.tables.schema import POLARITIES

KEYS = ["event", "unit", "doc_id"]
ESTIMATES = ["low", "high", "rests_on", *VERDICT]
SELECTED = ["tier", "target", "weight"]


def polarity_profile(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection | None = None,
) -> pd.DataFrame:
    """Give the shares of affirmed, negated and open mentions of each frame.

    Parameters
    ----------
    mentions, documents : DataFrame
        Open tables.
    frames : sequence of str
        Ids of frames.
    selection : Selection, optional
        Tier, target and weight.

    Returns
    -------
    DataFrame
        Long: frame, polarity, event (empty: all events), unit (document, pooled, corpus),
        doc_id, n, n_raw, n_mentions (of the frame), share, low, high (Wilson), rests_on,
        status, reason_code, reason_values, tier, target, weight.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> table = polarity_profile(f.mentions, f.documents, ["Deal"]).query("unit == 'corpus'")
    >>> table[["polarity", "n", "share", "low", "high"]].round(3)
        polarity  n  share    low   high
    7   affirmed  0  0.000  0.000  0.204
    15   negated  7  0.467  0.248  0.699
    23      open  8  0.533  0.301  0.752
    """
    selection = selection or Selection()
    chosen = select_mentions(mentions, frames, selection)
    table = count_by_unit(chosen, documents, {"frame": frames, "polarity": POLARITIES})
    table["n_mentions"] = totals_of(table, ["frame"])
    table = with_share(table, "n_mentions")
    columns = ["frame", "polarity", *KEYS, "n", "n_raw", "n_mentions", "share", *ESTIMATES]
    return stamp(table, selection)[[*columns, *SELECTED]]


def net_assertion(profile: pd.DataFrame) -> pd.DataFrame:
    """Give (affirmed - negated) / n of each frame: from -1, all denied, to 1, all affirmed.

    Parameters
    ----------
    profile : DataFrame
        What `polarity_profile` gives.

    Returns
    -------
    DataFrame
        Long: frame, event, unit, doc_id, n_affirmed, n_negated, n_open, n_mentions (all
        weighted), n_raw, net, low, high (Bonett and Price 2012), rests_on, status, reason_code,
        reason_values, tier, target, weight.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> frames = ["Erfolg", "Deal", "Einmischung"]
    >>> table = net_assertion(polarity_profile(f.mentions, f.documents, frames))
    >>> table.query("unit == 'corpus'")["net"].round(3).tolist()
    [0.833, -0.467, -0.875]
    """
    by = ["frame", *KEYS]
    sums = profile.groupby(by, sort=False)[["n", "n_raw"]].sum()
    table = sums.rename(columns={"n": "n_mentions"}).reset_index()
    for polarity in POLARITIES:
        part = profile.loc[profile["polarity"] == polarity, [*by, "n"]]
        part = part.rename(columns={"n": f"n_{polarity}"})
        table = table.merge(part, on=by, how="left", validate="one_to_one")
    n = table["n_mentions"]
    table["net"] = (table["n_affirmed"] - table["n_negated"]) / n.where(n > 0)
    table["low"], table["high"] = net_interval(table["n_affirmed"], table["n_negated"], n)
    table["rests_on"] = np.where(n > 0, RESTS_ON["pairs"], RESTS_ON["none"])
    verdicts = [judge_share(each, with_interval=True) for each in n]
    table[VERDICT] = verdict_table(verdicts, table.index)
    selected = {name: profile[name].iloc[0] for name in SELECTED}
    table = table.assign(**selected).astype({"rests_on": "str"})
    numbers = [*(f"n_{polarity}" for polarity in POLARITIES), "n_mentions", "n_raw"]
    return table[["frame", *KEYS, *numbers, "net", *ESTIMATES, *SELECTED]]


def frame_setting(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection | None = None,
) -> pd.DataFrame:
    """Say how much of a frame is the narrator's own, and what the narrator affirms.

    Parameters
    ----------
    mentions, documents : DataFrame
        Open tables.
    frames : sequence of str
        Ids of frames.
    selection : Selection, optional
        Tier, target and weight.

    Returns
    -------
    DataFrame
        Long: measure (frame_setting: the narrator's mentions among all, Brüggemann 2014;
        own_voice_assertion: affirmed ones among the narrator's), frame, event (empty: all
        events), unit, doc_id, n, n_raw, n_mentions (what n is a share of), share, low, high
        (Wilson), rests_on, status, reason_code, reason_values and the same under media_
        (whether "the media framed" may be said: only where every mention is the narrator's), tier,
        target, weight.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> table = frame_setting(f.mentions, f.documents, ["Deal"]).query("unit == 'corpus'")
    >>> table[["measure", "n", "n_mentions", "media_status"]].to_numpy().tolist()
    [['frame_setting', 4, 15, 'not_estimable'], ['own_voice_assertion', 0, 4, 'not_estimable']]
    """
    selection = selection or Selection()
    chosen = select_mentions(mentions, frames, selection)
    narrator = chosen[chosen["voice"] == "narrator"]
    affirmed = narrator[narrator["polarity"] == "affirmed"]
    everything, own, asserted = (
        count_by_unit(part, documents, {"frame": frames}) for part in (chosen, narrator, affirmed)
    )
    measured = {
        "frame_setting": own.assign(n_mentions=everything["n"]),
        "own_voice_assertion": asserted.assign(n_mentions=own["n"]),
    }
    said = _judge_media(own["n_raw"], everything["n_raw"])
    tables = [
        pd.concat([with_share(part, "n_mentions"), said], axis=1).assign(measure=name)
        for name, part in measured.items()
    ]
    columns = ["measure", "frame", *KEYS, "n", "n_raw", "n_mentions", "share", *ESTIMATES]
    columns += [*OK.under("media_"), *SELECTED]
    table = stamp(pd.concat(tables, ignore_index=True), selection)[columns]
    return table.astype({"measure": "str"})


def _judge_media(n_narrator: pd.Series, n_mentions: pd.Series) -> pd.DataFrame:
    """Say row by row whether "the media framed" may be said."""
    verdicts = [judge_own_voice(*pair) for pair in zip(n_narrator, n_mentions, strict=True)]
    return verdict_table(verdicts).add_prefix("media_")
