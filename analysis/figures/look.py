"""How the ids of a study look in figures: name, colour and marker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from analysis.figures.style import Width, width_mm
from analysis.figures.words import check_language, format_number, heading, label
from analysis.study.design import Language
from analysis.study.errors import ExportError, unknown
from analysis.study.study import Event, Frame, Study

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
