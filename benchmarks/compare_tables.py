"""Are the published tables and pictures those of an earlier version, but for the names below?

    .venv/bin/python -m benchmarks.compare_tables REVISION

Reads every CSV and picture of ``figures/``, ``data/coding`` and ``data/validation``, and every
open table, at a revision of git and as it lies here, gives the old table its present names, and
compares cell by cell. Pictures are compared byte for byte, but for the hash of inputs and
parameters in their description. Prints what differs, and exits with 1.
"""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("figures", "data/coding", "data/validation", "data/features")
PICTURES = {".pdf", ".svg", ".png"}
TABLES = {".csv", ".parquet"}
#: Columns by their names today.
COLUMNS = {
    "target": "about",
    "target_cue": "about_cue",
    "target_rule": "about_rule",
    "rests_on": "interval_basis",
}
#: In these tables ``target`` is the event compared, and keeps its name.
COMPARING = ("figures/06_", "figures/11_")
ABOUT = {"target": "about", "target_elsewhere": "about_elsewhere", "summit": "event"}
#: Values of a column (as it is called today) by what stands for them today.
VALUES = {
    **dict.fromkeys(("about", "layer", "gold", "predicted", "choice", "option", "default"), ABOUT),
    "value": {"summit": "event"},
    "interval_basis": {
        "Bonett and Price, mentions as units: conditional on these texts": "bonett_price_mentions",
        "Fisher's z, documents as units": "fisher_z_documents",
        "Welch, documents as units": "welch_documents",
        "Wilson, mentions as units: conditional on these texts": "wilson_mentions",
        "Wilson, words as units: conditional on these texts": "wilson_words",
        "bootstrap of documents": "bootstrap_documents",
        "no interval": "no_interval",
        "no interval: every document is shown": "every_document_shown",
        "no mention: one-sided Poisson bound, conditional on these texts": "poisson_bound_mentions",
    },
}
#: Tables of which every row was a refusal; a notebook for large studies makes them.
GONE = {"figures/03_length.csv", "figures/03_together.csv", "figures/08_trend.csv"}
#: Where the rows of a table stand today: the column and value that mark them, the columns that
#: have another name there, and (empty) those that can be counted from other rows.
BREAKDOWNS, MEASURES = "figures/03_breakdowns.csv", "figures/03_measures.csv"
COUNTED = ("n_affirmed", "n_negated", "n_open", "media_status", "media_reason", "counted_as")
COUNTED += ("n_speakers", "n_unknown", "n_narrator", "n_effective", "n_documents", "estimate")
MOVED = {
    "figures/03_polarity.csv": [(BREAKDOWNS, ("breakdown", "polarity"), {})],
    "figures/03_speakers.csv": [(BREAKDOWNS, ("breakdown", "speaker"), {})],
    "figures/03_position.csv": [(BREAKDOWNS, ("breakdown", "place"), {})],
    "figures/03_assertion.csv": [
        (MEASURES, ("measure", "net_assertion"), {"n_mentions": "n", "net": "value"})
    ],
    "figures/03_own_voice.csv": [
        (MEASURES, None, {"n_mentions": "n_total", "share": "value"}),
    ],
    "figures/03_concentration.csv": [
        (
            MEASURES,
            ("measure", "top_speaker"),
            {
                "top_speaker": "speaker",
                "n_mentions": "n_total",
                "share": "value",
                **dict.fromkeys(("n_raw", "herfindahl"), ""),
                **dict.fromkeys(("herfindahl_status", "herfindahl_reason"), ""),
            },
        ),
        (
            MEASURES,
            ("measure", "herfindahl"),
            {
                "n_mentions": "n",
                "herfindahl": "value",
                "herfindahl_status": "status",
                "herfindahl_reason": "reason",
                **dict.fromkeys(("top_speaker", "n", "share", "low", "high"), ""),
                **dict.fromkeys(("interval_basis", "status", "reason"), ""),
            },
        ),
    ],
    "figures/03_dispersion.csv": [
        (
            MEASURES,
            ("measure", name),
            {**dict.fromkeys(("dp", "dp_norm", "dp_egbert"), ""), name: "value"}
            | {"n_documents_total": "n_total"},
        )
        for name in ("dp", "dp_norm", "dp_egbert")
    ],
    "figures/03_leave_one_out.csv": [
        (MEASURES, ("measure", "share_without"), {"without": "doc_id", "low": "", "high": ""})
    ],
}


