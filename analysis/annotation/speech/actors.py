"""Actors of the study named in a sentence, and who a phrase names as a speaker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.annotation.grammar.lexicons import SpeechLexicon
from analysis.annotation.grammar.phrases import DETERMINERS, PREPOSITIONS, Span
from analysis.annotation.tokens import Sentence, Token
from analysis.study.study import Actor, Study

#: Endings of an attributive adjective, such as in *Weißes Haus*, *im Weißen Haus*.
ADJECTIVE_ENDINGS = ("es", "en", "em", "er", "e")
#: Endings of a name in the genitive: *Adas*, *Max'*.
GENITIVE_ENDINGS = ("", "s", "'", "’")
ENDINGS = (*ADJECTIVE_ENDINGS, "s", "n")
SHORTEST_STEM = 4
#: How many of the last actors named are kept for pronouns and offices.
REMEMBERED = 12
PRONOUNS = frozenset(
    {"er", "sie", "dieser", "diese", "der", "die", "letzterer", "letztere", "ersterer"}
)
POSSESSIVE = frozenset({"seinen", "ihren", "seiner", "ihrer", "eigenen", "eigener", "sein", "ihr"})
PERSONAL_ARTICLES = frozenset({"der", "die", "dieser", "diese"})
#: Words of a name or office with the actor's id.
Entry = tuple[tuple[str, ...], str]
#: Names with their actors, longest first, by their first two letters.
ActorLexicon = Mapping[str, tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class ActorMention:
    """An actor's name in a sentence: the id of the actor and the tokens of the name."""

    actor: str
    tokens: tuple[Token, ...]


def actor_lexicon(study: Study) -> ActorLexicon:
    """Prepare the names of a study's actors; offices and adjectives are not names.

    Examples
    --------
    >>> from analysis.study.study import read_study
    >>> actor_lexicon(read_study())["Do"]
    ((('Donald', 'Trump'), 'Trump'),)
    """
    names = [(tuple(name.split()), actor.id) for actor in study.actors for name in actor.names]
    found: dict[str, tuple[Entry, ...]] = {}
    for words, actor in sorted(names, key=lambda entry: (-len(entry[0]), entry)):
        letters = words[0][:2]
        found[letters] = (*found.get(letters, ()), (words, actor))
    return found


def find_actors(sentence: Sentence, lexicon: ActorLexicon) -> list[ActorMention]:
    """Find the actors that a sentence names, in the order of the text.

    The words of a name must stand in a row. Case counts; inflected forms and the genitive
    are found; a name inside a compound (*Ada-Anhänger*) is another word and is not. Of two names
    that begin at a token the longer counts, and no token belongs to two.

    Examples
    --------
    >>> from analysis.annotation.tokens import Annotator
    >>> from analysis.study.study import read_study
    >>> sentence, = Annotator().sentences("Donald Trumps Haus liegt nahe dem Weißen Haus.")
    >>> [mention.actor for mention in find_actors(sentence, actor_lexicon(read_study()))]
    ['Trump', 'Weißes-Haus']
    """
    found: list[ActorMention] = []
    free = 0
    for at, token in enumerate(sentence.tokens):
        for words, actor in lexicon.get(token.form[:2], ()) if at >= free else ():
            stretch = sentence.tokens[at : at + len(words)]
            if len(stretch) == len(words) and _is_name(stretch, words):
                found.append(ActorMention(actor, stretch))
                free = at + len(words)
                break
    return found


def _is_name(tokens: Sequence[Token], words: Sequence[str]) -> bool:
    """Compare word by word: adjectives in front by stem, the last one by form or lemma."""
    last, word = tokens[-1], words[-1]
    inflected = last.form in {word + ending for ending in GENITIVE_ENDINGS}
    return (inflected or last.lemma == word) and all(
        token.form == word or _same_adjective(token.form, word)
        for token, word in zip(tokens[:-1], words[:-1], strict=True)
    )


def _same_adjective(form: str, word: str) -> bool:
    stems = [_without_ending(each) for each in (form, word)]
    return stems[0] == stems[1] and stems[0] not in (form, word)


