"""``gipfel clean-notebooks``: what the hook for git calls."""

from __future__ import annotations

from typing import Annotated

import typer

from analysis import console
from analysis.paths import find_layout


def clean_notebooks(
    staged: Annotated[
        bool, typer.Option("--staged", help="Only those staged for a commit; stage them again.")
    ] = False,
) -> None:
    """Take outputs out of the notebooks in notebooks/, and format them.

    The hook for git, which `make setup` turns on, calls it before every commit.

    Example: `gipfel clean-notebooks`
    """
    from analysis.runs.clean import clean_file, stage, staged_notebooks

    layout = find_layout()
    paths = staged_notebooks(layout) if staged else sorted(layout.notebooks.glob("*.ipynb"))
    changed = [path for path in paths if clean_file(path)]
    if staged:
        stage(changed, layout)
    for path in changed:
        console.say(f"{layout.show(path)}: cleaned")
