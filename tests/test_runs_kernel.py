import os
import sys
from pathlib import Path

import pytest

from analysis.runs.notebook import OwnInterpreter, kill_kernel, make_kernel_manager


@pytest.mark.parametrize("name", ["python3", "no-such-kernel"])
def test_every_kernel_is_this_interpreter(name: str) -> None:
    assert OwnInterpreter().get_kernel_spec(name).argv[0] == sys.executable


@pytest.mark.skipif(os.name != "posix", reason="needs Unix sockets")
def test_each_run_has_sockets_of_its_own() -> None:
    first, second = (make_kernel_manager(Path(folder)) for folder in ("/a/run", "/b/run"))
    assert first.transport == second.transport == "ipc"
    assert first.ip != second.ip


def test_a_name_too_long_for_a_socket_leads_to_ports() -> None:
    manager = make_kernel_manager(Path("/", "x" * 90, "y" * 20))
    assert manager.transport == "tcp"


def test_a_kernel_that_never_started_is_no_hindrance() -> None:
    manager = make_kernel_manager(Path("/a/run"))
    kill_kernel(manager)
    assert not manager.has_kernel
