"""Cells in a shell of this process against the same cells in a kernel, and the pieces alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from papermill.engines import papermill_engines
from study_for_runs import plan_notebook, shown_cells

from analysis.runs.engine import Shell, WarmEngine, shorten_outputs
from analysis.runs.execute import execute_runs
from analysis.runs.job import Settings
from analysis.runs.papermill_call import make_kernel_manager
from analysis.runs.record import EngineName

CELLS = (
    "import sys\nprint('Brot')\nprint('Käse', file=sys.stderr)\n1 + 1",
    "from IPython.display import HTML, clear_output, display, update_display\n"
    "display(HTML('<b>Brot</b>'), metadata={'a': 1}, display_id='x')\nprint('danach')",
    "update_display('Käse', display_id='x')\nprint('weg')\nclear_output()\nprint('da')",
    "print('alt')\nclear_output(wait=True)\nprint('neu')",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
    "plt.bar(['Brot'], [1])\nplt.show()\nplt.rcParams['figure.dpi'], plt.get_backend()",
    "import pandas as pd\npd.DataFrame({'Wort': ['Brot', 'Käse'], 'n': [1, 2]})",
    "!echo Brot",
    "import asyncio\nawait asyncio.sleep(0)\nIn[1][:10], _, Out[3]",
    "type(get_ipython()).__name__, __name__",
    "%%capture kept\nprint('Brot')",
    "kept.stdout",
    "class Brot:\n    def _repr_png_(self):\n        return b'png'\n    def __repr__(self):\n"
    "        return 'Brot'\nBrot()",
    "",
    "def scheitern():\n    return {}['Käse']\n\nprint('vorher')\nscheitern()",
    "'nie'",
)


@pytest.mark.xdist_group("kernels")
def test_a_warm_worker_gives_what_a_kernel_gives(tmp_path: Path) -> None:
    plan = plan_notebook(tmp_path, *CELLS)
    shown = []
    engines: tuple[EngineName, ...] = ("warm", "kernel")
    for engine in engines:
        (record,) = execute_runs([plan], settings=Settings(engine=engine))
        assert (record.state, record.engine) == ("failed", engine)
        assert record.failure is not None
        assert (record.failure.cell, record.failure.exception) == (15, "KeyError")
        shown.append((shown_cells(record.folder / "notebook.ipynb"), record.failure))
    for warm, kernel in zip(shown[0][0], shown[1][0], strict=True):
        assert warm == kernel
    assert shown[0][1] == shown[1][1]


def test_what_is_printed_is_joined_until_something_else_comes() -> None:
    source = """
import sys
streams = {"out": sys.stdout, "err": sys.stderr}
for name, text in (("out", "Br"), ("out", "ot"), ("err", "Käse"), ("out", ""), ("out", "Salz")):
    assert streams[name].write(text) == len(text)
"""
    cells = [new_code_cell(source), new_code_cell("1;"), new_code_cell("sys.stdout.write(b'x')")]
    shell = Shell(new_notebook(cells=cells), most_text=10)
    with shell.streams():
        ended = [shell.execute(cell, index) for index, cell in enumerate(cells)]
    assert ended == [True, True, False]
    assert [(output.name, output.text) for output in cells[0].outputs] == [
        ("stdout", "Brot"),
        ("stderr", "Käse"),
        ("stdout", "Sa"),
        ("stderr", "[gipfel: 2 more characters were printed and are left out]\n"),
    ]
    assert cells[1].outputs == []
    assert "must be str, not bytes" in cells[2].outputs[0].evalue


def test_each_run_has_sockets_of_its_own_or_ports() -> None:
    folders = ("/a/run", "/b/run", f"/{'x' * 90}/{'y' * 20}")
    managers = [make_kernel_manager(Path(folder)) for folder in folders]
    assert [manager.transport for manager in managers] == ["ipc", "ipc", "tcp"]
    assert managers[0].ip != managers[1].ip
    assert managers[0].kernel_spec.argv[0] == sys.executable


def test_shortening_twice_is_as_good_as_once() -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": "Brot und Salz"}
    shown = {"output_type": "display_data", "data": {"text/plain": "x" * 50}, "metadata": {}}
    cell = {"outputs": [stream, shown]}
    shorten_outputs(cell, 4, 20)
    once = json.dumps(cell)
    shorten_outputs(cell, 4, 20)
    assert json.dumps(cell) == once
    assert [output["text"][:10] for output in cell["outputs"]] == [
        "Brot",
        "[gipfel: o",
        "[gipfel: 9",
    ]


def test_papermill_finds_the_engine() -> None:
    assert papermill_engines.get_engine("warm") is WarmEngine
