"""How a study stands: articles, open tables, runs and figures, and what is stale."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.annotation.origin import made_from
from analysis.corpus.sources import check_raw, read_sources
from analysis.errors import GipfelError
from analysis.features import content_hash, hash_input, read_manifest, read_table
from analysis.paths import Layout
from analysis.runs.plan import PlannedRun, plan_runs
from analysis.runs.record import DEFAULT_KEY, read_record
from analysis.runs.store import FAILED
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
    return [_table_line(name, layout, manifest["tables"].get(name), changed) for name in TABLES]


def _table_line(
    name: str, layout: Layout, noted: Mapping[str, Any] | None, changed: list[str]
) -> Line:
    try:
        frame = read_table(name, layout.features)
    except GipfelError as fault:
        return Line(name, "broken", str(fault))
    rows = f"{len(frame)} rows"
    if noted is None or noted["content"] != content_hash(frame):
        return Line(name, "stale", f"{rows}; not what manifest.json notes: gipfel annotate")
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
    """Say of each default run how its figures stand, then list the other runs."""
    lines = [_figure_line(plan, layout) for plan in plan_runs(study, layout)]
    others = [path for path in layout.runs.glob("*/*/run.json") if path.parent.name != DEFAULT_KEY]
    failed = layout.runs.glob(f"*/{FAILED}/*/run.json")
    return lines + [_record_line(path.parent, layout) for path in sorted([*others, *failed])]


def _figure_line(plan: PlannedRun, layout: Layout) -> Line:
    number = plan.notebook.split("_")[0]
    files = sorted(layout.figures.glob(f"{number}_*"))
    described = [path for path in files if path.suffix == ".json"]
    if plan.state == "skipped":
        return Line(plan.notebook, "skipped", plan.reason)
    if not described:
        return Line(plan.notebook, "never run", f"gipfel run {plan.notebook}")
    try:
        content = {
            name: entry["content"]
            for name, entry in read_manifest(layout.features)["tables"].items()
        }
    except GipfelError:
        content = {}
    why = sorted({reason for path in described for reason in _stale(path, plan, layout, content)})
    if why:
        return Line(plan.notebook, "stale", f"{', '.join(why)}: gipfel run {plan.notebook}")
    return Line(plan.notebook, "up to date", f"{len(files)} files in {layout.show(layout.figures)}")


def _stale(
    path: Path, plan: PlannedRun, layout: Layout, content: Mapping[str, str]
) -> Iterator[str]:
    """Compare what a figure says that it was made from with what is here now."""
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        yield f"{path.name} is broken"
        return
    if noted.get("parameters", plan.parameters) != plan.parameters:
        yield "other parameters"
    for name, before in noted.get("inputs", {}).items():
        now = content.get(name, "") if name in TABLES else hash_input(name, layout)
        if now != before:
            yield f"{'open table ' if name in TABLES else ''}{name} changed"


def _record_line(folder: Path, layout: Layout) -> Line:
    name = folder.relative_to(layout.runs).as_posix()
    try:
        record = read_record(folder)
    except GipfelError as fault:
        return Line(name, "broken", str(fault))
    chosen = ", ".join(f"{key}={value}" for key, value in record.parameters.items())
    return Line(name, record.state, chosen)
