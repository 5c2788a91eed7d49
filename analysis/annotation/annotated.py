"""One article segment by segment: sentences, speech, named actors, and coded mentions.

The codes of a mention are about, polarity, voice and speaker, each with its cue and rule.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from analysis.annotation.corrections import Correction, read_corrections
from analysis.annotation.grammar.clauses import Clause, find_clauses
from analysis.annotation.grammar.lexicons import Lexicons, read_lexicons, read_words
from analysis.annotation.mentions import FrameLexicon, Mention, find_mentions, frame_lexicon
from analysis.annotation.ngrams import word_runs
from analysis.annotation.polarity.rules import code_polarity
from analysis.annotation.speech.actors import (
    ActorIndex,
    ActorLexicon,
    ActorMention,
    SpeechContext,
    actor_lexicon,
    find_actors,
)
from analysis.annotation.speech.segments import find_speech
from analysis.annotation.speech.sentences import SpeechSpan, voice_at
from analysis.annotation.tokens import Annotator, Sentence, Token, noun_stems
from analysis.corpus.cleaning import Rule, read_boilerplate
from analysis.corpus.segmentation import Segment, Segmentation
from analysis.corpus.sources import Source
from analysis.study.design import Frozen
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.study.text_files import STOP_WORDS, read_stop_words

Value = Literal["event", "other"]
#: A noun's complement begins with one of these.
COMPLEMENT = frozenset({"in", "bei", "mit", "von", "für", "gegen", "an", "auf", "durch", "als"})
WITHIN_PHRASE = ("ART", "ADJ", "PPOSAT", "PDAT", "PIAT", "CARD", "APPRART", "NNA")
NARRATOR = "narrator"
UNKNOWN_SPEAKER = "?"
#: What stands for the narrator, whom no cue introduces.
NOBODY = SpeechSpan(-1, -1, "direct", "distanced", "V0")


class AboutLexicon(Frozen):
    """``data/lexicons/about.toml``."""

    source: str = Field(min_length=1)
    event: tuple[str, ...]
    elsewhere: tuple[str, ...]
    adjectives: tuple[str, ...]

    @cached_property
    def event_nouns(self) -> frozenset[str]:
        """Nouns of the event in lower case."""
        return frozenset(noun.lower() for noun in self.event)

    @cached_property
    def elsewhere_nouns(self) -> frozenset[str]:
        """Nouns of other things in lower case."""
        return frozenset(noun.lower() for noun in self.elsewhere)


@dataclass(frozen=True, slots=True)
class About:
    """What a mention is about, with the word and the rule that gave it; T0 is the default."""

    value: Value
    cue: str
    rule: str


def read_about_lexicon(path: Path) -> AboutLexicon:
    """Read ``about.toml``, which was called ``target.toml`` at first.

    Raises
    ------
    StudyError
        With every fault.
    """
    former = path.with_name("target.toml")
    if former.is_file() and not path.exists():
        path = former
    return read_words(path, AboutLexicon, str(path))


def code_about(
    sentence: Sentence, index: int, lexicon: AboutLexicon, lexemes: Container[str] = frozenset()
) -> About:
    """Code what the mention at a position of a sentence is about.

    Rules in their order: T1 a comparison speaks of what is compared; T2 an attribute speaks of
    its noun; T3 an adjective, T4 a compound's part, T5 a complement of the noun places it
    elsewhere; T0 otherwise it is the event. Of a noun that is itself one of the ``lexemes`` (in
    lower case), parts say nothing: *Waffenstillstand* is no matter of weapons.

    Examples
    --------
    >>> from analysis.annotation.tokens import Annotator
    >>> from analysis.study.paths import find_layout
    >>> lexicon = read_about_lexicon(find_layout().lexicons / "about.toml")
    >>> sentence, = Annotator().sentences("Er gratulierte zur erfolgreichen Saison.")
    >>> code_about(sentence, 3, lexicon)
    About(value='other', cue='Saison', rule='T2')
    """
    tokens = sentence.tokens
    token, before = tokens[index], _before_phrase(tokens, index)
    if before.form.lower() == "wie":
        return About("event", before.form, "T1")
    if token.pos == "ADJA":
        return _by_noun(tokens, index, lexicon)
    candidates = [("T3", one) for one in _attributes(tokens, index)]
    if token.lemma.lower() not in lexemes:
        candidates.append(("T4", token))
    candidates += [("T5", one) for one in _complement(tokens, index)]
    for rule, candidate in candidates:
        if _is_elsewhere(candidate, token, lexicon):
            return About("other", candidate.form, rule)
    return About("event", "", "T0")


def _before_phrase(tokens: Sequence[Token], index: int) -> Token:
    """Return the token before the noun phrase that a position stands in."""
    i = index - 1
    while i > 0 and tokens[i].pos.startswith(WITHIN_PHRASE):
        i -= 1
    return tokens[max(i, 0)]


def _by_noun(tokens: Sequence[Token], index: int, lexicon: AboutLexicon) -> About:
    """Rule T2: the noun decides; one that is neither is taken for the event."""
    for noun in _noun_of_phrase(tokens, index + 1):
        if _names(noun, lexicon.elsewhere_nouns):
            return About("other", noun.form, "T2")
        return About("event", noun.form if _names(noun, lexicon.event_nouns) else "", "T2")
    return About("event", "", "T0")


def _noun_of_phrase(tokens: Sequence[Token], start: int) -> Iterator[Token]:
    for token in tokens[start:]:
        if token.pos in ("NN", "NE", "NNI"):
            yield token
            return
        if not token.pos.startswith((*WITHIN_PHRASE, "ADV", "KON")) and token.pos != "$,":
            return


def _attributes(tokens: Sequence[Token], index: int) -> Iterator[Token]:
    before = reversed(tokens[:index])
    return takewhile(lambda token: token.pos.startswith(("ADJ", "CARD", "ADV")), before)


def _complement(tokens: Sequence[Token], index: int) -> Iterator[Token]:
    """Yield the noun of a genitive or of a preposition that follows directly."""
    for following in tokens[index + 1 : index + 2]:
        genitive = following.pos == "ART" and following.form.lower() in ("des", "der")
        prepositional = following.pos in ("APPR", "APPRART") and following.lemma in COMPLEMENT
        if genitive or prepositional:
            yield from _noun_of_phrase(tokens, index + 2)


def _is_elsewhere(candidate: Token, mention: Token, lexicon: AboutLexicon) -> bool:
    if candidate.pos.startswith("ADJ"):
        return candidate.lemma.lower() in lexicon.adjectives
    if candidate is mention:
        return not lexicon.elsewhere_nouns.isdisjoint(noun_stems(candidate.parts)[:-1])
    return _names(candidate, lexicon.elsewhere_nouns)


def _names(noun: Token, listed: frozenset[str]) -> bool:
    """Look a noun up by its lemma, its head, and its first and last part."""
    stems = noun_stems(noun.parts)
    return bool({noun.lemma.lower(), noun.head.lower(), *stems[:1], *stems[-1:]} & listed)


@dataclass(frozen=True)
class CodingTools:
    """The study's actors and the word lists that coding rests on.

    ``lexemes`` are the nouns that mention a frame by themselves, in lower case.
    """

    actors: ActorIndex
    lexicons: Lexicons
    about: AboutLexicon
    lexemes: frozenset[str] = frozenset()


def code_mention(
    sentence: Sentence,
    index: int,
    spans: Sequence[SpeechSpan],
    tools: CodingTools,
    *,
    clauses: Sequence[Clause] | None = None,
) -> dict[str, Any]:
    """Code the mention at a position of a sentence; of a split verb, that of the finite verb.

    The spans are the speech of the segment. Clauses of the sentence that are found once serve
    all of its mentions.

    They are the columns of the open table ``mentions`` from about to speaker_chain; cues
    are single words, their offsets are empty where there is none.
    """
    about = code_about(sentence, index, tools.about, tools.lexemes)
    polarity = code_polarity(sentence, index, lexicons=tools.lexicons, clauses=clauses)
    span = voice_at(spans, sentence.tokens[index].begin)
    voice = span or NOBODY
    return {
        "about": about.value,
        "about_cue": about.cue,
        "about_rule": about.rule,
        "polarity": polarity.value,
        "polarity_cue": polarity.cue,
        "polarity_cue_begin": _offset(polarity.cue_begin),
        "polarity_cue_end": _offset(polarity.cue_end),
        "polarity_rule": polarity.rule,
        "double_negation": polarity.double_negation,
        "voice": voice.voice if span else NARRATOR,
        "voice_kind": voice.kind if span else "",
        "voice_cue": "_".join(voice.cue.split()),
        "voice_cue_begin": _offset(voice.cue_begin),
        "voice_cue_end": _offset(voice.cue_end),
        "voice_rule": voice.rule,
        "speaker": (voice.speaker or UNKNOWN_SPEAKER) if span else "",
        "speaker_chain": voice.speaker_chain,
    }


def _offset(value: int) -> int | None:
    return value if value >= 0 else None


def code_sentence(
    sentence: Sentence, found: Sequence[Mention], spans: Sequence[SpeechSpan], tools: CodingTools
) -> list[tuple[Mention, dict[str, Any]]]:
    """Code every mention of one sentence; its clauses are found once, in linear time."""
    if not found:
        return []
    clauses = find_clauses(sentence.tokens, tools.lexicons.mood)
    position = {token.begin: i for i, token in enumerate(sentence.tokens)}
    return [
        (one, code_mention(sentence, position[one.token.begin], spans, tools, clauses=clauses))
        for one in found
    ]


def token_voices(tokens: Sequence[Token], spans: Sequence[SpeechSpan]) -> list[str]:
    """Return the voice of every token of a segment; inner speech covers outer.

    Examples
    --------
    >>> token_voices([], [])
    []
    """
    voices = [NARRATOR] * len(tokens)
    begins = [token.begin for token in tokens]
    for span in sorted(spans, key=lambda one: (one.begin, -one.end)):
        if span.kind == "distanced":
            continue
        for i in range(bisect_left(begins, span.begin), bisect_left(begins, span.end)):
            if not span.holds_frame(begins[i]):
                voices[i] = span.voice
    return voices


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
            frozenset(
                noun.lower()
                for frame in study.frames
                for noun in (*frame.core.nouns, *frame.near.nouns)
            ),
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
