"""Frame mentions: found on lemma, tag and word parts, never on letters alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.annotation.tokens import Annotator, Sentence, Token, noun_stems
from analysis.study.study import Study

#: What may stand between the parts of a compound.
LINKS = ("", "s", "es", "n", "en", "e", "er")
SHORTEST_REST, SHORTEST_UNKNOWN_REST = 3, 4
#: Tags that the rest of a compound may have by the lexicon.
REST_TAGS = frozenset(
    ("NN", "NE", "ADJA", "ADJD", "ADV", "VVPP", "VVINF", "PTKNEG", "FM", "APPR", "CARD")
)
GRADES = frozenset(("", "er", "ere", "st", "ste", "sten", "ster", "stes"))
NOUN_TAGS = frozenset({"NN", "NE", "NNI", "FM", "TRUNC", "XY"})
#: Determiners and contracted prepositions of the singular: what follows in -en is a
#: nominalised infinitive ("das Erfolgen der Zahlung"), not a dative plural.
SINGULAR_BEFORE = frozenset(
    "das dem des ein einem eines kein keinem beim zum vom im am ins ans aufs dieses".split()  # noqa: SIM905 -- reads better
)
PREFERENCE = ("separable_verb", "simplex", "derivation", "verb", "head", "modifier")
SUBORDINATING = frozenset({"KOUS", "KOUI", "PRELS", "PRELAT", "PWAV", "PWS", "PWAT"})
FINITE = frozenset({"VVFIN", "VAFIN", "VMFIN"})


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One lexeme of a frame, ready for comparing; ``particle`` of a separable verb."""

    frame: str
    tier: str
    base: str
    particle: str = ""

    def is_stem_of(self, token: Token) -> bool:
        """Compare a verb's stem, or its lemma, since the stem of a strong verb changes."""
        stem = self.base.removesuffix("n").removesuffix("e")
        return any(part.tag.startswith("VV") and part.form == stem for part in token.parts)


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

    def lexemes(word_class: str) -> Iterator[Lexeme]:
        for tier in ("core", "near"):
            for frame in study.frames:
                for word in getattr(getattr(frame, tier), word_class):
                    particle, _, base = word.lower().rpartition("|")
                    yield Lexeme(frame.id, tier, base, particle)

    exceptions = {(frame.id, word.lower()) for frame in study.frames for word in frame.exceptions}
    nouns, adjectives, verbs = (tuple(lexemes(one)) for one in ("nouns", "adjectives", "verbs"))
    return FrameLexicon(nouns, adjectives, verbs, frozenset(exceptions))


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
    sentence: Sentence, lexicon: FrameLexicon, vocabulary: Annotator
) -> list[Mention]:
    """Find the frame mentions of a sentence in the order of the text, at most one per word.

    The vocabulary is the annotator, whose lexicon says which words exist.

    Examples
    --------
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
        # The whole word before its head, the head before a modifier, core before near.
        best = min(
            _matches(sentence, i, lexicon, vocabulary),
            key=lambda match: (PREFERENCE.index(match.form), match.tier),
            default=None,
        )
        if best is not None and (best.frame, token.lemma.lower()) not in lexicon.exceptions:
            found.append(best)
    return found


def _matches(
    sentence: Sentence, i: int, lexicon: FrameLexicon, vocabulary: Annotator
) -> Iterator[Mention]:
    """Compare a word with the lexemes of every word class that its tag allows."""
    token = sentence.tokens[i]
    if token.pos in NOUN_TAGS and _is_noun(sentence, i, vocabulary):
        yield from _judged(token, lexicon.nouns, _noun_form, vocabulary)
    if token.pos.startswith(("ADJ", "NNA", "ADV")):
        yield from _judged(token, lexicon.adjectives, _adjective_form, vocabulary)
        yield from _judged(token, lexicon.nouns, _modifier_form, vocabulary)
    if token.pos.startswith(("VV", "ADJ", "NN")):
        for lexeme in lexicon.verbs:
            if _is_verb(token, lexeme):
                yield _mention(token, lexeme, "verb")
            particle = find_particle(sentence, i, lexeme)
            if particle is not None:
                yield _mention(token, lexeme, "separable_verb", particle)


def _judged(
    token: Token,
    lexemes: Iterable[Lexeme],
    judge: Callable[[Token, Lexeme, Annotator], str],
    vocabulary: Annotator,
) -> Iterator[Mention]:
    for lexeme in lexemes:
        form = judge(token, lexeme, vocabulary)
        if form:
            yield _mention(token, lexeme, form)


def _mention(token: Token, lexeme: Lexeme, form: str, particle: Token | None = None) -> Mention:
    parts = noun_stems(token.parts) or [token.lemma.lower()]
    front = [particle.form.lower()] if particle is not None else []
    lemma = "".join([*front, token.lemma])
    joined = "+".join([*front, *parts])
    return Mention(token, particle, lemma, joined, form, lexeme.frame, lexeme.tier)


def _is_noun(sentence: Sentence, i: int, vocabulary: Annotator) -> bool:
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


def _noun_form(token: Token, lexeme: Lexeme, vocabulary: Annotator) -> str:
    """Return how a noun lexeme stands in a noun: as the word, its head or a modifier."""
    stems = noun_stems(token.parts)
    if token.lemma.lower() == lexeme.base or stems == [lexeme.base]:
        return "modifier" if token.pos == "TRUNC" else "simplex"
    if len(stems) > 1 and stems[-1] == lexeme.base:
        return "head"
    if any(_fronts(stem, lexeme.base, vocabulary) for stem in stems[:-1]):
        return "modifier"
    return _inside(stems[-1] if stems else token.lemma.lower(), lexeme.base, vocabulary)


def _fronts(stem: str, base: str, vocabulary: Annotator) -> bool:
    """Return whether a stem before the last is the lexeme, or a compound that ends in it."""
    return stem in (base, base + "s") or _inside(stem, base, vocabulary) == "head"


def _inside(word: str, base: str, vocabulary: Annotator) -> str:
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


def _is_rest(rest: str, vocabulary: Annotator) -> bool:
    return len(rest) >= SHORTEST_REST and bool(vocabulary.readings(rest) & REST_TAGS)


def _adjective_form(token: Token, lexeme: Lexeme, vocabulary: Annotator) -> str:
    """Return how an adjective lexeme stands in an adjective, graded forms included."""
    lemma = token.lemma.lower()
    if lemma.startswith(lexeme.base) and lemma.removeprefix(lexeme.base) in GRADES:
        return "derivation"
    return "head" if _inside(lemma, lexeme.base, vocabulary) == "head" else ""


def _modifier_form(token: Token, lexeme: Lexeme, vocabulary: Annotator) -> str:
    """Return whether a noun lexeme stands in an adjective, as in *erfolgsverwöhnt*.

    Nouns of a compound that another stem follows count: the participle of a verb is one.
    """
    stems = [part for part in token.parts if part.tag.startswith(("NN", "NE", "ADJ", "VV", "ADV"))]
    fronts = [part.form for part in stems[:-1] if part.tag.startswith("NN")]
    if any(_fronts(noun, lexeme.base, vocabulary) for noun in fronts):
        return "modifier"
    if any(part.tag.startswith("VV") for part in token.parts):
        return ""
    return "modifier" if _inside(token.lemma.lower(), lexeme.base, vocabulary) == "modifier" else ""


def _is_verb(token: Token, lexeme: Lexeme) -> bool:
    """Compare stem and particle; participles used as adjectives count, split verbs do not."""
    whole = token.lemma.lower() == lexeme.particle + lexeme.base
    if token.pos.startswith("NN") and not whole:
        return False
    particles = {part.form for part in token.parts if part.tag.startswith("PTKVZ")}
    wanted = {lexeme.particle} if lexeme.particle else set()
    return particles == wanted and (whole or lexeme.is_stem_of(token))


def find_particle(sentence: Sentence, i: int, lexeme: Lexeme) -> Token | None:
    """Find the particle that a finite form of a separable verb left at the end of its clause.

    The search passes subordinate clauses ("mischt sich, wie es heißt, ein") and inserted
    ones ("mischt sich, sagt Ada, ein"), and ends at the next finite verb of a main
    clause, to which a later particle belongs.
    """
    token = sentence.tokens[i]
    if not lexeme.particle or token.pos not in ("VVFIN", "VVIMP"):
        return None
    if any(part.tag.startswith("PTKVZ") for part in token.parts):
        return None
    if not (token.lemma.lower() == lexeme.base or lexeme.is_stem_of(token)):
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
            forms = sorted({tokens[j].form.lower() for j in places.values() if j > i})
            lexemes = [Lexeme("", "", token.lemma.lower(), form) for form in forms]
            found = [find_particle(sentence, i, lexeme) for lexeme in lexemes]
            near = [places[one.begin] for one in found if one and one.begin in places]
            if near:
                claims.setdefault(min(near), []).append(i)
    return {_owner(tokens, verbs): particle for particle, verbs in claims.items()}


def _owner(tokens: Sequence[Token], verbs: Sequence[int]) -> int:
    """Choose among the verbs that claim one particle: the nearest one.

    A verb beside a comma ends a subordinate clause ("wie er schreibt, ...") or opens an
    inserted one ("..., sagt Ada, ..."): the particle belongs to a verb outside.
    """
    free = [i for i in verbs if "$," not in (tokens[i - 1].pos if i else "", tokens[i + 1].pos)]
    return free[-1] if free else verbs[0]
