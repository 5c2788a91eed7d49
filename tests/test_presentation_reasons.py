"""Why a number is missing: a code and its numbers from the measure, the sentence from the words."""

import re

import pandas as pd
import pytest
from presentation_samples import look

from analysis.figures.reasons import status_line, word_reasons
from analysis.figures.words import read_words, word_basis, word_reason
from analysis.measures.inference import INTERVAL_BASIS
from analysis.measures.verdicts import (
    OK,
    judge_effect,
    judge_interval,
    judge_p_value,
    judge_share,
    refuse,
    verdict_table,
)
from analysis.study.errors import MeasureError, TableError
from analysis.tables.schema import REASONS


def test_every_reason_has_a_sentence_and_no_sentence_is_without_a_reason():
    assert set(read_words().reasons) == set(REASONS)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_sentence_has_a_place_for_each_value(code: str, language: str):
    values = [101 + i for i in range(len(REASONS[code]))]
    verdict = refuse(code, *values)
    said = word_reason(verdict.reason_code, verdict.reason_values, language)  # type: ignore[arg-type]
    assert [int(number) for number in re.findall(r"10\d", said)] == values
    assert not set("{}") & set(said)
    with pytest.raises(TableError, match=f"'{code}' has {len(values)} places; came '1;2;3;4;5'"):
        word_reason(code, "1;2;3;4;5", language)  # type: ignore[arg-type]


def test_a_reason_is_made_by_its_code_and_its_numbers_only():
    with pytest.raises(MeasureError, match=r"unknown reason 'no_tokens'.*Did you mean 'no_token'"):
        refuse("no_tokens")
    with pytest.raises(MeasureError, match="wanted fewest, n_target, n_reference; came 1 values"):
        refuse("too_few_clusters", 20)
    with pytest.raises(MeasureError, match="no_token: wanted no value; came 1 values"):
        refuse("no_token", 3)
    assert refuse("too_few_clusters", 20, 12345, 3.0).reason_values == "20;12345;3"


def test_numbers_of_a_reason_are_written_as_the_language_does():
    reason = judge_p_value(0.1)[1:]
    assert "ist 0,1 (über 0,05)" in word_reason(*reason, "de")
    assert "is 0.1 (above 0.05)" in word_reason(*reason, "en")
    assert word_reason(*judge_p_value(1 / 3)[1:], "de").count("0,333") == 1
    assert word_reason(*judge_share(3.5, with_interval=False)[1:], "de").startswith("3,5 Nennungen")


def test_different_reasons_are_counted():
    table = verdict_table([judge_interval(3, 2), OK, refuse("term_absent")])
    assert status_line(table, look(), "status_interval") == (
        "Keine Intervalle: ein Bootstrap braucht 20 Dokumente je Gruppe, hier sind es 3 und 2"
        " (1 von 3); der Term kommt nicht vor (1 von 3)."
    )


def test_nothing_missing_says_nothing():
    table = verdict_table([OK]).add_prefix("p_")
    assert status_line(table, look(), "status_p_value", prefix="p_") == ""


def test_table_of_a_paper_has_words_and_the_result_table_stays():
    table = verdict_table([judge_p_value(0.1), OK]).add_prefix("p_").assign(n=1)
    worded = word_reasons(table, look(), prefixes=["p_"])
    assert worded.columns.tolist() == ["p_status", "p_reason", "n"]
    assert worded["p_status"].tolist() == ["nicht schätzbar", "geschätzt"]
    assert worded["p_reason"].tolist()[1] == ""
    assert table["p_status"].tolist() == ["not_estimable", "ok"]


def test_unknown_reason_is_an_error():
    with pytest.raises(TableError, match=r"\[reasons\] has no words for 'rain'; add it there"):
        word_reason("rain", "", "de")


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_an_interval_rests_on_has_words_of_its_own(language):
    worded = {word_basis(text, language) for text in INTERVAL_BASIS.values()}
    assert len(worded) == len(INTERVAL_BASIS) == len(read_words().interval_basis)


def test_what_an_interval_rests_on_is_worded_too():
    table = verdict_table([OK]).assign(interval_basis=INTERVAL_BASIS["welch"])
    assert word_reasons(table, look())["interval_basis"].tolist() == [
        "Welch, Dokumente als Einheiten"
    ]


def test_unknown_outlets_are_not_called_different():
    rows = pd.DataFrame({"event": ["a", "b"], "outlet": ["", ""], "kind": "p"})
    reason = judge_effect(rows, "event")[1:]
    assert word_reason(*reason, "de").startswith("von keinem Medium ist bekannt")
    assert word_reason(*reason, "en") == "no outlet is known to cover both events"
