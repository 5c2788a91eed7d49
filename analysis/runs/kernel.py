"""One kernel per run: this interpreter, on sockets that no other run has."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

KERNEL_NAME = "python3"
#: Longest path that a socket may have on any system, less what ZeroMQ appends to it.
_LONGEST_SOCKET = 95


class OwnInterpreter(KernelSpecManager):
    """Starts every kernel with this interpreter, whatever kernels the user has installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Give the one kernel there is."""
        return KernelSpec(**get_kernel_dict())


def make_kernel_manager(scratch: Path, name: str = "") -> AsyncKernelManager:
    """Make a manager whose kernel listens on sockets below a folder of its own.

    Kernels that start side by side race for ports, and the default names of sockets
    are shared between runs; a path that no other run has suffers from neither.

    Parameters
    ----------
    scratch : path
        A folder with a short name. Without Unix sockets, or if the name is too long
        for one, ports are used.
    name : str
        An installed kernel, for a notebook of another language; empty: this interpreter.
    """
    settings: dict[str, Any] = {
        "kernel_name": name or KERNEL_NAME,
        "connection_file": str(scratch / "kernel.json"),
        "kernel_spec_manager": KernelSpecManager() if name else OwnInterpreter(),
    }
    address = str(scratch / "k")
    if os.name == "posix" and len(address) < _LONGEST_SOCKET:
        settings |= {"transport": "ipc", "ip": address}
    return AsyncKernelManager(**settings)


def stop_kernel(manager: AsyncKernelManager) -> None:
    """Let a kernel end by itself, so that it closes its files; kill what is left of it."""
    with suppress(RuntimeError):
        run_sync(manager.shutdown_kernel)(now=False)
    kill_kernel(manager)


def kill_kernel(manager: AsyncKernelManager) -> None:
    """Kill a kernel and what it has started; it leads a process group of its own."""
    pid = getattr(manager.provisioner, "pid", None)
    if pid is None:
        return
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)
