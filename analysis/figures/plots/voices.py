"""The plot of who says what: every mention a mark, by frame, speaker and event."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.figures import layout
from analysis.figures.look import MM_PER_LETTER, Look
from analysis.figures.marks import point
from analysis.figures.style import (
    INK,
    NEUTRAL,
    QUIET,
    SMALL_POINTS,
    figure,
    fix_layout,
    style,
    width_mm,
)
from analysis.study.errors import TableError
from analysis.tables.cells import rounded

NARRATOR, UNKNOWN, OTHERS = "narrator", "?", "others"
POLARITIES = ("affirmed", "negated", "open")
#: In mm: room of a mark, of a line of marks, of a frame's heading, and at the edges.
PITCH, LINE, HEAD, EDGE = 3.0, 4.2, 5.6, 1.2
#: Lines of marks in a row before a mark stands for several mentions.
MOST_LINES = 3
#: Told apart by shape: filled, crossed out, hollow; the colour only helps.
MARKS: dict[str, dict[str, Any]] = {
    "affirmed": point("o", 5.0, INK, width=0.9),
    "negated": point("x", 4.6, "#A3262A", width=1.5),
    "open": point("o", 5.0, INK, face="white", width=0.9),
}
BAND = "#ececec"
#: Mean width of a letter of a heading, in mm.
HEAD_LETTER_MM = 1.45

Cells = dict[str, dict[str, int]]


class Grid(NamedTuple):
    """Where things stand, in mm: left edges of the events' columns, and what fits in one."""

    lefts: dict[str, float]
    width: float
    per_line: int
    per_mark: int


@style()
def plot_voices(
    speakers: pd.DataFrame, profile: pd.DataFrame, look: Look, *, top: int = 6, note: str = ""
) -> Figure:
    """Draw who mentions each frame, affirming, negating or leaving it open.

    A block of rows for each frame, the text's own voice first, on a band; one column per event;
    every mention a mark: filled affirmed, crossed negated, hollow open. In the heading of a
    block how many mentions affirm, with Wilson's interval. In a row of very many mentions a
    mark stands for several, and the legend says so.

    Parameters
    ----------
    speakers : DataFrame
        Long; columns frame, speaker (narrator: the text itself; ?: not said), polarity,
        event, unit (rows of unit pooled are drawn), n_raw.
    profile : DataFrame
        Polarity of each frame; columns frame, polarity, unit (rows of unit corpus), n_raw,
        low, high.
    top : int
        Speakers named for each frame; further ones share a row.

    Raises
    ------
    TableError
        If a column is missing, a row stands twice, or a polarity is unknown.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> speakers = pd.DataFrame({"frame": "Deal", "speaker": "Trump", "polarity": ["open"],
    ...     "event": "alaska-2025", "unit": "pooled", "n_raw": [2]})
    >>> profile = pd.DataFrame({"frame": "Deal", "polarity": ["affirmed", "negated", "open"],
    ...     "unit": "corpus", "n_raw": [0, 0, 2], "low": 0.0, "high": 0.7})
    >>> drawn = plot_voices(speakers, profile, look_of(read_study()))
    >>> [text.get_text() for text in drawn.axes[0].texts][1]
    'verneint'
    """
    drawn_rows = _check_voices(speakers, profile, top)
    events = look.order(drawn_rows["event"])
    blocks = [(f, drawn_rows[drawn_rows["frame"] == f]) for f in look.order(profile["frame"])]
    rows = {frame: _rows_of(part) for frame, part in blocks}
    grid = _find_grid(rows, events, look)
    legend = _legend(look, grid)
    note_lines = layout.break_name(note, look.letters(1.04)) if note else ""
    indent = max(len(look.short_name(f)) for f in rows) * HEAD_LETTER_MM + 3.0
    heights = {f: [_row_mm(cells, grid) for _, cells in part] for f, part in rows.items()}
    body = math.fsum(HEAD + math.fsum(each) + 1.0 for each in heights.values())
    note_mm = (note_lines.count("\n") + 1) * layout.LINE_MM + 1.6 if note else 0.0
    top_mm = EDGE + len(legend) * LINE + 6.0
    height = top_mm + body + note_mm + EDGE
    drawn, axes = _sheet(look, height)
    _draw_legend(axes, legend)
    for event, left in grid.lefts.items():
        name = layout.break_name(look.name(event), int(grid.width / MM_PER_LETTER))
        axes.text(left, top_mm - 2.4, name, va="center_baseline", weight="semibold")
    y = top_mm
    for frame, part in rows.items():
        _draw_heading(axes, profile[profile["frame"] == frame], look, indent, y=y + HEAD / 2)
        y += HEAD
        if part:
            _draw_columns(axes, part, look, grid, span=(y, y + math.fsum(heights[frame])))
        for (speaker, cells), line_mm in zip(part, heights[frame], strict=True):
            _draw_row(axes, (speaker, cells), look, grid, at=(y, line_mm))
            y += line_mm
        y += 1.0
    if note:
        axes.text(EDGE, y + 1.6, note_lines, va="top", fontsize=SMALL_POINTS, color=QUIET)
    return fix_layout(drawn)


