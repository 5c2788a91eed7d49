"""Which of our modules a notebook rests on, and what each of them says.

Read with `ast`, and kept by the content of the file, so that each version of a
module is parsed once. Comments, docstrings and blank lines do not count.
"""

from __future__ import annotations

import ast
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import analysis
from analysis.runs.trace import hash_bytes
from analysis.study.atomic import write_atomically

PACKAGE = "analysis"
#: Kept in the run store: what is known of every version of a module that a run rested on.
INDEX_FILE = ".modules.json"
#: Raise it when what is kept changes its meaning; the way in which Python writes its trees
#: changes with its version.
_FORMAT = f"1, Python {'.'.join(platform.python_version_tuple()[:2])}"
_HOME = Path(analysis.__file__).resolve().parent
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Index:
    """What is known of versions of modules, by the hash of the file."""

    def __init__(self, store: Path) -> None:
        self.path = store / INDEX_FILE
        self.known = _read_index(self.path)
        self.is_new = False

    def look(self, path: Path) -> dict[str, Any]:
        """Give what a module imports, the hash of its code, and those of its definitions."""
        content = path.read_bytes()
        key = hash_bytes(content)
        if key not in self.known:
            self.known[key] = describe_module(content)
            self.is_new = True
        found: dict[str, Any] = self.known[key]
        return found

    def definitions(self, code: str) -> Mapping[str, str] | None:
        """Give the hashes of the definitions of a version of a module, by the hash of its code."""
        versions = (known for known in self.known.values() if known["code"] == code)
        return next((known["definitions"] for known in versions), None)

    def save(self) -> None:
        """Keep what was learnt; what another process learns at the same time is learnt again."""
        if not self.is_new:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole = {"format": _FORMAT, "modules": _read_index(self.path) | self.known}
        write_atomically(self.path, json.dumps(whole, sort_keys=True).encode())
        self.is_new = False


def _read_index(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError, KeyError, TypeError):
        whole = json.loads(path.read_text(encoding="utf-8"))
        if whole["format"] == _FORMAT:
            return dict(whole["modules"])
    return {}


def hash_modules(imports: Iterable[str], index: Index) -> dict[str, str]:
    """Hash the code of all modules that some imports lead to.

    Parameters
    ----------
    imports : iterable of str
        Dotted names, such as ``analysis.measures.keyness.keyness``.
    index : Index
        What is known of modules.

    Returns
    -------
    dict
        ``analysis/measures/keyness.py`` to the hash of its code, sorted. Modules that hold
        nothing but names of others are left out; the name leads on to its module.
    """
    waiting, found = list(imports), {}
    seen: set[str] = set()
    if PACKAGE in waiting:
        # It may then use any name of the face.
        waiting += [f"{PACKAGE}.{name}" for name in analysis.HOME_OF]
    while waiting:
        name = _at_home(waiting.pop())
        path = _module_of(name)
        if path is None or name in seen:
            continue
        seen.add(name)
        known = index.look(path)
        last = name.rpartition(".")[2]
        if last in known["face"]:
            waiting.append(known["face"][last])
            continue
        if path not in found:
            found[path] = known["code"]
            waiting += known["imports"]
    named = {path.relative_to(_HOME.parent).as_posix(): code for path, code in found.items()}
    return dict(sorted(named.items()))


def _at_home(name: str) -> str:
    """Give the full name of what the package's face offers."""
    short = name.removeprefix(f"{PACKAGE}.")
    return f"{analysis.HOME_OF[short]}.{short}" if short in analysis.HOME_OF else name


def _module_of(name: str) -> Path | None:
    """Find the module that a dotted name belongs to; None for the package's face."""
    parts = name.split(".")
    if parts[0] != PACKAGE or len(parts) == 1:
        return None
    for end in range(len(parts), 1, -1):
        path = _HOME.joinpath(*parts[1:end])
        if path.with_suffix(".py").is_file():
            return path.with_suffix(".py")
    return None


def describe_module(content: bytes) -> dict[str, Any]:
    r"""Describe one version of a module.

    Examples
    --------
    >>> before = describe_module(b"import json\ndef f():\n    return 1")
    >>> after = describe_module(b"import json  # a comment\ndef f():\n    return 1")
    >>> before == after, before["imports"], list(before["definitions"])
    (True, ['json'], ['f', 'the rest of the module'])
    """
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return {"imports": [], "code": hash_bytes(content), "definitions": {}, "face": {}}
    imports = sorted(set(find_imports(tree)))
    _drop_docstrings(tree)
    code = _hash_tree(tree)
    face = _names_of_others(tree)
    definitions = dict(sorted(_definitions(tree)))
    return {"imports": imports, "code": code, "definitions": definitions, "face": face}


def _names_of_others(tree: ast.Module) -> dict[str, str]:
    """Give what a module that only imports offers: names to full names; else nothing."""
    if not all(isinstance(node, (ast.ImportFrom, ast.Assign)) for node in tree.body):
        return {}
    names = [node for node in tree.body if isinstance(node, ast.ImportFrom) and not node.level]
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in names
        for alias in node.names
        if str(node.module).startswith(PACKAGE)
    }


def find_imports(tree: ast.AST) -> Iterator[str]:
    r"""Find the dotted names that code imports, but for what only a type checker reads.

    Examples
    --------
    >>> list(find_imports(ast.parse("import numpy as np\nfrom analysis import keyness")))
    ['numpy', 'analysis.keyness']
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        yield from find_imports(node)


def _drop_docstrings(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]


def _definitions(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Hash each function, class and method, and what stands outside them."""
    rest: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = [part for part in node.body if isinstance(part, _DOCUMENTED)]
            yield from ((f"{node.name}.{part.name}", _hash_tree(part)) for part in methods)
            node.body = [part for part in node.body if part not in methods]
        if isinstance(node, _DOCUMENTED):
            yield node.name, _hash_tree(node)
        else:
            rest.append(node)
    yield "the rest of the module", hash_bytes(b"".join(ast.dump(node).encode() for node in rest))


def _hash_tree(tree: ast.AST) -> str:
    return hash_bytes(ast.dump(tree).encode())
