"""The audit pages: HTML files that need nothing else, with filters and the coding rules.

They are written from open tables and articles to ``data/local``, which git ignores. The articles
are checked against the open tables, so that the text shown is the text coded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.annotation.corrections import BY_HAND, read_corrections
from analysis.annotation.parts import table_lines
from analysis.annotation.tokens import normal_form
from analysis.coding.cards import SIGNS, Card, facet_value, make_cards, make_facets
from analysis.corpus.sources import read_article
from analysis.study.atomic import write_atomically
from analysis.study.errors import ExportError, SourceError, StudyError, TableError, join_faults
from analysis.study.paths import Layout
from analysis.study.study import Study, read_study
from analysis.study.text_files import checksum
from analysis.tables.cells import content_policy
from analysis.tables.codings import CORRECTED, CORRECTION_COLUMNS
from analysis.tables.features import content_hash, read_features

HERE = Path(__file__).resolve().parent
#: Beside this module in an installed package, in ``docs`` in a checkout.
PLACES = (HERE / "coding-rules.md", HERE.parents[1] / "docs" / "reference" / "coding-rules.md")
#: Codes that a person may set by choosing from a list.
CHOSEN = ("about", "polarity", "voice")
HEADING = re.compile(r"^## (?P<title>[^(\n]+)")
RULE_ID = re.compile(r"[A-Z][0-9]+[a-z]?")
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
#: Open tables that the page is made from.
NEEDED = ("documents", "mentions", "segments")
WHERE = "audit"
_OTHER_TEXT = (
    "The codes belong to another text. Bring the right articles in with `gipfel ingest FOLDER`; "
    "if one was changed on purpose, put its new sha256 and size into data/sources.toml and run "
    "`gipfel annotate`."
)
WIDE = 3
ALL = "all"


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
    """Read the rules from the documentation, by id.

    Raises
    ------
    StudyError
        If the document is not there.
    """
    for path in PLACES:
        if path.is_file():
            return parse_rules(path.read_text(encoding="utf-8"))
    raise StudyError(
        f"audit: no coding-rules.md in {' or '.join(str(path.parent) for path in PLACES)}. "
        "Restore it with `git checkout docs/reference/coding-rules.md`."
    )


def parse_rules(document: str) -> dict[str, Rule]:
    """Take the rules from the tables of a Markdown document: id, kind if any, rule, example.

    ``hand`` is the rule of what was corrected by hand.
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


class Written(NamedTuple):
    """A page that was written: where, and what it holds."""

    path: Path
    n_documents: int
    n_mentions: int


def write_audit(
    layout: Layout,
    *,
    events: Sequence[str] = (),
    frames: Sequence[str] = (),
    out: Path | None = None,
    wide: int = WIDE,
    on_pages: Callable[[int, int], None] | None = None,
) -> list[Written]:
    """Write the audit pages of a study to ``out``, by default ``data/local/audit``.

    There is one of each event that is asked for, with its mentions of the frames that are asked
    for; without ``events`` one of every event, and the last one of all. ``wide`` paragraphs before
    and after each mention are shown on demand. The pages hold article text: a folder of the study
    that git does not ignore is refused. ``on_pages`` is told how many of how many are done.

    Raises
    ------
    StudyError
        If the study has no such event or frame.
    SourceError
        If articles are missing, or are others than those annotated.
    TableError
        If the open tables are stale, broken, or do not fit the articles.
    ExportError
        If the folder would be seen by git.
    """
    study = read_study(layout)
    chosen = [study.event(name).id for name in dict.fromkeys(events)]
    framed = [study.frame(name).id for name in dict.fromkeys(frames)]
    folder = _folder(layout, out)
    every = [event.id for event in study.events]
    features = read_features(layout.features)
    opened = features.documents[features.documents["event"].isin(chosen or every)]
    texts = read_articles(layout, opened)
    check_standing(layout)
    check_surfaces(features.mentions[features.mentions["doc_id"].isin(texts)], texts)
    content = content_hash(features.mentions)[:12]
    corrections, rules = read_corrections(layout.corrections_file), read_rules()
    folder.mkdir(parents=True, exist_ok=True)
    sets = [(name, [name]) for name in chosen or every] + ([] if chosen else [(ALL, every)])
    written = []
    for name, members in sets:
        documents = opened[opened["event"].isin(members)]
        mentions = features.mentions[features.mentions["event"].isin(members)]
        segments = features.segments[features.segments["doc_id"].isin(documents["doc_id"])]
        cards = make_cards(
            mentions[mentions["frame"].isin(framed)] if framed else mentions,
            segments,
            texts,
            wide=wide,
            corrections=corrections,
        )
        html = render_page(cards, study, documents, events=members, rules=rules, content=content)
        path = folder / f"{'_'.join([name, *framed])}.html"
        write_atomically(path, html.encode())
        written.append(Written(path, len(documents), len(cards)))
        if on_pages:
            on_pages(len(written), len(sets))
    return written


