"""The frame of a plot: how ids look, the table checked, panels, named rows, axes, legend, note."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from itertools import cycle
from typing import Any, cast

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.ticker import MaxNLocator

from analysis.figures.style import QUIET, SMALL_POINTS, Width, figure, fix_layout, style, width_mm
from analysis.figures.words import check_language, format_number, heading, label, tick_format
from analysis.study.design import Language
from analysis.study.errors import ExportError, TableError, unknown
from analysis.study.study import Event, Frame, Study
from analysis.tables.cells import rounded

#: A second channel beside the colour, told apart in grey.
MARKERS = ("o", "s", "^", "D", "v", "P")
#: Mean width of a letter at 7.5 pt in the shipped font; long labels are broken by it.
MM_PER_LETTER = 1.25


@dataclass(frozen=True)
class Look:
    """Language, width, and the looks of events and frames.

    Attributes
    ----------
    colours : mapping of id to colour
        Events and frames in the order in which figures show them.
    labels : mapping of id to label
        Names of events, frames, actors, documents, topics; an id without a name shows itself.
    markers : mapping of id to marker
        What tells events and frames apart without colour.
    language : {"de", "en"}
        Language of axes and legends.
    width : {"column", "page", "word"}
        Text width, see `style.WIDTHS_MM`.
    comparison : mapping
        The ids of the events compared, by ``target`` and ``reference``.

    Examples
    --------
    >>> look = Look({"a": "#000000"}, {"a": "Anfang"}, {"a": "o"})
    >>> look.name("a"), look.name("doc-1"), look.number(1.5)
    ('Anfang', 'doc-1', '1,5')
    """

    colours: Mapping[str, str]
    labels: Mapping[str, str]
    markers: Mapping[str, str]
    language: Language = field(default="de", kw_only=True)
    width: Width = field(default="column", kw_only=True)
    comparison: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        check_language(self.language)
        width_mm(self.width)
        missing = sorted(set(self.colours) - set(self.markers))
        if missing:
            raise ExportError(f"Look: a colour but no marker for {', '.join(missing)}")

    def name(self, item: str) -> str:
        """Return the name of an event, frame, document or topic, or else its id."""
        return self.labels.get(item, item)

    def short_name(self, frame: str) -> str:
        """Return the name of a frame without what stands in brackets, where room is narrow."""
        return self.name(frame).split(" (")[0]

    def word(self, key: str) -> str:
        """Return a label of ``words.toml`` in the figure's language."""
        return label(key, self.language)

    def heading(self, column: str, *, table: str = "") -> str:
        """Return the heading of a column of a result table; the events compared are named."""
        sides = {side: self.name(event) for side, event in self.comparison.items()}
        return heading(column, self.language, table=table, sides=sides)

    def number(self, value: float, *, digits: int | None = None) -> str:
        """Write a number in the figure's language."""
        return format_number(value, self.language, digits=digits)

    def order(self, ids: Iterable[str]) -> list[str]:
        """Put ids into the study's order; raises `ExportError` for one without a colour."""
        came = set(ids)
        for item in sorted(came - set(self.colours)):
            raise ExportError(f"Look: {unknown('event or frame', item, self.colours)}")
        return [item for item in self.colours if item in came]

    def letters(self, share: float) -> int:
        """Return how many letters fit on a share of the figure's width."""
        return int(width_mm(self.width) * share / MM_PER_LETTER)


def look_of(study: Study, *, width: Width = "column", language: Language | None = None) -> Look:
    """Read the looks of a study's events and frames.

    Without a language it is ``label_language`` of the study. Markers follow the order in
    ``study.toml``; events and frames are counted apart, and repeat after six. Raises `ExportError`
    if an event and a frame share an id, or width or language is unknown.

    Examples
    --------
    >>> from analysis.study.study import read_study
    >>> look_of(read_study()).markers["alaska-2025"]
    's'
    """
    language = language or study.general.label_language
    check_language(language)
    kinds: tuple[Sequence[Event | Frame], ...] = (study.events, study.frames)
    items = [item for kind in kinds for item in kind]
    shared = {event.id for event in study.events} & {frame.id for frame in study.frames}
    if shared:
        raise ExportError(f"study.toml: {sorted(shared)[0]!r} is both an event and a frame")
    return Look(
        colours={item.id: item.colour for item in items},
        labels={item.id: item.label.in_language(language) for item in (*study.actors, *items)},
        markers={
            item.id: marker
            for kind in kinds
            for item, marker in zip(kind, cycle(MARKERS), strict=False)
        },
        language=language,
        width=width,
        comparison=study.comparison.model_dump(),
    )


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
