"""Sentences, tokens, tags, lemmas and word parts, with offsets into the untouched file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

#: Longer tokens (addresses, garbage) are not analysed: HanTa takes quadratic time in them.
LONGEST_ANALYSED = 60
UNANALYSED = "XY"
#: HanTa's tags of names and foreign words.
NAMES = ("NE", "FM", "XY")
LONGEST_ACRONYM = 3
#: Letters of a compound's front, and of the known noun at its end.
SHORTEST_FRONT, SHORTEST_TAIL = 3, 5
#: Plurals whose ending is certain though HanTa does not know the word: *Verwirbelungen*.
DERIVED = re.compile("(?:ung|heit|keit|schaft|ion|tät|ist)en$")
NO_PLURAL = ("ss", "us", "is", "os")
#: Marks that HanTa does not know, and the one that it does.
SHOWN_AS = dict.fromkeys("\"'„“”‚‘’»«›‹", '"') | dict.fromkeys("–—", "-")
INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])


@dataclass(frozen=True, slots=True)
class Part:
    """A morpheme of a word with HanTa's tag for it, such as ``("erfolg", "NN")``."""

    form: str
    tag: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token: ``text[begin:end]`` is what stands in the file.

    ``form`` is that in Unicode NFC without invisible characters, ``pos`` the STTS
    tag (``VVFIN``, ``NN``, ``PTKVZ`` ...), ``head`` the lemma of a compound's last part.
    """

    begin: int
    end: int
    form: str
    lemma: str
    pos: str
    head: str
    parts: tuple[Part, ...]

    @property
    def is_word(self) -> bool:
        """Whether the token counts as a word: it holds a letter or digit."""
        return any(character.isalnum() for character in self.form)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of one segment."""

    tokens: tuple[Token, ...]

    @property
    def begin(self) -> int:
        """Offset of the first character in the file."""
        return self.tokens[0].begin

    @property
    def end(self) -> int:
        """Offset after the last character."""
        return self.tokens[-1].end


@dataclass(frozen=True, slots=True)
class Analysis:
    """What HanTa says of one word form under one tag."""

    lemma: str
    head: str
    parts: tuple[Part, ...]


