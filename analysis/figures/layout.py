"""The frame of a plot: its table checked, panels, named rows, axes, legend and note."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, cast

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.ticker import MaxNLocator

from analysis.figures.look import Look
from analysis.figures.style import QUIET, SMALL_POINTS, figure, fix_layout, style
from analysis.figures.words import tick_format
from analysis.study.errors import TableError, unknown
from analysis.tables.cells import rounded

#: Share of the width that the names of rows may take, and that the note takes.
NAME_SHARE, NOTE_SHARE = 0.45, 1.04
LINE_MM = 3.4

Handle = Artist | tuple[Artist, ...]
Keys = Sequence[tuple[Handle, str]]
Panels = tuple[Figure, list[Axes]]


def in_style(plot: Callable[..., Figure]) -> Callable[..., Figure]:
    """Make a plot draw in the style of the study, and round the numbers of its tables first.

    They are rounded as they are written beside the figure: see `analysis.tables.cells`.
    """

    @wraps(plot)
    def draw(*given: Any, **named: Any) -> Figure:
        with style():
            return plot(*map(_round, given), **{key: _round(one) for key, one in named.items()})

    return draw


def _round(given: Any) -> Any:
    if isinstance(given, list):
        return [_round(one) for one in given]
    return rounded(given) if isinstance(given, pd.DataFrame) else given


def check_table(
    table: pd.DataFrame,
    columns: Iterable[str],
    who: str,
    *,
    key: Sequence[str] = (),
    codes: Mapping[str, Iterable[str]] | None = None,
) -> None:
    """Check the columns of a table, those of codes against what is allowed, and one row per key.

    Raises `TableError` with all missing columns, the first code that is not allowed, or the first
    repeated key; or if the table has no rows.
    """
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise TableError(
            f"{who}: missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)};"
            f" came: {', '.join(map(str, table.columns))}"
        )
    if table.empty:
        raise TableError(f"{who}: the table has no rows, so there is nothing to draw")
    for column, allowed in (codes or {}).items():
        odd = sorted(set(table[column]) - set(allowed))
        if odd:
            raise TableError(f"{who}: {unknown(column, odd[0], allowed)}")
    if key and (repeated := table.duplicated(list(key))).any():
        first = table.loc[repeated, list(key)].iloc[0].tolist()
        raise TableError(f"{who}: {', '.join(key)} {first} stands twice; one row each is drawn")


def by_event(table: pd.DataFrame, look: Look) -> dict[str, pd.DataFrame]:
    """Part a table by event, in the study's order."""
    return {event: table[table["event"] == event] for event in look.order(table["event"])}


def break_name(name: str, letters: int) -> str:
    """Break a long name into lines, at spaces and hyphens, or else inside a compound.

    Examples
    --------
    >>> break_name("Präsidentschaftswahlkampf", 20).split(chr(10))
    ['Präsidentscha-', 'ftswahlkampf']
    """
    lines = textwrap.wrap(name, letters, break_long_words=False) or [""]
    return "\n".join(part for line in lines for part in _halve(line, letters))


def _halve(word: str, letters: int) -> list[str]:
    """Break a word that is too long into parts of about one length."""
    if len(word) <= letters:
        return [word]
    size = math.ceil(len(word) / math.ceil(len(word) / (letters - 1)))
    parts = [word[i : i + size] for i in range(0, len(word), size)]
    return [*(f"{part}-" for part in parts[:-1]), parts[-1]]


def break_names(items: Iterable[str], look: Look, share: float = NAME_SHARE) -> list[str]:
    """Return the names of rows, in lines that take a share of the width at most."""
    return [break_name(look.name(item), look.letters(share)) for item in items]


def break_terms(terms: Iterable[str], look: Look) -> list[str]:
    """Return terms as the names of rows: a term is a word, whatever else bears it as its id."""
    return [break_name(term, look.letters(NAME_SHARE)) for term in terms]


def row_mm(names: Iterable[str], *, least: float = 4.2) -> float:
    """Return the height of a row that holds the name with the most lines."""
    return max(least, max(lines_mm(name) for name in names) + 0.8)


def lines_mm(text: str) -> float:
    """Return the height of a text of several lines; nothing for an empty one."""
    return LINE_MM * (text.count("\n") + 1) if text else 0.0


