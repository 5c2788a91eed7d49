"""Noun phrases by their tags: where one begins, how far it goes, whether it can be a subject."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.annotation.grammar.quotation import MARKS
from analysis.annotation.tokens import Token

DETERMINERS = frozenset({"ART", "PDAT", "PPOSAT", "PIAT", "PIDAT", "PWAT", "PRELAT"})
NOUNS = frozenset({"NN", "NE", "FM", "XY", "NNA", "NNI", "TRUNC"})
MODIFIERS = frozenset({"ADJA", "CARD", "TRUNC"})
PRONOUNS = frozenset({"PPER", "PDS", "PIS", "PWS", "PRELS"})
PREPOSITIONS = frozenset({"APPR", "APPRART"})
#: Prepositions that attach a phrase to the noun before them ("Sprecher von ...").
ATTACHING = frozenset({"von", "vom", "aus", "für", "des"})
#: The same before the verb of a main clause, where only one phrase can stand.
GENITIVES = frozenset(
    {"des", "der", "eines", "einer", "seines", "seiner", "ihres", "ihrer", "dieses"}
)
#: Determiners that no masculine or neuter subject has.
OBLIQUE = frozenset({
    "dem", "den", "einem", "einen", "des", "eines", "ihm", "ihn", "ihnen", "mich", "mir", "uns",
    "dich", "dir", "euch", "diesem", "diesen", "seinem", "seinen", "ihrem", "ihren", "keinem",
    "keinen", "welchem", "welchen", "dessen", "deren", "denen", "allen", "vielen",
})  # fmt: skip
#: A bracket after a name is taken along if it closes within so many tokens.
LONGEST_BRACKET = 8


def starts_phrase(token: Token) -> bool:
    """Say whether a noun phrase can begin with a token."""
    return token.pos in DETERMINERS or token.pos in NOUNS or token.pos in MODIFIERS


def phrase_end(tokens: Sequence[Token], first: int, limit: int) -> int:
    """Give the position behind the noun phrase that begins at ``first``.

    The phrase takes along what belongs to its noun: genitives, names, a bracket,
    a phrase with *von* or *aus*. It ends at ``limit`` at the latest; ``first`` is
    returned if no noun phrase begins there.

    Examples
    --------
    >>> from analysis.annotation.tokens import Annotator
    >>> sentence, = Annotator().sentences("Ein Sprecher der Polizei sagte das.")
    >>> phrase_end(sentence.tokens, 0, 7)
    4
    """
    if first < limit and tokens[first].pos in PRONOUNS:
        return first + 1
    end = _core_end(tokens, first, limit)
    while first < end < limit:
        further = _extension(tokens, end, limit)
        if further == end:
            break
        end = further
    marks = [i for i in range(first, end) if tokens[i].form in MARKS]
    return end - 1 if len(marks) == 1 and marks[0] == end - 1 else end


def _core_end(tokens: Sequence[Token], first: int, limit: int) -> int:
    """Find the end of determiner, adjectives and nouns; ``first`` where there is no noun."""
    position = first
    while position < limit and tokens[position].pos in DETERMINERS:
        position += 1
    while position < limit and _is_modifier(tokens, position, limit):
        position += 1
    nouns = position
    while nouns < limit and (
        tokens[nouns].pos in NOUNS
        or _quoted_name(tokens, nouns, limit)
        or _surname(tokens, nouns, position)
    ):
        nouns += 1
    return nouns if nouns > position else first


def _is_modifier(tokens: Sequence[Token], position: int, limit: int) -> bool:
    token = tokens[position]
    if token.pos in MODIFIERS or token.form in MARKS:
        return True
    if token.pos in ("KON", "ADV", "ADJD") and position + 1 < limit:
        return tokens[position + 1].pos in MODIFIERS
    return False


def _surname(tokens: Sequence[Token], position: int, first: int) -> bool:
    """Know a capital word behind a first name, whatever the tagger takes it for."""
    named = position > first and tokens[position - 1].pos == "NE"
    return named and tokens[position].form[:1].isupper() and tokens[position].pos != "ART"


def _quoted_name(tokens: Sequence[Token], position: int, limit: int) -> bool:
    """Say whether a mark encloses or ends a name within a phrase ("der „Spiegel“")."""
    if tokens[position].form not in MARKS:
        return False
    before = position > 0 and tokens[position - 1].pos in NOUNS
    behind = position + 1 < limit and tokens[position + 1].pos in NOUNS
    return before or behind


def _extension(tokens: Sequence[Token], position: int, limit: int) -> int:
    """Take one more attribute along: genitive, *von* phrase, coordinated name, bracket."""
    token = tokens[position]
    head = tokens[position - 1]
    if token.form == "(":
        closing = [
            i
            for i in range(position + 1, min(limit, position + LONGEST_BRACKET))
            if tokens[i].form == ")"
        ]
        return closing[0] + 1 if closing else position
    if token.form.lower() in GENITIVES and token.pos in DETERMINERS and head.pos == "NN":
        return max(position, _core_end(tokens, position, limit))
    if token.form.lower() in ATTACHING and token.pos in PREPOSITIONS and head.pos == "NN":
        end = _core_end(tokens, position + 1, limit)
        return end if end > position + 1 else position
    if token.form in ("und", "sowie", "&", "/") and position + 1 < limit:
        end = _core_end(tokens, position + 1, limit)
        return end if end > position + 1 and not _is_oblique(tokens[position + 1]) else position
    return position


def find_subject(
    tokens: Sequence[Token], first: int, last: int, avoid: frozenset[str]
) -> tuple[int, int] | None:
    """Find the first noun phrase of a stretch that can be a subject.

    Parameters
    ----------
    tokens : sequence of Token
        A sentence.
    first, last : int
        The stretch: from ``first`` up to and without ``last``.
    avoid : frozenset of str
        Lemmas and forms that are no subjects (nouns of time, *es*, *man*).

    Returns
    -------
    tuple of int or None
        First position and the position behind the last.
    """
    position = first
    while position < last:
        token = tokens[position]
        if token.pos in PREPOSITIONS:
            position = max(position + 1, phrase_end(tokens, position + 1, last))
            continue
        end = _subject_end(tokens, position, last)
        if end > position:
            if _can_be_subject(tokens, position, end, avoid):
                return position, end
            position = end
            continue
        position += 1
    return None


def _subject_end(tokens: Sequence[Token], position: int, last: int) -> int:
    token = tokens[position]
    if token.pos in PRONOUNS or starts_phrase(token) or token.form in MARKS:
        return phrase_end(tokens, position, last)
    return position


def _can_be_subject(tokens: Sequence[Token], first: int, end: int, avoid: frozenset[str]) -> bool:
    words = [tokens[i] for i in range(first, end) if tokens[i].is_word]
    if not words or _is_oblique(words[0]) or words[0].pos == "PRF":
        return False
    if len(words) == 1 and (words[0].form.lower() in avoid or words[0].pos == "CARD"):
        return False
    if len(words) == 1 and _disagrees(words[0], tokens[end] if end < len(tokens) else None):
        return False
    nouns = [token for token in words if token.pos in NOUNS]
    return not nouns or not (nouns[0].lemma in avoid or nouns[0].head in avoid)


def _disagrees(noun: Token, verb: Token | None) -> bool:
    """Know an object in front by its number: "Namen nannte er keine"."""
    plural = noun.pos == "NN" and noun.form.endswith("n") and noun.form != noun.lemma
    finite = verb is not None and verb.pos in ("VVFIN", "VAFIN", "VMFIN")
    return plural and finite and verb is not None and not verb.form.endswith("n")


def _is_oblique(token: Token) -> bool:
    return token.form.lower() in OBLIQUE