def _without_ending(word: str) -> str:
    ending = next((each for each in ADJECTIVE_ENDINGS if word.endswith(each)), "")
    return word.removesuffix(ending)


def stem(word: str) -> str:
    """Cut the ending of a name or office, so that its cases are one.

    Examples
    --------
    >>> stem("Hauses"), stem("Haus"), stem("Putins")
    ('haus', 'haus', 'putin')
    """
    folded = word.casefold().strip("'’")
    for ending in ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= SHORTEST_STEM:
            return folded.removesuffix(ending)
    return folded


@dataclass(frozen=True)
class ActorIndex:
    """Actors of a study by the stems of their names and offices."""

    names: Mapping[str, tuple[Entry, ...]]
    offices: Mapping[str, tuple[Entry, ...]]
    persons: frozenset[str]

    @classmethod
    def of(cls, actors: Iterable[Actor]) -> ActorIndex:
        """Index the actors of ``study.toml``.

        Examples
        --------
        >>> from analysis.study.study import read_study
        >>> sorted(ActorIndex.of(read_study().actors).persons)[:2]
        ['Clinton', 'Merz']
        """
        listed = list(actors)
        return cls(
            names=_by_word([(name, one.id) for one in listed for name in one.names], 0),
            offices=_by_word([(name, one.id) for one in listed for name in one.offices], -1),
            persons=frozenset(actor.id for actor in listed if actor.kind == "person"),
        )

    def named_at(self, stems: Sequence[str], position: int) -> tuple[str, int]:
        """Return the actor whose name begins at a position, and the name's length; "" if none."""
        fitting = [
            (actor, len(words))
            for words, actor in self.names.get(stems[position], ())
            if tuple(stems[position : position + len(words)]) == words
        ]
        return max(fitting, key=lambda found: found[1], default=("", 0))

    def named_in(self, tokens: Sequence[Token], positions: Iterable[int]) -> Iterator[str]:
        """Return the actors whose names begin at some positions, in their order."""
        stems = [stem(token.form) for token in tokens]
        named = (self.named_at(stems, position)[0] for position in positions)
        return (actor for actor in named if actor)

    def in_office(self, stems: Sequence[str], position: int) -> tuple[str, ...]:
        """Return the actors whose office ends at a position with all words that it needs."""
        until = tuple(stems[: position + 1])
        offices = self.offices.get(stems[position], ())
        return tuple(actor for words, actor in offices if until[-len(words) :] == words)

    def may_hold(self, office: str) -> set[str]:
        """Return the actors whose office has this last part: "Präsident" for "US-Präsident"."""
        return {
            actor
            for last, entries in self.offices.items()
            if last == office or last.endswith(f"-{office}")
            for _, actor in entries
        }


def _by_word(pairs: Iterable[tuple[str, str]], at: int) -> dict[str, tuple[Entry, ...]]:
    """Return the stems of names or offices with their actors by one of these stems."""
    found: dict[str, tuple[Entry, ...]] = {}
    for name, actor in pairs:
        words = tuple(stem(word) for word in name.split())
        found[words[at]] = (*found.get(words[at], ()), (words, actor))
    return found


