"""What may be published: a whitelist of places, tables and cells, and a comparison with articles.

`check_release` is the one function that all commands, the hook for git and CI call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from analysis.corpus.release.articles import Articles, readable
from analysis.corpus.release.cells import Known, UnreadableError
from analysis.corpus.release.figures import figure_faults
from analysis.corpus.release.files import (
    SMALL_TABLES,
    Cells,
    attack_faults,
    design_faults,
    manifest_faults,
    notebook_faults,
    text_faults,
)
from analysis.corpus.release.places import (
    kind_of,
    open_files,
    place_faults,
    published_files,
    staged_copy,
    staged_files,
)
from analysis.corpus.release.tables import OpenTables, table_faults
from analysis.corpus.sources import Source, read_sources
from analysis.study.design import Labelled
from analysis.study.errors import ReleaseError, join_faults
from analysis.study.paths import Layout
from analysis.study.study import Study, read_study

__all__ = ["check_release", "open_files", "published_files", "staged_copy", "staged_files"]

_WAY_OUT = (
    "Only what the whitelist of `analysis/corpus/release` names may be published:"
    " take the file or its text out; docs/reference/published-files.md says what may stand where."
)
#: Kinds of files that are judged by themselves.
_ALONE: Mapping[str, Callable[[Path], Iterator[str]]] = {
    "attack": attack_faults,
    "design": design_faults,
    "notebook": notebook_faults,
    "text": text_faults,
}


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
        try:
            yield from self._judge(kind_of(name) or "", name, path)
        except UnreadableError as fault:
            yield str(fault)
        if self._articles is not None:
            yield from islice(filter(None, map(self._articles.fault, readable(path))), 1)

    def _judge(self, kind: str, name: str, path: Path) -> Iterator[str]:
        if kind in _ALONE:
            return _ALONE[kind](path)
        if kind in SMALL_TABLES:
            documents = {source.id: source.size for source in self._sources}
            return Cells(self._known, documents).faults(kind, path)
        if kind == "open table":
            return table_faults(path, self._tables)
        if kind == "manifest":
            return manifest_faults(path, self.files)
        if kind.startswith("figure "):
            return figure_faults(
                name, kind, files=self.files, notebooks=self.layout.notebooks, known=self._known
            )
        return iter(())

    @cached_property
    def _study(self) -> Study:
        return read_study(self.layout)

    @cached_property
    def _sources(self) -> tuple[Source, ...]:
        return read_sources(self.layout, self._study)

    @cached_property
    def _tables(self) -> OpenTables:
        return OpenTables(self.layout.features, self._study, self._sources)

    @cached_property
    def _known(self) -> Known:
        study = self._study
        labelled: list[Labelled] = [*study.frames, *study.actors, *study.events, *study.claims]
        names = {
            *(text for one in labelled for text in (one.id, one.label.de, one.label.en)),
            *(name for actor in study.actors for name in actor.names),
            *(text for source in self._sources for text in (source.id, source.outlet)),
            *self._tables.frame("mentions")["speaker"],
        } - {""}
        return Known(frozenset(names) | self._tables.known_cells(), frozenset(names))

    @cached_property
    def _articles(self) -> Articles | None:
        return Articles.read(self.raw, [source.title for source in self._sources])
