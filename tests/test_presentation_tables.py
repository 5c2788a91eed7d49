import io
import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.figures.tables import csv_text, latex_macros, latex_table
from analysis.figures.workbench import open_workbench
from analysis.study.errors import ExportError
from analysis.tables.cells import macro_name


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-2", "@SUM(A1)", "\tx", "\rx"])
@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_formulas_become_text(cell: str, dtype: str):
    table = pd.DataFrame({"term": pd.Series([cell, "Öl"], dtype=dtype)})
    back = pd.read_csv(io.StringIO(csv_text(table), newline=""), lineterminator="\n")
    assert back["term"].tolist() == [f"'{cell}", "Öl"]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_numbers_come_back_from_csv_bit_by_bit(values: list[float]):
    text = csv_text(pd.DataFrame({"share": values}))
    assert [float(line) for line in text.splitlines()[1:]] == values


def test_latex_has_booktabs_and_the_language_of_the_numbers():
    table = pd.DataFrame({"n": [12345], "event": ["x"], "log_ratio": [-1.239], "term": ["Öl"]})
    headings = {"term": "Term", "n": "n", "log_ratio": "Log-Verhältnis (Basis 2)"}
    assert latex_table(table, headings, language="de") == (
        "\\begin{tabular}{lrr}\n\\toprule\n"
        "Term & n & Log-Verhältnis (Basis 2) \\\\\n\\midrule\n"
        "Öl & 12\\,345 & \\ensuremath{-}1,24 \\\\\n"
        "\\bottomrule\n\\end{tabular}\n"
    )
    assert "12,345 & \\ensuremath{-}1.24" in latex_table(table, headings, language="en")


def test_latex_escapes_what_is_special_and_dashes_empty_cells():
    table = pd.DataFrame({"term": ["A&B_50%$#{}~^\\"], "x": [math.nan]})
    table["post"] = pd.array([None], dtype="Int64")
    headings = {"term": "Term", "x": "Anteil in %", "post": "Beitrag"}
    text = latex_table(table, headings, language="de")
    escaped = r"A\&B\_50\%\$\#\{\}\textasciitilde \textasciicircum \textbackslash "
    assert rf"{escaped} & -- & -- \\" in text
    assert r"Term & Anteil in \% & Beitrag \\" in text


def test_latex_refuses_one_heading_twice():
    table = pd.DataFrame({"share": [1.0], "s": [1.0]})
    with pytest.raises(ExportError, match="two columns are headed 'Anteil'"):
        latex_table(table, {"share": "Anteil", "s": "Anteil"}, language="de")


@given(st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,20}", fullmatch=True))
def test_macro_names_are_letters_only(name: str):
    assert macro_name("02", name).isalpha()
    assert macro_name("02", name).isascii()


def test_a_table_that_compares_names_the_events(tmp_path: Path):
    bench = replace(open_workbench("02_x", {}), folder=tmp_path)
    bench.export_table(pd.DataFrame({"n_target": [3], "n_reference": [1]}), "02_x")
    assert (tmp_path / "02_x.csv").read_text("utf-8") == (
        "n_target,n_reference,event_target,event_reference\n3,1,alaska-2025,helsinki-2018\n"
    )
    assert "n Alaska 2025 & n Helsinki 2018 \\\\\n" in (tmp_path / "02_x.tex").read_text("utf-8")


def test_csv_leaves_empty_cells_times_and_numbers_readable_and_its_table_as_it_was():
    table = pd.DataFrame(
        {
            "posted_at": pd.to_datetime(["2025-08-15 20:00", None]),
            "post": pd.array([1, None], dtype="Int64"),
            "outlet": ["=Morgenblatt", ""],
            "log_ratio": [-1.5, -2],
        }
    )
    before = table.copy(deep=True)
    assert csv_text(table) == (
        "posted_at,post,outlet,log_ratio\n2025-08-15 20:00:00,1,'=Morgenblatt,-1.5\n,,,-2.0\n"
    )
    pd.testing.assert_frame_equal(table, before)


def test_macros_are_sorted_escaped_and_spelled_without_digits():
    values = {"share_2018": 0.256, "n_terms": 1200, "top": "50% & \\x"}
    assert latex_macros(values, "02", language="de") == (
        "\\newcommand{\\gipfelZeroTwoNTerms}{1\\,200}\n"
        "\\newcommand{\\gipfelZeroTwoShareTwoZeroOneEight}{0,26}\n"
        "\\newcommand{\\gipfelZeroTwoTop}{50\\% \\& \\textbackslash{}x}\n"
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        *(
            ({name: 1}, "wanted ASCII letters, digits and underscores")
            for name in ("größe", "n tokens", "2018_n", "")
        ),
        ({"n_terms": 1, "nTerms": 2}, "another value has the macro"),
        *(
            ({"x": value}, "value 'x': wanted a finite number or text")
            for value in (math.nan, math.inf, True)
        ),
    ],
)
def test_values_that_no_macro_can_have_are_errors(values: dict[str, object], message: str):
    with pytest.raises(ExportError, match=message):
        latex_macros(values, "02", language="de")
