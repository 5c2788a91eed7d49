"""How mentions were coded a second time, and how good the coding was measured to be; no text.

``data/coding`` holds, for each sample, ``<sample>.json`` (how it was drawn),
``<sample>.csv`` (what was drawn, with inclusion probabilities) and one
``<sample>_<coder>.csv`` for each coder. A coder whose name begins with ``llm`` is a language
model, every other one a person. ``data/validation`` holds the numbers of evaluations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.study.atomic import write_atomically, write_if_changed
from analysis.study.errors import TableError, unknown
from analysis.study.paths import find_layout
from analysis.study.text_files import read_csv, read_json
from analysis.tables.features import Features, content_hash
from analysis.tables.schema import ABOUT, POLARITIES, VOICES

#: What a sample is drawn from: whoever codes anew does not change it, new mentions do.
POPULATION_COLUMNS = ("mention_id", "event", "frame", "tier", "begin", "end", "surface")
DRAW_COLUMNS = ("mention_id", "stratum", "n_stratum", "n_drawn", "inclusion_probability")
DRAW_NUMBERS = {"n_stratum": "int64", "n_drawn": "int64", "inclusion_probability": "float64"}
RIGHT, WRONG = "yes", "no"
#: Codes of a mention and what each may be; None: a name.
LABELS: dict[str, tuple[str, ...] | None] = {
    "frame_right": (RIGHT, WRONG),
    "about": ABOUT,
    "polarity": POLARITIES,
    "voice": VOICES,
    "speaker": None,
}
#: Columns of ``data/corrections.csv``, and what each layer may be set to; None: any text. Frame
#: ``none`` takes a mention away.
CORRECTION_COLUMNS = ("doc_id", "begin", "end", "surface", "layer", "value", "note")
CORRECTED: dict[str, tuple[str, ...] | None] = {
    "frame": ("none",),
    "about": ABOUT,
    "polarity": POLARITIES,
    "voice": VOICES,
    "speaker": None,
}
LABEL_COLUMNS = ("mention_id", *LABELS)
CODING_COLUMNS = ("sample", "coder", *LABEL_COLUMNS, *DRAW_COLUMNS[1:], "tiers", "n_population")
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
#: A speaker is a name; what is longer could be article text.
LONGEST_NAME = 60
#: What a set of coded text is known to be; the first columns of ``scores.csv``.
VALIDATED = {
    "source": ("mentions", "quotes"),
    "tier": ("core", "near", ""),
    "seen": ("unseen", "scored", "read"),
    "coded_by": ("language_model", "people"),
}
METRICS = ("accuracy", "precision", "recall", "f1")
SCORE_NUMBERS = ("value", "n", "floor", "kappa")
VALIDATION_COLUMNS = {
    "scores": ("set", *VALIDATED, "commit", "layer", "metric", *SCORE_NUMBERS),
    "confusion": ("set", "layer", "gold", "predicted", "n"),
}


@dataclass(frozen=True)
class Draw:
    """A random sample of mentions.

    ``design`` says by, allocation, n, seed, tiers, n_population and population (the hash of what
    it was drawn from); ``rows`` are mention_id, stratum, n_stratum (mentions in the stratum),
    n_drawn (drawn from it) and inclusion_probability, sorted by mention_id.
    """

    sample: str
    design: Mapping[str, Any]
    rows: pd.DataFrame


def check_name(what: str, name: str) -> str:
    """Check the name of a sample or coder; raises `TableError`."""
    if not NAME.fullmatch(name):
        raise TableError(
            f"name of a {what}: wanted small letters a to z, digits and hyphens, came {name!r}"
        )
    return name


def find_population(mentions: pd.DataFrame, tiers: Sequence[str]) -> pd.DataFrame:
    """Return the mentions of some tiers, sorted: what a sample is drawn from."""
    wanted = mentions[mentions["tier"].isin(list(tiers))]
    return wanted.sort_values("mention_id", ignore_index=True)


def hash_population(population: pd.DataFrame) -> str:
    """Hash which mentions there are, but not how they were coded.

    A sample stays good when rules are mended that code its mentions; it does not when
    mentions are found that it could not have drawn.
    """
    return content_hash(population.loc[:, list(POPULATION_COLUMNS)].astype("object").astype("str"))


def find_samples(folder: Path) -> list[str]:
    """List the samples of a folder."""
    return sorted(path.stem for path in folder.glob("*.json"))


def write_draw(draw: Draw, folder: Path) -> None:
    """Keep a sample; raises `TableError` if another one has its name: labels may depend on it."""
    check_write(draw, folder)
    rows = draw.rows.to_csv(index=False, lineterminator="\n")
    write_if_changed(folder / f"{draw.sample}.csv", rows.encode())
    text = json.dumps(dict(draw.design), indent=1, sort_keys=True, ensure_ascii=False)
    write_if_changed(folder / f"{draw.sample}.json", f"{text}\n".encode())


def check_write(draw: Draw, folder: Path) -> None:
    """Check that no other sample has the name; raises `TableError`."""
    if draw.sample not in find_samples(folder):
        return
    known = read_draw(draw.sample, folder)
    if dict(known.design) != dict(draw.design) or not known.rows.equals(draw.rows):
        raise TableError(
            f"{folder / draw.sample}.json: another sample has this name, and labels may depend "
            "on it. Choose another name with --name, or delete its files."
        )


def read_draw(sample: str, folder: Path) -> Draw:
    """Read a sample; raises `TableError` if there is none or its files do not fit together."""
    if sample not in find_samples(folder):
        raise TableError(f"{folder}: {unknown('sample', sample, find_samples(folder))}")
    design = read_json(folder / f"{sample}.json", TableError)
    rows = read_csv_as(folder / f"{sample}.csv", DRAW_COLUMNS)
    try:
        return Draw(sample, design, rows.astype(DRAW_NUMBERS))
    except ValueError as fault:
        raise TableError(f"{folder / sample}.csv: wanted numbers: {fault}") from None


def read_csv_as(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Read a CSV file of text cells that has these columns; raises `TableError`."""
    missing = "no such file. Restore it with `git checkout data/coding`."
    return read_csv(path, TableError, columns, missing=missing).reset_index(drop=True)


