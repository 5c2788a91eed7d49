"""Reading files that people edit: text, CSV, JSON and lists of words; whatever is wrong is named.

Every function raises the class of error that it is given, and no other: a file in another
encoding, with a byte order mark, cut off, empty, or a folder in its place is a fault that
the user can mend. Articles keep their byte order mark, since offsets count it.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.study.errors import StudyError
from analysis.study.paths import find_layout

if TYPE_CHECKING:
    import pandas as pd

BYTE_ORDER_MARK = "\ufeff"
#: What German text holds beside ASCII, names of neighbours included. The encoding that gives
#: the most of it is named; of two that give as much, the first.
EXPECTED = frozenset(
    "äöüÄÖÜßàáâãåæçèéêëìíîïñòóôõøùúûýÀÁÂÅÆÇÈÉÊËÍÎÑÓÔØÚ„“”‚‘’–—…«»€§°ąćęłńśźżčřěőűŁŚ"
)
#: One-byte encodings that German files come in, with the name by which iconv knows them.
ONE_BYTE = {"cp1252": "cp1252", "mac_roman": "macintosh", "cp1250": "cp1250"}
#: The longer marks stand first: that of UTF-32 begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = (("utf-16le", 1, 0), ("utf-16be", 0, 1))
STOP_WORDS = "stopwords.txt"


def read_text(path: Path, error: type[Exception], missing: str = "no such file") -> str:
    r"""Read a file of UTF-8 text exactly as it lies on disk, line ends and all.

    Parameters
    ----------
    path : path
        The file.
    error : class of exception
        What is raised if the file is missing, a folder, binary or in another encoding,
        which is named with the command that converts it.
    missing : str
        What to say of a file that is not there.

    Returns
    -------
    str
        The text, empty for an empty file; a byte order mark is its first character.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_bytes("Grüße\r\n".encode())
    >>> read_text(path, ValueError)
    'Grüße\r\n'
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise error(f"{path}: {missing}") from None
    except IsADirectoryError:
        raise error(f"{path}: wanted a file, came a folder") from None
    except OSError as fault:
        raise error(f"{path}: cannot be read: {fault.strerror or fault}") from None
    if b"\0" in data:
        raise error(_with_zeros(path, data))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise error(_wrong_encoding(path, data, fault)) from None


