"""What every lexicon is: a frozen table of word lists, each word once."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def _clean(words: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what can never match: blank words, stray spaces, words that stand twice."""
    for word in words:
        if not word or word != " ".join(word.split()):
            raise ValueError(f"{word!r} is blank or has stray spaces")
    twice = sorted({word for word in words if words.count(word) > 1})
    if twice:
        raise ValueError(f"stands twice: {', '.join(twice)}")
    return words


Words = Annotated[tuple[str, ...], AfterValidator(_clean)]


class Lexicon(BaseModel):
    """A table of a lexicon: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


def joined(verb: str) -> str:
    """Write a separable verb without its bar.

    Examples
    --------
    >>> joined("mit|teilen")
    'mitteilen'
    """
    return verb.replace("|", "")
