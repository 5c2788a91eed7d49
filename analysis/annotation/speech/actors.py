"""Actors of the study by name and office, and what a document has said of them so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.study.study import Actor

#: Words of a name or office as stems, with the actor's id.
Entry = tuple[tuple[str, ...], str]
ENDINGS = ("es", "en", "em", "er", "e", "s", "n")
SHORTEST_STEM = 4
#: How many of the last actors named are kept for pronouns and offices.
REMEMBERED = 12


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

    def may_hold(self, office: str) -> set[str]:
        """Give the actors whose office has this last part: "Präsident" for "US-Präsident"."""
        return {
            actor
            for last, entries in self.offices.items()
            if last == office or last.endswith(f"-{office}")
            for _, actor in entries
        }


def _by_first_word(
    pairs: Iterable[tuple[str, str]],
) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
    for name, actor in pairs:
        words = tuple(stem(word) for word in name.split())
        found[words[0]] = (*found.get(words[0], ()), (words, actor))
    return found


def _by_last_word(
    pairs: Iterable[tuple[str, str]],
) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
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
