"""``gipfel multiverse``: every claim under every defensible choice, as a table and as CSV."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from analysis.cli import console

if TYPE_CHECKING:
    import pandas as pd

    from analysis.study.design import Claim

#: Where the specifications go, below the folder of runs.
FILE = "multiverse.csv"


complete_claim = console.completing(lambda: [claim.id for claim in console.open_study()[1].claims])


def multiverse(
    claim: Annotated[list[str] | None, console.only("claim", complete_claim, "-c")] = None,
    permutations: Annotated[
        int, typer.Option(min=99, help="Relabellings, where there are too many to take all.")
    ] = 999,
    csv: Annotated[
        Path | None,
        typer.Option(help="Where all specifications go; by default papermill_runs/multiverse.csv."),
    ] = None,
) -> None:
    """Compute every claim of study.toml under every choice of its [multiverse].

    Shows in how many specifications each claim holds, from where to where, and which choice
    moves it most. Notebook 13_multiverse draws the curves.

    Examples
    --------
    `gipfel multiverse` computes all claims.

    `gipfel multiverse --claim deal-alaska --csv deal.csv` computes one.
    """
    from analysis.measures.multiverse import multiverse as compute
    from analysis.study.design import choose_claims
    from analysis.tables.features import read_features

    layout, study = console.open_study()
    chosen = choose_claims(study.claims, claim or [])
    features, choices = read_features(layout.features), study.multiverse.model_dump()
    with console.counting("Claims") as told:
        found = compute(
            features,
            _counted(chosen, told),
            choices,
            n_permutations=permutations,
            seed=study.general.seed,
        )
    path = csv or layout.runs / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    console.write_table(found.specifications, path)
    show_claims(found.claims)
    console.say(f"{len(found.specifications)} specifications in {layout.show(path)}.")


def _counted(claims: Sequence[Claim], told: Callable[[int, int], None]) -> Iterator[Claim]:
    """Hand out claims, and tell how many are done."""
    for done, claim in enumerate(claims):
        told(done, len(claims))
        yield claim
    told(len(claims), len(claims))


def show_claims(claims: pd.DataFrame) -> None:
    """Show what the specifications of each claim come to; ``holds`` is a share of ``n``."""
    from analysis.figures.words import word_reason

    headings = ("claim", "n", "holds", "lowest", "median", "highest", "default", "moved by", "p")
    shown = Table(*headings, box=None, pad_edge=False, padding=(0, 1, 0, 0))
    shown.columns[0].no_wrap = True
    for row in claims.to_dict("records"):
        levels = (row[name] for name in ("lowest", "median", "highest", "default"))
        numbers = (_written(_floored(row["share_same_sign"])), *map(_written, levels))
        p_value = _written(row["p_value"], digits=3)
        moving = row["most_moving"] or "-"
        shown.add_row(escape(row["claim"]), str(row["n_estimable"]), *numbers, moving, p_value)
    console.out.print(shown)
    refused = claims[claims["status"] != "ok"]
    cells = zip(refused["reason_code"], refused["reason_values"], strict=True)
    told = refused.assign(reason=[word_reason(*pair, "en") for pair in cells])
    for reason, rows in told.groupby("reason", sort=False):
        console.say(f"No p-value for {', '.join(rows['claim'])}: {reason}.")
    missing = claims[claims["n_estimable"] < claims["n_specifications"]]
    for row in missing.to_dict("records"):
        n = row["n_specifications"] - row["n_estimable"]
        console.say(f"{row['claim']}: {n} more specifications cannot be estimated; see the CSV.")


def _floored(share: float) -> float:
    """Round down, so that 1.00 means every specification."""
    return share if math.isnan(share) else math.floor(share * 100 + 1e-9) / 100


def _written(value: float, *, digits: int = 2) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"
