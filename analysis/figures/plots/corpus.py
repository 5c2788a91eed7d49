"""Plots of what the corpus holds: lengths of documents, posts in time, hits of a query."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.markers import TICKDOWN, TICKUP
from matplotlib.patches import Patch

from analysis.figures import layout
from analysis.figures.layout import Look
from analysis.figures.marks import key_point, point
from analysis.figures.style import INK, NEUTRAL, SMALL_POINTS
from analysis.study.errors import TableError

#: How a ticker is told from an article without colour.
KIND_HATCHES = {"article": "", "live_ticker": "/////"}
TIMED = ("explicit", "date_inferred")
#: A whole stroke, its upper half, its lower half: told apart without colour.
POST_STROKES: dict[str, Any] = {"explicit": "|", "date_inferred": TICKUP, "order_only": TICKDOWN}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TIME_STEPS = ("10min", "30min", "1h", "2h", "3h", "6h", "12h", "1D", "2D", "7D")


@layout.in_style
def plot_corpus(documents: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw the length of every document, by event and kind.

    One panel per event, one bar per document, its length beside it.

    Parameters
    ----------
    documents : DataFrame
        One row per document, drawn in this order; columns doc_id, event, kind
        (article, live_ticker), n_tokens (word tokens), outlet (empty: unknown).

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> documents = pd.DataFrame({"doc_id": ["a"], "event": ["alaska-2025"],
    ...     "kind": ["article"], "n_tokens": [812], "outlet": ["Morgenblatt"]})
    >>> drawn = plot_corpus(documents, look_of(read_study()))
    >>> [int(bar.get_width()) for bar in drawn.axes[0].patches]
    [812]
    """
    wanted = ["doc_id", "event", "kind", "n_tokens", "outlet"]
    codes = {"kind": KIND_HATCHES}
    layout.check_table(documents, wanted, "plot_corpus", key=["doc_id"], codes=codes)
    groups = layout.by_event(documents, look)
    names = [_document_names(group, look) for group in groups.values()]
    heights = [len(shown) * layout.row_mm(shown) + 5.5 for shown in names]
    titles = [look.name(event) for event in groups]
    drawn, axes = layout.panels(look, heights, extra_mm=17, titles=titles, names=names)
    for panel, (event, group) in zip(axes, groups.items(), strict=True):
        _draw_lengths(panel, group, look, look.colours[event])
    layout.from_zero(axes, documents, "n_tokens")
    layout.number_axis(axes[-1], look, look.word("n_tokens"), whole=True, n_ticks=4)
    keys = [
        (Patch(facecolor=NEUTRAL, hatch=hatch, edgecolor="white", linewidth=0), look.word(kind))
        for kind, hatch in KIND_HATCHES.items()
        if (documents["kind"] == kind).any()
    ]
    return layout.finish(drawn, look, note, keys=keys)


def _document_names(group: pd.DataFrame, look: Look) -> list[str]:
    """Name each document by its id (or label) and, below it, its outlet."""
    outlets = [outlet or look.word("outlet_unknown") for outlet in group["outlet"]]
    lines = (layout.break_names(group["doc_id"], look), layout.break_terms(outlets, look))
    return ["\n".join(pair) for pair in zip(*lines, strict=True)]


