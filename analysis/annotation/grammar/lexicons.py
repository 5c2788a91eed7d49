"""Word lists of ``data/lexicons``: read, checked, and turned into sets for look-up."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from analysis.study.errors import StudyError
from analysis.study.paths import Layout, find_layout
from analysis.study.text_files import Model, read_toml, validate


def _clean(words: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what can never match: blank words, stray spaces, words that stand twice."""
    for word in words:
        if not word or word != " ".join(word.split()):
            raise ValueError(f"{word!r} is blank or has stray spaces")
    twice = sorted({word for word in words if words.count(word) > 1})
    if twice:
        raise ValueError(f"stands twice: {', '.join(twice)}")
    return words


def joined(verb: str) -> str:
    """Write a separable verb without its bar.

    Examples
    --------
    >>> joined("mit|teilen")
    'mitteilen'
    """
    return verb.replace("|", "")


def _lemmas(verbs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(joined, _clean(verbs)))


Words = Annotated[tuple[str, ...], AfterValidator(_clean)]
#: Verbs of a list in which a bar marks a separable particle, as they are looked up: without it.
Lemmas = Annotated[tuple[str, ...], AfterValidator(_lemmas)]


class Lexicon(BaseModel):
    """A table of a lexicon: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Negation(Lexicon):
    """Rules P1, P2 and P4 of polarity."""

    words: Words
    first_parts: Words
    last_parts: Words
    determiners: Words
    prepositions: Words
    attributes: Words
    degree: Words
    adverbs: Words
    evidence: Words
    neither: Words


class Denial(Lexicon):
    """Rule P3 of polarity."""

    verbs: Lemmas
    refusal: Lemmas
    failing: Lemmas
    nouns: Words
    against: Lemmas
    untrue: Words
    gone: Words
    before: Words
    phrases: Words

    @cached_property
    def denying(self) -> frozenset[str]:
        """Verbs that deny or refuse."""
        return frozenset({*self.verbs, *self.refusal})


class Existence(Lexicon):
    """Rule P4 of polarity: what has to be negated so that a known thing is absent."""

    verbs: Lemmas
    adjectives: Words
    nouns: Words
    presupposing: Words
    always_presupposing: Words


class LookAlike(Lexicon):
    """Rule P5 of polarity."""

    sequences: Words
    reversal: Words

    @cached_property
    def by_first_word(self) -> dict[str, list[list[str]]]:
        """The words of the sequences, by the first one."""
        split = [sequence.split() for sequence in self.sequences]
        return {first: [words for words in split if words[0] == first] for first, *_ in split}


class Openness(Lexicon):
    """Rule P6 of polarity."""

    attributes: Words
    adverbs: Words
    predicates: Words
    verbs: Lemmas
    pending: Lemmas
    hearsay: Words
    asserting: Lemmas
    nouns: Words
    heads: Words
    promising: Words
    subordinators: Words
    prepositions: Words
    phrases: Words
    modals: Words
    accomplished: Words
    able: Words
    transparent: Lemmas
    implicative: Lemmas
    raising: Lemmas


class PolarityLexicon(Lexicon):
    """``polarity.toml``."""

    source: str = Field(min_length=1)
    negation: Negation
    denial: Denial
    existence: Existence
    look_alike: LookAlike
    openness: Openness

    @cached_property
    def telling(self) -> frozenset[str]:
        """Verbs that say whether their object or subject is there or comes about."""
        return self.denial.denying | {*self.denial.failing, *self.existence.verbs}

    @cached_property
    def about(self) -> frozenset[str]:
        """Verbs that speak of whether something is there, comes about, or may do so."""
        return self.telling | {*self.openness.verbs, *self.openness.pending}


class MoodLexicon(Lexicon):
    """``mood.toml``: verb forms whose mood cannot be read off their ending."""

    source: str = Field(min_length=1)
    konjunktiv_1: Words
    konjunktiv_2: Words
    ambiguous: Words
    not_konjunktiv: Words

    @cached_property
    def present(self) -> frozenset[str]:
        """Forms of the Konjunktiv I."""
        return frozenset(self.konjunktiv_1)

    @cached_property
    def past(self) -> frozenset[str]:
        """Forms of the Konjunktiv II; without an umlaut the plural is the past tense."""
        singular = set(self.konjunktiv_2) - set(self.not_konjunktiv)
        plural = {form + "n" for form in singular if set(form) & set("äöü")}
        return frozenset(singular | plural)


class Verbs(Lexicon):
    """Verbs that introduce somebody else's words; a bar marks a separable particle."""

    say: Words
    think: Words
    deny: Words
    request: Words
    accuse: Words
    naming: Words
    act: Words
    judging: Words
    main_clause: Words
    weak: Words


class ReportNouns(Lexicon):
    """Nouns that name an utterance."""

    report: Words
    content: Words


class FrameWords(Lexicon):
    """Words that make a frame without a verb, and words that look like speakers."""

    prepositions: Words
    prepositions_with_noun: Words
    back: Words
    relative: Words
    so: Words
    wie: Words
    colon_nouns: Words
    not_speakers: Words
    times: Words
    named_things: Words
    persons: Words


class SpeechLexicon(Lexicon):
    """``speech.toml``."""

    source: str = Field(min_length=1)
    verbs: Verbs
    nouns: ReportNouns
    frames: FrameWords

    @cached_property
    def verb_classes(self) -> dict[str, frozenset[str]]:
        """Classes of each verb, by its lemma without a bar."""
        found: dict[str, set[str]] = {}
        for name in Verbs.model_fields:
            for verb in getattr(self.verbs, name):
                found.setdefault(joined(verb), set()).add(name)
        return {verb: frozenset(names) for verb, names in found.items()}

    @cached_property
    def not_speakers(self) -> frozenset[str]:
        """Words that are not a speaker although they stand like a subject."""
        return frozenset(self.frames.not_speakers) | frozenset(self.frames.times)


class Lexicons(Lexicon):
    """All lexicons of a study.

    Examples
    --------
    >>> "mitteilen" in read_lexicons().speech.verb_classes
    True
    """

    mood: MoodLexicon
    speech: SpeechLexicon
    polarity: PolarityLexicon


def read_lexicons(start: Path | Layout | None = None) -> Lexicons:
    """Read and check the lexicons of the study, or of that around a folder.

    Raises
    ------
    StudyError
        If a file is missing or not valid, with all faults of that file.
    """
    layout = start if isinstance(start, Layout) else find_layout(start)
    mood, speech, polarity = (
        layout.lexicons / f"{name}.toml" for name in ("mood", "speech", "polarity")
    )
    return Lexicons(
        mood=read_words(mood, MoodLexicon, layout.show(mood)),
        speech=read_words(speech, SpeechLexicon, layout.show(speech)),
        polarity=read_words(polarity, PolarityLexicon, layout.show(polarity)),
    )


def read_words(path: Path, model: type[Model], shown: str) -> Model:
    """Read one file of word lists; raises `StudyError` with every fault, under the name shown."""
    return validate(read_toml(path, StudyError), model, StudyError, shown)