def _sheet(look: Look, height: float) -> tuple[Figure, Axes]:
    """Make a figure whose only axes count in mm from the upper left corner."""
    drawn = figure(look.width, height_mm=height)
    drawn.set_layout_engine("none")  # everything stands where it is put
    axes = drawn.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width_mm(look.width))
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    return drawn, axes


def _legend(look: Look, grid: Grid) -> list[list[tuple[str, str]]]:
    """Give the keys of the legend, in lines."""
    keys = [(polarity, look.word(f"polarity_{polarity}")) for polarity in POLARITIES]
    keys.append((NARRATOR, look.word("voice_band")))
    several = look.word("marks_of").format(look.number(grid.per_mark))
    extra = [[("", several)]] if grid.per_mark > 1 else []
    letters = sum(len(text) + 4 for _, text in keys)
    if letters <= look.letters(1.0):
        return [keys, *extra]
    return [keys[:3], keys[3:], *extra]


def _draw_legend(axes: Axes, lines: list[list[tuple[str, str]]]) -> None:
    for i, keys in enumerate(lines):
        x, y = EDGE + 1.2, EDGE + (i + 0.5) * LINE
        for key, text in keys:
            if key in MARKS:
                axes.plot([x], [y], **MARKS[key])
            elif key:
                axes.add_patch(Rectangle((x - 1.0, y - 1.3), 3.2, 2.6, color=BAND, linewidth=0))
                x += 1.4
            shift = 2.2 if key else -1.2
            axes.text(x + shift, y, text, va="center_baseline", fontsize=7.5)
            x += shift + len(text) * MM_PER_LETTER + 3.4


def _draw_columns(
    axes: Axes, part: list[tuple[str, Cells]], look: Look, grid: Grid, *, span: tuple[float, float]
) -> None:
    """Part the events' columns by a line, and say so where an event has no mention."""
    spoken = {event for _, cells in part for event in cells}
    for event, left in grid.lefts.items():
        axes.plot([left - 1.0] * 2, span, color=NEUTRAL, linewidth=0.5, zorder=3)
        if event not in spoken:
            y, text = sum(span) / 2, look.word("no_mentions")
            axes.text(left + 0.5, y, text, va="center_baseline", fontsize=SMALL_POINTS, color=QUIET)


def _draw_heading(axes: Axes, part: pd.DataFrame, look: Look, indent: float, *, y: float) -> None:
    """Write a frame's name, and how many of its mentions affirm, in all events."""
    rows = part[part["unit"] == "corpus"].set_index("polarity")
    n = {polarity: int(rows["n_raw"].get(polarity, 0)) for polarity in POLARITIES}
    right = width_mm(look.width) - EDGE
    axes.plot([EDGE, right], [y - HEAD / 2 + 0.3] * 2, color=NEUTRAL, linewidth=0.6, zorder=1)
    name = look.short_name(str(part["frame"].iloc[0]))
    axes.text(EDGE, y + 0.5, name, va="center_baseline", weight="semibold")
    text = look.word("no_mentions")
    if sum(n.values()):
        bounds = rows.loc[["affirmed"], ["low", "high"]].to_numpy(float).ravel()
        told = [look.number(bound, digits=2) for bound in bounds]
        counts = look.number(n["affirmed"]), look.number(sum(n.values()))
        key = "affirmed_of" if n["affirmed"] else "none_affirmed"
        text = look.word(key).format(*counts, *told)
    weight = "regular" if n["affirmed"] else "semibold"
    axes.text(EDGE + indent, y + 0.5, text, va="center_baseline", fontsize=7.5, weight=weight)


def _draw_row(
    axes: Axes, row: tuple[str, Cells], look: Look, grid: Grid, *, at: tuple[float, float]
) -> None:
    """Draw one speaker: the name, and a mark for each mention, polarity after polarity."""
    (speaker, cells), (y, height) = row, at
    if speaker == NARRATOR:
        width = width_mm(look.width) - 2 * EDGE
        band = Rectangle((EDGE, y), width, height, color=BAND, linewidth=0, zorder=0)
        axes.add_patch(band)
    name = _speaker_name(speaker, look)
    axes.text(EDGE + 1.0, y + LINE / 2, name, va="center_baseline", fontsize=7.5)
    for event, n in cells.items():
        for i, polarity in enumerate(_marks_of(n, grid)):
            line, column = divmod(i, grid.per_line)
            x = grid.lefts[event] + (column + 0.5) * PITCH
            axes.plot([x], [y + (line + 0.5) * LINE], zorder=4, **MARKS[polarity])


