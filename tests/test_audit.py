"""The audit pages: what they are made from, what they hold, and what stops them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from commands import call
from hypothesis import given
from hypothesis import strategies as st

from analysis.annotation.corrections import read_corrections
from analysis.coding.cards import Card, Mark, cut_text, facet_value, make_cards
from analysis.coding.page import (
    check_surfaces,
    parse_rules,
    read_articles,
    read_rules,
    render_page,
    write_audit,
)
from analysis.study.errors import ExportError, SourceError, StudyError, TableError
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.codings import CORRECTION_COLUMNS
from analysis.tables.features import Features, read_features, table_path
from analysis.tables.streams import write_rows


def cards_of(layout: Layout, features: Features, wide: int = 2) -> list[Card]:
    texts = read_articles(layout, features.documents)
    return make_cards(features.mentions, features.segments, texts, wide=wide)


@given(
    st.text(max_size=30),
    st.lists(st.tuples(st.integers(0, 35), st.integers(1, 9)), max_size=5),
    st.integers(0, 10),
)
def test_pieces_join_to_the_text_and_carry_the_marks_over_them(
    text: str, spans: list[tuple[int, int]], begin: int
) -> None:
    marks = [Mark(first, first + size, f"m{i}") for i, (first, size) in enumerate(spans)]
    pieces = cut_text(text, min(begin, len(text)), len(text), marks)
    assert "".join(piece.text for piece in pieces) == text[begin:]
    at = min(begin, len(text))
    for piece in pieces:
        for _ in piece.text:
            over = {mark.role for mark in marks if mark.begin <= at < mark.end}
            assert {role for role in piece.roles if role != "unseen"} == over
            at += 1


def test_overlapping_marks_and_labels() -> None:
    pieces = cut_text("Nie Deal", 0, 8, [Mark(0, 8, "sentence"), Mark(0, 3, "polarity-cue", "P4")])
    assert [(piece.text, piece.roles, piece.labels) for piece in pieces] == [
        ("Nie", ("sentence", "polarity-cue"), ("P4",)),
        (" Deal", ("sentence",), ()),
    ]


def test_every_rule_of_the_committed_mentions_is_explained(features: Features) -> None:
    rules = read_rules()
    found = features.mentions[["about_rule", "polarity_rule", "voice_rule"]].to_numpy().ravel()
    assert set(found) <= set(rules)
    assert rules["I2"].kind == "konjunktiv"
    assert rules["P4"].about == "Polarity"
    assert "data/corrections.csv" in rules["hand"].in_short


def test_a_rule_has_emphasis_and_an_example() -> None:
    rules = parse_rules("## Polarity (`x.py`)\n| P2 | *ohne* Ziel | *kein* Deal |\n## About\n")
    rule = rules["P2"]
    assert (rule.about, rule.in_short) == ("Polarity", "P2: ohne Ziel")
    assert rule.says == (("ohne", True), (" Ziel", False))
    assert rule.example == (("kein", True), (" Deal", False))


def test_without_the_rules_there_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.coding.page.PLACES", (Path("nowhere") / "coding-rules.md",))
    with pytest.raises(StudyError, match=r"no coding-rules\.md in nowhere.*git checkout"):
        read_rules()


@pytest.fixture(scope="module")
def cards(toy_layout: Layout, toy_features: Features) -> list[Card]:
    return cards_of(toy_layout, toy_features)


def test_a_card_holds_its_paragraph_with_sentence_word_and_cues(cards: list[Card]) -> None:
    card = {card.written: card for card in cards}["Einmischung"]
    marked = {role: piece for piece in card.paragraph.pieces for role in piece.roles}
    assert (marked["mention"].text, marked["mention"].labels) == ("Einmischung", ("−",))
    assert marked["polarity-cue"].text == "bestritt"
    assert "P3" in marked["polarity-cue"].labels
    assert "".join(piece.text for piece in card.paragraph.pieces).startswith("Die Opposition")
    after = [p for p in card.paragraph.pieces if "sentence" not in p.roles]
    assert "Der Bau des Hafens" in "".join(piece.text for piece in after)
    assert (len(card.before), card.after) == (2, ())


def test_a_split_verb_is_marked_at_both_places(cards: list[Card]) -> None:
    card = next(card for card in cards if card.row["begin_2"] is not None)
    words = [piece.text for piece in card.paragraph.pieces if "mention" in piece.roles]
    assert words == [card.written, card.particle]
    assert card.particle == "ein"


def test_posts_carry_their_time_and_its_quality(cards: list[Card]) -> None:
    times = {(card.time, card.paragraph.post) for card in cards}
    assert ("2023-06-10 00:05", "post 2, 2023-06-10 00:05, day inferred") in times
    assert ("", "") in times


def test_one_page_per_event_and_one_of_all(study: Layout, tmp_path: Path) -> None:
    written = write_audit(study)
    assert [page.path.name for page in written] == ["nord-2019.html", "sued-2023.html", "all.html"]
    mentions = read_features(study.features).mentions
    assert [page.n_mentions for page in written] == [
        *mentions["event"].value_counts().sort_index(),
        len(mentions),
    ]
    for page in written:
        assert page.path.parent == study.local / "audit"
        assert page.path.read_text("utf-8").count("<article ") == page.n_mentions
    again = write_audit(study, out=tmp_path / "again")
    assert [page.path.read_bytes() for page in written] == [p.path.read_bytes() for p in again]


def test_frames_and_events_narrow_the_page(study: Layout) -> None:
    (page,) = write_audit(study, events=["sued-2023"], frames=["Deal", "Erfolg"], wide=0)
    mentions = read_features(study.features).mentions
    wanted = mentions.query("event == 'sued-2023' and frame in ['Deal', 'Erfolg']")
    assert page.path.name == "sued-2023_Deal_Erfolg.html"
    assert page.n_mentions == len(wanted) < len(mentions.query("event == 'sued-2023'"))
    assert 'class="wide"' not in page.path.read_text("utf-8")


def test_a_page_without_a_mention_says_zero(toy_layout: Layout, toy_features: Features) -> None:
    documents = toy_features.documents.query("event == 'nord-2019'")
    none = make_cards(toy_features.mentions.iloc[:0], toy_features.segments, {}, wide=1)
    html = render_page(
        none, read_study(toy_layout), documents, events=["nord-2019"], rules={}, content="0"
    )
    assert "0 mentions in 3 documents" in html
    assert "<article " not in html


def test_a_line_that_stands_already_is_named(study: Layout) -> None:
    features = read_features(study.features)
    mention = features.mentions.iloc[0]
    span = f"{mention['doc_id']},{mention['begin']},{mention['end']},{mention['surface']}"
    study.corrections_file.write_text(
        f"{','.join(CORRECTION_COLUMNS)}\n{span},speaker,Bruno,\n", encoding="utf-8"
    )
    stood = read_corrections(study.corrections_file)
    texts = read_articles(study, features.documents)
    cards = make_cards(features.mentions, features.segments, texts, wide=1, corrections=stood)
    assert cards[0].by_hand == {"speaker": 2}
    assert [facet_value(card, "correction") for card in cards[:2]] == ["hand", "rules"]


def test_without_the_annotated_articles_it_says_how_to_get_them(study: Layout) -> None:
    path = study.raw / "nord_1.txt"
    path.write_text(path.read_text("utf-8") + "Ein Satz mehr.\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"nord_1\.txt: wanted the annotated text, sha256 04d4"):
        write_audit(study)
    assert not study.local.exists()
    assert [page.n_documents for page in write_audit(study, events=["sued-2023"])] == [3]
    shutil.rmtree(study.raw)
    with pytest.raises(SourceError) as caught:
        write_audit(study)
    for said in ("6 faults", "data/raw/nord_1.txt: missing", "gipfel ingest FOLDER"):
        assert said in str(caught.value)


def test_stale_and_broken_tables_stop_it(study: Layout) -> None:
    text = study.study_file.read_text(encoding="utf-8")
    study.study_file.write_text(text.replace('"Durchbruch"', '"Durchbruch", "Sieg"'), "utf-8")
    with pytest.raises(TableError) as caught:
        write_audit(study)
    for said in ("mentions: stale", "changed since: frames_and_actors", "gipfel annotate"):
        assert said in str(caught.value)
    study.study_file.write_text(text, encoding="utf-8")
    mentions = read_features(study.features).mentions
    write_rows([mentions.assign(tier="core")], "mentions", table_path("mentions", study.features))
    with pytest.raises(TableError, match=r"mentions: broken.*another one: `gipfel annotate`"):
        write_audit(study)


def test_offsets_that_give_another_word_are_named(study: Layout) -> None:
    features = read_features(study.features)
    texts = read_articles(study, features.documents)
    check_surfaces(features.mentions, texts)
    moved = features.mentions.assign(begin=features.mentions["begin"] + 1)
    with pytest.raises(TableError) as caught:
        check_surfaces(moved, texts)
    assert f"{len(moved)} faults" in str(caught.value)
    assert "wanted 'Erfolg', the text there is 'rfolg'" in str(caught.value)


def test_unknown_event_and_frame_are_named(study: Layout) -> None:
    with pytest.raises(StudyError, match=r"unknown event 'sued'.*Did you mean 'sued-2023'"):
        write_audit(study, events=["sued"])
    with pytest.raises(StudyError, match=r"unknown frame 'Dael'.*Did you mean 'Deal'"):
        write_audit(study, frames=["Dael"])


def test_a_folder_that_git_would_see_is_refused(study: Layout, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"lies in the study.*choose a folder below data/local"):
        write_audit(study, out=study.root / "figures")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ExportError, match="wanted a folder, came the file"):
        write_audit(study, out=tmp_path / "file")
    below = write_audit(study, events=["nord-2019"], out=study.local / "mine")
    assert below[0].path.is_file()


def test_the_command_names_its_pages(study: Layout) -> None:
    result = call("audit", "--event", "sued-2023", "-f", "Deal")
    assert result.exit_code == 0, result.exception
    assert "data/local/audit/sued-2023_Deal.html" in result.output
    assert "do not publish" in result.output