def check_drawn_from(draw: Draw, mentions: pd.DataFrame) -> None:
    """Check that a sample was drawn from these mentions; raises `TableError`.

    If the study's mentions are others by now, their inclusion probabilities are unknown.
    """
    population = find_population(mentions, draw.design["tiers"])
    if hash_population(population) != draw.design["population"]:
        raise TableError(
            f"sample {draw.sample!r} was drawn from other data: wanted the "
            f"{draw.design['n_population']} mentions of then, came {len(population)} that are not "
            "the same. Draw a new sample with `gipfel code sample`, or go back to the open tables "
            "that it was drawn from."
        )


def write_labels(labels: pd.DataFrame, sample: str, coder: str, folder: Path) -> bool:
    """Keep the labels of one coder, without text; say whether the file changed."""
    text = labels.loc[:, list(LABEL_COLUMNS)].sort_values("mention_id")
    path = folder / f"{check_name('sample', sample)}_{check_name('coder', coder)}.csv"
    return write_if_changed(path, text.to_csv(index=False, lineterminator="\n").encode())


def read_codings(
    features: Features, sample: str | None = None, folder: Path | None = None
) -> pd.DataFrame:
    """Read how one random sample was coded a second time.

    Parameters
    ----------
    features : Features
        The open tables that the sample must have been drawn from.
    sample : str, optional
        Its name; not needed where there is one only.
    folder : path, optional
        By default ``data/coding`` of the study.

    Returns
    -------
    DataFrame
        One row per coder and mention: sample, coder, mention_id, frame_right, about,
        polarity, voice, speaker, stratum, n_stratum, n_drawn, inclusion_probability,
        tiers (joined by +), n_population. Without a sample or labels it has no rows.

    Raises
    ------
    TableError
        If the sample is unknown, not the only one and not named, or drawn from other data;
        if a coder's file does not hold its mentions.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> sorted(read_codings(read_features())["coder"].unique())
    ['llm-a', 'llm-b']
    """
    folder = folder or find_layout().coding
    names = find_samples(folder)
    if sample is None and not names:
        return _empty()
    if sample is None and len(names) > 1:
        raise TableError(f"{folder}: several samples, name one: {', '.join(names)}")
    draw = read_draw(sample or names[0], folder)
    check_drawn_from(draw, features.mentions)
    parts = [_coder_rows(draw, path) for path in sorted(folder.glob(f"{draw.sample}_*.csv"))]
    return pd.concat(parts, ignore_index=True) if parts else _empty()


