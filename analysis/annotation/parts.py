"""Annotated articles kept one by one in ``data/local``, so that a killed run goes on.

A part holds article text word by word: git ignores the folder. It is named after the hash of
all that the annotation of its article depends on, and begins with a digest of its content:
a part that is missing, cut or damaged is none. What open tables were made from is noted
alike, and says whether they are up to date.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis import corpus
from analysis.annotation.annotated import Row, Tools
from analysis.annotation.corrections import Correction
from analysis.annotation.rows import NEAR, RUNS, TOKENS, annotate_text
from analysis.corpus.sources import Source, check_raw, read_article, read_sources
from analysis.study.cache import read_kept, write_kept
from analysis.study.errors import GipfelError, TableError
from analysis.study.paths import Layout
from analysis.study.study import Study, read_study
from analysis.study.text_files import STOP_WORDS, checksum
from analysis.tables import schema
from analysis.tables.features import read_manifest, read_table
from analysis.tables.schema import TABLES, find_table

#: Tables whose rows each article gives by itself.
BY_ARTICLE = ("documents", "segments", "mentions", "nodes")
#: Hashes of an article's words, segment by segment.
HASHES = "hashes"
#: Bytes that say how long a part is when it is unpacked.
SIZE_BYTES = 8
ARROW_TYPES = {
    "text": pa.string(),
    "int": pa.int64(),
    "int?": pa.int64(),
    "float": pa.float64(),
    "float?": pa.float64(),
    "bool": pa.bool_(),
    "time?": pa.timestamp("us"),
}


def part_path(key: str, layout: Layout) -> Path:
    """Return the file of one part; no folder holds more than one in 256."""
    return layout.annotated / key[:2] / f"{key}.arrow"


_TOKEN = {
    **dict.fromkeys(("segment_id", "form", "lemma", "pos", "head", "voice", "part"), pa.string()),
    **dict.fromkeys(("sentence", "begin", "end", "particle"), pa.int32()),
    "is_word": pa.bool_(),
}
_NEAR = ("segment_id", "span", "node_kind", "node")
#: Types of the rows that are kept beside those of open tables.
ROW_TYPES = {
    TOKENS: pa.struct(list(_TOKEN.items())),
    NEAR: pa.struct(
        [
            *((name, pa.string()) for name in _NEAR),
            ("n_nodes", pa.int64()),
            *((name, pa.list_(pa.int32())) for name in ("near", "own")),
        ]
    ),
} | {
    name: pa.struct(
        [(column.name, ARROW_TYPES[column.dtype]) for column in find_table(name).columns]
    )
    for name in BY_ARTICLE
}
SCHEMA = pa.schema(
    [(name, pa.list_(kind)) for name, kind in ROW_TYPES.items()]
    + [(HASHES, pa.list_(pa.uint64())), (RUNS, pa.list_(pa.list_(pa.string())))]
)


def make_part(source: Source, key: str, tools: Tools, layout: Layout) -> None:
    """Annotate one article and keep what is found."""
    text = read_article(layout.raw / f"{source.id}.txt")
    write_part(annotate_text(text, source, tools), part_path(key, layout))


def write_part(rows: Mapping[str, Sequence[Row]], path: Path) -> None:
    """Keep the rows of one article as `annotate_text` gives them, in one step."""
    hashes = [np.zeros(0, dtype=np.uint64), *(row["hashes"] for row in rows["segments"])]
    cells: dict[str, Any] = {
        **{name: list(rows[name]) for name in ROW_TYPES},
        HASHES: np.concatenate(hashes),
        RUNS: [run for row in rows[RUNS] for run in row[RUNS]],
    }
    columns = [pa.array([cells[field.name]], type=field.type) for field in SCHEMA]
    keep_part(pa.table(columns, schema=SCHEMA), path)


def keep_part(part: pa.Table, path: Path) -> None:
    """Write a part, one row of `SCHEMA`, packed and with a digest, in one step."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, SCHEMA) as writer:
        writer.write_table(part)
    plain = sink.getvalue()
    packed = pa.compress(plain, codec="zstd", asbytes=True)
    write_kept(path, plain.size.to_bytes(SIZE_BYTES, "big") + packed)


def read_part(path: Path, names: Sequence[str] = SCHEMA.names) -> pa.Table | None:
    """Read some columns of one part, in one row; tables are lists of rows.

    A part that is missing, damaged or of another layout is None.

    Examples
    --------
    >>> read_part(Path("no-such-part.arrow")) is None
    True
    """
    body = read_kept(path)
    if body is None:
        return None
    try:
        size = int.from_bytes(body[:SIZE_BYTES], "big")
        plain = pa.decompress(body[SIZE_BYTES:], size, codec="zstd")
        table = pa.ipc.open_stream(plain).read_all()
    except (pa.ArrowException, OSError):
        return None
    return table.select(names) if table.schema.equals(SCHEMA) else None


def read_parts(paths: Iterable[Path], names: Sequence[str]) -> pa.Table:
    """Read some columns of several parts, one row each.

    A part that is missing or damaged raises a `TableError`: it was whole when the run began.
    """
    tables = []
    for path in paths:
        table = read_part(path, names)
        if table is None:
            raise TableError(
                f"annotate: {path.name}: a part of the annotation was whole and is not any more. "
                "Run `gipfel annotate` again: what is missing is made anew."
            )
        tables.append(table)
    return pa.concat_tables(tables)


def frame_of(parts: pa.Table, name: str) -> pd.DataFrame:
    """Return the rows of one table, article after article; types are set by `coerce_table`."""
    rows = parts.column(name).combine_chunks().flatten()
    table = pa.Table.from_struct_array(rows)
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame


def list_of(parts: pa.Table, name: str) -> pa.Array:
    """Return the values of a column of lists, end to end."""
    return parts.column(name).combine_chunks().flatten()


def prune_parts(keys: Iterable[str], layout: Layout) -> int:
    """Delete the parts that no article has any more, and return how many."""
    kept = {part_path(key, layout) for key in keys}
    gone = [path for path in layout.annotated.glob("*/*.arrow") if path not in kept]
    for path in gone:
        path.unlink()
    return len(gone)


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
    made = made_from(layout)
    for path in (layout.sources_file, layout.corrections_file):  # they name articles one by one
        made["files"].pop(layout.show(path), None)
    shared = _hash([made, code_hash(CODE)])
    own: dict[str, list[Any]] = {source.id: [] for source in sources}
    for one in corrections:
        own.setdefault(one.doc_id, []).append(asdict(one))
    return {
        source.id: _hash([shared, source.model_dump(mode="json"), own[source.id]])
        for source in sources
    }


def _hash(said: list[Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


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
    why = f"; changed since: {', '.join(changed)}" if changed else ""
    lines = []
    for name in TABLES:
        try:
            n_rows = len(read_table(name, layout.features))
        except GipfelError as fault:
            lines.append(Line(name, "broken", str(fault)))
        else:
            state = "stale" if changed else "up to date"
            lines.append(Line(name, state, f"{n_rows} rows{why}"))
    return lines


def _differences(noted: Mapping[str, Any], now: Mapping[str, Any], at: str = "") -> Iterator[str]:
    for key in sorted({*noted, *now}):
        before, after = noted.get(key), now.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _differences(before, after, f"{at}{key} ")
        elif before != after:
            yield f"{at}{key}"
