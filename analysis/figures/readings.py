"""The reading of a notebook: its numbers are put in, and it is shown with its own results only.

A reading says what somebody saw in the results of one study, its open tables and one set of
parameters. A stamp of these three stands in the metadata of the cell that holds it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.study.atomic import write_if_changed
from analysis.study.errors import ExportError, unknown
from analysis.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

#: Tag of the cell that holds a reading.
TAG = "reading"
#: Parameters that change how figures look and no number in them.
LOOKS = frozenset({"width", "language"})
#: What the first cell of a notebook says that it reads: open tables and folders in backticks.
_READS = re.compile(r"\*\*Reads\*\*(.*?)\*\*Writes\*\*", re.DOTALL)
#: Folders that hold results of their own; the open tables know what articles they rest on.
_FOLDERS = ("data/coding", "data/validation")

Stamp = dict[str, str]


def make_stamp(
    path: Path, study: Study, tables: Mapping[str, Any], parameters: Mapping[str, Any]
) -> Stamp:
    """Return what a reading of this notebook would be written for: a hash of each of three parts.

    Parameters
    ----------
    path : path
        The notebook in ``notebooks``; its first cell says which tables it reads.
    study : Study
        The design; the list of runs and the language of labels do not count.
    tables : mapping
        What ``manifest.json`` notes of each open table, by name; ``content`` is its hash.
    parameters : mapping
        All parameters of the run; width and language do not count.
    """
    left_out: Any = {"runs": True, "general": {"label_language"}}
    numbers = {name: value for name, value in parameters.items() if name not in LOOKS}
    parts = {
        "study": study.model_dump(mode="json", exclude=left_out),
        "tables": dict(_inputs(path, tables)),
        "parameters": numbers,
    }
    texts = {part: json.dumps(parts[part], sort_keys=True, ensure_ascii=False) for part in parts}
    return {part: hashlib.sha256(text.encode()).hexdigest()[:16] for part, text in texts.items()}


def find_reads(path: Path) -> list[str]:
    """List the tables and folders that a notebook's first cell says it reads."""
    if not path.is_file():
        return []
    said = _READS.search("".join(_read(path)["cells"][0]["source"]))
    return re.findall(r"`([\w/.-]+)`", said[1]) if said else []


def _inputs(path: Path, tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in find_reads(path):
        if name in tables:
            yield name, tables[name]["content"]
        elif name in _FOLDERS:
            for file in sorted((path.parents[1] / name).rglob("*.*")):
                yield file.name, hashlib.sha256(file.read_bytes()).hexdigest()


def read_stamp(path: Path) -> Stamp:
    """Return the stamp that a notebook's reading bears; empty if it was never stamped."""
    if not path.is_file():
        return {}
    return dict(_cell(_read(path)).get("metadata", {}).get("gipfel", {}).get("written_for", {}))


def write_stamp(path: Path, stamp: Stamp) -> bool:
    """Put a stamp on a notebook's reading; say whether the file changed.

    Raises `ExportError` if the notebook has no cell tagged ``reading``.
    """
    notebook = _read(path)
    cell = _cell(notebook)
    if not cell:
        raise ExportError(
            f"{path.name}: wanted a code cell tagged {TAG!r} to stamp, found none. "
            "Tag the cell that calls bench.show_reading."
        )
    cell["metadata"]["gipfel"] = {"written_for": stamp}
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    return write_if_changed(path, text.encode())


def _read(path: Path) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def _cell(notebook: Mapping[str, Any]) -> dict[str, Any]:
    cells = notebook["cells"]
    return next((c for c in cells if TAG in c.get("metadata", {}).get("tags", [])), {})


def word_reading(
    text: str, values: Mapping[str, object], *, found: Stamp, wanted: Stamp, notebook: str
) -> str:
    """Put numbers into a reading, or say why it is not shown.

    Parameters
    ----------
    text : str
        Markdown with the names of values in braces, such as ``{share_Deal:.2f}``.
    values : mapping
        The numbers by name.
    found, wanted : dict
        The stamp that the reading bears, and that of the results beside it.
    notebook : str
        Its name, for the command that stamps.

    Raises
    ------
    ExportError
        If the reading fits its results and names a value that is not there.
    """
    if not found or found != wanted:
        others = [part for part in wanted if found.get(part) != wanted[part]]
        what = f"was written for other {' and '.join(others)}" if found else "bears no stamp yet"
        return (
            f"> **No reading.** The study's reading {what}: it may not hold of the results above,"
            " which speak for themselves. Whoever has compared it with these results as those of"
            f" the notebook's default run stamps it with `gipfel readings --stamp {notebook}`."
        )
    try:
        return text.format_map(values)
    except KeyError as fault:
        message = unknown("value", str(fault.args[0]), values)
        raise ExportError(f"{notebook}, reading: {message}") from None


def find_value(table: pd.DataFrame, column: str, **where: object) -> Any:
    """Return one cell of a table for a reading; NaN where none or several rows fit.

    Each column in ``where`` must have the value given there.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"frame": ["Deal", "Erfolg"], "n": [15, 12]})
    >>> int(find_value(table, "n", frame="Deal"))
    15
    """
    for name, value in where.items():
        table = table[table[name] == value]
    return table[column].iloc[0] if len(table) == 1 else float("nan")
