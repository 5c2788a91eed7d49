"""Coded sheets read and checked: all faults of a file in one message, nothing half stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.coding.sheet import COLUMNS, DIGEST, KEYS
from analysis.coding.workbook import read_sheet
from analysis.study.errors import TableError, join_faults, unknown
from analysis.tables.codings import (
    LABEL_COLUMNS,
    LABELS,
    LONGEST_NAME,
    NAME,
    RIGHT,
    WRONG,
    Draw,
    check_drawn_from,
    find_samples,
    is_name,
    read_draw,
)

#: Rows that a fault names before it counts the rest.
NAMED = 12


@dataclass(frozen=True)
class CodedSheet:
    """What one coder coded of one sample: the columns of `LABELS` by mention_id."""

    path: Path
    sample: str
    coder: str
    labels: pd.DataFrame


def read_coded_sheets(
    paths: Sequence[Path], folder: Path, mentions: pd.DataFrame
) -> list[CodedSheet]:
    """Read the sheets of one or more coders of one sample, in the order of the paths.

    They are XLSX or CSV files that `gipfel code sample` wrote and coders filled in. The folder
    holds the draws; ``mentions`` is the open table, which must be the one drawn from.

    Raises
    ------
    TableError
        With every fault of every file.
    """
    sheets, messages = [], []
    for path in paths:
        try:
            sheets.append(_read_one(path, folder, mentions))
        except TableError as fault:
            messages.append(str(fault))
    messages += _mixed(sheets)
    if messages:
        raise TableError("\n".join([*messages, "Nothing was stored."]))
    return sheets


def _mixed(sheets: Sequence[CodedSheet]) -> Iterator[str]:
    samples = sorted({sheet.sample for sheet in sheets})
    if len(samples) > 1:
        yield f"sheets of several samples: {', '.join(samples)}. Import each sample by itself."
    for (sample, coder), n in Counter((s.sample, s.coder) for s in sheets).items():
        if n > 1:
            names = ", ".join(s.path.name for s in sheets if (s.sample, s.coder) == (sample, coder))
            yield (
                f"{names}: all are the sheet of coder {coder!r} of sample {sample!r}. Each coder "
                "needs a sheet of their own: gipfel code sample --coders a,b"
            )


def _read_one(path: Path, folder: Path, mentions: pd.DataFrame) -> CodedSheet:
    table = read_sheet(path)
    _complain(path, list(_heading_faults(list(table.columns))), f"Wanted: {', '.join(COLUMNS)}.")
    _complain(path, list(_origin_faults(path, table, folder)))
    sample, _, coder = table["sheet"].iloc[0].partition("/")
    draw = read_draw(sample, folder)
    _complain(path, list(_data_faults(table, draw, mentions)))
    _complain(path, [*_row_faults(table, draw), *_code_faults(table)])
    labels = table.loc[:, list(LABEL_COLUMNS)].sort_values("mention_id", ignore_index=True)
    return CodedSheet(path, sample, coder, labels)


def _complain(path: Path, faults: Sequence[str], way_out: str = "") -> None:
    if faults:
        raise TableError(join_faults(str(path), faults, way_out))


def _heading_faults(headings: Sequence[str]) -> Iterator[str]:
    for name in COLUMNS:
        if headings.count(name) != 1:
            yield f"column {name!r} {'is missing' if name not in headings else 'stands twice'}"


def _origin_faults(path: Path, table: pd.DataFrame, folder: Path) -> Iterator[str]:
    """Check that all rows are of one coder's sheet of a sample that is known."""
    if table.empty:
        yield "no row: wanted the mentions of a sample"
        return
    for key in KEYS[:2]:
        named = Counter(table[key])
        if len(named) > 1:
            listed = ", ".join(f"{name or '(empty)'} ({n} rows)" for name, n in named.items())
            yield f"column {key!r}: rows of several sheets are mixed up: {listed}"
    sheet = table["sheet"].iloc[0]
    sample, _, coder = sheet.partition("/")
    if sample not in find_samples(folder):
        yield f"column 'sheet': {unknown('sample', sample, find_samples(folder))}"
    if not NAME.fullmatch(coder):
        yield f"column 'sheet': wanted sample/coder, came {sheet!r}"
    named_sample, _, named_coder = path.stem.partition("_")
    if named_sample == sample and named_coder not in ("", coder):
        yield f"the file's name says coder {named_coder!r}, its rows are of coder {coder!r}"


