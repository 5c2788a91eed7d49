"""No tracked file holds eight words in a row of an article in copyright.

The one exception are the articles' titles, which bibliographies give: they stand in
``data/sources.toml`` and in the column ``title`` of ``documents.parquet``.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[1]
LENGTH = 8
HOLD_TITLES = {"data/sources.toml", "data/features/documents.parquet"}
Shingle = tuple[str, ...]


def shingles(text: str) -> set[Shingle]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + LENGTH]) for i in range(len(words) - LENGTH + 1)}


def strings(value: Any) -> Iterator[str]:
    """Give the strings of JSON: an article could stand in them line by line."""
    if isinstance(value, str):
        yield value
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from strings(inner)


def readable(path: Path) -> str:
    """Give what can be read in a file; of a table every text cell, column by column."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        texts = [
            table[name]
            for name in table.column_names
            if pa.types.is_large_string(table.schema.field(name).type)
            or pa.types.is_string(table.schema.field(name).type)
        ]
        return "\n".join(str(cell) for column in texts for cell in column.to_pylist())
    text = path.read_bytes().decode("utf-8", errors="ignore")
    if path.suffix in (".ipynb", ".json"):
        return text + "\n" + " ".join(strings(json.loads(text)))
    return text


def tracked() -> list[str]:
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs a git checkout to know which files are tracked")
    return [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture
def articles(shared: Path) -> set[Shingle]:
    texts = [path.read_bytes().decode() for path in sorted((shared / "corpus").glob("*.txt"))]
    assert len(texts) >= 5
    return {shingle for text in texts for shingle in shingles(text)}


def titles() -> set[Shingle]:
    table = tomllib.loads((ROOT / "data" / "sources.toml").read_text(encoding="utf-8"))
    return {shingle for source in table["source"] for shingle in shingles(source["title"])}


@pytest.mark.shared
def test_no_tracked_file_holds_running_text_of_an_article(articles: set[Shingle]) -> None:
    names = tracked()
    assert {"study.toml", "data/features/terms.parquet"} <= set(names)
    found = {}
    for name in names:
        allowed = titles() if name in HOLD_TITLES else set()
        held = (shingles(readable(ROOT / name)) & articles) - allowed
        if held:
            found[name] = " ".join(min(held))
    assert found == {}


@pytest.mark.shared
def test_the_comparison_would_find_an_article(shared: Path, articles: set[Shingle]) -> None:
    text = next(iter(sorted((shared / "corpus").glob("*.txt")))).read_bytes().decode()
    assert shingles(text.upper()) & articles
    assert (
        not shingles("Die Fähre fährt heute nicht über den See, denn der Hafen ist leer.")
        & articles
    )


def test_text_inside_tables_and_notebooks_is_seen(tmp_path: Path) -> None:
    words = ["eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht"]
    wanted = {tuple(words)}
    pq.write_table(pa.table({"n": range(8), "form": words}), tmp_path / "a.parquet")
    assert shingles(readable(tmp_path / "a.parquet")) == wanted
    lines = {"cells": [{"source": [" ".join(words[:4]) + "\n", " ".join(words[4:])]}]}
    (tmp_path / "a.ipynb").write_text(json.dumps(lines), encoding="utf-8")
    assert wanted <= shingles(readable(tmp_path / "a.ipynb"))
