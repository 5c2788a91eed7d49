"""Finding frame mentions: on lemma, tag and word parts, never on letters alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.annotation.lexemes import (
    FrameLexicon,
    Lexeme,
    Vocabulary,
    adjective_form,
    is_verb,
    modifier_form,
    noun_form,
)
from analysis.annotation.tokens import Sentence, Token, noun_stems

NOUN_TAGS = frozenset({"NN", "NE", "NNI", "FM", "TRUNC", "XY"})
#: Determiners and contracted prepositions of the singular: what follows in -en is a
#: nominalised infinitive ("das Erfolgen der Zahlung"), not a dative plural.
SINGULAR_BEFORE = frozenset(
    "das dem des ein einem eines kein keinem beim zum vom im am ins ans aufs dieses".split()  # noqa: SIM905 -- reads better
)
Judge = Callable[[Token, Lexeme, Vocabulary], str]
PREFERENCE = ("separable_verb", "simplex", "derivation", "verb", "head", "modifier")
SUBORDINATING = frozenset({"KOUS", "KOUI", "PRELS", "PRELAT", "PWAV", "PWS", "PWAT"})
FINITE = frozenset({"VVFIN", "VAFIN", "VMFIN"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A word that mentions a frame; ``particle`` is the split-off part of a verb."""

    token: Token
    particle: Token | None
    lemma: str
    parts: str
    form: str
    frame: str
    tier: str


def find_mentions(
    sentence: Sentence, lexicon: FrameLexicon, vocabulary: Vocabulary
) -> list[Mention]:
    """Find the frame mentions of a sentence in the order of the text, at most one per word.

    The vocabulary says which words exist; an `Annotator` is one.

    Examples
    --------
    >>> from analysis.annotation.lexemes import frame_lexicon
    >>> from analysis.annotation.tokens import Annotator
    >>> from analysis.study.study import read_study
    >>> annotator = Annotator()
    >>> sentence, = annotator.sentences("Man mischt sich in die Wahl ein.")
    >>> mention, = find_mentions(sentence, frame_lexicon(read_study()), annotator)
    >>> mention.frame, mention.form, mention.particle.form
    ('Einmischung', 'separable_verb', 'ein')
    """
    found = []
    for i, token in enumerate(sentence.tokens):
        best = _best(_matches(sentence, i, lexicon, vocabulary))
        if best is not None and (best.lexeme.frame, token.lemma.lower()) not in lexicon.exceptions:
            found.append(_mention(token, best))
    return found


@dataclass(frozen=True, slots=True)
class _Match:
    lexeme: Lexeme
    form: str
    particle: Token | None = None


def _best(matches: Iterable[_Match]) -> _Match | None:
    """Prefer the whole word to its head, the head to a modifier, core to near."""
    return min(matches, key=lambda m: (PREFERENCE.index(m.form), m.lexeme.tier), default=None)


def _mention(token: Token, match: _Match) -> Mention:
    parts = noun_stems(token.parts) or [token.lemma.lower()]
    particle, lemma = match.particle, token.lemma
    if particle is not None:
        parts, lemma = [particle.form.lower(), *parts], particle.form.lower() + lemma
    return Mention(
        token, particle, lemma, "+".join(parts), match.form, match.lexeme.frame, match.lexeme.tier
    )


def _matches(
    sentence: Sentence, i: int, lexicon: FrameLexicon, vocabulary: Vocabulary
) -> Iterator[_Match]:
    """Compare a word with the lexemes of every word class that its tag allows."""
    token = sentence.tokens[i]
    if token.pos in NOUN_TAGS and _is_noun(sentence, i, vocabulary):
        yield from _as_matches(token, lexicon.nouns, noun_form, vocabulary)
    if token.pos.startswith(("ADJ", "NNA", "ADV")):
        yield from _as_matches(token, lexicon.adjectives, adjective_form, vocabulary)
        yield from _as_matches(token, lexicon.nouns, modifier_form, vocabulary)
    if token.pos.startswith(("VV", "ADJ", "NN")):
        yield from _verb_matches(sentence, i, lexicon.verbs)


def _as_matches(
    token: Token, lexemes: Iterable[Lexeme], judge: Judge, vocabulary: Vocabulary
) -> Iterator[_Match]:
    for lexeme in lexemes:
        form = judge(token, lexeme, vocabulary)
        if form:
            yield _Match(lexeme, form)


def _verb_matches(sentence: Sentence, i: int, lexemes: Iterable[Lexeme]) -> Iterator[_Match]:
    for lexeme in lexemes:
        if is_verb(sentence.tokens[i], lexeme):
            yield _Match(lexeme, "verb")
        particle = find_particle(sentence, i, lexeme)
        if particle is not None:
            yield _Match(lexeme, "separable_verb", particle)


