"""A sentence as the rules of indirect speech see it: clauses, frames, moods, extents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

from analysis.annotation.grammar.clauses import Clause, find_clauses
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.mood import Mood, mood_of, reports
from analysis.annotation.speech.reporting import Frame, find_frames
from analysis.annotation.tokens import Token

ReportKind = Literal["konjunktiv", "dass", "infinitive", "preposition", "continued", "act"]


@dataclass(frozen=True, slots=True)
class Report:
    """Indirect speech: positions ``first`` up to and without ``last`` in a sentence.

    The frame may stand within the report ("Das sei, so Trump, falsch"). A report
    without a frame continues an earlier speaker.
    """

    first: int
    last: int
    kind: ReportKind
    rule: str
    frame: Frame | None


@dataclass(frozen=True, slots=True)
class View:
    """A sentence with what the rules look at, each computed once.

    ``ends[i]`` is the last clause of a report that begins with clause ``i``: it
    ends before a main clause in the indicative. ``n_indicative[i]`` counts those
    before clause ``i``. ``first_word`` and ``last_word`` leave punctuation out.
    """

    tokens: Sequence[Token]
    clauses: Sequence[Clause]
    frames: Sequence[Frame]
    moods: Sequence[Mood]
    ends: Sequence[int]
    n_indicative: Sequence[int]
    first_word: int
    last_word: int

    def reported(self, index: int) -> bool:
        """Return whether a clause stands in the Konjunktiv I."""
        return self.moods[index] == "konjunktiv_1"

    def is_main(self, index: int) -> bool:
        """Return whether a clause is a main clause."""
        return self.clauses[index].kind in ("main", "verb_first")

    def end_of(self, index: int) -> int:
        """Return the position behind a report that begins with a clause."""
        return self.clauses[self.ends[index]].last

    def joined(self, index: int) -> bool:
        """Return whether a clause begins with a conjunction."""
        return self.tokens[self.clauses[index].first].pos == "KON"


def view_of(tokens: Sequence[Token], lexicons: Lexicons) -> View:
    """Find the clauses, frames and moods of a sentence without its quotations, in linear time."""
    clauses = find_clauses(tokens, lexicons.mood)
    frames = find_frames(tokens, clauses, lexicons.speech)
    moods = [_mood(tokens, clauses, index, lexicons) for index in range(len(clauses))]
    indicative = [
        clause.kind in ("main", "verb_first") and mood == "indicative"
        for clause, mood in zip(clauses, moods, strict=True)
    ]
    words = [i for i, token in enumerate(tokens) if token.is_word]
    return View(
        tokens,
        clauses,
        frames,
        moods,
        _ends(indicative, {frame.clause for frame in frames if frame.kind == "so"}),
        list(accumulate(indicative, initial=0)),
        words[0] if words else 0,
        words[-1] + 1 if words else len(tokens),
    )


def _ends(indicative: Sequence[bool], so_frames: set[int]) -> list[int]:
    """Return for each clause the last one before the next main clause in the indicative."""
    ends: list[int] = []
    last = len(indicative) - 1
    for index in range(len(indicative) - 1, -1, -1):
        ends.append(max(last, index))
        if indicative[index]:
            last = index - 1
    ends.reverse()
    return [end - 1 if end in so_frames and end > index else end for index, end in enumerate(ends)]


def _mood(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicons: Lexicons
) -> Mood:
    clause = clauses[index]
    verbs = [tokens[i] for i in clause.finite]
    words = [tokens[i] for i in clause.positions]
    shared = index > 0 and tokens[clause.first].pos == "KON"
    subjects = [tokens[i] for i in clauses[index - 1].positions] + words if shared else words
    if reports(subjects, verbs, lexicons.mood) and not _idiom(words):
        return "konjunktiv_1"
    if any(mood_of(verb, lexicons.mood) == "konjunktiv_2" for verb in verbs):
        return "konjunktiv_2"
    return "indicative" if verbs else "none"


def _idiom(words: Sequence[Token]) -> bool:
    """Detect the Konjunktiv that reports nothing: "es sei denn", "sei es ... oder"."""
    pairs = set(pairwise(word.form.lower() for word in words))
    return ("sei", "denn") in pairs or ("sei", "es") in pairs