@dataclass
class SpeechContext:
    """What the coding of one segment leaves for the next of the same document.

    ``begin`` and ``end`` say where the text names the last speaker (offsets in the file);
    ``recent`` are the actors and persons met, the last one last, ``persons`` names of persons
    that are no actors of the study; the segment may have ended in indirect speech or inside
    quotation marks.
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
    for actor in actors.named_in(tokens, range(len(tokens))):
        context.remember(actor)


def notice_person(
    tokens: Sequence[Token], span: Span, actors: ActorIndex, context: SpeechContext
) -> None:
    """Note a subject that names a person: later pronouns and offices mean the last one."""
    phrase = tokens[span[0] : span[1]]
    run = _head_name(phrase, [i for i, token in enumerate(phrase) if token.is_word])
    if not run:
        return
    actor = next(actors.named_in(phrase, run), "")
    name = actor or phrase[run[-1]].lemma
    if not actor and (len(run) > 1 or name in context.persons):
        context.persons.add(name)
    if name in actors.persons or name in context.persons:
        context.remember(name)


def resolve(
    tokens: Sequence[Token],
    span: Span,
    actors: ActorIndex,
    context: SpeechContext,
    *,
    lexicon: SpeechLexicon,
) -> str:
    """Return who a phrase names: the id of an actor, else the surname or noun as written, else "".

    The span is the first position of the phrase and the position behind its last. Rules, the
    first that fits: S1 a person named as the phrase's head; S2 an office of an actor; S3 a
    pronoun or possessive is the last person met; S4 another actor's name in the phrase ("ein
    Sprecher des Kremls"); S5 an office with the definite article is the last person met; S6 the
    last name, else the first noun that is no noun of utterance ("Angaben der Polizei").
    """
    phrase = tokens[span[0] : span[1]]
    words = [i for i, token in enumerate(phrase) if token.is_word]
    if not words:
        return ""
    head = _head_name(phrase, words)
    if head:
        return next(actors.named_in(phrase, head), "") or phrase[head[-1]].lemma
    office = _by_office(phrase, words, actors, context)
    if office:
        return office
    if _refers_back([phrase[i] for i in words], lexicon):
        met = (n for n in reversed(context.recent) if n in actors.persons or n in context.persons)
        found = next(met, context.speaker)
        if found or len(words) == 1:
            return found
    named = next(actors.named_in(phrase, words), "")
    return named or _noun([phrase[i] for i in words], lexicon)


def _refers_back(words: Sequence[Token], lexicon: SpeechLexicon) -> bool:
    """Detect a pronoun, "seinen Angaben", and "der frühere Senator": a person met before."""
    first = words[0].form.lower()
    if len(words) == 1:
        return first in PRONOUNS
    if any(word.form.lower() in POSSESSIVE for word in words):
        nouns = [word for word in words if word.pos == "NN"]
        return all(noun.head in lexicon.nouns.report for noun in nouns)
    return first in PERSONAL_ARTICLES and words[-1].head in lexicon.frames.persons


def _head_name(tokens: Sequence[Token], words: Sequence[int]) -> list[int]:
    """Find the name that the phrase is about: the first run of names without a preposition.

    Names in a genitive attribute are not the head, nor is "Trumps" before "Sprecherin".
    """
    run: list[int] = []
    for position in words:
        token = tokens[position]
        behind_name = bool(run) and token.form[:1].isupper() and token.pos not in ("ART", "APPR")
        following = tokens[position + 1].pos if position < words[-1] else ""
        genitive = token.form.endswith("s") and following in ("NN", "ADJA")
        attribute = token.pos in DETERMINERS and position > words[0]
        if behind_name or (token.pos == "NE" and not genitive):
            run.append(position)
        elif run or token.pos in PREPOSITIONS or attribute:
            break
    return run


def _by_office(
    phrase: Sequence[Token], words: Sequence[int], actors: ActorIndex, context: SpeechContext
) -> str:
    """Find the holder of an office; one word such as "Präsident" means the last holder met."""
    stems = [stem(token.form) for token in phrase]
    noun = next((i for i in words if phrase[i].pos in ("NN", "NE")), None)
    if noun is None:
        return ""
    found = actors.in_office(stems, noun)
    if found:
        return found[0]
    holders = actors.may_hold(stems[noun]) if noun == words[-1] and len(words) <= 2 else set()
    return next((name for name in reversed(context.recent) if name in holders), "")


def _noun(words: Sequence[Token], lexicon: SpeechLexicon) -> str:
    """Name a phrase without an actor: its last name, else its first noun that can speak."""
    names = [word.lemma for word in words if word.pos == "NE"]
    nouns = [word.lemma for word in words if word.pos in ("NN", "XY", "FM")]
    speaking = [noun for noun in nouns if noun not in lexicon.nouns.report]
    return next(iter([*names[-1:], *speaking, *nouns]), "")
