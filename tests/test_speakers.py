"""Who is named: actors by name, office and pronoun, else the name as written."""

from __future__ import annotations

import pytest
from coding import actors, speech

from analysis.annotation.speech.actors import (
    ActorIndex,
    SpeechContext,
    actor_lexicon,
    find_actors,
    stem,
)
from analysis.annotation.tokens import Annotator
from analysis.study.study import Actor, Study, read_study

#: speaker of the last span | text
NAMED = """
Putin|Putin klagte, es gebe Gegner. Namen nannte Putin keine. Man sei bereit.
Trump|US-Präsident Donald Trump sagte, er komme bald.
Trump|Der US-Präsident sagte, er komme bald.
Putin|Russlands Präsident Wladimir Putin sagte, er komme bald.
Putin|Der Kremlchef erklärte, es sei vorbei.
Putin|Der russische Präsident erklärte, es sei vorbei.
Selenskyj|Der ukrainische Präsident erklärte, es sei vorbei.
Selenskyj|Trump traf den ukrainischen Präsidenten. Wolodymyr Selenskyj sagte, er sei froh.
Kreml|Ein Sprecher des Kremls sagte, man prüfe das.
Weißes-Haus|Nach Angaben des Weißen Hauses ist alles vorbereitet.
Nato|Laut Nato ist die Lage ruhig.
Merz|Kanzler Merz meinte, das reiche nicht.
Leavitt|Trumps Sprecherin Karoline Leavitt sagte, er sei zufrieden.
Peskow|Kremlsprecher Dmitri Peskow sagte, man sei zufrieden.
Bundesanwaltschaft|Die Bundesanwaltschaft teilte mit, der Mann sei in Haft.
Trump|Trump kam am Abend. Er sagte, er sei müde.
Putin|Putin landete in Anchorage. Er sagte, er sei müde.
Trump|Trump traf Putin im Saal. Er sagte, es sei gut gelaufen.
Putin|Putin sprach lange. Nach seinen Angaben ist alles geklärt.
Trump|Trump lobte das Treffen. Der Präsident sagte, es sei gut gelaufen.
Polizei|Von der Polizei wurde bestätigt, dass die Brücke gesperrt ist.
Putin|„Es ist aus“, sagte Putin. „Wir gehen heim.“
Hagel|Chuck Hagel sprach zuerst. Der frühere Senator sagte, es fehle ein Plan.
Kramer|Anna Kramer wurde gewählt. Sie sagte, sie sei froh.
Putin|Am Montag sagte Putin, er sei bereit.
Putin|„Wir sind bereit“, sagte Putin am Montag.
Trump|Trump wurde deutlich: „So geht das nicht.“
Trump|Trump: „Genug geredet“
Trump|Von einem „großartigen Tag“ sprach Trump.
"""


@pytest.mark.parametrize("line", NAMED.strip().splitlines())
def test_speaker(line: str) -> None:
    speaker, text = line.split("|")
    spans = speech(text)
    assert spans, "nothing was found"
    assert spans[-1].speaker == speaker, spans


def test_offsets_point_at_the_words_for_the_speaker() -> None:
    text = "Ein Sprecher des Kremls sagte, man prüfe das."
    (span,) = speech(text)
    assert text[span.speaker_begin : span.speaker_end] == "Ein Sprecher des Kremls"
    assert text[span.cue_begin : span.cue_end] == "sagte"


def test_nobody_is_named_in_the_passive() -> None:
    (span,) = speech("Ihm wird vorgeworfen, das Haus angezündet zu haben.")
    assert (span.speaker, span.speaker_begin) == ("", -1)


def test_a_new_document_starts_without_a_speaker() -> None:
    context = SpeechContext()
    speech("Putin sagte, er komme bald.", context)
    assert speech("Es sei zu spät.", context)[0].speaker == "Putin"
    assert speech("Es sei zu spät.")[0].speaker == ""


def test_an_empty_index_gives_names_as_written() -> None:
    index = ActorIndex.of([])
    assert index.named_at([stem("Trump")], 0) == ("", 0)
    assert index.in_office([stem("Kanzler")], 0) == ()


def test_the_longest_name_wins() -> None:
    names = {"Paris": "Paris", "Saint-Germain": "Paris Saint-Germain"}
    actors_ = [Actor(id=i, label=i, kind="group", names=(name,)) for i, name in names.items()]
    stems = [stem("Paris"), stem("Saint-Germain")]
    assert ActorIndex.of(actors_).named_at(stems, 0) == ("Saint-Germain", 2)


def test_an_office_needs_all_its_words() -> None:
    stems = [stem(word) for word in ("russischer", "Präsident")]
    assert actors().in_office(stems, 1) == ("Putin",)
    assert actors().in_office(stems[1:], 0) == ()
    assert actors().may_hold(stem("Präsident")) == {"Trump", "Putin", "Selenskyj"}


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study()


#: names in a sentence, each with its actor | sentence
NAMES = """
Trump: Trump|Trump lacht.
Trump: Donald Trump|Donald Trump lacht.
Trump: Trump|Donald lacht, und Trump schweigt.
Putin: Wladimir Putins|Wladimir Putins Hund bellt.
Merz: Merz'|Der Hund von Merz' Bruder bellt.
Weißes-Haus: Weiße Haus|Er geht ins Weiße Haus.
Weißes-Haus: Weißen Hauses|Die Tür des Weißen Hauses klemmt.
|Ein weißes Haus steht am See.
|Das Haus ist weiß.
Europa: Europäischen Union|Ein Kurs der Europäischen Union.
USA: Vereinigten Staaten|In den Vereinigten Staaten regnet es.
Russland: Russen, Ukraine: Ukrainern|Den Russen und Ukrainern ist kalt.
|Der Trump-Putin-Gipfel war kurz.
|Die Nato-Staaten und die Trump-Anhänger schweigen.
Nato: NATO-Staaten|Die NATO-Staaten schweigen.
|Man kann auch trumpfen und europäisch denken.
|Der US-Präsident schweigt.
Trump: Trump, Putin: Putin|Trump, Putin.
|Er sah das Weiße, Haus um Haus.
|Alles war weiß. Haus um Haus.
"""


@pytest.mark.parametrize("line", NAMES.strip().splitlines())
def test_names_in_sentences(line: str, annotator: Annotator, study: Study) -> None:
    """A mark or the end of a sentence parts a name."""
    wanted, text = line.split("|")
    found = [
        f"{found.actor}: {' '.join(token.form for token in found.tokens)}"
        for sentence in annotator.sentences(text)
        for found in find_actors(sentence, actor_lexicon(study))
    ]
    assert ", ".join(found) == wanted


def test_names_stand_longest_first(study: Study) -> None:
    for names in actor_lexicon(study).values():
        lengths = [len(words) for words, _ in names]
        assert lengths == sorted(lengths, reverse=True)
    every = {name for actor in study.actors for name in actor.names}
    listed = [words for names in actor_lexicon(study).values() for words, _ in names]
    assert {" ".join(words) for words in listed} == every
