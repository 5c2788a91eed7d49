"""What annotated tokens depend on; cheap to ask, no model is loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from analysis import annotation, corpus
from analysis.annotation.corrections import Correction
from analysis.annotation.origin import made_from
from analysis.corpus.sources import Source
from analysis.paths import Layout


def fingerprints(
    sources: Sequence[Source], corrections: Sequence[Correction], layout: Layout
) -> dict[str, str]:
    """Say what the tokens of each article depend on, in one hash by document.

    The article and what is known of it, its corrections by hand, the frames and actors,
    the lexicons, the versions of the tools, and the code that annotates.
    """
    shared = [_design(layout), code_hash()]
    return {source.id: _hash([*shared, *_own(source, corrections)]) for source in sources}


def _own(source: Source, corrections: Sequence[Correction]) -> list[Any]:
    own = [asdict(one) for one in corrections if one.doc_id == source.id]
    return [source.model_dump(mode="json"), own]


def _hash(said: list[Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _design(layout: Layout) -> dict[str, Any]:
    """Take from what open tables are made from all but the two lists that name articles."""
    made = made_from(layout)
    lists = {layout.show(path) for path in (layout.sources_file, layout.corrections_file)}
    files = {name: found for name, found in made["files"].items() if name not in lists}
    return {**made, "files": files}


@cache
def code_hash() -> str:
    """Hash the code of the annotation, so that no cache outlives a change of a rule."""
    folders = [Path(str(package.__file__)).parent for package in (corpus, annotation)]
    paths = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    own = Path(__file__).parent
    paths += [own / "annotated.py", own / "columns.py"]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()
