"""The one function that says whether files may be published."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from analysis.corpus.release.articles import Articles, readable
from analysis.corpus.release.cells import Known
from analysis.corpus.release.codings import (
    Cells,
    attack_faults,
    correction_faults,
    design_faults,
    draw_faults,
    label_faults,
    validation_faults,
)
from analysis.corpus.release.documents import manifest_faults, notebook_faults, text_faults
from analysis.corpus.release.figures import Figures
from analysis.corpus.release.places import kind_of, place_faults, published_files
from analysis.corpus.release.tables import OpenTables, table_faults
from analysis.corpus.sources import Source, read_sources
from analysis.study.errors import ReleaseError, join_faults
from analysis.study.paths import Layout
from analysis.study.study import Study, read_study
from analysis.tables.features import table_path
from analysis.tables.schema import TABLES

_WAY_OUT = (
    "Only what the whitelist of `analysis/corpus/release` names may be published:"
    " take the file or its text out; docs/reference/published-files.md says what may stand where."
)


def check_release(
    layout: Layout,
    files: Mapping[str, Path] | None = None,
    *,
    only: Collection[str] | None = None,
    raw: Path | None = None,
) -> list[str]:
    """Refuse files from which running text could be read, and all that the whitelist lacks.

    Every file must lie in a place and have a name that a study publishes, be no symbolic
    link, and hold what its kind may hold: an open table exactly the columns of the schema,
    with keys that resolve and ranges that hold; a coding, labels and short names; a figure,
    cells that package, study or open tables know; a notebook, no outputs. Where the articles
    are, no file holds eight words in a row of one; titles are excepted.

    Parameters
    ----------
    layout : Layout
        The study.
    files : mapping of name to path, optional
        What to check: paths below the study's root, and where each file lies now. By default
        all that git tracks and all that a crate gives out.
    only : collection of str, optional
        Which of them to judge; the others are what they stand beside.
    raw : path, optional
        The folder of the articles; by default ``data/raw``.

    Returns
    -------
    list of str
        The names of the files that passed.

    Raises
    ------
    ReleaseError
        With every fault found: the file and the reason, never its text.

    Examples
    --------
    >>> from analysis.study.paths import find_layout
    >>> layout = find_layout()
    >>> check_release(layout, {"study.toml": layout.study_file})
    ['study.toml']
    """
    files = published_files(layout) if files is None else files
    check = _Check(layout, files, raw or layout.raw)
    names = [name for name in files if only is None or name in only]
    faults = [f"{name}: {fault}" for name in names for fault in check.faults(name)]
    if faults:
        raise ReleaseError(join_faults(f"release check of {layout.root.name}", faults, _WAY_OUT))
    return names


@dataclass(frozen=True)
class _Check:
    """What is read once for all files: each only when the first file needs it."""

    layout: Layout
    files: Mapping[str, Path]
    raw: Path

    def faults(self, name: str) -> Iterator[str]:
        """Judge one file: first its place, then what it holds, then against the articles."""
        path = self.files[name]
        out_of_place = list(place_faults(name, path))
        if out_of_place:
            yield from out_of_place
            return
        yield from self._judge(kind_of(name) or "", name, path)
        if self._articles is not None:
            yield from islice(filter(None, map(self._articles.fault, readable(path))), 1)

    def _judge(self, kind: str, name: str, path: Path) -> Iterator[str]:
        small: dict[str, Callable[[Path, Cells], Iterator[str]]] = {
            "labels": label_faults,
            "draw": draw_faults,
            "scores": validation_faults,
            "confusion": validation_faults,
            "corrections": correction_faults,
        }
        alone = {"attack": attack_faults, "design": design_faults, "notebook": notebook_faults}
        if kind == "open table":
            yield from table_faults(path, self._tables)
        elif kind in small:
            yield from small[kind](path, self._cells)
        elif name.startswith("figures/"):
            yield from self._figures.faults(name, kind)
        elif kind == "manifest":
            yield from manifest_faults(path, self.files)
        elif kind in alone:
            yield from alone[kind](path)
        elif kind == "text":
            yield from text_faults(name, path)

    @cached_property
    def _study(self) -> Study:
        return read_study(self.layout)

    @cached_property
    def _sources(self) -> tuple[Source, ...]:
        return read_sources(self.layout, self._study)

    @cached_property
    def _tables(self) -> OpenTables:
        paths = {name: table_path(name, self.layout.features) for name in TABLES}
        return OpenTables(paths, self._study, self._sources)

    @cached_property
    def _known(self) -> Known:
        tables, study = self._tables, self._study
        speakers = set(tables.frame("mentions")["speaker"])
        named = [
            *((one.id, one.label) for one in study.frames),
            *((one.id, one.label) for one in study.actors),
            *((one.id, one.label) for one in study.events),
            *((one.id, one.label) for one in study.claims),
        ]
        names = {
            *(text for id_, label in named for text in (id_, label.de, label.en)),
            *(name for actor in study.actors for name in actor.names),
            *(source.outlet for source in self._sources),
            *(source.id for source in self._sources),
            *speakers,
        } - {""}
        return Known(frozenset(names) | tables.known_cells(), frozenset(names))

    @cached_property
    def _cells(self) -> Cells:
        return Cells(self._known, {source.id: source.size for source in self._sources})

    @cached_property
    def _figures(self) -> Figures:
        notebooks = {path.stem: path for path in self.layout.notebooks.glob("*.ipynb")}
        return Figures(self.files, notebooks, self._known)

    @cached_property
    def _articles(self) -> Articles | None:
        return Articles.read(self.raw, [source.title for source in self._sources])
