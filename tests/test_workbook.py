"""Sheets for people: harmless to open, what is written is read, choices are offered."""

from __future__ import annotations

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.coding.workbook import SheetColumn, read_sheet, write_sheet
from analysis.study.errors import ExportError, TableError
from analysis.tables.cells import clean, guard, unguard

COLUMNS = [
    SheetColumn("text", width=60),
    SheetColumn("mood", ("good", "bad"), is_filled_in=True),
    SheetColumn("who", ("Anna", "Bruno"), is_free=True, is_filled_in=True),
]
DANGEROUS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"),
    *('=HYPERLINK("x")', "=cmd|' /C calc'!A0"),
]


@given(st.text())
@example("'=1")
@example("''")
def test_a_guarded_cell_is_harmless_and_reads_back(text: str) -> None:
    guarded = guard(text)
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguard(guarded) == text


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(st.characters()), min_size=1, max_size=4))
@example(texts=["=1+1", "_x0041_", "<b>&amp;</b>", "#N/A", "1e5", "007", "TRUE", "\ufffe\ud800"])
@example(texts=['„Kein Erfolg“; "nie", sagte\ner', "'tis", "\x00\x07", "a\r\nb", "\u2028"])
def test_what_is_written_is_read(ending: str, texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a{ending}"
        write_sheet([{"text": text, "mood": "good"} for text in texts], COLUMNS, path)
        table = read_sheet(path)
    assert table.columns.tolist() == ["text", "mood", "who"]
    assert table["text"].tolist() == [clean(text).strip() for text in texts]
    assert set(table["mood"]) == {"good"}
    assert table.index.tolist() == list(range(2, len(texts) + 2))


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_is_a_formula(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_sheet([{"text": text}], COLUMNS, path, notes=[text])
    for sheet in openpyxl.load_workbook(path).worksheets:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
        assert all(not isinstance(c.value, int | float) for row in sheet.iter_rows() for c in row)
    with zipfile.ZipFile(path) as packed:
        assert "<f>" not in packed.read("xl/worksheets/sheet1.xml").decode()
    assert openpyxl.load_workbook(path).worksheets[0]["A2"].quotePrefix == (text[0] != "\r")
    write_sheet([{"text": text}], COLUMNS, tmp_path / "a.csv")
    second = (tmp_path / "a.csv").read_text(encoding="utf-8-sig").split("\n", 1)[1]
    assert second.lstrip('"')[0] in ("'", "\n")


def test_choices_are_offered_and_enforced_unless_free_and_nothing_is_hidden(tmp_path: Path) -> None:
    write_sheet([{"text": "x"}, {"text": "y"}], COLUMNS, tmp_path / "a.xlsx", notes=["Read me."])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book.worksheets[0]
    mood, who = sheet.data_validations.dataValidation
    assert (str(mood.sqref), mood.formula1) == ("B2:B3", "=choices!$A$2:$A$3")
    assert (str(who.sqref), who.formula1) == ("C2:C3", "=choices!$B$2:$B$3")
    assert (mood.showErrorMessage, who.showErrorMessage) == (True, False)
    assert [c.value for c in book["choices"]["A"]] == ["mood", "good", "bad"]
    assert [c.value for c in book["choices"]["B"]] == ["who", "Anna", "Bruno"]
    assert book["instructions"]["A1"].value == "Read me."
    assert (sheet["A2"].protection.locked, sheet["B2"].protection.locked) == (True, False)
    assert sheet.protection.sheet
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible"] * 3
    assert not any(d.hidden for s in book.worksheets for d in s.column_dimensions.values())


def test_a_sheet_is_never_overwritten_and_another_ending_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    with pytest.raises(ExportError, match="there already, and may have been filled in"):
        write_sheet([], COLUMNS, path)
    assert path.read_text() == "mine"
    with pytest.raises(ExportError, match=r"wanted a file that ends in \.xlsx or \.csv"):
        write_sheet([], COLUMNS, tmp_path / "a.ods")


def test_a_very_long_text_is_cut(tmp_path: Path) -> None:
    write_sheet([{"text": "ä" * 40_000}], COLUMNS, tmp_path / "a.xlsx")
    (cell,) = read_sheet(tmp_path / "a.xlsx")["text"]
    assert (len(cell), cell[-1]) == (32_000, "…")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_of_any_program_is_read(mark: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"text{mark}mood\r\nx{mark} good \r\n{mark}\r\n".encode("utf-8-sig"))
    assert read_sheet(path).to_dict("index") == {2: {"text": "x", "mood": "good"}}


@pytest.mark.parametrize(("name", "data", "said"), [
    ("none.csv", None, "no such file; wanted a filled-in sheet, XLSX or CSV"),
    ("a.xlsx", b"not a workbook", "wanted an XLSX file"),
    ("b.xlsx", b"PK\x05\x06" + bytes(18), "wanted an XLSX file"),
    ("a.csv", "text\nGrüße\n".encode("cp1252"), r'looks like cp1252\. .* save it as "CSV UTF-8'),
    ("b.csv", b'text\n"open\n', "wanted a CSV file"),
])  # fmt: skip
def test_files_that_are_no_sheets_are_named(
    name: str, data: bytes | None, said: str, tmp_path: Path
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(TableError, match=said):
        read_sheet(tmp_path / name)
