"""Plot of frames in live tickers: every mention at its post, in time or in order."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures import layout
from analysis.figures.layout import Look
from analysis.figures.marks import point
from analysis.figures.plots.corpus import (
    POST_STROKES,
    TIMED,
    check_posts,
    stroke_colour,
    time_axis,
)
from analysis.figures.reasons import status_line
from analysis.figures.style import INK, NEUTRAL, width_mm

POSTS = "frame_posts"
#: Height of a lane of one level, of each further level, and the air above a ticker, in mm.
LANE_MM, LEVEL_MM, GAP_MM = 3.6, 2.1, 2.2
#: Marks closer than this lie one above the other.
MARK_MM = 2.3
MARK_POINTS = 5.0
#: Share of the width that is left for the axes beside the names of the lanes.
AXES_SHARE = 0.72
#: Room for the title, the axis and its label of a panel.
AROUND_MM = 20.0
#: Marker and whether it is filled: told apart without colour.
POLARITY_MARKS: dict[str, tuple[str, bool]] = {
    "affirmed": ("o", True),
    "negated": ("X", True),
    "open": ("o", False),
}
POST_LINES: dict[str, Any] = {"explicit": "-", "date_inferred": (0, (4, 2)), "order_only": ":"}

#: The middle of the lane of each document and key, from the top in mm.
Lanes = dict[tuple[str, str], float]


@layout.in_style
def plot_ticker(
    mentions: pd.DataFrame, posts: pd.DataFrame, look: Look, *, trend: pd.DataFrame, note: str = ""
) -> Figure:
    """Draw each mention of a frame at the post of the live ticker that it stands in.

    A panel with a time axis per event, and one with an axis of ranks for the tickers without
    times. Each ticker has a lane of posts (strokes as in `plot_posts`, over a whole line for
    given days, a dashed one for inferred days, a dotted one for order only) and one per frame;
    a mark is a mention, stacked where they would cover one another. What is not drawn is
    counted below.

    Parameters
    ----------
    mentions : DataFrame
        One row per mention; columns mention_id, doc_id, event, frame, polarity
        (affirmed, negated, open), n (1, or less for a repeat), post_order, posted_at,
        ts_quality (none: outside the posts).
    posts : DataFrame
        One row per post; columns doc_id, event, post_order, posted_at, ts_quality.
    trend : DataFrame
        What may be said of a trend; columns status, reason_code, reason_values.

    Raises
    ------
    TableError
        Also if a post's time and its quality contradict each other.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> posts = pd.DataFrame({"doc_id": "ticker", "event": "alaska-2025", "post_order": [1, 2],
    ...     "posted_at": pd.to_datetime(["2025-08-15 20:00", "2025-08-15 21:30"]),
    ...     "ts_quality": "explicit"})
    >>> mentions = posts.assign(mention_id=["a", "b"], frame="Deal", polarity="open", n=1)
    >>> trend = pd.DataFrame({"status": ["ok"], "reason_code": "", "reason_values": ""})
    >>> drawn = plot_ticker(mentions, posts, look_of(read_study()), trend=trend)
    >>> [tick.get_text() for tick in drawn.axes[0].get_yticklabels()]
    ['ticker: Beiträge', 'Deal']
    """
    _check(mentions, posts)
    panels = list(_panels(mentions, posts, look))
    keys = _keys(mentions, posts[_is_drawn(posts, posts)], look)
    smaller = look.word("smaller_repeat") if (mentions["n"] < 1).any() else ""
    refused = status_line(trend, look, "status_trend")
    said = (refused, _not_drawn(mentions, posts, look), smaller, note)
    drawn, axes = layout.panels(
        look, [panel.height for panel in panels], share_x=False,
        extra_mm=AROUND_MM * len(panels) + layout.frame_mm(look, keys, *said),
    )  # fmt: skip
    for place, panel in zip(axes, panels, strict=True):
        _draw(place, panel, look)
    return layout.finish(drawn, look, *said, keys=keys)


def _check(mentions: pd.DataFrame, posts: pd.DataFrame) -> None:
    about = ["doc_id", "event", "post_order"]
    check_posts(posts, about, "plot_ticker")
    if not mentions.empty:
        wanted = ["mention_id", "frame", "polarity", "n", *about, "posted_at", "ts_quality"]
        codes = {"polarity": POLARITY_MARKS, "ts_quality": [*POST_STROKES, "none"]}
        layout.check_table(mentions, wanted, "plot_ticker", key=["mention_id"], codes=codes)


def _is_drawn(table: pd.DataFrame, posts: pd.DataFrame) -> pd.Series:
    """Find rows that have a place: a time, or a rank in a ticker that has no times at all."""
    timed = posts.loc[posts["ts_quality"].isin(TIMED), "doc_id"]
    ordered = (table["ts_quality"] == "order_only") & ~table["doc_id"].isin(timed)
    return table["ts_quality"].isin(TIMED) | ordered


@dataclass(frozen=True)
class _Panel:
    """What one panel draws: its tickers' posts and mentions, with x and level, and their lanes."""

    event: str
    timed: bool
    posts: pd.DataFrame
    mentions: pd.DataFrame
    lanes: Lanes
    height: float


