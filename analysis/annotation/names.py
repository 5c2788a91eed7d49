"""Finding the study's actors by name: in rows of tokens, never inside a compound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.annotation.tokens import Sentence, Token
from analysis.study.study import Study

#: Endings of an attributive adjective, such as in *Weißes Haus*, *im Weißen Haus*.
ADJECTIVE_ENDINGS = ("es", "en", "em", "er", "e")
#: Endings of a name in the genitive: *Adas*, *Max'*.
GENITIVE_ENDINGS = ("s", "'", "’")
Names = tuple[tuple[tuple[str, ...], str], ...]


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
    """Find the actors that a sentence names.

    The words of a name must stand in a row. Case counts; inflected forms and the genitive
    are found; a name inside a compound (*Ada-Anhänger*) is another word and is not.

    Parameters
    ----------
    sentence : Sentence
        Tagged tokens.
    lexicon : ActorLexicon
        The names to look for.

    Returns
    -------
    list of ActorMention
        In the order of the text. Of two names that begin at a token the longer counts,
        and no token belongs to two.

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
    """Say whether a token is the word itself, in the genitive or otherwise inflected."""
    forms = {word, *(word + ending for ending in GENITIVE_ENDINGS)}
    return token.form in forms or token.lemma == word


def _same_adjective(form: str, word: str) -> bool:
    stems = [_without_ending(each) for each in (form, word)]
    return stems[0] == stems[1] and stems[0] not in (form, word)


def _without_ending(word: str) -> str:
    ending = next((each for each in ADJECTIVE_ENDINGS if word.endswith(each)), "")
    return word.removesuffix(ending)
