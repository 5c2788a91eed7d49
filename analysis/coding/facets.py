"""What the page can be filtered by: each facet parts the mentions, so that counts add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.coding.cards import Card
from analysis.study.study import Study
from analysis.tables.schema import POLARITIES, TARGETS, TIERS, VOICES, ZONES

#: Shown where a value is empty or needs words.
NAMES = {
    "speaker": {"": "(narrator)", "?": "? (not said)"},
    "correction": {
        "rules": "as the rules coded it",
        "hand": "set by hand before",
        "edited": "changed on this page",
    },
}


@dataclass(frozen=True)
class Choice:
    """One value of a facet: what it is called, and how many mentions have it."""

    value: str
    name: str
    n: int


@dataclass(frozen=True)
class Facet:
    """A way of parting mentions; every mention has exactly one of the choices."""

    id: str
    title: str
    choices: tuple[Choice, ...]


def facet_value(card: Card, facet: str) -> str:
    """Give the value that a mention has in a facet."""
    if facet == "correction":
        return "hand" if card.by_hand else "rules"
    return str(card.row["doc_id" if facet == "document" else facet])


def make_facets(
    cards: Sequence[Card], study: Study, *, events: Sequence[str], documents: Sequence[str]
) -> list[Facet]:
    """Make the facets of a page.

    Parameters
    ----------
    cards : sequence of Card
        The mentions.
    study : Study
        Names of events.
    events, documents : sequence of str
        Those that the page is about; one without a mention is listed, too.

    Returns
    -------
    list of Facet
        Counts of every facet sum to the number of mentions.
    """
    titles = {event.id: event.label.en for event in study.events}
    frames = _present(cards, "frame", [frame.id for frame in study.frames])
    zones = _present(cards, "zone", ZONES)
    speakers = sorted({facet_value(card, "speaker") for card in cards}, key=str.casefold)
    known: list[tuple[str, str, Iterable[str], Mapping[str, str]]] = [
        ("frame", "Frame", frames, {}),
        ("polarity", "Polarity", POLARITIES, {}),
        ("voice", "Voice", VOICES, {}),
        ("speaker", "Speaker", speakers, NAMES["speaker"]),
        ("target", "Target", TARGETS, {}),
        ("tier", "Tier", TIERS, {}),
        ("event", "Event", events, titles),
        ("document", "Document", documents, {}),
        ("zone", "Zone", zones, {}),
        ("correction", "Correction", NAMES["correction"], NAMES["correction"]),
    ]
    return [Facet(id_, title, _choices(cards, id_, v, n)) for id_, title, v, n in known]


def _present(cards: Sequence[Card], facet: str, order: Sequence[str]) -> list[str]:
    found = {facet_value(card, facet) for card in cards}
    return [value for value in order if value in found]


def _choices(
    cards: Sequence[Card], facet: str, values: Iterable[str], names: Mapping[str, str]
) -> tuple[Choice, ...]:
    counts = Counter(facet_value(card, facet) for card in cards)
    return tuple(Choice(value, names.get(value, value), counts[value]) for value in values)


#: What the list can be sorted by, as the page shows it.
SORTS: dict[str, str] = {
    "text": "place in the text",
    "word": "word",
    "frame": "frame",
    "polarity": "polarity",
    "voice": "voice",
    "speaker": "speaker",
    "time": "time of the post",
}
