"""How a study stands: articles, open tables, runs and figures, and what is stale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.annotation.origin import made_from
from analysis.corpus.sources import check_raw, read_sources
from analysis.errors import GipfelError
from analysis.features import read_manifest, read_table
from analysis.paths import Layout
from analysis.runs.modules import Index
from analysis.runs.plan import PlannedRun, plan_runs
from analysis.runs.publish import unpublished
from analysis.runs.record import DEFAULT_KEY, read_record
from analysis.runs.store import FAILED, NEVER_RUN, find_run
from analysis.schema import TABLES
from analysis.study import Study


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


def run_lines(layout: Layout, study: Study) -> list[Line]:
    """Say of each default run how it and its figures stand, then list the other runs."""
    if not study.default_runs:
        return [Line("no [[run]]", "missing", "gipfel run says what to add to study.toml")]
    index = Index(layout.runs)
    lines = [run_line(plan, layout, index) for plan in plan_runs(study, layout)]
    index.save()
    others = [path for path in layout.runs.glob("*/*/run.json") if path.parent.name != DEFAULT_KEY]
    failed = layout.runs.glob(f"*/{FAILED}/*/run.json")
    return lines + [_record_line(path.parent, layout) for path in sorted([*others, *failed])]


def run_line(plan: PlannedRun, layout: Layout, index: Index) -> Line:
    """Say of a planned run whether it is up to date, by what the run itself asks: `find_run`.

    Parameters
    ----------
    plan, layout : PlannedRun, Layout
        The run, and its study.
    index : Index
        What is known of our modules.

    Returns
    -------
    Line
        With the state skipped, up to date, never run, stale (it would run), or not published
        (it would not run, but its files would be copied to ``figures/``); one reason a line.
    """
    if plan.state == "skipped":
        return Line(plan.notebook, "skipped", plan.reason)
    standing = find_run(plan, index)
    if standing.record is None:
        word = "never run" if standing.reasons == [NEVER_RUN] else "stale"
        return Line(plan.notebook, word, "\n".join(standing.reasons))
    changed = unpublished(standing.record, layout.figures)
    if changed:
        return Line(plan.notebook, "not published", "\n".join(changed))
    return Line(plan.notebook, "up to date")


def _record_line(folder: Path, layout: Layout) -> Line:
    name = folder.relative_to(layout.runs).as_posix()
    try:
        record = read_record(folder)
    except GipfelError as fault:
        return Line(name, "broken", str(fault))
    chosen = ", ".join(f"{key}={value}" for key, value in record.parameters.items())
    return Line(name, record.state, chosen)
