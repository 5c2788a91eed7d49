"""Who a phrase names: actors of the study by name, office or pronoun, else the name as written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.annotation.lexicons import SpeechLexicon
from analysis.annotation.phrases import DETERMINERS, PREPOSITIONS
from analysis.annotation.tokens import Token
from analysis.study import Actor

PRONOUNS = frozenset(
    {"er", "sie", "dieser", "diese", "der", "die", "letzterer", "letztere", "ersterer"}
)
POSSESSIVE = frozenset({"seinen", "ihren", "seiner", "ihrer", "eigenen", "eigener", "sein", "ihr"})
ENDINGS = ("es", "en", "em", "er", "e", "s", "n")
#: How many of the last actors named are kept for pronouns and offices.
REMEMBERED = 12


def stem(word: str) -> str:
    """Cut the ending of a name or office, so that its cases are one.

    Examples
    --------
    >>> stem("Weißen"), stem("Weißes"), stem("Putins")
    ('weiß', 'weiß', 'putin')
    """
    folded = word.casefold().strip("'’")
    for ending in ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= 3:
            return folded.removesuffix(ending)
    return folded


@dataclass(frozen=True)
class ActorIndex:
    """Actors of a study by the stems of their names and offices."""

    names: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    offices: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    persons: frozenset[str]

    @classmethod
    def of(cls, actors: Iterable[Actor]) -> ActorIndex:
        """Index the actors of ``study.toml``.

        Examples
        --------
        >>> from analysis.study import read_study
        >>> sorted(ActorIndex.of(read_study().actors).persons)[:2]
        ['Clinton', 'Merz']
        """
        listed = list(actors)
        return cls(
            names=_by_first_word((name, actor.id) for actor in listed for name in actor.names),
            offices=_by_last_word((name, actor.id) for actor in listed for name in actor.offices),
            persons=frozenset(actor.id for actor in listed if actor.kind == "person"),
        )

    def named_at(self, stems: Sequence[str], position: int) -> tuple[str, int]:
        """Give the actor whose name begins at a position, and the name's length; "" if none."""
        best = ("", 0)
        for words, actor in self.names.get(stems[position], ()):
            fits = tuple(stems[position : position + len(words)]) == words
            if fits and len(words) > best[1]:
                best = (actor, len(words))
        return best

    def in_office(self, stems: Sequence[str], position: int) -> tuple[str, ...]:
        """Give the actors whose office ends at a position with all words that it needs."""
        found = []
        for words, actor in self.offices.get(stems[position], ()):
            start = position - len(words) + 1
            if start >= 0 and tuple(stems[start : position + 1]) == words:
                found.append(actor)
        return tuple(found)


def _by_first_word(
    pairs: Iterable[tuple[str, str]],
) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    found: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {}
    for name, actor in pairs:
        words = tuple(stem(word) for word in name.split())
        found[words[0]] = (*found.get(words[0], ()), (words, actor))
    return found


def _by_last_word(
    pairs: Iterable[tuple[str, str]],
) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    found: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {}
    for name, actor in pairs:
        words = tuple(stem(word) for word in name.split())
        found[words[-1]] = (*found.get(words[-1], ()), (words, actor))
    return found


@dataclass
class SpeechContext:
    """What the coding of one segment leaves for the next of the same document.

    Attributes
    ----------
    speaker, begin, end
        The last speaker and where the text names it (offsets in the file).
    recent
        Actors of the study and persons met, the last one last.
    persons
        Names of persons that are no actors of the study.
    in_report, in_quotation
        Whether the segment ended in indirect speech or inside quotation marks.
    """

    speaker: str = ""
    begin: int = -1
    end: int = -1
    recent: list[str] = field(default_factory=list)
    persons: set[str] = field(default_factory=set)
    in_report: bool = False
    in_quotation: bool = False

    def remember(self, name: str) -> None:
        """Note an actor or name as the last one met."""
        if name in self.recent:
            self.recent.remove(name)
        self.recent.append(name)
        del self.recent[:-REMEMBERED]

    def speak(self, speaker: str, begin: int, end: int) -> None:
        """Note who spoke last."""
        self.speaker, self.begin, self.end = speaker, begin, end
        if speaker in self.recent:
            self.remember(speaker)


def notice(tokens: Sequence[Token], actors: ActorIndex, context: SpeechContext) -> None:
    """Note the actors of the study that a sentence names, in their order."""
    stems = [stem(token.form) for token in tokens]
    for position in range(len(tokens)):
        actor, _ = actors.named_at(stems, position)
        if actor:
            context.remember(actor)


