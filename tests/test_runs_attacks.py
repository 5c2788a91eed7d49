"""What attackers tried on runs: odd characters, programs that stay, signals, huge outputs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from commands import call, fault
from conftest import ROOT
from study_for_runs import (
    failure_of,
    is_alive,
    leftovers,
    plan_notebook,
    read_cells,
    run_cells,
    start_parent,
    wait_until,
    write_notebook,
    write_study,
)

from analysis.runs.execute import execute_runs
from analysis.runs.plan import check_has_runs, plan_run
from analysis.runs.record import EngineName
from analysis.study.errors import ParameterError, RunError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
engines = pytest.mark.parametrize(
    "engine", ["warm", pytest.param("kernel", marks=pytest.mark.long)]
)
HALF = "\ud800"


@engines
@pytest.mark.xdist_group("kernels")
def test_half_a_character_ends_no_run(tmp_path: Path, engine: EngineName) -> None:
    """Printed, shown, in an error: before, the whole command ended with a traceback."""
    half = "chr(0xD800)"
    show = f"from IPython.display import display\ndisplay({{'text/html': {half}}}, raw=True)"
    record = run_cells(
        tmp_path, f"print('Brot', {half})", show, f"raise ValueError({half})", engine=engine
    )
    failure = failure_of(record)
    # A kernel cannot send such an error, and papermill waits for it in vain.
    assert (record.state, failure.exception) == ("failed", "ValueError") or engine == "kernel"
    text = (record.folder / "notebook.ipynb").read_text(encoding="utf-8")
    assert HALF not in text
    if engine == "warm":
        printed, shown, _ = read_cells(record)
        assert printed["outputs"][0]["text"] == ["Brot \ufffd\n"]
        assert shown["outputs"][0]["data"]["text/html"] == ["\ufffd"]
        assert failure.message == "\ufffd"


def test_half_a_character_as_a_parameter_is_refused(tmp_path: Path) -> None:
    """As a shell gives it that is not in UTF-8."""
    study, layout = write_study(tmp_path, {"01_probe": "{}"})
    write_notebook(layout.notebooks / "01_probe.ipynb", "len(unit)")
    with pytest.raises(ParameterError) as caught:
        plan_run(study, layout, "01_probe", {"unit": "caf\udce9"})
    assert str(caught.value) == (
        "01_probe: 'unit': wanted text in UTF-8, came 'caf\\udce9'. "
        "Set the terminal to UTF-8 (such as LC_ALL=C.UTF-8), and type it again."
    )


def test_half_a_character_in_a_notebook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError) as caught:
        plan_notebook(tmp_path, f"'{HALF}'")
    assert str(caught.value) == (
        f"{tmp_path}/notebooks/01_probe.ipynb: wanted text, came half a character ('\\ud800'), "
        "which no file can hold. Delete it, or write it in a string of the code as an escape: "
        "'\\ud800'"
    )
    assert plan_notebook(tmp_path, "'\\ud800'").reason == ""


@engines
@pytest.mark.xdist_group("kernels")
def test_a_huge_output_is_left_out_and_said(tmp_path: Path, engine: EngineName) -> None:
    show = "from IPython.display import HTML\nHTML('<b>Brot</b>' + ' ' * 20_000_000)"
    late = "from IPython.display import display\nshown = display('Brot', display_id=True)"
    record = run_cells(tmp_path, show, late, "shown.update('x' * 20_000_000)", engine=engine)
    assert record.state == "succeeded"
    assert record.warnings == ["a cell gave more output than is kept; see the notebook"]
    assert (record.folder / "notebook.ipynb").stat().st_size < 100_000
    (said,) = read_cells(record)[0]["outputs"]
    assert said["text"][0].startswith("[gipfel: outputs of 20,000,")
    assert said["text"][0].endswith(" are left out; a cell may show 10,000,000]\n")
    assert "left out" in read_cells(record)[1]["outputs"][-1]["text"][0]


def test_a_huge_error_is_cut_and_said(tmp_path: Path) -> None:
    record = run_cells(tmp_path, "raise ValueError('x' * 20_000_000)")
    failure = failure_of(record)
    assert len(failure.message) == 100_000
    assert sum(path.stat().st_size for path in record.folder.iterdir()) < 2_000_000
    said = read_cells(record)[0]["outputs"][-1]["text"]
    assert said == ["[gipfel: 19,900,000 more characters were printed and are left out]\n"]


#: One that leads a session of its own, and one whose parent has ended and whose names are gone.
DETACH = """
import subprocess, sys
first = subprocess.Popen(["sleep", "600"], start_new_session=True)
code = ("import subprocess; print(subprocess.Popen(['sleep', '600'], start_new_session=True, "
        "env={}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)")
