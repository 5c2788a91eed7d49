"""Reading articles: UTF-8 text, decoded without changing a character."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

from charset_normalizer import from_bytes

from analysis.errors import TextError

#: Encodings that German files come in, with the name by which iconv knows them.
ICONV_NAMES = {"cp1252": "cp1252", "cp1250": "cp1250", "mac_roman": "macintosh"}


def read_text(path: Path) -> str:
    r"""Read one article exactly as it lies on disk.

    Line ends stay as they are, so that offsets into the text are offsets into the file.

    Parameters
    ----------
    path : path
        A text file in UTF-8.

    Returns
    -------
    str
        The text; never empty.

    Raises
    ------
    TextError
        If the file is missing, empty, binary, or in another encoding (which is named).

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_bytes("Grüße\r\n".encode())
    >>> read_text(path)
    'Grüße\r\n'
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise TextError(f"{path}: no such file. Copy the articles with `gipfel ingest`.") from None
    if b"\0" in data:
        raise TextError(_with_zeros(path, data))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise TextError(_wrong_encoding(path, data, fault)) from None
    if not text.strip():
        raise TextError(f"{path}: the file is empty. Put the article into it, or take it away.")
    return text


def _with_zeros(path: Path, data: bytes) -> str:
    """Tell UTF-16, where every other byte of German text is zero, from a binary file."""
    found = _utf_16(data)
    if not found:
        return f"{path}: wanted a text in UTF-8, came a binary file"
    return _convert(path, 1, found)


def _utf_16(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name, zeros, letters in (("utf-16le", 1, 0), ("utf-16be", 0, 1)):
        rare = 4 * data[zeros::2].count(0) <= len(data) or 0 in data[letters::2]
        if not rare and _is_printable(data.decode(name, errors="replace")):
            return name
    return ""


def _is_printable(text: str) -> bool:
    return all(character.isprintable() or character.isspace() for character in text)


def _wrong_encoding(path: Path, data: bytes, fault: UnicodeDecodeError) -> str:
    line = data.count(b"\n", 0, fault.start) + 1
    guess = from_bytes(data, cp_isolation=list(ICONV_NAMES)).best()
    alike = set(guess.could_be_from_charset) if guess else set()
    looks = "cp1252" if guess is None or "cp1252" in alike else guess.encoding
    return _convert(path, line, ICONV_NAMES.get(looks, looks))


def _convert(path: Path, line: int, looks: str) -> str:
    return (
        f"{path}, line {line}: wanted UTF-8, came bytes that are not; it looks like {looks}. "
        f"Convert it: iconv -f {looks} -t utf-8 {path.name} > new.txt"
    )


def checksum(path: Path) -> str:
    """Give the SHA-256 checksum of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
