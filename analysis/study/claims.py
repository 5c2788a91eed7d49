"""Claims of the study, and the choices under which each must hold: its multiverse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, field_validator, model_validator

from analysis.study.design import BothLanguages, Frozen, Id
from analysis.study.errors import StudyError, unknown

Option = TypeVar("Option")
Options = Annotated[tuple[Option, ...], Field(min_length=1)]

#: What a claim can be about, and how it reads.
CLAIM_MEASURES: dict[str, str] = {
    "rate": "mentions per 1,000 tokens",
    "share": "share among the mentions of all frames (emphasis share)",
    "net_assertion": "(affirmed - negated) / mentions",
    "frame_setting": "share of the mentions in the narrator's voice",
}


#: What 13_multiverse exports beside a figure for each claim, named by its id.
TAKEN = ("choices", "claims", "values")


class Claim(Frozen):
    """One sentence of the study that has a sign: more here than there, above or below a value.

    With ``higher_in`` the claim compares: the measure is higher in that event than in the
    other ones. Without it the claim is about all texts: the measure lies above, or below,
    the value ``against``.
    """

    id: Id
    label: BothLanguages
    measure: Literal["rate", "share", "net_assertion", "frame_setting"]
    frame: Id
    higher_in: Id | None = None
    direction: Literal["above", "below"] = "above"
    against: float = 0.0

    @field_validator("id")
    @classmethod
    def _not_taken(cls, value: str) -> str:
        if value in TAKEN:
            raise ValueError(f"{', '.join(TAKEN)} are names of tables of 13_multiverse")
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.higher_in and (self.direction != "above" or self.against):
            raise ValueError(
                "higher_in compares events, direction and against compare with a value;"
                " a claim has one of the two"
            )
        return self


class MultiverseDesign(Frozen):
    """The defensible choices; the first of each is the one that the notebooks start from."""

    unit: Options[Literal["mention", "segment"]] = ("mention", "segment")
    tier: Options[Literal["core", "core_near"]] = ("core", "core_near")
    weight: Options[Literal["none", "within", "across"]] = ("none", "within", "across")
    target: Options[Literal["all", "summit"]] = ("summit", "all")
    quotations: Options[Literal["in", "out"]] = ("in", "out")
    headlines: Options[Literal["in", "out"]] = ("in", "out")
    pooling: Options[Literal["pooled", "mean"]] = ("pooled", "mean")
    stop_words: Options[Literal["in", "out"]] = ("in", "out")


def choose_claims(claims: Sequence[Claim], ids: Sequence[str]) -> list[Claim]:
    """Choose claims of a study by their ids, in the study's order; without ids all.

    Raises
    ------
    StudyError
        If the study has no claim, or none with one of the ids.

    Examples
    --------
    >>> claim = Claim(id="denied", label="c", measure="net_assertion", frame="Deal")
    >>> choose_claims([claim], ["deny"])
    Traceback (most recent call last):
    analysis.study.errors.StudyError: study.toml: unknown claim 'deny'. Allowed: denied.
    Did you mean 'denied'?
    """
    if not claims:
        raise StudyError(
            "study.toml: declares no [[claim]]; see docs/explanation/multiverse.md for how to"
        )
    known = [claim.id for claim in claims]
    for name in ids:
        if name not in known:
            raise StudyError(f"study.toml: {unknown('claim', name, known)}")
    return [claim for claim in claims if not ids or claim.id in ids]
