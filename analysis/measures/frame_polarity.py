"""Whether frames are affirmed, negated or left open, and in whose voice they stand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.measures.frame_table import KEYS, count_by_unit, share_table, stamp, stamp_as
from analysis.measures.intervals import RESTS_ON, net_interval, with_share
from analysis.measures.selection import CORE, Selection, select_mentions
from analysis.measures.verdicts import judge_own_voice, judge_share, verdict_table
from analysis.tables.schema import POLARITIES


def polarity_profile(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Give the shares of affirmed, negated and open mentions of each frame.

    The arguments are those of `frame_rates`.

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
    chosen = select_mentions(mentions, frames, selection)
    keys = {"frame": frames, "polarity": POLARITIES}
    return stamp(share_table(chosen, documents, keys), selection)


def net_assertion(profile: pd.DataFrame) -> pd.DataFrame:
    """Give (affirmed - negated) / n of each frame: from -1, all denied, to 1, all affirmed.

    The profile is what `polarity_profile` gives.

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
    rows = profile.set_index(["frame", *KEYS])
    sums = rows.groupby(level=["frame", *KEYS], sort=False)[["n", "n_raw"]].sum()
    counts = [rows.loc[rows["polarity"] == each, "n"].rename(f"n_{each}") for each in POLARITIES]
    table = pd.concat([*counts, sums.rename(columns={"n": "n_mentions"})], axis=1).reset_index()
    n = table["n_mentions"]
    low, high = net_interval(table["n_affirmed"], table["n_negated"], n)
    table = table.assign(
        net=(table["n_affirmed"] - table["n_negated"]) / n.where(n > 0),
        low=low,
        high=high,
        rests_on=np.where(n > 0, RESTS_ON["pairs"], RESTS_ON["none"]),
        **verdict_table(judge_share(each, with_interval=True) for each in n),
    )
    return stamp_as(table.astype({"rests_on": "str"}), profile)


def frame_setting(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Say how much of a frame is the narrator's own, and what the narrator affirms.

    The arguments are those of `frame_rates`.

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
    media = _judge_media(own["n_raw"], everything["n_raw"])
    tables = {
        name: pd.concat([with_share(part, "n_mentions"), media], axis=1)
        for name, part in measured.items()
    }
    table = pd.concat(tables, names=["measure"]).reset_index("measure").reset_index(drop=True)
    return stamp(table.astype({"measure": "str"}), selection)


def _judge_media(n_narrator: pd.Series, n_mentions: pd.Series) -> pd.DataFrame:
    """Say row by row whether "the media framed" may be said."""
    verdicts = [judge_own_voice(*pair) for pair in zip(n_narrator, n_mentions, strict=True)]
    return verdict_table(verdicts).add_prefix("media_")
