"""Plot of frames in live tickers: every mention at its post, in time or in order."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.plots.posts import POST_STROKES, TIMED, check_times, time_axis
from analysis.figures.plots.ticker_lanes import (
    GAP_MM,
    LANE_MM,
    LEVEL_MM,
    MARK_MM,
    MARK_POINTS,
    POLARITY_MARKS,
    POST_LINES,
    Lane,
    lay_lanes,
    mention_mark,
    post_stroke,
    stack_levels,
    ticker_keys,
)
from analysis.figures.reasons import status_line
from analysis.figures.style import NEUTRAL, style, width_mm

POSTS = "frame_posts"
#: Share of the width that is left for the axes beside the names of the lanes.
AXES_SHARE = 0.72
#: Room for the title, the axis and its label of a panel.
AROUND_MM = 20.0


@style()
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
        If a column is missing, a value is unknown, a mention stands twice, or a post's
        time and its quality contradict each other.

    Examples
    --------
    >>> from analysis.figures.look import look_of
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
    parts = _parts(mentions, posts, look)
    qualities = set(posts.loc[_is_drawn(posts, posts), "ts_quality"])
    keys = ticker_keys(set(mentions["polarity"]), qualities, look)
    smaller = look.word("smaller_repeat") if (mentions["n"] < 1).any() else ""
    lost = _not_drawn(mentions, posts, look)
    text = layout.join([status_line(trend, look, "status_trend"), lost, smaller, note])
    heights = [_height(part) for part in parts]
    around = AROUND_MM * len(parts) + layout.frame_mm(look, [word for _, word in keys], text)
    drawn, axes = layout.panels(look, heights, extra_mm=around, share_x=False)
    for panel, part in zip(axes, parts, strict=True):
        _draw(panel, part, look)
    layout.add_legend(drawn, look, [*keys])
    return layout.finish(drawn, look, text)


@dataclass(frozen=True)
class _Part:
    """What one panel draws: its tickers' posts and mentions, with x, level and lane."""

    event: str
    timed: bool
    posts: pd.DataFrame
    mentions: pd.DataFrame
    lanes: list[Lane]


def _height(part: _Part) -> float:
    return part.lanes[-1].base + LANE_MM * 0.6 - GAP_MM * 0.3


def _check(mentions: pd.DataFrame, posts: pd.DataFrame) -> None:
    about = ["doc_id", "event", "post_order", "posted_at", "ts_quality"]
    layout.check_table(posts, about, "plot_ticker")
    check_times(posts, "plot_ticker")
    if mentions.empty:
        return
    wanted = ["mention_id", "frame", "polarity", "n", *about]
    codes = {"polarity": list(POLARITY_MARKS), "ts_quality": [*POST_STROKES, "none"]}
    layout.check_table(mentions, wanted, "plot_ticker", key=["mention_id"], codes=codes)


def _is_drawn(table: pd.DataFrame, posts: pd.DataFrame) -> pd.Series:
    """Tell rows that have a place: a time, or a rank in a ticker that has no times at all."""
    timed = posts.loc[posts["ts_quality"].isin(TIMED), "doc_id"]
    ordered = (table["ts_quality"] == "order_only") & ~table["doc_id"].isin(timed)
    return table["ts_quality"].isin(TIMED) | ordered


def _parts(mentions: pd.DataFrame, posts: pd.DataFrame, look: Look) -> list[_Part]:
    """Split into panels: the events with times in order, then what has an order only."""
    frames = look.order(mentions["frame"])
    placed = posts[_is_drawn(posts, posts)]
    marks = mentions[_is_drawn(mentions, posts)]
    parts = []
    for timed in (True, False):
        here = placed[placed["ts_quality"].isin(TIMED) == timed]
        for event in look.order(here["event"]):
            rows = here[here["event"] == event]
            mine = marks[marks["doc_id"].isin(rows["doc_id"])]
            parts.append(_part(rows, mine, frames, look, timed=timed))
    return parts


