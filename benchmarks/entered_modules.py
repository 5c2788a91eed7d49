"""How many modules of the package one run of a notebook enters, by room.

    .venv/bin/python -m benchmarks.entered_modules

Calls ``gipfel run 03_framing -p tier=core_near --force`` with a profile function in every process
that it starts, and counts the modules of which a function was called; modules that were only
imported do not count. Whoever looks for what a parameter does reads at most these.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import analysis

ROOT = Path(__file__).resolve().parent.parent
COMMAND = ("run", "03_framing", "-p", "tier=core_near", "--force")
# Python imports a module of this name at start. A forked child ends by os._exit, so that both
# ways to end write down what was entered. Profile events of <module> are imports.
NOTE = """
import os, sys, threading
entered = set()
package = os.environ["ENTERED_PACKAGE"] + os.sep
def note(frame, event, arg):
    if event == "call":
        code = frame.f_code
        if code.co_name != "<module>" and code.co_filename.startswith(package):
            entered.add(code.co_filename)
def write():
    with open(os.path.join(os.environ["ENTERED_NOTES"], str(os.getpid())), "w") as file:
        file.write("\\n".join(entered))
end = os._exit
def write_and_end(status):
    write()
    end(status)
import atexit
atexit.register(write)
os._exit = write_and_end
sys.setprofile(note)
threading.setprofile(note)
"""


def find_entered_modules() -> dict[str, list[str]]:
    """Find the modules that the run enters, by room."""
    package = Path(analysis.__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        notes.mkdir()
        (Path(folder) / "sitecustomize.py").write_text(NOTE, encoding="utf-8")
        told = {"PYTHONPATH": folder, "ENTERED_PACKAGE": str(package), "ENTERED_NOTES": str(notes)}
        gipfel = [sys.executable, "-m", "analysis", *COMMAND]
        subprocess.run(gipfel, cwd=ROOT, env=os.environ | told, check=True, stdout=sys.stderr)
        files = {line for note in notes.iterdir() for line in note.read_text("utf-8").split()}
    rooms = defaultdict(list)
    for file in sorted(files):
        path = Path(file).relative_to(package)
        rooms[path.parts[0] if len(path.parts) > 1 else "."].append(path.as_posix())
    return dict(rooms)


def main() -> None:
    """Print the number of modules, and their names."""
    rooms = find_entered_modules()
    print(f"gipfel {' '.join(COMMAND)} enters {sum(map(len, rooms.values()))} modules of ours")
    for room, names in rooms.items():
        print(f"  {room} {len(names)}: {', '.join(names)}")


if __name__ == "__main__":
    main()
