"""Comparison of what is published with the articles, where these are: eight words in a row."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.corpus.release.cells import UNSEEN, UnreadableError, json_strings, read_cells
from analysis.corpus.release.figures import read_pdf
from analysis.corpus.sources import read_article
from analysis.study.errors import TextError

#: So many words in a row are text; so are so many letters, whatever stands between them.
LENGTH, LETTERS = 8, 60
#: Every tenth letter is looked at, so that what is looked up is shorter by so much.
_STEP = 10
_WIDTH = LETTERS - _STEP + 1
_WORDS = re.compile(r"[^\W\d_]+")
_ESCAPES = re.compile(r"\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}")


@dataclass(frozen=True)
class Articles:
    """The runs of words and of letters in all articles, titles left out.

    ``shingles`` are eight words in a row; ``letters`` so many letters in a row, without what
    stands between.
    """

    shingles: frozenset[tuple[str, ...]]
    letters: frozenset[str]

    @classmethod
    def read(cls, folder: Path, titles: Iterable[str]) -> Articles | None:
        """Read the articles of a folder; None where there are none."""
        texts = [_read(path) for path in sorted(folder.glob("*.txt"))]
        if not texts:
            return None
        named = [split_words(title) for title in titles]
        # A mark that nobody sees may part words, or stand within one.
        runs = [split_words(one) for text in texts for one in (text, UNSEEN.sub(" ", text))]
        found = {one for words in runs for one in shingles(words)}
        spelt = {"".join(words) for words in runs}
        letters = {text[i : i + _WIDTH] for text in spelt for i in range(len(text) - _WIDTH + 1)}
        return cls(
            frozenset(found - {one for words in named for one in shingles(words)}),
            frozenset(o for o in letters if not any(o in "".join(words) for words in named)),
        )

    def fault(self, text: str) -> str:
        """Say that a text holds a run of an article, or nothing; never which."""
        words = split_words(text)
        if not self.shingles.isdisjoint(shingles(words)):
            return f"{LENGTH} words in a row of an article"
        spelt = "".join(words)
        if any(spelt[i : i + _WIDTH] in self.letters for i in range(0, len(spelt), _STEP)):
            return f"{LETTERS} letters in a row of an article, with something between its words"
        return ""


def split_words(text: str) -> list[str]:
    r"""Part a text into words: letters only, in small letters, without what nobody sees.

    Examples
    --------
    >>> split_words("Der_rote Bus-12 f\u00e4\u00adhrt")
    ['der', 'rote', 'bus', 'fährt']
    """
    return _WORDS.findall(unicodedata.normalize("NFKC", UNSEEN.sub("", text)).casefold())


def shingles(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Return every eight words in a row."""
    return (tuple(words[i : i + LENGTH]) for i in range(len(words) - LENGTH + 1))


def _read(path: Path) -> str:
    try:
        return read_article(path)
    except TextError:
        return path.read_bytes().decode("latin-1")


def readable(path: Path) -> Iterator[str]:
    """Return what can be read in a file: of tables every column and row, of JSON every string."""
    kind = path.suffix.lower()
    plain = path.read_bytes().decode("utf-8", errors="ignore")
    if kind in {".png", ".ttf"}:
        yield plain
    elif kind == ".svg":
        # Outlines are letters, too, but no words.
        yield html.unescape(re.sub(r"\sd=\"[^\"]*\"|</?|/?>|<!--|-->", " ", plain))
    elif kind == ".pdf":
        text, labels, _ = read_pdf(path) or ("", {}, ())
        yield from (f"{text} {' '.join(labels.values())}", plain)
    elif kind == ".parquet":
        yield plain
        yield from _parquet(path)
    else:
        if _ESCAPES.search(plain):
            yield _ESCAPES.sub(lambda found: chr(int(found[0][2:], 16)), plain)
        yield html.unescape(plain)
        if kind in _READERS:
            yield from _READERS[kind](path)


def _markdown(path: Path) -> Iterator[str]:
    """Return the columns of the tables of a page."""
    lines = path.read_bytes().decode("utf-8", errors="ignore").splitlines()
    rows = [line.split("|") for line in lines if line.count("|") > 1]
    yield from map(" ".join, zip_longest(*rows, fillvalue=""))


def _csv(path: Path) -> Iterator[str]:
    with suppress(UnreadableError):
        table = read_cells(path)
        yield from ("\n".join([str(name), *table[name].astype("str")]) for name in table)


def _json(path: Path) -> Iterator[str]:
    with suppress(ValueError):
        yield " ".join(json_strings(json.loads(path.read_bytes())))


_READERS = {".csv": _csv, ".json": _json, ".ipynb": _json, ".md": _markdown}


def _parquet(path: Path) -> Iterator[str]:
    """Return metadata and every column of text, and all text cells of each row in turn."""
    with suppress(pa.ArrowException, OSError):
        table = pq.read_table(path)
        kinds = enumerate(table.schema.types)
        texts = [table[i].to_pylist() for i, kind in kinds if _is_text(kind)]
        yield " ".join([*table.column_names, str(table.schema)])
        yield from ("\n".join(map(str, cells)) for cells in texts)
        yield "\n".join(" ".join(map(str, row)) for row in zip(*texts, strict=True))


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return not (types.is_integer(kind) or types.is_floating(kind) or types.is_temporal(kind))
