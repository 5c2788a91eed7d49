"""JupyterLab in a browser, as a researcher works with it: open, run all, change a cell, look."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page

#: Without questions on the screen, and with all cells in the page, also those out of sight.
SETTINGS: Mapping[str, Mapping[str, object]] = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
#: For a machine that is busy with other tests; in milliseconds.
PATIENCE = 600_000
#: What the status bar says when a kernel waits for cells; before, Run All does nothing.
READY = "Python 3 (ipykernel) | Idle"
#: Whether no cell waits and the last has a new number, or a cell has failed.
HAS_RUN = """before => {
  const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
  const texts = prompts.map(prompt => prompt.innerText);
  const last = texts[texts.length - 1];
  return last !== before && /[0-9]/.test(last) && !texts.some(text => text.includes('*'))
    || document.querySelector('[data-mime-type="application/vnd.jupyter.error"]') !== null;
}"""
FAULTS = ", ".join(f'[data-mime-type="application/vnd.jupyter.{k}"]' for k in ("error", "stderr"))


@contextmanager
def serve_lab(root: Path, own: Path) -> Iterator[str]:
    """Start JupyterLab on a study, with settings in a folder of its own; gives its address."""
    for name, settings in SETTINGS.items():
        target = own / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(settings), encoding="utf-8")
    names = {"JUPYTER_RUNTIME_DIR": "run", "JUPYTER_CONFIG_DIR": "config"}
    names |= {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    environment = os.environ | {name: str(own / folder) for name, folder in names.items()}
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    with (own / "log.txt").open("wb") as log:
        server = subprocess.Popen(
            [*command, f"--ServerApp.root_dir={root}"], env=environment, stdout=log, stderr=log
        )
        try:
            yield _find_address(server, own)
        finally:
            server.terminate()
            server.wait()


def _find_address(server: subprocess.Popen[bytes], own: Path) -> str:
    """Wait for the file in which a running server states its port and token."""
    while True:
        for path in (own / "run").glob("jpserver-*.json"):
            about = json.loads(path.read_text(encoding="utf-8"))
            return f"{about['url']}lab/tree/notebooks/{{}}.ipynb?token={about['token']}&reset"
        assert server.poll() is None, (own / "log.txt").read_text(encoding="utf-8")
        time.sleep(0.2)


@contextmanager
def open_notebook(browser: Browser, address: str, name: str) -> Iterator[Page]:
    """Open a notebook, and wait for its kernel."""
    page = browser.new_page(viewport={"width": 1280, "height": 2000})
    page.set_default_timeout(PATIENCE)
    try:
        page.goto(address.format(name))
        page.get_by_text(READY).wait_for()
        yield page
    finally:
        page.close()


def run_all(page: Page) -> None:
    """Choose Run All Cells of the menu Run, and wait until the last cell has been run."""
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    before = prompts.last.inner_text()
    page.locator(".lm-MenuBar-item", has_text="Run").click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_function(HAS_RUN, arg=before)
    assert page.locator(FAULTS).all_inner_texts() == []


def change_parameter(page: Page, old: str, new: str) -> None:
    """Type a line of the parameters cell anew."""
    page.locator(".jp-CodeCell .cm-line", has_text=old).first.click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.insert_text(new)


def figures(page: Page) -> list[Locator]:
    """Give every picture below a cell, in order."""
    return page.locator(".jp-OutputArea-output img").all()


def screenshot(figure: Locator) -> Image.Image:
    """Take a figure as it stands on the screen, to the nearest pixel."""
    figure.scroll_into_view_if_needed()
    box = figure.bounding_box()
    assert box is not None
    pixels = {side: round(length) for side, length in box.items()}
    return Image.open(BytesIO(figure.page.screenshot(clip=pixels))).convert("RGB")
