"""Polarity of mentions, on sentences of our own: rules, look-alikes, interactions.

Each line: the expected value, the rule ("" for any), the sentence with the mention in
double square brackets.
"""

from __future__ import annotations

import pytest
from coding import assert_linear, lexicons, marked, sentences

from analysis.annotation.grammar.clauses import find_clauses
from analysis.annotation.polarity.rules import Polarity, code_polarity
from analysis.annotation.tokens import Sentence

SENTENCES = """
negated P4 Einen [[Deal]] für den Hafen gibt es (noch) nicht, dafür reden sie wieder.
negated P4 Die Minister (zwei) haben den [[Deal]] nicht geschlossen.
affirmed P0 Während die Minister verhandeln, feiert die Mannschaft einen [[Erfolg]].
affirmed P0 Obwohl viele hoffen, feiert die Mannschaft einen [[Erfolg]].
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
affirmed P0 Sie beglückwünschte ihn zur [[erfolgreichen]] Prüfung.
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
negated P2 Das Spiel sei kein Handel wie ein [[Deal]] unter Maklern.
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
negated P4 Der Verband werde sich niemals in den Streit [[einmischen]].
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
affirmed  Das Dorf werde nicht von der [[erfolgreichen]] Saison profitieren.
affirmed  Der [[Erfolg]] hat ihn nicht verändert.
affirmed  Wegen des [[Deals]] ist der Chef nicht beunruhigt.
affirmed  Das Abkommen sieht vor, dass der [[Deal]] jetzt gilt, Zölle gibt es nicht.
affirmed  Der Minister kam nicht, der Gipfel war ein [[Erfolg]].
affirmed  Seit seinem [[Wahlerfolg]] gibt er keine Interviews.
affirmed  Der Club konnte im Vorjahr viele [[Erfolge]] feiern.
affirmed  Die Stadt kann erste [[Erfolge]] vorweisen.
affirmed  Man könne die Reise einen [[Erfolg]] nennen.
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
open P6f Mach endlich einen [[Deal]]!
open P6f Ihr müsst den [[Deal]] unterschreiben.
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
open P6i Beide Vereine sind nah an einem [[Deal]].
open P6i Ein [[Deal]] ist in Reichweite.
open P6i Ein [[Erfolg]] ist in Sicht.
open P6i Die Teams stehen kurz vor einem [[Deal]].
open P6j Sie hoffen, dass es einen [[Deal]] gibt.
open P6j Er befürchtet, dass sich Moskau [[einmischt]].
open P6j Sie versuchten, einen [[Deal]] zu schließen.
open P6a Es ist unklar, ob sich jemand [[eingemischt]] hat.
open P6j Die Regierung ist bereit, einen [[Deal]] zu schließen.
open P6j Die Agentur beschuldigt ihn, sich [[eingemischt]] zu haben.
negated P2 Noch kein [[Deal]], bis ein Deal unterschrieben ist.
open P6g Noch kein Deal, bis ein [[Deal]] unterschrieben ist.
negated P2 Es wird keinen [[Deal]] geben.
negated  Ein [[Deal]] ist nicht in Sicht.
negated P2 Es könnte keinen [[Erfolg]] geben.
negated P4 Der [[Deal]] soll nicht zustande kommen.
negated P3 Er warnte, der [[Deal]] sei geplatzt.
negated P2 Trotz großer Hoffnung gibt es keinen [[Deal]].
affirmed  Nach dem [[Erfolg]] gegen Bremen träumt der Verein von Europa.
affirmed  Bayern feierte beim 3:0 den höchsten [[Erfolg]] der Saison.
affirmed  Mit dem [[Deal]] übernimmt der Konzern 51 Prozent der Anteile.
open  Der [[Deal]] muss noch von den Kartellbehörden genehmigt werden.
open  Die Kartellbehörden müssen dem [[Deal]] noch zustimmen.
affirmed  Der [[Erfolg]] des Modells kann sich sehen lassen.
negated  Von [[Erfolg]] kann keine Rede sein.
negated  Der [[Erfolg]] ließ auf sich warten.
negated  Ein [[Deal]] kam nicht zustande.
negated  Einen [[Deal]] gab es nicht.
negated  Die Proteste blieben ohne sichtbaren [[Erfolg]].
negated  Der Einspruch hatte keinen [[Erfolg]].
negated  Die Verhandlungen endeten ohne einen [[Deal]].
negated  Von einem [[Deal]] will der Präsident nichts wissen.
negated  Der Konzern hat den [[Deal]] abgeblasen.
open  Vor einem möglichen [[Deal]] mit dem Rivalen prüft der Konzern die Bücher.
open  Der Konzern verhandelt mit dem Rivalen über einen [[Milliardendeal]].
open  Dem Trainer fehlt nur noch ein [[Erfolg]] zum Rekord.
open  Ein [[Erfolg]] im Rückspiel würde den Aufstieg bedeuten.
open  Für einen [[Erfolg]] müsste die Mannschaft mutiger spielen.
open  Die EU drängt auf einen [[Deal]] noch in diesem Jahr.
open  Der Präsident setzt alles auf einen [[Deal]].
affirmed  Der Präsident lobte den [[Deal]] als historisch.
affirmed  Die Opposition kritisierte den [[Deal]] als unfair.
affirmed  Obwohl der Film kein Kritikerliebling war, wurde er ein [[Erfolg]].
affirmed  Er sagte, das Treffen sei ein voller [[Erfolg]] gewesen.
affirmed  Laut dem Sprecher war der Test ein [[Erfolg]].
negated  Er sagte, es sei noch kein [[Deal]] erreicht worden.
negated  Der Präsident erklärte, Russland habe sich nicht [[eingemischt]].
negated  Putin sagte, er habe sich nie in die Wahl [[eingemischt]] und werde es nie tun.
negated  Moskau hat Vorwürfe einer [[Einmischung]] stets zurückgewiesen.
negated  Jede [[Einmischung]] von außen lehnt die Regierung ab.
negated  Peking verbittet sich eine [[Einmischung]] in innere Angelegenheiten.
open  Die Justiz ermittelt wegen der Vorwürfe einer [[Einmischung]].
open  Der Sonderermittler untersucht die [[Einmischung]] Russlands in den Wahlkampf.
open  Berichte über eine angebliche [[Einmischung]] häuften sich.
open  Die USA werfen Russland vor, sich in die Wahl [[eingemischt]] zu haben.
open  Man dürfe sich nicht wundern, wenn sich andere [[einmischen]].
negated  Die Politik solle sich nicht in die Tarifpolitik [[einmischen]].
negated  Ich werde mich da nicht [[einmischen]], sagte sie.
affirmed  Immer wieder [[mischt]] sich der Eigentümer in die Aufstellung ein.
affirmed  Der Eigentümer habe sich zu oft [[eingemischt]], klagte der Trainer.
affirmed  Wer so [[erfolgreich]] ist, hat Neider.
affirmed  Das Unternehmen ist in Asien [[erfolgreicher]] als in Europa.
negated  Anders als im Vorjahr war die Elf diesmal nicht [[erfolgreich]].
affirmed  Nicht einmal der [[Erfolg]] stimmte ihn milde.
affirmed  Niemand hatte mit diesem [[Erfolg]] gerechnet.
affirmed  Kaum jemand kennt die Frau hinter dem [[Erfolg]].
affirmed  Ohne Trump hätte es den [[Deal]] nie gegeben.
affirmed  Keiner der Beteiligten wollte den [[Deal]] kommentieren.
affirmed  Zum [[Erfolg]] trug auch das Wetter bei.
affirmed  Das Geheimnis ihres [[Erfolgs]] verriet sie nicht.
affirmed  Die Aktie legte nach dem [[Deal]] nicht zu.
affirmed  Der [[Deal]] umfasst keine Patente.
affirmed  Der [[Deal]] bringt dem Verein 20 Millionen Euro, sichert aber nicht den Klassenerhalt.
open  Bis zum [[Deal]] sei es noch ein weiter Weg.
open  Der Weg zum [[Erfolg]] ist weit.
open  Die Zeit für einen [[Deal]] drängt.
open  Beide Seiten haben Interesse an einem [[Deal]].
open  Ein [[Deal]] rückt näher.
open  Einem [[Deal]] steht nichts mehr im Weg.
open  An einem [[Deal]] wird gearbeitet.
open  Viele Beobachter rechnen nun mit einem raschen [[Deal]].
negated  Kaum einer glaubt noch an einen [[Deal]].
negated  Niemand glaubt an einen schnellen [[Deal]].
open  Der Gipfel kann nur ein [[Erfolg]] werden, wenn alle mitziehen.
open  Kann der Gipfel ein [[Erfolg]] werden?
affirmed  Warum ist die Serie so [[erfolgreich]]?
affirmed  Wie kam es zu dem [[Deal]]?
negated  Der [[Deal]] mit dem Investor ist endgültig gescheitert.
negated  Nach dem geplatzten [[Deal]] sucht der Klub neue Geldgeber.
negated  Der Bundesrat stoppte den [[Deal]].
negated  Seine Klage blieb vor zwei Gerichten ohne [[Erfolg]].
negated  Das Rettungspaket erwies sich als [[Misserfolg]].
affirmed  Er lässt keinen Zweifel daran, dass die Reise ein [[Erfolg]] war.
affirmed  Es besteht kein Zweifel am [[Erfolg]] der Mission.
open  Es bestehen Zweifel am [[Erfolg]] der Mission.
open  Der [[Erfolg]] ist alles andere als sicher.
open  Ob Deal oder kein [[Deal]]: Die Börse bleibt ruhig.
open  Man muss den Leuten [[Erfolg]] wünschen.
open  Wir wünschen dir viel [[Erfolg]]!
open  Sie will den [[Erfolg]] aus dem Vorjahr wiederholen.
negated  Sie konnte den [[Erfolg]] aus dem Vorjahr nicht wiederholen.
affirmed  Sie will an ihren [[Erfolg]] aus dem Vorjahr anknüpfen.
negated  Dem Antrag blieb der [[Erfolg]] versagt.
affirmed  Der Erfolg gab ihm recht, der [[Deal]] machte ihn reich.
affirmed  Die [[erfolgreiche]] Sängerin sagte ihre Tournee nicht ab.
open  Im Fall eines Sieges wäre es der zehnte [[Erfolg]] in Serie.
affirmed  „Das ist ein [[Erfolg]] für unser Land“, sagte die Ministerin nach der Abstimmung.
affirmed  Mit einem knappen 2:1 sicherten sich die Gäste den ersten [[Erfolg]] seit Wochen.
affirmed  Der [[Erfolg]] in der zweiten Runde war nie gefährdet.
negated  Auch im dritten Anlauf gelang den Forschern kein [[Erfolg]].
negated  Die Kletterer versuchten es [[erfolglos]] über die Nordwand.
open  Der Finanzminister hofft, bis Jahresende einen [[Deal]] vorlegen zu können.
negated  Der Milliardär zog sein Angebot zurück, der [[Deal]] ist damit geplatzt.
open  Insidern zufolge steht ein [[Deal]] zwischen den Konzernen unmittelbar bevor.
open  Laut einem Bericht arbeiten die Konzerne an einem [[Deal]].
affirmed  Der im März angekündigte [[Deal]] ist nun abgeschlossen.
affirmed  Der Konzern gab den [[Deal]] am Montag bekannt.
affirmed  Die Aktionäre stimmten dem [[Deal]] mit großer Mehrheit zu.
negated  Die Aktionäre stimmten gegen den [[Deal]].
negated  Es sei falsch, von einer [[Einmischung]] zu sprechen.
negated  Von [[Einmischung]] könne keine Rede sein, sagte der Sprecher.
negated  „Wir haben uns nicht [[eingemischt]]“, beteuerte der Botschafter.
negated  Er habe keine Ahnung von einer [[Einmischung]] gehabt, es habe sie auch nie gegeben.
affirmed  Der Bericht belegt die [[Einmischung]] ausländischer Dienste.
affirmed  Die Geheimdienste sind überzeugt, dass sich Moskau in die Wahl [[eingemischt]] hat.
open  Die Demokraten fürchten eine erneute [[Einmischung]] bei der Kongresswahl.
negated  Der Präsident zweifelt nicht an Putins Wort, er glaubt nicht an eine [[Einmischung]].
affirmed  Der Präsident räumte erstmals ein, dass es eine [[Einmischung]] gegeben hat.
negated  Der Richter untersagte jede weitere [[Einmischung]].
affirmed  Der Präsident forderte ein Ende der [[Einmischung]].
open  Er rief dazu auf, sich stärker [[einzumischen]].
affirmed  Junge Leute sollten sich mehr trauen, so wie jene, die sich damals [[einmischten]].
negated  So wird das nie ein [[Erfolg]].
open  Das Projekt kann zum [[Erfolg]] werden.
affirmed  Das Projekt wurde zum [[Erfolg]].
negated  Das Projekt wurde nie zum [[Erfolg]].
negated  Weder mit Drohungen noch mit Geld hatte er [[Erfolg]].
affirmed  Sie ist nicht nur [[erfolgreich]], sondern auch beliebt.
negated  Sie ist beliebt, aber nicht [[erfolgreich]].
affirmed  Sie ist beliebt, weil sie [[erfolgreich]] ist und nicht lügt.
open  Ich bin sicher, dass die Reise ein [[Erfolg]] wird.
affirmed  Ich bin sicher, dass die Reise ein [[Erfolg]] war.
open  Die Partner stehen bereit, falls der [[Deal]] doch noch zustande kommt.
negated  Der Verein dementierte Berichte über einen [[Deal]] mit dem Stürmer.
open  Es gibt Berichte über einen [[Deal]] mit dem Stürmer.
negated  Auf einen [[Deal]] mit den Rebellen lässt sich die Armee nicht ein.
affirmed  Auf den [[Deal]] folgte der Absturz der Aktie.
open  Experten zweifeln am [[Erfolg]] der Mission.
open  Die Regierung verspricht sich [[Erfolg]] von dem Gesetz.
affirmed  Trotz der Kritik hält er an dem [[Deal]] fest.
negated  Er will an dem [[Deal]] nicht mehr festhalten.
negated  Das Land hat den [[Deal]] gekündigt.
negated  Beide Länder haben sich nicht auf einen [[Deal]] geeinigt.
affirmed  Beide Länder haben sich auf einen [[Deal]] geeinigt.
open  Beide Länder wollen sich auf einen [[Deal]] einigen.
affirmed  Am Ende zählt für den Trainer nur der [[Erfolg]].
affirmed  Dank der [[erfolgreichen]] Titelverteidigung bleibt sie Nummer eins.
affirmed  Ihre bislang [[erfolgreichste]] Platte erschien 1998.
affirmed  Dieser Film soll an die [[Erfolge]] früherer Tage anknüpfen.
affirmed  Der [[Überraschungserfolg]] lief in 30 Ländern.
affirmed  Nur wenige Anleger profitierten vom [[Erfolg]] der Aktie.
open  Ohne Zugeständnisse gibt es keinen [[Deal]], ohne [[Deal]] keine Lockerung.
affirmed  Sein [[Erfolgsrezept]] verrät der Koch nicht.
affirmed  Der Kanzler verteidigte den [[Deal]] gegen Kritik aus den eigenen Reihen.
open  Ob der [[Deal]] hält, muss sich noch zeigen.
negated  Die Gespräche verliefen ergebnislos, einen [[Deal]] gibt es bislang nicht.
affirmed  Nach zähem Ringen steht der [[Deal]].
open  Noch vor Ostern soll der [[Deal]] stehen.
negated  Der [[Deal]] steht noch nicht.
affirmed  Der VfL landete einen überraschenden [[Auswärtserfolg]].
open  Der VfL peilt den ersten [[Auswärtserfolg]] an.
affirmed  Die Partei wertete das Ergebnis als [[Erfolg]].
negated  Die Partei wollte das Ergebnis nicht als [[Erfolg]] werten.
open  Moskau wird verdächtigt, sich in den Wahlkampf [[eingemischt]] zu haben.
negated  Moskau hat eine [[Einmischung]] stets bestritten.
negated  Der Außenminister nannte den Vorwurf der [[Einmischung]] absurd.
affirmed  Die [[Einmischung]] des Vaters ärgerte den Trainer.
affirmed  Er ärgerte sich über die ständige [[Einmischung]] seines Vaters.
open  Sie fordern mehr [[Einmischung]] von unten.
negated  Die Verfassung verbietet eine [[Einmischung]] der Armee in die Politik.
negated  Die Eltern sollten sich besser nicht [[einmischen]].
open  Wenn ich mich [[einmische]], gibt es Streit.
affirmed  Als sich die Polizei [[einmischte]], flogen Steine.
affirmed  Obwohl die Firma [[erfolgreich]] ist, entlässt sie Leute.
negated  Obwohl der Versuch [[erfolglos]] blieb, war sie zufrieden.
affirmed  Mit großem [[Erfolg]] läuft die Ausstellung seit Mai.
affirmed  Das Stück läuft mit [[Erfolg]] in Wien.
negated  Der Antrag wurde ohne [[Erfolg]] gestellt.
open  Ein schneller [[Erfolg]] ist nicht ausgeschlossen.
negated  Ein schneller [[Erfolg]] ist ausgeschlossen.
negated  Ein [[Deal]] ist nicht möglich.
negated  Ein [[Deal]] war von Anfang an unrealistisch.
open  Der Milliardär bot dem Klub einen [[Deal]] an.
negated  Der Klub schlug den angebotenen [[Deal]] aus.
open  Der Erfolg soll den Weg für einen [[Deal]] ebnen.
affirmed  Der Präsident rühmte sich seines [[Erfolgs]].
affirmed  Präsident verkündet [[Deal]] mit Nachbarland.
negated  Präsident lehnt [[Deal]] mit Nachbarland ab.
open  Präsident hofft auf [[Deal]] mit Nachbarland.
open  Kommt jetzt der große [[Deal]]?
negated  Kein [[Deal]] in Sicht.
negated  [[Deal]] geplatzt.
affirmed  [[Deal]] perfekt.
open  [[Deal]] oder kein Deal?
affirmed  Der Start der Rakete verlief [[erfolgreich]].
negated  Der Start der Rakete verlief nicht [[erfolgreich]].
open  Der Start der Rakete dürfte [[erfolgreich]] verlaufen.
affirmed  Die Polizei fahndete [[erfolgreich]] nach dem Täter.
negated  Die Polizei fahndete bisher vergeblich, ein [[Erfolg]] blieb ihr verwehrt.
affirmed  Er habe, so der Minister, einen großen [[Erfolg]] erzielt.
negated  Er habe, so der Minister, keinen [[Erfolg]] erzielt.
open  Er wolle, so der Minister, einen [[Erfolg]] erzielen.
"""

