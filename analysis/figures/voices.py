"""The rows of the plot of voices: who speaks, how often, and how wide a row is in print."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from analysis.figures.layout import break_name, check_columns, check_values, one_per
from analysis.figures.look import MM_PER_LETTER, Look
from analysis.figures.style import width_mm
from analysis.study.errors import TableError
from analysis.tables.cells import rounded

NARRATOR, UNKNOWN, OTHERS = "narrator", "?", "others"
POLARITIES = ("affirmed", "negated", "open")
#: In mm: room of a mark, of a line of marks, of a frame's heading, and at the edges.
PITCH, LINE, HEAD, EDGE = 3.0, 4.2, 5.6, 1.2
#: Lines of marks in a row before a mark stands for several mentions.
MOST_LINES = 3

Cells = dict[str, dict[str, int]]


class Grid(NamedTuple):
    """Where things stand, in mm: left edges of the events' columns, and what fits in one."""

    lefts: dict[str, float]
    width: float
    per_line: int
    per_mark: int


def check_voices(speakers: pd.DataFrame, profile: pd.DataFrame, top: int) -> pd.DataFrame:
    """Check both tables, and give the rows to draw, rare speakers put together."""
    who = "plot_voices"
    check_columns(speakers, ["frame", "speaker", "polarity", "event", "unit", "n_raw"], who)
    check_columns(profile, ["frame", "polarity", "unit", "n_raw", "low", "high"], who)
    check_values(speakers, "polarity", POLARITIES, who)
    rows = speakers[(speakers["unit"] == "pooled") & (speakers["n_raw"] > 0)]
    one_per(rows, ["frame", "speaker", "polarity", "event"], who)
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
    by = ["frame", "speaker", "polarity", "event"]
    return rows.assign(speaker=speaker).groupby(by)[["n_raw"]].sum().reset_index()


def _in_order(n: pd.DataFrame) -> pd.DataFrame:
    """Put the speakers with the most mentions of a frame first."""
    by, rising = ["frame", "n_raw", "speaker"], [True, False, True]
    return n.sort_values(by, ascending=rising, key=rounded)


def rows_of(part: pd.DataFrame) -> list[tuple[str, Cells]]:
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


def find_grid(rows: dict[str, list[tuple[str, Cells]]], events: Sequence[str], look: Look) -> Grid:
    """Share the width among names and events, and say how many mentions a mark stands for."""
    width = width_mm(look.width)
    names = [speaker_name(name, look) for part in rows.values() for name, _ in part]
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


def speaker_name(speaker: str, look: Look) -> str:
    """Give a speaker's name, in lines that leave room for the marks."""
    words = {NARRATOR: "voice_narrator", UNKNOWN: "voice_unknown", OTHERS: "voice_others"}
    name = look.word(words[speaker]) if speaker in words else look.name(speaker)
    return break_name(name, look.letters(0.3))


def marks_of(n: dict[str, int], grid: Grid) -> list[str]:
    """Give the marks of a cell, by polarity."""
    return [
        polarity
        for polarity in POLARITIES
        for _ in range(math.ceil(n.get(polarity, 0) / grid.per_mark))
    ]


def row_mm(cells: Cells, grid: Grid) -> float:
    """Give the height of a row that holds all marks of its fullest cell."""
    lines = [math.ceil(len(marks_of(n, grid)) / grid.per_line) for n in cells.values()]
    return LINE * max(lines, default=1)
