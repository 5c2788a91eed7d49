"""What one cell may hold: a word, a name, an id, a number, or words of the package itself."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

import analysis

LONGEST_WORD, LONGEST_PART, MOST_PARTS, MOST_JOINTS = 60, 35, 5, 6
LONGEST_NAME, MOST_NAME_WORDS = 60, 6
#: A cell of a figure's table is at most so many pieces that the package or the study knows.
MOST_PIECES = 8
#: Marks without ink: soft hyphens, joiners, selectors, fillers of Hangul, the empty braille
#: cell, spaces of odd widths, private characters, tags.
UNSEEN = re.compile(
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u2008\u200a-\u200f\u2028-\u202e\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U000e0000-\U0010ffff]"
)
_PUNCTUATION = frozenset("-–‑.,:;/&+'’%§€$£#°!?()\"„“”‚‘…@*×→←−=<>|~[]{}^")
_PARTICLES = frozenset({
    "van", "von", "vom", "zu", "zum", "zur", "der", "die", "das", "des", "den", "dem", "de", "la",
    "le", "al", "und", "of",
})  # fmt: skip
_PLAIN = re.compile(
    r"[+-]?(\d[\d.,]*(e[+-]?\d+)?|inf|nan)%?"
    r"|\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?|[0-9a-f]{7,40}|True|False"
)
CODE = re.compile(r"[A-Za-z0-9_.:+-]{1,60}")
HASH = re.compile(r"[0-9a-f]{12,64}")
VERSION = re.compile(r"\d+(\.\d+)*[a-z0-9.+]{0,12}")
_CODE = re.compile(
    r'#[^\n]*|"""[\s\S]*?"""|[rbfuRBFU]{0,2}"(?P<double>(?:[^"\\\n]|\\.)*)"'
    r"|[rbfuRBFU]{0,2}'(?P<single>(?:[^'\\\n]|\\.)*)'|(?P<name>[A-Za-z_]\w*)"
)
#: Says why a cell may not stand there, or nothing.
Judge = Callable[[str], str]


class UnreadableError(ValueError):
    """A file is not what its name says; the text is the fault."""


@contextmanager
def expecting(fault: str) -> Iterator[None]:
    """Say so where a file has not the form that is read."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableError(fault) from None


def read_cells(path: Path) -> pd.DataFrame:
    """Read a CSV file as text, every cell as it stands; raises `UnreadableError`."""
    try:
        return pd.read_csv(
            path, keep_default_na=False, dtype="str", encoding="utf-8", index_col=False
        )
    except ValueError as fault:
        raise UnreadableError(f"not a CSV file in UTF-8: {str(fault)[:60]}") from None


def json_leaves(value: Any, *, keys: bool) -> Iterator[Any]:
    """Return the values in a value of JSON that hold no others, and on demand all keys."""
    if isinstance(value, Mapping):
        if keys:
            yield from value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from json_leaves(inner, keys=keys)
    else:
        yield value


def json_strings(value: Any) -> list[str]:
    """List the keys and strings in a value of JSON."""
    return [one for one in json_leaves(value, keys=True) if isinstance(one, str)]


def those(faults: Mapping[str, object]) -> Iterator[str]:
    """Return the faults that are there, of all that were looked for."""
    return (fault for fault, is_there in faults.items() if is_there)


def first_fault(judge: Judge, cells: Iterable[str]) -> str:
    """Return the first fault that is found in some cells, or nothing."""
    return next(filter(None, map(judge, cells)), "")


def unseen(text: str) -> str:
    r"""Return the first character that a reader does not see, such as U+2060, or nothing."""
    found = UNSEEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def word_fault(word: str) -> str:
    """Say why a cell is not one word, or nothing.

    Examples
    --------
    >>> word_fault("US-Präsident"), word_fault("zwei Worte")
    ('', 'more than one word')
    """
    if any(c.isspace() for c in word):
        return "more than one word"
    for c in word:
        is_mark = unicodedata.category(c) in {"Mn", "Mc"}
        if UNSEEN.match(c) or not (c.isalnum() or is_mark or c in _PUNCTUATION):
            return f"the character U+{ord(c):04X}, which could join words"
    parts = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", word))
    n_joints = len(re.findall(r"\b\W+\b|\d+", word))
    longest = max(map(len, parts), default=0)
    if len(parts) > MOST_PARTS or n_joints > MOST_JOINTS or longest > LONGEST_PART:
        return f"words that are joined: more than {MOST_PARTS} parts or {LONGEST_PART} letters"
    return "" if len(word) <= LONGEST_WORD else f"more than {LONGEST_WORD} characters"


