"""The plot of who says what: every mention a mark, by frame, speaker and event."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.figures import layout
from analysis.figures.layout import MM_PER_LETTER, Look
from analysis.figures.marks import point
from analysis.figures.style import (
    INK,
    NEUTRAL,
    QUIET,
    SMALL_POINTS,
    figure,
    fix_layout,
    width_mm,
)
from analysis.study.errors import TableError
from analysis.tables.cells import rounded

NARRATOR, UNKNOWN, OTHERS = "narrator", "?", "others"
#: Rows that are no named speaker: their label, and where they stand, named ones being at 1.
VOICES = {
    NARRATOR: ("voice_narrator", 0),
    OTHERS: ("voice_others", 2),
    UNKNOWN: ("voice_unknown", 3),
}
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
TEXT_POINTS = 7.5
#: Mean width of a letter of a heading, in mm.
HEAD_LETTER_MM = 1.45

#: Event -> polarity -> number of mentions, for one speaker; and the rows of a frame.
Cells = dict[str, dict[str, int]]
Rows = dict[str, Cells]


class Grid(NamedTuple):
    """Where things stand, in mm: left edges of the events' columns, and what fits in one."""

    lefts: dict[str, float]
    width: float
    per_line: int
    per_mark: int

    def marks(self, n: dict[str, int]) -> list[str]:
        """Return the marks of a cell, by polarity."""
        return [key for key in MARKS for _ in range(math.ceil(n.get(key, 0) / self.per_mark))]

    def row_mm(self, cells: Cells) -> float:
        """Return the height of a row that holds all marks of its fullest cell."""
        lines = [math.ceil(len(self.marks(n)) / self.per_line) for n in cells.values()]
        return LINE * max(lines, default=1)


