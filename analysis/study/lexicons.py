"""Word lists of the study, each in a file that says where it comes from."""

from __future__ import annotations

from pathlib import Path

from analysis.study.errors import StudyError
from analysis.study.paths import find_layout
from analysis.study.text_files import BYTE_ORDER_MARK, read_text

STOP_WORDS = "stopwords.txt"


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
