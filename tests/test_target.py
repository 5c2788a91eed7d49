"""Target: does a mention speak of the event or of something else?"""

from __future__ import annotations

import pytest
from coding import marked, sentences
from conftest import ROOT

from analysis.annotation.codes import code_target, read_target_lexicon
from analysis.study.errors import StudyError

LEXICON = read_target_lexicon(ROOT / "data" / "lexicons" / "target.toml")
#: value rule | sentence
CASES = """
summit T0|Das war ein [[Erfolg]] für beide.
summit T0|Es gibt keinen [[Deal]].
summit T0|Die [[Einmischung]] war Thema.
summit T1|Das Treffen war keine Sache wie ein [[Immobiliendeal]].
summit T2|Er sprach von einem [[erfolgreichen]] Treffen.
summit T2|Hinter ihm lag ein langer und [[erfolgreicher]] Tag.
other T2|Er gratulierte zur [[erfolgreichen]] Saison.
other T2|Die [[erfolgreiche]] Offensive der Armee dauerte drei Tage.
other T3|Die Armee feiert einen militärischen [[Erfolg]].
other T3|Ihr größter sportlicher [[Erfolg]] liegt lange zurück.
other T4|Der [[Immobiliendeal]] platzte.
other T4|Ein [[Rohstoff-Deal]] ist geplant.
other T5|Der [[Erfolg]] der Mannschaft überraschte alle.
other T5|Der [[Erfolg]] des neuen Films war groß.
other T5|Ein [[Deal]] mit dem Konzern steht.
summit T0|Der [[Erfolg]] des Gipfels ist ungewiss.
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_target_and_rule(line: str) -> None:
    expected, _, text = line.partition("|")
    plain, offset = marked(text)
    (sentence,) = sentences(plain)
    index = [token.begin for token in sentence.tokens].index(offset)
    found = code_target(sentence, index, LEXICON)
    assert f"{found.value} {found.rule}" == expected
    assert bool(found.cue) or found.rule in ("T0", "T2")


def test_a_broken_lexicon_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "target.toml"
    path.write_text('source = "x"\nevent = []\nelsewere = []\n', encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_target_lexicon(path)
    assert "missing key 'elsewhere'" in str(caught.value)
    assert "Did you mean 'elsewhere'?" in str(caught.value)
