"""``gipfel evaluate``: how good the coding is, against text that was coded without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.cli import console
from analysis.study.errors import TableError
from analysis.study.paths import Layout, find_layout

if TYPE_CHECKING:
    from analysis.tables.evaluations import CodedSet

Scores = Mapping[str, Mapping[str, float]]

app = typer.Typer(
    help="Measure how good the coding is.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
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


def _describe(name: str, layout: Layout, known: dict[str, str]) -> CodedSet:
    """Describe a set that is to be kept; nothing is assumed of what was known of it."""
    import subprocess

    from analysis.tables.evaluations import CodedSet

    for option in ("seen", "coded_by"):
        if not known[option]:
            raise TableError(
                f"evaluate: --save {name} needs --{option.replace('_', '-')}, so that nobody takes"
                " what was read before for unseen text, or a language model for people"
            )
    command = ["git", "-C", str(layout.root), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return CodedSet(set=name, commit=done.stdout.strip(), **known)


@app.command("mentions")
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
    """Measure the coding of mentions: frame, polarity, voice, speaker, target.

    Example: `gipfel evaluate mentions ../shared/gold/mentions_dev.csv --texts ../shared/corpus`
    """
    from analysis.annotation.annotated import load_tools
    from analysis.coding.mention_scores import evaluate_mentions as measure
    from analysis.coding.mention_scores import read_gold
    from analysis.tables.evaluations import write_validation

    layout, study = console.open_study()
    known = {"source": "mentions", "tier": tier, "seen": seen, "coded_by": coded_by}
    about = _describe(save, layout, known) if save else None
    frames = tuple(frame.id for frame in study.frames)
    found = measure(read_gold(gold, frames), texts, load_tools(layout.root), tier=tier)
    show_scores(found.scores)
    write_scores(found.scores, json)
    console.write_table(found.errors, errors)
    if about:
        write_validation(about, found.scores, found.confusion, layout.validation)


@app.command("quotes")
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
    from analysis.tables.evaluations import write_validation

    layout = find_layout()
    known = {"source": "quotes", "tier": "", "seen": seen, "coded_by": coded_by}
    about = _describe(save, layout, known) if save else None
    with console.counting("Articles") as told:
        found = measure(file, layout, first=first, on_documents=told)
    show_scores(found.scores)
    write_scores(found.scores, json)
    console.write_table(found.errors, errors)
    write_lines(found.predictions, predictions)
    if about:
        n = {"n": float(len(found.predictions))}
        scores = {layer: n | of for layer, of in found.scores.items()}
        write_validation(about, scores, None, layout.validation)


def show_scores(scores: Scores) -> None:
    """Show every layer with its metrics: counts whole, all else with three digits."""
    rows = [
        ("" if i else layer, metric, f"{value:.{0 if metric.startswith('n') else 3}f}")
        for layer, metrics in scores.items()
        for i, (metric, value) in enumerate(metrics.items())
    ]
    console.show(("layer", "metric", "value"), rows)


def write_scores(scores: Scores, path: Path | None) -> None:
    """Write scores as one JSON object; what is not a number is null."""
    import json
    from math import isnan

    whole = {
        layer: {metric: None if isnan(value) else value for metric, value in metrics.items()}
        for layer, metrics in scores.items()
    }
    write_lines([json.dumps(whole, indent=1, allow_nan=False)], path)


def write_lines(lines: Sequence[str], path: Path | None) -> None:
    """Write lines of JSON."""
    if path is not None:
        from analysis.study.atomic import write_atomically

        write_atomically(path, "".join(f"{line}\n" for line in lines).encode())
