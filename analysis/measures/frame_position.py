"""Where frames stand: in headline and lead or in the body, and together in a segment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.measures.cells import check_pairs
from analysis.measures.formulas import npmi
from analysis.measures.intervals import with_share
from analysis.measures.selection import (
    Selection,
    count_by_unit,
    select_mentions,
    stamp,
    totals_of,
)
from analysis.measures.verdicts import OK, VERDICT, judge_edge

KEYS = ["event", "unit", "doc_id"]
ESTIMATES = ["low", "high", "rests_on", *VERDICT]
SELECTED = ["tier", "target", "weight"]
#: Place -> zones of the articles.
PLACES: dict[str, tuple[str, ...]] = {
    "headline_lead": ("headline", "lead"),
    "subheading": ("subheading",),
    "body": ("body", "post", "caption"),
}
PLACE_OF = {zone: place for place, zones in PLACES.items() for zone in zones}


def frame_position(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    segments: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection | None = None,
) -> pd.DataFrame:
    """Give the share of each frame's mentions in headline and lead, sub-headings, and body.

    Parameters
    ----------
    mentions, documents, segments : DataFrame
        Open tables.
    frames : sequence of str
        Ids of frames.
    selection : Selection, optional
        Tier, target and weight.

    Returns
    -------
    DataFrame
        Long: frame, place (headline_lead, subheading, body: with posts and captions),
        event (empty: all events), unit, doc_id, n, n_raw, n_mentions (of the frame), share,
        low, high (Wilson), rests_on, status, reason_code, reason_values, n_tokens (of the place,
        weighted), share_tokens (of all tokens: the share if position meant nothing), tier, target,
        weight.

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
    selection = selection or Selection()
    chosen = select_mentions(mentions, frames, selection)
    placed = chosen.assign(place=chosen["zone"].map(PLACE_OF))
    table = count_by_unit(placed, documents, {"frame": frames, "place": list(PLACES)})
    table["n_mentions"] = totals_of(table, ["frame"])
    table = with_share(table, "n_mentions")
    lengths = _lengths(segments, documents, selection)
    table = table.merge(lengths, on=["place", *KEYS], how="left", validate="many_to_one")
    columns = ["frame", "place", *KEYS, "n", "n_raw", "n_mentions", "share", *ESTIMATES]
    return stamp(table, selection)[[*columns, "n_tokens", "share_tokens", *SELECTED]]


def _lengths(segments: pd.DataFrame, documents: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Give the tokens of each place, and their share, by document, event and in all."""
    weight = 1 if selection.weight == "none" else segments[f"weight_{selection.weight}"]
    rows = segments.assign(
        place=segments["zone"].map(PLACE_OF), n=segments["n_tokens"] * weight, n_raw=1
    )
    table = count_by_unit(rows, documents, {"place": list(PLACES)})
    total = totals_of(table, [])
    table["share_tokens"] = table["n"] / total.where(total > 0)
    return table.rename(columns={"n": "n_tokens"}).drop(columns="n_raw")


def frame_pairs(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    segments: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection | None = None,
) -> pd.DataFrame:
    """Count the segments that hold two frames together, against what chance would give.

    Parameters
    ----------
    mentions, documents, segments : DataFrame
        Open tables.
    frames : sequence of str
        Ids of frames; every pair has a row, the earlier frame first.
    selection : Selection, optional
        Tier, target and weight; segments count by their weight.

    Returns
    -------
    DataFrame
        Long: frame, with_frame, event (empty: all events), unit (pooled, corpus),
        n_segments, n_frame, n_with_frame, n_joint (segments, weighted), n_raw (segments
        with both, whatever the weight), n_expected, npmi (Bouma 2009; from -1, never
        together, to 1), edge, status, reason_code, reason_values (no npmi and no edge under 5
        segments with both), tier, target, weight.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> table = frame_pairs(f.mentions, f.documents, f.segments, ["Erfolg", "Deal"])
    >>> row = table.query("unit == 'corpus'").iloc[0]
    >>> print(row["n_segments"], row["n_joint"], row["edge"], row["reason_code"])
    214 0 False too_few_joint_segments
    """
    selection = selection or Selection()
    chosen = select_mentions(mentions, frames, selection)
    weight = 1 if selection.weight == "none" else segments[f"weight_{selection.weight}"]
    known = documents[["doc_id", "event"]]
    rows = segments[["segment_id", "doc_id"]].assign(n=weight)
    rows = rows.merge(known, on="doc_id", validate="many_to_one").set_index("segment_id")
    holds = {
        frame: rows.index.isin(chosen.loc[chosen["frame"] == frame, "segment_id"])
        for frame in frames
    }
    parts = {(event, "pooled"): rows["event"] == event for event in sorted(known["event"].unique())}
    parts["", "corpus"] = rows["event"] != ""
    found = [
        {
            "frame": one,
            "with_frame": other,
            "event": event,
            "unit": unit,
            **_pair(rows["n"].to_numpy(float), part.to_numpy(), holds[one], holds[other]),
        }
        for one, other in combinations(frames, 2)
        for (event, unit), part in parts.items()
    ]
    names = ["frame", "with_frame", "event", "unit", "n_segments", "n_frame", "n_with_frame"]
    names += ["n_joint", "n_raw", "n_expected", "npmi", "edge", *VERDICT]
    kind = "int64" if selection.weight == "none" else "float64"
    counts = ["n_segments", "n_frame", "n_with_frame", "n_joint"]
    return stamp(pd.DataFrame(found, columns=names).astype(dict.fromkeys(counts, kind)), selection)


def _pair(n: np.ndarray, part: np.ndarray, one: np.ndarray, other: np.ndarray) -> dict[str, object]:
    """Relate the segments with both frames to those with each; only segments of one part."""
    both = part & one & other
    total, first, second, joint = (n[at].sum() for at in (part, part & one, part & other, both))
    verdict = judge_edge(int(both.sum()))
    edge = verdict.status == OK.status
    value = float(npmi(check_pairs(joint, first, second, total))) if edge else np.nan
    return {
        "n_segments": total,
        "n_frame": first,
        "n_with_frame": second,
        "n_joint": joint,
        "n_raw": int(both.sum()),
        "n_expected": first * second / total if total else 0.0,
        "npmi": value,
        "edge": edge,
        **verdict._asdict(),
    }
