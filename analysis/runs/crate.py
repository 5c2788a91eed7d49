"""The study as an RO-Crate: its open files, and which run made which figure from what."""

from __future__ import annotations

import tempfile
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import yaml
from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from analysis.corpus.release import check_release, open_files
from analysis.runs.key import code_hash
from analysis.runs.plan import PlannedRun, notebook_number, plan_runs
from analysis.runs.verify import read_notes
from analysis.study.errors import RunError
from analysis.study.paths import Layout
from analysis.study.study import Study
from analysis.tables.schema import TABLES


def write_crate(study: Study, layout: Layout, target: Path) -> Path:
    """Write the open part of a study with its metadata, as a new folder or a ``.zip``."""
    target = target.absolute()
    if target.exists():
        raise RunError(f"{target}: is there already; name another place, or remove it")
    if not target.parent.is_dir():
        raise RunError(f"{target.parent}: no such folder; make it, or name another place")
    names = check_release(layout, open_files(layout))
    crate = ROCrate()
    crate.name = study.general.title
    cite(crate, layout.root / "CITATION.cff")
    files = {
        path: crate.add_file(layout.root / path, path, properties=_about(path)) for path in names
    }
    for plan in plan_runs(study, layout):
        _add_run(crate, plan, layout, files)
    # Beside the target, and moved into place: what is there is whole.
    with tempfile.TemporaryDirectory(prefix=".crate-", dir=target.parent) as folder:
        beside = Path(folder) / target.name
        (crate.write_zip if target.suffix == ".zip" else crate.write)(beside)
        beside.rename(target)
    return target


def cite(crate: ROCrate, path: Path) -> None:
    """Take title, licence, date and authors from ``CITATION.cff``, or say what it lacks."""
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
        names = [author["name"] for author in fields["authors"]]
        crate.description, licence = fields["title"], fields["license"]
        crate.datePublished = str(fields["date-released"])
    except FileNotFoundError:
        raise RunError(f"{path}: no such file; a crate needs title, licence and authors") from None
    except (yaml.YAMLError, KeyError, TypeError) as fault:
        raise RunError(
            f"{path}: wanted title, license, date-released and authors with names; came {fault!r}"
        ) from None
    crate.license = f"https://spdx.org/licenses/{licence}"
    about = [{"@type": "Organization", "name": name} for name in names]
    authors = [ContextEntity(crate, f"#{one['name']}", one) for one in about]
    crate.root_dataset["author"] = [crate.add(author) for author in authors]


def _about(path: str) -> dict[str, str]:
    named, kind = Path(path), guess_type(path)[0]
    about = {"name": named.name} | ({"encodingFormat": kind} if kind else {})
    is_table = named.suffix == ".parquet" and named.stem in TABLES
    return about | ({"description": TABLES[named.stem].meaning} if is_table else {})


def _add_run(crate: ROCrate, plan: PlannedRun, layout: Layout, files: dict[str, Any]) -> None:
    """Add the default run of a notebook: from what it read to the figures that it gave."""
    notes = read_notes(layout.figures, plan.notebook)
    if not notes:
        return
    read = sorted({name for note in notes for name in note.get("inputs", {})})
    paths = [f"data/features/{name}.parquet" if name in TABLES else name for name in read]
    start = f"figures/{notebook_number(plan.notebook)}"
    chosen = ", ".join(f"{name}={value}" for name, value in plan.parameters.items())
    versions = ", ".join(f"{name} {value}" for name, value in notes[0].get("versions", {}).items())
    said = f"parameters: {chosen}; versions: {versions}; seed {notes[0].get('seed')}"
    crate.add_action(
        files[f"notebooks/{plan.notebook}.ipynb"],
        identifier=f"#run-{plan.notebook}",
        # Articles are inputs, too, but no files of the crate.
        object=[files[path] for path in paths if path in files],
        result=[file for path, file in files.items() if path.startswith(start)],
        properties={
            "@type": "CreateAction",
            "name": f"gipfel run {plan.notebook}",
            "description": f"{said}; code {code_hash()}",
        },
    )
