"""A stretch of somebody's words, as the coding of speech gives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Voice = Literal["direct", "indirect"]
Kind = Literal[
    "full", "fragment", "distanced", "konjunktiv", "dass", "infinitive", "preposition",
    "continued", "act",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A stretch of a file in somebody's words; offsets are half-open.

    Attributes
    ----------
    begin, end
        The words; of direct speech with its marks.
    voice, kind
        direct (full, fragment, distanced) or indirect (konjunktiv, dass,
        infinitive, preposition, continued, act). A ``distanced`` word is a name, a
        title or an ironic word: the narrator's own.
    cue_begin, cue_end, cue
        The word that reports, as a lemma; -1 and "" where there is none.
    rule
        Id of the rule in ``docs/reference/coding-rules.md``.
    speaker, speaker_begin, speaker_end
        The actor's id or the name as written; "" and -1 if unknown.
    frame_begin, frame_end
        The words around that report; they may lie within ``begin`` and ``end``.
    depth, parent
        How many spans lie around this one; the index of the innermost, or -1.
    speaker_chain
        Speakers from the outermost inwards: ``Trump>Putin``.
    """

    begin: int
    end: int
    voice: Voice
    kind: Kind
    rule: str
    cue_begin: int = -1
    cue_end: int = -1
    cue: str = ""
    speaker: str = ""
    speaker_begin: int = -1
    speaker_end: int = -1
    frame_begin: int = -1
    frame_end: int = -1
    depth: int = 0
    parent: int = -1
    speaker_chain: str = ""

    def holds_frame(self, offset: int) -> bool:
        """Return whether a character is the narrator's within the span: frame or speaker.

        The frame of a speech act ("Er fordert einen Deal") is the act itself: only
        the words for the speaker are the narrator's.
        """
        if self.voice == "direct":
            return False
        if self.kind == "act":
            return self.speaker_begin <= offset < self.speaker_end
        return self.frame_begin <= offset < self.frame_end


def voice_at(spans: Sequence[SpeechSpan], begin: int) -> SpeechSpan | None:
    """Return the innermost span over a character; None is the narrator.

    Distanced words count as the narrator's, or as part of the speech around them.
    """
    over = [s for s in spans if s.begin <= begin < s.end and s.kind != "distanced"]
    outside = [s for s in over if not s.holds_frame(begin)]
    return max(outside, key=lambda span: (span.depth, span.begin), default=None)
