"""Word lists of ``data/lexicons``: read, checked, and turned into sets for look-up."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from analysis.annotation.grammar.lexicon_base import Lexicon, Words, joined
from analysis.annotation.grammar.polarity_lexicon import PolarityLexicon
from analysis.study.errors import StudyError, join_faults
from analysis.study.paths import Layout, find_layout
from analysis.study.toml_files import describe_faults, read_toml


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
    def report_nouns(self) -> frozenset[str]:
        """Nouns that name an utterance, as lemmas."""
        return frozenset(self.nouns.report)

    @cached_property
    def content_nouns(self) -> frozenset[str]:
        """Nouns that take their content as a clause, as lemmas."""
        return frozenset(self.nouns.content)

    @cached_property
    def not_speakers(self) -> frozenset[str]:
        """Words that are not a speaker although they stand like a subject."""
        return frozenset(self.frames.not_speakers) | frozenset(self.frames.times)

    @cached_property
    def person_nouns(self) -> frozenset[str]:
        """Offices and professions."""
        return frozenset(self.frames.persons)

    @cached_property
    def times(self) -> frozenset[str]:
        """Nouns of time."""
        return frozenset(self.frames.times)

    @cached_property
    def named_things(self) -> frozenset[str]:
        """Nouns whose name stands in quotation marks."""
        return frozenset(self.frames.named_things)


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


Model = TypeVar("Model", bound=Lexicon)


def read_lexicons(start: Path | Layout | None = None) -> Lexicons:
    """Read and check the lexicons of a study.

    Parameters
    ----------
    start : path or Layout, optional
        A folder inside the study; without it, the study is looked for as
        `analysis.study.paths.find_layout` describes.

    Returns
    -------
    Lexicons
        Frozen; its parts look words up in sets.

    Raises
    ------
    StudyError
        If a file is missing or not valid, with all faults of that file.
    """
    layout = start if isinstance(start, Layout) else find_layout(start)
    folder = layout.lexicons
    return Lexicons(
        mood=_read(folder / "mood.toml", MoodLexicon, layout),
        speech=_read(folder / "speech.toml", SpeechLexicon, layout),
        polarity=_read(folder / "polarity.toml", PolarityLexicon, layout),
    )


def _read(path: Path, model: type[Model], layout: Layout) -> Model:
    table: dict[str, Any] = read_toml(path, StudyError)
    try:
        return model.model_validate(table)
    except ValidationError as fault:
        faults = describe_faults(fault, table, model)
        raise StudyError(join_faults(layout.show(path), faults)) from None
