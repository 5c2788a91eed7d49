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
from analysis.figures.numbers import tick_format
from analysis.figures.style import QUIET, SMALL_POINTS, figure, fix_layout
from analysis.study.errors import TableError, unknown
from analysis.tables.cells import rounded

#: Share of the width that the names of rows may take.
NAME_SHARE = 0.45
LINE_MM = 3.4

Handle = Artist | tuple[Artist, ...]
Panels = tuple[Figure, list[Axes]]


def check_columns(table: pd.DataFrame, wanted: Sequence[str], who: str) -> pd.DataFrame:
    """Check that a result table has rows and the columns that a plot draws.

    Raises
    ------
    TableError
        With every missing column and those that came.

    Examples
    --------
    >>> len(check_columns(pd.DataFrame({"n": [1]}), ["n"], "plot_terms"))
    1
    """
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        raise TableError(
            f"{who}: missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)};"
            f" came: {', '.join(map(str, table.columns))}"
        )
    if table.empty:
        raise TableError(f"{who}: the table has no rows, so there is nothing to draw")
    return table


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
    n_parts = math.ceil(len(word) / (letters - 1)) if len(word) > letters else 1
    size = math.ceil(len(word) / n_parts) if word else 1
    parts = [word[i : i + size] for i in range(0, len(word), size)] or [""]
    return [*(f"{part}-" for part in parts[:-1]), parts[-1]]


def panels(
    look: Look, rows_mm: Sequence[float], *, extra_mm: float, share_x: bool = True
) -> Panels:
    """Make a figure with one panel below another, each as high as its rows need."""
    # Heights are whole parts of 2**-30 mm, so that their sum is exact: from version 3.12 on
    # Python rounds sums of floats in another way, and matplotlib forms such a sum, too.
    heights = [math.ldexp(round(math.ldexp(row, 30)), -30) for row in rows_mm]
    drawn = figure(look.width, height_mm=sum(heights) + extra_mm)
    axes = drawn.subplots(len(heights), 1, squeeze=False, sharex=share_x, height_ratios=heights)
    return drawn, list(axes[:, 0])


def break_names(items: Iterable[str], look: Look, share: float = NAME_SHARE) -> list[str]:
    """Give the names of rows, in lines that take a share of the width at most."""
    return [break_name(look.name(item), look.letters(share)) for item in items]


def row_mm(names: Iterable[str], *, least: float = 4.2) -> float:
    """Give the height of a row that holds the name with the most lines."""
    lines = max((name.count("\n") + 1 for name in names), default=1)
    return max(least, lines * LINE_MM + 0.8)


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Name the rows of a panel, the first one on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)


def write_right(axes: Axes, y: float, text: str) -> None:
    """Write beside a row, to the right of its panel."""
    place = axes.get_yaxis_transform()
    axes.text(1.03, y, text, transform=place, va="center", fontsize=SMALL_POINTS)


def write_beside(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **how: Any
) -> None:
    """Write a text some points beside a place of a panel."""
    axes.annotate(text, at, xytext=offset, textcoords="offset points", **how)


def number_axis(axes: Axes, look: Look, *, whole: bool = False, n_ticks: int = 5) -> None:
    """Give the x axis few round ticks, written as the language does."""
    wide = 1 if look.width == "column" else 2
    axes.xaxis.set_major_locator(
        MaxNLocator(n_ticks * wide, steps=[1, 2, 2.5, 5, 10], integer=whole)
    )
    axes.xaxis.set_major_formatter(tick_format(look.language))


def from_zero(axes: Sequence[Axes], highest: float) -> None:
    """Start the shared x axis at zero and leave air for the mark of the highest value."""
    for panel in axes:
        panel.set_xlim(0, highest * 1.06 if highest > 0 else 1)
        panel.spines["left"].set_visible(False)


def add_legend(figure: Figure, look: Look, entries: Sequence[tuple[Handle, str]]) -> None:
    """Put a legend above the panels, in as many columns as fit."""
    columns = _legend_columns(look, [text for _, text in entries])
    figure.legend(
        [cast(Artist, handle) for handle, _ in entries],
        [text for _, text in entries],
        loc="outside upper left",
        ncols=columns,
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0.4)},
        borderpad=0.1,
        borderaxespad=0.6,
        handletextpad=0.5,
        columnspacing=1.4,
        labelspacing=0.5,
    )


