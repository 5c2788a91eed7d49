"""Pictures as Matplotlib writes them: nothing but the drawing, its title and its origin."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from analysis.corpus.release.cells import Known, unseen

_PNG_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"pHYs", b"tRNS", b"tEXt"})
_PDF_KEYS = frozenset({"/Type", "/Pages", "/Parent", "/Resources", "/MediaBox", "/Contents"})
_PDF_EMPTY = frozenset({"/Annots", "/Group"})
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
Note = Mapping[str, Any]


@dataclass(frozen=True)
class Pdf:
    """What a reader of a PDF sees, and what else it holds.

    Attributes
    ----------
    text : str
        What is drawn.
    labels : mapping of str to str
        Title, origin, maker.
    extras : tuple of str
        Keys of document and page that no picture needs.
    """

    text: str
    labels: Mapping[str, str]
    extras: tuple[str, ...]


@cache
def read_pdf(path: Path) -> Pdf | None:
    """Read a picture in PDF; None if it is none, or has more than one page."""
    try:
        reader = PdfReader(path)
        (page,) = reader.pages
        root = reader.root_object
        extras = {*root, *page} - _PDF_KEYS - _PDF_EMPTY
        extras |= {"/Annots"} if page.annotations else set()
        labels = {key.lstrip("/"): str(value) for key, value in (reader.metadata or {}).items()}
        return Pdf(page.extract_text(), labels, tuple(sorted(extras)))
    except (PyPdfError, ValueError, KeyError, OSError, AttributeError, TypeError):
        return None


def png_faults(path: Path, note: Note) -> Iterator[str]:
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
            yield from _label_faults(key, value, note)
        at += 12 + length
        if kind == b"IEND" and at != len(content):
            yield "bytes after the picture's end"
            return


def svg_faults(path: Path, note: Note, known: Known) -> Iterator[str]:
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
    found = next(filter(None, map(known.cell_fault, svg_comments(text))), "")
    if found:
        yield f"drawn text: {found}"
    yield from dict.fromkeys(f for element in root.iter() for f in _element_faults(element, note))


def svg_comments(text: str) -> list[str]:
    """Give the texts that are drawn in a picture by Matplotlib."""
    return [one.strip() for one in re.findall(r"<!--(.*?)-->", text, re.DOTALL)]


def _element_faults(element: ET.Element, note: Note) -> Iterator[str]:
    if element.tag.rpartition("}")[2] not in _SVG_TAGS:
        yield "an element of SVG that Matplotlib does not draw"
    text = (element.text or "").strip()
    if (text and not _is_label(text, note)) or (element.tail or "").strip():
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


def pdf_faults(path: Path, note: Note, svg: Path | None) -> Iterator[str]:
    """Judge a PDF: one page, title and origin, and no text that the SVG beside it lacks."""
    drawn, content = read_pdf(path), path.read_bytes()
    if drawn is None:
        yield "not a picture of one page in PDF"
        return
    if drawn.extras:
        yield "more than a picture, such as metadata, a note or an attachment"
    if content.count(b"%%EOF") != 1 or not content.rstrip().endswith(b"%%EOF"):
        yield "bytes after the picture's end"
    for key, value in drawn.labels.items():
        yield from _label_faults(key, value, note)
    said = "".join(svg_comments(svg.read_text("utf-8"))) if svg and svg.is_file() else ""
    if any(word not in said for word in re.findall(r"[^\W\d_]{2,}", drawn.text)):
        yield "drawn text that the SVG beside it does not hold"


def _label_faults(key: str, value: str, note: Note) -> Iterator[str]:
    if key not in _LABELS:
        yield "metadata besides title, origin and maker"
    elif not _is_label(value, note):
        yield f"metadata {key!r}: not the title or origin that its note gives"


def _is_label(text: str, note: Note) -> bool:
    """Say whether a text of a picture's metadata is its title, its origin or its maker."""
    origin = _ORIGIN.fullmatch(text)
    return (
        text == note.get("title")
        or bool(origin and origin[1] == note.get("notebook"))
        or bool(_DRAWN_BY.fullmatch(text))
    )
