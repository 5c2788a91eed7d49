"""How large the package is, printed beside what was decided: growth is a decision.

    .venv/bin/python -m benchmarks.size

Fails where a number is above its limit. To let the package grow, change the limit in the
commit that needs it, and say why in its message; ``wanted`` is where the numbers are to go.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import NamedTuple

import analysis
from benchmarks.entered_modules import find_entered_modules

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "analysis"


class Size(NamedTuple):
    """One number: what it is now, the most that is allowed, and what is wanted."""

    name: str
    now: int
    most: int
    wanted: int


def count_lines(folder: Path) -> int:
    """Count the lines of all modules below a folder."""
    return sum(len(path.read_text("utf-8").splitlines()) for path in folder.rglob("*.py"))


def count_statements(path: Path) -> int:
    """Count the statements of a module, docstrings and imports counted."""
    tree = ast.parse(path.read_text("utf-8"))
    return sum(isinstance(node, ast.stmt) for node in ast.walk(tree))


def measure() -> list[Size]:
    """Measure the package and its tests."""
    modules = list(PACKAGE.rglob("*.py"))
    own = [path for path in modules if path.name != "__init__.py"]
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in own}
    packages = [path for path in PACKAGE.glob("[a-z]*") if path.is_dir()]
    measures = PACKAGE / "measures"
    runs = PACKAGE / "runs"
    return [
        Size("lines of analysis/", count_lines(PACKAGE), 32_600, 32_000),
        Size("statements of analysis/", sum(map(count_statements, modules)), 17_060, 14_500),
        Size("modules of analysis/", len(modules), 145, 145),
        Size("modules under 60 lines", sum(n < 60 for n in lengths.values()), 1, 0),
        Size("lines of the longest module", max(lengths.values()), 400, 400),
        Size("packages of analysis/", len(packages), 10, 10),
        Size("lines of runs/", count_lines(runs), 3_520, 3_500),
        Size("modules of runs/", len(list(runs.rglob("*.py"))), 16, 16),
        Size("lines of measures/", count_lines(measures), 7_700, 9_000),
        Size("public names", len(analysis.__all__), 60, 60),
        Size("modules that a run enters", sum(map(len, find_entered_modules().values())), 52, 45),
        Size("lines of tests/", count_lines(ROOT / "tests"), 22_060, 18_000),
    ]


def main() -> int:
    """Print all numbers; return 1 if one is above its limit."""
    sizes = measure()
    print(f"{'':32}{'now':>8}{'limit':>8}{'wanted':>8}")
    for size in sizes:
        mark = "  above its limit" if size.now > size.most else ""
        print(f"{size.name:32}{size.now:8,}{size.most:8,}{size.wanted:8,}{mark}")
    return int(any(size.now > size.most for size in sizes))


if __name__ == "__main__":
    sys.exit(main())
