"""Stopping a cell from within when its time is up, so that it can say where it stood."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


class Late(BaseException):
    """The time of a cell or of its run is up; no ``except Exception`` may hide it."""


@dataclass
class Deadline:
    """When the run must end, by the monotonic clock, and whether an alarm has rung."""

    at: float | None = None
    is_late: bool = False
    has_rung: bool = False


#: Of the one run of this process.
DEADLINE = Deadline()


@contextmanager
def alarm_after(seconds: float | None) -> Iterator[None]:
    """Raise `Late` in the main thread after some seconds, or at the run's deadline.

    Code that catches it goes on, and code outside Python does not hear it: the parent
    of the run then kills it.

    Examples
    --------
    >>> with alarm_after(None):
    ...     pass
    """
    left = None if DEADLINE.at is None else max(DEADLINE.at - time.monotonic(), 0.001)
    waits = [wait for wait in (seconds, left) if wait is not None]
    if not waits or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: Any) -> None:
        DEADLINE.has_rung = True
        DEADLINE.is_late = left is not None and left <= min(waits)
        raise Late("the deadline of the run passed" if DEADLINE.is_late else "the cell timed out")

    former = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, min(waits))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
