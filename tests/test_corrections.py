"""Corrections by hand win over the rules, and none is dropped in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.annotation.corrections import apply_corrections, read_corrections
from analysis.annotation.pipeline import annotate
from analysis.study.errors import SourceError
from analysis.study.paths import Layout
from analysis.tables.codings import CORRECTION_COLUMNS
from analysis.tables.features import read_features

HEAD = ",".join(CORRECTION_COLUMNS)


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return path


def mention(layout: Layout, surface: str) -> dict[str, object]:
    found = read_features(layout.features).mentions.query("surface == @surface")
    return {str(name): value for name, value in found.iloc[0].items()}


def test_no_file_means_no_correction(tmp_path: Path) -> None:
    assert read_corrections(tmp_path / "none.csv") == ()


def test_all_faults_of_a_file_are_in_one_message(tmp_path: Path) -> None:
    path = write(
        tmp_path / "c.csv",
        "a,x,4,Deal,polarity,open,",
        "a,0,4,Deal,polarty,open,",
        "a,0,4,Deal,polarity,opened,",
        "a,0,4",
    )
    with pytest.raises(SourceError) as caught:
        read_corrections(path)
    text = str(caught.value)
    assert "4 faults" in text
    assert "line 2: begin is 'x', wanted a whole number" in text
    assert "line 3: unknown layer 'polarty'" in text
    assert "Did you mean 'polarity'?" in text
    assert "line 4: unknown value 'opened'. Allowed: affirmed, negated, open." in text
    assert "line 5: wanted 7 cells" in text


def test_wrong_columns_and_two_corrections_of_one_layer_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", "a,0,4,Deal,polarity,open,", "a,0,4,Deal,polarity,negated,")
    with pytest.raises(SourceError, match="line 2 sets polarity already"):
        read_corrections(path)
    path.write_text("doc,begin\na,1\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"wanted the columns doc_id, .*; came doc, begin"):
        read_corrections(path)


def test_a_correction_wins_and_says_so_and_frame_none_takes_a_mention_away(
    annotated_toy: Layout,
) -> None:
    before, gone = mention(annotated_toy, "Hafendeal"), mention(annotated_toy, "erfolgreich")
    span, of_gone = (
        f"{one['doc_id']},{one['begin']},{one['end']},{one['surface']}" for one in (before, gone)
    )
    lines = (f"{span},polarity,negated,", f"{span},speaker,Bruno,seen", f"{of_gone},frame,none,")
    write(annotated_toy.corrections_file, *lines)
    assert before["polarity"] == "open"
    assert annotate(annotated_toy)["mentions"]
    after = mention(annotated_toy, "Hafendeal")
    coded = [after[f"polarity{part}"] for part in ("", "_rule", "_cue")]
    assert coded == ["negated", "hand", ""]
    assert (after["speaker"], after["voice"]) == ("Bruno", before["voice"])
    assert "erfolgreich" not in set(read_features(annotated_toy.features).mentions["surface"])


def test_corrections_that_do_not_fit_stop_annotation(toy: Layout) -> None:
    for line, said in {
        "nord_2,5,9,Deal,polarity,open,": "the text there is",
        "nord_2,99990,99999,Hafendeal,polarity,open,": "the end of the text",
        "nord_2,4,10,Gipfel,polarity,open,": "no mention stands there",
        "nirgends,5,9,Deal,polarity,open,": "unknown document 'nirgends'",
    }.items():
        write(toy.corrections_file, line)
        with pytest.raises(SourceError, match=f"line 2.*{said}"):
            annotate(toy)
    assert not toy.features.exists()


def test_rows_without_a_correction_stay_as_they_are() -> None:
    rows = [{"begin": 0, "end": 4, "polarity": "open"}]
    assert apply_corrections(rows, [], "Deal") == (rows, [])
