"""The coding: ``gipfel audit``, ``gipfel code`` and ``gipfel evaluate``.

Mentions in context, samples coded by people, and how good the coding is.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analysis.cli import console
from analysis.study.errors import TableError
from analysis.study.paths import Layout, find_layout

if TYPE_CHECKING:
    import pandas as pd

    from analysis.tables.codings import CodedSet

Scores = Mapping[str, Mapping[str, float]]
code = console.group("Have people code mentions.")
evaluate = console.group("Measure how good the coding is.")
complete_by = console.completing_names("analysis.coding.sheet", "STRATIFIERS", in_list=True)
complete_allocation = console.completing_names("analysis.coding.sheet", "ALLOCATIONS")
complete_sheet = console.completing(
    lambda: [str(path) for path in (find_layout().local / "coding").glob("*.*")]
)
JsonOut = Annotated[
    Path | None, typer.Option(help="Write all figures as one JSON object: layer, metric, value.")
]
Save = Annotated[
    str, typer.Option(help="Keep the numbers in data/validation under this name of a set.")
]
Seen = Annotated[
    str,
    typer.Option(
        help="With --save: unseen, scored (the rules were changed after earlier scores of it), "
        "or read (its text was read while rules were written)."
    ),
]
CodedBy = Annotated[str, typer.Option(help="With --save: people or language_model.")]


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
    rows = [(layout.show(page.path), page.n_documents, page.n_mentions) for page in written]
    console.show(("page", "documents", "mentions"), rows)
    console.say("They hold article text: open them in a browser, do not publish them.")


@code.command()
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
    from analysis.coding.sheet import Design, draw_sample, write_sheets
    from analysis.tables.codings import write_draw
    from analysis.tables.features import read_features

    layout, study = console.open_study()
    design = Design(
        n, tuple(console.split_names(by)), allocation, tier, study.seed if seed is None else seed
    )
    mentions = read_features(layout.features).mentions
    draw = draw_sample(mentions, design, name=name)
    with console.counting("Contexts", at_once=False) as told:
        written = write_sheets(
            layout,
            mentions,
            draw,
            console.split_names(coders),
            n_sentences=context,
            on_documents=told,
        )
    write_draw(draw, layout.coding)
    strata = draw.rows.drop_duplicates("stratum").sort_values("stratum")
    rows = (
        (row["stratum"], row["n_stratum"], row["n_drawn"], f"{row['inclusion_probability']:.3f}")
        for row in strata.to_dict("records")
    )
    headings = ("stratum", "mentions", "drawn", "probability")
    console.show(headings, rows, title=f"Sample {draw.sample}")
    for path in written:
        console.say(f"Wrote {layout.show(path)}")
    console.say("They hold article text: keep them out of git. Next: gipfel code import SHEET...")


@code.command("import")
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
    groups = console.split_names(by)
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


def show_agreement(table: pd.DataFrame) -> None:
    """Show agreement by code, one line for each set of coders."""
    rows = [
        (row["layer"], row["coders"], row["n_units"], row["metric"], *_estimate(row, "value"))
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
            *(*_estimate(row, "share"), row["n_coded"], row["n"]),
        )
        for row in table.to_dict("records")
    ]
    headings = ("group", "code", "label", "raw", "corrected", "95 %", "coded", "of")
    console.show(headings, rows, title="Shares, raw and corrected")


def _describe(name: str, layout: Layout, known: dict[str, str]) -> CodedSet | None:
    """Describe a set, if it is to be kept; nothing is assumed of what was known of it."""
    import subprocess

    from analysis.tables.codings import CodedSet

    if not name:
        return None
    for option in ("seen", "coded_by"):
        if not known[option]:
            raise TableError(
                f"evaluate: --save {name} needs --{option.replace('_', '-')}, so that nobody takes"
                " what was read before for unseen text, or a language model for people"
            )
    command = ["git", "-C", str(layout.root), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return CodedSet(set=name, commit=done.stdout.strip(), **known)


@evaluate.command("mentions")
def evaluate_mentions(
    gold: Annotated[Path, typer.Argument(help="Coded mentions as CSV.")],
    texts: Annotated[Path, typer.Option(help="Folder with <doc>.txt for each document.")],
    json: JsonOut = None,
    errors: Annotated[Path | None, typer.Option(help="Write every error as CSV.")] = None,
    save: Save = "",
    tier: Annotated[str, typer.Option(help="core or near: that of the coded mentions.")] = "core",
    seen: Seen = "",
    coded_by: CodedBy = "",
) -> None:
    """Measure the coding of mentions: frame, polarity, voice, speaker, about.

    Example: `gipfel evaluate mentions ../shared/gold/mentions_dev.csv --texts ../shared/corpus`
    """
    from analysis.annotation.annotated import load_tools
    from analysis.coding.mention_scores import evaluate_mentions as measure
    from analysis.coding.mention_scores import read_gold
    from analysis.tables.codings import write_validation

    layout, study = console.open_study()
    known = {"source": "mentions", "tier": tier, "seen": seen, "coded_by": coded_by}
    about = _describe(save, layout, known)
    frames = tuple(frame.id for frame in study.frames)
    found = measure(read_gold(gold, frames), texts, load_tools(layout.root), tier=tier)
    _report(found.scores, found.errors, json, errors)
    if about:
        write_validation(about, found.scores, found.confusion, layout.validation)


@evaluate.command("quotes")
def evaluate_quotes(
    file: Annotated[Path, typer.Argument(help="Annotated quotations, JSON lines (.gz).")],
    json: JsonOut = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write what was predicted, in the data's own schema.")
    ] = None,
    errors: Annotated[Path | None, typer.Option(help="Write every error as CSV.")] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Only the first documents.")] = None,
    save: Save = "",
    seen: Seen = "",
    coded_by: CodedBy = "",
) -> None:
    """Measure the coding of speech against annotated quotations.

    Example: `gipfel evaluate quotes ../shared/quotes/dev.jsonl.gz --json scores.json`
    """
    from analysis.coding.quotes import evaluate_quotes as measure
    from analysis.tables.codings import write_validation

    layout = find_layout()
    known = {"source": "quotes", "tier": "", "seen": seen, "coded_by": coded_by}
    about = _describe(save, layout, known)
    with console.counting("Articles") as told:
        found = measure(file, layout, first=first, on_documents=told)
    _report(found.scores, found.errors, json, errors)
    console.write("".join(f"{line}\n" for line in found.predictions), predictions)
    if about:
        n = {"n": float(len(found.predictions))}
        scores = {layer: n | of for layer, of in found.scores.items()}
        write_validation(about, scores, None, layout.validation)


def _report(scores: Scores, errors: pd.DataFrame, json_file: Path | None, csv: Path | None) -> None:
    """Show every layer with its metrics, counts whole, and write what is asked for."""
    import json

    rows = [
        ("" if i else layer, metric, f"{value:.{0 if metric.startswith('n') else 3}f}")
        for layer, metrics in scores.items()
        for i, (metric, value) in enumerate(metrics.items())
    ]
    console.show(("layer", "metric", "value"), rows)
    whole = {
        layer: {metric: None if isnan(value) else value for metric, value in metrics.items()}
        for layer, metrics in scores.items()
    }
    console.write(f"{json.dumps(whole, indent=1, allow_nan=False)}\n", json_file)
    console.write_table(errors, csv)
