"""Comparing what a run gave with what is committed: cells and numbers by tolerance, pictures."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.image import imread, imsave

#: Relative and absolute tolerance of a number: some units of the last digit that is written.
RELATIVE, ABSOLUTE = 1e-6, 1e-9
#: How many differing cells a message names.
NAMED = 3
#: What a figure's JSON says beside numbers; judged by `analysis.runs.verify`.
NOTED = ("versions", "inputs", "parameters", "seed")

Verdict = Literal["same", "same numbers", "same picture", "differs", "missing", "new"]


@dataclass(frozen=True)
class Difference:
    """How one file stands against the committed one.

    Attributes
    ----------
    name : str
        The file's name.
    verdict : str
        same (byte for byte); same numbers (other bytes, numbers equal within the tolerance);
        same picture (other bytes, and the pixels beside it are equal); differs;
        missing (committed, not made again) or new (made, not committed).
    detail : str
        What differs.
    picture : path or None
        A picture of the pixels that differ, in red.
    """

    name: str
    verdict: Verdict
    detail: str = ""
    picture: Path | None = None

    @property
    def fails(self) -> bool:
        """Whether this must not pass."""
        return not self.verdict.startswith("same")


def compare_folders(committed: Path, made: Path, number: str, pictures: Path) -> list[Difference]:
    """Compare the files of one notebook.

    Parameters
    ----------
    committed, made : path
        ``figures/``, and the folder that a new run filled.
    number : str
        What the notebook's files begin with, such as ``03_``.
    pictures : path
        Where pictures of differences go; made when there is one.

    Returns
    -------
    list of Difference
        One for each file of either folder, by name.
    """
    names = {path.name for folder in (committed, made) for path in folder.glob(f"{number}*")}
    found = [compare_files(committed / name, made / name, pictures) for name in sorted(names)]
    return _forgive_vectors(found)


def compare_files(committed: Path, made: Path, pictures: Path) -> Difference:
    """Compare two files of one name: bytes first, then by what they hold."""
    if not made.is_file():
        return Difference(committed.name, "missing", "committed, but no longer made")
    if not committed.is_file():
        return Difference(committed.name, "new", "made, but not committed")
    if committed.read_bytes() == made.read_bytes():
        return Difference(committed.name, "same")
    if committed.suffix == ".png":
        return compare_pictures(committed, made, pictures)
    detail = _describe(committed, made)
    if detail:
        return Difference(committed.name, "differs", detail)
    return Difference(committed.name, "same numbers", "other bytes, numbers within the tolerance")


def _describe(committed: Path, made: Path) -> str:
    """Say how two files differ; empty if all numbers are equal within the tolerance."""
    if committed.suffix == ".csv":
        return "; ".join(compare_tables(_read_csv(committed), _read_csv(made)))
    if committed.suffix == ".json":
        before, after = (json.loads(path.read_text(encoding="utf-8")) for path in (committed, made))
        found = list(compare_values(_content(before), _content(after)))
        return "; ".join(found[:NAMED]) + _more(len(found))
    if committed.suffix == ".tex":
        return _first_line(committed, made)
    return "other bytes"


def compare_tables(committed: pd.DataFrame, made: pd.DataFrame) -> list[str]:
    """Compare two tables of text cell by cell; numbers by tolerance.

    Examples
    --------
    >>> before = pd.DataFrame({"term": ["a", "b"], "n": ["1", "2"]})
    >>> compare_tables(before, before.assign(n=["1.0000000001", "3"]))
    ["1 of 4 cells: row 2, column 'n': 2 became 3"]
    """
    if list(committed.columns) != list(made.columns):
        return [f"columns {', '.join(committed.columns)} became {', '.join(made.columns)}"]
    if len(committed) != len(made):
        return [f"{len(committed)} rows became {len(made)}"]
    cells = [
        f"row {row + 1}, column {name!r}: {before} became {after}"
        for name in committed.columns
        for row, (before, after) in enumerate(zip(committed[name], made[name], strict=True))
        if not is_close(before, after)
    ]
    if not cells:
        return []
    return [
        f"{len(cells)} of {committed.size} cells: {'; '.join(cells[:NAMED])}{_more(len(cells))}"
    ]


def compare_values(before: object, after: object, at: str = "") -> Iterator[str]:
    """Compare two JSON contents; yield each place that differs.

    Examples
    --------
    >>> list(compare_values({"values": {"n": 1, "x": 2}}, {"values": {"n": 1, "x": 3}}))
    ['values.x: 2 became 3']
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            if key not in before or key not in after:
                yield f"{at}{key}: {'no longer there' if key in before else 'new'}"
            else:
                yield from compare_values(before[key], after[key], f"{at}{key}.")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from compare_values(one, other, f"{at}{number}.")
    elif not is_close(before, after):
        yield f"{at.rstrip('.')}: {before} became {after}"


def is_close(before: object, after: object) -> bool:
    """Whether two cells are equal, or numbers within the tolerance.

    Examples
    --------
    >>> is_close("0.3333333333", "0.3333333334"), is_close("3", "drei")
    (True, False)
    """
    if before == after:
        return True
    try:
        first, second = float(str(before)), float(str(after))
    except ValueError:
        return False
    return math.isclose(first, second, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def compare_pictures(committed: Path, made: Path, pictures: Path) -> Difference:
    """Compare two PNG files by pixels; draw where they differ.

    Returns
    -------
    Difference
        *same picture* if every pixel is equal. The picture shows the new one in grey with
        the pixels that differ in red.
    """
    before, after = imread(committed)[..., :3], imread(made)[..., :3]
    if before.shape != after.shape:
        sizes = [f"{shape[1]} x {shape[0]}" for shape in (before.shape, after.shape)]
        return Difference(committed.name, "differs", f"{sizes[0]} pixels became {sizes[1]}")
    differs = np.any(before != after, axis=2)
    if not differs.any():
        return Difference(committed.name, "same picture", "other bytes, equal pixels")
    shown = np.repeat(0.5 + after.mean(axis=2, keepdims=True) / 2, 3, axis=2)
    shown[differs] = (0.8, 0.0, 0.0)
    pictures.mkdir(parents=True, exist_ok=True)
    path = pictures / f"{committed.stem}-difference.png"
    imsave(path, shown)
    share = f"{differs.mean():.2%} of the pixels"
    return Difference(committed.name, "differs", share, path)


def _forgive_vectors(found: list[Difference]) -> list[Difference]:
    """Let other bytes of a PDF or SVG pass where the PNG beside it has equal pixels."""
    equal = {Path(one.name).stem for one in found if one.name.endswith(".png") and not one.fails}
    return [
        Difference(one.name, "same picture", "other bytes; its PNG has equal pixels")
        if one.name.endswith((".pdf", ".svg"))
        and one.verdict == "differs"
        and Path(one.name).stem in equal
        else one
        for one in found
    ]


def _content(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key not in NOTED}


def _read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _first_line(committed: Path, made: Path) -> str:
    lines = [path.read_text(encoding="utf-8").splitlines() for path in (committed, made)]
    for number, (before, after) in enumerate(zip(*lines, strict=False), start=1):
        if before != after:
            return f"line {number}: {before.strip()} became {after.strip()}"
    return f"{len(lines[0])} lines became {len(lines[1])}"


def _more(n: int) -> str:
    return f"; and {n - NAMED} more" if n > NAMED else ""
