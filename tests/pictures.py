"""Pictures as a reader sees them: taken from executed notebooks, compared with drawings and files.

Nothing here uses what the package exports with: pictures are decoded and compared as pixels.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import nbformat
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from analysis.figures.style import style

#: Of a notebook's pictures and of the files, as `style` sets them.
SHOWN_DPI, FILE_DPI = 144, 300
#: Shares of the ink by which drawings of one figure in these resolutions differ, measured: .06 to
#: .20; figures of one kind with other content .44, drawn in the lower left quarter .89 and more.
MOST_DISTANCE = 0.3


def shown_pictures(path: Path) -> list[Image.Image]:
    """Decode every picture that an executed notebook shows, in order."""
    outputs = [o for c in nbformat.read(path, as_version=4).cells for o in c.get("outputs", [])]
    coded = [o.data["image/png"] for o in outputs if "image/png" in o.get("data", {})]
    return [decode(base64.b64decode(text)) for text in coded]


def decode(data: bytes) -> Image.Image:
    """Decode a PNG, on white."""
    picture = Image.open(BytesIO(data)).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


def draw_fresh(figure: Figure) -> Image.Image:
    """Draw a figure that has been neither exported nor shown."""
    buffer = BytesIO()
    with style():
        figure.savefig(buffer, format="png", dpi=SHOWN_DPI)
    return decode(buffer.getvalue())


def ink_spans(picture: Image.Image) -> tuple[float, float]:
    """Return the shares of width and height from the first ink to the last."""
    ink = np.asarray(picture.convert("L")) < 250
    spans = []
    for axis in (0, 1):
        (places,) = ink.any(axis=axis).nonzero()
        spans.append((places[-1] - places[0] + 1) / ink.shape[1 - axis] if len(places) else 0.0)
    return float(spans[0]), float(spans[1])


def check_shown(shown: Image.Image, printed: Image.Image, name: str) -> None:
    """Check that a shown picture is the one of a file, in a lower resolution, and fills it."""
    wanted = [round(length * SHOWN_DPI / FILE_DPI) for length in printed.size]
    assert np.abs(np.subtract(shown.size, wanted)).max() <= 1, (name, shown.size, wanted)
    distance = distance_between(shown, printed)
    assert distance < MOST_DISTANCE, f"{name}: shown and file differ by {distance:.3f}"
    width, height = ink_spans(shown)
    assert min(width, height) >= 0.8, f"{name}: ink spans {width:.0%} by {height:.0%}"


def check_all(shown: Sequence[Image.Image], folder: Path) -> None:
    """Check that the pictures are those of the files in a folder, one for each."""
    files = list(folder.glob("*.png"))
    assert len(shown) == len(files) > 0
    for picture in shown:
        nearest = min(files, key=lambda f: distance_between(picture, decode(f.read_bytes())))
        check_shown(picture, decode(nearest.read_bytes()), nearest.name)
        files.remove(nearest)


def distance_between(first: Image.Image, second: Image.Image) -> float:
    """Return by how much two pictures differ, as a share of their ink, seen from a distance.

    Letters are placed by whole pixels in each resolution, so both are made smaller first.
    """
    size = (first.width // 4, first.height // 4)
    a, b = (255.0 - np.asarray(p.convert("L").resize(size, Image.Resampling.BOX), float)
            for p in (first, second))  # fmt: skip
    return float(np.abs(a - b).sum() / np.maximum(a, b).sum())