def words_fault(cell: str, most: int) -> str:
    """Say why a cell is not so many words at most, or nothing."""
    words = cell.split(" ") if cell else []
    return f"more than {most} words" if len(words) > most else first_fault(word_fault, words)


def name_fault(name: str) -> str:
    """Say why a cell is not a name, or nothing: its words have capitals, particles aside.

    Examples
    --------
    >>> name_fault("Ada von Nordstadt"), name_fault("der Bus fährt")
    ('', 'no name: words without a capital')
    """
    words = name.split()
    if len(name) > LONGEST_NAME or len(words) > MOST_NAME_WORDS:
        return f"no name: more than {LONGEST_NAME} characters or {MOST_NAME_WORDS} words"
    if len(words) > 1 and any(one[0].islower() and one not in _PARTICLES for one in words):
        return "no name: words without a capital"
    return words_fault(name, MOST_NAME_WORDS)


@dataclass(frozen=True)
class Known:
    """What a study and the package say themselves.

    ``values`` are whole cells: ids and labels of the study, cells of the open tables, short texts
    of the notebooks. ``names`` are actors, outlets and speakers, and what else may stand inside a
    longer cell; ``phrases`` are texts besides those of the package, as `phrases` writes them.
    """

    values: frozenset[str]
    names: frozenset[str]
    phrases: str = ""

    def cell_fault(self, cell: str) -> str:
        """Say why a cell of a figure's table is neither number, name nor words of ours."""
        if not cell or cell in self.values or _PLAIN.fullmatch(cell):
            return ""
        if unseen(cell):
            return f"the character {unseen(cell)}, which nobody sees"
        shown = repr(cell if len(cell) <= 24 else f"{cell[:20]}…")  # a message is no place either
        n_pieces = self._count_pieces(split(cell))
        if n_pieces is None:
            return f"{shown}: not a number, a name of the study or words of the package"
        if n_pieces > MOST_PIECES:
            return f"{shown}: words of the package in an order that is not the package's"
        return ""

    def _count_pieces(self, words: list[str]) -> int | None:
        """Count the longest pieces that the words part into; None: one of them is unknown."""
        n_pieces, at = 0, 0
        while at < len(words):
            end = next((e for e in range(len(words), at, -1) if self._has(words[at:e])), at)
            if end == at:
                return None
            n_pieces += not (end == at + 1 and words[at].isdigit())
            at = end
        return n_pieces

    def _has(self, words: list[str]) -> bool:
        piece = " ".join(words)
        return (
            piece.isdigit()
            or piece in _as_words(self.names)
            or f" {piece} " in package_phrases()
            or f" {piece} " in self.phrases
        )


@cache
def _as_words(names: frozenset[str]) -> frozenset[str]:
    return frozenset(" ".join(split(name)) for name in names)


def split(text: str) -> list[str]:
    """Part a text into words in small letters, and numbers."""
    return re.findall(r"\d+|[^\W\d_]+", unicodedata.normalize("NFC", text).casefold())


def phrases(texts: Iterable[str]) -> str:
    """Write texts so that words in a row can be looked up: a text to a line, between spaces."""
    return "\n".join(f" {' '.join(split(text))} " for text in dict.fromkeys(texts))


@cache
def package_phrases() -> str:
    """Return the words of every text in the package's code but this check, as `phrases` does."""
    root = Path(analysis.__file__).parent
    paths = {*root.rglob("*.py"), *root.rglob("*.toml")} - {*Path(__file__).parent.iterdir()}
    code = (path.read_text("utf-8") for path in sorted(paths))
    return phrases(text for one in code for text in code_texts(one))


def code_texts(code: str) -> Iterator[str]:
    """Return the texts and names in code, without comments and docstrings.

    Examples
    --------
    >>> list(code_texts('note = "one text"  # why' + chr(10) + '    " and more"'))
    ['note', 'one text', ' and more']
    """
    text, end = None, 0
    for found in _CODE.finditer(code):
        said = found["double"] if found["double"] is not None else found["single"]
        if said is not None and text is not None and not code[end : found.start()].strip():
            text += said
        else:
            if text is not None:
                yield text
            text = said
        if found["name"]:
            yield found["name"]
        end = found.end()
    if text is not None:
        yield text


@cache
def notebook_texts(path: Path) -> tuple[str, ...]:
    """Return the texts in a notebook's code; nothing of a file that is no notebook."""
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(text for one in code for text in code_texts(one))
