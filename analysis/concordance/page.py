"""A concordance as HTML: all text escaped, sortable where scripts may run, readable where not."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Hashable, Mapping, Sequence
from html import escape

import pandas as pd
from IPython.display import HTML

from analysis.concordance.lines import PASSAGE, document_names

#: Lines that a notebook shows; a file has all.
MOST_SHOWN = 500
HEADINGS = {
    "doc_id": "document",
    "zone": "zone",
    "left": "left",
    "node": "hit",
    "right": "right",
    "polarity": "polarity",
    "voice": "voice",
    "speaker": "speaker",
}
#: Columns where two events share the width; the codes are shown when the mouse rests on a line.
BESIDE = ("doc_id", "left", "node", "right")
CODES = ("zone", "frame", "polarity", "voice", "speaker")
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
        What `concordance` gives.
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
    """Write a concordance as a piece of HTML.

    Parameters
    ----------
    lines : DataFrame
        What `concordance` gives.
    beside : bool
        Put the events side by side.
    n : int, optional
        How many hits there are, if these are not all.

    Returns
    -------
    str
        One ``div`` with style and script; nothing is loaded from elsewhere.
    """
    total = len(lines) if n is None else n
    rest = "" if total == len(lines) else f"; the first {len(lines)} are shown"
    columns = BESIDE if beside else tuple(HEADINGS)
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
    policy = (
        f"default-src 'none'; style-src '{_digest(STYLE)}'; script-src '{_digest(SCRIPT)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="de"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>Concordance</title></head><body>{concordance_html(lines, beside=beside)}"
        "</body></html>\n"
    )


def _digest(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _side(event: str, lines: pd.DataFrame, columns: Sequence[str]) -> str:
    heading = f"<h3>{escape(event)}: {len(lines)}</h3>" if event else ""
    heads = "".join(
        f'<th class="{name}" scope="col"><button type="button">{HEADINGS[name]}</button></th>'
        for name in columns
    )
    rows = "".join(_line(row, columns) for row in lines.to_dict("records"))
    return (
        f'<div class="side">{heading}<table><thead><tr>{heads}</tr></thead>'
        f"<tbody>\n{rows}</tbody></table></div>"
    )


def _line(row: Mapping[Hashable, str], columns: Sequence[str]) -> str:
    """Write a line; of a split verb the particle is marked, too."""
    node, gap, particle, right = (escape(row[name]) for name in PASSAGE[1:])
    tail = f"{gap}<mark>{particle}</mark>" if particle else ""
    own = {
        "doc_id": escape(row["document"]),
        "node": f"<mark>{node}</mark>",
        "right": f"{tail}{right}",
    }
    codes = ", ".join(row[name] for name in CODES if row[name])
    cells = "".join(
        f'<td class="{name}">{own[name] if name in own else escape(row[name])}</td>'
        for name in columns
    )
    return f'<tr title="{escape(row["doc_id"])}: {escape(codes)}">{cells}</tr>\n'
