"""``gipfel code`` on the made-up study: sheets drawn, filled in by a program, imported."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from commands import call, fault
from typer.testing import Result

from analysis.coding.sheet import COLUMNS, FILLED_IN
from analysis.coding.workbook import read_sheet
from analysis.study.errors import ExportError, SourceError
from analysis.study.paths import Layout
from analysis.tables.codings import read_codings
from analysis.tables.features import read_features, write_table

Row = dict[str, str]
RIGHT = {"frame_right": "yes", "about": "event", "polarity": "open", "voice": "narrator"}
N = 12


def sample(*arguments: str) -> Result:
    return call("code", "sample", "--n", str(N), "--by", "event", "--name", "probe", *arguments)


def ids(path: Path) -> list[str]:
    return read_sheet(path)["mention_id"].tolist()


@pytest.fixture
def drawn(study: Layout) -> Layout:
    result = sample("--coders", "anna,ben")
    assert result.exit_code == 0, result.exception
    return study


def sheet(layout: Layout, coder: str, ending: str = ".csv") -> Path:
    return layout.local / "coding" / f"probe_{coder}{ending}"


def fill(path: Path, change: Callable[[list[Row]], list[Row] | None] = lambda rows: None) -> str:
    """Fill a CSV sheet in with the same labels, change it, and give its path."""
    with path.open(encoding="utf-8-sig", newline="") as opened:
        rows: list[Row] = [row | RIGHT for row in csv.DictReader(opened)]
    changed = change(rows)
    rows = rows if changed is None else changed
    with path.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def test_sheets_show_the_mention_in_its_sentence(drawn: Layout) -> None:
    mentions = read_features(drawn.features).mentions.set_index("mention_id")
    for path in (sheet(drawn, "anna"), sheet(drawn, "anna", ".xlsx")):
        table = read_sheet(path)
        assert (tuple(table.columns), len(table)) == (COLUMNS, N)
        for row in table.to_dict("records"):
            mention = mentions.loc[row["mention_id"]]
            assert f"[[{mention['surface']}]]" in row["sentence"]
            text = (drawn.raw / f"{mention['doc_id']}.txt").read_text(encoding="utf-8")
            plain = row["sentence"].replace("[[", "").replace("]]", "")
            assert plain in text.replace("\r\n", "\n")


def test_nothing_in_a_sheet_betrays_the_codes(drawn: Layout) -> None:
    """Automatic codes are in no cell, hidden or not, and each coder has an order of rows."""
    first, second = ids(sheet(drawn, "anna")), ids(sheet(drawn, "ben"))
    assert sorted(first) == sorted(second)
    assert len({tuple(order) for order in (first, second, sorted(first))}) == 3
    book = openpyxl.load_workbook(sheet(drawn, "anna", ".xlsx"))
    for row in book.worksheets[0].iter_rows(min_row=2, values_only=True):
        cells = dict(zip(COLUMNS, row, strict=True))
        assert all(cells[name] is None for name in FILLED_IN)
    hidden = {"stratum", "event", "polarity_cue", "voice_cue", "inclusion_probability"}
    assert not set(COLUMNS) & hidden
    assert all(sheet.sheet_state == "visible" for sheet in book.worksheets)
    assert not [c for s in book.worksheets for r in s.iter_rows() for c in r if c.comment]
    assert not book.defined_names


def test_what_is_stored_holds_no_text(drawn: Layout) -> None:
    assert sorted(path.name for path in drawn.coding.iterdir()) == ["probe.csv", "probe.json"]
    table = pd.read_csv(drawn.coding / "probe.csv")
    assert table["inclusion_probability"].between(0, 1, inclusive="right").all()
    assert (1 / table["inclusion_probability"]).sum() == pytest.approx(
        (read_features(drawn.features).mentions["tier"] == "core").sum()
    )


def test_without_the_annotated_articles_nothing_is_drawn(study: Layout) -> None:
    for path in study.raw.glob("*.txt"):
        path.write_text("Neu. " + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert "the article is another" in fault(sample())
    shutil.rmtree(study.raw)
    result = sample()
    assert isinstance(result.exception, SourceError)
    assert "nord_1.txt is missing" in fault(result)
    assert "A coding sheet shows each mention in its context" in fault(result)
    assert "gipfel ingest FOLDER" in fault(result)
    assert not study.coding.exists()


def test_filled_in_sheets_are_not_overwritten(drawn: Layout) -> None:
    fill(sheet(drawn, "anna"))
    before = sheet(drawn, "anna").read_bytes()
    result = sample("--coders", "anna")
    assert isinstance(result.exception, ExportError)
    assert "may have been filled in" in fault(result)
    assert sheet(drawn, "anna").read_bytes() == before
    assert "another sample has this name" in fault(sample("--seed", "5", "--coders", "carla"))
    assert "name of a coder: wanted small letters" in fault(sample("--coders", "carla,Dr. X"))
    assert not sheet(drawn, "carla").exists()
    assert sample("--coders", "carla").exit_code == 0


def test_labels_of_two_coders_are_stored_and_compared(drawn: Layout) -> None:
    def differ(rows: list[Row]) -> None:
        rows[0] |= {"polarity": "negated"}
        rows[1] |= {"voice": "direct", "speaker": "@anna", "remark": "=1+1"}

    result = call("code", "import", fill(sheet(drawn, "anna")), fill(sheet(drawn, "ben"), differ))
    assert result.exit_code == 0, result.exception
    for word in ("Agreement", "alpha", "kappa", "ac1", "Where coders differ", "Shares, raw and"):
        assert word in result.output
    table = read_codings(read_features(drawn.features), "probe", drawn.coding)
    assert table.groupby("coder").size().to_dict() == {"anna": N, "ben": N}
    assert "@anna" in set(table["speaker"])
    assert "remark" not in table
    assert "as before" in call("code", "import", str(sheet(drawn, "anna"))).output


def test_a_workbook_is_imported(drawn: Layout) -> None:
    path = sheet(drawn, "anna", ".xlsx")
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows(min_row=2):
        for name, label in RIGHT.items():
            row[COLUMNS.index(name)].value = label
    book.save(path)
    result = call("code", "import", str(path))
    assert result.exit_code == 0, result.exception
    assert "agreement takes two coders, not 1" in result.output


def refused(layout: Layout, *paths: str) -> str:
    """Return the message of an import that stores nothing."""
    text = fault(call("code", "import", *paths))
    assert not list(layout.coding.glob("probe_*.csv"))
    assert text.endswith("Nothing was stored.")
    return text


def spoil(rows: list[Row]) -> list[Row]:
    rows[0]["polarity"] = "afirmed"
    rows[1] |= {"voice": "direct", "speaker": ""}
    rows[2]["speaker"] = "Bruno"
    rows[3]["frame_right"] = "no"
    rows[4]["about"] = ""
    rows[5]["about"] = ""
    rows[6] |= {"voice": "direct", "speaker": "sehr lang " * 9}
    rows[7]["mention_id"] = rows[8]["mention_id"]
    rows[9]["mention_id"] += "0"
    return rows[:-1]


SPOILT = (
    "row 2, column 'polarity': unknown label 'afirmed'. Allowed: affirmed, negated, open. "
    "Did you mean 'affirmed'?",
    "row 3, column 'speaker': empty. Allowed: a name, or ? if it is not said.",
    "row 4, column 'speaker': wanted nothing, since voice is narrator; came 'Bruno'",
    "row 5, column 'about': wanted nothing, since frame_right is no; came 'event'",
    "rows 6, 7, column 'about': empty. Allowed: event, other.",
    "row 8, column 'speaker': wanted a name of one line and at most 60 characters",
    "rows 9, 10: mention ",
    "row 11, column 'mention_id': ",
    "is not in sample 'probe'; was it changed?",
    f"no row for 3 of {N} mentions: ",
)


def every(column: str, cell: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [row | {column: cell} for row in rows]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (spoil, SPOILT),
        (
            lambda rows: [row | dict.fromkeys(FILLED_IN, "") for row in rows],
            ["1 fault\n  - nothing is coded: all columns to be filled in are empty"],
        ),
        (lambda rows: [], ["no row: wanted the mentions of a sample"]),
        (
            lambda rows: [*rows[:-1], rows[-1] | {"sheet": "probe/ben"}],
            ["rows of several sheets are mixed up: probe/anna (11 rows), probe/ben (1 rows)"],
        ),
        (
            every("drawn_from", "0123456789ab"),
            [
                "column 'drawn_from': the sheet was drawn from other data: wanted ",
                "came 0123456789ab",
            ],
        ),
        (
            every("sheet", "prob/anna"),
            ["unknown sample 'prob'. Allowed: probe. Did you mean 'probe'?"],
        ),
        (
            every("sheet", "probe/../../x"),
            ["column 'sheet': wanted sample/coder, came 'probe/../../x'"],
        ),
        (
            every("sheet", "probe/ben"),
            ["the file's name says coder 'anna', its rows are of coder 'ben'"],
        ),
    ],
)
def test_all_faults_of_a_sheet_in_one_message(
    drawn: Layout, change: Callable[[list[Row]], list[Row]], wanted: list[str]
) -> None:
    text = refused(drawn, fill(sheet(drawn, "anna"), change))
    assert [part for part in wanted if part not in text] == []
    assert text.count("probe_anna.csv: ") == 1


def test_several_sheets_are_stored_all_or_none(drawn: Layout, tmp_path: Path) -> None:
    first = fill(sheet(drawn, "anna"))
    assert "probe_ben.csv: 1 fault" in refused(drawn, first, str(sheet(drawn, "ben")))
    text = refused(drawn, first, str(shutil.copy(first, tmp_path / "copy.csv")))
    assert "probe_anna.csv, copy.csv: all are the sheet of coder 'anna' of sample 'probe'" in text
    assert sample("--coders", "anna", "--name", "other").exit_code == 0
    other = fill(drawn.local / "coding" / "other_anna.csv")
    assert "sheets of several samples: other, probe." in refused(drawn, first, other)


def test_open_tables_that_changed_since(drawn: Layout) -> None:
    mentions = read_features(drawn.features).mentions
    write_table(mentions.iloc[1:], "mentions", drawn.features)
    text = refused(drawn, fill(sheet(drawn, "anna")))
    assert "sample 'probe' was drawn from other data" in text


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--adjudication=carla", "unknown adjudication 'carla'. Allowed: anna, majority."),
        ("--by=events", "unknown column 'events'."),
        ("--population=all", "unknown population 'all'. Allowed: finite, superpopulation."),
    ],
)
def test_wrong_options_store_nothing(drawn: Layout, option: str, message: str) -> None:
    assert message in fault(call("code", "import", fill(sheet(drawn, "anna")), option))
    assert not list(drawn.coding.glob("probe_*.csv"))


def test_columns_that_are_missing(drawn: Layout) -> None:
    path = sheet(drawn, "anna")
    path.write_text("sheet,mention_id,voice,voice\nprobe/anna,x,direct,direct\n", encoding="utf-8")
    text = refused(drawn, str(path))
    assert "column 'polarity' is missing" in text
    assert "column 'voice' stands twice" in text
