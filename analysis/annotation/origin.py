"""What the open tables were made from; cheap to ask, no model is loaded."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import Any

from analysis.paths import Layout
from analysis.study import read_study


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
    >>> from analysis.paths import find_layout
    >>> sorted(made_from(find_layout()))
    ['collocation', 'files', 'frames_and_actors', 'tools']
    """
    study = read_study(layout)
    looks = {"label", "colour"}
    design = [
        entry.model_dump(mode="json", exclude=looks) for entry in (*study.frames, *study.actors)
    ]
    files = [layout.sources_file, *sorted(layout.lexicons.glob("*.toml"))]
    return {
        "collocation": study.collocation.model_dump(mode="json"),
        "frames_and_actors": hashlib.sha256(json.dumps(design).encode()).hexdigest(),
        "files": {
            path.relative_to(layout.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
        "tools": {name: version(name) for name in ("SoMaJo", "HanTa")},
    }
