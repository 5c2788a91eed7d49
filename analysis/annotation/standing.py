"""How articles and open tables stand: whole, and made from what lies here now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.annotation.origin import made_from
from analysis.corpus.sources import check_raw, read_sources
from analysis.study.errors import GipfelError
from analysis.study.paths import Layout
from analysis.study.study import Study
from analysis.tables.features import read_manifest, read_table
from analysis.tables.schema import TABLES


@dataclass(frozen=True)
class Line:
    """One thing, how it stands, and why."""

    name: str
    state: str
    detail: str = ""


def article_lines(layout: Layout, study: Study) -> list[Line]:
    """Say which known articles ``data/raw`` holds unchanged."""
    found = check_raw(layout, read_sources(layout, study))
    if all(entry.state == "missing" for entry in found):
        why = "needed only to rebuild the open tables: gipfel ingest FOLDER, gipfel annotate"
        return [Line(f"{len(found)} known", "not here", why)]
    return [Line(entry.doc_id, entry.state, entry.detail) for entry in found]


def table_lines(layout: Layout) -> list[Line]:
    """Say of each open table whether it is whole, and made from what lies here now."""
    try:
        manifest = read_manifest(layout.features)
    except GipfelError as fault:
        return [Line("manifest.json", "missing", str(fault))]
    changed = list(_differences(manifest["made_from"], made_from(layout)))
    return [_table_line(name, layout, changed) for name in TABLES]


def _table_line(name: str, layout: Layout, changed: list[str]) -> Line:
    try:
        frame = read_table(name, layout.features)
    except GipfelError as fault:
        return Line(name, "broken", str(fault))
    rows = f"{len(frame)} rows"
    if changed:
        return Line(name, "stale", f"{rows}; changed since: {', '.join(changed)}")
    return Line(name, "up to date", rows)


def _differences(noted: Mapping[str, Any], now: Mapping[str, Any], at: str = "") -> Iterator[str]:
    for key in sorted({*noted, *now}):
        before, after = noted.get(key), now.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _differences(before, after, f"{at}{key} ")
        elif before != after:
            yield f"{at}{key}"
