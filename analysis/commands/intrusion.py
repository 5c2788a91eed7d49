"""``gipfel code intrusion`` and ``code score``: whether people see what a topic is about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from analysis import console
from analysis.commands.coding_sheets import complete_sheet, split_names
from analysis.paths import Layout, find_layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from analysis.features import Features
    from analysis.intrusions import Tasks

KINDS = {"word": "five terms and a strange one", "segment": "three segments and a strange one"}


def complete_kind(incomplete: str) -> list[str]:
    """Complete the kind of tasks."""
    return [kind for kind in sorted(KINDS) if kind.startswith(incomplete)]


def complete_engine(incomplete: str) -> list[str]:
    """Complete the engine."""
    from analysis.measures.topic_engines import ENGINES

    return [name for name in sorted(ENGINES) if name.startswith(incomplete)]


def intrusion(
    kind: Annotated[
        str, typer.Option(help="word or segment.", autocompletion=complete_kind)
    ] = "word",
    topics: Annotated[
        int | None, typer.Option(min=2, help="How many; by default the largest stable number.")
    ] = None,
    tasks: Annotated[int, typer.Option(min=1, help="Tasks for each topic.")] = 2,
    engine: Annotated[
        str,
        typer.Option(help="By default that of study.toml.", autocompletion=complete_engine),
    ] = "",
    seed: Annotated[int | None, typer.Option(help="By default that of study.toml.")] = None,
    name: Annotated[str, typer.Option(help="Of the tasks; by default made up.")] = "",
    coders: Annotated[str, typer.Option(help="One sheet is written for each.")] = "a",
) -> None:
    """Write sheets on which people look for the item that does not belong to a topic.

    Sheets go to data/local/coding, which git ignores; those of segments hold article text and
    need the articles. The key goes to data/coding/intrusion: coders must not look there.

    Examples
    --------
    `gipfel code intrusion --coders anna,ben`

    `gipfel code intrusion --kind segment --topics 3 --tasks 2`
    """
    from analysis.features import read_features
    from analysis.handcoding.study_topics import fit_study_topics, hash_topics
    from analysis.intrusions import FOLDER, Tasks, write_tasks
    from analysis.measures.intrusion import IntrusionDesign, check_kind, draw_intrusion
    from analysis.study import read_study

    layout = find_layout()
    study, features = read_study(layout), read_features(layout.features)
    drawn = IntrusionDesign(check_kind(kind), tasks, study.seed if seed is None else seed)
    model = fit_study_topics(study, features, n_topics=topics, engine=engine, cache=layout.cache)
    design = {"kind": kind, "n_tasks": tasks, "seed": drawn.seed, "engine": model.engine}
    design |= {"n_topics": model.n_topics, "model": hash_topics(model)}
    made_up = name or f"{kind}s-{model.engine.replace('_', '-')}-{model.n_topics}"
    found = Tasks(made_up, design, draw_intrusion(model, drawn))
    written = write_sheets(layout, features, found, split_names(coders))
    write_tasks(found, layout.coding / FOLDER)
    console.say(f"{len(found.rows)} tasks on {model.n_topics} topics ({KINDS[kind]}).")
    for path in written:
        console.say(f"Wrote {layout.show(path)}")
    console.say("Next: gipfel code score SHEET...")


def write_sheets(
    layout: Layout, features: Features, tasks: Tasks, coders: Sequence[str]
) -> list[Path]:
    """Write the sheets of all coders as XLSX and CSV, or none."""
    from analysis.codings import check_name
    from analysis.handcoding.intrusion import (
        INSTRUCTIONS,
        find_segment_texts,
        item_columns,
        sheet_columns,
        sheet_rows,
    )
    from analysis.handcoding.workbook import check_new, write_sheet
    from analysis.intrusions import FOLDER, check_write

    folder, kind = layout.local / "coding", str(tasks.design["kind"])
    paths = {
        check_name("coder", coder): [
            folder / f"{tasks.name}_{coder}{ending}" for ending in (".xlsx", ".csv")
        ]
        for coder in coders
    }
    check_write(tasks, layout.coding / FOLDER)
    check_new([path for both in paths.values() for path in both])
    items = sorted({str(item) for item in tasks.rows[item_columns(kind)].to_numpy().ravel()})
    texts = find_segment_texts(layout, features, items) if kind == "segment" else {}
    for coder, both in paths.items():
        rows = list(sheet_rows(tasks, texts, coder))
        for path in both:
            write_sheet(rows, sheet_columns(kind), path, notes=INSTRUCTIONS)
    return [path for both in paths.values() for path in both]


def score(
    sheets: Annotated[
        list[Path], typer.Argument(help="Filled-in sheets.", autocompletion=complete_sheet)
    ],
) -> None:
    """Check intrusion sheets, keep what was named, and show how often it was the intruder.

    If a sheet has a fault, nothing is kept. Answers go to data/coding/intrusion, without text.

    Example: `gipfel code score data/local/coding/words-nmf-3_anna.xlsx`
    """
    from analysis.handcoding.intrusion import read_intrusion_sheets
    from analysis.intrusions import FOLDER, read_answers, write_answers
    from analysis.measures.intrusion import score_intrusion

    folder = find_layout().coding / FOLDER
    read = read_intrusion_sheets(sheets, folder)
    for sheet in read:
        changed = write_answers(sheet.table, sheet.tasks, sheet.coder, folder)
        news = "stored" if changed else "as before"
        console.say(f"{sheet.path.name}: coder {sheet.coder}, {len(sheet.table)} tasks, {news}")
    tasks = read[0].tasks
    show_precision(score_intrusion(tasks.rows, read_answers(tasks, folder)))


def show_precision(table: pd.DataFrame) -> None:
    """Show the model precision of every topic, and of all together."""
    names = ("topic", "coders", "answers", "right", "precision", "95 %", "chance", "p")
    shown = Table(*names, box=None, pad_edge=False)
    for row in table.to_dict("records"):
        refused = row["status"] != "ok"
        value = escape(row["reason"]) if refused else f"{row['precision']:.2f}"
        span = "" if refused else f"{row['low']:.2f} to {row['high']:.2f}"
        p_value = "" if refused else f"{row['p_value']:.3f}"
        label = "all" if row["unit"] == "all" else str(row["topic"])
        sizes = (str(row["n_coders"]), str(row["n_answers"]), str(row["n_right"]))
        shown.add_row(label, *sizes, value, span, f"{row['chance']:.2f}", p_value)
    console.out.print("[bold]Intruders found[/]", shown, "", sep="\n")