DOUBLE = """
Die Suche war nicht [[erfolglos]].
Das war kein [[Misserfolg]].
Sie arbeitet nicht ohne [[Erfolg]].
Er bestreitet nicht, sich [[eingemischt]] zu haben.
Der Minister leugnet nicht, dass es einen [[Deal]] gibt.
Sie bestreiten, dass es keinen [[Erfolg]] gab.
Die Kammer hat den [[Deal]] nicht abgelehnt.
"""


def code(line: str) -> tuple[Polarity, str]:
    text, begin = marked(line)
    for sentence in sentences(text):
        for index, token in enumerate(sentence.tokens):
            if token.begin == begin:
                return code_polarity(sentence, index, lexicons=lexicons()), text
    raise AssertionError(f"no token begins at {begin}: {line}")


CASES = [line.split(" ", 2) for line in SENTENCES.strip().splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[line for *_, line in CASES])
def test_value_and_rule(case: list[str]) -> None:
    value, rule, line = case
    found, text = code(line)
    assert found.value == value, found
    assert not rule or found.rule == rule, found
    assert text[found.cue_begin : found.cue_end] == found.cue or found.cue_begin == -1


@pytest.mark.parametrize("line", DOUBLE.strip().splitlines())
def test_two_negations_cancel_each_other(line: str) -> None:
    found, _ = code(line)
    assert found.value == "affirmed"
    assert found.double_negation


