"""Corrections by hand: they win over the rules, and none is dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.study.errors import SourceError, join_faults, unknown
from analysis.study.text_files import read_cells
from analysis.tables.codings import CORRECTED, CORRECTION_COLUMNS

BY_HAND = "hand"
OFFSET = re.compile("[0-9]{1,15}")
#: Columns that hold the evidence of a layer; emptied where a hand decides.
EVIDENCE = {
    "about": {"about_cue": "", "about_rule": BY_HAND},
    "polarity": {"polarity_cue": "", "polarity_rule": BY_HAND},
    "voice": {"voice_cue": "", "voice_kind": "", "voice_rule": BY_HAND},
    "speaker": {},
}


@dataclass(frozen=True)
class Correction:
    """One line of ``data/corrections.csv``: one layer of one mention."""

    line: int
    doc_id: str
    begin: int
    end: int
    surface: str
    layer: str
    value: str

    @property
    def where(self) -> str:
        """How messages name it."""
        return f"line {self.line} ({self.doc_id}, {self.begin}-{self.end}, {self.surface!r})"


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """Read the corrections from a CSV file with the columns `COLUMNS`; no file means none.

    Raises
    ------
    SourceError
        If the file cannot be read or has other columns; with every fault: an unknown layer
        or value, offsets that are no numbers, two corrections of one layer of one mention.

    Examples
    --------
    >>> read_corrections(Path("no-such-file.csv"))
    ()
    """
    if not path.exists():
        return ()
    rows = read_cells(path, SourceError)
    found = rows[0][1] if rows else []
    if tuple(found) != CORRECTION_COLUMNS:
        raise SourceError(
            f"{path}: wanted the columns {', '.join(CORRECTION_COLUMNS)};"
            f" came {', '.join(found) or 'none'}"
        )
    faults = [fault for n, cells in rows[1:] for fault in _row_faults(n, cells)]
    corrections = [] if faults else [_correction(n, cells) for n, cells in rows[1:]]
    faults += _twice(corrections)
    if faults:
        raise SourceError(join_faults(str(path), faults))
    return tuple(corrections)


def _row_faults(line: int, cells: Sequence[str]) -> list[str]:
    if len(cells) != len(CORRECTION_COLUMNS):
        return [f"line {line}: wanted {len(CORRECTION_COLUMNS)} cells"]
    row = dict(zip(CORRECTION_COLUMNS, cells, strict=True))
    faults = [
        f"line {line}: {name} is {row[name]!r}, wanted a whole number"
        for name in ("begin", "end")
        if not OFFSET.fullmatch(row[name])
    ]
    if row["layer"] not in CORRECTED:
        return [*faults, f"line {line}: {unknown('layer', row['layer'], CORRECTED)}"]
    allowed = CORRECTED[row["layer"]]
    if allowed is not None and row["value"] not in allowed:
        faults.append(f"line {line}: {unknown('value', row['value'], allowed)}")
    return faults


def _correction(line: int, cells: Sequence[str]) -> Correction:
    doc_id, begin, end, surface, layer, value, _ = cells
    return Correction(line, doc_id, int(begin), int(end), surface, layer, value)


def _twice(corrections: Iterable[Correction]) -> list[str]:
    seen: dict[tuple[str, int, str], int] = {}
    faults = []
    for one in corrections:
        first = seen.setdefault((one.doc_id, one.begin, one.layer), one.line)
        if first != one.line:
            faults.append(f"{one.where}: line {first} sets {one.layer} already")
    return faults


def apply_corrections(
    mentions: Sequence[Mapping[str, Any]], corrections: Sequence[Correction], text: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """Apply the corrections of one document to its mentions, as the rules coded them.

    Returns
    -------
    list of dict
        The corrected rows; a frame set to none takes its row away.
    list of str
        Corrections that do not fit the text or find no mention; never dropped in silence.
    """
    rows = {(row["begin"], row["end"]): dict(row) for row in mentions}
    faults = []
    for one in corrections:
        if one.end > len(text) or text[one.begin : one.end] != one.surface:
            came = text[one.begin : one.end] if one.end <= len(text) else "the end of the text"
            faults.append(f"{one.where}: the text there is {came[:40]!r}")
        elif (one.begin, one.end) not in rows:
            faults.append(f"{one.where}: no mention stands there")
        elif one.layer == "frame":
            del rows[one.begin, one.end]
        else:
            rows[one.begin, one.end] |= {one.layer: one.value, **EVIDENCE[one.layer]}
    return list(rows.values()), faults
