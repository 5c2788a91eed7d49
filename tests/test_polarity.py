"""Polarity of mentions, on sentences of our own: rules, look-alikes, interactions.

Each line: the expected value, the rule ("" for any), the sentence with the mention in
double square brackets.
"""

from __future__ import annotations

import pytest

from analysis.annotation.lexicons import Lexicons, read_lexicons
from analysis.annotation.polarity import Polarity, code_polarity
from analysis.annotation.tokens import Annotator

SENTENCES = """
affirmed P0 Das Treffen war ein großer [[Erfolg]].
affirmed P0 Die Delegation feierte den [[Erfolg]] bis spät in die Nacht.
affirmed P0 Beide Seiten haben einen [[Deal]] geschlossen.
affirmed P0 Am Freitag unterzeichneten die Minister den [[Deal]].
affirmed P0 Die Mannschaft kehrte [[erfolgreich]] vom Turnier zurück.
affirmed P0 Der Konzern meldet den größten [[Erfolg]] seiner Geschichte.
affirmed P0 Die Behörden haben eine [[Einmischung]] nachgewiesen.
affirmed P0 Moskau hat sich massiv in den Wahlkampf [[eingemischt]].
affirmed P0 Das Land [[mischt]] sich seit Jahren in die Politik der Nachbarn ein.
affirmed P0 Für die Trainerin ist es der dritte [[Erfolg]] in Folge.
affirmed P0 Mit diesem [[Erfolg]] zieht der Verein ins Finale ein.
affirmed P0 Der [[Wahlerfolg]] kam für alle überraschend.
affirmed P0 Ihr neues Buch ist äußerst [[erfolgreich]].
affirmed P0 Er gratulierte der Gastgeberin zur [[erfolgreichen]] Ausrichtung der Spiele.
affirmed P0 Der [[Immobiliendeal]] brachte der Stadt zwölf Millionen Euro ein.
affirmed P0 Die Kommission verurteilte die [[Einmischung]] scharf.
negated P1 Die Reise endete mit einem [[Misserfolg]].
negated P1 Alle Versuche blieben [[erfolglos]].
negated P1 Nach einer [[erfolglosen]] Suche fuhren die Retter heim.
negated P1 Beide Staaten bekannten sich zur [[Nichteinmischung]].
negated P1 Der Film war ein kommerzieller [[Misserfolg]].
negated P1 Die Regierung sprach von einem [[Nicht-Deal]].
negated P2 Es gibt keinen [[Deal]].
negated P2 Kein [[Deal]], sagte der Unterhändler knapp.
negated P2 Das war kein großer diplomatischer [[Erfolg]].
negated P2 Die Präsidenten reisten ohne [[Deal]] ab.
negated P2 Ohne einen greifbaren [[Erfolg]] verließ sie den Saal.
negated P2 Er kam ohne jeden [[Erfolg]] zurück.
negated P2 Es habe keinerlei [[Einmischung]] gegeben.
negated P2 Keine [[Einmischung]], keine Absprachen: so lautete die Antwort.
negated P4 Für eine [[Einmischung]] gibt es keine Beweise, der Erfolg war groß.
negated P2 Es gibt keine Belege für eine [[Einmischung]].
negated P2 Bisher sieht man kein Anzeichen eines [[Erfolgs]].
negated P2 Sie sehen keine Chance auf einen [[Deal]].
negated P2 Das Treffen sei keine Transaktion wie ein [[Deal]] unter Maklern.
negated P2 Statt eines [[Erfolgs]] gab es lange Gesichter.
negated P2 Anstelle eines [[Deals]] brachte er nur Souvenirs mit.
negated P2 Mangels [[Erfolgs]] wurde die Serie abgesetzt.
negated P2 Es gab weder einen [[Deal]] noch eine Pressekonferenz.
negated P2 Es gab weder eine Pressekonferenz noch einen [[Deal]].
negated P2 Weder [[Erfolg]] noch Ruhm waren ihm vergönnt.
negated P2 Der gescheiterte [[Deal]] belastet die Bilanz.
negated P2 Der geplatzte [[Deal]] kostet den Verein Millionen.
negated P2 Ausbleibender [[Erfolg]] drückt auf die Stimmung.
negated P2 Die Kampagne war wenig [[erfolgreich]].
negated P2 Es war ein nicht sehr [[erfolgreicher]] Versuch.
negated P2 Der Gipfel brachte keinen Waffenstillstand und keinen [[Deal]].
negated P2 Ohne Plan und [[Erfolg]] irrte er umher.
negated P2 Er ging, ohne einen [[Deal]] zu schließen.
negated P2 Sie verhandelten tagelang, ohne [[erfolgreich]] zu sein.
negated P3 Putin leugnet eine [[Einmischung]].
negated P3 Der Kreml bestreitet jede [[Einmischung]] in die Wahl.
negated P3 Der Sprecher dementierte einen [[Deal]] mit dem Nachbarland.
negated P3 Moskau wies die [[Einmischung]] erneut zurück.
negated P3 Er wies den Vorwurf der [[Einmischung]] zurück.
negated P3 Der Minister hat eine [[Einmischung]] zurückgewiesen.
negated P3 Die [[Einmischung]] wurde vom Botschafter bestritten.
negated P3 Der Präsident stritt die [[Einmischung]] vor laufenden Kameras ab.
negated P3 Der [[Deal]] ist geplatzt.
negated P3 In letzter Minute platzte der [[Deal]].
negated P3 Der [[Deal]] scheiterte am Geld.
negated P3 Bisher blieb der [[Erfolg]] aus.
negated P3 Das Parlament lehnt den [[Deal]] ab.
negated P3 Der Aufsichtsrat hat den [[Deal]] abgelehnt.
negated P3 Die Kartellwächter verhinderten den [[Deal]].
negated P3 Das Scheitern des [[Deals]] überraschte niemanden.
negated P3 Das Ausbleiben des [[Erfolgs]] macht ihn ratlos.
negated P3 Sein Dementi einer [[Einmischung]] überzeugte wenige.
negated P3 Er leugnete, sich in die Wahl [[eingemischt]] zu haben.
negated P3 Russland bestreitet, dass es sich [[eingemischt]] hat.
negated P3 Sie weigert sich, einen [[Deal]] zu unterschreiben.
negated P3 Die Regierung verzichtet darauf, sich [[einzumischen]].
negated P3 Der Verein stellte eine [[Einmischung]] in Abrede.
negated P3 Das Ergebnis ist alles andere als ein [[Erfolg]].
negated P3 Von einem [[Erfolg]] sind sie weit entfernt.
negated P3 Ein [[Deal]] ist in weite Ferne gerückt.
negated P3 Der [[Deal]] ist vom Tisch.
negated P3 Die Bundesbank verbat sich jede [[Einmischung]].
negated P4 Das war nicht der erhoffte [[Erfolg]].
negated P4 Der [[Deal]] kam nicht zustande.
negated P4 Zu einem [[Deal]] kam es am Ende nicht.
negated P4 Russland hat sich nie in Wahlen [[eingemischt]].
negated P4 Das Land werde sich niemals in fremde Angelegenheiten [[einmischen]].
negated P4 Wir [[mischen]] uns nicht in die Wahl ein.
negated P4 Niemand [[mischt]] sich in unsere Politik ein.
negated P4 Der Versuch war nicht [[erfolgreich]].
negated P4 Keine der Klagen war [[erfolgreich]].
negated P4 Er hatte mit seiner Klage keineswegs [[Erfolg]].
negated P4 Der Plan brachte kaum [[Erfolg]].
negated P4 Die Firma hat den [[Deal]] nicht abgeschlossen.
negated P4 Mit dem Verfahren hatten sie nie [[Erfolg]].
negated P4 Das ist nicht gerade ein [[Erfolg]].
negated P4 Der Senat hat dem [[Deal]] nicht zugestimmt.
negated P4 Es ist nicht zu einem [[Deal]] gekommen.
negated P4 Ich glaube nicht, dass es einen [[Deal]] gibt.
negated P4 Er sieht nicht, dass die Reise ein [[Erfolg]] war.
negated P4 Es gibt keinen Hinweis, dass sich jemand [[eingemischt]] hat.
negated P4 Die Partei will sich nicht in den Streit [[einmischen]].
negated P4 Der [[Deal]] ist noch nicht perfekt.
negated P4 Nicht der [[Deal]], sondern der Streit prägte den Tag.
affirmed P5 Das war nicht nur ein [[Erfolg]], sondern ein Triumph.
affirmed P5 Nicht zuletzt der [[Erfolg]] im Pokal stärkt den Trainer.
affirmed  Kein Wunder, der [[Erfolg]] gibt ihr recht.
affirmed  Kein Zweifel, das ist ein [[Erfolg]].
affirmed P5 Das ist nichts anderes als ein [[Deal]].
affirmed  So viel [[Erfolg]] hatte sie wie nie zuvor.
affirmed P5 Das ist ein nicht zu unterschätzender [[Erfolg]].
affirmed  Das war keine Niederlage, sondern ein [[Erfolg]].
affirmed  Sie bekamen nicht Mitleid, sondern einen [[Deal]].
affirmed  Trotz des [[Erfolgs]] reichte es nicht zum Titel.
affirmed  Nach dem [[Deal]] will niemand mehr reden.
affirmed  Der Iran werde nicht von der [[erfolgreichen]] Mission profitieren.
affirmed  Der [[Erfolg]] hat ihn nicht verändert.
affirmed  Wegen des [[Deals]] ist der Chef nicht beunruhigt.
affirmed  Das Abkommen sieht vor, dass der [[Deal]] jetzt gilt, Zölle gibt es nicht.
affirmed  Der Minister kam nicht, der Gipfel war ein [[Erfolg]].
affirmed  Seit seinem [[Wahlerfolg]] gibt er keine Interviews.
affirmed  Der Club konnte im Vorjahr viele [[Erfolge]] feiern.
affirmed  Die Stadt kann erste [[Erfolge]] vorweisen.
affirmed  Man könne das Gespräch einen [[Erfolg]] nennen.
affirmed  Es gelang ihr, das Projekt [[erfolgreich]] abzuschließen.
affirmed  Sie gab zu, sich in den Streit [[eingemischt]] zu haben.
open P6a Gibt es bald einen [[Deal]]?
open P6a War das Treffen ein [[Erfolg]]?
open P6a Kommt der [[Deal]] noch vor Weihnachten?
open P6a Wenn der [[Deal]] kommt, steigen die Kurse.
open P6a Falls der [[Deal]] platzt, droht ein Handelskrieg.
open P6a Ob das Treffen ein [[Erfolg]] war, weiß keiner.
open P6a Sollte es einen [[Deal]] geben, wird er teuer.
open P6a Wenn es keinen [[Deal]] gibt, reisen wir ab.
open P6a Was passiert, wenn der [[Erfolg]] ausbleibt?
open P6b Die [[Erfolgsaussichten]] sind gering.
open P6b Die [[Erfolgschancen]] des Antrags steigen.
open P6b Neue [[Deal-Hoffnungen]] beflügeln die Börse.
open P6b Die [[Einmischungsvorwürfe]] beschäftigen die Justiz.
open P6c Es ging um die mutmaßliche [[Einmischung]] in die Wahl.
open P6c Die angebliche [[Einmischung]] beschäftigt die Gerichte.
open P6c Sie sprachen über einen möglichen [[Deal]].
open P6c Der erhoffte [[Erfolg]] lässt die Anleger träumen.
open P6c Der geplante [[Deal]] sorgt für Streit.
open P6c Eine vermeintliche [[Einmischung]] empörte die Wähler.
open P6d Der Vorwurf der [[Einmischung]] steht weiter im Raum.
open P6d Die Hoffnung auf einen [[Deal]] wächst.
open P6d Die Suche nach einem [[Deal]] geht weiter.
open P6d Verhandlungen über einen [[Deal]] laufen seit Mai.
open P6d Die Angst vor einer [[Einmischung]] ist groß.
open P6d Der Verdacht auf [[Einmischung]] wiegt schwer.
open P6d Die Chancen auf einen [[Erfolg]] stehen gut.
open P6e Alle hoffen auf einen [[Deal]].
open P6e Der Präsident strebt einen [[Deal]] an.
open P6e Sie fordern einen [[Deal]] mit den Nachbarn.
open P6e Washington wirft Moskau [[Einmischung]] vor.
open P6e Die Ermittler warnen vor einer [[Einmischung]] in die Wahl.
open P6e Der Kanzler rechnet mit einem [[Erfolg]].
open P6e Der Trainer braucht dringend einen [[Erfolg]].
open P6e Die Firma sucht den [[Erfolg]] in Asien.
open P6f Trump will einen [[Deal]].
open P6f Das könnte ein [[Erfolg]] werden.
open P6f Der [[Deal]] soll am Montag verkündet werden.
open P6f Es wird einen [[Deal]] geben.
open P6f Das wäre ein [[Erfolg]] für beide.
open P6f Schließ den [[Deal]] ab!
open P6f Du musst den [[Deal]] abschließen.
open P6f Moskau soll sich in die Wahl [[eingemischt]] haben.
open P6f Wir wollen [[erfolgreich]] sein.
open P6f Das Land könnte sich [[einmischen]].
open P6g Wir bleiben, bis es einen [[Deal]] gibt.
open P6g Er reist an, um einen [[Deal]] zu schließen.
open P6g Damit der [[Deal]] gelingt, braucht es Geduld.
open P6g Bevor es einen [[Deal]] gibt, reden die Anwälte.
open P6h Vielleicht ist das ein [[Erfolg]].
open P6h Ein [[Deal]] ist möglich.
open P6h Das ist womöglich der Beginn eines [[Erfolgs]].
open P6h Hoffentlich ist die Reise ein [[Erfolg]].
open P6h Ein [[Erfolg]] ist ungewiss.
open P6i Wir sind nah an einem [[Deal]].
open P6i Ein [[Deal]] ist in Reichweite.
open P6i Ein [[Erfolg]] ist in Sicht.
open P6i Die Teams stehen kurz vor einem [[Deal]].
open P6j Sie hoffen, dass es einen [[Deal]] gibt.
open P6j Er befürchtet, dass sich Moskau [[einmischt]].
open P6j Sie versuchten, einen [[Deal]] zu schließen.
open P6a Es ist unklar, ob sich jemand [[eingemischt]] hat.
open P6j Die Regierung ist bereit, einen [[Deal]] zu schließen.
open P6j Die Agentur beschuldigt ihn, sich [[eingemischt]] zu haben.
negated P2 Es gibt noch keinen [[Deal]], bis es einen Deal gibt.
open P6g Es gibt noch keinen Deal, bis es einen [[Deal]] gibt.
negated P2 Es wird keinen [[Deal]] geben.
negated  Ein [[Deal]] ist nicht in Sicht.
negated P2 Es könnte keinen [[Erfolg]] geben.
negated P4 Der [[Deal]] soll nicht zustande kommen.
negated P3 Er warnte, der [[Deal]] sei geplatzt.
negated P2 Trotz großer Hoffnung gibt es keinen [[Deal]].
"""

