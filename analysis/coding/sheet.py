"""The coding sheet of a sample: each mention in its sentences, and the columns to be filled in."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.annotation.annotated import load_annotator
from analysis.coding.workbook import SheetColumn
from analysis.corpus.cleaning import Rule, read_boilerplate
from analysis.corpus.segmentation import segment
from analysis.corpus.sources import Source, read_article, read_sources
from analysis.study.errors import SourceError, join_faults
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.codings import LABELS, Draw, check_name

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
    "target: summit, if it speaks of the summit, its talks, its agenda or its outcome; other, if "
    "it speaks of another thing (a military success, another deal).",
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


def find_contexts(
    layout: Layout,
    mentions: pd.DataFrame,
    *,
    n_sentences: int = 2,
    on_documents: Callable[[int, int], None] | None = None,
) -> dict[str, dict[str, str]]:
    """Find the sentences around mentions.

    Parameters
    ----------
    layout : Layout
        The study; its articles must lie in ``data/raw``.
    mentions : DataFrame
        Rows of the open table.
    n_sentences : int
        How many sentences to either side; boilerplate is left out.
    on_documents : callable, optional
        Told how many of how many articles are done.

    Returns
    -------
    dict of dict
        By mention_id its sentence, in which double brackets mark the mention, of a split verb
        both parts, and what stands ``before`` and ``after``.

    Raises
    ------
    SourceError
        With every article that is missing, or that is not the one annotated.
    """
    missing = [
        f"{layout.show(path)} is missing"
        for doc_id in sorted(mentions["doc_id"].unique())
        if not (path := layout.raw / f"{doc_id}.txt").is_file()
    ]
    if missing:
        way_out = (
            "A coding sheet shows each mention in its context, and needs the articles: bring "
            "them in with `gipfel ingest FOLDER`."
        )
        raise SourceError(join_faults("code sample", missing, way_out))
    sources = {source.id: source for source in read_sources(layout, read_study(layout))}
    rules = read_boilerplate(layout.lexicons / "boilerplate.toml")
    found: dict[str, dict[str, str]] = {}
    documents = mentions.groupby("doc_id")
    for done, (doc_id, rows) in enumerate(documents, start=1):
        name = str(doc_id)
        text = read_article(layout.raw / f"{name}.txt")
        sentences = list(_sentences(text, sources[name], rules))
        for row in rows.to_dict("records"):
            found[str(row["mention_id"])] = _context(text, sentences, row, n_sentences)
        if on_documents is not None:
            on_documents(done, documents.ngroups)
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
        "sentence": mark(text, sentences[at], spans),
        "after": " ".join(around[at + 1 : at + 1 + n_sentences]),
    }


def mark(text: str, sentence: Span, spans: Sequence[Span]) -> str:
    """Return a sentence with stretches of it between double brackets.

    Examples
    --------
    >>> mark("Kein Deal.", (0, 10), [(5, 9)])
    'Kein [[Deal]].'
    """
    parts, last = [], sentence[0]
    for begin, end in sorted(spans):
        parts += [text[last:begin], OPEN, text[begin:end], CLOSE]
        last = end
    return "".join([*parts, text[last : sentence[1]]])


def sheet_columns(actors: Sequence[str]) -> list[SheetColumn]:
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


def sheet_rows(
    draw: Draw, frames: Mapping[str, str], contexts: Mapping[str, Mapping[str, str]], coder: str
) -> Iterator[dict[str, str]]:
    """Return the rows of one coder's sheet, in an order of the coder's own: cells by column.

    ``frames`` and ``contexts`` are by mention_id. The frame is the one code that a coder sees;
    cells to be filled in are left out.
    """
    rng = np.random.default_rng([int(draw.design["seed"]), zlib.crc32(coder.encode())])
    same = {
        "sheet": f"{draw.sample}/{check_name('coder', coder)}",
        "drawn_from": str(draw.design["population"])[:DIGEST],
    }
    for mention_id in rng.permutation(sorted(draw.rows["mention_id"])).tolist():
        own = {"mention_id": mention_id, "frame": frames[mention_id]}
        yield {**same, **own, **contexts[mention_id]}
