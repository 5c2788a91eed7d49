"""The lexemes of the frames, and how each can stand in a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from analysis.annotation.tokens import Token, noun_stems
from analysis.study.study import Lexemes, Study

#: What may stand between the parts of a compound.
LINKS = ("", "s", "es", "n", "en", "e", "er")
SHORTEST_REST, SHORTEST_UNKNOWN_REST = 3, 4
#: Tags that the rest of a compound may have by the lexicon.
REST_TAGS = frozenset(
    ("NN", "NE", "ADJA", "ADJD", "ADV", "VVPP", "VVINF", "PTKNEG", "FM", "APPR", "CARD")
)
GRADES = frozenset(("er", "ere", "st", "ste", "sten", "ster", "stes"))


class Vocabulary(Protocol):
    """What the finder asks of the annotator: which tags the lexicon gives a word."""

    def readings(self, word: str, /) -> frozenset[str]:
        """Return the tags of a word by the lexicon; empty if it is unknown."""


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One lexeme of a frame, ready for comparing; ``particle`` of a separable verb."""

    frame: str
    tier: str
    base: str
    particle: str = ""

    @property
    def stem(self) -> str:
        """The stem of a verb: its infinitive without -en or -n."""
        return self.base.removesuffix("n").removesuffix("e")


@dataclass(frozen=True)
class FrameLexicon:
    """The lexemes of every frame by word class, core before near."""

    nouns: tuple[Lexeme, ...]
    adjectives: tuple[Lexeme, ...]
    verbs: tuple[Lexeme, ...]
    exceptions: frozenset[tuple[str, str]]


def frame_lexicon(study: Study) -> FrameLexicon:
    """Prepare the lexemes of a study.

    Examples
    --------
    >>> from analysis.study.study import read_study
    >>> [verb.particle for verb in frame_lexicon(read_study()).verbs][:1]
    ['ein']
    """
    tiers = [
        (frame.id, tier, getattr(frame, tier))
        for tier in ("core", "near")
        for frame in study.frames
    ]
    exceptions = {(frame.id, word.lower()) for frame in study.frames for word in frame.exceptions}
    return FrameLexicon(
        tuple(_lexemes(tiers, "nouns")),
        tuple(_lexemes(tiers, "adjectives")),
        tuple(_lexemes(tiers, "verbs")),
        frozenset(exceptions),
    )


def _lexemes(tiers: Sequence[tuple[str, str, Lexemes]], word_class: str) -> Iterator[Lexeme]:
    for frame, tier, lexemes in tiers:
        for word in getattr(lexemes, word_class):
            particle, _, base = word.lower().rpartition("|")
            yield Lexeme(frame, tier, base, particle)


def noun_form(token: Token, lexeme: Lexeme, vocabulary: Vocabulary) -> str:
    """Return how a noun lexeme stands in a noun: as the word, its head or a modifier."""
    stems = noun_stems(token.parts)
    if token.lemma.lower() == lexeme.base or stems == [lexeme.base]:
        return "modifier" if token.pos == "TRUNC" else "simplex"
    if len(stems) > 1 and stems[-1] == lexeme.base:
        return "head"
    if any(_fronts(stem, lexeme.base, vocabulary) for stem in stems[:-1]):
        return "modifier"
    return _inside(stems[-1] if stems else token.lemma.lower(), lexeme.base, vocabulary)


def _fronts(stem: str, base: str, vocabulary: Vocabulary) -> bool:
    """Return whether a stem before the last is the lexeme, or a compound that ends in it."""
    return stem in (base, base + "s") or _inside(stem, base, vocabulary) == "head"


def _inside(word: str, base: str, vocabulary: Vocabulary) -> str:
    """Look at the edges of a word that the lexicon leaves whole, such as *Dealmaker*.

    The rest must itself be a word; a rest that no lexicon knows counts in front
    position only, and only in a word that no lexicon knows either.
    """
    if word.startswith(base) and word != base:
        rest = word.removeprefix(base)
        if _is_rest(rest, vocabulary) or _is_rest(rest.removeprefix("s"), vocabulary):
            return "modifier"
        if len(rest) >= SHORTEST_UNKNOWN_REST and not vocabulary.readings(word):
            return "modifier"
    if word.endswith(base) and word != base:
        rest = word.removesuffix(base)
        if any(
            rest.endswith(link) and _is_rest(rest.removesuffix(link), vocabulary) for link in LINKS
        ):
            return "head"
    return ""


def _is_rest(rest: str, vocabulary: Vocabulary) -> bool:
    return len(rest) >= SHORTEST_REST and bool(vocabulary.readings(rest) & REST_TAGS)


def adjective_form(token: Token, lexeme: Lexeme, vocabulary: Vocabulary) -> str:
    """Return how an adjective lexeme stands in an adjective, graded forms included."""
    lemma = token.lemma.lower()
    if lemma == lexeme.base:
        return "derivation"
    graded = lemma.startswith(lexeme.base) and lemma.removeprefix(lexeme.base) in GRADES
    if graded:
        return "derivation"
    return "head" if _inside(lemma, lexeme.base, vocabulary) == "head" else ""


def modifier_form(token: Token, lexeme: Lexeme, vocabulary: Vocabulary) -> str:
    """Return whether a noun lexeme stands in an adjective, as in *erfolgsverwöhnt*."""
    if any(_fronts(noun, lexeme.base, vocabulary) for noun in _nouns_in_front(token)):
        return "modifier"
    if any(part.tag.startswith("VV") for part in token.parts):
        return ""
    return "modifier" if _inside(token.lemma.lower(), lexeme.base, vocabulary) == "modifier" else ""


def _nouns_in_front(token: Token) -> list[str]:
    """Return the nouns of a compound that another stem follows: the participle of a verb counts."""
    stems = [part for part in token.parts if part.tag.startswith(("NN", "NE", "ADJ", "VV", "ADV"))]
    return [part.form for part in stems[:-1] if part.tag.startswith("NN")]


def is_verb(token: Token, lexeme: Lexeme) -> bool:
    """Compare stem and particle; participles used as adjectives count, split verbs do not.

    The stem of a strong verb changes (*weist, wies*), so that its lemma counts too.
    """
    if token.pos.startswith("NN") and token.lemma.lower() != lexeme.particle + lexeme.base:
        return False
    particles = {part.form for part in token.parts if part.tag.startswith("PTKVZ")}
    stems = {part.form for part in token.parts if part.tag.startswith("VV")}
    wanted = {lexeme.particle} if lexeme.particle else set()
    same = lexeme.stem in stems or token.lemma.lower() == lexeme.particle + lexeme.base
    return same and particles == wanted
