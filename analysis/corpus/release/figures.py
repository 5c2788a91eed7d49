"""What stands in ``figures/``: tables of known cells, notes of known keys, and pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.corpus.release.cells import HASH, VERSION, Known, notebook_texts, phrases, unseen
from analysis.corpus.release.codings import read_cells
from analysis.corpus.release.pictures import pdf_faults, png_faults, svg_faults
from analysis.study.errors import ExportError
from analysis.tables.cells import macro_name
from analysis.tables.reasons import REASONS

#: Keys of the note beside a figure, table or list of values.
NOTE_KEYS = frozenset({
    "code", "drawn_from", "inputs", "notebook", "parameters", "seed", "title", "values", "versions",
})  # fmt: skip
LONGEST_TITLE, MOST_TITLE_WORDS, MOST_PARAMETER_WORDS = 80, 10, 6


@dataclass(frozen=True)
class Figures:
    """The files of ``figures/`` and what the study knows; each is judged beside its note.

    Attributes
    ----------
    files : mapping of name to path
        All files that are published together.
    notebooks : mapping of notebook name to path
        Whose titles, parameters and values they may carry.
    known : Known
        Cells and names of the study.
    """

    files: Mapping[str, Path]
    notebooks: Mapping[str, Path]
    known: Known

    def faults(self, name: str, kind: str) -> Iterator[str]:
        """Judge one file."""
        note = self._note(name)
        if not isinstance(note.get("notebook"), str) or note["notebook"] not in self.notebooks:
            yield "no note (.json) beside it that names a notebook of the study"
            return
        path, known = self.files[name], self._known_of(note)
        if kind == "figure data":
            yield from _data_faults(path, known)
        elif kind == "figure note":
            yield from _note_faults(
                path, note, known, notebook_texts(self.notebooks[note["notebook"]])
            )
        elif kind == "figure table":
            yield from _table_faults(path, note, known)
        elif kind == "png":
            yield from png_faults(path, note)
        elif kind == "svg":
            texts = phrases(notebook_texts(self.notebooks[note["notebook"]]))
            yield from svg_faults(path, note, replace(known, phrases=texts))
        elif kind == "pdf":
            yield from pdf_faults(path, note, self.files.get(f"{name.rpartition('.')[0]}.svg"))

    def _note(self, name: str) -> dict[str, Any]:
        path = self.files.get(f"{name.rpartition('.')[0]}.json")
        try:
            note = json.loads(path.read_text("utf-8")) if path else None
        except ValueError:
            note = None
        return note if isinstance(note, dict) else {}

    def _known_of(self, note: dict[str, Any]) -> Known:
        """Add short texts of the notebook's code, such as which measure was compared."""
        texts = set(notebook_texts(self.notebooks[note["notebook"]]))
        short = {text for text in texts if len(text.split()) <= MOST_PARAMETER_WORDS}
        return Known(self.known.values | short, self.known.names | {note["notebook"]})


def _data_faults(path: Path, known: Known) -> Iterator[str]:
    try:
        table = read_cells(path)
    except ValueError as fault:
        yield f"not a CSV file in UTF-8: {str(fault)[:60]}"
        return
    for column in table.columns:
        if _is_heading(column, known):
            judge = _judge_of(column, known)
            found = next(filter(None, map(judge, table[column].unique())), "")
            if found:
                yield f"column {column!r}: {found}"
        else:
            yield f"a heading of {len(column)} characters that the package does not give"


def _judge_of(column: str, known: Known) -> Callable[[str], str]:
    """Choose who judges the cells of a column: reasons are codes and numbers, nothing else."""
    if column.endswith("reason_code"):
        return lambda cell: "" if cell in {"", *REASONS} else "not the code of a reason"
    if column.endswith("reason_values"):
        numbers = re.compile(r"([+-]?[\d.]+(;[+-]?[\d.]+)*)?", re.ASCII)
        return lambda cell: "" if numbers.fullmatch(cell) else "not numbers joined by semicolons"
    return known.cell_fault