DOUBLE = """
affirmed Die Suche war nicht [[erfolglos]].
affirmed Das war kein [[Misserfolg]].
affirmed Sie arbeitet nicht ohne [[Erfolg]].
affirmed Er bestreitet nicht, sich [[eingemischt]] zu haben.
affirmed Der Minister leugnet nicht, dass es einen [[Deal]] gibt.
affirmed Sie bestreiten, dass es keinen [[Erfolg]] gab.
affirmed Die Kammer hat den [[Deal]] nicht abgelehnt.
"""


def marked(line: str) -> tuple[str, int]:
    """Take the brackets out of a sentence; give it and the mention's offset."""
    begin = line.index("[[")
    return line.replace("[[", "").replace("]]", ""), begin


def code(annotator: Annotator, lexicons: Lexicons, line: str) -> tuple[Polarity, str]:
    text, begin = marked(line)
    for sentence in annotator.sentences(text):
        for index, token in enumerate(sentence.tokens):
            if token.begin == begin:
                return code_polarity(sentence, index, lexicons=lexicons), text
    raise AssertionError(f"no token begins at {begin}: {line}")


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    return Annotator()


@pytest.fixture(scope="module")
def lexicons() -> Lexicons:
    return read_lexicons()


CASES = [line.split(" ", 2) for line in SENTENCES.strip().splitlines()]


def test_the_suite_is_large_enough() -> None:
    assert len(CASES) + len(DOUBLE.strip().splitlines()) >= 150
    assert {value for value, _, _ in CASES} == {"affirmed", "negated", "open"}


@pytest.mark.parametrize(("value", "rule", "line"), CASES, ids=[line for *_, line in CASES])
def test_value_and_rule(
    annotator: Annotator, lexicons: Lexicons, value: str, rule: str, line: str
) -> None:
    found, text = code(annotator, lexicons, line)
    assert found.value == value, found
    assert not rule or found.rule == rule, found
    assert text[found.cue_begin : found.cue_end] == found.cue or found.cue_begin == -1


@pytest.mark.parametrize("line", DOUBLE.strip().splitlines())
def test_two_negations_cancel_each_other(
    annotator: Annotator, lexicons: Lexicons, line: str
) -> None:
    value, sentence = line.split(" ", 1)
    found, _ = code(annotator, lexicons, sentence)
    assert found.value == value
    assert found.double_negation