@layout.in_style
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
        Also if a frame has speakers but no polarity.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> speakers = pd.DataFrame({"frame": "Deal", "speaker": "Trump", "polarity": ["open"],
    ...     "event": "alaska-2025", "unit": "pooled", "n_raw": [2]})
    >>> profile = pd.DataFrame({"frame": "Deal", "polarity": ["affirmed", "negated", "open"],
    ...     "unit": "corpus", "n_raw": [0, 0, 2], "low": 0.0, "high": 0.7})
    >>> drawn = plot_voices(speakers, profile, look_of(read_study()))
    >>> [text.get_text() for text in drawn.axes[0].texts][1]
    'verneint'
    """
    table = _check_voices(speakers, profile, top)
    rows = {f: _rows_of(table[table["frame"] == f]) for f in look.order(profile["frame"])}
    grid = _find_grid(rows, look.order(table["event"]), look)
    legend, note = _legend(look, grid), layout.break_note(look, note)
    heights = {f: [grid.row_mm(cells) for cells in part.values()] for f, part in rows.items()}
    body = math.fsum(HEAD + math.fsum(each) + 1.0 for each in heights.values())
    y = EDGE + len(legend) * LINE + 6.0
    height = y + body + (layout.lines_mm(note) + 1.6 if note else 0.0) + EDGE
    drawn = figure(look.width, height_mm=height)
    drawn.set_layout_engine("none")  # everything stands where it is put
    axes = drawn.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width_mm(look.width)), ylim=(height, 0))
    axes.set_axis_off()
    _draw_legend(axes, legend)
    for event, left in grid.lefts.items():
        name = layout.break_name(look.name(event), int(grid.width / MM_PER_LETTER))
        _write(axes, left, y - 2.4, name, weight="semibold")
    indent = max(len(look.short_name(f)) for f in rows) * HEAD_LETTER_MM + 3.0
    for frame, part in rows.items():
        _draw_heading(axes, profile[profile["frame"] == frame], look, indent, y=y + HEAD / 2)
        y += HEAD
        _draw_columns(axes, part, look, grid, span=(y, y + math.fsum(heights[frame])))
        for (speaker, cells), line_mm in zip(part.items(), heights[frame], strict=True):
            _draw_row(axes, (speaker, cells), look, grid, band=(y, line_mm))
            y += line_mm
        y += 1.0
    if note:
        axes.text(EDGE, y + 1.6, note, va="top", fontsize=SMALL_POINTS, color=QUIET)
    return fix_layout(drawn)


def _write(axes: Axes, x: float, y: float, text: str, **how: Any) -> None:
    axes.text(x, y, text, va="center_baseline", **how)


def _draw_band(
    axes: Axes, at: tuple[float, float], width: float, height: float, **how: Any
) -> None:
    axes.add_patch(Rectangle(at, width, height, color=BAND, linewidth=0, **how))


def _legend(look: Look, grid: Grid) -> list[list[tuple[str, str]]]:
    """Return the keys of the legend, in lines."""
    keys = [(polarity, look.word(f"polarity_{polarity}")) for polarity in MARKS]
    keys.append((NARRATOR, look.word("voice_band")))
    fits = sum(len(text) + 4 for _, text in keys) <= look.letters(1.0)
    lines = [keys] if fits else [keys[:3], keys[3:]]
    if grid.per_mark > 1:
        lines.append([("", look.word("marks_of").format(look.number(grid.per_mark)))])
    return lines


def _draw_legend(axes: Axes, lines: list[list[tuple[str, str]]]) -> None:
    for i, keys in enumerate(lines):
        x, y = EDGE + 1.2, EDGE + (i + 0.5) * LINE
        for key, text in keys:
            if key in MARKS:
                axes.plot([x], [y], **MARKS[key])
            elif key:
                _draw_band(axes, (x - 1.0, y - 1.3), 3.2, 2.6)
                x += 1.4
            x += 2.2 if key else -1.2
            _write(axes, x, y, text, fontsize=TEXT_POINTS)
            x += len(text) * MM_PER_LETTER + 3.4


def _draw_columns(
    axes: Axes, part: Rows, look: Look, grid: Grid, *, span: tuple[float, float]
) -> None:
    """Part the events' columns by a line, and say so where an event has no mention."""
    spoken = {event for cells in part.values() for event in cells}
    for event, left in grid.lefts.items() if part else ():
        axes.plot([left - 1.0] * 2, span, color=NEUTRAL, linewidth=0.5, zorder=3)
        if event not in spoken:
            how = {"fontsize": SMALL_POINTS, "color": QUIET}
            _write(axes, left + 0.5, sum(span) / 2, look.word("no_mentions"), **how)


def _draw_heading(axes: Axes, part: pd.DataFrame, look: Look, indent: float, *, y: float) -> None:
    """Write a frame's name, and how many of its mentions affirm, in all events."""
    rows = part[part["unit"] == "corpus"].set_index("polarity")
    affirmed, total = int(rows["n_raw"].get("affirmed", 0)), int(rows["n_raw"].sum())
    right = width_mm(look.width) - EDGE
    axes.plot([EDGE, right], [y - HEAD / 2 + 0.3] * 2, color=NEUTRAL, linewidth=0.6, zorder=1)
    name = look.short_name(str(part["frame"].iloc[0]))
    _write(axes, EDGE, y + 0.5, name, weight="semibold")
    text = look.word("no_mentions")
    if total:
        bounds = rows.loc[["affirmed"], ["low", "high"]].to_numpy(float).ravel()
        told = [look.number(bound, digits=2) for bound in bounds]
        key = "affirmed_of" if affirmed else "none_affirmed"
        text = look.word(key).format(look.number(affirmed), look.number(total), *told)
    weight = "regular" if affirmed else "semibold"
    _write(axes, EDGE + indent, y + 0.5, text, fontsize=TEXT_POINTS, weight=weight)


