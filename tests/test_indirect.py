"""Indirect speech by rule: what is found, who says it, and what is not speech at all."""

from __future__ import annotations

import pytest
from coding import assert_linear, lexicons, sentences, speech

from analysis.annotation.speech.indirect import find_reports, view_of
from analysis.annotation.speech.sentences import voice_at

#: rule | the words that are reported | speaker | cue | sentence
FOUND = """
I1|dass es regnet|Merz|sagen|Merz sagte, dass es regnet.
I1|ob die Brücke hält|Polizei|fragen|Die Polizei fragte, ob die Brücke hält.
I1|dass Züge fahren|Ministerin|mitteilen|Die Ministerin teilte am Abend mit, dass Züge fahren.
I1|dass er krank sei|Trump|sagen|Trump, der müde wirkte, sagte, dass er krank sei.
I1|dass Putin das weiß|Trump|klarmachen|Trump hat klargemacht, dass Putin das weiß.
I1|dass es gilt|Putin|deutlichmachen|Putin hat sehr deutlich gemacht, dass es gilt.
I1|dass er gewählt hat|Kreml|bestreiten|Der Kreml bestreitet, dass er gewählt hat.
I2|die Brücke sei gesperrt|Polizei|erklären|Die Polizei erklärte, die Brücke sei gesperrt.
I2|er habe gewonnen|Putin|behaupten|Putin behauptet, er habe gewonnen.
I2|wir gehen heim|Trump|sagen|Trump sagt, wir gehen heim.
I2|die Lage wäre ernst|Merz|meinen|Merz meint, die Lage wäre ernst.
I3|die Truppen abzuziehen|Putin|versprechen|Putin versprach, die Truppen abzuziehen.
I3|sofort zu handeln|Selenskyj|fordern|Selenskyj forderte, sofort zu handeln.
I3|sich eingemischt zu haben|Putin|leugnen|Putin leugnete, sich eingemischt zu haben.
I4|Der Plan sei gescheitert|Merz|sagen|Der Plan sei gescheitert, sagte Merz.
I4|Das sei, so Trump, ein Fehler|Trump|so|Das sei, so Trump, ein Fehler.
I4|Die Fähre fällt heute aus|Sprecher|mitteilen|Die Fähre fällt heute aus, teilte ein Sprecher mit.
I5|ist die Fähre gesunken|Polizei|laut|Laut Polizei ist die Fähre gesunken.
I5|steigen die Preise|Kreml|nach|Nach Angaben des Kremls steigen die Preise.
I5|kommt er morgen|Medienbericht|zufolge|Medienberichten zufolge kommt er morgen.
I5|war das ein Fehler|Merz|nach|Nach Ansicht von Merz war das ein Fehler.
I6|brach das Feuer aus|Feuerwehr|mitteilen|Wie die Feuerwehr mitteilte, brach das Feuer aus.
I6|Das Dach ist dicht|Firma|berichten|Das Dach ist dicht, wie die Firma berichtete.
I7|dass er siegt|Putin|Behauptung|Die Behauptung Putins, dass er siegt, stimmt nicht.
I7|dass es reicht|Trump|Ansicht|Trump ist der Ansicht, dass es reicht.
I8|die Kasse leer ist||wonach|Es gibt Berichte, wonach die Kasse leer ist.
I11|Trump fordert einen Deal.|Trump|fordern|Trump fordert einen Deal.
I11|Der Kreml dementiert jede Absprache.|Kreml|dementieren|Der Kreml dementiert jede Absprache.
I11|Norwegen sieht das Turnier als Erfolg.|Norwegen|sehen|Norwegen sieht das Turnier als Erfolg.
"""

NOT_SPEECH = """
Die Brücke ist seit Montag gesperrt.
Nach dem Spiel gingen alle heim.
Es sei denn, es regnet, fahren wir los.
Das Kind lief so schnell, dass es stürzte.
Er arbeitet, um reich zu werden.
Nach langer Suche fand sie den Schlüssel.
Er ging, ohne dass es jemand merkte.
Ich habe heute frei und gehe baden.
Danach gab es Kuchen.
Die Menge wurde laut und unruhig.
Sie schlug die Tür zu.
"""


@pytest.mark.parametrize("line", FOUND.strip().splitlines())
def test_found(line: str) -> None:
    rule, words, speaker, cue, text = line.split("|")
    spans = speech(text)
    assert [span.rule for span in spans] == [rule], spans
    assert text[spans[0].begin : spans[0].end] == words
    assert spans[0].speaker == speaker
    assert spans[0].cue == ("" if rule == "I8" else cue)
    assert spans[0].voice == "indirect"


@pytest.mark.parametrize("text", NOT_SPEECH.strip().splitlines())
def test_not_speech(text: str) -> None:
    assert speech(text) == []


def test_konjunktiv_continues_the_speaker_before() -> None:
    spans = speech("Merz sagte, die Lage sei ernst. Man müsse handeln. Die Zeit dränge.")
    assert [span.rule for span in spans] == ["I2", "I9", "I9"]
    assert {span.speaker for span in spans} == {"Merz"}


def test_a_second_konjunktiv_continues_only_behind_a_report() -> None:
    assert [span.rule for span in speech("Er sagt, sie seien da. Sie hätten gewonnen.")][1:] == [
        "I10"
    ]
    assert speech("Es regnet. Sie hätten gewonnen.") == []


def test_a_report_continues_into_the_next_segment() -> None:
    spans = speech("Selenskyj sagte, er bleibe.\nDie Lage sei ernst.")
    assert [span.speaker for span in spans] == ["Selenskyj", "Selenskyj"]


def test_a_chain_is_kept() -> None:
    text = "Trump sagt, dass Putin bestreitet, sich eingemischt zu haben."
    outer, inner = speech(text)
    assert (inner.parent, inner.depth) == (0, 1)
    assert inner.speaker_chain == "Trump>Putin"
    assert voice_at([outer, inner], text.index("eingemischt")) == inner
    assert voice_at([outer, inner], text.index("Putin")) == outer
    assert voice_at([outer, inner], 0) is None


def test_the_frame_within_a_report_is_the_narrators() -> None:
    text = "Das sei, so Trump, ein Fehler."
    spans = speech(text)
    assert voice_at(spans, text.index("Trump")) is None
    assert voice_at(spans, text.index("Fehler")) is not None


def test_a_report_ends_before_the_narrator_goes_on() -> None:
    text = "Die Aussage, dass er krank sei, ist falsch."
    (span,) = speech(text)
    assert text[span.begin : span.end] == "dass er krank sei"


@pytest.mark.parametrize("unit", [
    "er sagt, dass sie kommt, ", "laut Polizei, so Trump, ", "der Mann, der kam, die Frau, ",
    "er sei krank und sie habe Zeit, ", "ohne zu gehen, sagte er, ", "Peter und Paul und ",
])  # fmt: skip
def test_time_is_linear(unit: str) -> None:
    lines = (f"Merz sagte, {unit * n_times}und Schluss." for n_times in (30, 300))
    texts = [[token for found in sentences(line) for token in found.tokens] for line in lines]
    assert_linear(lambda tokens: find_reports(view_of(tokens, lexicons())), texts)