second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
open("pids.txt", "w").write(f"{first.pid} {second}")
"""


def pids(root: Path) -> list[int]:
    text = (root / "pids.txt").read_text()
    return [int(word) for word in text.split()]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux finds all of them")
@engines
@pytest.mark.xdist_group("kernels")
@pytest.mark.parametrize(
    ("then", "state"),
    [
        ("'Brot'", "succeeded"),
        ("import os\nos._exit(1)", "died"),
        ("import time\ntime.sleep(600)", "timed_out"),
    ],
)
def test_detached_programs_end_with_their_run(
    tmp_path: Path, engine: EngineName, then: str, state: str
) -> None:
    limits = {"cell_timeout": 8.0} if state == "timed_out" else {}
    record = run_cells(tmp_path, DETACH, then, engine=engine, **limits)
    assert record.state == state
    started = pids(tmp_path)
    assert len(started) == 2
    wait_until(lambda: not any(is_alive(pid) for pid in started))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux finds all of them")
def test_another_run_keeps_its_programs(tmp_path: Path) -> None:
    """The end of one run must not touch what another one has detached and still uses."""
    long = f"{DETACH}\nimport os, pathlib, time\nwhile not pathlib.Path('end').exists():\n"
    long += (
        "    time.sleep(0.05)\n[os.kill(int(pid), 0) for pid in open('pids.txt').read().split()]"
    )
    short = (
        "import pathlib, time\nwhile not pathlib.Path('../a/pids.txt').exists():\n"
        "    time.sleep(0.05)"
    )
    plans = [plan_notebook(tmp_path / "a", long), plan_notebook(tmp_path / "b", short)]

    def end_a(event: object) -> None:
        if getattr(event, "kind", "") == "finished":
            (tmp_path / "a" / "end").touch()

    records = execute_runs(plans, jobs=2, on_event=end_a)
    assert [record.state for record in records] == ["succeeded", "succeeded"]
    wait_until(lambda: not any(is_alive(pid) for pid in pids(tmp_path / "a")))


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.long)]
)
def test_sigterm_ends_the_command_and_all_that_it_started(tmp_path: Path, number: int) -> None:
    layout = write_study(tmp_path / "study", {"01_probe": "{}"})[1]
    write_notebook(layout.notebooks / "01_probe.ipynb", DETACH, "import time\ntime.sleep(600)")
    command = start_parent(layout.root)
    below = psutil.Process(command.pid).children(recursive=True)
    command.send_signal(number)
    _, said = command.communicate(timeout=120)
    assert (command.returncode, said) == (128 + number, "")
    assert len(below) >= 3
    assert not [one for one in below if is_alive(one.pid)]
    assert not any(is_alive(pid) for pid in pids(layout.root))
    assert leftovers(layout.root) == []
    assert list((layout.root / "tmp").iterdir()) == []


def test_ctrl_c_while_the_command_is_loaded_is_one_line(tmp_path: Path) -> None:
    """A stand-in for a library of the command presses Ctrl-C as soon as it is imported."""
    (tmp_path / "typer.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n"
    )
    done = subprocess.run(
        # Where the tests run in the background, Ctrl-C is ignored, and that is inherited.
        [
            *(sys.executable, "-c"),
            "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
            "from analysis.__main__ import main; main()",
            "status",
        ],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "gipfel: interrupted.\n")


def test_a_study_without_runs_says_what_to_add(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, layout = write_study(tmp_path, {})
    message = (
        "study.toml: wanted at least one [[run]], came none, so there is nothing to run. Add for "
        'each notebook of notebooks/ (none yet): [[run]], and below it: notebook = "01_corpus"'
    )
    with pytest.raises(RunError) as caught:
        check_has_runs(study, layout)
    assert str(caught.value) == message
    write_notebook(layout.notebooks / "02_probe.ipynb", "1")
    monkeypatch.chdir(tmp_path)
    for command in (["run"], ["run", "--explain"], ["verify"]):
        wanted = 'notebooks/ (02_probe): [[run]], and below it: notebook = "02_probe"'
        assert wanted in fault(call(*command))
