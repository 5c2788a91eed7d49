"""Cells of sheets: text that a spreadsheet shows and does not run, there and back."""

from __future__ import annotations

import re

#: A spreadsheet runs a cell that begins so (OWASP, "CSV Injection"); with the apostrophes
#: before it, so that reading gives back what was written.
DANGEROUS = re.compile(r"^(?='*[=+\-@\t\r])")
GUARDED = re.compile(r"^'(?='*[=+\-@\t\r])")
#: What XML 1.0 cannot hold: control characters, halves of pairs, two that are none.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_CELL = 32_000


def clean(text: str) -> str:
    r"""Give text that XML can hold and a cell can show.

    Line ends become line feeds, what XML forbids becomes U+FFFD, and the text is cut at
    32,000 characters.

    Examples
    --------
    >>> clean("a\r\nb\x07")
    'a\nb�'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    legal = NO_XML.sub("\ufffd", lines)
    return legal if len(legal) <= LONGEST_CELL else legal[: LONGEST_CELL - 1] + "…"


def guard(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run; `unguard` takes it off.

    Examples
    --------
    >>> guard("=1+1"), guard("'=1+1"), guard("Kein Deal")
    ("'=1+1", "''=1+1", 'Kein Deal')
    """
    return DANGEROUS.sub("'", cell)


def unguard(cell: str) -> str:
    """Take off what `guard` put before a cell.

    Examples
    --------
    >>> unguard("'=1+1"), unguard("'tis")
    ('=1+1', "'tis")
    """
    return GUARDED.sub("", cell)


def is_dangerous(cell: str) -> bool:
    """Say whether a spreadsheet could run a cell.

    Examples
    --------
    >>> is_dangerous("=1+1"), is_dangerous("1+1")
    (True, False)
    """
    return bool(DANGEROUS.match(cell))