def _draw_row(
    axes: Axes, row: tuple[str, Cells], look: Look, grid: Grid, *, band: tuple[float, float]
) -> None:
    """Draw one speaker: the name, and a mark for each mention, polarity after polarity."""
    (speaker, cells), (y, height) = row, band
    if speaker == NARRATOR:
        _draw_band(axes, (EDGE, y), width_mm(look.width) - 2 * EDGE, height, zorder=0)
    name = _speaker_name(speaker, look)
    _write(axes, EDGE + 1.0, y + LINE / 2, name, fontsize=TEXT_POINTS)
    for event, n in cells.items():
        for i, polarity in enumerate(grid.marks(n)):
            line, column = divmod(i, grid.per_line)
            x = grid.lefts[event] + (column + 0.5) * PITCH
            axes.plot([x], [y + (line + 0.5) * LINE], zorder=4, **MARKS[polarity])


def _check_voices(speakers: pd.DataFrame, profile: pd.DataFrame, top: int) -> pd.DataFrame:
    """Check both tables, and return the rows to draw, rare speakers put together."""
    who = "plot_voices"
    by = ["frame", "speaker", "polarity", "event"]
    layout.check_table(speakers, [*by, "unit", "n_raw"], who, codes={"polarity": MARKS})
    layout.check_table(profile, ["frame", "polarity", "unit", "n_raw", "low", "high"], who)
    rows = speakers[(speakers["unit"] == "pooled") & (speakers["n_raw"] > 0)]
    if not rows.empty:
        layout.check_table(rows, by, who, key=by)
    strangers = sorted(set(rows["frame"]) - set(profile["frame"]))
    if strangers:
        raise TableError(f"{who}: frame {strangers[0]!r} has speakers but no polarity")
    named = rows[~rows["speaker"].isin([NARRATOR, UNKNOWN])]
    n = named.groupby(["frame", "speaker"])["n_raw"].sum().reset_index()
    # The speakers with the most mentions of a frame stand first.
    keys, rising = ["frame", "n_raw", "speaker"], [True, False, True]
    first = n.sort_values(keys, ascending=rising, key=rounded).groupby("frame").head(top)
    rare = named.merge(first[["frame", "speaker"]], how="left", indicator=True)["_merge"]
    rows = rows.copy()
    rows.loc[named.index[(rare == "left_only").to_numpy()], "speaker"] = OTHERS
    return rows.groupby(by)["n_raw"].sum().reset_index()


def _rows_of(part: pd.DataFrame) -> Rows:
    """Return the rows of one frame from top to bottom."""
    n = part.groupby("speaker")["n_raw"].sum()
    order = sorted(n.index, key=lambda name: (VOICES.get(name, ("", 1))[1], -n[name], name))
    rows: Rows = {speaker: {} for speaker in order}
    for row in part.to_dict("records"):
        cell = rows[row["speaker"]].setdefault(str(row["event"]), {})
        cell[str(row["polarity"])] = int(row["n_raw"])
    return rows


def _find_grid(rows: dict[str, Rows], events: list[str], look: Look) -> Grid:
    """Share the width among names and events, and say how many mentions a mark stands for."""
    width = width_mm(look.width)
    names = [_speaker_name(name, look) for part in rows.values() for name in part]
    letters = max((len(line) for name in names for line in name.split("\n")), default=8)
    left = EDGE + min(0.34 * width, max(letters, 10) * MM_PER_LETTER + 2.5)
    each = (width - EDGE - left) / max(len(events), 1)
    per_line = max(1, int((each - 1.0) // PITCH))
    cells = [cells for part in rows.values() for cells in part.values()]
    most = max((sum(n.values()) for events_of in cells for n in events_of.values()), default=1)
    per_mark = math.ceil(most / (per_line * MOST_LINES))
    return Grid(
        {event: left + i * each for i, event in enumerate(events)}, each, per_line, per_mark
    )


def _speaker_name(speaker: str, look: Look) -> str:
    """Return a speaker's name, in lines that leave room for the marks."""
    name = look.word(VOICES[speaker][0]) if speaker in VOICES else look.name(speaker)
    return layout.break_name(name, look.letters(0.3))
