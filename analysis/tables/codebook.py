"""The code book: every column of every open table, in words, for ``data/README.md``."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from analysis.tables.schema import TABLES, Column, Table

BOOK_BEGIN = "<!-- code book: written by `make book`, checked by tests/test_schema.py -->"
BOOK_END = "<!-- end of code book -->"


def code_book() -> str:
    """Write the code book of every open table in Markdown, for ``data/README.md``."""
    return "\n\n".join(_table_section(table) for table in TABLES.values()) + "\n"


def _table_section(table: Table) -> str:
    head = f"### `{table.name}`\n\n{table.meaning} Key: {', '.join(table.key)}."
    rows = [
        f"| `{c.name}` | {c.dtype.replace('?', ' or empty')} | {c.unit or '–'} | {_meaning(c)} |"
        for c in table.columns
    ]
    return "\n".join([head, "", "| column | type | unit | meaning |", "|---|---|---|---|", *rows])


def _meaning(column: Column) -> str:
    values = f" ({', '.join(column.allowed)})" if column.allowed else ""
    return (column.meaning + values).replace("|", "\\|")


def with_code_book(text: str) -> str:
    """Put the code book between its two marks in a Markdown text.

    Examples
    --------
    >>> "### `mentions`" in with_code_book(BOOK_BEGIN + BOOK_END)
    True
    """
    before, _, rest = text.partition(BOOK_BEGIN)
    _, _, after = rest.partition(BOOK_END)
    return f"{before}{BOOK_BEGIN}\n\n{code_book()}\n{BOOK_END}{after}"


MENTIONS_HEAD = """# The mentions of the study, with the cue and rule of every code

Core tier; written by `make book` from the open table `mentions`, checked by
tests/test_schema.py. What the rules say: [coding-rules.md](coding-rules.md). A cue is one
word; where none stands, the rule is the default (T0, P0) or found no word that reports.
"""


def mention_list(mentions: pd.DataFrame) -> str:
    """Write every core mention with its codes, cues and rules, for ``docs/reference/mentions.md``.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> mention_list(read_features().mentions).count("| Deal |") >= 15
    True
    """
    core = mentions[mentions["tier"] == "core"].to_dict("records")
    head = ["mention", "word", "frame", "target", "polarity", "voice", "speaker"]
    rows = [
        [
            row["mention_id"],
            row["surface"],
            row["frame"],
            *(_code(row, layer) for layer in ("target", "polarity", "voice")),
            row["speaker_chain"] or row["speaker"],
        ]
        for row in core
    ]
    lines = [head, ["---"] * len(head), *rows]
    return MENTIONS_HEAD + "\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _code(row: Mapping[Hashable, Any], layer: str) -> str:
    cue = row[f"{layer}_cue"]
    return f"{row[layer]} ({row[f'{layer}_rule']}{': ' + cue if cue else ''})"