def _legend_columns(look: Look, texts: Sequence[str]) -> int:
    letters = max(len(text) for text in texts) + 6
    return max(1, min(len(texts), look.letters(1.0) // letters))


def frame_mm(look: Look, texts: Sequence[str], note: str) -> float:
    """Give the height that a legend of these texts and a note take, for `panels`.

    Examples
    --------
    >>> look = Look({}, {}, {}, {}, width="page")
    >>> round(frame_mm(look, ["bejaht", "verneint"], "Eine Zeile."), 1)
    11.4
    """
    rows = math.ceil(len(texts) / _legend_columns(look, texts))
    lines = break_name(note, look.letters(1.04)).count("\n") + 1 if note else 0
    return 4.0 + 4.1 * rows + 3.3 * lines


def finish(figure: Figure, look: Look, *said: str) -> Figure:
    """Add the note under a figure, of all that is said, and fix its layout."""
    note = join(said)
    if note:
        figure.supxlabel(
            break_name(note, look.letters(1.04)),
            x=0.01,
            ha="left",
            fontsize=SMALL_POINTS,
            color=QUIET,
        )
    return fix_layout(figure)


def join(said: Iterable[str]) -> str:
    """Make one note of sentences; empty ones are left out."""
    return " ".join(filter(None, said))


def by_event(table: pd.DataFrame, look: Look) -> dict[str, pd.DataFrame]:
    """Part a table by event, in the study's order."""
    return {event: table[table["event"] == event] for event in look.order(table["event"])}


def one_per(table: pd.DataFrame, keys: Sequence[str], who: str) -> pd.DataFrame:
    """Check that a table has one row per key; raises `TableError` with the first repeated one."""
    repeated = table.duplicated(list(keys))
    if repeated.any():
        first = table.loc[repeated, list(keys)].iloc[0].tolist()
        raise TableError(f"{who}: {', '.join(keys)} {first} stands twice; one row each is drawn")
    return table


def check_values(table: pd.DataFrame, column: str, allowed: Sequence[str], who: str) -> None:
    """Check a column of codes; raises `TableError` with the first that is not allowed."""
    odd = sorted(set(table[column]) - set(allowed))
    if odd:
        raise TableError(f"{who}: {unknown(column, odd[0], allowed)}")


def check_table(
    table: pd.DataFrame,
    columns: Sequence[str],
    who: str,
    *,
    key: Sequence[str] = (),
    codes: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Check the columns of a table, those of codes against what is allowed, and one row per key.

    Raises
    ------
    TableError
        As `check_columns`, `check_values` and `one_per`.

    Examples
    --------
    >>> table = pd.DataFrame({"kind": ["article"], "n": [1]})
    >>> check_table(table, ["kind", "n"], "plot_corpus", key=["n"], codes={"kind": ["article"]})
    """
    check_columns(table, columns, who)
    for column, allowed in (codes or {}).items():
        check_values(table, column, allowed, who)
    if key:
        one_per(table, key, who)


def highest(table: pd.DataFrame, column: str) -> float:
    """Give the highest value that a plot draws, upper limits included."""
    return float(table[[name for name in (column, "high") if name in table]].max().max())


def draw_rounded(plot: Callable[..., Figure]) -> Callable[..., Figure]:
    """Make a plot round the numbers of its tables as they are written: see `analysis.tables.cells`.

    Examples
    --------
    >>> draw_rounded(lambda table: table["share"].tolist())(pd.DataFrame({"share": [0.1 + 0.2]}))
    [0.3]
    """

    @wraps(plot)
    def draw(*given: Any, **named: Any) -> Figure:
        return plot(*map(_round_tables, given), **{k: _round_tables(v) for k, v in named.items()})

    return draw


def _round_tables(given: Any) -> Any:
    if isinstance(given, list):
        return [_round_tables(one) for one in given]
    return rounded(given) if isinstance(given, pd.DataFrame) else given
