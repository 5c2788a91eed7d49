"""How runs and their figures stand: up to date, stale, not published."""

from __future__ import annotations

from pathlib import Path

from analysis.annotation.parts import Line
from analysis.runs.plan import PlannedRun, plan_runs
from analysis.runs.publish import unpublished
from analysis.runs.record import DEFAULT_KEY, read_record
from analysis.runs.store import FAILED, NEVER_RUN, find_run
from analysis.study.errors import GipfelError
from analysis.study.paths import Layout
from analysis.study.study import Study


def run_lines(layout: Layout, study: Study) -> list[Line]:
    """Say of each default run how it and its figures stand, then list the other runs."""
    if not study.default_runs:
        return [Line("no [[run]]", "missing", "gipfel run says what to add to study.toml")]
    lines = [run_line(plan, layout) for plan in plan_runs(study, layout)]
    others = [path for path in layout.runs.glob("*/*/run.json") if path.parent.name != DEFAULT_KEY]
    failed = layout.runs.glob(f"*/{FAILED}/*/run.json")
    return lines + [_record_line(path.parent, layout) for path in sorted([*others, *failed])]


def run_line(plan: PlannedRun, layout: Layout) -> Line:
    """Say of a planned run whether it is up to date, by what the run itself asks: `find_run`.

    Parameters
    ----------
    plan, layout : PlannedRun, Layout
        The run, and its study.

    Returns
    -------
    Line
        With the state skipped, up to date, never run, stale (it would run), or not published
        (it would not run, but its files would be copied to ``figures/``); one reason a line.
    """
    if plan.state == "skipped":
        return Line(plan.notebook, "skipped", plan.reason)
    standing = find_run(plan)
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
