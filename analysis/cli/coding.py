"""``gipfel audit`` and ``gipfel code``: mentions in context, and samples coded by people."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analysis.cli import console
from analysis.study.paths import Layout, find_layout

if TYPE_CHECKING:
    import pandas as pd

    from analysis.tables.codings import Draw

app = typer.Typer(
    help="Have people code mentions.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)


complete_by = console.completing_names("analysis.coding.draw", "STRATIFIERS", in_list=True)
complete_allocation = console.completing_names("analysis.coding.draw", "ALLOCATIONS")
complete_sheet = console.completing(
    lambda: [str(path) for path in (find_layout().local / "coding").glob("*.*")]
)


def audit(
    event: console.Events = None,
    frame: console.Frames = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the pages; by default data/local/audit.")
    ] = None,
    wide: Annotated[
        int, typer.Option(min=0, max=50, help="Paragraphs around each mention, on demand.")
    ] = 3,
) -> None:
    """Write pages that show every mention in its context; needs the articles in data/raw.

    One page per event and one of all: to read, filter, count, and to make lines for
    data/corrections.csv by. The pages hold article text and stay out of git.

    Examples
    --------
    `gipfel audit` writes all pages to data/local/audit.

    `gipfel audit --event alaska-2025 --frame Deal` writes one.
    """
    from analysis.coding.page import write_audit

    layout = find_layout()
    with console.counting("Pages") as told:
        written = write_audit(
            layout, events=event or [], frames=frame or [], out=out, wide=wide, on_pages=told
        )
    rows = [
        (layout.show(page.path), str(page.n_documents), str(page.n_mentions)) for page in written
    ]
    console.show(("page", "documents", "mentions"), rows)
    console.say("They hold article text: open them in a browser, do not publish them.")


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
    from analysis.tables.codings import write_draw
    from analysis.tables.features import read_features

    layout, study = console.open_study()
    wanted = tuple(part.strip() for part in by.split(",") if part.strip())
    used = study.seed if seed is None else seed
    mentions = read_features(layout.features).mentions
    draw = draw_sample(mentions, Design(n, wanted, allocation, tier, used), name=name)
    named = console.split_names(coders)
    written = write_sheets(layout, mentions, draw, named, n_sentences=context)
    write_draw(draw, layout.coding)
    show_draw(draw)
    for path in written:
        console.say(f"Wrote {layout.show(path)}")
    console.say("They hold article text: keep them out of git. Next: gipfel code import SHEET...")


def write_sheets(
    layout: Layout, mentions: pd.DataFrame, draw: Draw, coders: Sequence[str], *, n_sentences: int
) -> list[Path]:
    """Write the sheets of all coders as XLSX and CSV, or none."""
    from analysis.coding.sheet import INSTRUCTIONS, find_contexts, sheet_columns, sheet_rows
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
    from analysis.coding.agreement import Intervals, agreement, label_confusion
    from analysis.coding.correction import Correction, check_correction, corrected_shares
    from analysis.coding.reading import read_coded_sheets
    from analysis.tables.codings import read_codings, write_labels
    from analysis.tables.features import read_features

    layout, study = console.open_study()
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
    show_agreement(agreement(codings, Intervals(seed=study.seed)))
    show_confusion(label_confusion(codings))
    show_corrected(corrected_shares(features.mentions, codings, by=groups, how=how))


def show_draw(draw: Draw) -> None:
    """Show how many mentions of each stratum were drawn."""
    counts = ["stratum", "n_stratum", "n_drawn", "inclusion_probability"]
    strata = draw.rows[counts].drop_duplicates("stratum").sort_values("stratum")
    rows = (
        (stratum, str(n), str(n_drawn), f"{probability:.3f}")
        for stratum, n, n_drawn, probability in strata.itertuples(index=False)
    )
    headings = ("stratum", "mentions", "drawn", "probability")
    console.show(headings, rows, title=f"Sample {draw.sample}")


def show_agreement(table: pd.DataFrame) -> None:
    """Show agreement by code, one line for each set of coders."""
    rows = [
        (row["layer"], row["coders"], str(row["n_units"]), row["metric"], *_estimate(row, "value"))
        for row in table.to_dict("records")
    ]
    headings = ("code", "coders", "mentions", "metric", "value", "95 %")
    console.show(headings, rows, title="Agreement")


def _estimate(row: Mapping[Hashable, Any], name: str) -> tuple[str, str]:
    """Write an estimate, or the reason why there is none, and its interval."""
    from analysis.figures.words import word_reason

    if isnan(row[name]):
        value = word_reason(row["reason_code"], row["reason_values"], "en")
    else:
        value = f"{row[name]:.3f}"
    return value, "" if isnan(row["low"]) else f"{row['low']:.3f} to {row['high']:.3f}"


def show_confusion(table: pd.DataFrame) -> None:
    """Show which labels coders gave to the same mentions where they differ."""
    cells = ["layer", "coder_1", "label_1", "coder_2", "label_2", "n"]
    apart = table.loc[table["label_1"] != table["label_2"], cells]
    rows = [[str(cell) or "(empty)" for cell in row] for row in apart.itertuples(index=False)]
    if rows:
        headings = ("code", "coder", "label", "coder", "label", "mentions")
        console.show(headings, rows, title="Where coders differ")


def show_corrected(table: pd.DataFrame) -> None:
    """Show raw and corrected shares of every group."""
    rows = [
        (
            *(row["group"], row["layer"], row["value"], f"{row['raw']:.3f}"),
            *(*_estimate(row, "share"), str(row["n_coded"]), str(row["n"])),
        )
        for row in table.to_dict("records")
    ]
    headings = ("group", "code", "label", "raw", "corrected", "95 %", "coded", "of")
    console.show(headings, rows, title="Shares, raw and corrected")
