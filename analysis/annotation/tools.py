"""What annotation needs beside the text: German models, lexicons, corrections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.annotation.codes import CodingTools, load_coding_tools
from analysis.annotation.corrections import Correction, read_corrections
from analysis.annotation.lexemes import FrameLexicon, frame_lexicon
from analysis.annotation.names import ActorLexicon, actor_lexicon
from analysis.annotation.tokens import Annotator
from analysis.corpus.cleaning import Rule, read_boilerplate
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.study.text_files import STOP_WORDS, read_stop_words


@dataclass(frozen=True)
class Tools:
    """What annotation needs beside the text."""

    annotator: Annotator
    lexicon: FrameLexicon
    boilerplate: tuple[Rule, ...]
    actors: ActorLexicon
    width: int
    coding: CodingTools
    corrections: tuple[Correction, ...]
    stop_words: frozenset[str]


@cache
def load_annotator() -> Annotator:
    """Load the German models, once per process."""
    return Annotator()


def load_tools(root: Path) -> Tools:
    """Take the German models, and read the study's lexicons and corrections as they are now."""
    layout = Layout(root)
    study = read_study(layout)
    return Tools(
        load_annotator(),
        frame_lexicon(study),
        read_boilerplate(layout.lexicons / "boilerplate.toml"),
        actor_lexicon(study),
        study.collocation.width,
        load_coding_tools(layout),
        read_corrections(layout.corrections_file),
        read_stop_words(layout.lexicons / STOP_WORDS),
    )
