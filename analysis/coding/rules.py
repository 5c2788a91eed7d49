"""What the rules say, read from ``docs/reference/coding-rules.md``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from analysis.annotation.corrections import BY_HAND
from analysis.study.errors import StudyError

HERE = Path(__file__).resolve().parent
#: Beside this module in an installed package, in ``docs`` in a checkout.
PLACES = (HERE / "coding-rules.md", HERE.parents[1] / "docs" / "reference" / "coding-rules.md")
HEADING = re.compile(r"^## (?P<title>[^(\n]+)")
RULE_ID = re.compile(r"[A-Z][0-9]+[a-z]?")
#: Text by turns plain and emphasised.
Emphasis = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Rule:
    """A rule of the coding: what it is about, what it says, and an example."""

    id: str
    about: str
    kind: str
    says: Emphasis
    example: Emphasis

    @property
    def in_short(self) -> str:
        """What it says, as plain text."""
        return f"{self.id}: {''.join(text for text, _ in self.says)}"


HAND = Rule(
    BY_HAND, "Corrections by hand", "", (("Set by a line of data/corrections.csv.", False),), ()
)


def read_rules() -> dict[str, Rule]:
    """Read the rules from the documentation.

    Returns
    -------
    dict of Rule
        By id, and ``hand`` for what was corrected.

    Raises
    ------
    StudyError
        If the document is not there.

    Examples
    --------
    >>> read_rules()["P0"].in_short
    'P0: Nothing found: affirmed'
    """
    for path in PLACES:
        if path.is_file():
            return parse_rules(path.read_text(encoding="utf-8"))
    raise StudyError(
        f"audit: no coding-rules.md in {' or '.join(str(path.parent) for path in PLACES)}. "
        "Restore it with `git checkout docs/reference/coding-rules.md`."
    )


def parse_rules(document: str) -> dict[str, Rule]:
    r"""Take the rules from the tables of a Markdown document: id, kind if any, rule, example.

    Examples
    --------
    >>> found = parse_rules("## Target\n| T1 | A comparison | wie ein *Deal* |")
    >>> found["T1"].about, found["T1"].example
    ('Target', (('wie ein ', False), ('Deal', True)))
    """
    rules, about = {BY_HAND: HAND}, ""
    for line in document.splitlines():
        heading = HEADING.match(line)
        about = heading["title"].strip() if heading else about
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) >= 3 and RULE_ID.fullmatch(cells[0]):
            kind = cells[1] if len(cells) > 3 else ""
            says, example = _emphasis(cells[-2]), _emphasis(cells[-1])
            rules[cells[0]] = Rule(cells[0], about, kind, says, example)
    return rules


def _emphasis(cell: str) -> Emphasis:
    pieces = cell.replace("`", "").split("*")
    return tuple((text, i % 2 == 1) for i, text in enumerate(pieces) if text)
