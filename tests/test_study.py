"""``study.toml``: every fault is named with its table and key."""

from __future__ import annotations

import copy
import re
import tomllib
from typing import Any

import pytest
from pydantic import ValidationError

from analysis.study.errors import StudyError
from analysis.study.paths import Layout
from analysis.study.study import Study, parse_study, read_study

Table = dict[str, Any]


@pytest.fixture
def table(toy: Layout) -> Table:
    return copy.deepcopy(tomllib.loads(toy.study_file.read_text(encoding="utf-8")))


def message(table: Table) -> str:
    with pytest.raises(StudyError) as caught:
        parse_study(table)
    return str(caught.value)


def test_the_toy_study_reads(toy: Layout) -> None:
    study = read_study(toy)
    assert [event.id for event in study.events] == ["nord-2019", "sued-2023"]
    assert [frame.id for frame in study.frames] == ["Erfolg", "Deal", "Einmischung"]
    assert study.seed == 7
    assert study.frame("Einmischung").core.all() == ("Einmischung", "einmischen")
    assert study.event("nord-2019").label.in_language("en") == "Nordstadt 2019"
    assert study.actor_words() == {"ada", "bruno", "rat"}


def test_a_study_cannot_be_changed(toy: Layout) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read_study(toy).events[0].id = "other"


def test_one_string_labels_both_languages(table: Table) -> None:
    table["event"][0]["label"] = "Hier"
    label = parse_study(table).events[0].label
    assert (label.de, label.en) == ("Hier", "Hier")


@pytest.mark.parametrize(("picker", "known"), [
    (Study.event, "nord-2019, sued-2023. Did you mean 'nord-2019'?"),
    (Study.frame, "Deal, Einmischung, Erfolg."),
])  # fmt: skip
def test_an_unknown_id_lists_the_known_ones(toy: Layout, picker: Any, known: str) -> None:
    with pytest.raises(StudyError, match=re.escape(f"'nord-2018'. Allowed: {known}")):
        picker(read_study(toy), "nord-2018")


def test_an_unknown_key_comes_with_the_nearest(table: Table) -> None:
    table["frame"][1]["exception"] = []
    assert message(table) == (
        "study.toml: 1 fault\n"
        "  - [[frame]] 2 'Deal', key 'exception': unknown key; allowed: colour, core, "
        "exceptions, id, label, near. Did you mean 'exceptions'?"
    )


@pytest.mark.parametrize(("where", "value", "said"), [
    ("collocation", {"width": 2}, "key 'width': Input should be greater than or equal to 3"),
    ("collocation", {"with": 5}, "unknown key; allowed: width. Did you mean 'width'?"),
    ("topics", {"stable_subsamples": 0}, "Input should be greater than 0; came: 0"),
    ("topics", {"stable_documents": 1.5}, "should be less than or equal to 1; came: 1.5"),
    ("topics", {"subsample_share": 1}, "Input should be less than 1; came: 1"),
    ("topics", {"pos": []}, "have at least 1 item after validation, not 0; came: []"),
    ("topics", {"least_topics": 5, "most_topics": 4},
     "wanted most_topics of at least least_topics (5), came 4"),
])  # fmt: skip
def test_what_a_table_of_settings_may_hold(
    table: Table, where: str, value: Table, said: str
) -> None:
    table[where] = value
    key = f"[{where}], key '{next(iter(value))}'" if len(value) == 1 else f"key {where!r}"
    assert f"{key}: " in message(table)
    assert said in message(table)


