"""The articles of an audit, checked against the open tables: what is shown is what was coded."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.annotation.origin import table_lines
from analysis.annotation.tokens import normal_form
from analysis.corpus.readers import checksum, read_text
from analysis.study.errors import SourceError, TableError, join_faults
from analysis.study.paths import Layout

#: Open tables that the page is made from.
NEEDED = ("documents", "mentions", "segments")
WHERE = "audit"


def read_articles(layout: Layout, documents: pd.DataFrame) -> dict[str, str]:
    """Read the articles of some documents.

    Parameters
    ----------
    layout : Layout
        The study; its articles must lie in ``data/raw``.
    documents : DataFrame
        Rows of the open table ``documents``.

    Returns
    -------
    dict of str
        Text by doc_id, untouched.

    Raises
    ------
    SourceError
        If an article is missing, or is another than the one that was annotated.
    """
    paths = {doc_id: layout.raw / f"{doc_id}.txt" for doc_id in documents["doc_id"]}
    missing = [layout.show(path) for path in paths.values() if not path.is_file()]
    if missing:
        way_out = (
            "The page shows the text of the articles, which are in copyright and not in git: "
            "bring them in with `gipfel ingest FOLDER`."
        )
        raise SourceError(join_faults(WHERE, [f"{name}: missing" for name in missing], way_out))
    annotated = dict(zip(documents["doc_id"], documents["sha256"], strict=True))
    changed = [
        f"{layout.show(path)}: wanted the annotated text, sha256 {annotated[doc_id]}; came {came}"
        for doc_id, path in paths.items()
        if (came := checksum(path)) != annotated[doc_id]
    ]
    if changed:
        raise SourceError(join_faults(WHERE, changed, _OTHER_TEXT))
    return {doc_id: read_text(path) for doc_id, path in paths.items()}


_OTHER_TEXT = (
    "The codes belong to another text. Bring the right articles in with `gipfel ingest FOLDER`; "
    "if one was changed on purpose, put its new sha256 and size into data/sources.toml and run "
    "`gipfel annotate`."
)


def check_standing(layout: Layout) -> None:
    """Refuse open tables that are broken, or older than what they are made from.

    Raises
    ------
    TableError
        With what changed since.
    """
    faults = [
        f"{line.name}: {line.state}{', ' if line.detail else ''}{line.detail}"
        for line in table_lines(layout)
        if line.state != "up to date" and line.name in (*NEEDED, "manifest.json")
    ]
    if faults:
        way_out = "An audit is of codes as they are now: run `gipfel annotate` first."
        raise TableError(join_faults(WHERE, faults, way_out))


def check_surfaces(mentions: pd.DataFrame, texts: Mapping[str, str]) -> None:
    """Refuse mentions that do not stand in the articles where the open table says.

    Raises
    ------
    TableError
        With every mention whose ``text[begin:end]`` is another word.
    """
    faults = [
        f"{row['mention_id']}: wanted {row['surface']!r}, the text there is {came[:40]!r}"
        for row in mentions.to_dict("records")
        if not _agrees(came := texts[row["doc_id"]][row["begin"] : row["end"]], row["surface"])
    ]
    if faults:
        way_out = "Table and text do not belong together: run `gipfel annotate`."
        raise TableError(join_faults(WHERE, faults, way_out))


def _agrees(came: str, surface: str) -> bool:
    """Compare as annotation does: it leaves soft hyphens out of a word."""
    return bool(came) and normal_form(came) == surface
