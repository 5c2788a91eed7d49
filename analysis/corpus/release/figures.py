"""What stands in ``figures/``: tables of known cells, notes of known keys, and pictures.

A picture is one as Matplotlib writes it: nothing but the drawing, its title and its origin.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from analysis.corpus.release.cells import (
    HASH,
    VERSION,
    Judge,
    Known,
    first_fault,
    notebook_texts,
    phrases,
    read_cells,
    unseen,
)
from analysis.study.errors import ExportError
from analysis.tables.cells import macro_name
from analysis.tables.schema import REASONS

#: Keys of the note beside a figure, table or list of values.
NOTE_KEYS = frozenset({
    "code", "drawn_from", "inputs", "notebook", "parameters", "seed", "title", "values", "versions",
})  # fmt: skip
LONGEST_TITLE, MOST_TITLE_WORDS, MOST_PARAMETER_WORDS = 80, 10, 6
_REASON_VALUES = re.compile(r"([+-]?[\d.]+(;[+-]?[\d.]+)*)?", re.ASCII)
_PNG_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"pHYs", b"tRNS", b"tEXt"})
_PDF_KEYS = frozenset({
    "/Type", "/Pages", "/Parent", "/Resources", "/MediaBox", "/Contents", "/Annots", "/Group",
})  # fmt: skip
_LABELS = frozenset({"Title", "Description", "Subject", "Creator", "Producer", "Software"})
_SVG_TAGS = frozenset({
    "svg", "title", "metadata", "RDF", "Work", "type", "description", "format", "creator",
    "Agent", "defs", "style", "g", "path", "use", "clipPath", "rect", "image", "pattern",
})  # fmt: skip
_SVG_ATTRIBUTES = frozenset({
    "width", "height", "viewBox", "version", "id", "d", "style", "href", "x", "y", "transform",
    "clip-path", "resource", "type", "preserveAspectRatio", "patternUnits", "fill",
})  # fmt: skip
_SVG_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,40}([._]\w{1,12}){0,3}")
_DRAWN_BY = re.compile(
    r"Matplotlib( pdf backend)? v\d[\d.]*(, https://matplotlib\.org/?)?|image/svg\+xml"
    r"|\*\{[a-z: ;-]+\}"
)
_ORIGIN = re.compile(r"(\d\d_[a-z0-9_]{1,40}); inputs and parameters [0-9a-f]{16}")


@dataclass(frozen=True)
class Beside:
    """What a file of ``figures/`` may say: its note, the texts of its notebook, what is known."""

    note: Mapping[str, Any]
    texts: Collection[str]
    known: Known
    svg: Path | None

    def is_label(self, text: str) -> bool:
        """Say whether a text of a picture's metadata is its title, its origin or its maker."""
        origin = _ORIGIN.fullmatch(text)
        return (
            text == self.note.get("title")
            or bool(origin and origin[1] == self.note["notebook"])
            or bool(_DRAWN_BY.fullmatch(text))
        )

    def label_faults(self, key: str, value: str) -> Iterator[str]:
        """Judge one entry of a picture's metadata."""
        if key not in _LABELS:
            yield "metadata besides title, origin and maker"
        elif not self.is_label(value):
            yield f"metadata {key!r}: not the title or origin that its note gives"

    def is_heading(self, name: str) -> bool:
        """Say whether a column or value has a name that package, study or tables give."""
        parts = [part for part in name.split("_") if not part.isdigit()]
        labels = "_".join(sorted(self.known.names))
        return name in self.known.values or (
            len(name) <= 60
            and len(parts) <= 6
            and not unseen(name)
            and all(not self.known.cell_fault(part) or part in labels for part in parts)
        )


def figure_faults(
    name: str, kind: str, *, files: Mapping[str, Path], notebooks: Path, known: Known
) -> Iterator[str]:
    """Judge one file of ``figures/`` beside its note, which names a notebook."""
    note = _read_note(files.get(f"{name.rpartition('.')[0]}.json"))
    notebook = notebooks / f"{note.get('notebook')}.ipynb"
    if not re.fullmatch(r"\w+", str(note.get("notebook"))) or not notebook.is_file():
        yield "no note (.json) beside it that names a notebook of the study"
        return
    texts = frozenset(notebook_texts(notebook))
    # Short texts of the notebook's code are known, too, such as which measure was compared.
    short = {text for text in texts if len(text.split()) <= MOST_PARAMETER_WORDS}
    known = Known(known.values | short, known.names | {note["notebook"]})
    svg = files.get(f"{name.rpartition('.')[0]}.svg")
    yield from _JUDGES[kind](files[name], Beside(note, texts, known, svg))


def _read_note(path: Path | None) -> dict[str, Any]:
    try:
        note = json.loads(path.read_text("utf-8")) if path else None
    except ValueError:
        note = None
    return note if isinstance(note, dict) else {}


# ------------------------------------------------------------------ tables and notes


