"""Direct speech: what quotation marks hold, and how spans nest."""

from __future__ import annotations

import pytest
from coding import actors, annotator, lexicons, marked, sentences, speech
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.annotation.speech.actors import SpeechContext
from analysis.annotation.speech.segments import find_speech
from analysis.annotation.speech.sentences import SpeechSpan, voice_at

#: kind | rule | text with the quotation in double square brackets
DIRECT = """
full|D1|[[„Es gibt keinen Aufschub“]], sagte Trump.
full|D1|[["Es gibt keinen Aufschub"]], sagte Trump.
full|D1|[[»Es gibt keinen Aufschub«]], so Trump.
full|D2|Trump sagte: [[„Es gibt keinen Deal.“]]
full|D2|Trump: [[„Genug geredet“]]
full|D2|Sein Fazit lautete: [[„Viel Lärm um nichts.“]]
full|D1|[[„Was soll das?“]], fragte er.
full|D3|Putin sagte am Abend [[„Das ist ein guter Tag für uns“]].
full|D4|[["Großer Erfolg"]]
full|D4|Putin trat ans Pult. [[„Das ist ein guter Tag.“]]
fragment|Q3|Er nannte das Treffen [[„großartig“]].
fragment|Q3|Putin sprach von einem [[„Erfolg“]].
fragment|Q3|Er bezeichnete die Probe als [[„Erfolg“]].
fragment|Q3|Merz sagte, die Lage sei [[„sehr ernst“]].
distanced|Q4|Der Dampfer [[„Freya“]] liegt im Hafen.
distanced|Q4|Das Magazin [[„Nordlicht“]] erscheint monatlich.
distanced|Q4|Die [[„Tagespost“]] berichtet darüber.
distanced|Q4|Die angebliche [[„Reform“]] kostet viel Geld.
"""


@pytest.mark.parametrize("line", DIRECT.strip().splitlines())
def test_direct(line: str) -> None:
    kind, rule, written = line.split("|")
    begin = written.index("[[")
    end = written.index("]]") - 2
    text = written.replace("[[", "").replace("]]", "")
    spans = [span for span in speech(text) if span.voice == "direct"]
    assert [(s.begin, s.end, s.kind, s.rule) for s in spans] == [(begin, end, kind, rule)]


#: voice | speaker | text with a mention in double square brackets
VOICES = """
narrator||Es gibt keinen [[Deal]].
direct|Trump|„Ich sehe keinen [[Deal]]“, sagte Trump.
direct|Trump|Trump sprach von einem „[[Erfolg]]“.
narrator||Der „[[Erfolg]]“ kostete viel Geld.
indirect|Trump|Trump sagte, es gebe keinen [[Deal]].
indirect|Putin|Laut Putin war das Treffen ein [[Erfolg]].
indirect|Putin|Trump sagte, Putin leugne die [[Einmischung]].
indirect|Putin|Putin bestreitet die [[Einmischung]].
indirect|Merz|Merz warnt vor einem [[Deal]].
narrator||Die [[Einmischung]] beschäftigt Trump seit Jahren.
indirect|Merz|Merz sieht einen [[Deal]] in Reichweite.
"""


@pytest.mark.parametrize("line", VOICES.strip().splitlines())
def test_voice(line: str) -> None:
    voice, speaker, written = line.split("|")
    text, begin = marked(written)
    span = voice_at(speech(text), begin)
    assert (span.voice if span else "narrator") == voice
    assert (span.speaker if span else "") == speaker


def test_a_quotation_of_several_sentences_is_one() -> None:
    text = "„Es ist spät. Wir gehen heim. Gute Nacht“, sagte Merz."
    (span,) = speech(text)
    assert text[span.begin : span.end] == "„Es ist spät. Wir gehen heim. Gute Nacht“"
    assert span.speaker == "Merz"


def test_a_fragment_within_a_report_is_nested() -> None:
    outer, inner = speech("Merz sagte, die Lage sei „sehr ernst“.")
    assert (outer.voice, inner.voice) == ("indirect", "direct")
    assert (inner.parent, inner.depth, inner.speaker_chain) == (0, 1, "Merz")


def test_konjunktiv_within_a_quotation_is_not_the_narrators_report() -> None:
    spans = speech("„Er sagte, er sei krank“, erzählte Merz.")
    assert [span.voice for span in spans] == ["direct"]


def test_unbalanced_marks_spoil_one_segment_only() -> None:
    spans = speech('Er rief "Halt und lief weg.\nTrump sagte: "Es gibt keinen Kuchen!"')
    assert [span.speaker for span in spans] == ["Trump"]


def test_a_quotation_over_two_segments() -> None:
    text = "Trump sagte: „Es ist spät.\nWir gehen heim.“ Er lachte."
    spans = speech(text)
    assert [(span.voice, span.speaker) for span in spans] == [("direct", "Trump")] * 2
    assert text[spans[1].begin : spans[1].end] == "Wir gehen heim.“"


def test_offsets_count_from_the_file() -> None:
    segment = sentences("Putin sagte, er komme bald.", 1000)
    (span,) = find_speech(segment, actors(), SpeechContext(), lexicons=lexicons())
    assert (span.begin, span.end) == (1013, 1026)


WORDS = ["Trump", "sagte", "dass", "sei", "habe", "er", "laut", "Polizei", "nach", "Angaben", "so",
         "wie", "„", "“", '"', "»", "«", ",", ".", ":", "(", ")", "und", "zu", "gehen", "Deal", "?",
         "die", "der", "von", "–", "wird", "vorgeworfen", "wonach", "zufolge"]  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_any_words_give_valid_spans(words: list[str]) -> None:
    text = " ".join(words)
    segment = annotator().sentences(text)
    spans = find_speech(segment, actors(), SpeechContext(), lexicons=lexicons())
    assert spans == sorted(spans, key=lambda span: (span.begin, -span.end))
    for span in spans:
        check(span, text)
        if span.parent >= 0:
            assert spans[span.parent].begin <= span.begin
            assert span.end <= spans[span.parent].end


def check(span: SpeechSpan, text: str) -> None:
    assert 0 <= span.begin < span.end <= len(text)
    for part in ("cue", "speaker", "frame"):
        begin, end = (getattr(span, f"{part}_{edge}") for edge in ("begin", "end"))
        assert (begin, end) == (-1, -1) or 0 <= begin < end <= len(text)
