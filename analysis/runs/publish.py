"""Moving the figures of a default run to ``figures/``, the folder that is in git."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.runs.job import FIGURES_FOLDER
from analysis.runs.plan import hash_bytes, notebook_number
from analysis.runs.record import RunRecord
from analysis.study.atomic import write_if_changed
from analysis.study.errors import RunError
from analysis.study.paths import Layout


@dataclass(frozen=True)
class Published:
    """What changed in ``figures/``: names of files, sorted."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def publish_figures(record: RunRecord, figures: Path) -> Published:
    """Bring ``figures/`` to what a successful default run gave.

    Only files whose bytes differ are written, one at a time and each in one step;
    files of the notebook that the run no longer gives are removed. A run that is
    not the default one, or did not succeed, changes nothing.

    Parameters
    ----------
    record : RunRecord
        The run; its figures lie in ``figures/`` below its folder.
    figures : path
        The folder that is in git.

    Returns
    -------
    Published
        The names of the files written and removed.

    Raises
    ------
    RunError
        Before anything is written, if a file's name does not begin with the number
        of its notebook (``02_``), or if the run's folder of figures has a folder or a link in it.

    Examples
    --------
    >>> record = RunRecord("02_terms", "0123456789ab", "succeeded", Path("x"), {})
    >>> publish_figures(record, Path("figures"))
    Published(written=(), removed=())
    """
    if not record.is_default or record.state != "succeeded":
        return Published()
    number = notebook_number(record.notebook)
    found = _listed(record)
    _check_names(found, number, record.notebook)
    figures.mkdir(parents=True, exist_ok=True)
    written = [
        path.name for path in found if write_if_changed(figures / path.name, path.read_bytes())
    ]
    names = {path.name for path in found}
    stale = [path for path in sorted(figures.glob(f"{number}*")) if path.name not in names]
    for path in stale:
        path.unlink()
    return Published(tuple(written), tuple(path.name for path in stale))


def publish_checked(records: Sequence[RunRecord], layout: Layout) -> list[Published]:
    """Publish the figures of runs, after the release check of those that would change.

    Raises
    ------
    ReleaseError
        Before anything is written, with every file from which text could be read.
    RunError
        As `publish_figures`.
    """
    default = [
        one
        for one in records
        if one.is_default and one.state == "succeeded" and unpublished(one, layout.figures)
    ]
    if not default:
        return [Published() for _ in records]
    from analysis.corpus.release import check_release, published_files  # noqa: PLC0415 (needs pandas)

    numbers = tuple(f"figures/{notebook_number(one.notebook)}" for one in default)
    new = {f"figures/{path.name}": path for one in default for path in _listed(one)}
    old = {n: p for n, p in published_files(layout).items() if not n.startswith(numbers)}
    check_release(layout, {**old, **new}, only=set(new))
    return [publish_figures(record, layout.figures) for record in records]


def _listed(record: RunRecord) -> list[Path]:
    return sorted(record.figures.iterdir()) if record.figures.is_dir() else []


def _check_names(found: list[Path], number: str, notebook: str) -> None:
    wrong = [
        path.name
        for path in found
        if not path.name.startswith(number) or path.is_symlink() or not path.is_file()
    ]
    if wrong:
        raise RunError(
            f"{notebook}: cannot publish {', '.join(wrong)}."
            f" Wanted files, no folders or links, with names that begin with {number!r}:"
            f" export them under such a name."
        )


def unpublished(record: RunRecord, figures: Path) -> list[str]:
    """Name the files that `publish_figures` would write or remove, as reasons."""
    if not record.is_default:
        return []
    start = f"{FIGURES_FOLDER}/"
    given = {n.removeprefix(start): h for n, h in record.outputs.items() if n.startswith(start)}
    found = figures.glob(f"{notebook_number(record.notebook)}*")
    here = {path.name: hash_bytes(path.read_bytes()) for path in found}
    changed = [name for name in sorted({*given, *here}) if given.get(name) != here.get(name)]
    return [f"{figures.name}/{name} is not as the run left it" for name in changed]