def git(*command: str) -> bytes:
    """Run a command of git in this checkout."""
    return subprocess.run(["git", *command], cwd=ROOT, check=True, capture_output=True).stdout


def read_table(name: str, data: bytes) -> pd.DataFrame:
    """Read a CSV file or an open table as cells of text."""
    if name.endswith(".parquet"):
        return pd.read_parquet(io.BytesIO(data)).astype("str")
    return pd.read_csv(io.BytesIO(data), dtype="str", keep_default_na=False)


def rename(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Give an old table the names of today."""
    kept = "target" if name.startswith(COMPARING) else ""
    table = table.rename(columns={old: now for old, now in COLUMNS.items() if old != kept})
    values = {column: said for column, said in VALUES.items() if column in table}
    return table.assign(**{column: table[column].replace(said) for column, said in values.items()})


def find_moved(name: str, old: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield the old table and the present one, in the columns that are compared."""
    for now, mark, columns in MOVED.get(name, [(name, None, {})]):
        path = ROOT / now
        if not path.is_file():
            yield old, pd.DataFrame()
            continue
        here = read_table(now, path.read_bytes())
        if mark:
            here = here[here[mark[0]] == mark[1]]
        gone = [column for column, other in columns.items() if not other]
        if name in MOVED:
            gone += [column for column in COUNTED if column in old and column not in columns]
        # A sentence that became a code and its values is compared by neither.
        gone += [column for column in old if column.endswith("reason") and f"{column}_code" in here]
        yield old.drop(columns=gone).rename(columns=columns), here


def shorten(cell: str) -> str:
    """Round a number to six digits: tables round to their own."""
    try:
        return f"{float(cell):.6g}"
    except ValueError:
        return cell


def compare(name: str, old: pd.DataFrame, here: pd.DataFrame) -> Iterator[str]:
    """Compare an old table with the present one; columns that are new may be there."""
    lost = [column for column in old if column not in here]
    if lost:
        yield f"{name}: lost the columns {', '.join(lost)}"
        return
    before = Counter(map(tuple, old.map(shorten).to_numpy()))
    now = Counter(map(tuple, here[list(old.columns)].map(shorten).to_numpy()))
    lost_rows, new_rows = before - now, Counter() if name in MOVED else now - before
    if lost_rows or new_rows:
        some = [*list(lost_rows)[:1], *list(new_rows)[:1]]
        yield f"{name}: {lost_rows.total()} rows are lost, {new_rows.total()} are new: {some}"


def drawn(data: bytes) -> bytes:
    """Return what is drawn in a picture, without the description of what it was made from."""
    if not data.startswith(b"\x89PNG"):
        return re.sub(rb"inputs and parameters [0-9a-f]{16}", b"", data)
    kept, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] not in {b"tEXt", b"iTXt"}:
            kept += data[at : at + 12 + length]
        at += 12 + length
    return kept


def find_differences(revision: str) -> Iterator[str]:
    """Compare all tables and pictures of a revision with those here."""
    for name in git("ls-tree", "-r", "--name-only", revision, *FOLDERS).decode().split():
        path = ROOT / name
        if path.suffix not in PICTURES | TABLES or name in GONE:
            continue
        data = git("show", f"{revision}:{name}")
        if path.suffix in TABLES:
            for old, here in find_moved(name, rename(name, read_table(name, data))):
                yield from compare(name, old, here)
        elif not path.is_file() or drawn(path.read_bytes()) != drawn(data):
            yield f"{name}: {'is drawn otherwise' if path.is_file() else 'is not here'}"


def main() -> int:
    """Print what differs; return 1 if anything does."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    found = list(find_differences(sys.argv[1]))
    print("\n".join(found) or "All tables and pictures are equal, but for their names.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
