"""The page itself: one HTML file that needs nothing else and lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.coding.cards import SIGNS, Card
from analysis.coding.facets import SORTS, Facet, facet_value
from analysis.coding.rules import Rule
from analysis.tables.codings import CORRECTED, CORRECTION_COLUMNS

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Page:
    """What one page shows.

    Attributes
    ----------
    title : str
        Heading.
    cards : sequence of Card
        The mentions.
    facets : sequence of Facet
        What they can be filtered by.
    outlets : mapping
        Outlet by doc_id; empty where unknown.
    event_names : mapping
        Name by event id.
    speakers : sequence of str
        Suggested where a speaker is corrected.
    content : str
        Hash of the open table ``mentions`` that the page was made from.
    """

    title: str
    cards: Sequence[Card]
    facets: Sequence[Facet]
    outlets: Mapping[str, str]
    event_names: Mapping[str, str]
    speakers: Sequence[str]
    content: str


def render_page(page: Page, rules: Mapping[str, Rule]) -> str:
    """Render a page as HTML.

    All text is escaped. A Content-Security-Policy lets run only the script and the style
    that this package brings, known by their hashes; nothing is loaded from anywhere.

    Parameters
    ----------
    page : Page
        What it shows.
    rules : mapping
        Rules by id; only those that occur are explained on the page.

    Returns
    -------
    str
        Equal for equal content: it holds no clock time.
    """
    style, script = _own("page.css"), _own("page.js")
    used = {
        card.row[f"{layer}_rule"]
        for card in page.cards
        for layer in ("target", "polarity", "voice")
    }
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            policy=_policy(style, script),
            style=style,
            script=script,
            rules={id_: rules[id_] for id_ in sorted(used & set(rules))},
            layers=_layers(),
            columns=",".join(CORRECTION_COLUMNS),
            sorts=SORTS,
            signs=SIGNS,
            value_of=facet_value,
        )
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


def _layers() -> dict[str, Any]:
    """Give the codes that a person may set by choosing from a list."""
    return {layer: CORRECTED[layer] for layer in ("target", "polarity", "voice")}
