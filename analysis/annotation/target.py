"""Whether a mention speaks of the event or of something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from analysis.annotation.tokens import Sentence, Token, noun_stems
from analysis.study.design import Frozen
from analysis.study.errors import StudyError, join_faults
from analysis.study.toml_files import describe_faults, read_toml

Value = Literal["summit", "other"]
#: A noun's complement begins with one of these.
COMPLEMENT = frozenset({"in", "bei", "mit", "von", "für", "gegen", "an", "auf", "durch", "als"})
WITHIN_PHRASE = ("ART", "ADJ", "PPOSAT", "PDAT", "PIAT", "CARD", "APPRART", "NNA")


class TargetLexicon(Frozen):
    """``data/lexicons/target.toml``."""

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
class Target:
    """The target of a mention with the word and the rule that gave it; T0 is the default."""

    value: Value
    cue: str
    rule: str


def read_target_lexicon(path: Path) -> TargetLexicon:
    """Read ``target.toml``; raises `StudyError` with every fault."""
    table = read_toml(path, StudyError)
    try:
        return TargetLexicon.model_validate(table)
    except ValidationError as fault:
        raise StudyError(
            join_faults(str(path), describe_faults(fault, table, TargetLexicon))
        ) from None


def code_target(sentence: Sentence, index: int, lexicon: TargetLexicon) -> Target:
    """Code the target of one mention.

    Parameters
    ----------
    sentence : Sentence
        The sentence of the mention.
    index : int
        Position of the mention among its tokens.
    lexicon : TargetLexicon
        Nouns of the event and of other things.

    Returns
    -------
    Target
        Rules in their order: T1 a comparison speaks of what is compared; T2 an attribute
        speaks of its noun; T3 an adjective, T4 a compound's part, T5 a complement of
        the noun places it elsewhere; T0 otherwise it is the event.

    Examples
    --------
    >>> from analysis.annotation.tokens import Annotator
    >>> from analysis.study.paths import find_layout
    >>> lexicon = read_target_lexicon(find_layout().lexicons / "target.toml")
    >>> sentence, = Annotator().sentences("Er gratulierte zur erfolgreichen Saison.")
    >>> code_target(sentence, 3, lexicon)
    Target(value='other', cue='Saison', rule='T2')
    """
    tokens = sentence.tokens
    token = tokens[index]
    if _is_compared(tokens, index):
        return Target("summit", _before_phrase(tokens, index).form, "T1")
    if token.pos == "ADJA":
        return _by_noun(tokens, index, lexicon)
    for rule, candidates in (
        ("T3", _attributes(tokens, index)),
        ("T4", [token]),
        ("T5", _complement(tokens, index)),
    ):
        for candidate in candidates:
            if _is_elsewhere(candidate, token, lexicon):
                return Target("other", candidate.form, rule)
    return Target("summit", "", "T0")


def _is_compared(tokens: Sequence[Token], index: int) -> bool:
    return _before_phrase(tokens, index).form.lower() == "wie"


def _before_phrase(tokens: Sequence[Token], index: int) -> Token:
    """Give the token before the noun phrase that a position stands in."""
    i = index - 1
    while i > 0 and tokens[i].pos.startswith(WITHIN_PHRASE):
        i -= 1
    return tokens[max(i, 0)]


def _by_noun(tokens: Sequence[Token], index: int, lexicon: TargetLexicon) -> Target:
    """Rule T2: the noun decides; one that is neither is taken for the event."""
    noun = next(_nouns_of_phrase(tokens, index + 1), None)
    if noun is None:
        return Target("summit", "", "T0")
    if _names(noun, lexicon.elsewhere_nouns):
        return Target("other", noun.form, "T2")
    return Target("summit", noun.form if _names(noun, lexicon.event_nouns) else "", "T2")


def _nouns_of_phrase(tokens: Sequence[Token], start: int) -> Iterator[Token]:
    for token in tokens[start:]:
        if token.pos in ("NN", "NE", "NNI"):
            yield token
            return
        if not token.pos.startswith((*WITHIN_PHRASE, "ADV", "KON")) and token.pos != "$,":
            return


def _attributes(tokens: Sequence[Token], index: int) -> Iterator[Token]:
    i = index - 1
    while i >= 0 and tokens[i].pos.startswith(("ADJ", "CARD", "ADV")):
        yield tokens[i]
        i -= 1


def _complement(tokens: Sequence[Token], index: int) -> Iterator[Token]:
    """Give the noun of a genitive or of a preposition that follows directly."""
    if index + 1 >= len(tokens):
        return
    following = tokens[index + 1]
    genitive = following.pos == "ART" and following.form.lower() in ("des", "der")
    prepositional = following.pos in ("APPR", "APPRART") and following.lemma in COMPLEMENT
    if genitive or prepositional:
        yield from _nouns_of_phrase(tokens, index + 2)


def _is_elsewhere(candidate: Token, mention: Token, lexicon: TargetLexicon) -> bool:
    if candidate.pos.startswith("ADJ"):
        return candidate.lemma.lower() in lexicon.adjectives
    if candidate is mention:
        return _names_part(candidate, lexicon.elsewhere_nouns)
    return _names(candidate, lexicon.elsewhere_nouns)


def _names(noun: Token, listed: frozenset[str]) -> bool:
    """Look a noun up by its lemma, its head and its first part."""
    stems = noun_stems(noun.parts)
    return bool({noun.lemma.lower(), noun.head.lower(), *stems[:1], *stems[-1:]} & listed)


def _names_part(noun: Token, listed: frozenset[str]) -> bool:
    return bool(set(noun_stems(noun.parts)[:-1]) & listed)
