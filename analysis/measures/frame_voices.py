"""Whose words frames are: affirmed, negated or left open, in whose voice, and by how many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.measures.frame_table import (
    KEYS,
    add_selection,
    copy_selection,
    count_by_unit,
    frame_table,
)
from analysis.measures.inference import INTERVAL_BASIS, net_interval, with_share
from analysis.measures.selection import CORE, Selection, select_mentions
from analysis.measures.verdicts import OK, judge_own_voice, judge_share, verdict_table
from analysis.tables.cells import rounded
from analysis.tables.repeats import find_clusters
from analysis.tables.schema import POLARITIES

#: Who speaks where nobody is quoted, and where the text does not say who is.
NARRATOR, UNKNOWN = "narrator", "?"


def polarity_profile(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Return the shares of affirmed, negated and open mentions of each frame.

    The arguments are those of `frame_rates`.

    Returns
    -------
    DataFrame
        Long: frame, polarity, event (empty: all events), unit (document, pooled, corpus),
        doc_id, n, n_raw, n_mentions (of the frame), share, low, high (Wilson), interval_basis,
        status, reason_code, reason_values, tier, about, weight.

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
    return frame_table(chosen, documents, keys, selection)


def net_assertion(profile: pd.DataFrame) -> pd.DataFrame:
    """Return (affirmed - negated) / n of each frame: from -1, all denied, to 1, all affirmed.

    The profile is what `polarity_profile` gives.

    Returns
    -------
    DataFrame
        Long: frame, event, unit, doc_id, n_affirmed, n_negated, n_open, n_mentions (all
        weighted), n_raw, net, low, high (Bonett and Price 2012), interval_basis, status,
        reason_code, reason_values, tier, about, weight.

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
        interval_basis=np.where(n > 0, INTERVAL_BASIS["pairs"], INTERVAL_BASIS["none"]),
        **verdict_table(judge_share(each, with_interval=True) for each in n),
    )
    return copy_selection(table.astype({"interval_basis": "str"}), profile)