def _note_faults(
    path: Path, note: dict[str, Any], known: Known, texts: Collection[str]
) -> Iterator[str]:
    odd = sorted(set(note) - NOTE_KEYS)
    if odd:
        yield f"{len(odd)} keys besides {', '.join(sorted(NOTE_KEYS))}"
    judges = {
        "parameters": lambda v: _mapping_fault(v, texts, _parameter_fault),
        "inputs": lambda v: _mapping_fault(v, None, _hash_fault),
        "versions": lambda v: _mapping_fault(v, None, _version_fault),
        "values": lambda v: _mapping_fault(v, None, lambda one: _value_fault(one, known)),
        "seed": lambda v: "" if v is None or isinstance(v, int) else "not a whole number",
        "title": _title_fault,
        "drawn_from": lambda v: "" if v == f"{path.stem}.csv" else "not the table beside it",
        "code": _hash_fault,
    }
    for key, judge in judges.items():
        if key in note and (found := judge(note[key])):
            yield f"key {key!r}: {found}"
    for key in note.get("values", {}) if isinstance(note.get("values"), dict) else ():
        if not _is_heading(key, known):
            yield "key 'values': a name that neither the package nor the study gives"
            return


def _table_faults(path: Path, note: dict[str, Any], known: Known) -> Iterator[str]:
    text = path.read_text("utf-8")
    if "%" in re.sub(r"\\%", "", text):
        yield "a comment of LaTeX"
    macros = _macro_names(note)
    for name, value in re.findall(r"\\newcommand\{\\(\w+)\}\{(.*)\}", text):
        if name not in macros:
            yield "a macro that is not one of the note's values"
        elif found := known.cell_fault(_from_latex(value)):
            yield f"macro {name!r}: {found}"
    rows = re.sub(r"\\newcommand\{\\\w+\}\{.*\}", "", text)
    rows = re.sub(r"\\(begin|end)\{tabular\}(\{[lrc]+\})?|\\(top|mid|bottom)rule", "", rows)
    cells = {_from_latex(cell) for cell in re.split(r"(?<!\\)&|\\\\|\n", rows)}
    found = next(filter(None, map(known.cell_fault, sorted(cells))), "")
    if found:
        yield f"a cell: {found}"


def _is_heading(name: str, known: Known) -> bool:
    """Say whether a column or value has a name that package, study or tables give."""
    if name in known.values:
        return True
    parts = [part for part in name.split("_") if not part.isdigit()]
    labels = "_".join(sorted(known.names))
    return (
        len(name) <= 60
        and len(parts) <= 6
        and not unseen(name)
        and all(not known.cell_fault(part) or part in labels for part in parts)
    )


def _mapping_fault(value: Any, keys: Collection[str] | None, judge: Callable[[Any], str]) -> str:
    if not isinstance(value, dict):
        return "not a table of names"
    for key, one in value.items():
        if keys is not None and key not in keys:
            return "a name that is not in the notebook"
        if len(key) > 60 or " " in key or unseen(key):
            return "a name of more than a word"
        if found := judge(one):
            return str(found)
    return ""


def _parameter_fault(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    plain = len(text) <= 80 and len(text.split()) <= MOST_PARAMETER_WORDS and not unseen(text)
    return "" if plain else "a parameter of more than 80 characters or six words"


def _value_fault(value: Any, known: Known) -> str:
    if isinstance(value, str):
        return known.cell_fault(value)
    return "" if value is None or isinstance(value, int | float) else "not a number or text"


def _hash_fault(value: Any) -> str:
    return "" if isinstance(value, str) and HASH.fullmatch(value) else "not a hash"


def _version_fault(value: Any) -> str:
    return "" if isinstance(value, str) and VERSION.fullmatch(value) else "not a version"


def _title_fault(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TITLE:
        return f"not a text of at most {LONGEST_TITLE} characters"
    n_words = len(value.split())
    return (
        ""
        if n_words <= MOST_TITLE_WORDS and not unseen(value)
        else (f"more than {MOST_TITLE_WORDS} words")
    )


def _macro_names(note: dict[str, Any]) -> set[str]:
    names = set()
    for name in note.get("values") or {}:
        try:
            names.add(macro_name(note["notebook"][:2], name))
        except ExportError:
            continue
    return names


def _from_latex(cell: str) -> str:
    """Give a cell as it was before it was written for LaTeX."""
    text = cell.replace(r"\ensuremath{-}", "-").replace(r"\,", "").replace(r"\textbackslash ", "\\")
    text = re.sub(r"\\text(asciitilde|asciicircum|backslash)(\{\})?", "", text)
    return re.sub(r"\\([&%$#_{}])", r"\1", text).strip().removesuffix(r"\\")