def _part(
    posts: pd.DataFrame, mentions: pd.DataFrame, frames: list[str], look: Look, *, timed: bool
) -> _Part:
    """Give every post and mention of a panel its x, and mentions the level in their lane."""
    column = "posted_at" if timed else "post_order"
    span = posts[column].max() - posts[column].min()
    least = span / (width_mm(look.width) * AXES_SHARE) * MARK_MM
    mentions = mentions.assign(x=mentions[column], level=0)
    levels: dict[tuple[str, str], int] = {}
    for (doc_id, frame), rows in mentions.groupby(["doc_id", "frame"], sort=True):
        places = (rows["x"] - posts[column].min()) / least if span else rows["x"] * 0.0
        found = stack_levels(places.astype("float64").tolist(), 1.0)
        mentions.loc[rows.index, "level"] = found
        levels[str(doc_id), str(frame)] = max(found)
    documents = sorted(posts["doc_id"].unique())
    lanes = list(lay_lanes(documents, [POSTS, *frames], levels))
    return _Part(posts["event"].iloc[0], timed, posts.assign(x=posts[column]), mentions, lanes)


def _draw(axes: Axes, part: _Part, look: Look) -> None:
    for lane in part.lanes:
        if lane.key == POSTS:
            _draw_posts(axes, part, lane, look)
            continue
        axes.axhline(lane.base, color=NEUTRAL, linewidth=0.3, zorder=1)
        mine = (part.mentions["doc_id"] == lane.doc_id) & (part.mentions["frame"] == lane.key)
        for row in part.mentions[mine].to_dict("records"):
            y = lane.base - 0.3 * LANE_MM - row["level"] * LEVEL_MM
            _draw_mention(axes, row, y, look)
    _name_lanes(axes, part, look)
    title = look.name(part.event)
    if part.timed:
        time_axis(axes, part.posts["posted_at"], look)
        axes.set_xlabel(look.word("posted_at"))
    else:
        title = f"{title}: {look.word('order_only')}"
        _order_axis(axes, int(part.posts["post_order"].max()))
        axes.set_xlabel(look.word("post_order"))
    axes.set_title(title)


def _draw_posts(axes: Axes, part: _Part, lane: Lane, look: Look) -> None:
    """Draw a ticker's posts as strokes over a line that tells how its times are known."""
    colour = look.colours[part.event] if part.timed else NEUTRAL
    y = lane.base - 0.3 * LANE_MM
    posts = part.posts[part.posts["doc_id"] == lane.doc_id]
    for quality, rows in posts.groupby("ts_quality", sort=True):
        axes.plot(rows["x"], [y] * len(rows), **post_stroke(str(quality), colour), label="posts")
        ends = [rows["x"].min(), rows["x"].max()]
        axes.plot(ends, [y, y], color=colour, linewidth=0.7, linestyle=POST_LINES[str(quality)])


def _draw_mention(axes: Axes, row: dict[Hashable, Any], y: float, look: Look) -> None:
    """Draw one mention; a repeat that counts less is smaller."""
    size = MARK_POINTS * float(row["n"]) ** 0.5
    mark = mention_mark(row["polarity"], look.colours[row["frame"]], size)
    axes.plot([row["x"]], [y], **mark, zorder=5, clip_on=False, label=row["mention_id"])


def _name_lanes(axes: Axes, part: _Part, look: Look) -> None:
    names = [
        f"{look.name(lane.doc_id)}: {look.word(POSTS)}"
        if lane.key == POSTS
        else look.short_name(lane.key)
        for lane in part.lanes
    ]
    axes.set_yticks([lane.base - 0.3 * LANE_MM for lane in part.lanes], names)
    axes.set_ylim(part.lanes[-1].base + LANE_MM * 0.6, GAP_MM * 0.3)
    axes.spines["left"].set_visible(False)


def _order_axis(axes: Axes, n_posts: int) -> None:
    step = 1 if n_posts <= 15 else max(5, n_posts // 10 // 5 * 5)
    ticks = [1, *range(step, n_posts + 1, step)] if step > 1 else list(range(1, n_posts + 1))
    axes.set_xticks(sorted(set(ticks)))
    axes.set_xlim(0.4, n_posts + 0.6)


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
