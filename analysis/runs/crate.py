"""The study as an RO-Crate: files, what they are, and which run made which figure from what."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rocrate.model.contextentity import ContextEntity
from rocrate.model.file import File
from rocrate.rocrate import ROCrate

from analysis.corpus.release import check_release, open_files
from analysis.runs.key import code_hash
from analysis.runs.plan import PlannedRun, notebook_number, plan_runs
from analysis.runs.verify import read_notes
from analysis.study.errors import RunError
from analysis.study.paths import Layout
from analysis.study.study import Study
from analysis.tables.schema import TABLES

_MEDIA = {
    ".csv": "text/csv",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".svg": "image/svg+xml",
    ".tex": "application/x-tex",
    ".toml": "application/toml",
}


@dataclass(frozen=True)
class Citation:
    """What ``CITATION.cff`` says of the study."""

    title: str
    licence: str
    released: str
    authors: tuple[str, ...]


def write_crate(study: Study, layout: Layout, target: Path) -> Path:
    """Write the open part of a study with its metadata, as a folder or a ``.zip``.

    Parameters
    ----------
    study, layout : Study, Layout
        The study and where it lies.
    target : path
        A folder that does not exist yet, or a file ending in ``.zip``.

    Returns
    -------
    path
        What was written: every open file with its type; each open table with its meaning;
        each notebook's run as an action from tables to figures.

    Raises
    ------
    RunError
        If the target is there already, or ``CITATION.cff`` or the figures are missing.
    ReleaseError
        If running text could be read from one of the files, or one is not listed.
    """
    target = target.absolute()
    if target.exists():
        raise RunError(f"{target}: is there already; name another place, or remove it")
    if not target.parent.is_dir():
        raise RunError(f"{target.parent}: no such folder; make it, or name another place")
    names = check_release(layout, open_files(layout))
    citation = read_citation(layout.root / "CITATION.cff")
    crate = ROCrate()
    _describe(crate, study, citation)
    files = {path: _add_file(crate, layout, path) for path in names}
    for plan in plan_runs(study, layout):
        _add_run(crate, plan, layout, files)
    _write(crate, target)
    return target


def _write(crate: ROCrate, target: Path) -> None:
    """Write beside the target and move into place: what is there is whole."""
    with tempfile.TemporaryDirectory(prefix=".crate-", dir=target.parent) as folder:
        beside = Path(folder) / target.name
        if target.suffix == ".zip":
            crate.write_zip(beside)
        else:
            crate.write(beside)
        beside.rename(target)


def read_citation(path: Path) -> Citation:
    """Read title, licence, date and authors.

    Raises
    ------
    RunError
        If the file or a field is missing.
    """
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Citation(
            title=fields["title"],
            licence=fields["license"],
            released=str(fields["date-released"]),
            authors=tuple(author["name"] for author in fields["authors"]),
        )
    except FileNotFoundError:
        raise RunError(f"{path}: no such file; a crate needs title, licence and authors") from None
    except (yaml.YAMLError, KeyError, TypeError) as fault:
        raise RunError(
            f"{path}: wanted title, license, date-released and authors with names; came {fault!r}"
        ) from None


def _describe(crate: ROCrate, study: Study, citation: Citation) -> None:
    crate.name = study.general.title
    crate.description = citation.title
    crate.datePublished = citation.released
    crate.license = f"https://spdx.org/licenses/{citation.licence}"
    crate.root_dataset["author"] = [
        crate.add(ContextEntity(crate, f"#{name}", {"@type": "Organization", "name": name}))
        for name in citation.authors
    ]


def _add_file(crate: ROCrate, layout: Layout, path: str) -> File:
    return crate.add_file(layout.root / path, path, properties=_properties(path))


def _properties(path: str) -> dict[str, str]:
    named = Path(path)
    properties = {"name": named.name}
    if named.suffix in _MEDIA:
        properties["encodingFormat"] = _MEDIA[named.suffix]
    if named.suffix == ".parquet" and named.stem in TABLES:
        properties["description"] = TABLES[named.stem].meaning
    return properties


def _add_run(crate: ROCrate, plan: PlannedRun, layout: Layout, files: dict[str, File]) -> None:
    """Add the default run of a notebook: from what it read to the figures that it gave."""
    notes = list(read_notes(layout.figures, plan.notebook))
    read = sorted({name for note in notes for name in note.get("inputs", {})})
    if not notes:
        return
    crate.add_action(
        files[f"notebooks/{plan.notebook}.ipynb"],
        identifier=f"#run-{plan.notebook}",
        object=[files[path] for path in map(_path_of, read) if path in files],
        result=list(_results(plan, files)),
        properties=_run_properties(plan, notes[0], code_hash()),
    )


def _path_of(name: str) -> str:
    """Give the path of an input; articles have one, too, but are no files of the crate."""
    return f"data/features/{name}.parquet" if name in TABLES else name


def _results(plan: PlannedRun, files: dict[str, File]) -> Iterator[File]:
    number = notebook_number(plan.notebook)
    return (file for path, file in files.items() if path.startswith(f"figures/{number}"))


def _run_properties(plan: PlannedRun, note: dict[str, Any], code: str) -> dict[str, str]:
    chosen = ", ".join(f"{name}={value}" for name, value in plan.parameters.items())
    versions = ", ".join(f"{name} {value}" for name, value in note.get("versions", {}).items())
    return {
        "@type": "CreateAction",
        "name": f"gipfel run {plan.notebook}",
        "description": f"parameters: {chosen}; versions: {versions}; seed {note.get('seed')}; "
        f"code {code}",
    }
