"""Random samples of mentions with known inclusion probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from analysis.measures.selection import TIERS
from analysis.study.errors import MeasureError, check_known
from analysis.tables.codings import DRAW_COLUMNS, Draw, check_name, find_population, hash_population

#: Columns of mentions that may part the strata. Coders never see them.
STRATIFIERS = (
    *("doc_id", "event", "frame", "kind", "outlet"),
    *("polarity", "about", "tier", "voice", "zone"),
)
ALLOCATIONS: dict[str, str] = {
    "proportional": "each stratum gives as large a share of its mentions as the others",
    "equal": "each stratum gives as many mentions as the others, as far as it has them",
}
#: One mention of a stratum says nothing about the spread in it.
FEWEST_A_STRATUM = 2


@dataclass(frozen=True)
class Design:
    """How a sample of ``n`` mentions is drawn."""

    n: int
    #: Columns of mentions whose combinations are the strata; none: a simple random sample.
    by: tuple[str, ...] = ()
    #: proportional or equal
    allocation: str = "proportional"
    #: core, or core_near for both tiers
    tier: str = "core"
    seed: int = 0


def draw_sample(mentions: pd.DataFrame, design: Design, *, name: str = "") -> Draw:
    """Draw a stratified random sample of rows of the open table, without replacement.

    It is the same for the same mentions and design, whatever the order of the rows. Without a
    name it gets one from the design and the mentions.

    Raises
    ------
    MeasureError
        If a column, tier or allocation is unknown, or more mentions are wanted than there
        are, or fewer than there are strata.
    TableError
        If the name is none.
    """
    who = "code sample"
    check_known(who, design.by, what="column", allowed=STRATIFIERS)
    check_known(who, [design.tier], what="tier", allowed=TIERS)
    check_known(who, [design.allocation], what="allocation", allowed=ALLOCATIONS)
    population = find_population(mentions, TIERS[design.tier])
    population = population.assign(stratum=name_strata(population, design.by))
    strata = population.groupby("stratum")["mention_id"]
    sizes = strata.size()
    given = allocate(sizes.tolist(), design.n, design.allocation)
    drawn = dict(zip(sizes.index, given, strict=True))
    rng = np.random.default_rng(design.seed)
    chosen = [
        mention_id
        for stratum, ids in strata
        for mention_id in rng.choice(ids.to_numpy(dtype=object), drawn[stratum], replace=False)
    ]
    rows = population.loc[population["mention_id"].isin(chosen), ["mention_id", "stratum"]]
    rows = rows.assign(
        n_stratum=rows["stratum"].map(sizes).astype("int64"),
        n_drawn=rows["stratum"].map(drawn).astype("int64"),
    )
    rows["inclusion_probability"] = rows["n_drawn"] / rows["n_stratum"]
    rows = rows.loc[:, list(DRAW_COLUMNS)].reset_index(drop=True)
    whole = hash_population(population)
    kept = asdict(design) | {
        "by": list(design.by),
        "tiers": list(TIERS[design.tier]),
        "n_population": len(population),
        "population": whole,
    }
    name = name or f"n{design.n}-{whole[:6]}-{design.seed}"
    return Draw(check_name("sample", name), kept, rows)


def name_strata(mentions: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    """Name each mention's stratum: the values of some columns, joined by a bar.

    Examples
    --------
    >>> name_strata(pd.DataFrame({"event": ["a"], "frame": ["Deal"]}), ["event", "frame"]).tolist()
    ['a|Deal']
    """
    if not by:
        return pd.Series("all", index=mentions.index, dtype="str")
    return mentions.loc[:, list(by)].astype("str").agg("|".join, axis="columns").astype("str")


def allocate(sizes: Sequence[int], n: int, allocation: str) -> list[int]:
    """Return how many mentions each stratum gives, of strata of these sizes and n in all.

    Every stratum gives one, and two where n suffices: what is never drawn from has no
    inclusion probability. The others go one by one to the stratum that lags most behind
    its quota.

    Raises
    ------
    MeasureError
        If n is above the sum of the sizes, or below the number of strata.

    Examples
    --------
    >>> allocate([60, 30, 1], 20, "proportional"), allocate([60, 30, 1], 20, "equal")
    ([13, 6, 1], [10, 9, 1])
    """
    if not 0 < n <= sum(sizes):
        raise MeasureError(
            f"code sample: wanted n between 1 and the {sum(sizes)} mentions there are, came {n}"
        )
    if n < len(sizes):
        raise MeasureError(
            f"code sample: wanted n of at least {len(sizes)}, one for each stratum, came {n}. "
            "Draw more, or part them by fewer columns."
        )
    weights = sizes if allocation == "proportional" else [1] * len(sizes)
    quota = [n * (weight / sum(weights)) for weight in weights]
    floor = [min(FEWEST_A_STRATUM, size) for size in sizes]
    given = floor if sum(floor) <= n else [1] * len(sizes)
    while sum(given) < n:
        open_ = [i for i, size in enumerate(sizes) if given[i] < size]
        given[max(open_, key=lambda i: quota[i] - given[i])] += 1
    return given
