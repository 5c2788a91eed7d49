"""Reading TOML, and saying what pydantic found in words that name table and key."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from analysis.study.errors import did_you_mean
from analysis.study.text_files import BYTE_ORDER_MARK, read_text

#: Deeper files are refused before anything recurses into them; a study needs five levels.
DEEPEST = 20


def read_toml(path: Path, error: type[Exception]) -> dict[str, Any]:
    """Read a TOML file; whatever is wrong with it is raised as ``error``."""
    text = read_text(path, error).removeprefix(BYTE_ORDER_MARK)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise error(f"{path}: not valid TOML: {fault}") from None
    except RecursionError:
        table = None
    if table is None or _is_deep(table):
        raise error(f"{path}: wanted at most {DEEPEST} tables or lists inside one another")
    return table


def _is_deep(table: object) -> bool:
    level = [table]
    for _ in range(DEEPEST + 1):
        level = [inner for value in level for inner in _inside(value)]
    return bool(level)


def _inside(value: object) -> Collection[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def describe_faults(
    fault: ValidationError, table: Mapping[str, Any], model: type[BaseModel]
) -> list[str]:
    """Say each fault that pydantic found with its table and key, and the allowed keys."""
    lines = []
    for error in _without_echoes(fault):
        location = [part for part in error["loc"] if part != "dict"]
        place = _place(location, table)
        if error["type"] == "extra_forbidden":
            lines.append(f"{place}: {_unknown_key(location, model)}")
        elif error["type"] == "missing":
            lines.append(f"{place}: missing key {str(location[-1])!r}")
        elif error["type"] == "value_error" and not location:
            lines += str(error["ctx"]["error"]).splitlines()
        else:
            message = error["msg"].removeprefix("Value error, ")
            came = error["input"]
            shown = "" if isinstance(came, Mapping) else f"; came: {_shown(came)}"
            lines.append(f"{place}: {message}{shown}")
    return lines


def _without_echoes(fault: ValidationError) -> list[ErrorDetails]:
    """Leave out that a list is too short where it is so only because an entry has a fault."""
    errors = fault.errors()
    inner = {error["loc"][:1] for error in errors if len(error["loc"]) > 1}
    return [e for e in errors if e["type"] != "too_short" or e["loc"] not in inner]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _place(location: list[Any], table: Mapping[str, Any]) -> str:
    """Write a location as TOML shows it: ``[[frame]] 2 'Deal', key core``."""
    if not location:
        return "top level"
    if len(location) >= 2 and isinstance(location[1], int):
        entry = table[location[0]][location[1]]
        keyed = entry if isinstance(entry, Mapping) else {}
        name = next((keyed[key] for key in ("id", "notebook") if key in keyed), "")
        named = f" {name!r}" if name else ""
        head, keys = f"[[{location[0]}]] {location[1] + 1}{named}", location[2:]
    elif len(location) == 1:
        return f"top level, key {str(location[0])!r}"
    else:
        head, keys = f"[{location[0]}]", location[1:]
    dotted = ".".join(str(key) for key in keys)
    return f"{head}, key {dotted!r}" if keys else head


def _unknown_key(location: list[Any], model: type[BaseModel]) -> str:
    allowed = _keys_at(location[:-1], model)
    name = str(location[-1])
    listed = f"; allowed: {', '.join(sorted(allowed))}" if allowed else ""
    return f"unknown key{listed}.{did_you_mean(name, allowed)}"


def _keys_at(location: list[Any], model: type[BaseModel]) -> list[str]:
    """List the keys that a table of the model may have."""
    for part in location:
        if isinstance(part, int):
            continue
        fields = {(field.alias or name): field for name, field in model.model_fields.items()}
        if part not in fields:
            return []
        inner = _model_in(fields[part].annotation)
        if inner is None:
            return []
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the pydantic model inside an annotation such as ``tuple[Event, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
