"""``gipfel code intrusion`` and ``code score`` on the made-up study."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from analysis import cli
from analysis.errors import ExportError, GipfelError, ReleaseError
from analysis.handcoding.workbook import read_sheet
from analysis.intrusions import read_answers, read_tasks
from analysis.paths import Layout
from analysis.release import check_release

Row = dict[str, str]


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["code", *arguments])


def draw(*arguments: str, kind: str = "word") -> Result:
    usual = ("--kind", kind, "--topics", "2", "--tasks", "1", "--name", "probe")
    return call("intrusion", *usual, *arguments)


def fault(result: Result) -> str:
    assert isinstance(result.exception, GipfelError), result.output
    return str(result.exception)


@pytest.fixture
def drawn(study: Layout) -> Layout:
    result = draw("--coders", "anna,ben")
    assert result.exit_code == 0, result.exception
    return study


def folder(layout: Layout) -> Path:
    return layout.coding / "intrusion"


def sheet(layout: Layout, coder: str = "anna", ending: str = ".csv") -> Path:
    return layout.local / "coding" / f"probe_{coder}{ending}"


def fill(layout: Layout, coder: str = "anna", change: Callable[[list[Row]], object] = len) -> str:
    """Name the intruder everywhere, change the rows, and give the path."""
    key = read_tasks("probe", folder(layout)).rows.set_index("task")["intruder"]
    path = sheet(layout, coder)
    with path.open(encoding="utf-8-sig", newline="") as opened:
        rows: list[Row] = list(csv.DictReader(opened))
    columns = list(rows[0])
    for row in rows:
        row["choice"] = str(key[row["task"]])
    change(rows)
    with path.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, columns)
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def test_sheets_are_blind(drawn: Layout) -> None:
    for ending in (".csv", ".xlsx"):
        headings, rows = read_sheet(sheet(drawn, "anna", ending))
        assert headings == [
            "sheet", "drawn_from", "task", *(f"item_{i}" for i in range(1, 7)), "choice",
        ]  # fmt: skip
        assert len(rows) == 2
        assert all(row.cells["choice"] == "" for row in rows)
    book = openpyxl.load_workbook(sheet(drawn, "anna", ".xlsx"))
    choices = [row[0].value for row in book["choices"].iter_rows(min_row=2)]
    assert choices == ["1", "2", "3", "4", "5", "6"]


def test_what_is_stored_is_words_and_may_be_published(drawn: Layout) -> None:
    assert sorted(path.name for path in folder(drawn).iterdir()) == ["probe.csv", "probe.json"]
    tasks = read_tasks("probe", folder(drawn))
    assert tasks.design["n_topics"] == 2
    assert len(tasks.design["model"]) == 64
    names = [f"data/coding/intrusion/probe.{suffix}" for suffix in ("csv", "json")]
    assert check_release(drawn, only=names) == names
    text = (folder(drawn) / "probe.csv").read_text(encoding="utf-8")
    (folder(drawn) / "probe.csv").write_text(text.replace("t01", "ein ganzer Satz"), "utf-8")
    with pytest.raises(ReleaseError, match=r"probe\.csv: column 'task': a cell that is not an id"):
        check_release(drawn, only=names)


def test_segments_show_their_text_and_keep_it_local(study: Layout) -> None:
    result = draw(kind="segment")
    assert result.exit_code == 0, result.exception
    from analysis.features import read_features

    segments = read_features(study.features).segments.set_index("segment_id")
    key = read_tasks("probe", folder(study)).rows
    shown = {row.cells["task"]: row.cells for row in read_sheet(sheet(study, "a"))[1]}
    for row in key.to_dict("records"):
        for name in ("item_1", "item_2", "item_3", "item_4"):
            about = segments.loc[row[name]]
            path = study.raw / f"{about['doc_id']}.txt"
            text = path.read_text(encoding="utf-8")[about["begin"] : about["end"]]
            assert shown[row["task"]][name] == text.strip()
    assert " " not in "".join(key.to_numpy().astype(str).ravel())


def test_segments_need_their_articles(study: Layout) -> None:
    shutil.rmtree(study.raw)
    text = fault(draw(kind="segment"))
    assert ".txt is missing" in text
    assert "gipfel ingest FOLDER" in text
    assert not folder(study).exists()


def test_an_article_that_was_changed_is_noticed(study: Layout) -> None:
    for path in study.raw.glob("*.txt"):
        path.write_text("Neu. " + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert "is not the article that was annotated" in fault(draw(kind="segment"))


def test_answers_are_stored_and_scored(drawn: Layout) -> None:
    result = call("score", fill(drawn), fill(drawn, "ben"))
    assert result.exit_code == 0, result.exception
    assert "coder anna, 2 tasks, stored" in result.output
    assert "Intruders found" in result.output
    assert "2 answers; a share needs at least 10" in result.output
    found = read_answers(read_tasks("probe", folder(drawn)), folder(drawn))
    assert found.groupby("coder").size().to_dict() == {"anna": 2, "ben": 2}
    assert "as before" in call("score", str(sheet(drawn))).output


def refused(layout: Layout, *paths: str) -> str:
    text = fault(call("score", *paths))
    assert not list(folder(layout).glob("probe_*.csv"))
    assert text.endswith("Nothing was stored.")
    return text


def test_all_faults_in_one_message(drawn: Layout) -> None:
    def spoil(rows: list[Row]) -> None:
        rows[0] |= {"choice": "7", "task": "t77"}
        rows[1]["choice"] = ""

    text = refused(drawn, fill(drawn, change=spoil))
    for part in (
        "row 2, column 'task': 't77' is none of 'probe'; was it changed?",
        "no row for 1 of 2 tasks: t0",
        "rows 3, column 'choice': empty. Allowed: 1, 2, 3, 4, 5, 6.",
        "row 2, column 'choice': unknown label '7'. Allowed: 1, 2, 3, 4, 5, 6.",
    ):
        assert part in text


def test_missing_and_doubled_rows(drawn: Layout) -> None:
    def double(rows: list[Row]) -> None:
        rows[0]["task"] = rows[1]["task"]

    text = refused(drawn, fill(drawn, change=double))
    assert "has 2 rows" in text
    assert "no row for 1 of 2 tasks" in text


def test_sheets_of_another_model(drawn: Layout) -> None:
    path = fill(drawn)
    for stored in folder(drawn).iterdir():
        stored.unlink()
    result = call(
        *("intrusion", "--topics", "3", "--tasks", "1", "--name", "probe", "--coders", "carla")
    )
    assert result.exit_code == 0, result.exception
    text = refused(drawn, path)
    assert "column 'drawn_from': the sheet is of another model or draw: wanted " in text


def test_sheets_of_no_set_and_of_one_coder_twice(drawn: Layout, tmp_path: Path) -> None:
    def rename(rows: list[Row]) -> None:
        for row in rows:
            row["sheet"] = "prob/anna"

    path = fill(drawn)
    twice = str(shutil.copy(path, tmp_path / "copy.csv"))
    assert "2 sheets are of coder 'anna' of 'probe'." in refused(drawn, path, twice)
    text = refused(drawn, fill(drawn, change=rename))
    assert "unknown set of tasks 'prob'. Allowed: probe. Did you mean 'probe'?" in text
    sheet(drawn).write_text("sheet,task,choice\nprobe/anna,t01,1\n", encoding="utf-8")
    assert "column 'drawn_from' is missing" in refused(drawn, str(sheet(drawn)))


def test_nothing_is_overwritten(drawn: Layout) -> None:
    assert isinstance(draw("--coders", "anna").exception, ExportError)
    assert "other tasks have this name" in fault(draw("--seed", "99", "--coders", "dora"))
    assert not sheet(drawn, "dora").exists()
    assert "wanted small letters" in fault(draw("--coders", "Dora"))
    assert "unknown kind 'wrd'" in fault(draw(kind="wrd"))


def test_answers_that_were_damaged(drawn: Layout) -> None:
    call("score", fill(drawn))
    path = folder(drawn) / "probe_anna.csv"
    pd.read_csv(path).assign(choice=9).to_csv(path, index=False)
    tasks = read_tasks("probe", folder(drawn))
    with pytest.raises(GipfelError, match="wanted a choice from 1 to 6 for each of the 2 tasks"):
        read_answers(tasks, folder(drawn))


def test_no_stable_number_is_said_with_the_way_out(study: Layout) -> None:
    text = study.study_file.read_text(encoding="utf-8")
    high = "[topics]\nstable_subsamples = 1.0\nstable_documents = 1.0\n"
    study.study_file.write_text(text.replace("[topics]\n", high), encoding="utf-8")
    text = fault(call("intrusion"))
    assert "is stable: subsamples reach" in text
    assert text.endswith("Name a number with --topics to judge it anyway.")
