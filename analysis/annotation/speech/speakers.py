"""Who a phrase names: actors of the study by name, office or pronoun, else the name as written."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.annotation.grammar.lexicons import SpeechLexicon
from analysis.annotation.grammar.phrases import DETERMINERS, PREPOSITIONS
from analysis.annotation.speech.actors import ActorIndex, SpeechContext, stem
from analysis.annotation.tokens import Token

PRONOUNS = frozenset(
    {"er", "sie", "dieser", "diese", "der", "die", "letzterer", "letztere", "ersterer"}
)
POSSESSIVE = frozenset({"seinen", "ihren", "seiner", "ihrer", "eigenen", "eigener", "sein", "ihr"})
PERSONAL_ARTICLES = frozenset({"der", "die", "dieser", "diese"})


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
        return _named(phrase, head, actors) or phrase[head[-1]].lemma
    office = _by_office(phrase, words, actors, context)
    if office:
        return office
    if _refers_back(phrase, words, lexicon):
        found = _last_person(actors, context)
        if found or len(words) == 1:
            return found
    return _named(phrase, words, actors) or _noun(phrase, words, lexicon)


def _refers_back(phrase: Sequence[Token], words: Sequence[int], lexicon: SpeechLexicon) -> bool:
    """Detect a pronoun, "seinen Angaben", and "der frühere Senator": a person met before."""
    first, last = phrase[words[0]], phrase[words[-1]]
    if len(words) == 1:
        return first.form.lower() in PRONOUNS
    if any(phrase[i].form.lower() in POSSESSIVE for i in words):
        return _only_utterance(phrase, words, lexicon)
    definite = first.form.lower() in PERSONAL_ARTICLES
    return definite and last.head in lexicon.frames.persons


def notice_person(
    tokens: Sequence[Token],
    span: tuple[int, int],
    actors: ActorIndex,
    context: SpeechContext,
) -> None:
    """Note a subject that names a person: later pronouns and offices mean the last one."""
    phrase = tokens[span[0] : span[1]]
    run = _head_name(phrase, [i for i, token in enumerate(phrase) if token.is_word])
    if not run:
        return
    actor = _named(phrase, run, actors)
    name = actor or phrase[run[-1]].lemma
    if not actor and (len(run) > 1 or name in context.persons):
        context.persons.add(name)
    if name in actors.persons or name in context.persons:
        context.remember(name)


def _head_name(tokens: Sequence[Token], words: Sequence[int]) -> list[int]:
    """Find the name that the phrase is about: the first run of names without a preposition."""
    run: list[int] = []
    for position in words:
        token = tokens[position]
        behind_name = bool(run) and token.form[:1].isupper() and token.pos not in ("ART", "APPR")
        name = token.pos == "NE" and not _genitive_before_noun(tokens, position, words)
        if behind_name or name:
            run.append(position)
        elif run or token.pos in PREPOSITIONS or _attribute(token, position, words):
            break
    return run


def _attribute(token: Token, position: int, words: Sequence[int]) -> bool:
    """Return whether a genitive attribute begins: names in it are not the head."""
    return token.pos in DETERMINERS and position > words[0]


def _genitive_before_noun(tokens: Sequence[Token], position: int, words: Sequence[int]) -> bool:
    """Detect "Trumps" before "Sprecherin": a name in the genitive that is not the head."""
    following = position + 1
    if following > words[-1] or not tokens[position].form.endswith("s"):
        return False
    return tokens[following].pos in ("NN", "ADJA")


def _named(phrase: Sequence[Token], words: Sequence[int], actors: ActorIndex) -> str:
    stems = [stem(token.form) for token in phrase]
    for position in words:
        actor, _ = actors.named_at(stems, position)
        if actor:
            return actor
    return ""


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


def _last_person(actors: ActorIndex, context: SpeechContext) -> str:
    """Resolve a pronoun: the last person met, else the last speaker."""
    for name in reversed(context.recent):
        if name in actors.persons or name in context.persons:
            return name
    return context.speaker


def _only_utterance(tokens: Sequence[Token], words: Sequence[int], lexicon: SpeechLexicon) -> bool:
    nouns = [tokens[i] for i in words if tokens[i].pos == "NN"]
    return all(noun.head in lexicon.nouns.report for noun in nouns)


def _noun(tokens: Sequence[Token], words: Sequence[int], lexicon: SpeechLexicon) -> str:
    """Name a phrase without an actor: its last name, else its first noun that can speak."""
    names = [i for i in words if tokens[i].pos == "NE"]
    if names:
        return tokens[names[-1]].lemma
    nouns = [tokens[i] for i in words if tokens[i].pos in ("NN", "XY", "FM")]
    speaking = [noun for noun in nouns if noun.lemma not in lexicon.nouns.report]
    chosen = speaking or nouns
    return chosen[0].lemma if chosen else ""
