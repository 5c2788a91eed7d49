"""What every table of ``study.toml`` is built from: names, labels in two languages, frozen."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Language = Literal["de", "en"]
Id = Annotated[str, Field(pattern=r"^[\w-]+$")]
Name = Annotated[str, Field(pattern=r"\S")]
Word = Annotated[str, Field(pattern=r"^[^\s|]+$")]
Verb = Annotated[str, Field(pattern=r"^([^\s|]+\|)?[^\s|]+$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]


class Frozen(BaseModel):
    """A table of ``study.toml``: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Frozen):
    """A name as figures show it, in German and English."""

    de: str
    en: str

    def in_language(self, language: Language) -> str:
        """Give the label in one language."""
        return self.de if language == "de" else self.en


def _as_label(value: object) -> object:
    """Let one string stand for both languages."""
    return {"de": value, "en": value} if isinstance(value, str) else value


BothLanguages = Annotated[Label, BeforeValidator(_as_label)]