def _data_faults(path: Path, beside: Beside) -> Iterator[str]:
    table = read_cells(path)
    for column in table.columns:
        if not beside.is_heading(column):
            yield f"a heading of {len(column)} characters that the package does not give"
        elif found := first_fault(_judge_of(column, beside.known), table[column].unique()):
            yield f"column {column!r}: {found}"


def _judge_of(column: str, known: Known) -> Judge:
    """Choose who judges the cells of a column: reasons are codes and numbers, nothing else."""
    if column.endswith("reason_code"):
        return lambda cell: "" if cell in {"", *REASONS} else "not the code of a reason"
    if column.endswith("reason_values"):
        said = "not numbers joined by semicolons"
        return lambda cell: "" if _REASON_VALUES.fullmatch(cell) else said
    return known.cell_fault


def _note_faults(path: Path, beside: Beside) -> Iterator[str]:
    note, known = beside.note, beside.known
    if odd := set(note) - NOTE_KEYS:
        yield f"{len(odd)} keys besides {', '.join(sorted(NOTE_KEYS))}"
    judges: dict[str, Callable[[Any], str]] = {
        "parameters": lambda value: _mapping_fault(value, _parameter_fault, beside.texts),
        "inputs": lambda value: _mapping_fault(value, lambda one: _form_fault(one, HASH, "hash")),
        "versions": lambda value: _mapping_fault(
            value, lambda one: _form_fault(one, VERSION, "version")
        ),
        "values": lambda value: _mapping_fault(value, lambda one: _value_fault(one, known)),
        "seed": lambda value: "" if isinstance(value, int | None) else "not a whole number",
        "title": _title_fault,
        "drawn_from": lambda one: "" if one == f"{path.stem}.csv" else "not the table beside it",
        "code": lambda one: _form_fault(one, HASH, "hash"),
    }
    for key, judge in judges.items():
        if key in note and (found := judge(note[key])):
            yield f"key {key!r}: {found}"
    values = note.get("values")
    if isinstance(values, dict) and not all(map(beside.is_heading, values)):
        yield "key 'values': a name that neither the package nor the study gives"


def _mapping_fault(
    value: Any, judge: Callable[[Any], str], keys: Collection[str] | None = None
) -> str:
    if not isinstance(value, dict):
        return "not a table of names"
    if keys is not None and not set(value) <= set(keys):
        return "a name that is not in the notebook"
    if any(len(key) > 60 or " " in key or unseen(key) for key in value):
        return "a name of more than a word"
    return next(filter(None, map(judge, value.values())), "")


def _parameter_fault(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    plain = len(text) <= 80 and len(text.split()) <= MOST_PARAMETER_WORDS and not unseen(text)
    return "" if plain else "a parameter of more than 80 characters or six words"


def _value_fault(value: Any, known: Known) -> str:
    if isinstance(value, str):
        return known.cell_fault(value)
    return "" if isinstance(value, int | float | None) else "not a number or text"


def _form_fault(value: Any, form: re.Pattern[str], what: str) -> str:
    return "" if isinstance(value, str) and form.fullmatch(value) else f"not a {what}"


def _title_fault(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TITLE:
        return f"not a text of at most {LONGEST_TITLE} characters"
    is_title = len(value.split()) <= MOST_TITLE_WORDS and not unseen(value)
    return "" if is_title else f"more than {MOST_TITLE_WORDS} words"


def _latex_faults(path: Path, beside: Beside) -> Iterator[str]:
    text, judge = path.read_text("utf-8"), beside.known.cell_fault
    if "%" in re.sub(r"\\%", "", text):
        yield "a comment of LaTeX"
    macros = _macro_names(beside.note)
    for name, value in re.findall(r"\\newcommand\{\\(\w+)\}\{(.*)\}", text):
        if name not in macros:
            yield "a macro that is not one of the note's values"
        elif found := judge(_from_latex(value)):
            yield f"macro {name!r}: {found}"
    rows = re.sub(r"\\newcommand\{\\\w+\}\{.*\}", "", text)
    rows = re.sub(r"\\(begin|end)\{tabular\}(\{[lrc]+\})?|\\(top|mid|bottom)rule", "", rows)
    cells = sorted({_from_latex(cell) for cell in re.split(r"(?<!\\)&|\\\\|\n", rows)})
    if found := first_fault(judge, cells):
        yield f"a cell: {found}"


def _macro_names(note: Mapping[str, Any]) -> set[str]:
    names = set()
    for name in note.get("values") or {}:
        with suppress(ExportError):
            names.add(macro_name(note["notebook"][:2], name))
    return names


def _from_latex(cell: str) -> str:
    """Return a cell as it was before it was written for LaTeX."""
    text = cell.replace(r"\ensuremath{-}", "-").replace(r"\,", "").replace(r"\textbackslash ", "\\")
    text = re.sub(r"\\text(asciitilde|asciicircum|backslash)(\{\})?", "", text)
    return re.sub(r"\\([&%$#_{}])", r"\1", text).strip().removesuffix(r"\\")


# ------------------------------------------------------------------ pictures


def _png_faults(path: Path, beside: Beside) -> Iterator[str]:
    """Judge the chunks of a PNG: picture, size, title and origin, and no byte after its end."""
    content, at = path.read_bytes(), 8
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        yield "not a picture in PNG"
        return
    while at < len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8].ljust(8, b"\0"))
        if kind not in _PNG_CHUNKS:
            yield "a chunk of PNG besides picture, size and title, or bytes after its end"
            return
        if kind == b"tEXt":
            key, _, value = content[at + 8 : at + 8 + length].decode("latin-1").partition("\0")
            yield from beside.label_faults(key, value)
        at += 12 + length
        if kind == b"IEND" and at != len(content):
            yield "bytes after the picture's end"
            return


