"""The command `gipfel`, called within this process as a user calls it."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from analysis.cli.app import app
from analysis.study.errors import GipfelError


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def fault(result: Result) -> str:
    """Return the message with which a command refused."""
    assert isinstance(result.exception, GipfelError), result.output
    return str(result.exception)
