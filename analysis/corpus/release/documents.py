"""Notebooks, the manifest of the open tables, and what people write: docs, code, word lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.corpus.release.cells import CODE, HASH, MOST_PARTS, VERSION, unseen
from analysis.tables.schema import TABLES

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
_MADE_FROM = frozenset({"code", "collocation", "files", "frames_and_actors", "tools"})
_TABLE_KEYS = frozenset({"content", "rows", "bytes", "sha256"})
#: A list that is longer, each line a single word, is a text with line ends in place of spaces.
MOST_SINGLE_WORDS = 25


def text_faults(name: str, path: Path) -> Iterator[str]:
    """Judge a text that people write: UTF-8, nothing unseen, no text word by word."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        yield "not a text in UTF-8"
        return
    if unseen(text):
        yield f"the character {unseen(text)}, which nobody sees and which could join words"
    if "\0" in text or "\x1b" in text:
        yield "control characters, which no text needs"
    if name.endswith(".md") and re.search(rf"(?:^\W*\w+\W*\n){{{MOST_SINGLE_WORDS},}}", text, re.M):
        yield f"more than {MOST_SINGLE_WORDS} lines of one word each"


def notebook_faults(path: Path) -> Iterator[str]:
    """Judge a notebook: no outputs, nothing attached, no metadata but tags and hashes."""
    try:
        notebook = json.loads(path.read_text("utf-8"))
        cells, metadata = notebook["cells"], notebook["metadata"]
        faults = [fault for cell in cells for fault in _cell_faults(cell)]
    except (ValueError, KeyError, TypeError, AttributeError):
        yield "not a notebook"
        return
    if (
        set(notebook) - _NOTEBOOK_KEYS
        or set(metadata) - _KERNEL_KEYS
        or not set(_strings(metadata)) <= _KERNEL_KEYS | _KERNEL_TEXTS
    ):
        yield "metadata besides kernel, language, needs and seconds"
    yield from dict.fromkeys(faults)


def _cell_faults(cell: Mapping[str, Any]) -> Iterator[str]:
    if cell.get("outputs") or cell.get("execution_count") is not None:
        yield "outputs; take them out with `gipfel clean-notebooks`"
    if set(cell) - _CELL_KEYS:
        yield "something attached to a cell"
    if any(s not in _TAGS and not HASH.fullmatch(s) for s in _strings(cell["metadata"])):
        yield "metadata of a cell besides known tags and hashes"
    if (
        not CODE.fullmatch(cell.get("id", "0"))
        or len(re.split("[-_]", cell.get("id", "0"))) > MOST_PARTS
    ):
        yield "a cell's id that could be words"
    if unseen("".join(cell["source"])):
        yield f"the character {unseen(''.join(cell['source']))}, which nobody sees"


def _strings(value: Any) -> Iterator[str]:
    """Give the keys and strings in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def manifest_faults(path: Path, files: Mapping[str, Path]) -> Iterator[str]:
    """Judge what the open tables were made from: known keys, hashes, versions, numbers."""
    try:
        manifest = json.loads(path.read_text("utf-8"))
        made_from, tables = manifest["made_from"], manifest["tables"]
        made_from["files"], [table["rows"] for table in tables.values()]
    except (ValueError, KeyError, TypeError, AttributeError):
        yield "wanted JSON with made_from and tables"
        return
    odd = [*(set(manifest) - {"made_from", "tables"}), *(set(made_from) - _MADE_FROM)]
    odd += [key for table in tables.values() for key in set(table) - _TABLE_KEYS]
    odd += [name for name in made_from["files"] if name not in files]
    odd += [name for name in tables if name not in TABLES]
    if odd:
        yield f"{len(odd)} keys that `gipfel annotate` does not write"
    if not all(map(_is_plain, _leaves([made_from, tables]))):
        yield "a value that is neither number, hash nor version"
    for name, table in tables.items():
        if (rows := _count_rows(files.get(f"data/features/{name}.parquet"))) != table["rows"]:
            yield f"{name}: wanted the {rows} rows of the table, came another number"


def _leaves(value: Any) -> Iterator[Any]:
    inner = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    if inner is None:
        yield value
    else:
        for one in inner:
            yield from _leaves(one)


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return bool(HASH.fullmatch(value) or VERSION.fullmatch(value))
    return isinstance(value, int | float) and abs(value) < 1e12


def _count_rows(path: Path | None) -> int | None:
    try:
        return None if path is None else int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException):
        return None
