"""The code book: every column of every open table, in words, for ``data/README.md``."""

from __future__ import annotations

from analysis.schema import TABLES, Column, Table

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
