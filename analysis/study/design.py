"""What ``study.toml`` is built from: labels, settings, claims and their choices; all frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from analysis.study.errors import StudyError, unknown

#: Nominal coverage of every interval, level of every test, and the fewest joint occurrences
#: that carry an association. The texts of figures and tables take them from here.
LEVEL, ALPHA, FEWEST_JOINT = 0.95, 0.05, 5
#: Below this many documents a correlation says nothing: at r = 0 its 95 % interval spans
#: -.63 to .63 with ten of them, -.88 to .88 with five.
FEWEST_CORRELATED = 10
#: Words to the left and right of a node; narrower windows would give neighbours away.
NARROWEST_WINDOW, WIDEST_WINDOW = 3, 20
#: A table tells of no bag of words that holds fewer tokens, nor does the difference of two.
BAG_FLOOR = 20

Language = Literal["de", "en"]
Id = Annotated[str, Field(pattern=r"^[\w-]+$")]
Name = Annotated[str, Field(pattern=r"\S")]
Word = Annotated[str, Field(pattern=r"^[^\s|]+$")]
Verb = Annotated[str, Field(pattern=r"^([^\s|]+\|)?[^\s|]+$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
Option = TypeVar("Option")
Options = Annotated[tuple[Option, ...], Field(min_length=1)]
#: What 13_multiverse exports beside a figure for each claim, named by its id.
TAKEN = ("choices", "claims", "values")


class Frozen(BaseModel):
    """A table of ``study.toml``: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Frozen):
    """A name as figures show it, in German and English."""

    de: str
    en: str

    def in_language(self, language: Language) -> str:
        """Return the label in one language."""
        return self.de if language == "de" else self.en


def _as_label(value: object) -> object:
    """Let one string stand for both languages."""
    return {"de": value, "en": value} if isinstance(value, str) else value


BothLanguages = Annotated[Label, BeforeValidator(_as_label)]


class Labelled(Frozen):
    """What a study names by an id and shows under a label."""

    id: Id
    label: BothLanguages


class Comparison(Frozen):
    """Which two events are compared: a difference is that of the target less the reference."""

    target: Id
    reference: Id

    @model_validator(mode="after")
    def _two_events(self) -> Self:
        if self.target == self.reference:
            raise ValueError(f"target and reference are both {self.target!r}; name two events")
        return self


class Run(Frozen):
    """A notebook that belongs to the study, and the parameters that it runs with.

    One entry for each notebook has no name: its default run. An entry with a name is a
    sweep: every combination of ``grid``, then each of ``settings``, on top of ``parameters``.
    """

    notebook: Annotated[str, Field(pattern=r"^[0-9]{2}_[a-z0-9_]+$")]
    name: Annotated[str, Field(pattern=r"^[\w-]*$")] = ""
    parameters: Mapping[str, Any] = Field(default_factory=dict)
    grid: Mapping[str, Annotated[tuple[Any, ...], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    settings: tuple[Mapping[str, Any], ...] = ()

    @model_validator(mode="after")
    def _sweeps_have_names(self) -> Self:
        if (self.grid or self.settings) and not self.name:
            raise ValueError(
                'a grid or settings are a sweep beside the default run; name it: name = "..."'
            )
        return self


class TopicDesign(Frozen):
    """What the topic model of the study is fitted with, and when a number of topics is stable."""

    engine: Id = "nmf"
    least_topics: int = Field(ge=2, default=2)
    most_topics: int = Field(ge=2, default=10)
    n_seeds: int = Field(ge=1, default=20)
    n_subsamples: int = Field(ge=1, default=20)
    subsample_share: float = Field(gt=0, lt=1, default=0.8)
    stable_subsamples: float = Field(gt=0, le=1, default=0.6)
    stable_documents: float = Field(gt=0, le=1, default=0.5)
    stable_margin: float = Field(ge=0, le=1, default=0.03)
    min_words: int = Field(ge=BAG_FLOOR, default=BAG_FLOOR)
    min_segments: int = Field(ge=1, default=2)
    pos: tuple[Word, ...] = Field(min_length=1, default=("NN", "NE", "VV", "ADJ"))
    exclude_actors: bool = True

    @model_validator(mode="after")
    def _some_numbers(self) -> Self:
        if self.most_topics < self.least_topics:
            raise ValueError(
                f"wanted most_topics of at least least_topics ({self.least_topics}),"
                f" came {self.most_topics}"
            )
        return self

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of topics to try."""
        return tuple(range(self.least_topics, self.most_topics + 1))


class CollocationDesign(Frozen):
    """How many words to either side of a node count as near it."""

    width: int = Field(ge=NARROWEST_WINDOW, le=WIDEST_WINDOW, default=5)


class General(Frozen):
    """The ``[study]`` table."""

    title: str = Field(min_length=1)
    language: Literal["de"]
    label_language: Language
    seed: int = Field(ge=0, lt=2**32)


class Claim(Labelled):
    """One sentence of the study that has a sign: more here than there, above or below a value.

    With ``higher_in`` the claim compares: the measure is higher in that event than in the
    other ones. Without it the claim is about all texts: the measure lies above, or below,
    the value ``against``.
    """

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
    about: Options[Literal["all", "event"]] = ("event", "all")
    quotations: Options[Literal["in", "out"]] = ("in", "out")
    headlines: Options[Literal["in", "out"]] = ("in", "out")
    pooling: Options[Literal["pooled", "mean"]] = ("pooled", "mean")
    stop_words: Options[Literal["in", "out"]] = ("in", "out")

    @model_validator(mode="before")
    @classmethod
    def _read_former_names(cls, table: object) -> object:
        """Read ``target = ["summit", "all"]``, as the choice was called at first, as ``about``."""
        if not isinstance(table, dict) or "about" in table or "target" not in table:
            return table
        given = table["target"]
        if isinstance(given, list):
            given = ["event" if one == "summit" else one for one in given]
        return {name: each for name, each in table.items() if name != "target"} | {"about": given}


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
