"""One article segment by segment: sentences, speech, coded mentions, named actors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from analysis.annotation.codes import CodingTools, code_sentence, read_about_lexicon, token_voices
from analysis.annotation.corrections import Correction, read_corrections
from analysis.annotation.grammar.lexicons import read_lexicons
from analysis.annotation.mentions import FrameLexicon, Mention, find_mentions, frame_lexicon
from analysis.annotation.ngrams import word_runs
from analysis.annotation.speech.actors import (
    ActorIndex,
    ActorLexicon,
    ActorMention,
    SpeechContext,
    actor_lexicon,
    find_actors,
)
from analysis.annotation.speech.segments import find_speech
from analysis.annotation.speech.sentences import SpeechSpan
from analysis.annotation.tokens import Annotator, Sentence, Token
from analysis.corpus.cleaning import Rule, read_boilerplate
from analysis.corpus.segmentation import Segment, Segmentation
from analysis.corpus.sources import Source
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.study.text_files import STOP_WORDS, read_stop_words

Row = dict[str, Any]


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
        CodingTools(
            ActorIndex.of(study.actors),
            read_lexicons(layout),
            read_about_lexicon(layout.lexicons / "about.toml"),
        ),
        read_corrections(layout.corrections_file),
        read_stop_words(layout.lexicons / STOP_WORDS),
    )


@dataclass(frozen=True)
class Annotated:
    """One segment with its sentences, speech, coded mentions and named actors."""

    segment_id: str
    segment: Segment
    sentences: tuple[Sentence, ...]
    actors: tuple[ActorMention, ...]
    speech: tuple[SpeechSpan, ...]
    mentions: tuple[tuple[Mention, Row], ...]

    @cached_property
    def tokens(self) -> list[Token]:
        """Tokens in their order."""
        return [token for sentence in self.sentences for token in sentence.tokens]

    @cached_property
    def voices(self) -> list[str]:
        """The voice of each token."""
        return token_voices(self.tokens, self.speech)

    @cached_property
    def words(self) -> list[str]:
        """Forms of the word tokens in their order."""
        return [token.form for token in self.tokens if token.is_word]

    @cached_property
    def runs(self) -> list[list[str]]:
        """Words in lower case, parted where a sentence ends or a mark stands between."""
        return word_runs(self.sentences)


def annotate_segments(
    text: str, source: Source, tools: Tools, segmentation: Segmentation
) -> list[Annotated]:
    """Annotate the segments of one article in their order, as the rules code them.

    Speakers carry on from one segment to the next. The segmentation is what `segment` gives
    for the text.
    """
    context, coding, found = SpeechContext(), tools.coding, []
    for i, part in enumerate(segmentation.segments):
        sentences = tuple(tools.annotator.sentences(text[part.begin : part.end], part.begin))
        speech = find_speech(sentences, coding.actors, context, lexicons=coding.lexicons)
        mentions = tuple(
            coded
            for one in sentences
            for coded in code_sentence(
                one, find_mentions(one, tools.lexicon, tools.annotator), speech, coding
            )
        )
        actors = tuple(actor for one in sentences for actor in find_actors(one, tools.actors))
        segment_id = f"{source.id}:{i:04d}"
        found.append(Annotated(segment_id, part, sentences, actors, tuple(speech), mentions))
    return found
