"""Concordances as files; they hold article text, so that none lands where git looks."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from analysis.concordance.page import concordance_page
from analysis.figures.tables import csv_text
from analysis.study.atomic import write_atomically
from analysis.study.errors import ExportError, unknown
from analysis.study.paths import Layout, find_layout
from analysis.tables.cells import clean

WIDTHS = {"left": 60, "node": 18, "gap": 18, "right": 60}


def write_concordance(
    lines: pd.DataFrame, path: Path | str, *, beside: bool = False, layout: Layout | None = None
) -> Path:
    """Write a concordance as CSV, XLSX or HTML, by the ending of the file.

    Parameters
    ----------
    lines : DataFrame
        What `concordance` gives.
    path : path
        Ends in .csv, .xlsx or .html. Inside a study only ``data/local`` and
        ``papermill_runs`` may hold article text; a path without a folder goes to
        ``data/local/concordance``.
    beside : bool
        HTML: put the events side by side.
    layout : Layout, optional
        The study; by default that of the working directory.

    Returns
    -------
    Path
        The file. A cell that a spreadsheet would take for a formula is text: in CSV by a
        leading apostrophe, in XLSX by its type.

    Raises
    ------
    ExportError
        If the ending is another one, or git could take the file in.
    """
    layout = layout or find_layout()
    target = _target(Path(path), layout)
    kinds: dict[str, Callable[[], bytes]] = {
        ".csv": lambda: csv_text(lines).encode(),
        ".html": lambda: concordance_page(lines, beside=beside).encode(),
        ".xlsx": lambda: xlsx_bytes(lines),
    }
    if target.suffix not in kinds:
        raise ExportError(f"concordance, {path}: {unknown('ending', target.suffix, kinds)}")
    content = kinds[target.suffix]()
    write_atomically(target, content)
    return target


def _target(path: Path, layout: Layout) -> Path:
    if path.parent == Path() and not path.is_absolute():
        return layout.local / "concordance" / path.name
    target, root = path.resolve(), layout.root.resolve()
    allowed = [(root / folder.relative_to(layout.root)) for folder in (layout.local, layout.runs)]
    if target.is_relative_to(root) and not any(target.is_relative_to(one) for one in allowed):
        raise ExportError(
            f"concordance, {path}: a concordance holds text of articles in copyright, and git "
            "could take this file in. Give a name without a folder (it goes to "
            f"{layout.show(layout.local)}/concordance) or a folder outside the study."
        )
    return target


def xlsx_bytes(lines: pd.DataFrame) -> bytes:
    """Write a table as a workbook; every cell of text is text, whatever it begins with.

    Parameters
    ----------
    lines : DataFrame
        Text and numbers; the index is not written.

    Returns
    -------
    bytes
        One sheet with a heading that stays in view and filters. Text beyond what a cell
        can hold is cut, with an ellipsis.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("concordance")
    sheet.freeze_panes = "A2"
    for i, name in enumerate(lines.columns):
        sheet.column_dimensions[_letter(i)].width = WIDTHS.get(str(name), 14)
    sheet.append([_cell(sheet, str(name), "", bold=True) for name in lines.columns])
    for row in lines.astype(object).itertuples(index=False):
        named = zip(row, lines.columns, strict=True)
        sheet.append([_cell(sheet, value, str(name), bold=False) for value, name in named])
    sheet.auto_filter.ref = f"A1:{_letter(len(lines.columns) - 1)}{len(lines) + 1}"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _letter(i: int) -> str:
    """Name the column of a sheet, for up to 702 columns."""
    first, second = divmod(i, 26)
    return ("" if first == 0 else chr(64 + first)) + chr(65 + second)


def _cell(sheet: object, value: object, column: str, *, bold: bool) -> WriteOnlyCell:
    text = isinstance(value, str)
    cell = WriteOnlyCell(sheet)
    if text:
        cell.value = clean(str(value))
        # openpyxl takes "=..." for a formula; the prefix keeps a spreadsheet from it, too.
        cell.data_type = "s"
        cell.quotePrefix = True
    else:
        cell.value = None if value is pd.NA else value
    cell.font = Font(bold=bold or column in ("node", "particle"))
    cell.alignment = Alignment(horizontal="right" if column == "left" else None, vertical="top")
    return cell
