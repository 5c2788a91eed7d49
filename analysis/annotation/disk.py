"""Arrays that are longer than memory should be: in a file without a name, mapped."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Kind = TypeVar("Kind", bound=np.generic)


def array_on_disk(
    pieces: Iterable[npt.NDArray[Kind]], dtype: np.dtype[Kind], folder: Path
) -> npt.NDArray[Kind]:
    """Lay pieces end to end on disk; what is not looked at takes no memory.

    Parameters
    ----------
    pieces : iterable of ndarray, shape (n,)
        Of one type.
    dtype : dtype
        That type.
    folder : path
        Where the file is made, and at once deleted: it lives as long as the array, and
        no killed run leaves it behind.

    Returns
    -------
    ndarray, shape (sum of n,)
        May be written to.

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
