"""The mood of a finite verb: indicative, Konjunktiv I, Konjunktiv II."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from analysis.annotation.grammar.lexicons import MoodLexicon
from analysis.annotation.tokens import Token

Mood = Literal["indicative", "konjunktiv_1", "konjunktiv_2", "none"]
#: A first or second person subject: "ich habe" is no Konjunktiv.
FIRST_PERSON = frozenset({"ich", "wir", "du", "ihr"})


def mood_of(token: Token, lexicon: MoodLexicon) -> Mood:
    """Return the mood of a token's form, as far as the form alone tells it.

    A form that fits the indicative as well ("sollte", "sagten") counts as indicative; what is no
    finite verb has the mood ``none``.

    Examples
    --------
    >>> from analysis.annotation.grammar.lexicons import read_lexicons
    >>> from analysis.annotation.tokens import Annotator
    >>> sentence, = Annotator().sentences("Er sei krank.")
    >>> mood_of(sentence.tokens[1], read_lexicons().mood)
    'konjunktiv_1'
    """
    form = token.form.lower()
    if not is_finite(token, lexicon):
        return "none"
    if form in lexicon.past:
        return "konjunktiv_2"
    if form in lexicon.present or _stem_and_e(form, token.lemma.lower()):
        return "indicative" if form in lexicon.not_konjunktiv else "konjunktiv_1"
    return "indicative"


def is_finite(token: Token, lexicon: MoodLexicon) -> bool:
    """Return whether a token is a finite verb, also where the tagger takes it for another."""
    if token.pos in ("VVFIN", "VAFIN", "VMFIN"):
        return True
    form = token.form.lower()
    verbal = token.pos[:1] == "V" or token.form[:1].islower()
    known = form in lexicon.present or form in lexicon.past
    return verbal and known and token.pos not in ("ADJA", "NN", "NE")


def reports(tokens: Iterable[Token], verbs: Iterable[Token], lexicon: MoodLexicon) -> bool:
    """Return whether a clause's finite verbs stand in the Konjunktiv I.

    ``tokens`` are those of the clause: with a subject in the first person the
    form is an indicative ("ich habe").
    """
    moods = [mood_of(verb, lexicon) for verb in verbs]
    if "konjunktiv_1" not in moods:
        return False
    return not any(token.form.lower() in FIRST_PERSON for token in tokens)


def _stem_and_e(form: str, lemma: str) -> bool:
    """Return whether a form is the stem of its verb with *e*: "gehe", "handele", "handle"."""
    if not form.endswith("e"):
        return False
    if lemma.endswith(("eln", "ern")):
        return form in (lemma[:-1] + "e", lemma[:-3] + lemma[-2] + "e")
    return form + "n" == lemma