def _is_noun(sentence: Sentence, i: int, vocabulary: Vocabulary) -> bool:
    """Rule out lower-case words tagged as nouns, and nominalised infinitives."""
    token = sentence.tokens[i]
    if token.pos == "FM":
        return True
    if not token.form[0].isupper():
        return False
    if not token.form.endswith("en") or token.lemma == token.form:
        return True
    before = sentence.tokens[i - 1].form.lower() if i else ""
    return not (before in SINGULAR_BEFORE and "VVINF" in vocabulary.readings(token.form))


def find_particle(sentence: Sentence, i: int, lexeme: Lexeme) -> Token | None:
    """Find the particle that a finite form of a separable verb left at the end of its clause.

    The search passes subordinate clauses ("mischt sich, wie es heißt, ein") and inserted
    ones ("mischt sich, sagt Ada, ein"), and ends at the next finite verb of a main
    clause, to which a later particle belongs.
    """
    token = sentence.tokens[i]
    if not lexeme.particle or token.pos not in ("VVFIN", "VVIMP") or not _has_stem(token, lexeme):
        return None
    inner = ""
    for j in range(i + 1, len(sentence.tokens)):
        here = sentence.tokens[j]
        if here.pos == "$,":
            inner = _inner_clause(sentence.tokens[j + 1 : j + 3])
        elif not inner and here.pos in FINITE:
            return None
        elif (
            inner != "inserted"
            and here.form.lower() == lexeme.particle
            and _ends_clause(sentence.tokens, j)
        ):
            return here
    return None


def _has_stem(token: Token, lexeme: Lexeme) -> bool:
    """Compare the stem, or the lemma where a strong verb has changed its stem."""
    if any(part.tag.startswith("PTKVZ") for part in token.parts):
        return False
    stems = {part.form for part in token.parts if part.tag.startswith("VV")}
    return lexeme.stem in stems or token.lemma.lower() == lexeme.base


def _inner_clause(following: Sequence[Token]) -> str:
    """Name the clause that a comma opens: subordinate, inserted (its verb comes first), neither.

    An inserted clause may be one that carries on ("mischt Farben, lädt Gäste ein"): a
    particle inside it belongs to its own verb.
    """
    if any(token.pos in SUBORDINATING for token in following):
        return "subordinate"
    verbs = [token for token in following if token.form.lower() != "so"][:1]
    return "inserted" if any(token.pos in FINITE for token in verbs) else ""


def _ends_clause(tokens: Sequence[Token], j: int) -> bool:
    if tokens[j].pos == "PTKVZ" or j + 1 == len(tokens):
        return True
    following = tokens[j + 1]
    return following.pos.startswith("$") or following.pos == "KON"


def find_particles(sentence: Sentence) -> dict[int, int]:
    """Find the particles that finite verbs left at the end of their clauses, by the verbs' places.

    Examples
    --------
    >>> from analysis.annotation.tokens import Annotator
    >>> sentence, = Annotator().sentences("Der Zug fährt um acht Uhr im Süden ab.")
    >>> find_particles(sentence)
    {2: 8}
    """
    tokens = sentence.tokens
    places = {token.begin: i for i, token in enumerate(tokens) if token.pos == "PTKVZ"}
    claims: dict[int, list[int]] = {}
    for i, token in enumerate(tokens if places else ()):
        if token.pos in ("VVFIN", "VVIMP"):
            for particle in _claimed(sentence, i, places):
                claims.setdefault(particle, []).append(i)
    return {_owner(tokens, verbs): particle for particle, verbs in claims.items()}


def _claimed(sentence: Sentence, i: int, places: Mapping[int, int]) -> list[int]:
    """Return the nearest particle that could belong to a verb: none or one."""
    tokens = sentence.tokens
    forms = sorted({tokens[j].form.lower() for j in places.values() if j > i})
    lexemes = [Lexeme("", "", tokens[i].lemma.lower(), form) for form in forms]
    found = [find_particle(sentence, i, lexeme) for lexeme in lexemes]
    return sorted(places[one.begin] for one in found if one and one.begin in places)[:1]


def _owner(tokens: Sequence[Token], verbs: Sequence[int]) -> int:
    """Choose among the verbs that claim one particle: the nearest one.

    A verb beside a comma ends a subordinate clause ("wie er schreibt, ...") or opens an
    inserted one ("..., sagt Ada, ..."): the particle belongs to a verb outside.
    """
    free = [i for i in verbs if "$," not in (tokens[i - 1].pos if i else "", tokens[i + 1].pos)]
    return free[-1] if free else verbs[0]
