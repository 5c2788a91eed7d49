"""Comparison of what is published with the articles, where these are: eight words in a row."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.corpus.release.cells import UNSEEN
from analysis.corpus.release.codings import read_cells
from analysis.corpus.release.pictures import read_pdf
from analysis.corpus.sources import read_article
from analysis.study.errors import TextError

#: So many words in a row are text; so are so many letters, whatever stands between them.
LENGTH, LETTERS = 8, 60
_STEP = 10
_WORDS = re.compile(r"[^\W\d_]+")
_ESCAPES = re.compile(r"\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}")
Shingle = tuple[str, ...]


@dataclass(frozen=True)
class Articles:
    """The runs of words and of letters in all articles, titles left out.

    Attributes
    ----------
    words : frozenset of str
        Every word; what holds others cannot be in a run.
    shingles : frozenset of tuple of str
        Eight words in a row.
    letters : frozenset of str
        So many letters in a row, without what stands between.
    """

    words: frozenset[str]
    shingles: frozenset[Shingle]
    letters: frozenset[str]

    @classmethod
    def read(cls, folder: Path, titles: Iterable[str]) -> Articles | None:
        """Read the articles of a folder; None where there are none."""
        texts = [text for path in sorted(folder.glob("*.txt")) for text in _texts_of(path)]
        if not texts:
            return None
        excepted = {one for title in titles for one in shingles(split_words(title))}
        runs = [words for text in texts for words in (split_words(text), _split_unseen(text))]
        found = {one for words in runs for one in shingles(words)} - excepted
        width = LETTERS - _STEP + 1
        spelt = ["".join(split_words(text)) for text in texts]
        plain = {s[i : i + width] for s in spelt for i in range(len(s) - width + 1)}
        named = ["".join(split_words(title)) for title in titles]
        letters = {one for one in plain if not any(one in title for title in named)}
        every = frozenset(word for words in runs for word in words)
        return cls(every, frozenset(found), frozenset(letters))

    def fault(self, text: str) -> str:
        """Say that a text holds a run of an article, or nothing; never which."""
        words = split_words(text)
        if any(one in self.shingles for run in self._runs(words) for one in shingles(run)):
            return f"{LENGTH} words in a row of an article"
        spelt, width = "".join(words), LETTERS - _STEP + 1
        if any(spelt[i : i + width] in self.letters for i in range(0, len(spelt), _STEP)):
            return f"{LETTERS} letters in a row of an article, with something between its words"
        return ""

    def _runs(self, words: list[str]) -> Iterator[list[str]]:
        """Give the stretches of words that all stand in articles: most texts have none."""
        start = 0
        for at in (*(i for i, word in enumerate(words) if word not in self.words), len(words)):
            if at - start >= LENGTH:
                yield words[start:at]
            start = at + 1


def split_words(text: str) -> list[str]:
    r"""Part a text into words: letters only, in small letters, without what nobody sees.

    Examples
    --------
    >>> split_words("Der_rote Bus-12 f\u00e4\u00adhrt")
    ['der', 'rote', 'bus', 'fährt']
    """
    return _WORDS.findall(unicodedata.normalize("NFKC", UNSEEN.sub("", text)).casefold())


def _split_unseen(text: str) -> list[str]:
    """Part a text into words where something unseen stands, too."""
    return split_words(UNSEEN.sub(" ", text))


def shingles(words: list[str]) -> Iterator[Shingle]:
    """Give every eight words in a row."""
    return (tuple(words[i : i + LENGTH]) for i in range(len(words) - LENGTH + 1))


def _texts_of(path: Path) -> Iterator[str]:
    try:
        yield read_article(path)
    except TextError:
        yield path.read_bytes().decode("latin-1")


def readable(path: Path) -> Iterator[str]:
    """Give what can be read in a file: of tables every column and row, of JSON every string."""
    readers = {
        ".parquet": _parquet,
        ".pdf": _pdf,
        ".csv": _csv,
        ".json": _json,
        ".ipynb": _json,
        ".svg": _svg,
        ".md": _markdown,
    }
    if path.suffix.lower() in (".png", ".ttf"):
        yield path.read_bytes().decode("utf-8", errors="ignore")
    else:
        yield from readers.get(path.suffix.lower(), _plain)(path)


def _plain(path: Path) -> Iterator[str]:
    text = path.read_bytes().decode("utf-8", errors="ignore")
    if _ESCAPES.search(text):
        yield _ESCAPES.sub(lambda found: chr(int(found[0][2:], 16)), text)
    yield html.unescape(text)


def _markdown(path: Path) -> Iterator[str]:
    """Give a text, and its tables by column."""
    text = path.read_bytes().decode("utf-8", errors="ignore")
    yield html.unescape(text)
    rows = [line.split("|") for line in text.splitlines() if line.count("|") > 1]
    for i in range(max(map(len, rows), default=0)):
        yield " ".join(row[i] for row in rows if len(row) > i)


def _svg(path: Path) -> Iterator[str]:
    """Give what is written between and in elements: outlines are letters, too, but no words."""
    text = path.read_bytes().decode("utf-8", errors="ignore")
    yield html.unescape(re.sub(r"\sd=\"[^\"]*\"|</?|/?>|<!--|-->", " ", text))


def _pdf(path: Path) -> Iterator[str]:
    drawn = read_pdf(path)
    yield "" if drawn is None else f"{drawn.text} {' '.join(drawn.labels.values())}"
    yield path.read_bytes().decode("utf-8", errors="ignore")


def _csv(path: Path) -> Iterator[str]:
    yield from _plain(path)
    try:
        table = read_cells(path)
    except ValueError:
        return
    yield " ".join(map(str, table.columns))
    for column in table.columns:
        yield "\n".join(table[column].astype("str"))


def _json(path: Path) -> Iterator[str]:
    yield from _plain(path)
    try:
        yield " ".join(_strings(json.loads(path.read_bytes())))
    except ValueError:
        return


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield " ".join(value)
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _parquet(path: Path) -> Iterator[str]:
    """Give metadata and every column, and all text cells of each row in turn."""
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        yield path.read_bytes().decode("utf-8", errors="ignore")
        return
    yield " ".join([*table.column_names, str(table.schema)])
    texts = [table[i].to_pylist() for i, kind in enumerate(table.schema.types) if _is_text(kind)]
    for cells in texts:
        yield "\n".join(map(str, cells))
    yield "\n".join(" ".join(map(str, row)) for row in zip(*texts, strict=True))


def _is_text(kind: pa.DataType) -> bool:
    return not (
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_temporal(kind)
    )
