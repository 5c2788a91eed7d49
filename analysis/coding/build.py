"""From open tables and articles to pages under ``data/local``, which git ignores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.annotation.corrections import Correction, read_corrections
from analysis.coding.articles import check_standing, check_surfaces, read_articles
from analysis.coding.cards import make_cards
from analysis.coding.facets import make_facets
from analysis.coding.page import Page, render_page
from analysis.coding.rules import read_rules
from analysis.study.atomic import write_atomically
from analysis.study.errors import ExportError
from analysis.study.paths import Layout
from analysis.study.study import Study, read_study
from analysis.tables.features import Features, content_hash, read_features

WIDE = 3
ALL = "all"


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
    """Give the folder of the pages, and keep article text out of git."""
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
