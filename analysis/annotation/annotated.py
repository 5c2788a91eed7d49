"""One article segment by segment: sentences, speech, coded mentions, named actors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.annotation.codes import code_sentence
from analysis.annotation.mentions import Mention, find_mentions
from analysis.annotation.names import ActorMention, find_actors
from analysis.annotation.ngrams import word_runs
from analysis.annotation.speech.actors import SpeechContext
from analysis.annotation.speech.segments import find_speech
from analysis.annotation.speech.spans import SpeechSpan
from analysis.annotation.tokens import Sentence
from analysis.annotation.tools import Tools
from analysis.corpus.segmentation import Segment, Segmentation
from analysis.corpus.sources import Source

Row = dict[str, Any]


@dataclass(frozen=True)
class Annotated:
    """One segment with its sentences, speech, coded mentions and named actors."""

    segment_id: str
    segment: Segment
    sentences: tuple[Sentence, ...]
    actors: tuple[ActorMention, ...]
    speech: tuple[SpeechSpan, ...]
    mentions: tuple[tuple[Mention, Row], ...]

    @property
    def words(self) -> list[str]:
        """Forms of the word tokens in their order."""
        return [
            token.form for sentence in self.sentences for token in sentence.tokens if token.is_word
        ]

    @property
    def runs(self) -> list[list[str]]:
        """Words in lower case, parted where a sentence ends or a mark stands between."""
        return word_runs(self.sentences)


def annotate_segments(
    text: str, source: Source, tools: Tools, segmentation: Segmentation
) -> list[Annotated]:
    """Annotate the segments of one article in their order; speakers carry on from one to the next.

    Parameters
    ----------
    text, source, tools : str, Source, Tools
        As in `analysis.annotation.rows.annotate_text`.
    segmentation : Segmentation
        What `segment` gives for the text.

    Returns
    -------
    list of Annotated
        One per segment: tokens, speech, mentions as the rules code them.
    """
    context = SpeechContext()
    return [
        _annotate_segment(f"{source.id}:{i:04d}", part, text, (tools, context))
        for i, part in enumerate(segmentation.segments)
    ]


def _annotate_segment(
    segment_id: str, part: Segment, text: str, with_what: tuple[Tools, SpeechContext]
) -> Annotated:
    """Annotate one segment; the context carries speakers on to the next one."""
    tools, context = with_what
    sentences = tuple(tools.annotator.sentences(text[part.begin : part.end], part.begin))
    coding = tools.coding
    speech = find_speech(sentences, coding.actors, context, lexicons=coding.lexicons)
    mentions = tuple(
        coded
        for sentence in sentences
        for coded in code_sentence(
            sentence, find_mentions(sentence, tools.lexicon, tools.annotator), speech, coding
        )
    )
    actors = tuple(found for one in sentences for found in find_actors(one, tools.actors))
    return Annotated(segment_id, part, sentences, actors, tuple(speech), mentions)