def _empty() -> pd.DataFrame:
    numbers = {**DRAW_NUMBERS, "n_population": "int64"}
    return pd.DataFrame(columns=list(CODING_COLUMNS), dtype="str").astype(numbers)


def _coder_rows(draw: Draw, path: Path) -> pd.DataFrame:
    labels = read_csv_as(path, LABEL_COLUMNS)
    if sorted(labels["mention_id"]) != sorted(draw.rows["mention_id"]):
        raise TableError(
            f"{path}: wanted the {len(draw.rows)} mentions of the sample, each once. "
            "Import the coder's sheet anew with `gipfel code import`."
        )
    whole = labels.merge(draw.rows, on="mention_id", validate="one_to_one")
    return whole.assign(
        sample=draw.sample,
        coder=path.stem.removeprefix(f"{draw.sample}_"),
        tiers="+".join(draw.design["tiers"]),
        n_population=int(draw.design["n_population"]),
    ).loc[:, list(CODING_COLUMNS)]


def is_name(cell: str) -> bool:
    """Say whether a cell can be a name: one line of at most 60 characters."""
    return len(cell) <= LONGEST_NAME and cell.isprintable()


# ------------------------------------------------------------------ how good the coding is


@dataclass(frozen=True)
class CodedSet:
    """Text that was coded to measure the rules by; ``commit`` is the version that was scored.

    ``seen`` says what was known of it when it was scored: unseen (nothing), scored (the rules
    were changed after earlier scores), read (its text was read while rules were written). The
    tier of quotes is empty.
    """

    set: str
    source: str
    tier: str
    seen: str
    coded_by: str
    commit: str

    def __post_init__(self) -> None:
        for column, allowed in VALIDATED.items():
            if getattr(self, column) not in allowed:
                raise TableError(
                    f"data/validation: {unknown(column, getattr(self, column), allowed)}"
                )


def read_validation(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Read how good the coding was measured to be.

    Parameters
    ----------
    name : str
        scores (a row per set, layer and metric: `CodedSet`, layer, metric, value, n
        mentions or articles, floor, kappa) or confusion (set, layer, gold, predicted, n).
    folder : path, optional
        By default ``data/validation`` of the study.

    Raises
    ------
    TableError
        If the file or a column is missing.

    Examples
    --------
    >>> sorted(read_validation("scores")["seen"].unique())
    ['read', 'scored', 'unseen']
    """
    path = (folder or find_layout().validation) / f"{name}.csv"
    missing = "no such file. Measure with `gipfel evaluate ... --save NAME`."
    table = read_csv(path, TableError, VALIDATION_COLUMNS[name], missing=missing)
    try:
        numbers = {
            column: pd.to_numeric(table[column].mask(table[column] == ""))
            for column in SCORE_NUMBERS
            if column in table
        }
    except ValueError as fault:
        raise TableError(f"{path}: wanted numbers: {fault}") from None
    return table.assign(**numbers).reset_index(drop=True)


def write_validation(
    about: CodedSet,
    scores: Mapping[str, Mapping[str, float]],
    confusion: pd.DataFrame | None,
    folder: Path,
) -> None:
    """Keep the numbers of one set; those of the others stay."""
    rows = [asdict(about) | row for row in _rows(scores)]
    _replace_set(pd.DataFrame(rows, columns=list(VALIDATION_COLUMNS["scores"])), "scores", folder)
    if confusion is not None:
        _replace_set(confusion.assign(set=about.set), "confusion", folder)


def _rows(scores: Mapping[str, Mapping[str, float]]) -> Iterator[dict[str, object]]:
    for layer, found in scores.items():
        for metric in METRICS:
            if metric in found:
                known = {name: found.get(name) for name in SCORE_NUMBERS}
                yield known | {"layer": layer, "metric": metric, "value": found[metric]}


def _replace_set(table: pd.DataFrame, name: str, folder: Path) -> None:
    path, columns = folder / f"{name}.csv", list(VALIDATION_COLUMNS[name])
    if path.is_file():
        kept = read_validation(name, folder)
        table = pd.concat([kept[~kept["set"].isin(table["set"])], table[columns]])
    text = table.sort_values("set", kind="stable")[columns].to_csv(index=False, lineterminator="\n")
    write_atomically(path, text.encode())
