"""Reading files that people edit: text, CSV, JSON, TOML, word lists; whatever is wrong is named.

Every function raises the class of error that it is given, and no other: a file in another
encoding, with a byte order mark, cut off, empty, or a folder in its place is a fault that
the user can mend. Articles keep their byte order mark, since offsets count it.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import shlex
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from analysis.study.errors import StudyError, did_you_mean, join_faults
from analysis.study.paths import find_layout

if TYPE_CHECKING:
    import pandas as pd

Model = TypeVar("Model", bound=BaseModel)
BYTE_ORDER_MARK = "\ufeff"
#: What German text holds beside ASCII, names of neighbours included. The encoding that gives
#: the most of it is named; of two that give as much, the first.
EXPECTED = frozenset(
    "äöüÄÖÜßàáâãåæçèéêëìíîïñòóôõøùúûýÀÁÂÅÆÇÈÉÊËÍÎÑÓÔØÚ„“”‚‘’–—…«»€§°ąćęłńśźżčřěőűŁŚ"
)
#: One-byte encodings that German files come in, with the name by which iconv knows them.
ONE_BYTE = {"cp1252": "cp1252", "mac_roman": "macintosh", "cp1250": "cp1250"}
#: The longer marks stand first: that of UTF-32 begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = (("utf-16le", 1, 0), ("utf-16be", 0, 1))
STOP_WORDS = "stopwords.txt"
#: What columns, layers and values of coded files were called at first: sheets, gold and
#: corrections that people wrote then stay readable.
FORMER_NAMES = {
    "target": "about",
    "target_cue": "about_cue",
    "target_rule": "about_rule",
    "target_elsewhere": "about_elsewhere",
}
FORMER_VALUES = {"summit": "event"}
#: Deeper files are refused before anything recurses into them; a study needs five levels.
DEEPEST = 20


def read_text(path: Path, error: type[Exception], missing: str = "no such file") -> str:
    r"""Read a file of UTF-8 text exactly as it lies on disk, line ends and all.

    A byte order mark is the first character. What is wrong is raised as ``error``: a file that is
    missing (``missing`` says what to say then), a folder, binary, or in another encoding, which is
    named with the command that converts it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_bytes("Grüße\r\n".encode())
    >>> read_text(path, ValueError)
    'Grüße\r\n'
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        known = {FileNotFoundError: missing, IsADirectoryError: "wanted a file, came a folder"}
        reason = known.get(type(fault), f"cannot be read: {fault.strerror or fault}")
        raise error(f"{path}: {reason}") from None
    if b"\0" in data:
        found = _wide_encoding(data)
        binary = f"{path}: wanted a text in UTF-8, came a binary file"
        raise error(_convert(path, 1, found) if found else binary)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise error(_wrong_encoding(path, data, fault)) from None


def checksum(path: Path) -> str:
    """Return the SHA-256 checksum of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_cells(
    path: Path, error: type[Exception], missing: str = "no such file"
) -> list[tuple[int, list[str]]]:
    """Read the rows of a CSV file that are not blank, each with its number, counted from 1.

    Cells are parted by commas, semicolons or tabs, whichever is most frequent in the first
    line: a German Excel writes semicolons. A byte order mark is not part of the first cell.
    """
    text = read_text(path, error, missing).removeprefix(BYTE_ORDER_MARK)
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True
    )
    try:
        rows = [(number, cells) for number, cells in enumerate(reader, start=1) if any(cells)]
        return with_present_names(rows)
    except csv.Error as fault:
        raise error(f"{path}: wanted a CSV file; line {reader.line_num}: {fault}") from None


def with_present_names(rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Return the rows of a file that people coded under the names that codes have today.

    Examples
    --------
    >>> with_present_names([(1, ["target", "polarity"]), (2, ["summit", "open"])])
    [(1, ['about', 'polarity']), (2, ['event', 'open'])]
    >>> with_present_names([(1, ["layer", "value"]), (2, ["target", "summit"])])[1]
    (2, ['about', 'event'])
    """
    if not rows:
        return rows
    (number, came), *others = rows
    heading = [FORMER_NAMES.get(name, name) for name in came]
    return [(number, heading), *((at, _present_cells(heading, cells)) for at, cells in others)]


