"""What a notebook works with: the study, its open tables, the looks, and a place to export to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.export import Provenance, export_figure, export_table, export_values
from analysis.figures.layout import Look, look_of
from analysis.figures.readings import make_stamp, read_stamp, word_reading
from analysis.figures.tables import Value
from analysis.study.paths import STUDY_FILE, Layout, find_layout, follow_reads, run_folder
from analysis.study.study import Study, read_study
from analysis.tables.features import Features, hash_input, read_features

if TYPE_CHECKING:
    from IPython.display import Markdown

#: From here on, so that what a notebook reads before it opens its workbench is known, too.
_READ = follow_reads()


@dataclass(frozen=True)
class Workbench:
    """A study opened for one notebook.

    Attributes
    ----------
    notebook : str
        Its name, such as ``03_framing``.
    parameters : mapping
        The parameters that it runs with; they stand beside every figure.
    study : Study
        The design.
    features : Features
        The open tables.
    look : Look
        Language, width, colours and names for figures.
    folder : path
        Where figures go: the run's folder, or one for work by hand.
    cache : path
        Where results that take long are kept.
    layout : Layout
        Where the study lies.
    """

    notebook: str
    parameters: Mapping[str, object]
    study: Study
    features: Features
    look: Look
    folder: Path
    cache: Path
    layout: Layout

    @property
    def provenance(self) -> Provenance:
        """What an export rests on: parameters, seed, and every input read so far."""
        files = {name: hash_input(name, self.layout) for name in files_read(self.layout, _READ)}
        inputs = {name: found for name, found in files.items() if found} | self.features.contents()
        return Provenance(self.notebook, dict(self.parameters), inputs, self.study.seed)

    def export_figure(self, figure: Figure, name: str, data: pd.DataFrame, *, title: str) -> None:
        """Write a figure as PDF, SVG, PNG, the table drawn as CSV, and the provenance."""
        export_figure(
            figure,
            name,
            data=self._with_events(data),
            title=title,
            folder=self.folder,
            provenance=self.provenance,
        )

    def export_table(
        self, table: pd.DataFrame, name: str, headings: Mapping[str, str] | None = None
    ) -> None:
        """Write a table as CSV and LaTeX, with its provenance.

        Headings that are not given are those of ``words.toml``.
        """
        given = headings or {}
        export_table(
            self._with_events(table),
            name,
            {
                column: given[column] if column in given else self.look.heading(column, table=name)
                for column in table.columns
            },
            folder=self.folder,
            provenance=self.provenance,
            language=self.look.language,
        )

    def _with_events(self, table: pd.DataFrame) -> pd.DataFrame:
        """Name the events beside columns of target and reference, unless the table does so."""
        compares = any(str(name).endswith("_reference") for name in table.columns)
        if not compares or {"target", "reference"} <= set(table.columns):
            return table
        sides = self.study.comparison
        return table.assign(event_target=sides.target, event_reference=sides.reference)

    def export_values(self, values: Mapping[str, Value], name: str) -> None:
        """Write the numbers that a text quotes as JSON and as LaTeX macros."""
        export_values(
            values,
            name,
            folder=self.folder,
            provenance=self.provenance,
            language=self.look.language,
        )

    def show_reading(self, text: str, values: Mapping[str, object]) -> Markdown:
        """Show what was read in the results, its numbers put in.

        With another study, other tables or other parameters than those that the reading was
        stamped for, a note that says so stands in its place; see `word_reading`.
        """
        from IPython.display import Markdown  # noqa: PLC0415 -- only a notebook needs it

        path = find_layout().notebooks / f"{self.notebook}.ipynb"
        wanted = make_stamp(path, self.study, self.features.manifest["tables"], self.parameters)
        told = word_reading(
            text, values, found=read_stamp(path), wanted=wanted, notebook=self.notebook
        )
        return Markdown(told)  # type: ignore[no-untyped-call]


def open_workbench(notebook: str, parameters: Mapping[str, Any]) -> Workbench:
    """Open the study that this notebook belongs to.

    Parameters
    ----------
    notebook : str
        The notebook's name without ending.
    parameters : mapping
        Its parameters, all of them. ``width`` (column, page, word) and ``language``
        (de, en; empty: that of the study) say how figures are drawn.

    Returns
    -------
    Workbench
        Study, open tables, looks, and where to export to.

    Raises
    ------
    StudyError, TableError
        If no ``study.toml`` is found or it has faults; if open tables are missing.

    Examples
    --------
    >>> bench = open_workbench("03_framing", {"tier": "core"})
    >>> bench.look.name("Deal")
    'Deal'
    """
    layout = find_layout()
    study = read_study(layout)
    features = read_features(layout.features)
    look = look_of(
        study,
        width=parameters.get("width", "column"),
        language=parameters.get("language") or None,
    )
    doc_ids = features.documents["doc_id"].tolist()
    # A document is named by what stands before the first underscore, where that is enough.
    short = [doc_id.split("_")[0] for doc_id in doc_ids]
    names = dict(zip(doc_ids, short if len(set(short)) == len(short) else doc_ids, strict=True))
    return Workbench(
        notebook,
        parameters,
        study,
        features,
        replace(look, labels={**names, **look.labels}),
        run_folder(layout, notebook),
        layout.cache,
        layout,
    )


def files_read(layout: Layout, read: Collection[str]) -> list[str]:
    """List what counts as an input, besides open tables, among the files that were read.

    These are ``study.toml`` and files below the study's ``data``, sorted. Caches are none, and
    open tables are known by their content.

    Examples
    --------
    >>> files_read(Layout(Path("/s")), ["/s/data/coding/a.csv", "/s/data/features/terms.parquet"])
    ['data/coding/a.csv', 'study.toml']
    """
    data, left_out = layout.root / "data", (layout.features, layout.local)
    found = {STUDY_FILE}
    for path in map(Path, list(read)):
        if path.is_relative_to(data) and not any(map(path.is_relative_to, left_out)):
            found.add(path.relative_to(layout.root).as_posix())
    return sorted(found)
