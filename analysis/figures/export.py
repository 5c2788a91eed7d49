"""Figures, tables and numbers into files: all formats at once, equal bytes for equal inputs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pandas as pd
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure

from analysis.figures.style import draw_checked, fixed_layout, style
from analysis.figures.tables import Value, csv_text, latex_macros, latex_table
from analysis.study.atomic import atomically
from analysis.study.design import Language
from analysis.study.errors import ExportError
from analysis.tables.cells import rounded

#: Packages whose version can change a figure or a table; ours is the last.
PACKAGES = ("matplotlib", "numpy", "pandas", "gipfeldiskurs")


@dataclass(frozen=True)
class Provenance:
    """What a figure, table or value was made from; equal ones give equal bytes.

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
        """Return what is written beside an export; no times, commits or paths."""
        return {
            "notebook": self.notebook,
            "parameters": dict(self.parameters),
            "inputs": dict(self.inputs),
            "seed": self.seed,
            "versions": {package: _version(package) for package in PACKAGES},
        }

    def describe(self) -> str:
        """Return one line for a figure's metadata, with a hash of the inputs."""
        content = json_text({"inputs": dict(self.inputs), "parameters": dict(self.parameters)})
        digest = hashlib.sha256(content.encode()).hexdigest()
        return f"{self.notebook}; inputs and parameters {digest[:16]}"


@cache
def _version(package: str) -> str:
    """Return a package's version; a checkout that is only on the path has none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def json_text(content: Mapping[str, object]) -> str:
    """Write JSON that repeats byte by byte: sorted keys, UTF-8, no NaN, no paths of a machine.

    Raises `ExportError` if a value is none of JSON's, not finite, or an absolute path.
    """
    _check_paths(content, "")
    try:
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, indent=2, allow_nan=False)
    except (TypeError, ValueError) as fault:
        message = f"cannot be written as JSON: {fault}. Use plain numbers and text."
        raise ExportError(message) from None
    return text + "\n"


def _check_paths(content: object, where: str) -> None:
    """Refuse absolute paths: they name a machine and would change the bytes on another."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            _check_paths(value, f"{where}.{key}".lstrip("."))
    elif isinstance(content, list | tuple):
        for value in content:
            _check_paths(value, where)
    elif isinstance(content, str):
        path = PurePosixPath(content)
        below_root = path.is_absolute() and len(path.parts) > 2
        if below_root or PureWindowsPath(content).is_absolute():
            raise ExportError(
                f"{where}: {content!r} is a path of this machine; give a relative one"
            )


def export_figure(
    figure: Figure,
    name: str,
    *,
    data: pd.DataFrame,
    folder: Path,
    provenance: Provenance,
    title: str,
) -> list[Path]:
    """Write a figure as PDF, SVG and PNG, with the table it was drawn from and its provenance.

    Parameters
    ----------
    figure : Figure
        What to write; it is left as it was.
    name : str
        File name without ending; begins with the notebook's two digits.
    data : DataFrame
        The table that is drawn.
    folder : Path
        Where to write; made if it is missing.
    provenance : Provenance
        What the figure came from.
    title : str
        For the metadata of the formats, not drawn.

    Returns
    -------
    list of Path
        The files, in the order csv, json, pdf, png, svg.

    Raises
    ------
    ExportError
        If the name does not fit the notebook, a label is cut off, or a file cannot
        be written; then no file was changed.
    """
    about = provenance.describe()
    # Each format has its own keys; the None ones would hold a time, or a version twice.
    with fixed_layout(figure):
        png = {"Title": title, "Description": about, "Software": None}
        pictures = {"png": draw_checked(figure, png)}
        pdf = {"Title": title, "Subject": about, "CreationDate": None}
        pictures["pdf"] = _picture(figure, "pdf", pdf)
        svg = {"Title": title, "Description": about, "Date": None}
        pictures["svg"] = _picture(figure, "svg", svg)
    record = {**provenance.record(), "title": title, "drawn_from": f"{name}.csv"}
    texts = {"csv": csv_text(rounded(data)), "json": json_text(record)}
    return _write(name, {**texts, **pictures}, folder, provenance)


