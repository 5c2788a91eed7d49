"""The word lists of speech and polarity: what a wrong file is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from coding import annotator, lexicons

from analysis.annotation.grammar.clauses import mood_of
from analysis.annotation.grammar.lexicons import joined, read_lexicons
from analysis.study.errors import StudyError
from analysis.study.paths import find_layout


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study with nothing but its lexicons."""
    (tmp_path / "study.toml").write_text("", encoding="utf-8")
    shutil.copytree(find_layout(Path(__file__)).lexicons, tmp_path / "data" / "lexicons")
    return tmp_path


def change(study: Path, name: str, old: str, new: str) -> None:
    path = study / "data" / "lexicons" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_committed_lists_are_read(study: Path) -> None:
    assert read_lexicons(study) == lexicons()


def test_a_word_that_stands_twice_is_named(study: Path) -> None:
    change(study, "speech.toml", 'back = ["demnach"', 'back = ["demnach", "demnach"')
    with pytest.raises(StudyError, match="stands twice: demnach"):
        read_lexicons(study)


def test_a_blank_word_is_refused(study: Path) -> None:
    change(study, "speech.toml", 'so = ["so"]', 'so = ["so", " "]')
    with pytest.raises(StudyError, match="is blank or has stray spaces"):
        read_lexicons(study)


def test_an_unknown_list_names_the_nearest(study: Path) -> None:
    change(study, "polarity.toml", "reversal = [", "reversals = [")
    with pytest.raises(StudyError) as caught:
        read_lexicons(study)
    message = str(caught.value)
    assert message.startswith("data/lexicons/polarity.toml: 2 faults")
    assert "unknown key; allowed: reversal, sequences. Did you mean 'reversal'?" in message
    assert "missing key 'reversal'" in message


def test_a_missing_file_is_named(study: Path) -> None:
    (study / "data" / "lexicons" / "mood.toml").unlink()
    with pytest.raises(StudyError, match=r"mood\.toml: no such file"):
        read_lexicons(study)


def test_every_file_names_its_source() -> None:
    found = lexicons()
    assert all(part.source for part in (found.mood, found.speech, found.polarity))


def test_no_separable_verb_has_two_bars() -> None:
    for verb in lexicons().speech.verbs.say:
        assert verb.count("|") <= 1
    assert joined("zurück|weisen") == "zurückweisen"


MOODS = """
konjunktiv_1 Er sei krank.
konjunktiv_1 Sie habe gewonnen.
konjunktiv_1 Er könne kommen.
konjunktiv_1 Sie gehe heim.
konjunktiv_1 Man handele richtig.
konjunktiv_1 Sie wisse Bescheid.
konjunktiv_1 Die Leute seien froh.
konjunktiv_2 Er wäre krank.
konjunktiv_2 Sie hätte gewonnen.
konjunktiv_2 Die Leute kämen gern.
konjunktiv_2 Das gäbe Streit.
indicative Er ist krank.
indicative Sie sagte nichts.
indicative Die Leute blieben stehen.
indicative Er arbeitete lange.
indicative Sie erhielten Post.
indicative Er sollte kommen.
"""


@pytest.mark.parametrize("line", MOODS.strip().splitlines())
def test_mood_of_the_finite_verb(line: str) -> None:
    wanted, text = line.split(" ", 1)
    (sentence,) = annotator().sentences(text)
    moods = {mood_of(token, lexicons().mood) for token in sentence.tokens} - {"none"}
    assert moods == {wanted}
