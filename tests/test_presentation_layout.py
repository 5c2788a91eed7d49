import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.figures.layout import break_name, check_table
from analysis.figures.marks import spread
from analysis.study.errors import TableError


@given(st.text(alphabet="abcäöüß- ", max_size=120), st.integers(4, 40))
def test_broken_names_fit_and_lose_no_letter(name: str, letters: int):
    lines = break_name(name, letters).split("\n")
    assert max(len(line) for line in lines) <= letters
    kept = "".join(lines).replace("-", "").replace(" ", "")
    assert kept == name.replace("-", "").replace(" ", "")


@given(st.integers(0, 30))
def test_spread_is_symmetric_and_stays_in_reach(n: int):
    heights = spread(n, 0.26)
    assert len(set(heights)) == n
    assert sum(heights) == pytest.approx(0)
    assert all(abs(height) <= 0.2601 for height in heights)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"term": ["a"]}, r"plot_x: missing columns n, unit; came: term"),
        ({"term": [], "n": [], "unit": []}, "plot_x: the table has no rows"),
        ({"term": ["a", "b", "b"], "n": 1, "unit": "mean"}, r"plot_x: term \['b'\] stands twice"),
        (
            {"term": ["a"], "n": 1, "unit": "pool"},
            r"plot_x: unknown unit 'pool'. Allowed: mean, pooled\. Did you",
        ),
    ],
)
def test_a_table_that_cannot_be_drawn_is_named(table: dict[str, object], message: str):
    codes = {"unit": ["pooled", "mean"]}
    with pytest.raises(TableError, match=message):
        check_table(pd.DataFrame(table), ["term", "n", "unit"], "plot_x", key=["term"],
                    codes=codes)  # fmt: skip
