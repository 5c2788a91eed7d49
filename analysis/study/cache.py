"""Results that take long, kept in a folder under the hash of all that they depend on."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.study.atomic import write_atomically

#: Packages whose versions can change a result.
PACKAGES = ("numpy", "scipy", "scikit-learn")
DIGEST_SIZE = 32

Kind = TypeVar("Kind", bound=np.generic)
Part: TypeAlias = str | bytes | int | float | np.ndarray | sparse.csr_array | pd.Index | Path


def content_key(parts: Mapping[str, Part]) -> str:
    """Hash what a result depends on, and the versions of the packages that compute it.

    Parts are texts, numbers, arrays, sparse matrices, indexes, or files, by their content; their
    order does not matter.

    Examples
    --------
    >>> content_key({"seed": 1, "k": 2}) == content_key({"k": 2, "seed": 1})
    True
    """
    digest = hashlib.sha256()
    versions = {f"version of {name}": metadata.version(name) for name in PACKAGES}
    for name, part in sorted({**parts, **versions}.items()):
        for piece in (name.encode(), *_pieces(part)):
            digest.update(len(piece).to_bytes(8, "big"))
            digest.update(piece)
    return digest.hexdigest()


def _pieces(part: Part) -> Iterable[bytes]:
    """Return the content of a part as bytes that say type, shape and values."""
    if isinstance(part, sparse.csr_array):
        arrays = (part.data, part.indices.astype(np.int64), part.indptr.astype(np.int64))
        return (repr(part.shape).encode(), *(piece for a in arrays for piece in _pieces(a)))
    if isinstance(part, np.ndarray):
        kind = f"{part.dtype} {part.shape}".encode()
        return (kind, np.ascontiguousarray(part).tobytes())
    if isinstance(part, pd.Index):
        return tuple(str(value).encode() for value in part)
    if isinstance(part, Path):
        return (part.read_bytes(),)
    return (part if isinstance(part, bytes) else repr(part).encode(),)


def keep_table(folder: Path | None, key: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Return a table from the folder, or make it and keep it there; without a folder only make it.

    It is made, too, if the file under the key, which is one of `content_key`, is damaged.
    """
    if folder is None:
        return make()
    path = folder / f"{key}.kept"
    kept = read_kept(path)
    if kept is not None:
        return pd.read_parquet(BytesIO(kept))
    table, body = make(), BytesIO()
    table.to_parquet(body, index=False)
    write_kept(path, body.getvalue())
    return table


def read_kept(path: Path) -> bytes | None:
    """Read what `write_kept` wrote; None if there is nothing, or if its digest does not fit."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    digest, body = content[:DIGEST_SIZE], content[DIGEST_SIZE:]
    return body if hashlib.sha256(body).digest() == digest else None


def write_kept(path: Path, body: bytes) -> None:
    """Write a digest and the content beside and move them into place: nobody reads half a file."""
    write_atomically(path, hashlib.sha256(body).digest() + body)


def array_on_disk(
    pieces: Iterable[npt.NDArray[Kind]], dtype: np.dtype[Kind], folder: Path
) -> npt.NDArray[Kind]:
    """Lay arrays of one type end to end on disk; what is not looked at takes no memory.

    The file is at once deleted: it lives as long as the array, which may be written to, and
    no killed run leaves it behind.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as name:
    ...     kept = array_on_disk([np.arange(2), np.arange(3)], np.dtype(np.int64), Path(name))
    >>> kept.tolist()
    [0, 1, 0, 1, 2]
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        n = 0
        for piece in pieces:
            file.write(np.ascontiguousarray(piece, dtype=dtype).tobytes())
            n += len(piece)
        file.flush()
        if n == 0:
            return np.zeros(0, dtype=dtype)
        return np.memmap(file, dtype=dtype, mode="r+", shape=(n,))