def _data_faults(table: pd.DataFrame, draw: Draw, mentions: pd.DataFrame) -> Iterator[str]:
    came, wanted = table["drawn_from"].iloc[0], str(draw.design["population"])[:DIGEST]
    if came != wanted:
        yield (
            f"column 'drawn_from': the sheet was drawn from other data: wanted {wanted}, as sample "
            f"{draw.sample!r} was, came {came or 'nothing'}"
        )
    try:
        check_drawn_from(draw, mentions)
    except TableError as fault:
        yield str(fault)


def _row_faults(table: pd.DataFrame, draw: Draw) -> Iterator[str]:
    """Check that each mention of the sample has one row, and no other has one."""
    wanted = set(draw.rows["mention_id"])
    for mention_id, rows in table.groupby("mention_id", sort=False):
        if mention_id not in wanted:
            yield (
                f"{_at(rows.index)}, column 'mention_id': {mention_id!r} is not in sample "
                f"{draw.sample!r}; was it changed?"
            )
        elif len(rows) > 1:
            yield f"{_at(rows.index)}: mention {mention_id!r} has {len(rows)} rows"
    missing = sorted(wanted - set(table["mention_id"]))
    if missing:
        yield f"no row for {len(missing)} of {len(wanted)} mentions: {_some(missing)}"


def _code_faults(table: pd.DataFrame) -> Iterator[str]:
    if (table[list(LABELS)] == "").all(axis=None):
        yield "nothing is coded: all columns to be filled in are empty"
        return
    blank: dict[str, list[int]] = {}
    for number, cells in zip(table.index.tolist(), table.to_dict("records"), strict=True):
        for name, fault in [*_unknown_labels(cells), *_contradictions(cells)]:
            yield f"row {number}, column {name!r}: {fault}"
        for name in _blank_columns(cells):
            blank.setdefault(name, []).append(number)
    for name, numbers in blank.items():
        allowed = ", ".join(sorted(LABELS[name] or ())) or "a name, or ? if it is not said"
        yield f"{_at(numbers)}, column {name!r}: empty. Allowed: {allowed}."


def _unknown_labels(cells: Mapping[Any, str]) -> Iterator[tuple[str, str]]:
    for name, allowed in LABELS.items():
        if allowed is not None and cells[name] and cells[name] not in allowed:
            yield name, unknown("label", cells[name], allowed)
        if allowed is None and not is_name(cells[name]):
            yield name, f"wanted a name of one line and at most {LONGEST_NAME} characters"


def _contradictions(cells: Mapping[Any, str]) -> Iterator[tuple[str, str]]:
    """Find the filled cells of a row that contradict one another: column and fault."""
    if cells["frame_right"] == WRONG:
        for name in LABELS:
            if name != "frame_right" and cells[name]:
                yield name, f"wanted nothing, since frame_right is no; came {cells[name]!r}"
    elif cells["frame_right"] == RIGHT and cells["voice"] == "narrator" and cells["speaker"]:
        yield "speaker", f"wanted nothing, since voice is narrator; came {cells['speaker']!r}"


def _blank_columns(cells: Mapping[Any, str]) -> list[str]:
    """List the columns of a row that should be filled in and are not."""
    if not cells["frame_right"]:
        return ["frame_right"]
    if cells["frame_right"] == WRONG:
        return []
    has_speaker = cells["voice"] not in ("", "narrator")
    needed = ["about", "polarity", "voice", *(["speaker"] if has_speaker else [])]
    return [name for name in needed if not cells[name]]


def _some(items: Sequence[object] | pd.Index) -> str:
    return ", ".join(map(str, items[:NAMED])) + (" ..." if len(items) > NAMED else "")


def _at(numbers: Sequence[int] | pd.Index) -> str:
    return f"row{'s' if len(numbers) > 1 else ''} {_some(numbers)}"
