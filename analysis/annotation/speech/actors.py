"""Actors of the study: named in a sentence, and as speakers by name and office."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.annotation.tokens import Sentence, Token
from analysis.study.study import Actor, Study

#: Endings of an attributive adjective, such as in *Weißes Haus*, *im Weißen Haus*.
ADJECTIVE_ENDINGS = ("es", "en", "em", "er", "e")
#: Endings of a name in the genitive: *Adas*, *Max'*.
GENITIVE_ENDINGS = ("s", "'", "’")
Names = tuple[tuple[tuple[str, ...], str], ...]
#: Words of a name or office as stems, with the actor's id.
Entry = tuple[tuple[str, ...], str]
ENDINGS = ("es", "en", "em", "er", "e", "s", "n")
SHORTEST_STEM = 4
#: How many of the last actors named are kept for pronouns and offices.
REMEMBERED = 12


@dataclass(frozen=True, slots=True)
class ActorMention:
    """An actor's name in a sentence: the id of the actor and the tokens of the name."""

    actor: str
    tokens: tuple[Token, ...]


@dataclass(frozen=True)
class ActorLexicon:
    """Names as rows of words with their actors, longest first, by their first two letters."""

    by_letters: Mapping[str, Names]


def actor_lexicon(study: Study) -> ActorLexicon:
    """Prepare the names of a study's actors; offices and adjectives are not names.

    Examples
    --------
    >>> from analysis.study.study import read_study
    >>> actor_lexicon(read_study()).by_letters["Do"]
    ((('Donald', 'Trump'), 'Trump'),)
    """
    names = [(tuple(name.split()), actor.id) for actor in study.actors for name in actor.names]
    longest_first = sorted(names, key=lambda entry: (-len(entry[0]), entry))
    letters = {words[0][:2] for words, _ in names}
    return ActorLexicon(
        {
            pair: tuple(entry for entry in longest_first if entry[0][0][:2] == pair)
            for pair in sorted(letters)
        }
    )


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
    at = 0
    while at < len(sentence.tokens):
        mention = _named_at(sentence.tokens, at, lexicon)
        if mention is None:
            at += 1
            continue
        found.append(mention)
        at += len(mention.tokens)
    return found


def _named_at(tokens: Sequence[Token], at: int, lexicon: ActorLexicon) -> ActorMention | None:
    for words, actor in lexicon.by_letters.get(tokens[at].form[:2], ()):
        stretch = tuple(tokens[at : at + len(words)])
        if len(stretch) == len(words) and _is_name(stretch, words):
            return ActorMention(actor, stretch)
    return None


def _is_name(tokens: Sequence[Token], words: Sequence[str]) -> bool:
    """Compare word by word: adjectives in front by stem, the last one by form or lemma."""
    fronts = zip(tokens[:-1], words[:-1], strict=True)
    return _is_last(tokens[-1], words[-1]) and all(
        token.form == word or _same_adjective(token.form, word) for token, word in fronts
    )


def _is_last(token: Token, word: str) -> bool:
    """Return whether a token is the word itself, in the genitive or otherwise inflected."""
    forms = {word, *(word + ending for ending in GENITIVE_ENDINGS)}
    return token.form in forms or token.lemma == word


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
        best = ("", 0)
        for words, actor in self.names.get(stems[position], ()):
            fits = tuple(stems[position : position + len(words)]) == words
            if fits and len(words) > best[1]:
                best = (actor, len(words))
        return best

    def in_office(self, stems: Sequence[str], position: int) -> tuple[str, ...]:
        """Return the actors whose office ends at a position with all words that it needs."""
        found = []
        for words, actor in self.offices.get(stems[position], ()):
            start = position - len(words) + 1
            if start >= 0 and tuple(stems[start : position + 1]) == words:
                found.append(actor)
        return tuple(found)

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
