"""The design of a study: events, frames, actors, runs; frozen and validated."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, field_validator, model_validator

from analysis.study.design import (
    Claim,
    CollocationDesign,
    Colour,
    Comparison,
    Frozen,
    General,
    Labelled,
    MultiverseDesign,
    Name,
    Run,
    TopicDesign,
    Verb,
    Word,
)
from analysis.study.errors import StudyError, unknown
from analysis.study.paths import Layout, find_layout
from analysis.study.text_files import read_toml, validate

Item = TypeVar("Item")


class Event(Labelled):
    """One of the events whose coverage is compared."""

    date: dt.date
    place: str = ""
    colour: Colour


class Lexemes(Frozen):
    """Lexemes by word class; the particle of a separable verb is marked: ``ein|mischen``."""

    nouns: tuple[Word, ...] = ()
    adjectives: tuple[Word, ...] = ()
    verbs: tuple[Verb, ...] = ()

    def all(self) -> tuple[str, ...]:
        """Return every lexeme, verbs without their mark."""
        return (*self.nouns, *self.adjectives, *(verb.replace("|", "") for verb in self.verbs))


class Frame(Labelled):
    """A frame by the lexemes that mention it, in two tiers."""

    colour: Colour
    core: Lexemes
    near: Lexemes = Lexemes()
    exceptions: tuple[Word, ...] = ()

    @field_validator("core")
    @classmethod
    def _not_empty(cls, value: Lexemes) -> Lexemes:
        if not value.all():
            raise ValueError("a frame needs a lexeme; without one nothing mentions it")
        return value

    def lexemes(self) -> tuple[str, ...]:
        """Return the lexemes of both tiers."""
        return self.core.all() + self.near.all()


class Actor(Labelled):
    """Somebody who acts or speaks: a person, institution, country or group."""

    kind: Literal["person", "institution", "country", "group"]
    names: tuple[Name, ...] = Field(min_length=1)
    offices: tuple[Name, ...] = ()
    adjectives: tuple[Name, ...] = ()


class Study(Frozen):
    """A study as ``study.toml`` declares it.

    Examples
    --------
    >>> study = read_study()
    >>> [event.id for event in study.events]
    ['helsinki-2018', 'alaska-2025']
    """

    general: General = Field(alias="study")
    events: tuple[Event, ...] = Field(alias="event", min_length=2)
    declared_comparison: Comparison | None = Field(alias="comparison", default=None)
    frames: tuple[Frame, ...] = Field(alias="frame", min_length=1)
    actors: tuple[Actor, ...] = Field(alias="actor", default=())
    topics: TopicDesign = TopicDesign()
    collocation: CollocationDesign = CollocationDesign()
    multiverse: MultiverseDesign = MultiverseDesign()
    claims: tuple[Claim, ...] = Field(alias="claim", default=())
    runs: tuple[Run, ...] = Field(alias="run", default=())

    @model_validator(mode="after")
    def _unique(self) -> Self:
        faults = [
            *_repeated("event", (event.id for event in self.events)),
            *_repeated("frame", (frame.id for frame in self.frames)),
            *_repeated("actor", (actor.id for actor in self.actors)),
            *_repeated("claim", (claim.id for claim in self.claims)),
            *_strange_claims(self),
            *_strange_comparison(self),
            *_repeated("run", (f"{run.notebook} {run.name}".strip() for run in self.runs)),
            *_claimed_twice(
                "frame", "lexeme", {frame.id: frame.lexemes() for frame in self.frames}
            ),
            *_claimed_twice(
                "actor", "name", {actor.id: actor.names + actor.offices for actor in self.actors}
            ),
        ]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @property
    def comparison(self) -> Comparison:
        """The events compared; where none are declared, the second with the first."""
        first, second = (event.id for event in self.events[:2])
        return self.declared_comparison or Comparison(target=second, reference=first)

    @property
    def default_runs(self) -> tuple[Run, ...]:
        """The runs whose figures are in git: one for each notebook."""
        return tuple(run for run in self.runs if not run.name)

    @property
    def sweeps(self) -> tuple[Run, ...]:
        """The named runs: variants of a notebook beside its default run."""
        return tuple(run for run in self.runs if run.name)

    @property
    def seed(self) -> int:
        """The seed that every random step of the study takes as an argument."""
        return self.general.seed

    def event(self, event_id: str) -> Event:
        """Return one event by its id; raises `StudyError` with the allowed ids."""
        return _pick("event", event_id, {event.id: event for event in self.events})

    def frame(self, frame_id: str) -> Frame:
        """Return one frame by its id; raises `StudyError` with the allowed ids."""
        return _pick("frame", frame_id, {frame.id: frame for frame in self.frames})

    def actor_words(self) -> frozenset[str]:
        """Return the single words of the actors' names, in lower case.

        Examples
        --------
        >>> "trump" in read_study().actor_words()
        True
        """
        names = (name for actor in self.actors for name in actor.names)
        return frozenset(word.casefold() for name in names for word in name.split())


def _strange_claims(study: Study) -> list[str]:
    """Find claims about a frame or an event that the study does not have."""
    known = {
        "frame": [frame.id for frame in study.frames],
        "event": [event.id for event in study.events],
    }
    named = [
        (claim, what, name)
        for claim in study.claims
        for what, name in (("frame", claim.frame), ("event", claim.higher_in))
    ]
    return [
        f"[[claim]] {claim.id!r}: {unknown(what, name, known[what])}"
        for claim, what, name in named
        if name and name not in known[what]
    ]


def _strange_comparison(study: Study) -> list[str]:
    """Find a comparison of events that the study does not have."""
    events = [event.id for event in study.events]
    return [
        f"[comparison] {side}: {unknown('event', event, events)}"
        for side, event in study.declared_comparison or ()
        if event not in events
    ]


def _pick(what: str, name: str, items: Mapping[str, Item]) -> Item:
    if name not in items:
        raise StudyError(f"study.toml: {unknown(what, name, items)}")
    return items[name]


def _repeated(what: str, names: Iterable[str]) -> list[str]:
    return [
        f"[[{what}]]: {name!r} stands twice; each id may stand once"
        for name, n in Counter(names).items()
        if n > 1
    ]


def _claimed_twice(what: str, thing: str, claims: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Find what two frames or two actors claim; one word can belong to one of them only."""
    faults = []
    for (first, firsts), (second, seconds) in combinations(claims.items(), 2):
        shared = {word.casefold() for word in firsts} & {word.casefold() for word in seconds}
        faults += [
            f"[[{what}]] {first!r} and {second!r} both claim the {thing} {word!r};"
            f" leave it to one of them"
            for word in sorted(shared)
        ]
    return faults


def read_study(start: Path | Layout | None = None) -> Study:
    """Read and check ``study.toml``.

    Parameters
    ----------
    start : path or Layout, optional
        A folder inside the study; without it, the study is looked for as
        `analysis.study.paths.find_layout` describes.

    Returns
    -------
    Study
        The design, frozen.

    Raises
    ------
    StudyError
        With all faults of the file, each with its table and key.

    Examples
    --------
    >>> read_study().general.language
    'de'
    """
    layout = start if isinstance(start, Layout) else find_layout(start)
    path = layout.study_file
    return parse_study(read_toml(path, StudyError), layout.show(path))


def parse_study(table: Mapping[str, Any], where: str = "study.toml") -> Study:
    """Check the content of a ``study.toml``; ``where`` names the file in messages."""
    return validate(table, Study, StudyError, where)