def test_settings_have_defaults(table: Table) -> None:
    del table["topics"]
    study = parse_study(table)
    assert study.collocation.width == 5
    assert study.topics.numbers == (2, 3, 4, 5, 6, 7, 8, 9, 10)
    assert (study.topics.stable_subsamples, study.topics.stable_documents) == (0.6, 0.5)
    table["collocation"] = {"width": 3}
    assert parse_study(table).collocation.width == 3


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (["evnt"], [], "key 'evnt': unknown key; allowed: actor, claim, collocation"),
        (["evnt"], [], "Did you mean 'event'?"),
        (["frame", 0, "core", "noun"], ["Sieg"], "[[frame]] 1 'Erfolg', key 'core.noun':"
         " unknown key; allowed: adjectives, nouns, verbs. Did you mean 'nouns'?"),
        (["event"], [1, 2], "[[event]] 1: Input should be a valid dictionary"),
        (["study", "language"], "en", "[study], key 'language': Input should be 'de'; came: 'en'"),
        *(
            (["frame", 0, "core", "nouns"], [word], "[[frame]] 1 'Erfolg', key 'core.nouns.0': ")
            for word in ("", " ", "zwei Worte", "ein|mischen")
        ),
        *(
            (["frame", 2, "core", "verbs"], [verb], "'Einmischung', key 'core.verbs.0': String ")
            for verb in ("ein|", "|mischen", "ein|mit|mischen", "sich ein|mischen")
        ),
        *(
            (["frame", 1, "near", "nouns"], [word], "[[frame]] 'Erfolg' and 'Deal' both claim the"
             " lexeme 'erfolg'; leave it to one of them")
            for word in ("Erfolg", "ERFOLG", "erfolg")
        ),
        (["frame", 0, "core", "verbs"], ["einmischen"], "both claim the lexeme 'einmischen'"),
        (["actor", 1, "names"], ["Ada"], "[[actor]] 'Ada' and 'Bruno' both claim the name 'ada'"),
        (["actor", 1, "offices"], ["Ada"], "[[actor]] 'Ada' and 'Bruno' both claim the name 'ada'"),
        (["event", 1, "id"], "nord-2019", "[[event]]: 'nord-2019' stands twice"),
        (["frame", 1, "id"], "Erfolg", "[[frame]]: 'Erfolg' stands twice"),
        (["actor", 1, "id"], "Ada", "[[actor]]: 'Ada' stands twice"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_table_and_key(
    table: Table, where: list[Any], value: Any, said: str
) -> None:
    inner: Any = table
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    assert said in message(table)


def test_missing_events_are_named(table: Table) -> None:
    table["event"] = table["event"][:1]
    assert "at least 2 items" in message(table)
    del table["event"]
    assert "top level, key 'event': missing key 'event'" in message(table)


def test_all_faults_stand_in_one_message(table: Table) -> None:
    table["event"][0]["colour"] = "blue"
    del table["frame"][2]["label"]
    table["study"]["seed"] = -1
    said = message(table)
    assert said.startswith("study.toml: 3 faults\n")
    assert "[[event]] 1 'nord-2019', key 'colour'" in said
    assert "came: 'blue'" in said
    assert "[[frame]] 3 'Einmischung', key 'label': missing key 'label'" in said
    assert "[study], key 'seed': Input should be greater than or equal to 0; came: -1" in said


def test_a_frame_without_a_lexeme_is_refused(table: Table) -> None:
    table["frame"][0]["core"] = {}
    assert message(table) == (
        "study.toml: 1 fault\n  - [[frame]] 1 'Erfolg', key 'core': "
        "a frame needs a lexeme; without one nothing mentions it"
    )


@pytest.mark.parametrize(("where", "key", "value"), [
    ("event", "date", "soon"), ("event", "id", "with space"), ("event", "colour", "#12345"),
    ("actor", "names", []), ("actor", "kind", "robot"), ("run", "notebook", "corpus"),
])  # fmt: skip
def test_a_wrong_value_is_named_with_what_came(
    table: Table, where: str, key: str, value: Any
) -> None:
    table[where][0][key] = value
    said = message(table)
    assert all(part in said for part in (f"[[{where}]] 1", f"key {key!r}", f"came: {value!r}"))


def test_a_fault_of_syntax_and_a_missing_file_are_named(toy: Layout) -> None:
    toy.study_file.write_text('[study]\ntitle = "offen\n', encoding="utf-8")
    with pytest.raises(StudyError, match=r"study\.toml: not valid TOML: .*line 2"):
        read_study(toy)
    toy.study_file.unlink()
    with pytest.raises(StudyError, match=r"study\.toml: no such file"):
        read_study(toy)


def test_the_comparison_is_declared_once(table: Table) -> None:
    usual = parse_study(table).comparison
    assert (usual.target, usual.reference) == ("sued-2023", "nord-2019")
    table["comparison"] = {"target": "nord-2019", "reference": "sued-2023"}
    assert parse_study(table).comparison.target == "nord-2019"


def test_a_comparison_names_two_events_of_the_study(table: Table) -> None:
    table["comparison"] = {"target": "sued-2023", "reference": "nord-2018"}
    assert (
        "[comparison] reference: unknown event 'nord-2018'. Allowed: nord-2019, sued-2023."
        in message(table)
    )
    table["comparison"]["reference"] = "sued-2023"
    assert "target and reference are both 'sued-2023'; name two events" in message(table)
