"""Cells in a shell of this process against the same cells in a kernel, and the pieces alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from study_for_runs import plan_notebook, shown_cells

from analysis.runs.execute import execute_runs
from analysis.runs.job import EngineName
from analysis.runs.limits import Settings
from analysis.runs.outputs import Outputs, TextStream

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
    outputs = Outputs(most_text=10)
    outputs.begin_cell()
    out, err = (TextStream(name, outputs, 1) for name in ("stdout", "stderr"))
    for stream, text in ((out, "Br"), (out, "ot"), (err, "Käse"), (out, ""), (out, "Salz")):
        assert stream.write(text) == len(text)
    assert [(output.name, output.text) for output in outputs.end_cell()] == [
        ("stdout", "Brot"),
        ("stderr", "Käse"),
        ("stdout", "Sa"),
        ("stderr", "[gipfel: 2 more characters were printed and are left out]\n"),
    ]
    outputs.begin_cell()
    assert outputs.end_cell() == []
    with pytest.raises(TypeError, match="must be str, not bytes"):
        out.write(b"x")  # type: ignore[arg-type]