def test_many_mentions_may_share_their_clauses() -> None:
    text = "Es gibt keinen Deal, aber einen Erfolg."
    (sentence,) = sentences(text)
    clauses = find_clauses(sentence.tokens, lexicons().mood)
    for index in range(len(sentence.tokens)):
        alone = code_polarity(sentence, index, lexicons=lexicons())
        assert code_polarity(sentence, index, lexicons=lexicons(), clauses=clauses) == alone


def test_any_token_of_any_sentence_can_be_asked_for() -> None:
    texts = ("Deal!", "?", "„“", "Nicht", "und, oder; aber: nie", "ohne", "Es ist nicht Erfolg")
    for text in texts:
        for sentence in sentences(text):
            for index in range(len(sentence.tokens)):
                found = code_polarity(sentence, index, lexicons=lexicons())
                assert found.value in ("affirmed", "negated", "open")


@pytest.mark.parametrize(
    "unit",
    ["er sagt, dass sie nicht kommt, ", "ohne Plan und ohne Ziel, ", "wenn es regnet und stürmt, "],
)
def test_time_is_linear(unit: str) -> None:
    lines = (f"Es gibt keinen Deal, {unit * n_times}und Schluss." for n_times in (30, 300))
    texts = [[token for found in sentences(line) for token in found.tokens] for line in lines]
    assert_linear(lambda tokens: code_polarity(Sentence(tokens), 3, lexicons=lexicons()), texts)
