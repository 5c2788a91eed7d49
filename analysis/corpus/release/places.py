"""Which files may exist at all: places, endings and names, and what git or a crate gives out."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from analysis.study.errors import ReleaseError
from analysis.study.paths import Layout
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
        names = git(layout.root, "ls-files", "-z").split("\0")
    except ReleaseError:
        return []
    return [name for name in names if name and os.path.lexists(layout.root / name)]


def git(root: Path, *arguments: str) -> str:
    """Call git in a folder; raises `ReleaseError` with what it complains of."""
    done = subprocess.run(  # noqa: S603 -- fixed command, no shell
        ["git", *arguments],  # noqa: S607
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def staged_files(layout: Layout) -> list[str]:
    """List what is staged for the next commit, but for what is taken away."""
    names = git(
        layout.root, "diff", "--cached", "--name-only", "--relative", "--diff-filter=d", "-z"
    )
    return [name for name in names.split("\0") if name]


@contextmanager
def staged_copy(layout: Layout) -> Iterator[Layout]:
    """Return a copy of what is staged for the next commit; the working files may be others."""
    with tempfile.TemporaryDirectory(prefix="gipfel-staged-") as folder:
        git(layout.root, "checkout-index", "--all", f"--prefix={folder}/")
        yield Layout(Path(folder) / git(layout.root, "rev-parse", "--show-prefix").strip())
