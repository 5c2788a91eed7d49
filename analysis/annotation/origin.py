"""What open tables and annotated articles were made from, and whether they are up to date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis import corpus
from analysis.annotation.corrections import Correction
from analysis.corpus.sources import Source, check_raw, read_sources
from analysis.study.errors import GipfelError
from analysis.study.paths import Layout
from analysis.study.study import Study, read_study
from analysis.study.text_files import STOP_WORDS, checksum
from analysis.tables import schema
from analysis.tables.features import read_manifest, read_table
from analysis.tables.schema import TABLES

#: Folders whose code annotates.
CODE = (Path(str(corpus.__file__)).parent, Path(__file__).parent)


def made_from(layout: Layout) -> dict[str, Any]:
    """Return what the open tables depend on: design and files by checksum, tools by version.

    Files are the list of articles, which holds their checksums, corrections and lexicons. Of the
    frames and actors in ``study.toml`` colours and labels do not count.

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
        "files": {path.relative_to(layout.root).as_posix(): checksum(path) for path in files},
        "tools": {name: version(name) for name in ("SoMaJo", "HanTa")},
    }


def fingerprints(
    sources: Sequence[Source], corrections: Sequence[Correction], layout: Layout
) -> dict[str, str]:
    """Return what the annotation of each article depends on, in one hash by document.

    The article and what is known of it, its corrections by hand, the frames and actors,
    the lexicons, the versions of the tools, and the code that annotates: what changes one of
    these changes the hash.
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
    """Return what open tables are made from without the two lists that name articles."""
    made = made_from(layout)
    lists = {layout.show(path) for path in (layout.sources_file, layout.corrections_file)}
    files = {name: found for name, found in made["files"].items() if name not in lists}
    return {**made, "files": files}


@cache
def code_hash(folders: tuple[Path, ...]) -> str:
    """Hash the code of the annotation, so that nothing kept outlives a change of a rule."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    paths += [Path(str(schema.__file__)), Path(str(schema.__file__)).with_suffix(".toml")]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


@dataclass(frozen=True)
class Line:
    """One thing, how it stands, and why."""

    name: str
    state: str
    detail: str = ""


def article_lines(layout: Layout, study: Study) -> list[Line]:
    """Return which known articles ``data/raw`` holds unchanged."""
    found = check_raw(layout, read_sources(layout, study))
    if all(entry.state == "missing" for entry in found):
        why = "needed only to rebuild the open tables: gipfel ingest FOLDER, gipfel annotate"
        return [Line(f"{len(found)} known", "not here", why)]
    return [Line(entry.doc_id, entry.state, entry.detail) for entry in found]


def table_lines(layout: Layout) -> list[Line]:
    """Return for each open table whether it is whole, and made from what lies here now."""
    try:
        manifest = read_manifest(layout.features)
    except GipfelError as fault:
        return [Line("manifest.json", "missing", str(fault))]
    changed = list(_differences(manifest["made_from"], made_from(layout)))
    return [_table_line(name, layout, changed) for name in TABLES]


def _table_line(name: str, layout: Layout, changed: list[str]) -> Line:
    try:
        frame = read_table(name, layout.features)
    except GipfelError as fault:
        return Line(name, "broken", str(fault))
    rows = f"{len(frame)} rows"
    if changed:
        return Line(name, "stale", f"{rows}; changed since: {', '.join(changed)}")
    return Line(name, "up to date", rows)


def _differences(noted: Mapping[str, Any], now: Mapping[str, Any], at: str = "") -> Iterator[str]:
    for key in sorted({*noted, *now}):
        before, after = noted.get(key), now.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _differences(before, after, f"{at}{key} ")
        elif before != after:
            yield f"{at}{key}"