def export_table(
    table: pd.DataFrame,
    name: str,
    headings: Mapping[str, str],
    *,
    folder: Path,
    provenance: Provenance,
    language: Language,
) -> list[Path]:
    """Write a table as CSV and LaTeX, with its provenance, and return the files: csv, json, tex.

    Numbers of the CSV are as `rounded` gives them; headings and language are those of
    `latex_table`, all else is as in `export_figure`, with its errors and those of `latex_table`.
    """
    table = rounded(table)
    texts = {
        "csv": csv_text(table),
        "json": json_text(provenance.record()),
        "tex": latex_table(table, headings, language=language),
    }
    return _write(name, texts, folder, provenance)


def export_values(
    values: Mapping[str, Value],
    name: str,
    *,
    folder: Path,
    provenance: Provenance,
    language: Language,
) -> list[Path]:
    r"""Write the numbers that a text quotes, as JSON and with fewer digits as LaTeX macros.

    The language is that of the macros' numbers, all else is as in `export_figure`, with its errors
    and those of `latex_macros`. Returns the files: json, tex.
    """
    written = {
        key: rounded(value) if isinstance(value, float) else value for key, value in values.items()
    }
    texts = {
        "tex": latex_macros(written, provenance.number, language=language),
        "json": json_text({**provenance.record(), "values": written}),
    }
    return _write(name, texts, folder, provenance)


def _write(
    name: str, contents: Mapping[str, str | bytes], folder: Path, provenance: Provenance
) -> list[Path]:
    """Write all files beside their places, then move them in, so that none is ever half-written."""
    if not re.fullmatch(rf"{provenance.number}_[a-z0-9_]+", name):
        raise ExportError(
            f"file name {name!r}: wanted {provenance.number}_ (the number of notebook"
            f" {provenance.notebook!r}), then small letters, digits and underscores"
        )
    targets = {ending: folder / f"{name}.{ending}" for ending in sorted(contents)}
    try:
        # Each takes its place when the last one has been written.
        with ExitStack() as stack:
            for ending, target in targets.items():
                content = contents[ending]
                data = content.encode("utf-8") if isinstance(content, str) else content
                stack.enter_context(atomically(target)).write_bytes(data)
    except OSError as fault:
        raise ExportError(
            f"cannot write {name} ({', '.join(targets)}) in {folder}: {fault.strerror or fault}."
            f" Make room or choose another folder; no half-written file was left."
        ) from fault
    return list(targets.values())


def _picture(figure: Figure, kind: str, metadata: dict[str, str | None]) -> bytes:
    buffer = BytesIO()
    with style(), outlines_only():
        figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()


#: Kerning, ligatures, alternates: matplotlib has placed every glyph when it writes the file,
#: and a reader of PDF looks at outlines and widths only (ISO 32000-1, 9.9). To find what a
#: subset keeps of these tables takes most of the time of an export.
LAYOUT_TABLES = ("BASE", "GDEF", "GPOS", "GSUB")


@contextmanager
def outlines_only() -> Iterator[None]:
    """Leave the tables for setting text out of the fonts that matplotlib embeds meanwhile.

    matplotlib has no setting for it, so the function is replaced by which it has fontTools
    load the font that it then cuts down.

    Examples
    --------
    >>> from analysis.figures.style import FONT_FILES, FONT_FOLDER
    >>> file, options = FONT_FOLDER / FONT_FILES[0], subset.Options()
    >>> with outlines_only(), subset.load_font(file, options) as font:
    ...     "GSUB" in font, "glyf" in font
    (False, True)
    >>> with subset.load_font(file, options) as font:
    ...     "GSUB" in font
    True
    """
    load_font = subset.load_font

    def load_outlines(*given: Any, **named: Any) -> TTFont:
        font = load_font(*given, **named)
        for tag in set(LAYOUT_TABLES) & set(font.keys()):
            del font[tag]
        return font

    subset.load_font = load_outlines
    try:
        yield
    finally:
        subset.load_font = load_font
