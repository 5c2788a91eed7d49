"""``polarity.toml``: words that negate a mention or leave it open."""

from __future__ import annotations

from pydantic import Field

from analysis.annotation.grammar.lexicon_base import Lexicon, Words


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

    verbs: Words
    refusal: Words
    failing: Words
    nouns: Words
    against: Words
    untrue: Words
    gone: Words
    before: Words
    phrases: Words


class Existence(Lexicon):
    """Rule P4 of polarity: what has to be negated so that a known thing is absent."""

    verbs: Words
    adjectives: Words
    nouns: Words
    presupposing: Words
    always_presupposing: Words


class LookAlike(Lexicon):
    """Rule P5 of polarity."""

    sequences: Words
    reversal: Words


class Openness(Lexicon):
    """Rule P6 of polarity."""

    attributes: Words
    adverbs: Words
    predicates: Words
    verbs: Words
    pending: Words
    hearsay: Words
    asserting: Words
    nouns: Words
    heads: Words
    promising: Words
    subordinators: Words
    prepositions: Words
    phrases: Words
    modals: Words
    accomplished: Words
    able: Words
    transparent: Words
    implicative: Words
    raising: Words


class PolarityLexicon(Lexicon):
    """``polarity.toml``."""

    source: str = Field(min_length=1)
    negation: Negation
    denial: Denial
    existence: Existence
    look_alike: LookAlike
    openness: Openness
