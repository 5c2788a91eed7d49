import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.figures.layout import break_name, check_columns, check_values, one_per, row_mm
from analysis.figures.marks import spread
from analysis.study.errors import TableError


@given(st.text(alphabet="abcäöüß- ", max_size=120), st.integers(4, 40))
def test_broken_names_fit_and_lose_no_letter(name: str, letters: int):
    lines = break_name(name, letters).split("\n")
    assert max(len(line) for line in lines) <= letters
    kept = "".join(lines).replace("-", "").replace(" ", "")
    assert kept == name.replace("-", "").replace(" ", "")


def test_short_name_stays_on_one_line():
    assert break_name("Präsidentschaftswahlkampf", 25) == "Präsidentschaftswahlkampf"


def test_rows_grow_with_their_names():
    assert row_mm(["Öl"]) < row_mm(["Öl", "Straße\nund Weg"])


@given(st.integers(0, 30))
def test_spread_is_symmetric_and_stays_in_reach(n: int):
    heights = spread(n, 0.26)
    assert len(set(heights)) == n
    assert sum(heights) == pytest.approx(0)
    assert all(abs(height) <= 0.2601 for height in heights)


def test_missing_columns_are_named_with_those_that_came():
    with pytest.raises(TableError, match=r"plot_terms: missing columns n, per_1000; came: term"):
        check_columns(pd.DataFrame({"term": ["a"]}), ["term", "n", "per_1000"], "plot_terms")


def test_table_without_rows_is_an_error():
    with pytest.raises(TableError, match="plot_terms: the table has no rows"):
        check_columns(pd.DataFrame({"n": []}), ["n"], "plot_terms")


def test_repeated_row_is_named():
    table = pd.DataFrame({"term": ["a", "b", "b"], "event": "x"})
    with pytest.raises(TableError, match=r"term, event \['b', 'x'\] stands twice"):
        one_per(table, ["term", "event"], "plot_terms")


def test_code_that_is_not_allowed_is_named():
    with pytest.raises(TableError, match=r"unknown unit 'pool'. Allowed: mean, pooled\. Did you"):
        check_values(pd.DataFrame({"unit": ["pool"]}), "unit", ["pooled", "mean"], "plot_x")
