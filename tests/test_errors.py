"""Messages name what came, what is allowed and what is nearest."""

from __future__ import annotations

import pytest

from analysis.study import errors


def test_every_error_of_the_package_can_be_caught_as_one() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    own = [kind for kind in kinds if issubclass(kind, Exception)]
    assert len(own) > 5
    assert all(issubclass(kind, errors.GipfelError) for kind in own)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lema", "unknown unit 'lema'. Allowed: form, head, lemma. Did you mean 'lemma'?"),
        ("zzz", "unknown unit 'zzz'. Allowed: form, head, lemma."),
    ],
)
def test_unknown_lists_allowed_names_sorted(name: str, said: str) -> None:
    assert errors.unknown("unit", name, ["lemma", "head", "form"]) == said


def test_unknown_says_when_nothing_is_allowed() -> None:
    assert errors.unknown("event", "x", []) == "unknown event 'x'. Allowed: (none)."


def test_all_faults_stand_in_one_message() -> None:
    message = errors.join_faults("a.toml", ["one", "two"], "Mend it.")
    assert message == "a.toml: 2 faults\n  - one\n  - two\nMend it."
