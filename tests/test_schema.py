"""One check for every open table: all faults in one message, up to three rows named."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import ROOT

from analysis.study.errors import TableError
from analysis.tables.features import Features
from analysis.tables.schema import TABLES, code_book, empty_table, find_table, mention_list
from analysis.tables.streams import check_table, coerce_table


@pytest.fixture
def segments(toy_features: Features) -> pd.DataFrame:
    return toy_features.segments.copy()


def message(frame: pd.DataFrame, name: str) -> str:
    with pytest.raises(TableError) as caught:
        check_table(frame, name)
    return str(caught.value)


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_the_toy_study_pass(toy_features: Features, name: str) -> None:
    frame = getattr(toy_features, name)
    assert check_table(frame, name) is frame
    pd.testing.assert_frame_equal(coerce_table(frame.sample(frac=1, random_state=1), name), frame)


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_table_has_the_right_types_and_key(name: str) -> None:
    assert len(check_table(empty_table(name), name)) == 0
    table = find_table(name)
    assert set(table.key) | set(table.sort) <= set(table.names)


def test_every_text_column_says_what_it_may_hold() -> None:
    columns = [column for table in TABLES.values() for column in table.columns]
    assert all((column.text is not None) == (column.dtype == "text") for column in columns)
    assert all(column.text == "code" for column in columns if column.allowed)


def test_an_unknown_table_lists_the_known_ones() -> None:
    with pytest.raises(TableError) as caught:
        find_table("term")
    assert str(caught.value) == (
        "unknown open table 'term'. Allowed: cooccurrences, documents, mentions, ngrams, nodes,"
        " segments, terms, voices, windows. Did you mean 'terms'?"
    )


def test_missing_surplus_and_wrong_columns_stand_in_one_message(segments: pd.DataFrame) -> None:
    wrong = segments.drop(columns="zone").assign(
        extra=1, n_words=segments["n_words"].astype(float), post=0.5
    )
    assert message(wrong, "segments") == (
        "open table 'segments': 4 faults\n"
        "  - missing column 'zone'\n"
        "  - column 'extra' is not in the schema\n"
        "  - column 'post': wanted type Int64, came float64\n"
        "  - column 'n_words': wanted type int64, came float64\n"
        "Rebuild it with `gipfel annotate`."
    )


def test_empty_cells_values_and_keys_stand_in_one_message(segments: pd.DataFrame) -> None:
    segments.loc[[1, 3, 5, 7, 9], "zone"] = "attic"
    segments.loc[[2], "doc_id"] = None
    segments.loc[4, "segment_id"] = segments.loc[3, "segment_id"]
    assert message(segments, "segments") == (
        "open table 'segments': 3 faults\n"
        "  - column 'doc_id': empty cells in row 2\n"
        "  - column 'zone': 'attic' is not one of body, caption, headline, lead, post, subheading,"
        " in rows 1, 3, 5 and 2 more\n"
        "  - key segment_id repeated in row 4\n"
        "Rebuild it with `gipfel annotate`."
    )


def test_empty_cells_are_allowed_where_the_schema_says_so_and_rows_are_put_in_order(
    segments: pd.DataFrame,
) -> None:
    assert segments[["post", "posted_at"]].isna().any().all()
    check_table(segments, "segments")
    pd.testing.assert_frame_equal(coerce_table(segments.iloc[::-1], "segments"), segments)


def test_the_code_book_names_every_column_once_per_table() -> None:
    book = code_book()
    for table in TABLES.values():
        section = book.split(f"### `{table.name}`")[1].split("###")[0]
        lines = [line for line in section.splitlines() if line.startswith("| `")]
        assert [line.split("`")[1] for line in lines] == list(table.names)
        assert all(line.replace("\\|", "").count("|") == 5 for line in lines)


def test_the_list_of_mentions_is_that_of_the_open_table(features: Features) -> None:
    listed = (ROOT / "docs" / "reference" / "mentions.md").read_text(encoding="utf-8")
    assert listed == mention_list(features.mentions)
    core = features.mentions.query("tier == 'core'")
    assert listed.count("\n| ") == len(core) + len(("head", "rule"))
