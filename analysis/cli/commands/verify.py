"""``gipfel verify``: the whole study again, and what differs from what is committed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from analysis.cli import console
from analysis.cli.commands.running import run_bar
from analysis.study.paths import Layout, find_layout
from analysis.study.study import read_study

if TYPE_CHECKING:
    from analysis.runs.verify import Verified


def verify(
    from_articles: Annotated[
        bool, typer.Option("--from-articles", help="Build the open tables anew, too.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="How many at a time.")] = 2,
    equal_bytes: Annotated[
        bool, typer.Option("--bytes", help="Fail, too, if bytes alone differ.")
    ] = False,
    pictures: Annotated[Path | None, typer.Option(help="Where pictures of differences go.")] = None,
) -> None:
    """Run the study again in a clean place and compare with the committed figures.

    Tables and values are compared by tolerance, figures by pixels; how many files are equal
    byte for byte is said beside it. Ends with status 1 if numbers or pixels differ, and says
    whether data, parameters, code, environment or machine do.

    Examples
    --------
    `gipfel verify` runs everything below the open tables.

    `gipfel verify --bytes` refuses other bytes of equal numbers, too.

    `gipfel verify --from-articles` starts from the articles in data/raw.
    """
    from analysis.runs.plan import check_has_runs, check_tables, plan_runs
    from analysis.runs.verify import (
        beside,
        check_figures,
        count_equal_bytes,
        count_files,
        failing,
        verify_figures,
        verify_tables,
    )

    layout = find_layout()
    study = read_study(layout)
    check_has_runs(study, layout)
    check_tables(layout)
    check_figures(study, layout)
    verified: list[Verified] = []
    with beside(layout) as fresh:
        if from_articles:
            verified.append(verify_tables(layout, fresh, _annotate))
        with run_bar(plan_runs(study, fresh)) as on_event:
            verified += verify_figures(
                layout,
                fresh,
                jobs=jobs,
                pictures=pictures or layout.runs / "verify",
                on_event=on_event,
            )
    _show(verified, layout)
    has_other_bytes = count_equal_bytes(verified) < count_files(verified)
    raise typer.Exit(int(bool(failing(verified)) or (equal_bytes and has_other_bytes)))


def _annotate(fresh: Layout) -> None:
    from analysis.annotation.pipeline import annotate

    with console.counting("Articles") as told:
        annotate(fresh, on_documents=told)


def _show(verified: Sequence[Verified], layout: Layout) -> None:
    from analysis.runs.verify import count_equal_bytes, count_files

    table = Table("", "files", "bytes", "state", "", box=None, pad_edge=False)
    for one in verified:
        same = sum(not difference.fails for difference in one.differences)
        state = "differs" if one.fails and one.state == "succeeded" else one.state
        word = "as committed" if state == "succeeded" else state
        n, equal = len(one.differences), count_equal_bytes([one])
        table.add_row(one.name, f"{same}/{n}", f"{equal}/{n}", console.state(word), "")
        for difference in one.differences:
            if difference.verdict != "same":
                table.add_row(
                    "", difference.name, "", difference.verdict, escape(difference.detail)
                )
            if difference.picture:
                table.add_row("", "", "", "", escape(layout.show(difference.picture)))
        for cause in one.causes:
            table.add_row("", "", "", f"[red]{cause.cause}[/]", escape(cause.detail))
    console.out.print(table)
    n_equal, n_files = count_equal_bytes(verified), count_files(verified)
    console.say(f"Byte for byte equal: {n_equal} of {n_files} files.")