def _present_cells(heading: Sequence[str], cells: Sequence[str]) -> list[str]:
    named = list(zip(heading, cells, strict=False))
    layer = next((FORMER_NAMES.get(cell, cell) for name, cell in named if name == "layer"), "")
    coded = {"about", *(("value", "gold", "predicted") if layer == "about" else ())}
    present = [
        layer if name == "layer" else FORMER_VALUES.get(cell, cell) if name in coded else cell
        for name, cell in named
    ]
    return [*present, *cells[len(heading) :]]


def read_csv(
    path: Path,
    error: type[Exception],
    columns: Sequence[str],
    *,
    others: bool = False,
    missing: str = "no such file",
) -> pd.DataFrame:
    r"""Read a CSV file with a heading as a table of text cells, indexed by row of the file.

    It must have these ``columns``, in this order, or with ``others`` also further ones, in any
    order. Raises ``error`` if the file cannot be read, a column is missing or stands twice, or
    a row has more or fewer cells than the heading.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = path.write_bytes(b"doc;begin\r\na;3\r\n")
    >>> read_csv(path, ValueError, ["doc", "begin"]).loc[2].tolist()
    ['a', '3']
    """
    rows = read_cells(path, error, missing)
    came = rows[0][1] if rows else []
    lacking = set(columns) - set(came) if others else list(columns) != came
    if lacking or len(set(came)) < len(came):
        raise error(
            f"{path}: wanted the columns {', '.join(columns)}; came {', '.join(came) or 'none'}"
        )
    odd = [f"line {number} has {len(cells)}" for number, cells in rows if len(cells) != len(came)]
    if odd:
        raise error(f"{path}: wanted {len(came)} cells in each row; {', '.join(odd[:3])}")
    index, cells = [number for number, _ in rows[1:]], [cells for _, cells in rows[1:]]
    import pandas as pd  # noqa: PLC0415 (who reads texts only need not load it)

    return pd.DataFrame(cells, columns=came, index=index, dtype="str")


def read_json(path: Path, error: type[Exception], way_out: str = "") -> dict[str, Any]:
    """Read a JSON file that holds one object; ``way_out`` says how to get it anew."""
    text = read_text(path, error, f"no such file. {way_out}".strip())
    try:
        found = json.loads(text.removeprefix(BYTE_ORDER_MARK))
    except (ValueError, RecursionError) as fault:
        raise error(f"{path}: not valid JSON: {fault}. {way_out}".strip()) from None
    if not isinstance(found, dict):
        raise error(f"{path}: wanted an object {{...}}, came {text[:20]!r}. {way_out}".strip())
    return found