def frame_setting(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Measure how much of a frame is the narrator's own, and what the narrator affirms.

    The arguments are those of `frame_rates`.

    Returns
    -------
    DataFrame
        Long: measure (frame_setting: the narrator's mentions among all, Brüggemann 2014;
        own_voice_assertion: affirmed ones among the narrator's), frame, event (empty: all
        events), unit, doc_id, n, n_raw, n_mentions (what n is a share of), share, low, high
        (Wilson), interval_basis, status, reason_code, reason_values and the same under media_
        (whether "the media framed" may be said: only where every mention is the narrator's), tier,
        about, weight.

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
    counts = zip(own["n_raw"], everything["n_raw"], strict=True)
    media = verdict_table(judge_own_voice(*pair) for pair in counts).add_prefix("media_")
    tables = {
        name: pd.concat([with_share(part, "n_mentions"), media], axis=1)
        for name, part in measured.items()
    }
    table = pd.concat(tables, names=["measure"]).reset_index("measure").reset_index(drop=True)
    return add_selection(table.astype({"measure": "str"}), selection)


def _name_speakers(chosen: pd.DataFrame) -> pd.DataFrame:
    """Write the narrator and the unknown into the column of speakers."""
    speaker = chosen["speaker"].mask(chosen["voice"] == "narrator", NARRATOR)
    return chosen.assign(speaker=speaker.mask(speaker == "", UNKNOWN))


def frame_speakers(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Count who mentions each frame, affirming, negating or leaving it open.

    The arguments are those of `frame_rates`.

    Returns
    -------
    DataFrame
        Long: frame, speaker (an actor or a name; narrator: the text itself; ?: not said),
        polarity, event (empty: all events), unit (document, pooled, corpus), doc_id, n,
        n_raw, n_mentions (of the frame), share (of the frame's mentions), low, high
        (Wilson), interval_basis, status, reason_code, reason_values, tier, about, weight. A speaker
        stands where there is a mention of the frame by him in the unit, with all three polarities.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> table = frame_speakers(f.mentions, f.documents, ["Deal"])
    >>> deal = table.query("unit == 'corpus' and speaker == 'Trump'")
    >>> deal[["polarity", "n"]].to_numpy().tolist()
    [['affirmed', 0], ['negated', 3], ['open', 7]]
    """
    chosen = _name_speakers(select_mentions(mentions, frames, selection))
    speakers = sorted(chosen["speaker"].unique())
    keys = {"frame": frames, "speaker": speakers, "polarity": POLARITIES}
    table = frame_table(chosen, documents, keys, selection)
    said = table.groupby(["frame", "speaker", *KEYS])["n_raw"].transform("sum") > 0
    return table[said].reset_index(drop=True)


def count_statements(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    segments: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Count distinct statements beside mentions: who repeats an answer says one thing.

    Mentions of one frame by the same speaker, with the same polarity and about, in one
    document or the documents that share a repeat with it, are one statement. Speakers whom
    the text does not name are not known to differ and count as one.

    The arguments are those of `frame_rates`, and segments, an open table. A weight changes
    nothing here.

    Returns
    -------
    DataFrame
        Long, with the rows of `polarity_profile`: frame, polarity, event (empty: all events),
        unit (document, pooled, corpus), doc_id, n_statements.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> table = count_statements(f.mentions, f.documents, f.segments, ["Einmischung"])
    >>> table.query("unit == 'corpus'")[["polarity", "n_statements"]].to_numpy().tolist()
    [['affirmed', 0], ['negated', 2], ['open', 1]]
    """
    chosen = _name_speakers(select_mentions(mentions, frames, selection))
    chosen["cluster"] = chosen["doc_id"].map(find_clusters(segments))
    keys = {"frame": frames, "polarity": POLARITIES}
    parts = []
    for scope, units in (("doc_id", ["document"]), ("cluster", ["pooled", "corpus"])):
        distinct = chosen.drop_duplicates([scope, "frame", "speaker", "polarity", "about"])
        parts.append(count_by_unit(distinct, documents, keys, units=units))
    table = pd.concat(parts, ignore_index=True).rename(columns={"n_raw": "n_statements"})
    return table[["frame", "polarity", *KEYS, "n_statements"]]


def speaker_concentration(speakers: pd.DataFrame, frames: Sequence[str]) -> pd.DataFrame:
    """Measure how far the quoted mentions of a frame are those of few speakers.

    The speakers are what `frame_speakers` gives; frames are ids in the order wanted.

    Returns
    -------
    DataFrame
        One row per frame, and event (pooled) or all events (corpus): frame, event, unit,
        n_speakers, n_unknown (quoted, but not said by whom; left out), n_narrator (left
        out), n_mentions (by named speakers), n_raw (the same, unweighted), top_speaker,
        n (mentions by that one), share, low, high (Wilson), interval_basis, status,
        reason_code, reason_values;
        herfindahl (sum of squared shares; 1: one speaker), n_effective (1 / herfindahl,
        Laakso and Taagepera 1979), herfindahl_status, herfindahl_reason_code,
        herfindahl_reason_values (not estimable
        under ten mentions, as it has no interval), tier, about, weight.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> table = frame_speakers(f.mentions, f.documents, ["Deal"])
    >>> row = speaker_concentration(table, ["Deal"]).query("unit == 'corpus'").iloc[0]
    >>> row["top_speaker"], int(row["n"]), int(row["n_mentions"]), f"{row['herfindahl']:.3f}"
    ('Trump', 10, 11, '0.835')
    """
    units = speakers[speakers["unit"] != "document"]
    shown = units[["event", "unit"]].drop_duplicates().sort_values(["unit", "event"])
    rows = []
    for frame in frames:
        for event, unit in shown.itertuples(index=False):
            part = units[(units["frame"] == frame) & (units["event"] == event)]
            by = part.groupby("speaker")[["n", "n_raw"]].sum()
            rows.append({"frame": frame, "event": event, "unit": unit, **_concentration(by)})
    table = with_share(pd.DataFrame(rows), "n_mentions")
    last = ["herfindahl", "n_effective", *OK.under("herfindahl_")]
    return copy_selection(table[[*table.columns.drop(last), *last]], speakers)


def _concentration(by: pd.DataFrame) -> dict[str, object]:
    """Sum up the speakers of one frame in one unit."""
    named = by.drop(index=[name for name in (NARRATOR, UNKNOWN) if name in by.index])
    named = named.reset_index().sort_values(["n", "speaker"], ascending=[False, True], key=rounded)
    total, n_raw = named["n"].sum(), int(named["n_raw"].sum())
    verdict = judge_share(n_raw, with_interval=False)
    shown = verdict.status == OK.status
    herfindahl = float(((named["n"] / total) ** 2).sum()) if shown else np.nan
    return {
        "n_speakers": len(named),
        "n_unknown": int(by["n_raw"].get(UNKNOWN, 0)),
        "n_narrator": int(by["n_raw"].get(NARRATOR, 0)),
        "n_mentions": total,
        "n_raw": n_raw,
        "top_speaker": named["speaker"].iloc[0] if len(named) else "",
        "n": named["n"].iloc[0] if len(named) else 0,
        "herfindahl": herfindahl,
        "n_effective": 1 / herfindahl,
        **verdict.under("herfindahl_"),
    }
