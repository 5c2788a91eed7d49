"""From open tables and articles to pages under ``data/local``, which git ignores.

The articles are checked against the open tables, so that the text shown is the text coded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.annotation.corrections import Correction, read_corrections
from analysis.annotation.parts import table_lines
from analysis.annotation.tokens import normal_form
from analysis.coding.cards import make_cards
from analysis.coding.page import Page, make_facets, read_rules, render_page
from analysis.corpus.sources import read_article
from analysis.study.atomic import write_atomically
from analysis.study.errors import ExportError, SourceError, TableError, join_faults
from analysis.study.paths import Layout
from analysis.study.study import Study, read_study
from analysis.study.text_files import checksum
from analysis.tables.features import Features, content_hash, read_features

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

    Raises
    ------
    TableError
        With every mention whose ``text[begin:end]`` is another word.
    """
    faults = [
        f"{row['mention_id']}: wanted {row['surface']!r}, the text there is {came[:40]!r}"
        for row in mentions.to_dict("records")
        if not _agrees(came := texts[row["doc_id"]][row["begin"] : row["end"]], row["surface"])
    ]
    if faults:
        way_out = "Table and text do not belong together: run `gipfel annotate`."
        raise TableError(join_faults(WHERE, faults, way_out))


def _agrees(came: str, surface: str) -> bool:
    """Compare as annotation does: it leaves soft hyphens out of a word."""
    return bool(came) and normal_form(came) == surface


@dataclass(frozen=True)
class Written:
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
    """Write the audit pages of a study: one per event, and one of all.

    Parameters
    ----------
    layout : Layout
        The study; its articles must lie in ``data/raw``.
    events : sequence of str
        Only the pages of these events; none: every event, and all together.
    frames : sequence of str
        Only mentions of these frames; none: all.
    out : path, optional
        Folder; by default ``data/local/audit``. The pages hold article text: a folder of
        the study that git does not ignore is refused.
    wide : int
        Paragraphs before and after each mention that are shown on demand.
    on_pages : callable, optional
        Told how many of how many pages are done.

    Returns
    -------
    list of Written
        In the order of the events; the page of all comes last.

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
    opened = _open(layout, study, chosen or every)
    folder.mkdir(parents=True, exist_ok=True)
    sets = [(name, [name]) for name in chosen or every] + ([] if chosen else [(ALL, every)])
    written = []
    for name, members in sets:
        page = _page(opened, members, framed, wide=wide)
        path = folder / f"{'_'.join([name, *framed])}.html"
        write_atomically(path, render_page(page, read_rules()).encode())
        written.append(Written(path, len(page.outlets), len(page.cards)))
        if on_pages:
            on_pages(len(written), len(sets))
    return written


@dataclass(frozen=True)
class _Opened:
    """A study whose articles were read and fit its open tables."""

    study: Study
    features: Features
    texts: Mapping[str, str]
    corrections: Sequence[Correction]


def _open(layout: Layout, study: Study, events: Sequence[str]) -> _Opened:
    features = read_features(layout.features)
    documents = features.documents[features.documents["event"].isin(events)]
    texts = read_articles(layout, documents)
    check_standing(layout)
    check_surfaces(features.mentions[features.mentions["doc_id"].isin(texts)], texts)
    return _Opened(study, features, texts, read_corrections(layout.corrections_file))


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


def _page(opened: _Opened, events: Sequence[str], frames: Sequence[str], *, wide: int) -> Page:
    study, features = opened.study, opened.features
    documents = features.documents[features.documents["event"].isin(events)]
    cards = make_cards(
        _wanted(features.mentions, events, frames),
        features.segments[features.segments["doc_id"].isin(documents["doc_id"])],
        opened.texts,
        wide=wide,
        corrections=opened.corrections,
    )
    names = {event.id: event.label.en for event in study.events}
    said = {speaker for card in cards for speaker in card.speakers} - {"?"}
    return Page(
        title=" and ".join(names[event] for event in events),
        cards=cards,
        facets=make_facets(cards, study, events=events, documents=documents["doc_id"].tolist()),
        outlets=dict(zip(documents["doc_id"], documents["outlet"], strict=True)),
        event_names=names,
        speakers=sorted(said | {actor.id for actor in study.actors}, key=str.casefold),
        content=content_hash(features.mentions)[:12],
    )


def _wanted(mentions: pd.DataFrame, events: Sequence[str], frames: Sequence[str]) -> pd.DataFrame:
    found = mentions[mentions["event"].isin(events)]
    return found[found["frame"].isin(frames)] if frames else found
