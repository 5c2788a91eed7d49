"""What a figure, table or value came from, as it is written beside it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath, PureWindowsPath

from analysis.study.errors import ExportError

#: Packages whose version can change a figure or a table; ours is the last.
PACKAGES = ("matplotlib", "numpy", "pandas", "gipfeldiskurs")


@dataclass(frozen=True)
class Provenance:
    """What an export was made from; equal ones give equal bytes.

    Attributes
    ----------
    notebook : str
        Its name, such as ``02_term_frequency``.
    parameters : mapping
        The validated parameters; values of JSON, no paths of a machine.
    inputs : mapping of name to SHA-256
        Everything that was read: open tables, and files by their path below the study.
    seed : int, optional
        The seed of what was drawn at random.

    Examples
    --------
    >>> Provenance("02_term_frequency", {"top": 20}, {"terms": "0" * 64}, 7).number
    '02'
    """

    notebook: str
    parameters: Mapping[str, object]
    inputs: Mapping[str, str]
    seed: int | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{2}_[a-z0-9_]+", self.notebook):
            raise ExportError(
                f"Provenance: wanted a notebook's name such as '02_term_frequency',"
                f" came {self.notebook!r}"
            )
        for name, checksum in self.inputs.items():
            if not re.fullmatch(r"[0-9a-f]{64}", checksum):
                raise ExportError(
                    f"Provenance: wanted the SHA-256 of input {name!r}, came {checksum!r}"
                )

    @property
    def number(self) -> str:
        """The notebook's two digits, which every file name begins with."""
        return self.notebook[:2]

    def record(self) -> dict[str, object]:
        """Give what is written beside an export; no times, commits or paths."""
        return {
            "notebook": self.notebook,
            "parameters": dict(self.parameters),
            "inputs": dict(self.inputs),
            "seed": self.seed,
            "versions": {package: _version(package) for package in PACKAGES},
        }

    def describe(self) -> str:
        """Give one line for a figure's metadata, with a hash of the inputs."""
        content = json_text({"inputs": dict(self.inputs), "parameters": dict(self.parameters)})
        digest = hashlib.sha256(content.encode()).hexdigest()
        return f"{self.notebook}; inputs and parameters {digest[:16]}"


@cache
def _version(package: str) -> str:
    """Give a package's version; a checkout that is only on the path has none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def json_text(content: Mapping[str, object]) -> str:
    """Write JSON that repeats byte by byte: sorted keys, UTF-8, no NaN, no paths of a machine.

    Raises
    ------
    ExportError
        If a value is none of JSON's, not finite, or an absolute path.

    Examples
    --------
    >>> print(json_text({"b": 1, "a": "Öl"}), end="")
    {
      "a": "Öl",
      "b": 1
    }
    """
    _check_paths(content, "")
    try:
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, indent=2, allow_nan=False)
    except (TypeError, ValueError) as fault:
        raise ExportError(f"cannot be written as JSON: {fault}. Use plain numbers and text.") from (
            None
        )
    return text + "\n"


def _check_paths(content: object, where: str) -> None:
    """Refuse absolute paths: they name a machine and would change the bytes on another."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            _check_paths(value, f"{where}.{key}".lstrip("."))
    elif isinstance(content, list | tuple):
        for value in content:
            _check_paths(value, where)
    elif isinstance(content, str) and _is_machine_path(content):
        raise ExportError(f"{where}: {content!r} is a path of this machine; give a relative one")


def _is_machine_path(text: str) -> bool:
    path = PurePosixPath(text)
    return (path.is_absolute() and len(path.parts) > 2) or PureWindowsPath(text).is_absolute()