def _panels(mentions: pd.DataFrame, posts: pd.DataFrame, look: Look) -> Iterator[_Panel]:
    """Part by event what has a place: what has times first, then what has only an order."""
    frames = look.order(mentions["frame"])
    marks, posts = mentions[_is_drawn(mentions, posts)], posts[_is_drawn(posts, posts)]
    for timed, column in ((True, "posted_at"), (False, "post_order")):
        here = posts[posts["ts_quality"].isin(TIMED) == timed]
        for event, rows in layout.by_event(here, look).items():
            mine = marks[marks["doc_id"].isin(rows["doc_id"])]
            first, span = rows[column].min(), rows[column].max() - rows[column].min()
            least = span / (width_mm(look.width) * AXES_SHARE) * MARK_MM
            mine = mine.assign(x=mine[column], level=0)
            for _, lane in mine.groupby(["doc_id", "frame"]):
                places = (lane["x"] - first) / least if span else lane["x"] * 0.0
                levels = stack_levels(places.astype("float64").tolist(), 1.0)
                mine.loc[lane.index, "level"] = levels
            keys = [(doc_id, key) for doc_id in sorted(rows["doc_id"].unique())
                    for key in [POSTS, *frames]]  # fmt: skip
            highest = mine.groupby(["doc_id", "frame"])["level"].max().to_dict()
            lanes, height = _lay_lanes(keys, highest)
            yield _Panel(event, timed, rows.assign(x=rows[column]), mine, lanes, height)


def stack_levels(places: Sequence[float], least: float) -> list[int]:
    """Return the lowest free level of each mark, taken from left to right; 0 is the base.

    Two marks on one level are at least so far apart.
    """
    levels, last = [0] * len(places), list[float]()
    for i in np.argsort(np.asarray(places, dtype=float), kind="stable"):
        free = [k for k, x in enumerate(last) if places[i] - x >= least]
        levels[i] = free[0] if free else len(last)
        last[levels[i] : levels[i] + 1] = [places[i]]
    return levels


def _lay_lanes(
    keys: Sequence[tuple[str, str]], levels: Mapping[Hashable, int]
) -> tuple[Lanes, float]:
    """Put lanes below one another, as high as their levels; return them and the panel's height."""
    lanes: Lanes = {}
    top = base = 0.0
    for doc_id, key in keys:
        top += GAP_MM if key == POSTS else 0.0
        top += LANE_MM + LEVEL_MM * levels.get((doc_id, key), 0)
        base = top - LANE_MM * 0.25
        lanes[doc_id, key] = base
    return lanes, base + LANE_MM * 0.6 - GAP_MM * 0.3


