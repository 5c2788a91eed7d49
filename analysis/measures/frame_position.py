"""Where frames stand: in headline and lead or in the body, and together in a segment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.measures.cells import check_pairs
from analysis.measures.formulas import npmi
from analysis.measures.frame_table import KEYS, count_by_unit, share_table, stamp, totals_of
from analysis.measures.selection import CORE, Selection, select_mentions, weights_of
from analysis.measures.verdicts import OK, VERDICT, judge_edge

#: Place -> zones of the articles.
PLACES: dict[str, tuple[str, ...]] = {
    "headline_lead": ("headline", "lead"),
    "subheading": ("subheading",),
    "body": ("body", "post", "caption"),
}
PAIR_COUNTS = ["n_segments", "n_frame", "n_with_frame", "n_joint"]
PAIR_COLUMNS = ["frame", "with_frame", "event", "unit", *PAIR_COUNTS]
PAIR_COLUMNS += ["n_raw", "n_expected", "npmi", "edge", *VERDICT]
PLACE_OF = {zone: place for place, zones in PLACES.items() for zone in zones}


def frame_position(
    mentions: pd.DataFrame,
    documents: pd.DataFrame,
    segments: pd.DataFrame,
    frames: Sequence[str],
    *,
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Give the share of each frame's mentions in headline and lead, sub-headings, and body.

    The arguments are those of `frame_rates`, and segments, an open table.

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
    chosen = select_mentions(mentions, frames, selection)
    placed = chosen.assign(place=chosen["zone"].map(PLACE_OF))
    table = share_table(placed, documents, {"frame": frames, "place": list(PLACES)})
    lengths = _lengths(segments, documents, selection)
    table = table.merge(lengths, on=["place", *KEYS], how="left", validate="many_to_one")
    return stamp(table, selection)


def _lengths(segments: pd.DataFrame, documents: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Give the tokens of each place, and their share, by document, event and in all."""
    n = segments["n_tokens"] * weights_of(segments, selection.weight)
    rows = segments.assign(place=segments["zone"].map(PLACE_OF), n=n, n_raw=1)
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
    selection: Selection = CORE,
) -> pd.DataFrame:
    """Count the segments that hold two frames together, against what chance would give.

    The arguments are those of `frame_rates`, and segments, an open table. Every pair of
    frames has a row, the earlier frame first; segments count by their weight.

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
    chosen = select_mentions(mentions, frames, selection)
    rows = segments[["segment_id", "doc_id"]].assign(n=weights_of(segments, selection.weight))
    rows = rows.merge(documents[["doc_id", "event"]], on="doc_id", validate="many_to_one")
    holds = {
        frame: rows["segment_id"].isin(chosen.loc[chosen["frame"] == frame, "segment_id"])
        for frame in frames
    }
    events = sorted(documents["event"].unique())
    parts = {(event, "pooled"): rows["event"] == event for event in events}
    parts["", "corpus"] = rows["event"] != ""
    found = [
        {"frame": one, "with_frame": other, "event": event, "unit": unit}
        | _pair(rows["n"], part, holds[one], holds[other])
        for one, other in combinations(frames, 2)
        for (event, unit), part in parts.items()
    ]
    table = pd.DataFrame(found, columns=PAIR_COLUMNS)
    return stamp(table.astype(dict.fromkeys(PAIR_COUNTS, rows["n"].dtype)), selection)


def _pair(n: pd.Series, part: pd.Series, one: pd.Series, other: pd.Series) -> dict[str, object]:
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