def checksum(path: Path) -> str:
    """Return the SHA-256 checksum of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_cells(
    path: Path, error: type[Exception], missing: str = "no such file"
) -> list[tuple[int, list[str]]]:
    """Read the rows of a CSV file that are not blank, each with its number, counted from 1.

    Cells are parted by commas, semicolons or tabs, whichever is most frequent in the first
    line: a German Excel writes semicolons. A byte order mark is not part of the first cell.
    """
    text = read_text(path, error, missing).removeprefix(BYTE_ORDER_MARK)
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True
    )
    try:
        return [(number, cells) for number, cells in enumerate(reader, start=1) if any(cells)]
    except csv.Error as fault:
        raise error(f"{path}: wanted a CSV file; line {reader.line_num}: {fault}") from None


def read_csv(
    path: Path,
    error: type[Exception],
    columns: Sequence[str],
    *,
    others: bool = False,
    missing: str = "no such file",
) -> pd.DataFrame:
    r"""Read a CSV file with a heading as a table of text cells.

    Parameters
    ----------
    path : path
        The file, as `read_cells` reads it.
    error : class of exception
        What is raised if the file cannot be read, a column is missing or stands twice, or
        a row has more or fewer cells than the heading.
    columns : sequence of str
        The columns that the file must have, in this order.
    others : bool
        Whether it may have further columns, and in any order.
    missing : str
        What to say of a file that is not there.

    Returns
    -------
    DataFrame
        One row per row of the file; the index is the number of the row in the file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = path.write_bytes(b"doc;begin\r\na;3\r\n")
    >>> read_csv(path, ValueError, ["doc", "begin"]).loc[2].tolist()
    ['a', '3']
    """
    rows = read_cells(path, error, missing)
    came = rows[0][1] if rows else []
    lacking = set(columns) - set(came) if others else list(columns) != came
    if lacking or len(set(came)) < len(came):
        raise error(
            f"{path}: wanted the columns {', '.join(columns)}; came {', '.join(came) or 'none'}"
        )
    odd = [f"line {number} has {len(cells)}" for number, cells in rows if len(cells) != len(came)]
    if odd:
        raise error(f"{path}: wanted {len(came)} cells in each row; {', '.join(odd[:3])}")
    index, cells = [number for number, _ in rows[1:]], [cells for _, cells in rows[1:]]
    import pandas as pd  # noqa: PLC0415 (who reads texts only need not load it)

    return pd.DataFrame(cells, columns=came, index=index, dtype="str")


def read_json(path: Path, error: type[Exception], way_out: str = "") -> dict[str, Any]:
    """Read a JSON file that holds one object; ``way_out`` says how to get it anew."""
    text = read_text(path, error, f"no such file. {way_out}".strip())
    try:
        found = json.loads(text.removeprefix(BYTE_ORDER_MARK))
    except (ValueError, RecursionError) as fault:
        raise error(f"{path}: not valid JSON: {fault}. {way_out}".strip()) from None
    if not isinstance(found, dict):
        raise error(f"{path}: wanted an object {{...}}, came {text[:20]!r}. {way_out}".strip())
    return found


def _with_zeros(path: Path, data: bytes) -> str:
    """Tell UTF-16, where every other byte of German text is zero, from a binary file."""
    found = _wide_encoding(data)
    if not found:
        return f"{path}: wanted a text in UTF-8, came a binary file"
    return _convert(path, 1, found)


def _wide_encoding(data: bytes) -> str:
    for mark, name in MARKS:
        if data.startswith(mark):
            return name
    for name, zeros, letters in WIDE:
        rare = 4 * data[zeros::2].count(0) <= len(data) or 0 in data[letters::2]
        if not rare and _is_printable(data.decode(name, errors="replace")):
            return name
    return ""


def _is_printable(text: str) -> bool:
    return all(character.isprintable() or character.isspace() for character in text)


def _wrong_encoding(path: Path, data: bytes, fault: UnicodeDecodeError) -> str:
    """Name the likely encoding, but not where most is UTF-8: converting would spoil it."""
    line = data.count(b"\n", 0, fault.start) + 1
    beyond = [character for character in data.decode("utf-8", "replace") if character > "\x7f"]
    if 2 * beyond.count("\ufffd") > len(beyond):
        return _convert(path, line, ONE_BYTE[_likely(data)])
    return (
        f"{path}, line {line}: wanted UTF-8, came bytes that are not, though other lines are. "
        "The file is damaged or cut off, or joined from two: mend that line or get it anew."
    )


def _likely(data: bytes) -> str:
    return max(
        ONE_BYTE, key=lambda name: sum(map(EXPECTED.__contains__, data.decode(name, "replace")))
    )


def _convert(path: Path, line: int, looks: str) -> str:
    excel = ' In Excel, save it as "CSV UTF-8".' if path.suffix.lower() == ".csv" else ""
    return (
        f"{path}, line {line}: wanted UTF-8, came bytes that are not; it looks like {looks}. "
        f"Convert it: iconv -f {looks} -t utf-8 {shlex.quote(path.name)} > new{path.suffix}{excel}"
    )


def read_stop_words(path: Path | None = None) -> frozenset[str]:
    """Read the stop words: one word a line, lines that begin with # are comments.

    Parameters
    ----------
    path : path, optional
        The list; by default ``data/lexicons/stopwords.txt`` of the study.

    Returns
    -------
    frozenset of str
        Words in lower case.

    Raises
    ------
    StudyError
        If the list is missing, not in UTF-8, or holds a line of more than one word.

    Examples
    --------
    >>> "und" in read_stop_words()
    True
    """
    path = path or find_layout().lexicons / STOP_WORDS
    text = read_text(path, StudyError, "no such file; wanted a list of stop words")
    lines = text.removeprefix(BYTE_ORDER_MARK).splitlines()
    words = [(number, line.strip()) for number, line in enumerate(lines, start=1)]
    kept = [(number, word) for number, word in words if word and not word.startswith("#")]
    odd = [f"line {number}: {word!r}" for number, word in kept if len(word.split()) > 1]
    if odd:
        raise StudyError(f"{path}: wanted one word a line, came {'; '.join(odd[:3])}")
    return frozenset(word.casefold() for _, word in kept)
