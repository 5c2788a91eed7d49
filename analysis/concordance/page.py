"""A concordance as HTML, which sorts where scripts may run, CSV or XLSX; all text is escaped."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path

import pandas as pd
from IPython.display import HTML
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from analysis.concordance.lines import PASSAGE, document_names
from analysis.figures.tables import csv_text
from analysis.study.atomic import write_atomically
from analysis.study.errors import ExportError, unknown
from analysis.study.paths import Layout, find_layout
from analysis.tables.cells import clean, content_policy

#: Lines that a notebook shows; a file has all.
MOST_SHOWN = 500
SHOWN = ("doc_id", "zone", "left", "node", "right", "polarity", "voice", "speaker")
#: Headings that are not the names of their columns.
HEADINGS = {"doc_id": "document", "node": "hit"}
#: Columns where two events share the width; the codes are shown when the mouse rests on a line.
BESIDE = ("doc_id", "left", "node", "right")
CODES = ("zone", "frame", "polarity", "voice", "speaker")
#: Widths of columns of a sheet, in letters; the others have 14.
WIDTHS = {"left": 60, "node": 18, "gap": 18, "right": 60}
#: MathJax leaves elements of these classes alone: "$" in an article is no formula.
NO_MATHS = "tex2jax_ignore mathjax_ignore"
STYLE = """
.gipfel-kwic { color: inherit; font: 14px/1.45 system-ui, sans-serif; }
.gipfel-kwic .sides { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: 1.5em; }
.gipfel-kwic .side { overflow-x: auto; min-width: 0; }
.gipfel-kwic h3 { font-size: 1em; margin: 0.6em 0 0.3em; }
.gipfel-kwic table { border-collapse: collapse; }
.gipfel-kwic th, .gipfel-kwic td { border: 0; border-bottom: 1px solid #8886;
  padding: 0.15em 0.5em; text-align: left; vertical-align: top; background: none; }
