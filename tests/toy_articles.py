"""Changing an article of the toy study."""

from __future__ import annotations

from analysis.study.paths import Layout
from analysis.study.text_files import checksum


def replace_article(toy: Layout, name: str, data: bytes) -> None:
    """Put other bytes into an article, and its checksum into the list."""
    path = toy.raw / f"{name}.txt"
    before = checksum(path)
    path.write_bytes(data)
    text = toy.sources_file.read_text(encoding="utf-8")
    toy.sources_file.write_text(text.replace(before, checksum(path)), encoding="utf-8")
