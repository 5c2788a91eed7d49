"""Segments: stand-off, in order, and every letter of the file is accounted for."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.corpus.cleaning import Span, read_boilerplate
from analysis.corpus.segmentation import (
    Segment,
    Segmentation,
    find_agencies,
    marks_of,
    segment,
)
from analysis.corpus.sources import Source, Ticker
from analysis.tables.features import Features

ROOT = Path(__file__).resolve().parents[1]
RULES = read_boilerplate(ROOT / "data" / "lexicons" / "boilerplate.toml")
BODY = "Die Fähre fährt heute nicht, und der Hafen bleibt den ganzen Tag lang leer."
DAY = dt.date(2019, 5, 6)


def source(ticker: Ticker | None = None, **keys: Any) -> Source:
    """Describe an article of the tests."""
    kind = "live_ticker" if ticker else "article"
    known = {"id": "a", "event": "e", "outlet_basis": "unknown", "sha256": "0" * 64, "size": 1}
    quality = "given" if keys.get("date") else "unknown"
    return Source(kind=kind, ticker=ticker, rights="", date_quality=quality, **known, **keys)


def held(text: str, about: Source) -> str:
    """Write each segment as the number of its post and its zone."""
    found = segment(text, about, RULES).segments
    return ", ".join(f"{one.post.number if one.post else 0} {one.zone}" for one in found)


def zones(text: str, about: Source | None = None) -> list[tuple[str, str]]:
    found = segment(text, about or source(), RULES)
    return [(one.zone, text[one.begin : one.end]) for one in found.segments]


def times(found: Segmentation) -> list[str]:
    """Write day, time and quality of each post once."""
    posts = {one.post.number: one.post for one in found.segments if one.post}
    return [
        f"{post.posted_at:%d. %H:%M} {post.ts_quality}" if post.posted_at else post.ts_quality
        for _, post in sorted(posts.items())
    ]


# ------------------------------------------------------------------ articles


def test_headings_before_the_first_sentence_are_the_headline() -> None:
    text = f"Norden\n\nTreffen am Hafen\n\n{BODY}\n\nKein Wort zum Tunnel\n\n{BODY}"
    assert held(text, source()) == "0 headline, 0 headline, 0 lead, 0 subheading, 0 body"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Treffen am Hafen", [("headline", "Treffen am Hafen")]),
        ("DruckenTeilen\n© Agentur\n", []),
        ("Das ist das Ende.", [("lead", "Das ist das Ende.")]),
        ("„Wer zahlt das?“", [("lead", "„Wer zahlt das?“")]),
        (f"Titel\n***\n———\n{BODY}", [("headline", "Titel"), ("lead", BODY)]),
    ],
)
def test_headings_sentences_and_what_is_no_segment(text: str, wanted: list[Any]) -> None:
    assert zones(text) == wanted


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"], ids=["windows", "unix", "old-mac"])
def test_offsets_count_characters_of_the_file_whatever_the_line_ends(ends: str) -> None:
    text = ends.join(["Treffen am Hafen", "", BODY, BODY, ""])
    found = segment(text, source(), RULES)
    assert [text[one.begin : one.end] for one in found.segments] == ["Treffen am Hafen", BODY, BODY]


def test_a_byline_is_not_text() -> None:
    text = f"Titel\nErika Beispiel\n{BODY}\nSie heißt Erika Beispiel, sagt sie."
    found = zones(text, source(bylines=("Erika Beispiel",)))
    assert [piece for _, piece in found] == ["Titel", BODY, "Sie heißt Erika Beispiel, sagt sie."]


def test_the_line_of_a_picture_is_a_caption() -> None:
    text = f"Titel\n{BODY}\nDas Schloss am Hafen © Muster\nDer Berg (Foto: Muster)\n{BODY}"
    assert zones(text)[2:4] == [("caption", "Das Schloss am Hafen"), ("caption", "Der Berg")]


def test_the_line_above_a_gallery_is_its_caption() -> None:
    text = f"Titel\n{BODY}\nBilder vom Hafen\n\nFotostrecke ansehenDie Fähre\n{BODY}"
    assert zones(text)[2:4] == [("caption", "Bilder vom Hafen"), ("subheading", "Die Fähre")]


# ------------------------------------------------------------------ tickers


def test_time_lines_open_posts() -> None:
    text = f"Titel\n{BODY}\n 12:05\nErster\n{BODY}\n11.50 Uhr\n{BODY}\n9:05\n{BODY}"
    found = segment(text, source("time_line", date=DAY), RULES)
    assert found.n_posts == 3
    assert times(found) == [f"06. {t} date_inferred" for t in ("12:05", "11:50", "09:05")]
    zone = "0 headline, 0 lead, 1 subheading, 1 post, 2 post, 3 post"
    assert held(text, source("time_line", date=DAY)) == zone
    assert [one.post.order for one in found.segments if one.post] == [3, 3, 2, 1]


def test_a_time_inside_a_sentence_opens_no_post() -> None:
    text = f"{BODY}\nUm 12:05\nUhr begann es.\n12:05 beginnt es.\n12:05:30\n{BODY}"
    assert segment(text, source("time_line", date=DAY), RULES).n_posts == 0


def test_update_labels_open_posts_and_take_the_headings_above() -> None:
    text = (
        f"{BODY}\nDie Bahn wartet\nUpdate, 8.30 Uhr: {BODY}\nDer Tunnel\nUpdate, 7:15 Uhr: {BODY}\n"
        f"Noch ein Wort\nErstmeldung: {BODY}"
    )
    found = segment(text, source("update_label", date=DAY), RULES)
    assert found.n_posts == 3
    assert times(found) == ["06. 08:30 date_inferred", "06. 07:15 date_inferred", "order_only"]
    assert held(text, source("update_label", date=DAY)) == (
        "0 lead, 1 subheading, 1 post, 2 subheading, 2 post, 3 subheading, 3 post"
    )


def test_a_caption_does_not_belong_to_the_next_label() -> None:
    gallery = "Bilder vom Hafen\n\nFotostrecke ansehenDer Tunnel"
    text = f"Update, 8.30 Uhr: {BODY}\n{gallery}\nUpdate, 7.15 Uhr: {BODY}"
    about = source("update_label", date=DAY)
    assert held(text, about) == "1 post, 1 caption, 2 subheading, 2 post"


def test_bylines_open_posts_without_times() -> None:
    text = f"{BODY}\nErika Beispiel\n{BODY}\n{BODY}\nMax Muster\n{BODY}"
    names = ("Erika Beispiel", "Max Muster")
    found = segment(text, source("byline", bylines=names, date=DAY), RULES)
    assert found.n_posts == 2
    assert times(found) == ["order_only"] * 2
    assert [one.post.number if one.post else 0 for one in found.segments] == [0, 1, 1, 2]
    assert {span.rule for span in found.boilerplate} == {"byline"}


def ticker(*clocks: str) -> str:
    return "\n".join(f"{clock}\n{BODY}" for clock in clocks)


@pytest.mark.parametrize(
    ("newest_first", "clocks", "dated"),
    [
        (True, ("00:20", "00:05", "23:40"), ("06. 00:20", "06. 00:05", "05. 23:40")),
        (False, ("23:40", "00:05", "00:20"), ("06. 23:40", "07. 00:05", "07. 00:20")),
        (True, ("12:00", "11:00"), ("06. 12:00", "06. 11:00")),
        (False, ("11:00", "11:00"), ("06. 11:00", "06. 11:00")),
        (True, ("01:00", "23:00", "02:00", "22:00"), ("06.", "05.", "05.", "04.")),
        (True, ("24:00", "23:59"), ("06. 00:00", "05. 23:59")),
    ],
    ids=["back", "on", "none", "same-minute", "two-nights", "hour-24"],
)
def test_a_jump_over_midnight_changes_the_day(
    newest_first: bool, clocks: tuple[str, ...], dated: tuple[str, ...]
) -> None:
    about = source("time_line", date=DAY, newest_first=newest_first)
    found = times(segment(ticker(*clocks), about, RULES))
    assert all(time.startswith(start) for time, start in zip(found, dated, strict=True))
    assert all(time.endswith("date_inferred") for time in found)


@pytest.mark.parametrize("clock", ["31:05", "12:60", "12:99", "99.99"])
def test_what_is_no_time_of_day_opens_no_post(clock: str) -> None:
    assert segment(ticker("12:00", clock), source("time_line", date=DAY), RULES).n_posts == 1


def test_a_stated_day_wins_and_carries_on_if_the_calendar_has_it() -> None:
    about = source("time_line", date=DAY)
    found = times(segment(ticker("12:00", "04.05.2019, 10:00", "09:00"), about, RULES))
    assert found == ["06. 12:00 date_inferred", "04. 10:00 explicit", "04. 09:00 date_inferred"]
    found = times(segment(ticker("12:00", "31.02.2019, 10:00"), about, RULES))
    assert found == ["06. 12:00 date_inferred", "06. 10:00 date_inferred"]
    found = times(segment(ticker("12:00", "11:00"), source("time_line"), RULES))
    assert found == ["order_only"] * 2, "without any day only the order is known"
    text = f"Update vom 05.05.2019, 8.30 Uhr: {BODY}"
    found = times(segment(text, source("update_label", date=DAY), RULES))
    assert found == ["05. 08:30 explicit"]


def test_windows_line_ends_open_posts_too() -> None:
    text = ticker("12:00", "11:00").replace("\n", "\r\n")
    found = segment(text, source("time_line", date=DAY), RULES)
    assert found.n_posts == 2
    assert {text[one.begin : one.end] for one in found.segments} == {BODY}


# ------------------------------------------------------------------ agencies


#: agencies | text
AGENCIES = """
dpa|Nordstadt (dpa) - Die Fähre fährt.
AFP, Reuters|Nordstadt/Südberg (AFP/rtr) – Die Fähre fährt.
SID|(SID) - Die Fähre gewinnt.
APA|Die Fähre fährt. (APA, 31.5.2024)
KNA|„Die Fähre fährt.“ (em/KNA)
|Die Fähre fährt. (dpa-infocom, dpa:240531-99-1/2)
AP, dpa|dpa/ap
Reuters, dpa|Mit Material von dpa und Reuters
|Die Agentur dpa meldet, die Fähre fahre.
|Die Nachrichtenagentur (AFP) meldet, die Fähre fahre.
|Es meldet die Agentur Reuters
|Die Fähre fährt (dpa)
|Der Rat (SPD) - so heißt es - tagt.
"""


@pytest.mark.parametrize("line", AGENCIES.strip().splitlines())
def test_marks_stand_at_known_places(line: str) -> None:
    wanted, text = line.split("|")
    found = Segmentation((Segment(0, len(text), "body"),), (), 0)
    assert ", ".join(find_agencies(text, (), found)) == wanted


def test_datelines_and_bylines_count_and_credits_of_pictures_do_not() -> None:
    text = "31.05.2024, 12:30 Uhr | rtr, em\nDie Fähre fährt.\n© AFP"
    end, credit = text.index("\n"), text.index("©")
    spans = (Span(0, end, "dateline"), Span(credit, len(text), "picture-copyright"))
    found = Segmentation((Segment(end + 1, credit - 1, "lead"),), spans, 0)
    assert find_agencies(text, ("dpa", "Erika Muster"), found) == ("Reuters", "dpa")


def test_a_list_with_another_word_is_none() -> None:
    assert marks_of("dpa, Muster") == frozenset()
    assert marks_of("") == frozenset()


def test_agencies_of_the_study(features: Features) -> None:
    signed = features.documents.set_index("doc_id")["agencies"]
    assert [name for name in signed if name] == ["AFP+Reuters"]
    assert signed[signed != ""].index[0].startswith("004_")


# ------------------------------------------------------------------ any text

LINES = st.sampled_from([
    "", " ", "***", "Titel", BODY, "So geht es:", " 00:20", "23:40", "31:70",
    "04.05.2019, 10:00 Uhr", "Update, 8.30 Uhr: Neues.", "Update, 8.30 Uhr:",
    "Erstmeldung: Neues.", "Erika Beispiel", "  Max Muster ", "Fotostrecke ansehenDie Bahn",
    "DruckenTeilen", "Ein Bild © Agentur", "© Agentur", "Der Berg (Foto: Muster)",
    "Neueste zuerst Älteste zuerst", "\u00ad\u200b", "\x0bSeite\x0c", "\u2028Zeile\u2028",
])  # fmt: skip
TEXTS = st.lists(st.one_of(LINES, st.text(max_size=12)), min_size=1, max_size=14).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n", "\n\n", "\r"]).map(lambda end: end.join(lines))
)
ABOUT = st.sampled_from(
    [
        source(),
        source(bylines=("Erika Beispiel",)),
        source("time_line", date=DAY),
        source("time_line", date=DAY, newest_first=False),
        source("time_line"),
        source("update_label", date=DAY),
        source("byline", bylines=("Erika Beispiel", "Max Muster")),
    ]
)


@given(text=TEXTS, about=ABOUT)
def test_segments_of_any_text_are_in_order_and_trimmed_and_no_letter_is_lost(
    text: str, about: Source
) -> None:
    found = segment(text, about, RULES)
    edges = [(one.begin, one.end) for one in found.segments]
    assert all(0 <= begin < end <= len(text) for begin, end in edges)
    assert all(first[1] <= second[0] for first, second in pairwise(edges))
    assert all(text[begin:end] == text[begin:end].strip() for begin, end in edges)
    orders = {one.post.number: one.post.order for one in found.segments if one.post}
    assert set(orders.values()) <= set(range(1, found.n_posts + 1))
    assert len(set(orders.values())) == len(orders)
    held = [at for one in (*found.segments, *found.boilerplate) for at in range(one.begin, one.end)]
    assert len(held) == len(set(held))
    assert {at for at, character in enumerate(text) if character.isalnum()} <= set(held)


# ------------------------------------------------------------------ the corpora


def test_posts_of_the_toy_study_and_of_the_committed_tables(
    toy_features: Features, features: Features
) -> None:
    posts = [given.documents["n_posts"].tolist() for given in (toy_features, features)]
    assert posts == [[0, 3, 0, 3, 3, 0], [12, 32, 27, 0, 0]]


def test_zones_of_the_toy_study(toy_features: Features) -> None:
    """Counted by eye in tests/toy/data/raw."""
    counts = toy_features.segments.groupby("doc_id")["zone"].value_counts(sort=False)
    assert {doc_id: of.droplevel(0).to_dict() for doc_id, of in counts.groupby("doc_id")} == {
        "nord_1": {"headline": 2, "lead": 1, "subheading": 1, "body": 3},
        "nord_2": {"lead": 1, "post": 4},
        "nord_3": {"lead": 1, "body": 1},
        "sued_1": {"headline": 2, "lead": 1, "body": 2, "subheading": 4, "post": 3},
        "sued_2": {"lead": 1, "subheading": 2, "caption": 1, "post": 3},
        "sued_3": {"headline": 1, "lead": 1, "body": 1},
    }


def test_times_of_the_toy_study(toy_features: Features) -> None:
    posts = toy_features.segments.query("zone == 'post' and doc_id == 'sued_1'")
    assert posts["posted_at"].astype(str).tolist() == [
        "2023-06-10 00:20:00",
        "2023-06-10 00:05:00",
        "2023-06-09 23:40:00",
    ]
    assert posts["post_order"].tolist() == [3, 2, 1]


def test_half_past_midnight_lies_on_the_day_of_the_ticker(features: Features) -> None:
    """The ticker of 001 begins at 01:14 on the day after the summit and goes back to 21:56."""
    posts = features.segments.query("doc_id.str.startswith('001') and post.notna()")
    times_ = posts.drop_duplicates("post").set_index("post")["posted_at"]
    assert str(times_.iloc[0]) == "2025-08-16 01:14:00"
    assert str(times_.iloc[-1]) == "2025-08-15 21:56:00"
    assert times_.dt.day.value_counts().to_dict() == {16: 19, 15: 13}
    assert times_.is_monotonic_decreasing
