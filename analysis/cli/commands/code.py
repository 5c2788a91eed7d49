"""``gipfel code``: samples for coding by people, and what came of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from analysis.cli import console
from analysis.cli.commands.coding_sheets import complete_sheet, split_names
from analysis.study.paths import Layout, find_layout

if TYPE_CHECKING:
    import pandas as pd

    from analysis.tables.codings import Draw

app = typer.Typer(help="Have people code mentions.", no_args_is_help=True)


def complete_by(incomplete: str) -> list[str]:
    """Complete the last of the columns that part the strata."""
    from analysis.coding.draw import STRATIFIERS

    head, comma, last = incomplete.rpartition(",")
    return [f"{head}{comma}{name}" for name in STRATIFIERS if name.startswith(last)]


def complete_allocation(incomplete: str) -> list[str]:
    """Complete the name of an allocation."""
    from analysis.coding.draw import ALLOCATIONS

    return [name for name in sorted(ALLOCATIONS) if name.startswith(incomplete)]


@app.command()
def sample(
    n: Annotated[int, typer.Option(min=1, help="How many mentions to draw.")] = 100,
    by: Annotated[
        str,
        typer.Option(help="Columns that part the strata.", autocompletion=complete_by),
    ] = "event,frame",
    allocation: Annotated[
        str, typer.Option(help="proportional or equal.", autocompletion=complete_allocation)
    ] = "proportional",
    tier: Annotated[str, typer.Option(help="core or core_near.")] = "core",
    seed: Annotated[int | None, typer.Option(help="By default that of study.toml.")] = None,
    name: Annotated[str, typer.Option(help="Of the sample; by default made up.")] = "",
    coders: Annotated[str, typer.Option(help="One sheet is written for each.")] = "a",
    context: Annotated[int, typer.Option(min=0, help="Sentences to either side.")] = 2,
) -> None:
    """Draw a random sample of mentions and write coding sheets; needs the articles.

    The sheets (XLSX with drop-down lists, and CSV) hold article text and go to
    data/local/coding, which git ignores. What was drawn, without text, goes to data/coding.

    Examples
    --------
    `gipfel code sample --n 100 --by event,frame --coders anna,ben`

    `gipfel code sample --n 40 --by event --allocation equal --name pilot`
    """
    from analysis.coding.draw import Design, draw_sample
    from analysis.study.study import read_study
    from analysis.tables.codings import write_draw
    from analysis.tables.features import read_features

    layout = find_layout()
    wanted = tuple(part.strip() for part in by.split(",") if part.strip())
    used = read_study(layout).seed if seed is None else seed
    mentions = read_features(layout.features).mentions
    draw = draw_sample(mentions, Design(n, wanted, allocation, tier, used), name=name)
    written = write_sheets(layout, mentions, draw, split_names(coders), n_sentences=context)
    write_draw(draw, layout.coding)
    show_draw(draw)
    for path in written:
        console.say(f"Wrote {layout.show(path)}")
    console.say("They hold article text: keep them out of git. Next: gipfel code import SHEET...")


def write_sheets(
    layout: Layout, mentions: pd.DataFrame, draw: Draw, coders: Sequence[str], *, n_sentences: int
) -> list[Path]:
    """Write the sheets of all coders as XLSX and CSV, or none."""
    from analysis.coding.context import find_contexts
    from analysis.coding.sheet import INSTRUCTIONS, sheet_columns, sheet_rows
    from analysis.coding.workbook import check_new, write_sheet
    from analysis.study.study import read_study
    from analysis.tables.codings import check_write

    folder = layout.local / "coding"
    paths = {
        coder: [folder / f"{draw.sample}_{coder}{ending}" for ending in (".xlsx", ".csv")]
        for coder in coders
    }
    check_write(draw, layout.coding)
    check_new([path for both in paths.values() for path in both])
    drawn = mentions[mentions["mention_id"].isin(draw.rows["mention_id"])]
    with console.counting("Contexts") as told:
        contexts = find_contexts(layout, drawn, n_sentences=n_sentences, on_documents=told)
    frames = dict(zip(drawn["mention_id"], drawn["frame"], strict=True))
    columns = sheet_columns([actor.id for actor in read_study(layout).actors])
    for coder, both in paths.items():
        rows = list(sheet_rows(draw, frames, contexts, coder))
        for path in both:
            write_sheet(rows, columns, path, notes=INSTRUCTIONS)
    return [path for both in paths.values() for path in both]


@app.command("import")
def import_sheets(
    sheets: Annotated[
        list[Path], typer.Argument(help="Filled-in sheets.", autocompletion=complete_sheet)
    ],
    by: Annotated[
        str, typer.Option(help="Columns to give corrected shares by.", autocompletion=complete_by)
    ] = "event",
    adjudication: Annotated[
        str, typer.Option(help="majority (a tie: the first coder), or a coder's name.")
    ] = "majority",
    population: Annotated[
        str, typer.Option(help="finite (these texts) or superpopulation (texts like these).")
    ] = "finite",
) -> None:
    """Check coded sheets, keep their labels, and show agreement and corrected shares.

    If a sheet has a fault, nothing is kept. Labels go to data/coding, without text.

    Example: `gipfel code import data/local/coding/pilot_a.xlsx data/local/coding/pilot_b.xlsx`
    """
    from analysis.coding.coders import Intervals, agreement, label_confusion
    from analysis.coding.corrected import Correction, check_correction, corrected_shares
    from analysis.coding.reading import read_coded_sheets
    from analysis.study.study import read_study
    from analysis.tables.codings import read_codings, write_labels
    from analysis.tables.features import read_features

    layout = find_layout()
    features = read_features(layout.features)
    groups = [part.strip() for part in by.split(",") if part.strip()]
    read = read_coded_sheets(sheets, layout.coding, features.mentions)
    how = Correction(population, adjudication)
    known = read_codings(features, read[0].sample, layout.coding)["coder"]
    check_correction(features.mentions, {*known, *(sheet.coder for sheet in read)}, groups, how)
    for sheet in read:
        changed = write_labels(sheet.labels, sheet.sample, sheet.coder, layout.coding)
        news = "stored" if changed else "as before"
        console.say(f"{sheet.path.name}: coder {sheet.coder}, {len(sheet.labels)} rows, {news}")
    codings = read_codings(features, read[0].sample, layout.coding)
    show_agreement(agreement(codings, Intervals(seed=read_study(layout).seed)))
    show_confusion(label_confusion(codings))
    show_corrected(corrected_shares(features.mentions, codings, by=groups, how=how))


def show_draw(draw: Draw) -> None:
    """Show how many mentions of each stratum were drawn."""
    table = Table("stratum", "mentions", "drawn", "probability", box=None, pad_edge=False)
    for row in draw.rows.drop_duplicates("stratum").sort_values("stratum").to_dict("records"):
        probability = f"{row['inclusion_probability']:.3f}"
        table.add_row(
            escape(row["stratum"]), str(row["n_stratum"]), str(row["n_drawn"]), probability
        )
    console.out.print(f"[bold]Sample {escape(draw.sample)}[/]", table, "", sep="\n")


def show_agreement(table: pd.DataFrame) -> None:
    """Show agreement by code, one line for each set of coders."""
    shown = Table("code", "coders", "mentions", "metric", "value", "95 %", box=None, pad_edge=False)
    for row in table.to_dict("records"):
        refused = row["value"] != row["value"]
        value = _reason(row) if refused else f"{row['value']:.3f}"
        span = "" if row["low"] != row["low"] else f"{row['low']:.3f} to {row['high']:.3f}"
        shown.add_row(row["layer"], row["coders"], str(row["n_units"]), row["metric"], value, span)
    console.out.print("[bold]Agreement[/]", shown, "", sep="\n")


def _reason(row: dict[Hashable, Any]) -> str:
    from analysis.figures.words import word_reason

    return escape(word_reason(row["reason_code"], row["reason_values"], "en"))


def show_confusion(table: pd.DataFrame) -> None:
    """Show which labels coders gave to the same mentions where they differ."""
    apart = table[table["label_1"] != table["label_2"]]
    shown = Table("code", "coder", "label", "coder", "label", "mentions", box=None, pad_edge=False)
    for row in apart.to_dict("records"):
        pair = (row["coder_1"], row["label_1"], row["coder_2"], row["label_2"])
        shown.add_row(row["layer"], *(escape(cell or "(empty)") for cell in pair), str(row["n"]))
    if len(apart):
        console.out.print("[bold]Where coders differ[/]", shown, "", sep="\n")


def show_corrected(table: pd.DataFrame) -> None:
    """Show raw and corrected shares of every group."""
    names = ("group", "code", "label", "raw", "corrected", "95 %", "coded", "of")
    shown = Table(*names, box=None, pad_edge=False)
    for row in table.to_dict("records"):
        refused = row["share"] != row["share"]
        value = _reason(row) if refused else f"{row['share']:.3f}"
        span = "" if row["low"] != row["low"] else f"{row['low']:.3f} to {row['high']:.3f}"
        shown.add_row(
            *(escape(row["group"]), row["layer"], escape(row["value"]), f"{row['raw']:.3f}"),
            *(value, span, str(row["n_coded"]), str(row["n"])),
        )
    console.out.print("[bold]Shares, raw and corrected[/]", shown, "", sep="\n")
