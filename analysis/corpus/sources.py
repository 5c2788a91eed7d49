"""The list of articles, ``data/sources.toml``: bringing the articles in and reading them."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from analysis.study.atomic import atomically
from analysis.study.design import Frozen, Id
from analysis.study.errors import SourceError, TextError, join_faults, unknown
from analysis.study.paths import Layout
from analysis.study.study import Study
from analysis.study.text_files import checksum, read_text, read_toml, validate

Ticker = Literal["time_line", "update_label", "byline"]


def read_article(path: Path) -> str:
    r"""Read one article, in UTF-8, exactly as it lies on disk; never empty.

    Line ends stay as they are, so that offsets into the text are offsets into the file.

    Raises
    ------
    TextError
        If the file is missing, empty, binary, or in another encoding (which is named).
    """
    text = read_text(path, TextError, "no such file. Copy the articles with `gipfel ingest`.")
    if not text.strip():
        raise TextError(f"{path}: the file is empty. Put the article into it, or take it away.")
    return text


class Source(Frozen):
    """One article of ``data/sources.toml``; its keys are explained there."""

    id: Id
    event: str
    outlet: str = ""
    outlet_basis: Literal["given", "inferred_bylines", "inferred_style", "unknown"]
    title: str = ""
    date: dt.date | None = None
    date_quality: Literal["given", "inferred", "unknown"]
    kind: Literal["article", "live_ticker"]
    ticker: Ticker | None = None
    newest_first: bool = True
    bylines: tuple[str, ...] = ()
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(gt=0)
    rights: str
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if bool(self.outlet) == (self.outlet_basis == "unknown"):
            raise ValueError("outlet and outlet_basis contradict: an empty outlet is 'unknown'")
        if (self.date is None) != (self.date_quality == "unknown"):
            raise ValueError("date and date_quality contradict: no date is 'unknown'")
        if (self.kind == "live_ticker") != (self.ticker is not None):
            raise ValueError("a live_ticker, and nothing else, says how its posts open (ticker)")
        if self.ticker == "byline" and not self.bylines:
            raise ValueError("ticker = 'byline' needs the names in bylines")
        return self


class SourceList(Frozen):
    """The whole of ``data/sources.toml``."""

    sources: tuple[Source, ...] = Field(alias="source", min_length=1)


def read_sources(layout: Layout, study: Study) -> tuple[Source, ...]:
    """Read and check the list of articles, sorted by id.

    Raises
    ------
    SourceError
        With every fault: unknown keys, events that the study does not have, ids that
        stand twice, an event without an article.

    Examples
    --------
    >>> from analysis.study.paths import find_layout
    >>> from analysis.study.study import read_study
    >>> len(read_sources(find_layout(), read_study()))
    5
    """
    path = layout.sources_file
    where = layout.show(path)
    sources = validate(read_toml(path, SourceError), SourceList, SourceError, where).sources
    faults = _event_faults(sources, study)
    counts = Counter(source.id for source in sources)
    faults += [f"[[source]] {name!r} stands {n} times" for name, n in counts.items() if n > 1]
    if faults:
        raise SourceError(join_faults(where, faults))
    return tuple(sorted(sources, key=lambda source: source.id))


def _event_faults(sources: tuple[Source, ...], study: Study) -> list[str]:
    events = [event.id for event in study.events]
    faults = [
        f"[[source]] {source.id!r}, key 'event': {unknown('event', source.event, events)}"
        for source in sources
        if source.event not in events
    ]
    used = {source.event for source in sources}
    return faults + [
        f"event {event!r} of study.toml has no article" for event in events if event not in used
    ]


@dataclass(frozen=True)
class Found:
    """One known article, or one unknown file: ``state`` says how it stands.

    States: recognised, copied, changed (other content than the list says),
    missing, unknown (a file that the list does not name), unreadable.
    """

    doc_id: str
    state: str
    detail: str = ""


def ingest(folder: Path, layout: Layout, sources: tuple[Source, ...]) -> list[Found]:
    """Copy the articles of a folder, as ``<id>.txt``, to ``data/raw``; checksums recognise them.

    A file with the name of a known article and another content is **not** copied:
    it is reported as changed. Files are copied beside and moved into place. The list has one
    entry per known article and per unknown file, sorted by id.

    Raises
    ------
    SourceError
        If the folder does not exist or holds no ``.txt`` file.
    """
    paths = {path.stem: path for path in sorted(folder.glob("*.txt"))}
    if not paths:
        raise SourceError(
            f"{folder}: wanted a folder with the articles as <id>.txt, came "
            f"{'an empty one' if folder.is_dir() else 'no folder'}"
        )
    known = {source.id: source for source in sources}
    found = [_bring_in(source, paths.get(source.id), layout) for source in sources]
    found += [_describe_unknown(paths[name]) for name in sorted(set(paths) - set(known))]
    return sorted(found, key=lambda entry: entry.doc_id)


def _bring_in(source: Source, path: Path | None, layout: Layout) -> Found:
    if path is None:
        return Found(source.id, "missing", "known, and not in the folder")
    found = _held_against(source, path)
    target = layout.raw / path.name
    if found.state == "changed":
        return found
    if target.is_file() and checksum(target) == source.sha256:
        return Found(source.id, "recognised", "already in data/raw")
    with atomically(target) as beside:
        shutil.copyfile(path, beside)
    return Found(source.id, "copied")


def _held_against(source: Source, path: Path) -> Found:
    came = checksum(path)
    if came != source.sha256:
        return Found(source.id, "changed", f"wanted sha256 {source.sha256}, came {came}")
    return Found(source.id, "recognised")


def _describe_unknown(path: Path) -> Found:
    try:
        read_article(path)
    except TextError as fault:
        return Found(path.stem, "unreadable", str(fault))
    return Found(path.stem, "unknown", "not in data/sources.toml; add:\n" + source_block(path))


def source_block(path: Path) -> str:
    """Write the block of ``data/sources.toml`` that a new article needs."""
    return f"""[[source]]
id = "{path.stem}"
event = ""              # an id of study.toml
outlet_basis = "unknown"
date_quality = "unknown"
kind = "article"
sha256 = "{checksum(path)}"
size = {path.stat().st_size}
rights = \"\""""


def check_raw(layout: Layout, sources: tuple[Source, ...]) -> list[Found]:
    """Say of every known article whether ``data/raw`` holds it unchanged."""
    paths = {source: layout.raw / f"{source.id}.txt" for source in sources}
    return [
        _held_against(source, path)
        if path.is_file()
        else Found(source.id, "missing", "not in data/raw")
        for source, path in paths.items()
    ]
