"""data/coding: what is stored, that it holds no text, and that it fits the open tables."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT

from analysis.coding.sheet import Design, draw_sample
from analysis.corpus.release import check_release
from analysis.study.errors import ReleaseError, TableError
from analysis.study.paths import Layout
from analysis.tables.codings import (
    CODING_COLUMNS,
    DRAW_COLUMNS,
    LABEL_COLUMNS,
    check_drawn_from,
    read_codings,
    read_draw,
    write_draw,
    write_labels,
)
from analysis.tables.features import Features

FOLDER = ROOT / "data" / "coding"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the committed samples, to be changed."""
    return Path(shutil.copytree(FOLDER, tmp_path / "coding"))


def test_committed_files_hold_no_text_column() -> None:
    allowed = {*DRAW_COLUMNS, *LABEL_COLUMNS}
    for path in FOLDER.glob("*.csv"):
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        assert set(table.columns) <= allowed
        assert table.map(len).to_numpy().max() <= 30
        words = table.drop(columns=["speaker"], errors="ignore")
        assert not words.map(lambda cell: " " in cell).to_numpy().any()


def test_the_committed_sample_is_the_one_that_its_design_draws(features: Features) -> None:
    kept = read_draw("pilot", FOLDER)
    how = {name: kept.design[name] for name in ("n", "allocation", "tier", "seed")}
    design = Design(by=tuple(kept.design["by"]), **how)
    anew = draw_sample(features.mentions, design, name="pilot")
    assert anew.design == kept.design
    pd.testing.assert_frame_equal(anew.rows, kept.rows)


def test_codings_are_one_row_per_coder_and_mention(features: Features) -> None:
    table = read_codings(features, "pilot", FOLDER)
    assert tuple(table.columns) == CODING_COLUMNS
    assert table.groupby("coder").size().to_dict() == {"llm-a": 20, "llm-b": 20}
    assert set(table["tiers"]) == {"core"}
    assert read_codings(features, folder=FOLDER / "none").empty


def test_a_sample_of_other_mentions_is_refused(features: Features) -> None:
    with pytest.raises(TableError) as fault:
        check_drawn_from(read_draw("pilot", FOLDER), features.mentions.iloc[3:])
    text = str(fault.value)
    assert "sample 'pilot' was drawn from other data: wanted the 35 mentions of then" in text
    assert "gipfel code sample" in text


def test_new_codes_leave_a_sample_good(features: Features) -> None:
    recoded = features.mentions.assign(polarity="open", voice="direct")
    check_drawn_from(read_draw("pilot", FOLDER), recoded)
    assert len(read_codings(features.with_tables(mentions=recoded), "pilot", FOLDER)) == 40


def test_the_name_of_another_sample_is_not_taken(features: Features, folder: Path) -> None:
    other = draw_sample(features.mentions, Design(12, seed=1), name="pilot")
    before = (folder / "pilot.csv").read_bytes()
    with pytest.raises(TableError, match="another sample has this name, and labels may depend on"):
        write_draw(other, folder)
    assert (folder / "pilot.csv").read_bytes() == before
    write_draw(read_draw("pilot", FOLDER), folder)


def test_several_samples_want_a_name(features: Features, folder: Path) -> None:
    write_draw(draw_sample(features.mentions, Design(12, seed=1), name="second"), folder)
    with pytest.raises(TableError, match="several samples, name one: pilot, second"):
        read_codings(features, folder=folder)
    with pytest.raises(TableError, match=r"unknown sample 'pilots'\. Allowed: pilot, second"):
        read_codings(features, "pilots", folder)
    assert read_codings(features, "second", folder).empty


def test_damaged_files_are_named(features: Features, folder: Path) -> None:
    labels = pd.read_csv(folder / "pilot_llm-a.csv", dtype="str", keep_default_na=False)
    write_labels(labels.iloc[1:], "pilot", "llm-a", folder)
    with pytest.raises(TableError, match=r"pilot_llm-a\.csv: wanted the 20 mentions of the sample"):
        read_codings(features, folder=folder)
    (folder / "pilot_llm-a.csv").write_text("mention_id,mood\n")
    with pytest.raises(TableError, match=r"wanted the columns mention_id, .*; came mention_id, m"):
        read_codings(features, folder=folder)
    (folder / "pilot.json").write_text("{")
    with pytest.raises(TableError, match="not valid JSON"):
        read_codings(features, folder=folder)
    (folder / "pilot.json").write_text(json.dumps({"tiers": ["core"]}))
    (folder / "pilot.csv").unlink()
    with pytest.raises(TableError, match=r"no such file\. Restore it with `git checkout data/codi"):
        read_codings(features, folder=folder)


def test_writing_the_same_labels_changes_nothing(folder: Path) -> None:
    labels = pd.read_csv(folder / "pilot_llm-a.csv", dtype="str", keep_default_na=False)
    assert not write_labels(labels, "pilot", "llm-a", folder)
    assert write_labels(labels.assign(voice="direct"), "pilot", "llm-a", folder)
    with pytest.raises(TableError, match=r"name of a coder: wanted small letters .* came '\.\./a'"):
        write_labels(labels, "pilot", "../a", folder)


def test_text_in_data_coding_is_refused(folder: Path) -> None:
    labels = pd.read_csv(folder / "pilot_llm-a.csv", dtype="str", keep_default_na=False)
    labels.loc[1, "polarity"] = "Kein Deal"
    labels.to_csv(folder / "pilot_llm-a.csv", index=False)
    labels.assign(context="Kein Deal.").to_csv(folder / "pilot_llm-b.csv", index=False)
    (folder / "sheet.xlsx").write_bytes(b"")
    files = {f"data/coding/{path.name}": path for path in folder.glob("*.*")}
    with pytest.raises(ReleaseError) as fault:
        check_release(Layout(ROOT), files)
    text = str(fault.value)
    assert "pilot_llm-a.csv: column 'polarity': a cell that is not one of affirmed, negated" in text
    assert "pilot_llm-b.csv: wanted the columns mention_id, frame_right, about, polarity" in text
    assert "sheet.xlsx: not a file that a study publishes" in text
