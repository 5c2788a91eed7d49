"""The commands `gipfel`, called within this process as a user calls it, and `git`."""

from __future__ import annotations

import subprocess
from pathlib import Path

from typer.testing import CliRunner, Result

from analysis.cli.app import app
from analysis.study.errors import GipfelError


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def git(root: Path, *arguments: str) -> str:
    """Call git as an author who does not sign, and return what it prints."""
    author = ("-c", "user.name=Toy", "-c", "user.email=toy@example.org")
    command = ["git", *author, "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


def fault(result: Result) -> str:
    """Return the message with which a command refused."""
    assert isinstance(result.exception, GipfelError), result.output
    return str(result.exception)