.gipfel-kwic .left { text-align: right; }
.gipfel-kwic .left, .gipfel-kwic .right { min-width: 9em; width: 45%; }
.gipfel-kwic mark { background: #ffdf80; color: #111; font-weight: 600; padding: 0 0.1em; }
.gipfel-kwic button { all: unset; cursor: pointer; font-weight: 600; }
.gipfel-kwic button:focus-visible { outline: 2px solid; }
.gipfel-kwic th[aria-sort=ascending] button::after { content: " \\2191"; }
.gipfel-kwic th[aria-sort=descending] button::after { content: " \\2193"; }
"""
#: Sorts by the column clicked on: words of the left context from the hit outwards.
SCRIPT = """
for (const root of document.querySelectorAll(".gipfel-kwic:not([data-sortable])")) {
  root.dataset.sortable = "yes";
  const german = new Intl.Collator("de", { sensitivity: "base", numeric: true });
  const key = (row, at) => {
    const words = row.cells[at].textContent.trim().split(/[^\\p{L}\\p{N}]+/u).filter(Boolean);
    return (row.cells[at].className === "left" ? words.reverse() : words).join(" ");
  };
  root.addEventListener("click", (event) => {
    const head = event.target.closest("th");
    if (!head) return;
    const body = head.closest("table").tBodies[0];
    const down = head.getAttribute("aria-sort") === "ascending";
    const rows = [...body.rows].map((row) => [key(row, head.cellIndex), row]);
    rows.sort((a, b) => german.compare(a[0], b[0]) * (down ? -1 : 1));
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...rows.map((pair) => pair[1]));
  });
}
"""


def show_concordance(lines: pd.DataFrame, *, beside: bool = False) -> HTML:
    """Show a concordance in a notebook; a click on a heading sorts.

    Parameters
    ----------
    lines : DataFrame
        What `concordance_lines` gives.
    beside : bool
        Put the events side by side, each in a table of its own.

    Returns
    -------
    IPython.display.HTML
        The first `MOST_SHOWN` lines. All text is escaped and no formula is typeset. In a
        notebook that JupyterLab does not trust the table stands still, and can be read.
    """
    inner = concordance_html(lines.head(MOST_SHOWN), beside=beside, n=len(lines))
    return HTML(inner)  # type: ignore[no-untyped-call]


def concordance_html(lines: pd.DataFrame, *, beside: bool = False, n: int | None = None) -> str:
    """Write a concordance as one ``div`` with style and script; nothing else is loaded.

    It says that there are n hits, if these lines are not all of them.
    """
    total = len(lines) if n is None else n
    rest = "" if total == len(lines) else f"; the first {len(lines)} are shown"
    columns = BESIDE if beside else SHOWN
    lines = lines.assign(document=document_names(lines))
    groups = list(lines.groupby("event", sort=True)) if beside else [("", lines)]
    sides = "".join(_side(str(event), rows, columns) for event, rows in groups)
    hits = f"{total} hit{'' if total == 1 else 's'}{rest}"
    return (
        f'<div class="gipfel-kwic {NO_MATHS}"><style>{STYLE}</style><p>{hits}</p>'
        f'<div class="sides">{sides}</div><script>{SCRIPT}</script></div>'
    )


def concordance_page(lines: pd.DataFrame, *, beside: bool = False) -> str:
    """Write a concordance as a page of its own, for any browser, offline.

    Its policy lets no script and no style run but the page's own: what an article holds
    could do nothing even if it were not escaped.
    """
    policy = content_policy(STYLE, SCRIPT)
    return (
        '<!DOCTYPE html>\n<html lang="de"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>Concordance</title></head><body>{concordance_html(lines, beside=beside)}"
        "</body></html>\n"
    )


def _side(event: str, lines: pd.DataFrame, columns: Sequence[str]) -> str:
    heading = f"<h3>{escape(event)}: {len(lines)}</h3>" if event else ""
    head = '<th class="{}" scope="col"><button type="button">{}</button></th>'
    heads = "".join(head.format(name, HEADINGS.get(name, name)) for name in columns)
    rows = "".join(_line(row, columns) for row in lines.to_dict("records"))
    return (
        f'<div class="side">{heading}<table><thead><tr>{heads}</tr></thead>'
        f"<tbody>\n{rows}</tbody></table></div>"
    )


def _line(row: Mapping[Hashable, str], columns: Sequence[str]) -> str:
    """Write a line; of a split verb the particle is marked, too."""
    node, gap, particle, right = (escape(row[name]) for name in PASSAGE[1:])
    tail = f"{gap}<mark>{particle}</mark>" if particle else ""
    marked = {"node": f"<mark>{node}</mark>", "right": f"{tail}{right}"}
    own = {"doc_id": escape(row["document"]), **marked}
    codes = ", ".join(row[name] for name in CODES if row[name])
    shown = {name: own[name] if name in own else escape(row[name]) for name in columns}
    cells = "".join(f'<td class="{name}">{cell}</td>' for name, cell in shown.items())
    return f'<tr title="{escape(row["doc_id"])}: {escape(codes)}">{cells}</tr>\n'


def write_concordance(
    lines: pd.DataFrame, path: Path | str, *, beside: bool = False, layout: Layout | None = None
) -> Path:
    """Write a concordance as CSV, XLSX or HTML, by the ending of the file.

    Parameters
    ----------
    lines : DataFrame
        What `concordance_lines` gives.
    path : path
        Ends in .csv, .xlsx or .html. Without a folder it goes to ``data/local/concordance``;
        inside a study only ``data/local`` and ``papermill_runs`` may hold article text.
    beside, layout : bool, Layout, optional
        HTML: put the events side by side; the study, by default that of the working directory.

    Returns
    -------
    Path
        The file. A cell that a spreadsheet would take for a formula is text: in CSV by a
        leading apostrophe, in XLSX by its type.

    Raises
    ------
    ExportError
        If the ending is another one, or git could take the file in.
    """
    layout = layout or find_layout()
    target = _target(Path(path), layout)
    kinds: dict[str, Callable[[], bytes]] = {
        ".csv": lambda: csv_text(lines).encode(),
        ".html": lambda: concordance_page(lines, beside=beside).encode(),
        ".xlsx": lambda: xlsx_bytes(lines),
    }
    if target.suffix not in kinds:
        raise ExportError(f"concordance, {path}: {unknown('ending', target.suffix, kinds)}")
    write_atomically(target, kinds[target.suffix]())
    return target


def _target(path: Path, layout: Layout) -> Path:
    if path.parent == Path() and not path.is_absolute():
        return layout.local / "concordance" / path.name
    target, root = path.resolve(), layout.root.resolve()
    allowed = [(root / folder.relative_to(layout.root)) for folder in (layout.local, layout.runs)]
    if target.is_relative_to(root) and not any(target.is_relative_to(one) for one in allowed):
        raise ExportError(
            f"concordance, {path}: a concordance holds text of articles in copyright, and git "
            "could take this file in. Give a name without a folder (it goes to "
            f"{layout.show(layout.local)}/concordance) or a folder outside the study."
        )
    return target


def xlsx_bytes(lines: pd.DataFrame) -> bytes:
    """Write a table as a workbook; every cell of text is text, whatever it begins with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("concordance")
    sheet.freeze_panes = "A2"
    for i, name in enumerate(lines.columns, start=1):
        sheet.column_dimensions[get_column_letter(i)].width = WIDTHS.get(str(name), 14)
    sheet.append([_cell(sheet, str(name), "", bold=True) for name in lines.columns])
    for row in lines.astype(object).itertuples(index=False):
        named = zip(row, lines.columns, strict=True)
        sheet.append([_cell(sheet, value, str(name), bold=False) for value, name in named])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(lines.columns))}{len(lines) + 1}"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cell(sheet: object, value: object, column: str, *, bold: bool) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    if isinstance(value, str):
        cell.value = clean(str(value))
        # openpyxl takes "=..." for a formula; the prefix keeps a spreadsheet from it, too.
        cell.data_type = "s"
        cell.quotePrefix = True
    else:
        cell.value = None if value is pd.NA else value
    cell.font = Font(bold=bold or column in ("node", "particle"))
    cell.alignment = Alignment(horizontal="right" if column == "left" else None, vertical="top")
    return cell
