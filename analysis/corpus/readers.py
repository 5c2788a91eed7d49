"""Reading articles: UTF-8 text, decoded without changing a character."""

from __future__ import annotations

import hashlib
from pathlib import Path

from analysis.study import text_files as files
from analysis.study.errors import TextError


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
    text = files.read_text(path, TextError, "no such file. Copy the articles with `gipfel ingest`.")
    if not text.strip():
        raise TextError(f"{path}: the file is empty. Put the article into it, or take it away.")
    return text


def checksum(path: Path) -> str:
    """Return the SHA-256 checksum of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
