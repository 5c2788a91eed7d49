"""The list of stop words."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.study.errors import StudyError
from analysis.study.paths import Layout
from analysis.study.text_files import read_stop_words


def test_comments_and_blank_lines_are_not_words(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# Wörter\n\nUnd\n  oder  \n", encoding="utf-8")
    assert read_stop_words(path) == {"und", "oder"}


def test_every_line_of_several_words_is_named(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("und\nder die\noder\nein und\n", encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_stop_words(path)
    assert str(caught.value) == (
        f"{path}: wanted one word a line, came line 2: 'der die'; line 4: 'ein und'"
    )


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"words\.txt: no such file; wanted a list of stop words"):
        read_stop_words(tmp_path / "words.txt")


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes("für\n".encode("cp1252"))
    with pytest.raises(StudyError, match=r"words\.txt, line 1: wanted UTF-8"):
        read_stop_words(path)


def test_negation_can_be_a_stop_word_and_nouns_are_not(toy: Layout) -> None:
    words = read_stop_words(toy.lexicons / "stopwords.txt")
    assert {"nicht", "und", "über"} <= words
    assert not {"erfolg", "deal", "gipfel"} & words
