"""Sheets that people fill in: XLSX with drop-down lists, or CSV; harmless to open.

Any sheet with columns and choices can be written and read, whatever it is about.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from analysis.study.atomic import write_atomically
from analysis.study.errors import ExportError, TableError
from analysis.study.text_files import read_cells, with_present_names
from analysis.tables.cells import clean, guard, is_dangerous, unguard

FILL_COLOUR = "FFF2CC"
SHEET_NAME, NOTES_NAME, CHOICES_NAME = "sheet", "instructions", "choices"


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet, with its heading and its width in characters."""

    name: str
    #: What the drop-down list offers; without choices there is no list.
    choices: tuple[str, ...] = ()
    #: Whether other values than the choices may be typed in.
    is_free: bool = False
    #: Whether people write into it; other columns are protected.
    is_filled_in: bool = False
    width: int = 14


def write_sheet(
    rows: Iterable[Mapping[str, str]],
    columns: Sequence[SheetColumn],
    path: Path,
    *,
    notes: Sequence[str] = (),
) -> None:
    """Write a sheet for people to fill in, in one step.

    The path ends in .xlsx (drop-down lists; ``notes`` are lines of a worksheet) or .csv
    (neither). Rows are cells by column; a column that a row does not have is empty.

    Raises
    ------
    ExportError
        If the ending is another, or the file is there already: it may have been filled in.
    """
    if path.suffix not in (".csv", ".xlsx"):
        raise ExportError(f"{path}: wanted a file that ends in .xlsx or .csv")
    check_new([path])
    table = [[clean(row.get(column.name, "")) for column in columns] for row in rows]
    data = _xlsx(table, columns, notes) if path.suffix == ".xlsx" else _csv(table, columns)
    write_atomically(path, data)


def check_new(paths: Sequence[Path]) -> None:
    """Check that no sheet would be overwritten; raises `ExportError` with those there."""
    there = [str(path) for path in paths if path.exists()]
    if there:
        raise ExportError(
            f"{', '.join(there)}: there already, and may have been filled in. Move or delete "
            "what is no longer wanted first."
        )


def _csv(table: Sequence[Sequence[str]], columns: Sequence[SheetColumn]) -> bytes:
    """Write CSV in UTF-8 with the mark by which spreadsheets know it."""
    held = io.StringIO(newline="")
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([[guard(cell) for cell in row] for row in table])
    return held.getvalue().encode("utf-8-sig")


def _xlsx(
    table: Sequence[Sequence[str]], columns: Sequence[SheetColumn], notes: Sequence[str]
) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET_NAME
    for at, column in enumerate(columns, start=1):
        _put(sheet.cell(1, at), column.name).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(at)].width = column.width
        for row, cells in enumerate(table, start=2):
            _dress(_put(sheet.cell(row, at), cells[at - 1]), column)
    sheet.freeze_panes = "A2"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    about = book.create_sheet(NOTES_NAME)
    about.column_dimensions["A"].width = 110
    for row, note in enumerate(notes, start=1):
        _put(about.cell(row, 1), clean(note)).alignment = Alignment(wrap_text=True)
    _offer_choices(book.create_sheet(CHOICES_NAME), sheet, columns, len(table))
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _put(cell: Cell, text: str) -> Cell:
    """Write text as text: never a formula, an error or a number."""
    cell.value = text or None
    if text:
        cell.data_type = "s"
    if is_dangerous(text):
        cell.quotePrefix = True
    return cell


def _dress(cell: Cell, column: SheetColumn) -> None:
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if column.is_filled_in:
        cell.protection = Protection(locked=False)
        cell.fill = PatternFill("solid", fgColor=FILL_COLOUR)


def _offer_choices(
    lists: Worksheet, sheet: Worksheet, columns: Sequence[SheetColumn], n_rows: int
) -> None:
    """Write the choices into a worksheet of their own and offer them in drop-down lists."""
    offered = [(at, column) for at, column in enumerate(columns, start=1) if column.choices]
    for at, (target, column) in enumerate(offered, start=1):
        for row, choice in enumerate((column.name, *column.choices), start=1):
            _put(lists.cell(row, at), clean(choice))
        letter, place = get_column_letter(at), get_column_letter(target)
        listed = DataValidation(
            type="list",
            formula1=f"={CHOICES_NAME}!${letter}$2:${letter}${len(column.choices) + 1}",
            allow_blank=True,
            showErrorMessage=not column.is_free,
            errorTitle=column.name,
            error=f"Please choose one of the list of {column.name}.",
        )
        listed.add(f"{place}2:{place}{max(n_rows, 1) + 1}")
        sheet.add_data_validation(listed)


def read_sheet(path: Path) -> pd.DataFrame:
    """Read a sheet that people filled in: its rows that are not empty, by number in the file.

    XLSX (the first worksheet) or CSV (comma, semicolon or tab; UTF-8). All cells are text,
    without white space around it; a heading may stand twice.

    Raises
    ------
    TableError
        If there is no such file, or it is neither.
    """
    if not path.exists():
        raise TableError(f"{path}: no such file; wanted a filled-in sheet, XLSX or CSV")
    lines = dict(_read_xlsx(path) if path.suffix.lower() == ".xlsx" else _read_csv(path))
    headings = lines.pop(next(iter(lines), 0), [])
    blank = [""] * len(headings)
    rows = {n: [*cells, *blank][: len(headings)] for n, cells in lines.items() if any(cells)}
    return pd.DataFrame(list(rows.values()), index=list(rows), columns=headings, dtype="str")


def _read_xlsx(path: Path) -> list[tuple[int, list[str]]]:
    if path.is_dir():
        raise TableError(f"{path}: wanted a file, came a folder")
    try:
        rows = list(load_workbook(path, data_only=True).worksheets[0].iter_rows(values_only=True))
    except Exception as fault:  # openpyxl lets through whatever zip, XML and its own types raise
        raise TableError(f"{path}: wanted an XLSX file; {fault}") from None
    return with_present_names(
        [
            (number, ["" if cell is None else str(cell).strip() for cell in row])
            for number, row in enumerate(rows, start=1)
        ]
    )


def _read_csv(path: Path) -> list[tuple[int, list[str]]]:
    lines = read_cells(path, TableError)
    return [(number, [unguard(cell).strip() for cell in cells]) for number, cells in lines]
