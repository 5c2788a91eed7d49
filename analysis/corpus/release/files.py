"""Small tables, notes in JSON, notebooks, and what people write: docs, code, word lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.corpus.release.cells import (
    CODE,
    HASH,
    MOST_PARTS,
    VERSION,
    Judge,
    Known,
    expecting,
    first_fault,
    json_leaves,
    json_strings,
    name_fault,
    package_phrases,
    read_cells,
    split,
    those,
    unseen,
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
from analysis.tables.schema import TABLES

#: Rules cannot tell a name from other words with capitals: what a hand writes is a name that
#: the study knows, or one of so few words.
MOST_UNKNOWN_WORDS = 3
#: A list that is longer, each line a single word, is a text with line ends in place of spaces.
MOST_SINGLE_WORDS = 25
#: Kind of a small table -> its columns.
SMALL_TABLES: Mapping[str, tuple[str, ...]] = {
    "labels": LABEL_COLUMNS,
    "draw": DRAW_COLUMNS,
    "corrections": CORRECTION_COLUMNS,
    **VALIDATION_COLUMNS,
}
#: Kind of a small table and column -> the cells that may stand there.
_ALLOWED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("corrections", "layer"): tuple(CORRECTED),
    **{("labels", column): ("", *cells) for column, cells in LABELS.items() if cells},
    ("labels", "frame_right"): LABELS["frame_right"] or (),
    **{("scores", column): cells for column, cells in VALIDATED.items()},
}
#: Keys of how a sample was drawn.
_DESIGN = frozenset({
    "allocation", "by", "n", "n_population", "population", "seed", "tier", "tiers",
})  # fmt: skip
_NOTEBOOK_KEYS = frozenset({"cells", "metadata", "nbformat", "nbformat_minor"})
_CELL_KEYS = frozenset({"cell_type", "id", "metadata", "source", "execution_count", "outputs"})
_KERNEL_KEYS = frozenset({"gipfel", "kernelspec", "language_info"})
_KERNEL_TEXTS = frozenset({
    "articles", "display_name", "language", "many documents", "name", "needs", "Python 3", "python",
    "python3", "seconds",
})  # fmt: skip
#: What a cell's metadata may say besides hashes.
_TAGS = frozenset({
    "tags", "parameters", "reading", "study", "tables", "gipfel", "written_for",
})  # fmt: skip
#: Keys of the manifest besides names of files and tables.
_MANIFEST = frozenset({
    "made_from", "schema", "tables", "collocation", "width", "files", "frames_and_actors", "tools",
    "HanTa", "SoMaJo", "content", "rows",
})  # fmt: skip


@dataclass(frozen=True)
class Cells:
    """How cells of the small tables are judged; ``documents`` are the sizes of the articles."""

    known: Known
    documents: Mapping[str, int]

    def faults(self, kind: str, path: Path) -> Iterator[str]:
        """Judge a small table by its columns and, column by column, its cells."""
        table, wanted = read_cells(path), SMALL_TABLES[kind]
        if tuple(table.columns) != wanted:
            yield f"wanted the columns {', '.join(wanted)}"
            return
        for column in wanted:
            if found := first_fault(self._judge(kind, column), table[column].unique()):
                yield f"column {column!r}: a cell that is {found}"

    def _judge(self, kind: str, column: str) -> Judge:
        allowed = _ALLOWED.get((kind, column))
        if allowed is not None:
            listed = ", ".join(filter(None, allowed))
            return lambda cell: "" if cell in allowed else f"not one of {listed}"
        judges: dict[str, Judge] = {
            **dict.fromkeys(("mention_id", "doc_id"), self._place_fault),
            **dict.fromkeys(("speaker", "note"), self._speaker_fault),
            **dict.fromkeys(("value", "gold", "predicted"), self._value_fault),
            **dict.fromkeys(("set", "commit"), _set_fault),
            **dict.fromkeys(("layer", "metric"), _code_fault),
            "surface": word_fault,
            "stratum": self._stratum_fault,
        }
        return judges.get(column, _number_fault)

    def _speaker_fault(self, cell: str) -> str:
        """Say why a cell is not a speaker: one that the study knows, or a short name."""
        if cell in {"", "?"} or cell in self.known.names:
            return ""
        if len(cell.split()) > MOST_UNKNOWN_WORDS:
            return f"a name that the study does not know, of more than {MOST_UNKNOWN_WORDS} words"
        return name_fault(cell)

    def _value_fault(self, cell: str) -> str:
        return self._speaker_fault(cell) if _number_fault(cell) and _code_fault(cell) else ""

    def _place_fault(self, cell: str) -> str:
        document, _, begin = cell.partition(":")
        if document not in self.documents:
            return "not an article of the list of sources"
        inside = not begin or (begin.isdecimal() and int(begin) < self.documents[document])
        return "" if inside else "not a place in its article"

    def _stratum_fault(self, cell: str) -> str:
        is_known = {*cell.split("|")} <= {"", *self.known.values}
        return "" if is_known else "not values of the study, joined by bars"


def _number_fault(cell: str) -> str:
    try:
        value = float(cell or 0)
    except ValueError:
        return "not a number"
    return "" if abs(value) < 1e15 else "not a finite number"


def _code_fault(cell: str) -> str:
    """Say why a cell is not a code: words that stand in the package, joined by underscores."""
    parts = [" ".join(split(part)) for part in cell.split("_")]
    known = all(f" {part} " in package_phrases() for part in parts if not part.isdigit())
    return "" if CODE.fullmatch(cell) and len(parts) <= 5 and known else "not a code"


def _set_fault(cell: str) -> str:
    """Say why a cell is not the short name of a set of coded text, or of a commit."""
    n_parts = len(re.split(r"[_.:+-]", cell))
    return "" if CODE.fullmatch(cell) and len(cell) <= 40 and n_parts <= 5 else "not a short name"


def attack_faults(path: Path) -> Iterator[str]:
    """Judge what an attack on the tables found: hashes, names of tables, and numbers."""
    with expecting("wanted JSON with hashes and, for each table, numbers"):
        found = json.loads(path.read_text("utf-8"))
        numbers = [n for one in found["outcomes"].values() for n in one.values()]
        texts = json_strings(found)
    codes = [text for text in texts if not HASH.fullmatch(text)]
    is_plain = all(CODE.fullmatch(code) and len(code.split("_")) <= 4 for code in codes)
    is_plain &= set(found) == {"before", "outcomes", "tables"}
    return those(
        {
            "wanted a hash of the tables, a commit and short names of tables only": not is_plain,
            "a value that is not a number": not all(isinstance(n, int | float) for n in numbers),
        }
    )


def design_faults(path: Path) -> Iterator[str]:
    """Judge how a sample was drawn: known keys, codes, numbers and hashes."""
    wanted = f"wanted JSON with keys of {', '.join(sorted(_DESIGN))} only"
    with expecting(wanted):
        design = json.loads(path.read_text("utf-8"))
        lists = {key: one if isinstance(one, list) else [one] for key, one in design.items()}
    if set(design) - _DESIGN:
        yield wanted
        return
    for key, values in lists.items():
        if len(values) > 6 or not all(map(_is_design_value, values)):
            yield f"key {key!r}: wanted a code, a number or a hash"
            return


def _is_design_value(value: Any) -> bool:
    if isinstance(value, str):
        return bool(HASH.fullmatch(value)) or not _code_fault(value)
    return value is None or isinstance(value, int | float)


def manifest_faults(path: Path, files: Mapping[str, Path]) -> Iterator[str]:
    """Judge what the open tables were made from: known keys, hashes, versions, numbers."""
    with expecting("wanted JSON with made_from and tables"):
        manifest = json.loads(path.read_text("utf-8"))
        made_from, tables = manifest["made_from"], manifest["tables"]
        rows = {name: table["rows"] for name, table in tables.items()}
        names = [name for name in made_from["files"] if name in files]
    values = list(json_leaves(manifest, keys=False))
    keys = set(json_strings(manifest)) - {one for one in values if isinstance(one, str)}
    if odd := keys - {*_MANIFEST, *names, *TABLES}:
        yield f"{len(odd)} keys that `gipfel annotate` does not write"
    if not all(map(_is_manifest_value, values)):
        yield "a value that is neither number, hash nor version"
    for name, came in rows.items():
        if (wanted := _count_rows(files.get(f"data/features/{name}.parquet"))) != came:
            yield f"{name}: wanted the {wanted} rows of the table, came another number"


def _is_manifest_value(value: Any) -> bool:
    if isinstance(value, str):
        return bool(HASH.fullmatch(value) or VERSION.fullmatch(value))
    return isinstance(value, int | float) and abs(value) < 1e12


def _count_rows(path: Path | None) -> int | None:
    try:
        return None if path is None else int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException):
        return None


def text_faults(path: Path) -> Iterator[str]:
    """Judge a text that people write: UTF-8, nothing unseen, no text word by word."""
    with expecting("not a text in UTF-8"):
        text = path.read_text("utf-8")
    single = rf"(?:^\W*\w+\W*\n){{{MOST_SINGLE_WORDS},}}"
    mark, is_list = unseen(text), path.suffix == ".md" and re.search(single, text, re.MULTILINE)
    return those(
        {
            f"the character {mark}, which nobody sees and which could join words": mark,
            "control characters, which no text needs": "\0" in text or "\x1b" in text,
            f"more than {MOST_SINGLE_WORDS} lines of one word each": is_list,
        }
    )


def notebook_faults(path: Path) -> Iterator[str]:
    """Judge a notebook: no outputs, nothing attached, no metadata but tags and hashes."""
    with expecting("not a notebook"):
        notebook = json.loads(path.read_text("utf-8"))
        metadata = notebook["metadata"]
        faults = [fault for cell in notebook["cells"] for fault in _notebook_cell_faults(cell)]
        said = {*json_strings(metadata)} - _KERNEL_KEYS - _KERNEL_TEXTS
    if set(notebook) - _NOTEBOOK_KEYS or set(metadata) - _KERNEL_KEYS or said:
        yield "metadata besides kernel, language, needs and seconds"
    yield from dict.fromkeys(faults)


def _notebook_cell_faults(cell: Mapping[str, Any]) -> Iterator[str]:
    source, id_ = "".join(cell["source"]), cell.get("id", "0")
    said = [one for one in json_strings(cell["metadata"]) if one not in _TAGS]
    is_id = CODE.fullmatch(id_) and len(re.split("[-_]", id_)) <= MOST_PARTS
    has_run = bool(cell.get("outputs")) or cell.get("execution_count") is not None
    return those(
        {
            "outputs; take them out with `gipfel clean-notebooks`": has_run,
            "something attached to a cell": not set(cell) <= _CELL_KEYS,
            "metadata of a cell besides known tags and hashes": not all(map(HASH.fullmatch, said)),
            "a cell's id that could be words": not is_id,
            f"the character {unseen(source)}, which nobody sees": unseen(source),
        }
    )