def _folder(layout: Layout, out: Path | None) -> Path:
    """Return the folder of the pages, and keep article text out of git."""
    if out is None:
        return layout.local / "audit"
    folder = out.resolve()
    if folder.is_relative_to(layout.root) and not folder.is_relative_to(layout.local):
        raise ExportError(
            f"audit: --out {out} lies in the study, where git would see it. The pages hold "
            f"article text: choose a folder below {layout.show(layout.local)}, or one outside."
        )
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"audit: --out wanted a folder, came the file {out}")
    return folder


def read_articles(layout: Layout, documents: pd.DataFrame) -> dict[str, str]:
    """Read the articles of rows of the open table ``documents``: their texts by doc_id.

    Raises
    ------
    SourceError
        If an article is missing, or is another than the one that was annotated.
    """
    paths = {doc_id: layout.raw / f"{doc_id}.txt" for doc_id in documents["doc_id"]}
    missing = [layout.show(path) for path in paths.values() if not path.is_file()]
    if missing:
        way_out = (
            "The page shows the text of the articles, which are in copyright and not in git: "
            "bring them in with `gipfel ingest FOLDER`."
        )
        raise SourceError(join_faults(WHERE, [f"{name}: missing" for name in missing], way_out))
    annotated = dict(zip(documents["doc_id"], documents["sha256"], strict=True))
    changed = [
        f"{layout.show(path)}: wanted the annotated text, sha256 {annotated[doc_id]}; came {came}"
        for doc_id, path in paths.items()
        if (came := checksum(path)) != annotated[doc_id]
    ]
    if changed:
        raise SourceError(join_faults(WHERE, changed, _OTHER_TEXT))
    return {doc_id: read_article(path) for doc_id, path in paths.items()}


def check_standing(layout: Layout) -> None:
    """Refuse open tables that are broken, or older than what they are made from.

    Raises
    ------
    TableError
        With what changed since.
    """
    faults = [
        f"{line.name}: {line.state}{', ' if line.detail else ''}{line.detail}"
        for line in table_lines(layout)
        if line.state != "up to date" and line.name in (*NEEDED, "manifest.json")
    ]
    if faults:
        way_out = "An audit is of codes as they are now: run `gipfel annotate` first."
        raise TableError(join_faults(WHERE, faults, way_out))


def check_surfaces(mentions: pd.DataFrame, texts: Mapping[str, str]) -> None:
    """Refuse mentions that do not stand in the articles where the open table says.

    Soft hyphens do not count: annotation leaves them out of a word.

    Raises
    ------
    TableError
        With every mention whose ``text[begin:end]`` is another word.
    """
    faults = [
        f"{row['mention_id']}: wanted {row['surface']!r}, the text there is {came[:40]!r}"
        for row in mentions.to_dict("records")
        if not (came := texts[row["doc_id"]][row["begin"] : row["end"]])
        or normal_form(came) != row["surface"]
    ]
    if faults:
        way_out = "Table and text do not belong together: run `gipfel annotate`."
        raise TableError(join_faults(WHERE, faults, way_out))


def render_page(
    cards: Sequence[Card],
    study: Study,
    documents: pd.DataFrame,
    *,
    events: Sequence[str],
    rules: Mapping[str, Rule],
    content: str,
) -> str:
    """Render the page of some events and their documents as HTML.

    All text is escaped. A Content-Security-Policy lets run only the script and the style
    that this package brings, known by their hashes; nothing is loaded from anywhere. Only the
    rules that occur are explained. Equal content gives equal HTML, since no clock time is in it.
    ``content`` is the hash of the open table ``mentions`` that the page was made from.
    """
    style, script = _own("page.css"), _own("page.js")
    names = {event.id: event.label.en for event in study.events}
    said = {speaker for card in cards for speaker in card.speakers} - {"?"}
    used = {card.row[f"{layer}_rule"] for card in cards for layer in CHOSEN}
    doc_ids = documents["doc_id"].tolist()
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html.j2").render(
        title=" and ".join(names[event] for event in events),
        cards=cards,
        facets=make_facets(cards, study, events=events, documents=doc_ids),
        outlets=dict(zip(doc_ids, documents["outlet"], strict=True)),
        event_names=names,
        speakers=sorted(said | {actor.id for actor in study.actors}, key=str.casefold),
        content=content,
        policy=content_policy(style, script),
        style=style,
        script=script,
        rules={id_: rules[id_] for id_ in sorted(used & set(rules))},
        layers={layer: CORRECTED[layer] for layer in CHOSEN},
        columns=",".join(CORRECTION_COLUMNS),
        sorts=SORTS,
        signs=SIGNS,
        value_of=facet_value,
    )


def _own(name: str) -> str:
    r"""Read a file of this package; a browser reads \r\n as \n, and the hash is of that."""
    return (HERE / name).read_text(encoding="utf-8").replace("\r\n", "\n")
