"""Random samples of mentions with known inclusion probabilities, and the sheets to code them.

A sheet shows each mention in its sentences, with the columns to be filled in.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.annotation.annotated import load_annotator
from analysis.coding.workbook import SheetColumn, check_new, write_sheet
from analysis.corpus.cleaning import Rule, read_boilerplate
from analysis.corpus.segmentation import segment
from analysis.corpus.sources import Source, read_article, read_sources
from analysis.measures.selection import TIERS
from analysis.study.errors import MeasureError, SourceError, check_known, join_faults
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.codings import (
    DRAW_COLUMNS,
    LABELS,
    Draw,
    check_name,
    check_write,
    find_population,
    hash_population,
)

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


OPEN, CLOSE = "[[", "]]"
Span = tuple[int, int]
UNSAID = "?"
#: Characters of the population's hash that a sheet carries.
DIGEST = 12
KEYS = ("sheet", "drawn_from", "mention_id")
SHOWN = ("frame", "before", "sentence", "after")
FILLED_IN = (*LABELS, "remark")
COLUMNS = (*KEYS, *SHOWN, *FILLED_IN)
WIDTHS = {"before": 45, "sentence": 70, "after": 35, "mention_id": 24, "remark": 30, "speaker": 20}
INSTRUCTIONS = (
    "Code one mention a row: the word between [[double brackets]], as it stands in its sentence. "
    "Decide from the sentence and those around it. Fill in the coloured columns alone, without "
    "looking at other sheets or at the project's tables; change nothing else.",
    "frame_right: yes, if the word is a mention of the frame in column frame; no, if it is "
    "something else (a word that only looks alike). Then leave the other columns empty.",
    "about: event, if it speaks of the event, its talks, its agenda or its outcome; other, if it "
    "speaks of another thing (a military success, another deal).",
    "polarity, from the point of view of who makes the statement: affirmed, if it is presented "
    "as being or having been the case; negated, if as absent, failed, denied or rejected; open, "
    "if as possible, alleged, hoped for, sought, asked, conditional or still to come.",
    "voice: direct, if the word stands inside quotation marks that give somebody's words; "
    "indirect, if it is somebody's statement without such marks (subjunctive of report, a clause "
    "under a verb of saying, laut, zufolge); narrator, if it is the journalist's own.",
    f"speaker: who says it, as surname or institution; {UNSAID}, if the context does not say. "
    "Choose from the list or type a name. Leave it empty for the narrator.",
    "remark: whatever you like. It stays in this sheet and is stored nowhere.",
    "Save as XLSX or CSV and import it: gipfel code import SHEET",
)


def write_sheets(
    layout: Layout,
    mentions: pd.DataFrame,
    draw: Draw,
    coders: Sequence[str],
    *,
    n_sentences: int,
    on_documents: Callable[[int, int], None],
) -> list[Path]:
    """Write the sheets of all coders as XLSX and CSV to ``data/local/coding``, or none.

    Each coder has an order of rows of their own. The frame is the one code that a coder sees;
    ``n_sentences`` to either side of a mention are shown, boilerplate left out.
    ``on_documents`` is told how many of how many articles are done.

    Raises
    ------
    TableError
        If another sample has the name, or the name of a coder is none.
    ExportError
        If a sheet is there already.
    SourceError
        With every article that is missing, or that is not the one annotated.
    """
    folder = layout.local / "coding"
    paths = {
        check_name("coder", coder): [
            folder / f"{draw.sample}_{coder}{ending}" for ending in (".xlsx", ".csv")
        ]
        for coder in coders
    }
    listed = [path for both in paths.values() for path in both]
    check_write(draw, layout.coding)
    check_new(listed)
    drawn = mentions[mentions["mention_id"].isin(draw.rows["mention_id"])]
    cells = _find_contexts(layout, drawn, n_sentences, on_documents)
    columns = _sheet_columns([actor.id for actor in read_study(layout).actors])
    for coder, both in paths.items():
        rows = list(_sheet_rows(draw, cells, coder))
        for path in both:
            write_sheet(rows, columns, path, notes=INSTRUCTIONS)
    return listed


def _find_contexts(
    layout: Layout,
    mentions: pd.DataFrame,
    n_sentences: int,
    on_documents: Callable[[int, int], None],
) -> dict[str, dict[str, str]]:
    """Find the cells of each mention that show it: its frame, and the sentences around it."""
    documents = mentions.groupby("doc_id")
    paths = {str(doc_id): layout.raw / f"{doc_id}.txt" for doc_id in documents.groups}
    missing = [f"{layout.show(path)} is missing" for path in paths.values() if not path.is_file()]
    if missing:
        way_out = (
            "A coding sheet shows each mention in its context, and needs the articles: bring "
            "them in with `gipfel ingest FOLDER`."
        )
        raise SourceError(join_faults("code sample", missing, way_out))
    sources = {source.id: source for source in read_sources(layout, read_study(layout))}
    rules = read_boilerplate(layout.lexicons / "boilerplate.toml")
    found: dict[str, dict[str, str]] = {}
    for done, (doc_id, path) in enumerate(paths.items()):
        on_documents(done, len(paths))
        text = read_article(path)
        sentences = list(_sentences(text, sources[doc_id], rules))
        for row in documents.get_group(doc_id).to_dict("records"):
            context = _context(text, sentences, row, n_sentences)
            found[row["mention_id"]] = {"frame": row["frame"], **context}
    on_documents(len(paths), len(paths))
    return found


def _sentences(text: str, source: Source, rules: Sequence[Rule]) -> Iterator[Span]:
    for part in segment(text, source, tuple(rules)).segments:
        for sentence in load_annotator().sentences(text[part.begin : part.end], part.begin):
            yield sentence.begin, sentence.end


def _context(
    text: str, sentences: Sequence[Span], row: Mapping[Any, Any], n_sentences: int
) -> dict[str, str]:
    spans = [(int(row["begin"]), int(row["end"]))]
    if not pd.isna(row["begin_2"]):
        spans.append((int(row["begin_2"]), int(row["end_2"])))
    at = bisect_right(sentences, (spans[0][0], len(text))) - 1
    if text[slice(*spans[0])] != row["surface"] or at < 0 or sentences[at][1] < spans[-1][1]:
        raise SourceError(
            f"code sample: {row['doc_id']}, {spans[0][0]}-{spans[0][1]}: wanted "
            f"{row['surface']!r} in a sentence, the article is another. Rebuild the open tables "
            "with `gipfel annotate`, or bring the right articles in with `gipfel ingest FOLDER`."
        )
    around = [text[begin:end] for begin, end in sentences]
    return {
        "before": " ".join(around[max(0, at - n_sentences) : at]),
        "sentence": _mark(text, sentences[at], spans),
        "after": " ".join(around[at + 1 : at + 1 + n_sentences]),
    }


def _mark(text: str, sentence: Span, spans: Sequence[Span]) -> str:
    """Return a sentence with stretches of it between double brackets."""
    parts, last = [], sentence[0]
    for begin, end in sorted(spans):
        parts += [text[last:begin], OPEN, text[begin:end], CLOSE]
        last = end
    return "".join([*parts, text[last : sentence[1]]])


def _sheet_columns(actors: Sequence[str]) -> list[SheetColumn]:
    """Return the columns of the coding sheet; ``actors`` are offered as speakers."""
    choices = {name: allowed for name, allowed in LABELS.items() if allowed is not None}
    choices["speaker"] = (UNSAID, *actors)
    return [
        SheetColumn(
            name,
            choices.get(name, ()),
            is_free=name == "speaker",
            is_filled_in=name in FILLED_IN,
            width=WIDTHS.get(name, 14),
        )
        for name in COLUMNS
    ]


def _sheet_rows(
    draw: Draw, cells: Mapping[str, Mapping[str, str]], coder: str
) -> Iterator[dict[str, str]]:
    """Return the rows of one coder's sheet; cells to be filled in are left out."""
    rng = np.random.default_rng([int(draw.design["seed"]), zlib.crc32(coder.encode())])
    same = {
        "sheet": f"{draw.sample}/{coder}",
        "drawn_from": str(draw.design["population"])[:DIGEST],
    }
    for mention_id in rng.permutation(sorted(draw.rows["mention_id"])).tolist():
        yield {**same, "mention_id": mention_id, **cells[mention_id]}
