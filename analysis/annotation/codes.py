"""The codes of a mention: target, polarity, voice and speaker, each with its cue and rule."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.annotation.grammar.clauses import Clause, find_clauses
from analysis.annotation.grammar.lexicons import Lexicons, read_lexicons
from analysis.annotation.mentions import Mention
from analysis.annotation.polarity.rules import code_polarity
from analysis.annotation.speech.actors import ActorIndex
from analysis.annotation.speech.spans import SpeechSpan, voice_at
from analysis.annotation.target import TargetLexicon, code_target, read_target_lexicon
from analysis.annotation.tokens import Sentence, Token
from analysis.study.paths import Layout
from analysis.study.study import read_study

NARRATOR = "narrator"
UNKNOWN_SPEAKER = "?"


@dataclass(frozen=True)
class CodingTools:
    """The study's actors and the word lists that coding rests on."""

    actors: ActorIndex
    lexicons: Lexicons
    target: TargetLexicon


def load_coding_tools(layout: Layout) -> CodingTools:
    """Read the actors of the study and its lexicons."""
    return CodingTools(
        ActorIndex.of(read_study(layout).actors),
        read_lexicons(layout),
        read_target_lexicon(layout.lexicons / "target.toml"),
    )


def code_mention(
    sentence: Sentence,
    index: int,
    spans: Sequence[SpeechSpan],
    tools: CodingTools,
    *,
    clauses: Sequence[Clause] | None = None,
) -> dict[str, Any]:
    """Code one mention.

    Parameters
    ----------
    sentence : Sentence
        The sentence of the mention.
    index : int
        Position of the mention; of a split verb, that of the finite verb.
    spans : sequence of SpeechSpan
        The speech of the segment.
    tools : CodingTools
        Actors and lexicons.
    clauses : sequence of Clause, optional
        Those of the sentence; found once, they serve all of its mentions.

    Returns
    -------
    dict
        The columns of the open table ``mentions`` from target to speaker_chain; cues
        are single words, their offsets are empty where there is none.
    """
    token = sentence.tokens[index]
    target = code_target(sentence, index, tools.target)
    polarity = code_polarity(sentence, index, lexicons=tools.lexicons, clauses=clauses)
    return {
        "target": target.value,
        "target_cue": target.cue,
        "target_rule": target.rule,
        "polarity": polarity.value,
        "polarity_cue": polarity.cue,
        "polarity_cue_begin": _offset(polarity.cue_begin),
        "polarity_cue_end": _offset(polarity.cue_end),
        "polarity_rule": polarity.rule,
        "double_negation": polarity.double_negation,
        **_voice(voice_at(spans, token.begin)),
    }


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


def _voice(span: SpeechSpan | None) -> dict[str, Any]:
    found = span or SpeechSpan(-1, -1, "direct", "distanced", "V0")
    return {
        "voice": span.voice if span else NARRATOR,
        "voice_kind": span.kind if span else "",
        "voice_cue": _one_word(found.cue),
        "voice_cue_begin": _offset(found.cue_begin),
        "voice_cue_end": _offset(found.cue_end),
        "voice_rule": found.rule,
        "speaker": (found.speaker or UNKNOWN_SPEAKER) if span else "",
        "speaker_chain": found.speaker_chain,
    }


def _offset(value: int) -> int | None:
    return value if value >= 0 else None


def _one_word(cue: str) -> str:
    return "_".join(cue.split())


def token_voices(tokens: Sequence[Token], spans: Sequence[SpeechSpan]) -> list[str]:
    """Give the voice of every token of a segment; inner speech covers outer.

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
