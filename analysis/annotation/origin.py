"""What the open tables, and each article in them, were made from; no model is loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis import corpus
from analysis.annotation.corrections import Correction
from analysis.corpus.sources import Source
from analysis.study.lexicons import STOP_WORDS
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables import schema

#: Folders whose code annotates.
CODE = (Path(str(corpus.__file__)).parent, Path(__file__).parent)


def made_from(layout: Layout) -> dict[str, Any]:
    """Say what the open tables depend on: design and files by checksum, tools by version.

    Returns
    -------
    dict
        collocation (width), frames_and_actors (checksum of what ``study.toml`` says of them,
        looks aside), files (by
        path: the list of articles, which holds their checksums, and the lexicons),
        tools (versions).

    Examples
    --------
    >>> from analysis.study.paths import find_layout
    >>> sorted(made_from(find_layout()))
    ['collocation', 'files', 'frames_and_actors', 'tools']
    """
    study = read_study(layout)
    looks = {"label", "colour"}
    design = [
        entry.model_dump(mode="json", exclude=looks) for entry in (*study.frames, *study.actors)
    ]
    files = [
        path for path in (layout.sources_file, layout.corrections_file) if path.is_file()
    ] + sorted([*layout.lexicons.glob("*.toml"), *layout.lexicons.glob(STOP_WORDS)])
    return {
        "collocation": study.collocation.model_dump(mode="json"),
        "frames_and_actors": hashlib.sha256(json.dumps(design).encode()).hexdigest(),
        "files": {
            path.relative_to(layout.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
        "tools": {name: version(name) for name in ("SoMaJo", "HanTa")},
    }


def fingerprints(
    sources: Sequence[Source],
    corrections: Sequence[Correction],
    layout: Layout,
) -> dict[str, str]:
    """Say what the annotation of each article depends on, in one hash by document.

    The article and what is known of it, its corrections by hand, the frames and actors,
    the lexicons, the versions of the tools, and the code that annotates: what changes one of
    these changes the hash.

    Parameters
    ----------
    sources : sequence of Source
        The articles.
    corrections : sequence of Correction
        Of all articles.
    layout : Layout
        Where the study lies.

    Returns
    -------
    dict of str
        By doc_id, 64 hexadecimal digits.
    """
    shared = _hash([_design(layout), code_hash(CODE)])
    own: dict[str, list[Any]] = {source.id: [] for source in sources}
    for one in corrections:
        own.setdefault(one.doc_id, []).append(asdict(one))
    return {
        source.id: _hash([shared, source.model_dump(mode="json"), own[source.id]])
        for source in sources
    }


def _hash(said: list[Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _design(layout: Layout) -> dict[str, Any]:
    """Take from what open tables are made from all but the two lists that name articles."""
    made = made_from(layout)
    lists = {layout.show(path) for path in (layout.sources_file, layout.corrections_file)}
    files = {name: found for name, found in made["files"].items() if name not in lists}
    return {**made, "files": files}


@cache
def code_hash(folders: tuple[Path, ...]) -> str:
    """Hash the code of the annotation, so that nothing kept outlives a change of a rule."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    paths.append(Path(str(schema.__file__)))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()