def _wide_encoding(data: bytes) -> str:
    """Tell UTF-16, where every other byte of German text is zero, from a binary file."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return name
    for name, zeros, letters in WIDE:
        rare = 4 * data[zeros::2].count(0) <= len(data) or 0 in data[letters::2]
        text = "" if rare else data.decode(name, errors="replace")
        if text and all(one.isprintable() or one.isspace() for one in text):
            return name
    return ""


def _wrong_encoding(path: Path, data: bytes, fault: UnicodeDecodeError) -> str:
    """Name the likely encoding, but not where most is UTF-8: converting would spoil it."""
    line = data.count(b"\n", 0, fault.start) + 1
    beyond = [character for character in data.decode("utf-8", "replace") if character > "\x7f"]
    if 2 * beyond.count("\ufffd") > len(beyond):
        n_expected = {
            looks: sum(map(EXPECTED.__contains__, data.decode(name, "replace")))
            for name, looks in ONE_BYTE.items()
        }
        return _convert(path, line, max(n_expected, key=n_expected.__getitem__))
    return (
        f"{path}, line {line}: wanted UTF-8, came bytes that are not, though other lines are. "
        "The file is damaged or cut off, or joined from two: mend that line or get it anew."
    )


def _convert(path: Path, line: int, looks: str) -> str:
    excel = ' In Excel, save it as "CSV UTF-8".' if path.suffix.lower() == ".csv" else ""
    return (
        f"{path}, line {line}: wanted UTF-8, came bytes that are not; it looks like {looks}. "
        f"Convert it: iconv -f {looks} -t utf-8 {shlex.quote(path.name)} > new{path.suffix}{excel}"
    )


def read_stop_words(path: Path | None = None) -> frozenset[str]:
    """Read the stop words, in lower case: one word a line, lines that begin with # are comments.

    Parameters
    ----------
    path : path, optional
        The list; by default ``data/lexicons/stopwords.txt`` of the study.

    Raises
    ------
    StudyError
        If the list is missing, not in UTF-8, or holds a line of more than one word.

    Examples
    --------
    >>> "und" in read_stop_words()
    True
    """
    path = path or find_layout().lexicons / STOP_WORDS
    text = read_text(path, StudyError, "no such file; wanted a list of stop words")
    lines = text.removeprefix(BYTE_ORDER_MARK).splitlines()
    words = [(number, line.strip()) for number, line in enumerate(lines, start=1)]
    kept = [(number, word) for number, word in words if word and not word.startswith("#")]
    odd = [f"line {number}: {word!r}" for number, word in kept if len(word.split()) > 1]
    if odd:
        raise StudyError(f"{path}: wanted one word a line, came {'; '.join(odd[:3])}")
    return frozenset(word.casefold() for _, word in kept)


# ------------------------------------------------------------------ TOML, and what pydantic says


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


def validate(
    table: Mapping[str, Any], model: type[Model], error: type[Exception], where: str
) -> Model:
    """Check a table by a model of pydantic; ``where`` names the file in messages.

    Every fault is raised as ``error``, in one message, with its table and key.
    """
    try:
        return model.model_validate(table)
    except ValidationError as fault:
        raise error(join_faults(where, describe_faults(fault, table, model))) from None


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
            came = repr(error["input"])
            came = came if len(came) <= 60 else f"{came[:57]}..."
            shown = "" if isinstance(error["input"], Mapping) else f"; came: {came}"
            lines.append(f"{place}: {error['msg'].removeprefix('Value error, ')}{shown}")
    return lines


def _without_echoes(fault: ValidationError) -> list[ErrorDetails]:
    """Leave out that a list is too short where it is so only because an entry has a fault."""
    errors = fault.errors()
    inner = {error["loc"][:1] for error in errors if len(error["loc"]) > 1}
    return [e for e in errors if e["type"] != "too_short" or e["loc"] not in inner]


def _place(location: list[Any], table: Mapping[str, Any]) -> str:
    """Write a location as TOML shows it: ``[[frame]] 2 'Deal', key core``."""
    if len(location) < 2:
        return ", ".join(["top level", *(f"key {str(key)!r}" for key in location)])
    head, keys = f"[{location[0]}]", location[1:]
    if isinstance(keys[0], int):
        entry = table[location[0]][keys[0]]
        keyed = entry if isinstance(entry, Mapping) else {}
        named = [repr(keyed[key]) for key in ("id", "notebook") if key in keyed]
        head, keys = " ".join([f"[[{location[0]}]] {keys[0] + 1}", *named[:1]]), keys[1:]
    return f"{head}, key {'.'.join(map(str, keys))!r}" if keys else head


def _unknown_key(location: list[Any], model: type[BaseModel]) -> str:
    allowed = _keys_at(location[:-1], model)
    listed = f"; allowed: {', '.join(sorted(allowed))}" if allowed else ""
    return f"unknown key{listed}.{did_you_mean(str(location[-1]), allowed)}"


def _keys_at(location: list[Any], model: type[BaseModel]) -> list[str]:
    """List the keys that a table of the model may have."""
    found: type[BaseModel] | None = model
    for part in location:
        if found is not None and not isinstance(part, int):
            fields = {field.alias or name: field for name, field in found.model_fields.items()}
            found = _model_in(fields[part].annotation) if part in fields else None
    fields = found.model_fields if found else {}
    return [field.alias or name for name, field in fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the pydantic model inside an annotation such as ``tuple[Event, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, getattr(annotation, "__args__", ()))), None)