def _draw_lengths(axes: Axes, group: pd.DataFrame, look: Look, colour: str) -> None:
    for y, row in enumerate(group.to_dict("records")):
        n, hatch = row["n_tokens"], KIND_HATCHES[row["kind"]]
        axes.barh(y, n, 0.62, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
        text = look.number(n)
        layout.write_beside(axes, text, (n, y), (3, 0), va="center", fontsize=SMALL_POINTS)


@layout.in_style
def plot_hits(places: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw a stroke for every hit, where in its document it stands.

    One panel per event, one row per document with the number of hits beside it. Strokes that
    touch stand close together in the text.

    Parameters
    ----------
    places : DataFrame
        What `hit_places` gives: one row per hit, and one without a place for each document
        that has none; columns doc_id, event, place (in [0, 1]).

    Raises
    ------
    TableError
        Also if a place lies outside the document.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> places = pd.DataFrame({"doc_id": ["a", "a"], "event": "alaska-2025", "place": [0.1, 0.7]})
    >>> drawn = plot_hits(places, look_of(read_study()))
    >>> [text.get_text() for text in drawn.axes[0].texts]
    ['2']
    """
    layout.check_table(places, ["doc_id", "event", "place"], "plot_hits")
    if not places["place"].dropna().between(0, 1).all():
        raise TableError("plot_hits: column place: wanted shares of the document, from 0 to 1")
    drawn, axes, groups = _panels(places, look, 6.0, around_mm=6.5, extra_mm=14)
    for panel, (event, group) in zip(axes, groups.items(), strict=True):
        _draw_places(panel, group, look, look.colours[event])
    axes[-1].set_xlim(-2, 112)
    layout.number_axis(axes[-1], look, look.word("place"))
    axes[-1].set_xticks([0, 25, 50, 75, 100])
    return layout.finish(drawn, look, note)


def _draw_places(axes: Axes, group: pd.DataFrame, look: Look, colour: str) -> None:
    for y, (_, rows) in enumerate(group.groupby("doc_id", sort=False)):
        found = rows["place"].dropna() * 100
        axes.hlines(y, 0, 100, color="0.8", linewidth=0.6, zorder=1)
        axes.vlines(found, y - 0.32, y + 0.32, color=colour, linewidth=1.1, zorder=2)
        text = look.number(len(found))
        axes.annotate(text, (111, y), ha="right", va="center_baseline", fontsize=SMALL_POINTS)


def _panels(
    table: pd.DataFrame,
    look: Look,
    row_mm: float,
    *,
    around_mm: float,
    extra_mm: float,
    share_x: bool = True,
) -> tuple[Figure, list[Axes], dict[str, pd.DataFrame]]:
    """Make a panel per event with a row per document, in the order of the table."""
    groups = layout.by_event(table, look)
    documents = [group["doc_id"].unique() for group in groups.values()]
    drawn, axes = layout.panels(
        look, [len(ids) * row_mm + around_mm for ids in documents], extra_mm=extra_mm,
        share_x=share_x, titles=[look.name(event) for event in groups],
        names=[layout.break_names(ids, look) for ids in documents],
    )  # fmt: skip
    for panel in axes:
        panel.spines["left"].set_visible(False)
    return drawn, axes, groups


@layout.in_style
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
        Also if a post's time and its quality contradict each other.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> posts = pd.DataFrame({"doc_id": "ticker", "event": "alaska-2025",
    ...     "posted_at": pd.to_datetime(["2025-08-15 20:00", "2025-08-15 21:30"]),
    ...     "ts_quality": "explicit"})
    >>> drawn = plot_posts(posts, look_of(read_study()))
    >>> [tick.get_text() for tick in drawn.axes[0].get_yticklabels()]
    ['ticker']
    """
    check_posts(posts, ["doc_id", "event"], "plot_posts")
    drawn, axes, groups = _panels(posts, look, 8.0, around_mm=12.5, extra_mm=19, share_x=False)
    for panel, (event, group) in zip(axes, groups.items(), strict=True):
        for y, (_, ticker) in enumerate(group.groupby("doc_id", sort=False)):
            for quality, rows in ticker.groupby("ts_quality", sort=True):
                _draw_strokes(panel, rows, y, str(quality), colour=look.colours[event])
        time_axis(panel, group["posted_at"].dropna(), look)
    axes[-1].set_xlabel(look.word("posted_at"))
    keys = [
        (key_point(stroke, 8 if quality == "explicit" else 4, stroke_colour(quality, INK)),
         look.word(quality))
        for quality, stroke in POST_STROKES.items()
        if (posts["ts_quality"] == quality).any()
    ]  # fmt: skip
    return layout.finish(drawn, look, note, keys=keys)


def check_posts(posts: pd.DataFrame, columns: list[str], who: str) -> None:
    """Check that posts have a time exactly where their quality says so."""
    columns = [*columns, "posted_at", "ts_quality"]
    layout.check_table(posts, columns, who, codes={"ts_quality": POST_STROKES})
    wrong = posts["posted_at"].isna() == posts["ts_quality"].isin(TIMED)
    if wrong.any():
        row = posts[wrong].iloc[0]
        raise TableError(
            f"{who}: a post of {row['doc_id']!r} is {row['ts_quality']!r}"
            f" but its posted_at is {row['posted_at']}"
        )


def stroke_colour(quality: str, colour: str) -> str:
    """Return the colour of posts: grey for those without a time."""
    return colour if quality in TIMED else NEUTRAL


def _draw_strokes(axes: Axes, rows: pd.DataFrame, y: int, quality: str, *, colour: str) -> None:
    """Draw the posts of one row; without times they stand at even distances on the page."""
    timed = quality in TIMED
    n, size = len(rows), 11 if quality == "explicit" else 5.5
    axes.plot(
        rows["posted_at"] if timed else [(i + 0.5) / n for i in range(n)],
        [y] * n,
        transform=axes.transData if timed else axes.get_yaxis_transform(),
        **point(POST_STROKES[quality], size, stroke_colour(quality, colour), width=0.9),
        label=quality,
    )


def time_axis(axes: Axes, times: pd.Series, look: Look) -> None:
    """Put few round times on a panel's axis, with the day below where it changes."""
    if times.empty:
        axes.set_xticks([])
        return
    air = max((times.max() - times.min()) * 0.03, pd.Timedelta(minutes=10))
    low, high = times.min() - air, times.max() + air
    ticks = _round_times(low, high, most=5 if look.width == "column" else 10)
    labels, day = [], ""
    for at in ticks:
        shown = f"{at.day} {MONTHS[at.month - 1]}" if look.language == "en" else f"{at:%d.%m.}"
        labels.append(f"{at:%H:%M}\n{shown}" if shown != day else f"{at:%H:%M}")
        day = shown
    axes.set_xticks(ticks.to_numpy(), labels)
    axes.set_xlim(low, high)


def _round_times(low: pd.Timestamp, high: pd.Timestamp, *, most: int) -> pd.DatetimeIndex:
    """Return round times in a span, as close as leaves at most so many."""
    for step in TIME_STEPS:
        ticks = pd.date_range(low.ceil(step), high.floor(step), freq=step)
        if len(ticks) <= most:
            return ticks
    return pd.DatetimeIndex([low.ceil("D"), high.floor("D")])
