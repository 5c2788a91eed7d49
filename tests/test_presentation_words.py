import math
import re

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from presentation_samples import look

from analysis import (
    check_length,
    frame_dispersion,
    frame_pairs,
    frame_shares,
    frame_speakers,
    leave_documents_out,
    mention_trend,
    net_assertion,
    polarity_profile,
    read_features,
    speaker_concentration,
)
from analysis.figures.reasons import status_line, word_reasons
from analysis.figures.words import (
    format_number,
    heading,
    label,
    read_words,
    tick_format,
    word_basis,
    word_reason,
)
from analysis.measures import frame_time, frequency, noise_floor
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
from analysis.study.design import ALPHA, FEWEST_JOINT, LEVEL
from analysis.study.errors import ExportError, MeasureError, TableError
from analysis.tables.features import Features
from analysis.tables.schema import REASONS, TABLES


def test_unknown_labels_and_languages_list_the_allowed_and_the_nearest():
    with pytest.raises(
        ExportError, match=r"unknown label 'topicc'.*\bmentions_there, .*Did you mean 'topic'"
    ):
        label("topicc", "de")
    with pytest.raises(ExportError, match=r"unknown language 'fr'. Allowed: de, en\."):
        label("topic", "fr")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "digits", "german", "english"),
    [
        (0.5, None, "0,5", "0.5"),
        (1234, None, "1\N{NARROW NO-BREAK SPACE}234", "1,234"),
        (1234567.891, 2, "1\u202f234\u202f567,89", "1,234,567.89"),
        (-3.0, None, "−3", "−3"),
        (-0.0001, 2, "0,00", "0.00"),
        (0.1 + 0.2, None, "0,3", "0.3"),
        (1e-12, None, "0", "0"),
        (math.nan, 2, "–", "–"),
    ],
)  # fmt: skip
def test_numbers_as_the_languages_write_them(value, digits, german: str, english: str):
    assert format_number(value, "de", digits=digits) == german
    assert format_number(value, "en", digits=digits) == english


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_german_number_reads_back(value: float, digits: int):
    text = format_number(value, "de", digits=digits)
    back = text.replace("\N{NARROW NO-BREAK SPACE}", "").replace(",", ".").replace("−", "-")
    assert float(back) == pytest.approx(float(f"{value:.{digits}f}"))
    assert not set("-.") & set(text)


def test_ticks_are_numbers_of_the_language():
    assert [tick_format("de")(x, 0) for x in (0, 2500, 0.25)] == ["0", "2\u202f500", "0,25"]


WORDS = 'floor = {{ de = "Boden", en = "floor" }}\n{entry}\n'
SECTIONS = "[headings]\n[tables.03]\n[reasons]\n[interval_basis]\n"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('floor = { de = "Grund", en = "ground" }', r"Cannot overwrite a value \(at line 3"),
        ('roof = { de = "Dach" }', "missing key 'en'"),
        ('roof = { de = "Dach", en = " " }', r"\[labels\], key 'roof.en': .*match pattern"),
        (
            'roof = { de = "Dach", en = "roof", fr = "toit" }',
            r"\[labels\], key 'roof.fr': unknown key",
        ),
        ('roof = "Dach"', r"\[labels\], key 'roof': .*; came: 'Dach'"),
    ],
)
def test_an_entry_stands_once_and_in_both_languages(tmp_path, entry: str, message: str):
    path = tmp_path / "words.toml"
    path.write_text("[labels]\n" + WORDS.format(entry=entry) + SECTIONS, encoding="utf-8")
    with pytest.raises(ExportError, match=message):
        read_words(path)


def test_no_text_freezes_a_number_that_a_parameter_or_constant_sets():
    frozen = re.compile(r"\d+[  -]?%|[0]?[.,]\d|\b(ab|unter|below|from) \d")
    words = read_words()
    entries = (words.labels, words.headings, *words.tables.values())
    texts = [said for texts in entries for text in texts.values() for said in (text.de, text.en)]
    assert [text for text in texts if frozen.search(text)] == []
    assert label("value_interval", "de") == f"Wert mit {100 * LEVEL:g}-%-Intervall"
    assert label("keywords_words", "en").endswith(f"Bonferroni {ALPHA})")
    assert label("pair_refused", "en").startswith(f"below {FEWEST_JOINT}")


def test_a_column_with_more_than_one_meaning_has_no_heading_by_itself():
    sides = {"target": "Alaska 2025", "reference": "Helsinki 2018"}
    assert heading("weight", "de", table="03_breakdowns", sides=sides) == "Wiederholungen"
    assert heading("weight", "de", table="11_seeded_topics", sides=sides) == "Gewicht im Thema"
    assert heading("place", "de", table="03_breakdowns", sides=sides) == "Stelle im Artikel"
    for column in ("weight", "place", "target", "reference"):
        with pytest.raises(ExportError, match=f"no heading in table '10_x'.*'{column}'.*Add it"):
            heading(column, "de", table="10_x", sides=sides)


