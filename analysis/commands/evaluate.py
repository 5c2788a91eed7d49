"""``gipfel evaluate``: how good the coding is, against coding by people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis import console
from analysis.paths import find_layout
from analysis.study import read_study

evaluate_app = typer.Typer(help="Measure how good the coding is.", no_args_is_help=True)

JsonOut = Annotated[
    Path | None, typer.Option(help="Write all figures as one JSON object: layer, metric, value.")
]


@evaluate_app.command("mentions")
def evaluate_mentions(
    gold: Annotated[Path, typer.Argument(help="Hand-coded mentions as CSV.")],
    texts: Annotated[Path, typer.Option(help="Folder with <doc>.txt for each document.")],
    json: JsonOut = None,
    errors: Annotated[Path | None, typer.Option(help="Write every error as CSV.")] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the numbers in data/validation for 12_validation.")
    ] = False,
) -> None:
    """Measure the coding of mentions: frame, polarity, voice, speaker, target.

    Example: `gipfel evaluate mentions ../shared/gold/mentions_dev.csv --texts ../shared/corpus`
    """
    from analysis.annotation.evaluation.gold import read_gold
    from analysis.annotation.evaluation.mentions import evaluate_mentions as measure
    from analysis.annotation.tools import load_tools
    from analysis.evaluations import write_validation

    layout = find_layout()
    frames = tuple(frame.id for frame in read_study(layout).frames)
    found = measure(read_gold(gold, frames), texts, load_tools(layout.root))
    console.show_scores(found.scores)
    console.write_scores(found.scores, json)
    console.write_table(found.errors, errors)
    if save:
        write_validation("mentions", found.scores, found.confusion, layout.validation)


@evaluate_app.command("quotes")
def evaluate_quotes(
    file: Annotated[Path, typer.Argument(help="Annotated quotations, JSON lines (.gz).")],
    json: JsonOut = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write what was predicted, in the data's own schema.")
    ] = None,
    errors: Annotated[Path | None, typer.Option(help="Write every error as CSV.")] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Only the first documents.")] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the numbers in data/validation for 12_validation.")
    ] = False,
) -> None:
    """Measure the coding of speech against annotated quotations.

    Example: `gipfel evaluate quotes ../shared/quotes/dev.jsonl.gz --json scores.json`
    """
    from analysis.annotation.evaluation.quote_run import evaluate_quotes as measure
    from analysis.evaluations import write_validation

    layout = find_layout()
    with console.counting("Articles") as told:
        found = measure(file, layout, first=first, on_documents=told)
    console.show_scores(found.scores)
    console.write_scores(found.scores, json)
    console.write_table(found.errors, errors)
    console.write_lines(found.predictions, predictions)
    if save:
        write_validation("quotes", found.scores, None, layout.validation)
