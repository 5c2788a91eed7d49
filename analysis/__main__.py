"""The command ``gipfel``: from here its modules are loaded, so that Ctrl-C is heard meanwhile."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; Ctrl-C ends it in one line and status 130, however early it comes."""
    try:
        from analysis.cli.app import main as run_command  # noqa: PLC0415 (it takes a second)

        run_command()
    except KeyboardInterrupt:
        sys.exit(_say_interrupted())


def _say_interrupted() -> int:
    sys.stderr.write("gipfel: interrupted.\n")
    return 130


if __name__ == "__main__":
    main()