def test_headings_name_the_events_compared():
    sides = {"target": "Alaska 2025", "reference": "Helsinki 2018"}
    for language in ("de", "en"):
        columns = set(read_words().headings) - {"gold"}
        named = [heading(column, language, sides=sides) for column in columns]
        assert not [text for text in named if re.search("Ziel|Referenz|target|reference", text)]
        assert len({heading(f"n_{side}", language, sides=sides) for side in sides}) == 2
    with pytest.raises(ExportError, match="names the target of the comparison, which was not"):
        heading("n_target", "de", sides={})


def frame_tables(features: Features) -> list[pd.DataFrame]:
    """Give tables of measures that the study's notebooks publish in part, or do not reach."""
    mentions, documents, segments = features.mentions, features.documents, features.segments
    frames = ["Erfolg", "Deal"]
    shares = frame_shares(mentions, documents, frames)
    return [
        net_assertion(polarity_profile(mentions, documents, frames)),
        speaker_concentration(frame_speakers(mentions, documents, frames), frames),
        frame_dispersion(mentions, documents, frames),
        leave_documents_out(shares, "share"),
        check_length({"share": shares}, documents),
        frame_pairs(mentions, documents, segments, frames),
        mention_trend(features, frames, seed=1),
    ]


def test_no_heading_is_unused():
    """Each heads a column of a published table, or of a table that a measure gives."""
    published = {
        path.stem: set(pd.read_csv(path, nrows=0).columns)
        for path in (ROOT / "figures").glob("*.csv")
        if path.with_suffix(".tex").exists()
    }
    scores = pd.read_csv(ROOT / "data/validation/scores.csv", nrows=0).columns
    given = {*noise_floor.COLUMNS, *frequency.COLUMNS, *frame_time.INTERVAL_COLUMNS, *scores}
    given |= {column.name for table in TABLES.values() for column in table.columns}
    given |= {"range", *(column for columns in published.values() for column in columns)}
    tables = frame_tables(read_features())
    published["15_"] = {column.replace("reason_code", "reason") for one in tables for column in one}
    given |= published["15_"]
    words = read_words()
    assert set(words.headings) - given == set()
    for name, own in words.tables.items():
        tables = (columns for table, columns in published.items() if table.startswith(name))
        assert set(own) - set().union(*tables) == set()


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


def test_table_of_a_paper_has_words_and_the_result_table_stays():
    table = verdict_table([judge_p_value(0.1), OK]).add_prefix("p_").assign(
        n=1, interval_basis=INTERVAL_BASIS["welch"]
    )  # fmt: skip
    worded = word_reasons(table, look(), prefixes=["p_"])
    assert worded.columns.tolist() == ["p_status", "p_reason", "n", "interval_basis"]
    assert worded["p_status"].tolist() == ["nicht schätzbar", "geschätzt"]
    assert worded["p_reason"].tolist()[1] == ""
    assert set(worded["interval_basis"]) == {"Welch, Dokumente als Einheiten"}
    assert table["p_status"].tolist() == ["not_estimable", "ok"]
    with pytest.raises(TableError, match=r"\[reasons\] has no words for 'rain'; add it there"):
        word_reason("rain", "", "de")


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_an_interval_rests_on_has_words_of_its_own(language):
    worded = {word_basis(text, language) for text in INTERVAL_BASIS.values()}
    assert len(worded) == len(INTERVAL_BASIS) == len(read_words().interval_basis)


def test_unknown_outlets_are_not_called_different():
    rows = pd.DataFrame({"event": ["a", "b"], "outlet": ["", ""], "kind": "p"})
    reason = judge_effect(rows, "event")[1:]
    assert word_reason(*reason, "de").startswith("von keinem Medium ist bekannt")
    assert word_reason(*reason, "en") == "no outlet is known to cover both events"


def test_different_reasons_are_counted_and_nothing_missing_says_nothing():
    table = verdict_table([judge_interval(3, 2), OK, refuse("term_absent")])
    assert status_line(table, look(), "status_interval") == (
        "Keine Intervalle: ein Bootstrap braucht 20 Dokumente je Gruppe, hier sind es 3 und 2"
        " (1 von 3); der Term kommt nicht vor (1 von 3)."
    )
    assert status_line(verdict_table([OK]).add_prefix("p_"), look(), "status_p_value",
                       prefix="p_") == ""  # fmt: skip
