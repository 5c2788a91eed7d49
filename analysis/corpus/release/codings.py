"""Small tables that people and programs write: codings, corrections, validation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.corpus.release.cells import (
    CODE,
    HASH,
    MOST_UNKNOWN_WORDS,
    Known,
    name_fault,
    package_phrases,
    split,
    word_fault,
)
from analysis.tables.codings import (
    CORRECTED,
    CORRECTION_COLUMNS,
    DRAW_COLUMNS,
    LABEL_COLUMNS,
    LABELS,
    VALIDATED,
    VALIDATION_COLUMNS,
)

#: Keys of how a sample was drawn.
_DESIGN = frozenset({
    "allocation", "by", "n", "n_population", "population", "seed", "tier", "tiers",
})  # fmt: skip
#: Rules cannot tell a name from other words with capitals: what a hand writes is a name that
#: the study knows, or a short one.
Judge = Callable[[str], str]


@dataclass(frozen=True)
class Cells:
    """How cells of the small tables are judged, by column."""

    known: Known
    documents: Mapping[str, int]

    def judge(self, column: str) -> Judge:
        """Give the function that says why a cell of a column may not stand there."""
        return {
            "mention_id": self._place,
            "doc_id": self._place,
            "speaker": self.speaker,
            "value": self.value,
            "note": self.speaker,
            "gold": self.value,
            "predicted": self.value,
            "surface": word_fault,
            "stratum": self._stratum,
            "source": _code,
            "layer": _code,
            "metric": _code,
        }.get(column, _number)

    def speaker(self, cell: str) -> str:
        """Say why a cell is not a speaker: one that the study knows, or a short name."""
        if not cell or cell == "?" or cell in self.known.names:
            return ""
        n_words = len(cell.split())
        if n_words > MOST_UNKNOWN_WORDS:
            return f"a name that the study does not know, of more than {MOST_UNKNOWN_WORDS} words"
        return name_fault(cell)

    def value(self, cell: str) -> str:
        """Say why a cell is neither number, code nor speaker."""
        return self.speaker(cell) if _number(cell) and _code(cell) else ""

    def _place(self, cell: str) -> str:
        document, _, begin = cell.partition(":")
        if document not in self.documents:
            return "not an article of the list of sources"
        inside = not begin or (begin.isdecimal() and int(begin) < self.documents[document])
        return "" if inside else "not a place in its article"

    def _stratum(self, cell: str) -> str:
        odd = [part for part in cell.split("|") if part and self._known(part)]
        return "not values of the study, joined by bars" if odd else ""

    def _known(self, cell: str) -> str:
        return "" if cell in self.known.values else "not a word or id of the open tables"


def _number(cell: str) -> str:
    try:
        value = float(cell or 0)
    except ValueError:
        return "not a number"
    return "" if abs(value) < 1e15 else "not a finite number"


def _code(cell: str) -> str:
    """Say why a cell is not a code: words that stand in the package, joined by underscores."""
    parts = [" ".join(split(part)) for part in cell.split("_")]
    known = all(f" {part} " in package_phrases() for part in parts if not part.isdigit())
    return "" if CODE.fullmatch(cell) and len(cell.split("_")) <= 5 and known else "not a code"


def label_faults(path: Path, cells: Cells) -> Iterator[str]:
    """Judge the labels that one coder gave to a sample."""

    def judge(column: str) -> Judge:
        allowed = LABELS.get(column)
        if allowed is None:
            return cells.judge(column)
        empty = set() if column == "frame_right" else {""}
        return lambda cell: "" if cell in {*allowed, *empty} else f"not one of {', '.join(allowed)}"

    return csv_faults(path, [LABEL_COLUMNS], judge)


def correction_faults(path: Path, cells: Cells) -> Iterator[str]:
    """Judge the codes that were set by hand."""

    def judge(column: str) -> Judge:
        if column != "layer":
            return cells.judge(column)
        return lambda cell: "" if cell in CORRECTED else "not a layer"

    return csv_faults(path, [CORRECTION_COLUMNS], judge)


def draw_faults(path: Path, cells: Cells) -> Iterator[str]:
    """Judge what was drawn into a sample."""
    return csv_faults(path, [DRAW_COLUMNS], cells.judge)


def validation_faults(path: Path, cells: Cells) -> Iterator[str]:
    """Judge how good the coding was measured to be."""

    def judge(column: str) -> Judge:
        if column in VALIDATED:
            return lambda cell: "" if cell in VALIDATED[column] else "not an allowed word"
        return _set_name if column in ("set", "commit") else cells.judge(column)

    return csv_faults(path, [VALIDATION_COLUMNS[path.stem]], judge)


def _set_name(cell: str) -> str:
    """Say why a cell is not the short name of a set of coded text, or of a commit."""
    n_parts = len(re.split(r"[_.:+-]", cell))
    return "" if CODE.fullmatch(cell) and len(cell) <= 40 and n_parts <= 5 else "not a short name"


def csv_faults(
    path: Path, wanted: Sequence[Sequence[str]], judge: Callable[[str], Judge]
) -> Iterator[str]:
    """Judge a CSV file by its columns and, column by column, its cells."""
    try:
        table = read_cells(path)
    except ValueError as fault:
        yield f"not a CSV file in UTF-8: {str(fault)[:60]}"
        return
    if tuple(table.columns) not in [tuple(columns) for columns in wanted]:
        yield f"wanted the columns {' or '.join(', '.join(columns) for columns in wanted)}"
        return
    for column in table.columns:
        found = next(filter(None, map(judge(column), table[column].unique())), "")
        if found:
            yield f"column {column!r}: a cell that is {found}"


def read_cells(path: Path) -> pd.DataFrame:
    """Read a CSV file as text, every cell as it stands; raises ValueError."""
    return pd.read_csv(path, keep_default_na=False, dtype="str", encoding="utf-8", index_col=False)


def attack_faults(path: Path) -> Iterator[str]:
    """Judge what an attack on the tables found: hashes, names of tables, and numbers."""
    try:
        found = json.loads(path.read_text("utf-8"))
        outcomes = found.pop("outcomes")
        numbers = [n for one in outcomes.values() for n in one.values()]
        is_hash = bool(HASH.fullmatch(found.pop("tables")))
        texts = [*found.values(), *outcomes, *(key for one in outcomes.values() for key in one)]
        is_plain = all(isinstance(text, str) and CODE.fullmatch(text) for text in texts)
    except (ValueError, KeyError, AttributeError, TypeError):
        yield "wanted JSON with hashes and, for each table, numbers"
        return
    long = [text for text in texts if "_" in text and len(text.split("_")) > 4]
    if set(found) != {"before"} or not is_hash or not is_plain or long:
        yield "wanted a hash of the tables, a commit and short names of tables only"
    if not all(isinstance(n, int | float) for n in numbers):
        yield "a value that is not a number"


def design_faults(path: Path) -> Iterator[str]:
    """Judge how a sample was drawn: known keys, codes, numbers and hashes."""
    try:
        design = json.loads(path.read_text("utf-8"))
    except ValueError:
        design = None
    if not isinstance(design, dict) or set(design) - _DESIGN:
        yield f"wanted JSON with keys of {', '.join(sorted(_DESIGN))} only"
        return
    odd = [key for key, value in design.items() if not _is_plain(value)]
    if odd:
        yield f"key {odd[0]!r}: wanted a code, a number or a hash"


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= 6 and all(isinstance(v, str) and _is_plain(v) for v in value)
    if isinstance(value, str):
        return bool(HASH.fullmatch(value)) or not _code(value)
    return value is None or isinstance(value, int | float)
