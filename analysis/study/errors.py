"""Errors of the package: who complains, what was wanted, what came, and the way out."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence


class GipfelError(Exception):
    """Base of every error that a user can mend; its text is the whole message."""


class StudyError(GipfelError):
    """``study.toml`` or a lexicon does not say what a study needs."""


class SourceError(GipfelError):
    """``data/sources.toml`` or the articles do not fit the study."""


class TextError(GipfelError):
    """An article cannot be read."""


class TableError(GipfelError):
    """A table misses a column, has a wrong type, or holds a value that is not allowed."""


class ReleaseError(GipfelError):
    """A table could give back running text and must not be published."""


class MeasureError(GipfelError):
    """A measure was asked for something that it cannot compute."""


class QueryError(GipfelError):
    """A query of the concordance does not parse, asks for the impossible, or takes too long."""


class ParameterError(GipfelError):
    """A notebook's parameter is unknown or of a wrong type."""


class RunError(GipfelError):
    """A run could not start or did not finish."""


class ExportError(GipfelError):
    """A figure or table could not be written as asked."""


def did_you_mean(name: str, allowed: Iterable[str]) -> str:
    """Suggest the nearest allowed name, after a space, or nothing.

    Examples
    --------
    >>> did_you_mean("topp", ["top", "unit"])
    " Did you mean 'top'?"
    """
    close = difflib.get_close_matches(name, list(allowed), n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""


def unknown(what: str, name: str, allowed: Iterable[str]) -> str:
    """Say that a name is unknown, with all allowed names, sorted.

    Examples
    --------
    >>> unknown("unit", "lema", ["form", "lemma"])
    "unknown unit 'lema'. Allowed: form, lemma. Did you mean 'lemma'?"
    """
    names = sorted(allowed)
    listed = ", ".join(names) if names else "(none)"
    return f"unknown {what} {name!r}. Allowed: {listed}.{did_you_mean(name, names)}"


def check_known(who: str, names: Iterable[str], *, what: str, allowed: Collection[str]) -> None:
    """Check the names that a measure was given; raises `MeasureError` if one is not allowed."""
    for name in names:
        if name not in allowed:
            raise MeasureError(f"{who}: {unknown(what, name, allowed)}")


def join_faults(where: str, faults: Sequence[str], way_out: str = "") -> str:
    """Put all faults of one file into one message.

    Examples
    --------
    >>> print(join_faults("study.toml", ["no event"], "Add an [[event]] table."))
    study.toml: 1 fault
      - no event
    Add an [[event]] table.
    """
    head = f"{where}: {len(faults)} fault{'s' if len(faults) != 1 else ''}"
    lines = [head, *(f"  - {fault}" for fault in faults)]
    return "\n".join([*lines, way_out] if way_out else lines)
