"""The page itself: one HTML file that needs nothing else, with filters and the coding rules."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.annotation.corrections import BY_HAND
from analysis.coding.cards import SIGNS, Card
from analysis.study.errors import StudyError
from analysis.study.study import Study
from analysis.tables.codings import CORRECTED, CORRECTION_COLUMNS
from analysis.tables.schema import POLARITIES, TARGETS, TIERS, VOICES, ZONES

HERE = Path(__file__).resolve().parent
#: Beside this module in an installed package, in ``docs`` in a checkout.
PLACES = (HERE / "coding-rules.md", HERE.parents[1] / "docs" / "reference" / "coding-rules.md")
#: Codes that a person may set by choosing from a list.
CHOSEN = ("target", "polarity", "voice")
HEADING = re.compile(r"^## (?P<title>[^(\n]+)")
RULE_ID = re.compile(r"[A-Z][0-9]+[a-z]?")
#: Shown where a value is empty or needs words.
NAMES = {
    "speaker": {"": "(narrator)", "?": "? (not said)"},
    "correction": {
        "rules": "as the rules coded it",
        "hand": "set by hand before",
        "edited": "changed on this page",
    },
}
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


#: Text by turns plain and emphasised.
Emphasis = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Rule:
    """A rule of the coding: what it is about, what it says, and an example."""

    id: str
    about: str
    kind: str
    says: Emphasis
    example: Emphasis

    @property
    def in_short(self) -> str:
        """What it says, as plain text."""
        return f"{self.id}: {''.join(text for text, _ in self.says)}"


HAND = Rule(
    BY_HAND, "Corrections by hand", "", (("Set by a line of data/corrections.csv.", False),), ()
)


def read_rules() -> dict[str, Rule]:
    """Read the rules from the documentation.

    Returns
    -------
    dict of Rule
        By id; ``hand`` is the rule of what was corrected by hand.

    Raises
    ------
    StudyError
        If the document is not there.

    Examples
    --------
    >>> read_rules()["P0"].in_short
    'P0: Nothing found: affirmed'
    """
    for path in PLACES:
        if path.is_file():
            return parse_rules(path.read_text(encoding="utf-8"))
    raise StudyError(
        f"audit: no coding-rules.md in {' or '.join(str(path.parent) for path in PLACES)}. "
        "Restore it with `git checkout docs/reference/coding-rules.md`."
    )


def parse_rules(document: str) -> dict[str, Rule]:
    r"""Take the rules from the tables of a Markdown document: id, kind if any, rule, example.

    Examples
    --------
    >>> found = parse_rules("## Target\n| T1 | A comparison | wie ein *Deal* |")
    >>> found["T1"].about, found["T1"].example
    ('Target', (('wie ein ', False), ('Deal', True)))
    """
    rules, about = {BY_HAND: HAND}, ""
    for line in document.splitlines():
        heading = HEADING.match(line)
        about = heading["title"].strip() if heading else about
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) >= 3 and RULE_ID.fullmatch(cells[0]):
            kind = cells[1] if len(cells) > 3 else ""
            says, example = _emphasis(cells[-2]), _emphasis(cells[-1])
            rules[cells[0]] = Rule(cells[0], about, kind, says, example)
    return rules


def _emphasis(cell: str) -> Emphasis:
    pieces = cell.replace("`", "").split("*")
    return tuple((text, i % 2 == 1) for i, text in enumerate(pieces) if text)


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
    """Return the value that a mention has in a facet."""
    if facet == "correction":
        return "hand" if card.by_hand else "rules"
    return str(card.row["doc_id" if facet == "document" else facet])


def make_facets(
    cards: Sequence[Card], study: Study, *, events: Sequence[str], documents: Sequence[str]
) -> list[Facet]:
    """Make the facets of a page; the counts of each sum to the number of mentions.

    ``events`` and ``documents`` are those of the page; one without a mention is listed, too.
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


@dataclass(frozen=True)
class Page:
    """What one page shows."""

    title: str
    cards: Sequence[Card]
    facets: Sequence[Facet]
    #: Outlet by doc_id; empty where unknown.
    outlets: Mapping[str, str]
    #: Name by event id.
    event_names: Mapping[str, str]
    #: Names that are suggested where a speaker is corrected.
    speakers: Sequence[str]
    #: Hash of the open table ``mentions`` that the page was made from.
    content: str


def render_page(page: Page, rules: Mapping[str, Rule]) -> str:
    """Render a page as HTML.

    All text is escaped. A Content-Security-Policy lets run only the script and the style
    that this package brings, known by their hashes; nothing is loaded from anywhere. Only the
    rules that occur are explained. Equal content gives equal HTML, since no clock time is in it.
    """
    style, script = _own("page.css"), _own("page.js")
    used = {card.row[f"{layer}_rule"] for card in page.cards for layer in CHOSEN}
    template = _environment().get_template("page.html.j2")
    return template.render(
        page=page,
        policy=_policy(style, script),
        style=style,
        script=script,
        rules={id_: rules[id_] for id_ in sorted(used & set(rules))},
        layers={layer: CORRECTED[layer] for layer in CHOSEN},
        columns=",".join(CORRECTION_COLUMNS),
        sorts=SORTS,
        signs=SIGNS,
        value_of=facet_value,
    )


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _own(name: str) -> str:
    r"""Read a file of this package; a browser reads \r\n as \n, and the hash is of that."""
    return (HERE / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _policy(style: str, script: str) -> str:
    """Allow nothing but one script and one style, by hash."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(code: str) -> str:
    digest = hashlib.sha256(code.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
