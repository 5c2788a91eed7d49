"""What may be published: a whitelist of places, tables and cells, and a comparison with articles.

`check_release` is the one function that all commands, the hook for git and CI call.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
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
from analysis.corpus.release.tables import OpenTables, table_faults
from analysis.corpus.sources import Source, read_sources
from analysis.study.design import Labelled
from analysis.study.errors import ReleaseError, join_faults
from analysis.study.paths import Layout, git
from analysis.study.study import Study, read_study
from analysis.tables.schema import TABLES

_ROOT = (
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "CITATION.cff", "Makefile",
    "pyproject.toml", "requirements.lock", "environment.yml", "study.toml", "mkdocs.yml",
    ".gitignore", ".gitattributes",
)  # fmt: skip
#: What of a study a crate gives out: never ``data/raw``, ``data/local`` or ``papermill_runs``.
OPEN = (
    *(name for name in _ROOT if not name.startswith(".")),
    "analysis", "docs", "notebooks", "figures", "data/README.md", "data/sources.toml",
    "data/corrections.csv", "data/coding", "data/features", "data/lexicons", "data/validation",
)  # fmt: skip
_NAME = r"[a-z0-9][a-z0-9-]*"
_TOY = r"tests/toy/"
#: Kind of a published file -> patterns of its whole path. A file that fits none is refused.
PLACES: Mapping[str, str] = {
    "open table": rf"data/features/({'|'.join(TABLES)})\.parquet",
    "manifest": r"data/features/manifest\.json",
    "labels": rf"data/coding/{_NAME}_{_NAME}\.csv",
    "draw": rf"data/coding/{_NAME}\.csv",
    "design": rf"data/coding/{_NAME}\.json",
    "scores": rf"({_TOY})?data/validation/scores\.csv",
    "confusion": rf"({_TOY})?data/validation/confusion\.csv",
    "attack": r"data/validation/attack\.json",
    "corrections": r"data/corrections\.csv",
    **{
        f"figure {suffix}": rf"figures/\d\d_[a-z0-9_]+\.{suffix}"
        for suffix in ("csv", "json", "tex", "png", "pdf", "svg")
    },
    "notebook": r"notebooks/\d\d_[a-z0-9_]+\.ipynb",
    "font": r"analysis/figures/fonts/SourceSansPro-[A-Za-z]+\.ttf",
    "text": "|".join((
        *map(re.escape, _ROOT),
        r"data/README\.md",
        rf"({_TOY})?data/sources\.toml",
        rf"({_TOY})?data/lexicons/(boilerplate|mood|polarity|speech|about|target)\.toml",
        rf"({_TOY})?data/lexicons/stopwords\.txt",
        r"analysis/([a-z]+/)*[a-z0-9_]+\.py",
        r"analysis/coding/(page\.css|page\.html\.j2|page\.js|coding-rules\.md)",
        r"analysis/figures/(fonts/OFL\.txt|words\.toml)|analysis/tables/schema\.toml",
        r"docs/((how-to|reference|explanation)/)?[a-z0-9_-]+\.md|docs/README\.md",
        r"docs/reference_pages\.py",
        r"(tests|benchmarks)/[a-z0-9_]+\.py",
        r"tests/gold/(README\.md|[a-z0-9_-]+\.(csv|tsv|ds|json))",
        r"tests/toy/study\.toml|tests/toy/data/raw/[a-z]+_\d\.txt",
        r"\.ci/[a-z0-9-]+|\.githooks/(pre-commit|config)|papermill_runs/\.gitkeep",
    )),
}  # fmt: skip
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in PLACES.items()}
#: A name of a file could be a sentence, too.
LONGEST_FILE_NAME, MOST_PARTS = 60, 6
_IGNORED = {"__pycache__", ".ipynb_checkpoints"}


def kind_of(name: str) -> str | None:
    """Return the kind of a published file by its path below the study's root, if it has one."""
    return next((kind for kind, one in _PATTERNS.items() if one.fullmatch(name)), None)


def place_faults(name: str, path: Path) -> Iterator[str]:
    """Judge where a file lies, what it is called, and that it is a file of its own."""
    # The folders above it count as far as they lie below the study's root.
    if any(one.is_symlink() for one in (path, *list(path.parents)[: name.count("/")])):
        yield "a symbolic link; only files themselves are published"
    elif not path.is_file():
        yield "not a plain file"
    elif kind_of(name) is None:
        yield "not a file that a study publishes: no such name, ending or folder is listed"
    last = name.rpartition("/")[2]
    n_parts = len(re.split("[_-]", last.partition(".")[0]))
    if len(last) > LONGEST_FILE_NAME or n_parts > MOST_PARTS:
        yield (
            f"a file name of more than {LONGEST_FILE_NAME} characters or {MOST_PARTS} words"
            " could be a sentence"
        )


def published_files(layout: Layout) -> dict[str, Path]:
    """List what git tracks or a crate gives out, by path below the study's root, sorted."""
    names = {*_tracked(layout), *_inside_open(layout)}
    return {name: layout.root / name for name in sorted(names)}


def open_files(layout: Layout) -> dict[str, Path]:
    """List what a crate gives out, by path below the study's root, sorted."""
    return {name: layout.root / name for name in sorted(_inside_open(layout))}


def _inside_open(layout: Layout) -> Iterator[str]:
    for part in OPEN:
        place = layout.root / part
        # os.walk does not enter linked folders, so these are listed as what they are: links.
        if place.is_symlink() or place.is_file():
            yield part
        for folder, inner, files in os.walk(place):
            inner[:] = sorted(set(inner) - _IGNORED)
            links = [one for one in inner if (Path(folder) / one).is_symlink()]
            for one in (*files, *links):
                yield (Path(folder) / one).relative_to(layout.root).as_posix()


def _tracked(layout: Layout) -> list[str]:
    """List what git tracks and is there; nothing where git knows no study."""
    try:
        names = git(layout.root, ReleaseError, "ls-files", "-z").split("\0")
    except ReleaseError:
        return []
    return [name for name in names if name and os.path.lexists(layout.root / name)]


def staged_files(layout: Layout) -> list[str]:
    """List what is staged for the next commit, but for what is taken away."""
    names = git(
        layout.root,
        ReleaseError,
        "diff",
        "--cached",
        "--name-only",
        "--relative",
        "--diff-filter=d",
        "-z",
    )
    return [name for name in names.split("\0") if name]


@contextmanager
def staged_copy(layout: Layout) -> Iterator[Layout]:
    """Return a copy of what is staged for the next commit; the working files may be others."""
    with tempfile.TemporaryDirectory(prefix="gipfel-staged-") as folder:
        git(layout.root, ReleaseError, "checkout-index", "--all", f"--prefix={folder}/")
        yield Layout(
            Path(folder) / git(layout.root, ReleaseError, "rev-parse", "--show-prefix").strip()
        )


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
