"""Files that people wrote when ``about`` was called ``target``, and ``event`` ``summit``."""

from __future__ import annotations

import pytest
from conftest import ROOT

from analysis.annotation.annotated import read_about_lexicon
from analysis.annotation.corrections import read_corrections
from analysis.coding.mention_scores import COLUMNS, read_gold
from analysis.coding.workbook import read_sheet
from analysis.study.errors import TableError
from analysis.study.study import read_study
from analysis.study.text_files import read_csv
from analysis.tables.codings import LABEL_COLUMNS, VALIDATION_COLUMNS, read_validation

GOLD = "doc,begin,end,surface,frame,polarity,voice,speaker,target\na,0,4,Deal,Deal,open,narrator,,"


def test_gold(tmp_path):
    path = tmp_path / "gold.csv"
    path.write_text(f"{GOLD}summit\na,9,13,Deal,Deal,open,narrator,,other\n".replace("a,9", "b,9"))
    table = read_gold(path, ("Deal",))
    assert tuple(table.columns) == COLUMNS
    assert table["about"].tolist() == ["event", "other"]


def test_faults_are_named_as_today(tmp_path):
    path = tmp_path / "gold.csv"
    path.write_text(f"{GOLD}sumit\n")
    with pytest.raises(
        TableError, match=r"line 2, column 'about': unknown label 'sumit'\. Allowed"
    ):
        read_gold(path, ("Deal",))


@pytest.mark.shared
@pytest.mark.parametrize("name", ["mentions_dev.csv", "mentions_near_dev.csv"])
def test_gold_that_others_keep(shared, name):
    study = read_study(ROOT / "study.toml")
    table = read_gold(shared / "gold" / name, tuple(one.id for one in study.frames))
    assert set(table["about"]) <= {"event", "other", ""}
    assert len(table) > 20


def test_labels_of_coders(tmp_path):
    path = tmp_path / "sample_a.csv"
    path.write_text(
        "mention_id,frame_right,target,polarity,voice,speaker\nm,yes,summit,open,direct,A"
    )
    (row,) = read_csv(path, TableError, LABEL_COLUMNS).to_dict("records")
    assert (row["about"], row["polarity"]) == ("event", "open")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_sheets(tmp_path, ending):
    path = tmp_path / f"sheet.{ending}"
    rows = [["mention_id", "target", "", "note"], ["m", "summit", "summit", "summit"]]
    if ending == "csv":
        path.write_text("\n".join(map(",".join, rows)))
    else:
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    table = read_sheet(path)
    assert list(table.columns)[:2] == ["mention_id", "about"]
    assert table.iloc[0].tolist() == ["m", "event", "summit", "summit"]


def test_corrections(tmp_path):
    path = tmp_path / "corrections.csv"
    path.write_text("doc_id,begin,end,surface,layer,value,note\na,0,4,Deal,target,summit,summit\n")
    (one,) = read_corrections(path)
    assert (one.layer, one.value) == ("about", "event")


def test_scores_and_confusion():
    toy = ROOT / "tests/toy/data/validation"
    assert ",target," in (toy / "scores.csv").read_text("utf-8")
    scores, confusion = (read_validation(name, toy) for name in VALIDATION_COLUMNS)
    assert {"about", "about_elsewhere"} <= set(scores["layer"])
    told = confusion[confusion["layer"] == "about"]
    assert set(told["gold"]) == {"event", "other"}


def test_lexicon_and_choices_of_a_study():
    toy = ROOT / "tests/toy"
    assert not (toy / "data/lexicons/about.toml").exists()
    assert read_about_lexicon(toy / "data/lexicons/about.toml").event
    assert 'target = ["all"]' in (toy / "study.toml").read_text("utf-8")
    assert read_study(toy / "study.toml").multiverse.about == ("all",)
