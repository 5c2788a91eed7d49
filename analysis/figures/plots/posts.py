"""Plots of what the corpus holds: the posts of live tickers in time."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import TICKDOWN, TICKUP

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.marks import key_point, point
from analysis.figures.style import INK, NEUTRAL, style
from analysis.study.design import Language
from analysis.study.errors import TableError

TIMED = ("explicit", "date_inferred")
#: A whole stroke, its upper half, its lower half: told apart without colour.
POST_STROKES: dict[str, Any] = {"explicit": "|", "date_inferred": TICKUP, "order_only": TICKDOWN}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TIME_STEPS = ("10min", "30min", "1h", "2h", "3h", "6h", "12h", "1D", "2D", "7D")


@style()
def plot_posts(posts: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw the posts of live tickers in time.

    One panel and time axis per event, one row per ticker. Posts without a time are grey strokes
    at even distances: they have an order and no place in time.

    Parameters
    ----------
    posts : DataFrame
        One row per post, in order; columns doc_id, event, posted_at (local time of
        the outlet; empty if unknown), ts_quality (explicit, date_inferred, order_only).

    Raises
    ------
    TableError
        If a column is missing, or a post's time and its quality contradict each other.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> posts = pd.DataFrame({"doc_id": "ticker", "event": "alaska-2025",
    ...     "posted_at": pd.to_datetime(["2025-08-15 20:00", "2025-08-15 21:30"]),
    ...     "ts_quality": "explicit"})
    >>> drawn = plot_posts(posts, look_of(read_study()))
    >>> [tick.get_text() for tick in drawn.axes[0].get_yticklabels()]
    ['ticker']
    """
    layout.check_table(posts, ["doc_id", "event", "posted_at", "ts_quality"], "plot_posts")
    check_times(posts, "plot_posts")
    groups = layout.by_event(posts, look)
    rows = [group["doc_id"].nunique() * 8.0 + 12.5 for group in groups.values()]
    drawn, axes = layout.panels(look, rows, extra_mm=19, share_x=False)
    for panel, (event, group) in zip(axes, groups.items(), strict=True):
        _draw_posts(panel, group, look, look.colours[event])
        time_axis(panel, group["posted_at"].dropna(), look)
        panel.set_title(look.name(event))
    axes[-1].set_xlabel(look.word("posted_at"))
    came = set(posts["ts_quality"])
    qualities = [quality for quality in POST_STROKES if quality in came]
    layout.add_legend(drawn, look, [(_stroke_key(q), look.word(q)) for q in qualities])
    return layout.finish(drawn, look, note)


def check_times(posts: pd.DataFrame, who: str) -> None:
    """Check that posts have a time exactly where their quality says so."""
    layout.check_values(posts, "ts_quality", list(POST_STROKES), who)
    wrong = posts["posted_at"].isna() == posts["ts_quality"].isin(TIMED)
    if wrong.any():
        row = posts[wrong].iloc[0]
        raise TableError(
            f"{who}: a post of {row['doc_id']!r} is {row['ts_quality']!r}"
            f" but its posted_at is {row['posted_at']}"
        )


def _draw_posts(axes: Axes, group: pd.DataFrame, look: Look, colour: str) -> None:
    documents = list(dict.fromkeys(group["doc_id"]))
    for y, doc_id in enumerate(documents):
        for quality, rows in group[group["doc_id"] == doc_id].groupby("ts_quality", sort=True):
            _draw_strokes(axes, rows.assign(y=y), str(quality), colour)
    layout.name_rows(axes, layout.break_names(documents, look))
    axes.spines["left"].set_visible(False)


def _draw_strokes(axes: Axes, rows: pd.DataFrame, quality: str, colour: str) -> None:
    """Draw the posts of one row; without times they stand at even distances on the page."""
    timed = quality in TIMED
    n, size = len(rows), 11 if quality == "explicit" else 5.5
    axes.plot(
        rows["posted_at"] if timed else [(i + 0.5) / n for i in range(n)],
        rows["y"],
        transform=axes.transData if timed else axes.get_yaxis_transform(),
        **point(POST_STROKES[quality], size, colour if timed else NEUTRAL, width=0.9),
        label=quality,
    )


def _stroke_key(quality: str) -> Line2D:
    colour = INK if quality in TIMED else NEUTRAL
    return key_point(POST_STROKES[quality], 8 if quality == "explicit" else 4, colour)


def time_axis(axes: Axes, times: pd.Series, look: Look) -> None:
    """Put few round times on a panel's axis, with the day where it changes."""
    if times.empty:
        axes.set_xticks([])
        return
    air = max((times.max() - times.min()) * 0.03, pd.Timedelta(minutes=10))
    low, high = times.min() - air, times.max() + air
    ticks = _round_times(low, high, most=5 if look.width == "column" else 10)
    axes.set_xticks(ticks.to_numpy(), _time_labels(ticks, look.language))
    axes.set_xlim(low, high)


def _round_times(low: pd.Timestamp, high: pd.Timestamp, *, most: int) -> pd.DatetimeIndex:
    """Give round times in a span, as close as leaves at most so many."""
    for step in TIME_STEPS:
        ticks = pd.date_range(low.ceil(step), high.floor(step), freq=step)
        if len(ticks) <= most:
            return ticks
    return pd.DatetimeIndex([low.ceil("D"), high.floor("D")])


def _time_labels(ticks: pd.DatetimeIndex, language: Language) -> list[str]:
    """Write times of day, with the day below where it changes."""
    labels, day = [], ""
    for at in ticks:
        german = f"{at.day:02}.{at.month:02}."
        shown = german if language == "de" else f"{at.day} {MONTHS[at.month - 1]}"
        labels.append(f"{at:%H:%M}\n{shown}" if shown != day else f"{at:%H:%M}")
        day = shown
    return labels