def _check_voices(speakers: pd.DataFrame, profile: pd.DataFrame, top: int) -> pd.DataFrame:
    """Check both tables, and give the rows to draw, rare speakers put together."""
    who = "plot_voices"
    by = ["frame", "speaker", "polarity", "event"]
    layout.check_table(speakers, [*by, "unit", "n_raw"], who, codes={"polarity": POLARITIES})
    layout.check_table(profile, ["frame", "polarity", "unit", "n_raw", "low", "high"], who)
    rows = speakers[(speakers["unit"] == "pooled") & (speakers["n_raw"] > 0)]
    layout.one_per(rows, by, who)
    strangers = sorted(set(rows["frame"]) - set(profile["frame"]))
    if strangers:
        raise TableError(f"{who}: frame {strangers[0]!r} has speakers but no polarity")
    named = rows[~rows["speaker"].isin([NARRATOR, UNKNOWN])]
    n = named.groupby(["frame", "speaker"])[["n_raw"]].sum().reset_index()
    first = _in_order(n).groupby("frame").head(top)
    kept = set(zip(first["frame"], first["speaker"], strict=True))
    kept |= {(frame, name) for frame in profile["frame"] for name in (NARRATOR, UNKNOWN)}
    pairs = zip(rows["frame"], rows["speaker"], strict=True)
    speaker = [name if (frame, name) in kept else OTHERS for frame, name in pairs]
    return rows.assign(speaker=speaker).groupby(by)[["n_raw"]].sum().reset_index()


def _in_order(n: pd.DataFrame) -> pd.DataFrame:
    """Put the speakers with the most mentions of a frame first."""
    by, rising = ["frame", "n_raw", "speaker"], [True, False, True]
    return n.sort_values(by, ascending=rising, key=rounded)


def _rows_of(part: pd.DataFrame) -> list[tuple[str, Cells]]:
    """Give the rows of one frame from top to bottom: speaker, and event -> polarity -> n."""
    n = part.groupby("speaker")["n_raw"].sum()
    place = {NARRATOR: 0, OTHERS: 2, UNKNOWN: 3}
    order = sorted(n.index, key=lambda name: (place.get(name, 1), -n[name], name))
    rows = []
    for speaker in order:
        cells: Cells = {}
        for row in part[part["speaker"] == speaker].to_dict("records"):
            cells.setdefault(str(row["event"]), {})[str(row["polarity"])] = int(row["n_raw"])
        rows.append((speaker, cells))
    return rows


def _find_grid(rows: dict[str, list[tuple[str, Cells]]], events: Sequence[str], look: Look) -> Grid:
    """Share the width among names and events, and say how many mentions a mark stands for."""
    width = width_mm(look.width)
    names = [_speaker_name(name, look) for part in rows.values() for name, _ in part]
    letters = max([len(line) for name in names for line in name.split("\n")], default=8)
    left = EDGE + min(0.34 * width, max(letters, 10) * MM_PER_LETTER + 2.5)
    each = (width - EDGE - left) / max(len(events), 1)
    per_line = max(1, int((each - 1.0) // PITCH))
    counts = [
        sum(n.values()) for part in rows.values() for _, cells in part for n in cells.values()
    ]
    per_mark = math.ceil(max(counts, default=1) / (per_line * MOST_LINES))
    lefts = {event: left + i * each for i, event in enumerate(events)}
    return Grid(lefts, each, per_line, per_mark)


def _speaker_name(speaker: str, look: Look) -> str:
    """Give a speaker's name, in lines that leave room for the marks."""
    words = {NARRATOR: "voice_narrator", UNKNOWN: "voice_unknown", OTHERS: "voice_others"}
    name = look.word(words[speaker]) if speaker in words else look.name(speaker)
    return layout.break_name(name, look.letters(0.3))


def _marks_of(n: dict[str, int], grid: Grid) -> list[str]:
    """Give the marks of a cell, by polarity."""
    return [
        polarity
        for polarity in POLARITIES
        for _ in range(math.ceil(n.get(polarity, 0) / grid.per_mark))
    ]


def _row_mm(cells: Cells, grid: Grid) -> float:
    """Give the height of a row that holds all marks of its fullest cell."""
    lines = [math.ceil(len(_marks_of(n, grid)) / grid.per_line) for n in cells.values()]
    return LINE * max(lines, default=1)