def _draw(axes: Axes, panel: _Panel, look: Look) -> None:
    for (doc_id, key), base in panel.lanes.items():
        y = base - 0.3 * LANE_MM
        if key == POSTS:
            rows = panel.posts[panel.posts["doc_id"] == doc_id]
            colour = look.colours[panel.event] if panel.timed else NEUTRAL
            _draw_posts(axes, rows, y, colour)
            continue
        axes.axhline(base, color=NEUTRAL, linewidth=0.3, zorder=1)
        mine = (panel.mentions["doc_id"] == doc_id) & (panel.mentions["frame"] == key)
        for row in panel.mentions[mine].to_dict("records"):
            # A repeat that counts less is smaller.
            size = MARK_POINTS * float(row["n"]) ** 0.5
            mark = _mark(row["polarity"], look.colours[row["frame"]], size)
            at = [row["x"]], [y - row["level"] * LEVEL_MM]
            axes.plot(*at, **mark, zorder=5, clip_on=False, label=row["mention_id"])
    names = [
        f"{look.name(doc_id)}: {look.word(POSTS)}" if key == POSTS else look.short_name(key)
        for doc_id, key in panel.lanes
    ]
    axes.set_yticks([base - 0.3 * LANE_MM for base in panel.lanes.values()], names)
    axes.set_ylim(base + LANE_MM * 0.6, GAP_MM * 0.3)
    axes.spines["left"].set_visible(False)
    axes.set_title(look.name(panel.event))
    axes.set_xlabel(look.word("posted_at" if panel.timed else "post_order"))
    if panel.timed:
        time_axis(axes, panel.posts["posted_at"], look)
    else:
        axes.set_title(f"{look.name(panel.event)}: {look.word('order_only')}")
        n_posts = int(panel.posts["post_order"].max())
        step = 1 if n_posts <= 15 else max(5, n_posts // 10 // 5 * 5)
        axes.set_xticks(sorted({1, *range(step, n_posts + 1, step)}))
        axes.set_xlim(0.4, n_posts + 0.6)


def _draw_posts(axes: Axes, posts: pd.DataFrame, y: float, colour: str) -> None:
    """Draw a ticker's posts as strokes over a line that tells how its times are known."""
    for quality, rows in posts.groupby("ts_quality", sort=True):
        axes.plot(rows["x"], [y] * len(rows), **_stroke(str(quality), colour), label="posts")
        ends = [rows["x"].min(), rows["x"].max()]
        axes.plot(ends, [y, y], color=colour, linewidth=0.7, linestyle=POST_LINES[str(quality)])


def _mark(polarity: str, colour: str, size: float = MARK_POINTS) -> dict[str, Any]:
    """Return the mark of a mention: a full disc, a cross, or an empty circle."""
    marker, filled = POLARITY_MARKS[polarity]
    return point(marker, size, INK, face=colour if filled else "white", width=0.7)


def _stroke(quality: str, colour: str) -> dict[str, Any]:
    """Return the stroke of a post, by how its time is known."""
    return point(POST_STROKES[quality], 7 if quality == "explicit" else 4.5, colour, width=0.9)


def _keys(mentions: pd.DataFrame, posts: pd.DataFrame, look: Look) -> layout.Keys:
    """Make the legend of what came: polarities first, then how times are known."""
    keys = [
        (Line2D([], [], **_mark(polarity, NEUTRAL)), look.word(polarity))
        for polarity in POLARITY_MARKS
        if (mentions["polarity"] == polarity).any()
    ]
    for quality in POST_STROKES:
        if (posts["ts_quality"] == quality).any():
            line = _stroke(quality, stroke_colour(quality, INK))
            line |= {"linestyle": POST_LINES[quality], "linewidth": 0.7}
            keys.append((Line2D([], [], **line), look.word(quality)))
    return keys


def _not_drawn(mentions: pd.DataFrame, posts: pd.DataFrame, look: Look) -> str:
    """Count what has no place in the figure, so that nothing is lost in silence."""
    outside = mentions["ts_quality"] == "none"
    n_lost = int((~_is_drawn(mentions, posts) & ~outside).sum())
    n_posts = int((~_is_drawn(posts, posts)).sum())
    told = []
    if outside.any():
        told.append(f"{look.word('outside_posts')}: {look.number(int(outside.sum()))}")
    if n_posts:
        told.append(f"{look.word('timeless_posts')}: {look.number(n_posts)}")
        told.append(f"{look.word('mentions_there')}: {look.number(n_lost)}")
    return f"{look.word('not_drawn')} {'; '.join(told)}." if told else ""
