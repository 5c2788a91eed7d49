"""What the commands about coding sheets share: where sheets lie, and lists of coders."""

from __future__ import annotations

from analysis.study.paths import find_layout


def complete_sheet(incomplete: str) -> list[str]:
    """Complete the sheets that lie in data/local/coding."""
    sheets = [*(find_layout().local / "coding").glob("*.*")]
    return sorted(str(path) for path in sheets if str(path).startswith(incomplete))


def split_names(names: str) -> list[str]:
    """Part a list at its commas; a name that stands twice counts once.

    Examples
    --------
    >>> split_names("anna, ben,anna")
    ['anna', 'ben']
    """
    return list(dict.fromkeys(part.strip() for part in names.split(",") if part.strip()))
