"""What pydantic finds, in words that name table and key."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.study.errors import StudyError
from analysis.study.text_files import describe_faults, read_toml


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    size: int = 0


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    thing: tuple[Inner, ...] = Field(default=(), min_length=1)
    head: Inner | None = None


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            {"thing": [{"id": "a", "siz": 1}]},
            "[[thing]] 1 'a', key 'siz': unknown key; allowed: id, size. Did you mean 'size'?",
        ),
        ({"thing": [{"size": 1}]}, "[[thing]] 1, key 'id': missing key 'id'"),
        (
            {"thing": [{"id": "a"}], "head": {"id": 1}},
            "[head], key 'id': Input should be a valid string; came: 1",
        ),
        (
            {"thing": []},
            "top level, key 'thing': Tuple should have at least 1 item after "
            "validation, not 0; came: []",
        ),
        (
            {"thing": [3]},
            "[[thing]] 1: Input should be a valid dictionary or instance of Inner; came: 3",
        ),
    ],
    ids=["unknown", "missing", "type", "too-short", "no-table"],
)
def test_a_fault_is_told_with_its_place(table: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(table)
    assert describe_faults(caught.value, table, Outer) == [said]


def test_a_long_value_is_cut() -> None:
    table = {"thing": [{"id": "a", "size": "x" * 500}]}
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(table)
    (said,) = describe_faults(caught.value, table, Outer)
    assert said.endswith("x...")
    assert len(said) < 200


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"a = ", "not valid TOML: "), (b"a = 1\na = 2", "not valid TOML: "), (None, "no such file")],
)
def test_what_is_no_toml_is_raised_as_asked(tmp_path: Path, data: bytes | None, said: str) -> None:
    path = tmp_path / "a.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(StudyError, match=rf"a\.toml: {said}"):
        read_toml(path, StudyError)