def resolve(
    tokens: Sequence[Token],
    span: tuple[int, int],
    actors: ActorIndex,
    context: SpeechContext,
    *,
    lexicon: SpeechLexicon,
) -> str:
    """Say who a phrase names.

    Parameters
    ----------
    tokens : sequence of Token
        The sentence.
    span : tuple of int
        First position of the phrase and the position behind its last.
    actors : ActorIndex
        The study's actors.
    context : SpeechContext
        Who spoke and who was named before.
    lexicon : SpeechLexicon
        Nouns of utterance, which name nobody ("Angaben der Polizei").

    Returns
    -------
    str
        The id of an actor, else the surname or noun as written, else "".

    Notes
    -----
    Rules, the first that fits: S1 a person named as the phrase's head; S2 an
    office of an actor; S3 a pronoun or possessive is the last person met;
    S4 another actor's name in the phrase ("ein Sprecher des Kremls");
    S5 an office with the definite article is the last person met; S6 the last
    name, else the first noun that is no noun of utterance.
    """
    words = [i for i in range(*span) if tokens[i].is_word]
    if not words:
        return ""
    stems = [stem(token.form) for token in tokens[: span[1]]]
    head = _head_name(tokens, words)
    if head:
        return _named(stems, head, actors) or tokens[head[-1]].lemma
    office = _by_office(tokens, stems, words, actors, context)
    if office:
        return office
    if tokens[words[0]].form.lower() in PRONOUNS and len(words) == 1:
        return _last_person(actors, context)
    if any(tokens[i].form.lower() in POSSESSIVE for i in words) and _only_utterance(
        tokens, words, lexicon
    ):
        return _last_person(actors, context)
    if _known_person(tokens, words, lexicon):
        return _last_person(actors, context) or _noun(tokens, words, lexicon)
    return _named(stems, words, actors) or _noun(tokens, words, lexicon)


def notice_person(
    tokens: Sequence[Token],
    span: tuple[int, int],
    actors: ActorIndex,
    context: SpeechContext,
) -> None:
    """Note a subject that names a person: later pronouns and offices mean the last one."""
    words = [i for i in range(*span) if tokens[i].is_word]
    run = _head_name(tokens, words)
    if not run:
        return
    stems = [stem(token.form) for token in tokens[: span[1]]]
    actor = _named(stems, run, actors)
    name = actor or tokens[run[-1]].lemma
    if not actor and (len(run) > 1 or name in context.persons):
        context.persons.add(name)
    if name in actors.persons or name in context.persons:
        context.remember(name)


def _known_person(tokens: Sequence[Token], words: Sequence[int], lexicon: SpeechLexicon) -> bool:
    """Know "der frühere Senator": an office with the definite article means a person met."""
    definite = tokens[words[0]].form.lower() in ("der", "die", "dieser", "diese")
    return definite and tokens[words[-1]].head in lexicon.person_nouns


def _head_name(tokens: Sequence[Token], words: Sequence[int]) -> list[int]:
    """Find the name that the phrase is about: the first run of names without a preposition."""
    run: list[int] = []
    for position in words:
        token = tokens[position]
        if run and token.form[:1].isupper() and token.pos not in ("ART", "APPR"):
            run.append(position)
        elif token.pos == "NE" and not _genitive_before_noun(tokens, position, words):
            run.append(position)
        elif run or token.pos in PREPOSITIONS or _attribute(token, position, words):
            break
    return run


def _attribute(token: Token, position: int, words: Sequence[int]) -> bool:
    """Say whether a genitive attribute begins: names in it are not the head."""
    return token.pos in DETERMINERS and position > words[0]


def _genitive_before_noun(tokens: Sequence[Token], position: int, words: Sequence[int]) -> bool:
    """Know "Trumps" before "Sprecherin": a name in the genitive that is not the head."""
    following = position + 1
    if following > words[-1] or not tokens[position].form.endswith("s"):
        return False
    return tokens[following].pos in ("NN", "ADJA")


def _named(stems: Sequence[str], words: Sequence[int], actors: ActorIndex) -> str:
    for position in words:
        actor, _ = actors.named_at(stems, position)
        if actor:
            return actor
    return ""


def _by_office(
    tokens: Sequence[Token],
    stems: Sequence[str],
    words: Sequence[int],
    actors: ActorIndex,
    context: SpeechContext,
) -> str:
    """Find the holder of an office; one word such as "Präsident" means the last holder met."""
    for position in words:
        if tokens[position].pos not in ("NN", "NE"):
            continue
        found = actors.in_office(stems, position)
        if found:
            return found[0]
        bare = stems[position]
        holders = {actor for _, actor in actors.offices.get(bare, ())} | {
            actor
            for key, offices in actors.offices.items()
            if key.endswith("-" + bare)
            for _, actor in offices
        }
        if holders and position == words[-1] and len(words) <= 2:
            return next((name for name in reversed(context.recent) if name in holders), "")
        break
    return ""


def _last_person(actors: ActorIndex, context: SpeechContext) -> str:
    """Resolve a pronoun: the last person met, else the last speaker."""
    for name in reversed(context.recent):
        if name in actors.persons or name in context.persons:
            return name
    return context.speaker


def _only_utterance(tokens: Sequence[Token], words: Sequence[int], lexicon: SpeechLexicon) -> bool:
    nouns = [tokens[i] for i in words if tokens[i].pos == "NN"]
    return all(noun.head in lexicon.report_nouns for noun in nouns)


def _noun(tokens: Sequence[Token], words: Sequence[int], lexicon: SpeechLexicon) -> str:
    """Name a phrase without an actor: its last name, else its first noun that can speak."""
    names = [i for i in words if tokens[i].pos == "NE"]
    if names:
        return tokens[names[-1]].lemma
    nouns = [tokens[i] for i in words if tokens[i].pos in ("NN", "XY", "FM")]
    speaking = [noun for noun in nouns if noun.lemma not in lexicon.nouns.report]
    chosen = speaking or nouns
    return chosen[0].lemma if chosen else ""
