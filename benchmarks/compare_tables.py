"""Are the published tables those of an earlier version, but for the names of ``RENAMED``?

    .venv/bin/python -m benchmarks.compare_tables REVISION

Reads every CSV of ``figures/``, ``data/coding`` and ``data/validation``, and every open table,
at a revision of git and as it lies here, gives the old one its present names, and compares cell
by cell. Prints what differs and exits with 1; pictures are compared byte for byte.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("figures", "data/coding", "data/validation", "data/features")
PICTURES = {".pdf", ".svg", ".png"}
#: Columns by their names today.
COLUMNS: dict[str, str] = {}
#: Values of a column (as it is called today) by what stands for them today.
VALUES: dict[str, dict[str, str]] = {}
#: Columns and tables that are gone; CHANGELOG.md says why.
GONE_COLUMNS = ["reason"]
GONE_TABLES: list[str] = []
#: Where the rows of a table stand today, and which rows of that table they are.
MOVED: dict[str, tuple[str, dict[str, str]]] = {}


def git(*command: str) -> bytes:
    """Run a command of git in this checkout."""
    return subprocess.run(["git", *command], cwd=ROOT, check=True, capture_output=True).stdout


def read_table(name: str, data: bytes) -> pd.DataFrame:
    """Read a CSV file or an open table as cells of text."""
    if name.endswith(".parquet"):
        return pd.read_parquet(io.BytesIO(data)).astype("str")
    return pd.read_csv(io.BytesIO(data), dtype="str", keep_default_na=False)


def rename(table: pd.DataFrame) -> pd.DataFrame:
    """Give an old table the names of today, and leave out columns that are gone."""
    table = table.drop(columns=GONE_COLUMNS, errors="ignore").rename(columns=COLUMNS)
    values = {name: said for name, said in VALUES.items() if name in table}
    return table.assign(**{name: table[name].replace(said) for name, said in values.items()})


def rows_of(now: pd.DataFrame, where: dict[str, str]) -> pd.DataFrame:
    """Choose the rows of a table that have some values."""
    for column, value in where.items():
        now = now[now[column] == value]
    return now.reset_index(drop=True)


def compare(name: str, old: pd.DataFrame, now: pd.DataFrame) -> Iterator[str]:
    """Compare an old table, renamed, with the present one; columns that are new may be there."""
    lost = [column for column in old if column not in now]
    if lost:
        yield f"{name}: columns are lost: {', '.join(lost)}"
        return
    now = now[list(old.columns)]
    if sorted(map(tuple, old.to_numpy())) != sorted(map(tuple, now.to_numpy())):
        both = old.merge(now, how="outer", indicator=True)
        odd = both[both["_merge"] != "both"]
        yield f"{name}: {len(odd)} rows differ, such as\n{odd.head(4).to_string()}"


def find_differences(revision: str) -> Iterator[str]:
    """Compare all tables and pictures of a revision with those here."""
    for name in git("ls-tree", "-r", "--name-only", revision, *FOLDERS).decode().split():
        data = git("show", f"{revision}:{name}")
        now, where = MOVED.get(name, (name, {}))
        path = ROOT / now
        if path.suffix in PICTURES and path.is_file():
            if path.read_bytes() != data:
                yield f"{name}: has other bytes"
        elif path.suffix not in PICTURES | {".csv", ".parquet"} or name in GONE_TABLES:
            continue
        elif not path.is_file():
            yield f"{name}: is not here"
        else:
            here = rows_of(read_table(now, path.read_bytes()), where)
            yield from compare(name, rename(read_table(name, data)), here)


def main() -> int:
    """Print what differs; return 1 if anything does."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    found = list(find_differences(sys.argv[1]))
    print("\n".join(found) or "All tables and pictures are equal.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