def panels(
    look: Look,
    rows_mm: Sequence[float],
    *,
    extra_mm: float,
    share_x: bool = True,
    titles: Iterable[str] = (),
    names: Iterable[Sequence[str]] = (),
) -> Panels:
    """Make a figure with one panel below another, each as high as its rows need.

    Titles, and the names of rows from top to bottom, are given panel by panel.
    """
    # Heights are whole parts of 2**-30 mm, so that their sum is exact: from version 3.12 on
    # Python rounds sums of floats in another way, and matplotlib forms such a sum, too.
    heights = [math.ldexp(round(math.ldexp(row, 30)), -30) for row in rows_mm]
    drawn = figure(look.width, height_mm=sum(heights) + extra_mm)
    grid = drawn.subplots(len(heights), 1, squeeze=False, sharex=share_x, height_ratios=heights)
    axes = list(grid[:, 0])
    for panel, title in zip(axes, titles, strict=False):
        panel.set_title(title)
    for panel, rows in zip(axes, names, strict=False):
        panel.set_yticks(range(len(rows)), rows)
        panel.set_ylim(len(rows) - 0.5, -0.5)
    return drawn, axes


def number_axis(
    axes: Axes, look: Look, label: str, *, whole: bool = False, n_ticks: int = 5
) -> None:
    """Label the x axis and give it few round ticks, written as the language does."""
    wide = 1 if look.width == "column" else 2
    axes.xaxis.set_major_locator(
        MaxNLocator(n_ticks * wide, steps=[1, 2, 2.5, 5, 10], integer=whole)
    )
    axes.xaxis.set_major_formatter(tick_format(look.language))
    axes.set_xlabel(label)


def from_zero(axes: Sequence[Axes], table: pd.DataFrame, column: str) -> None:
    """Start the shared x axis at zero and leave air for the highest value or upper limit."""
    drawn = table[[name for name in (column, "high") if name in table]]
    highest = float(drawn.max().max())
    for panel in axes:
        panel.set_xlim(0, highest * 1.06 if highest > 0 else 1)
        panel.spines["left"].set_visible(False)


def symmetric_axis(axes: Axes, table: pd.DataFrame) -> None:
    """Draw both directions of log ratios to one scale, so that lengths can be compared."""
    drawn = table[[c for c in ("log_ratio", "low", "high") if c in table]].abs().max().max()
    reach = drawn * 1.1 if drawn > 0 else 1.0
    axes.set_xlim(-reach, reach)
    axes.spines["left"].set_visible(False)


def name_ends(axes: Axes, look: Look, target: str, reference: str) -> None:
    """Say above the axis which direction is whose."""
    left = f"\N{LEFTWARDS ARROW} {look.name(reference)}"
    right = f"{look.name(target)} \N{RIGHTWARDS ARROW}"
    for offset, side, text in ((-4, "right", left), (4, "left", right)):
        how = {"xycoords": ("data", "axes fraction"), "ha": side, "weight": "semibold"}
        write_beside(axes, text, (0, 1), (offset, 4), **how)


def write_right(axes: Axes, y: float, text: str, *, x: float = 1.03, align: str = "center") -> None:
    """Write beside a row, to the right of its panel."""
    place = axes.get_yaxis_transform()
    axes.text(x, y, text, transform=place, va=align, fontsize=SMALL_POINTS)


def write_beside(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **how: Any
) -> None:
    """Write a text some points beside a place of a panel."""
    axes.annotate(text, at, xytext=offset, textcoords="offset points", **how)


def break_note(look: Look, *said: str) -> str:
    """Make one note of sentences, empty ones left out, in the lines that it takes."""
    note = " ".join(filter(None, said))
    return break_name(note, look.letters(NOTE_SHARE)) if note else ""


def frame_mm(look: Look, keys: Keys, *said: str) -> float:
    """Return the height that a legend and a note take, for `panels`."""
    rows, note = math.ceil(len(keys) / _legend_columns(look, keys)), break_note(look, *said)
    return 4.0 + 4.1 * rows + 3.3 * (note.count("\n") + 1 if note else 0)


def _legend_columns(look: Look, keys: Keys) -> int:
    letters = max(len(text) for _, text in keys) + 6
    return max(1, min(len(keys), look.letters(1.0) // letters))


def finish(figure: Figure, look: Look, *said: str, keys: Keys = ()) -> Figure:
    """Add a legend above the panels and the note under them, and fix the layout.

    The legend has as many columns as fit; the note is of all that is said.
    """
    if keys:
        figure.legend(
            [cast(Artist, handle) for handle, _ in keys],
            [text for _, text in keys],
            loc="outside upper left",
            ncols=_legend_columns(look, keys),
            handler_map={tuple: HandlerTuple(ndivide=None, pad=0.4)},
            borderpad=0.1,
            borderaxespad=0.6,
            handletextpad=0.5,
            columnspacing=1.4,
            labelspacing=0.5,
        )
    note = break_note(look, *said)
    if note:
        figure.supxlabel(note, x=0.01, ha="left", fontsize=SMALL_POINTS, color=QUIET)
    return fix_layout(figure)
