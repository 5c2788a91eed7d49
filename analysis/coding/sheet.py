"""The coding sheet of a sample: what a coder sees, and what it does not betray."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from analysis.coding.context import Context
from analysis.coding.workbook import SheetColumn
from analysis.tables.codings import LABELS, RIGHT, WRONG, Draw, check_name

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


def sheet_name(draw: Draw, coder: str) -> str:
    """Name the sheet of a coder.

    Examples
    --------
    >>> import pandas as pd
    >>> sheet_name(Draw("pilot", {}, pd.DataFrame()), "a")
    'pilot/a'
    """
    return f"{draw.sample}/{check_name('coder', coder)}"


def sheet_columns(actors: Sequence[str]) -> list[SheetColumn]:
    """Give the columns of the coding sheet; ``actors`` are offered as speakers."""
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
    draw: Draw, frames: Mapping[str, str], contexts: Mapping[str, Context], coder: str
) -> Iterator[dict[str, str]]:
    """Give the rows of one coder's sheet, in an order of the coder's own.

    Parameters
    ----------
    draw : Draw
        The sample.
    frames : mapping
        mention_id -> the frame that is asked about; the one code that a coder sees.
    contexts : mapping
        mention_id -> its sentences.
    coder : str
        Whose sheet it is.

    Yields
    ------
    dict
        Cells by column; those to be filled in are empty.
    """
    rng = np.random.default_rng([int(draw.design["seed"]), zlib.crc32(coder.encode())])
    for mention_id in rng.permutation(sorted(draw.rows["mention_id"])):
        context = contexts[mention_id]
        yield {
            "sheet": sheet_name(draw, coder),
            "drawn_from": str(draw.design["population"])[:DIGEST],
            "mention_id": str(mention_id),
            "frame": frames[mention_id],
            "before": context.before,
            "sentence": context.sentence,
            "after": context.after,
        }


def label_faults(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Say which filled cells of a row contradict one another: column and fault.

    Examples
    --------
    >>> list(label_faults({"frame_right": "no", "voice": "direct"}))
    [('voice', "wanted nothing, since frame_right is no; came 'direct'")]
    """
    codes = [name for name in LABELS if name != "frame_right"]
    if cells["frame_right"] == WRONG:
        for name in codes:
            if cells.get(name):
                yield name, f"wanted nothing, since frame_right is no; came {cells[name]!r}"
    elif cells["frame_right"] == RIGHT and cells["voice"] == "narrator" and cells["speaker"]:
        yield "speaker", f"wanted nothing, since voice is narrator; came {cells['speaker']!r}"


def blank_columns(cells: Mapping[str, str]) -> list[str]:
    """List the columns of a row that should be filled in and are not."""
    if not cells["frame_right"]:
        return ["frame_right"]
    if cells["frame_right"] == WRONG:
        return []
    needed = ["target", "polarity", "voice"]
    if cells["voice"] not in ("", "narrator"):
        needed.append("speaker")
    return [name for name in needed if not cells[name]]