class Annotator:
    """SoMaJo and HanTa behind one call; loads both models when it is made.

    Examples
    --------
    >>> sentence, = Annotator().sentences("Der Wahlerfolg freut sie.")
    >>> [(token.form, token.pos) for token in sentence.tokens][:2]
    [('Der', 'ART'), ('Wahlerfolg', 'NN')]
    >>> sentence.tokens[1].head
    'Erfolg'
    """

    def __init__(self) -> None:
        # Imported here: what only reads kept annotations would wait for both.
        from HanTa.HanoverTagger import HanoverTagger  # noqa: PLC0415
        from somajo import SoMaJo  # noqa: PLC0415

        self._tokenizer = SoMaJo("de_CMC", split_camel_case=False, character_offsets=True)
        self._tagger = HanoverTagger("morphmodel_ger.pgz")
        self._guess: Callable[[str], Any] = self._tagger.analyze_forward
        self._tagger.analyze_forward = lru_cache(maxsize=200_000)(self._guess)
        self.analyse = lru_cache(maxsize=200_000)(self._analyse)
        self.readings = lru_cache(maxsize=50_000)(self._readings)

    def sentences(self, text: str, begin: int = 0) -> list[Sentence]:
        """Split a segment, exactly as in the file, into sentences of tagged tokens.

        The tokens' offsets count from ``begin``, that of the segment in the file.
        """
        found = []
        for sentence in self._tokenizer.tokenize_text([text]):
            spans = [token.character_offset for token in sentence]
            kept = [(int(first), int(last)) for first, last in spans if text[first:last].strip()]
            if kept:
                found.append(self._tag(kept, text, begin))
        return found

    def _tag(self, spans: list[tuple[int, int]], text: str, begin: int) -> Sentence:
        forms = [normal_form(text[first:last]) for first, last in spans]
        tags = self._tags(forms)
        tokens = []
        for i, ((first, last), form, tag) in enumerate(zip(spans, forms, tags, strict=True)):
            found = self.analyse(form, tag)
            if tag in NAMES and f"{found.lemma}s" == form and not self._is_genitive(i, forms, tags):
                found = Analysis(form, form, found.parts)
            at = (begin + first, begin + last)
            tokens.append(Token(*at, form, found.lemma, stts(tag), found.head, found.parts))
        return Sentence(tuple(tokens))

    def _is_genitive(self, at: int, forms: list[str], tags: list[str]) -> bool:
        """Detect a genitive, *Trumps Rede* and *die Rede Trumps*, not *Tsipras sagt*."""
        before, after = tags[at - 1] if at else "", tags[at + 1] if at + 1 < len(tags) else ""
        if after.startswith(("NN", "ADJ(A)")) or (at and forms[at - 1] in ("des", "eines")):
            return True
        if before != "NE" and "NE" in self._spelt_either_way(forms[at][:-1])[1]:
            return True
        beside_names = before == "NN" or (after == "NE" and before != "NE")
        return beside_names and forms[at][-2] not in "aeiou"

    def _tags(self, forms: list[str]) -> list[str]:
        """Tag a sentence; marks that HanTa does not know are shown as the one that it does."""
        shown = [SHOWN_AS.get(form, form[:LONGEST_ANALYSED]) for form in forms]
        tags: list[str] = self._tagger.tag_sent(shown, taglevel=0)
        return [
            UNANALYSED if len(form) > LONGEST_ANALYSED else tag
            for form, tag in zip(forms, tags, strict=True)
        ]

    def _analyse(self, form: str, tag: str) -> Analysis:
        if len(form) > LONGEST_ANALYSED or not any(c.isalpha() for c in form):
            return Analysis(form, form, ())
        if "-" in form.strip("-"):
            return self._analyse_hyphenated(form, tag)
        lemma = self._lemma(form, tag)
        _, morphemes, _ = self._tagger.analyze(form, pos=tag, taglevel=3)
        parts = tuple(Part(morpheme, kind) for morpheme, kind in morphemes)
        stems = noun_stems(parts)
        # The head of a compound noun is the lemma of its last part.
        compound = tag in ("NN", "NE") and len(stems) > 1 and lemma.lower().endswith(stems[-1])
        return Analysis(lemma, stems[-1].capitalize() if compound else lemma, parts)

    def _analyse_hyphenated(self, form: str, tag: str) -> Analysis:
        """Take a hyphenated compound apart at its hyphens; HanTa often leaves it whole."""
        *fronts, last = [piece for piece in form.split("-") if piece]
        if not fronts:
            return Analysis(form, form, ())
        inner = "NN" if tag in ("NN", "NE", "FM", "XY") and last[0].isupper() else tag
        found = self.analyse(last, inner)
        parts = [part for front in fronts for part in (*self._front_parts(front), HYPHEN)]
        lemma = "-".join([*fronts, found.lemma])
        return Analysis(lemma, found.head, (*parts, *found.parts))

    def _front_parts(self, front: str) -> tuple[Part, ...]:
        """Take the part before a hyphen apart, unless it is an abbreviation."""
        if front.isupper() or not front.isalpha():
            return (Part(front.lower(), "NE"),)
        tag = "NE" if "NE" in self.readings(front) else "NN"
        return self.analyse(front, tag).parts

    def _lemma(self, form: str, tag: str) -> str:
        spelling, known = self._spelt_either_way(form) if tag == "NN" else (form, frozenset("-"))
        lemma: str = self._tagger.analyze(spelling, pos=tag, taglevel=1)[0]
        if tag in NAMES:
            return _name_lemma(form, lemma)
        if tag == "NN" and "NN" not in known:
            return self._unknown_lemma(form, lemma)
        if tag == "NN" and form.isupper() and len(form) <= LONGEST_ACRONYM:
            return form
        return _reformed(form, lemma) if tag.startswith(("NN", "ADJ")) else lemma

    def _spelt_either_way(self, word: str) -> tuple[str, frozenset[str]]:
        """Return a word as HanTa's lexicon spells it, and its tags there: *Anschluß*, *Rußland*."""
        known = self.readings(word)
        if known or "ss" not in word:
            return word, known
        old = word.replace("ss", "ß")
        return (old, self.readings(old)) if self.readings(old) else (word, known)

    def _unknown_lemma(self, form: str, guess: str) -> str:
        """Return the lemma of a noun that HanTa does not know: it guesses *Puti*, *Smartphon*.

        Endings that leave no doubt are cut; else the longest known noun at its end is taken
        to its lemma; what is left keeps its form, but for a genitive or plural *s*.
        """
        if guess == form[:-2] and DERIVED.search(form):
            return guess
        for at in range(SHORTEST_FRONT, len(form) - SHORTEST_TAIL + 1):
            spelling, known = self._spelt_either_way(form[at:])
            if "NN" in known:
                lemma = self._tagger.analyze(spelling, pos="NN", taglevel=1)[0]
                return form[:at] + _reformed(form[at:], lemma).lower()
        return form if form.endswith(NO_PLURAL) else _name_lemma(form, guess)

    def _readings(self, word: str) -> frozenset[str]:
        """Return the STTS tags that a word can have by HanTa's lexicon, without guessing."""
        tagger: Any = self._tagger
        was, tagger.strict = tagger.strict, True
        try:
            found = self._guess(word.lower())
        finally:
            tagger.strict = was
        return frozenset(stts(tagger.int2tag[tag]) for tag, _ in found) - {"UNKNOWN"}


HYPHEN = Part("-", "HYPHEN")


def noun_stems(parts: tuple[Part, ...]) -> list[str]:
    """Return the stems of a noun's parts, without linking and inflectional morphemes."""
    return [
        part.form
        for part in parts
        if part.tag.split("_")[0] in ("NN", "NE", "ACR", "ADJ", "VV", "FM", "ADV", "CARD")
    ]


def stts(tag: str) -> str:
    """Write HanTa's tag as the STTS writes it: ``VV(FIN)`` is ``VVFIN``.

    Examples
    --------
    >>> stts("VV(FIN)"), stts("NN")
    ('VVFIN', 'NN')
    """
    return re.sub(r"\((\w+)\)", r"\1", tag)


def normal_form(text: str) -> str:
    r"""Return a word in Unicode NFC, without soft hyphens and other invisible characters.

    Examples
    --------
    >>> normal_form("Er\u00adfolg")
    'Erfolg'
    """
    visible = text.translate(INVISIBLE)
    return "".join(unicodedata.normalize("NFC", visible).split()) or text.strip()


def _name_lemma(form: str, lemma: str) -> str:
    """Take nothing but a genitive *s* from a name: HanTa also cuts *TASS* and *News*."""
    genitive = form.endswith("s") and not form.endswith("ss") and len(form) > 4
    return form[:-1] if genitive and lemma.lower() == form[:-1].lower() else form


def _reformed(form: str, lemma: str) -> str:
    """Write *ss* as the form does: HanTa's lexicon gives *Prozesse* the lemma *Prozeß*."""
    at = lemma.find("ß")
    while at >= 0 and form[at : at + 2].lower() == "ss":
        lemma = lemma[:at] + form[at : at + 2] + lemma[at + 1 :]
        at = lemma.find("ß")
    return lemma