def _svg_faults(path: Path, beside: Beside) -> Iterator[str]:
    """Judge an SVG: what is drawn, which Matplotlib notes as comments, and every element."""
    text = path.read_text("utf-8")
    if re.search(r"<!ENTITY|<!DOCTYPE[^>]*\[|<\?(?!xml )", text):
        yield "an entity or instruction of XML"
        return
    try:
        root = ET.fromstring(text)  # noqa: S314 -- without entities, checked above
    except ET.ParseError:
        yield "not a picture in SVG"
        return
    known = replace(beside.known, phrases=phrases(sorted(beside.texts)))
    if found := first_fault(known.cell_fault, _drawn_texts(text)):
        yield f"drawn text: {found}"
    faults = (fault for element in root.iter() for fault in _element_faults(element, beside))
    yield from dict.fromkeys(faults)


def _drawn_texts(svg: str) -> list[str]:
    return [one.strip() for one in re.findall(r"<!--(.*?)-->", svg, re.DOTALL)]


def _element_faults(element: ET.Element, beside: Beside) -> Iterator[str]:
    if element.tag.rpartition("}")[2] not in _SVG_TAGS:
        yield "an element of SVG that Matplotlib does not draw"
    text = (element.text or "").strip()
    if (text and not beside.is_label(text)) or (element.tail or "").strip():
        yield "a text in SVG besides the title"
    for key, value in element.attrib.items():
        name = key.rpartition("}")[2]
        if name not in _SVG_ATTRIBUTES or unseen(value):
            yield "an attribute of SVG that Matplotlib does not write"
        elif name == "id" and not _SVG_NAME.fullmatch(value):
            yield "an id in SVG that Matplotlib does not give"
        elif name == "d" and re.search(r"[^\dMLQCZzmlqcHhVvSsTt .,e\n+-]", value):
            yield "an outline in SVG with other letters than those of its commands"
        elif name in {"style", "fill"} and re.search(r"[^\w\s:;#(),.%-]", value):
            yield "a style in SVG with more than settings"


@cache
def read_pdf(path: Path) -> tuple[str, dict[str, str], tuple[str, ...]] | None:
    """Read what a picture in PDF draws, its labels, and keys that no picture needs.

    None if the file is no PDF, or has more than one page.
    """
    try:
        reader = PdfReader(path)
        (page,) = reader.pages
        extras = {*reader.root_object, *page} - _PDF_KEYS
        extras |= {"/Annots"} if page.annotations else set()
        labels = {key.lstrip("/"): str(value) for key, value in (reader.metadata or {}).items()}
        return page.extract_text(), labels, tuple(sorted(extras))
    except (PyPdfError, ValueError, KeyError, OSError, AttributeError, TypeError):
        return None


def _pdf_faults(path: Path, beside: Beside) -> Iterator[str]:
    """Judge a PDF: one page, title and origin, and no text that the SVG beside it lacks."""
    picture, content = read_pdf(path), path.read_bytes()
    if picture is None:
        yield "not a picture of one page in PDF"
        return
    drawn, labels, extras = picture
    if extras:
        yield "more than a picture, such as metadata, a note or an attachment"
    if content.count(b"%%EOF") != 1 or not content.rstrip().endswith(b"%%EOF"):
        yield "bytes after the picture's end"
    for key, value in labels.items():
        yield from beside.label_faults(key, value)
    svg = beside.svg.read_text("utf-8") if beside.svg and beside.svg.is_file() else ""
    said = "".join(_drawn_texts(svg))
    if any(word not in said for word in re.findall(r"[^\W\d_]{2,}", drawn)):
        yield "drawn text that the SVG beside it does not hold"


_JUDGES: Mapping[str, Callable[[Path, Beside], Iterator[str]]] = {
    "figure csv": _data_faults,
    "figure json": _note_faults,
    "figure tex": _latex_faults,
    "figure png": _png_faults,
    "figure svg": _svg_faults,
    "figure pdf": _pdf_faults,
}
